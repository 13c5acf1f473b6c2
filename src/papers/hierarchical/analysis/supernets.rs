//! Quantities of supernets: how they rank networks, beside what ranks them without any training, and what sharing saves.

use super::measures::{self, Passes};
use super::networks::learned_nothing;
use super::quantities::{Entry, HAS_TWO_SIGNS, Read, SUPERNET};
use super::searches;
use crate::arm::Arm;
use crate::ranking::Ranked;
use crate::search::SearchRecord;
use crate::settings::Settings;
use renas_base::metric::Unit;
use renas_report::catalogue::samples;
use renas_report::range::Range;
use renas_stats::correlation::kendall_tau_b;
use renas_stats::summary::mean;

/// A number by which networks are ranked.
type OfRanked = fn(&Ranked) -> f64;

/// Ways to rank the networks of a sample: names, what each ranks by.
const RANKINGS: [(&str, &str, OfRanked); 3] = [
    ("supernet.kendall", "validation accuracies with the supernet's weights", |one| one.shared),
    ("supernet.kendall_multiply_adds", "multiply-adds, no training,", |one| one.price.multiply_adds as f64),
    ("supernet.kendall_width", "widths, no training,", |one| one.choice.width as f64),
];

/// Fewest networks of a rank correlation.
const FEWEST: usize = 3;

/// Kendall's rank correlation of a number and accuracies with weights of their own; nothing where either is constant.
fn ranking_correlation(ranked: &[&Ranked], by: OfRanked) -> Option<f64> {
    let by: Vec<f64> = ranked.iter().map(|one| by(one)).collect();
    let alone: Vec<f64> = ranked.iter().map(|one| one.alone).collect();
    kendall_tau_b(&by, &alone).ok().filter(|_| ranked.len() >= FEWEST)
}

/// All of them.
pub(super) fn catalogue(settings: &Settings) -> Vec<Entry> {
    let mut entries: Vec<Entry> = RANKINGS.into_iter().map(ranking).collect();
    entries.push(learned());
    entries.push(per_supernet(
        "supernet.gap",
        "validation accuracy with own weights minus that with the supernet's",
        Unit::Fraction,
        HAS_TWO_SIGNS,
        |ranked, _| Some(mean(&ranked.iter().map(|one| one.alone - one.shared).collect::<Vec<f64>>())),
    ));
    let counts: [(&str, &str, OfRanked); 2] = [
        ("supernet.learned_nothing", "with the supernet's weights", |one| one.shared),
        ("ranking.learned_nothing", "after trainings of their own", |one| one.alone),
    ];
    for (name, words, accuracy) in counts {
        let label = format!("share of random networks that are at most 2 points above chance {words}");
        let share = move |ranked: &[Ranked], classes: usize| {
            let nothing = ranked.iter().filter(|one| learned_nothing(accuracy(one), classes)).count();
            Some(nothing as f64 / ranked.len() as f64)
        };
        entries.push(per_supernet(name, &label, Unit::Fraction, Range::SHARE, share));
    }
    entries.push(work(settings));
    entries
}

/// A number of the sample of each supernet, on data of so many classes.
fn per_supernet(
    name: &str,
    label: &str,
    unit: Unit,
    range: Range,
    value: impl Fn(&[Ranked], usize) -> Option<f64> + 'static,
) -> Entry {
    let read: Read = Box::new(move |evidence| {
        let values = evidence.rankings.iter().map(|ranked| value(ranked, evidence.space.classes));
        samples(values.collect::<Option<Vec<f64>>>()?)
    });
    let entry = searches::entry(name.to_owned(), label.to_owned(), unit, range, read);
    Entry { over: SUPERNET.into(), ..entry }
}

fn ranking((name, words, by): (&str, &str, OfRanked)) -> Entry {
    let label = match name {
        "supernet.kendall" => format!("Kendall's tau of {words} and with their own, random networks"),
        _ => format!("Kendall's tau of {words} and validation accuracies with their own weights, random networks"),
    };
    let value = move |ranked: &[Ranked], _| ranking_correlation(&ranked.iter().collect::<Vec<_>>(), by);
    per_supernet(name, &label, Unit::One, Range::CORRELATION, value)
}

/// The same without networks that learned nothing, with the supernet's weights or with their own.
fn learned() -> Entry {
    let label = "Kendall's tau of validation accuracies with the supernet's weights and with their own, random networks \
                 that are more than 2 points above chance with both";
    let value = |ranked: &[Ranked], classes: usize| {
        let learned = |one: &&Ranked| !learned_nothing(one.shared, classes) && !learned_nothing(one.alone, classes);
        ranking_correlation(&ranked.iter().filter(learned).collect::<Vec<_>>(), |one| one.shared)
    };
    per_supernet("supernet.kendall_learned", label, Unit::One, Range::CORRELATION, value)
}

/// What sharing saves: a count of one search, whose supernet is its cluster.
fn work(settings: &Settings) -> Entry {
    let passes = Passes {
        alone: settings.training.epochs * settings.data.train,
        supernet: settings.supernet.epochs * settings.data.train,
        calibration: settings.supernet.calibration,
        validation: settings.data.validation,
    };
    let read: Read = Box::new(move |evidence| {
        let ratio = |record: &SearchRecord| measures::work_ratio(record, &evidence.unit, &passes);
        evidence.by_supernet(evidence.searches(Arm::Nsga2).iter().map(ratio))
    });
    let label = "multiply-adds of a search with a training of its own for every network, as a multiple of those with its \
                 supernet, at least";
    searches::entry("sharing.work_ratio".to_owned(), label.to_owned(), Unit::One, Range::NOT_NEGATIVE, read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objectives::Price;
    use renas_network::supernet::Choice;

    fn ranked(width: usize, multiply_adds: u64, shared: f64, alone: f64) -> Ranked {
        let price = Price { parameters: 1, multiply_adds, peak: 1 };
        Ranked { choice: Choice { width, slots: Vec::new() }, price, shared, alone }
    }

    /// SciPy 1.17.1, `kendalltau` of [0.3, 0.1, 0.4, 0.2], of [10, 20, 30, 40] and of [0, 0, 1, 1], each with
    /// [0.5, 0.6, 0.7, 0.8].
    #[test]
    fn a_supernet_is_held_against_counts_that_need_no_training() {
        let all = [ranked(0, 10, 0.3, 0.5), ranked(0, 20, 0.1, 0.6), ranked(1, 30, 0.4, 0.7), ranked(1, 40, 0.2, 0.8)];
        let all: Vec<&Ranked> = all.iter().collect();
        let taus = RANKINGS.map(|(_, _, by)| ranking_correlation(&all, by).expect("four networks"));
        for (tau, expected) in taus.into_iter().zip([0.0, 1.0, 0.816_496_580_927_726]) {
            assert!((tau - expected).abs() < 1e-12, "{taus:?}");
        }
        assert_eq!(ranking_correlation(&all[..2], |one| one.shared), None);
    }
}
