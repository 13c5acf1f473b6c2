//! Quantities of supernets and searches.

use super::evidence::Evidence;
use super::measures::{self, Passes, Principle};
use super::quantities::{Entry, Read};
use crate::arm::Arm;
use crate::latency::front;
use crate::objectives::Price;
use crate::ranking::Ranked;
use crate::search::{SearchRecord, best_within};
use crate::settings::Settings;
use renas_base::metric::Unit;
use renas_report::catalogue::samples;
use renas_stats::correlation::kendall_tau_b;
use renas_stats::summary::mean;

const SEARCH: &str = "search seed";
const SUPERNET: &str = "supernet seed";

/// A number of one search, in units of a price; nothing where the search has none.
type OfSearch = Box<dyn Fn(&SearchRecord, &Price) -> Option<f64>>;

/// All of them.
pub(super) fn catalogue(settings: &Settings) -> Vec<Entry> {
    let mut entries = Vec::new();
    for arm in Arm::ALL {
        entries.extend(of_arm(settings, arm));
    }
    for other in Arm::ALL.into_iter().filter(|&arm| arm != Arm::Nsga2) {
        entries.extend(against(settings, other));
    }
    entries.extend(supernets(settings));
    entries.extend(principles(settings));
    entries
}

fn entry(name: String, label: String, unit: Unit, over: &'static str, read: Read) -> Entry {
    Entry { name, label, unit, data: None, over: over.into(), observed_time: false, read }
}

/// The two hypervolumes: their names, what they are, and how they are measured.
fn hypervolumes(settings: &Settings) -> [(&'static str, &'static str, OfSearch); 2] {
    let population = settings.search.population;
    let whole: OfSearch = Box::new(|record, unit| Some(measures::hypervolume(record, unit)));
    let anytime: OfSearch = Box::new(move |record, unit| measures::anytime_hypervolume(record, population, unit));
    [
        ("hypervolume", "share of the box of error, multiply-adds and memory that the search dominates", whole),
        ("anytime_hypervolume", "the same share, as its mean over the generations", anytime),
    ]
}

fn of_arm(settings: &Settings, arm: Arm) -> Vec<Entry> {
    let of = |name: &str, words: &str, unit: Unit, value: OfSearch| {
        let read: Read = Box::new(move |evidence| {
            let values: Option<Vec<f64>> =
                evidence.searches(arm).iter().map(|record| value(record, &evidence.unit)).collect();
            samples(values?)
        });
        let (name, label) = (format!("{}.{name}", arm.name()), format!("{words} ({})", arm.name()));
        entry(name, label, unit, SEARCH, read)
    };
    let mut entries: Vec<Entry> =
        hypervolumes(settings).into_iter().map(|(name, words, value)| of(name, words, Unit::Fraction, value)).collect();
    let best: OfSearch = Box::new(|record, _| best_within(record, None).map(|visit| visit.accuracy));
    let words = "highest validation accuracy with inherited weights";
    entries.push(of("best_accuracy", words, Unit::Fraction, best));
    let size: OfSearch = Box::new(|record, _| Some(front(record).len() as f64));
    entries.push(of("front", "networks that no other of the search dominates", Unit::Count, size));
    entries
}

/// NSGA-II in the hierarchical space minus another arm from the same seed, with the same supernet.
fn against(settings: &Settings, other: Arm) -> Vec<Entry> {
    let gain = |(name, words, value): (&str, &str, OfSearch)| {
        let read: Read = Box::new(move |evidence| {
            let pairs = evidence.searches(Arm::Nsga2).iter().zip(evidence.searches(other));
            let gain = |(one, other)| Some(value(one, &evidence.unit)? - value(other, &evidence.unit)?);
            samples(pairs.map(gain).collect::<Option<Vec<f64>>>()?)
        });
        let name = format!("nsga2.gain.{}.{name}", other.name());
        let label = format!("{words}: nsga2 minus {}", other.name());
        entry(name, label, Unit::Fraction, SEARCH, read)
    };
    hypervolumes(settings).into_iter().map(gain).collect()
}

/// Kendall's rank correlation of accuracies with shared weights and with weights of their own.
pub(super) fn ranking_correlation(ranked: &[Ranked]) -> Option<f64> {
    let shared: Vec<f64> = ranked.iter().map(|one| one.shared).collect();
    let alone: Vec<f64> = ranked.iter().map(|one| one.alone).collect();
    kendall_tau_b(&shared, &alone).ok()
}

fn supernets(settings: &Settings) -> Vec<Entry> {
    let kendall: Read = Box::new(|evidence| {
        let values: Option<Vec<f64>> = evidence.rankings.iter().map(|ranked| ranking_correlation(ranked)).collect();
        samples(values?)
    });
    let gap: Read = Box::new(|evidence| {
        let gap = |ranked: &Vec<Ranked>| {
            let gaps: Vec<f64> = ranked.iter().map(|one| one.alone - one.shared).collect();
            mean(&gaps)
        };
        samples(evidence.rankings.iter().map(gap))
    });
    let passes = Passes {
        alone: settings.training.epochs * settings.data.train,
        supernet: settings.supernet.epochs * settings.data.train,
        calibration: settings.supernet.calibration,
        validation: settings.data.validation,
    };
    let work: Read = Box::new(move |evidence| {
        let ratio = |record: &SearchRecord| measures::work_ratio(record, &evidence.unit, &passes);
        samples(evidence.searches(Arm::Nsga2).iter().map(ratio))
    });
    let of = |name: &str, label: &str, unit: Unit, over: &'static str, read: Read| {
        entry(name.to_owned(), label.to_owned(), unit, over, read)
    };
    let words =
        "Kendall's tau of validation accuracies with the supernet's weights and with their own, random networks";
    let work_words = "multiply-adds of a search with a training of its own for every network, as a multiple of those with \
                      its supernet, at least";
    vec![
        of("supernet.kendall", words, Unit::One, SUPERNET, kendall),
        of(
            "supernet.gap",
            "validation accuracy with own weights minus that with the supernet's",
            Unit::Fraction,
            SUPERNET,
            gap,
        ),
        of("sharing.work_ratio", work_words, Unit::One, SEARCH, work),
    ]
}

/// What the most accurate networks within each budget are made of.
fn principles(settings: &Settings) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (number, &budget) in (1..).zip(&settings.budgets) {
        for principle in Principle::ALL {
            let share = move |evidence: &Evidence| -> Option<Vec<f64>> {
                let share = |record: &SearchRecord| {
                    let visit = best_within(record, Some(budget))?;
                    Some(principle.share(&evidence.space.genotype(&visit.choice)))
                };
                evidence.searches(Arm::Nsga2).iter().map(share).collect()
            };
            let favour: Read = Box::new(move |evidence| {
                samples(share(evidence)?.into_iter().map(|share| share - Principle::AT_RANDOM))
            });
            let read: Read = Box::new(move |evidence| samples(share(evidence)?));
            let name = |suffix: &str| format!("budget_{number}.{suffix}.{}", principle.name());
            let words = format!("share of layers with {} in the best network of budget {number}", principle.name());
            let favour_words = format!("{words}, minus that of random networks");
            entries.push(entry(name("share"), words, Unit::Fraction, SEARCH, read));
            entries.push(entry(name("favour"), favour_words, Unit::Fraction, SEARCH, favour));
        }
    }
    entries
}
