//! One arm beside another of the same seed: what it lost, and what each gives at equal counts.

use super::equal_counts::{at_largest, largest, smallest};
use super::evidence::Evidence;
use super::measures;
use super::quantities::{Entry, RANDOM, Sort};
use super::stages::accuracies;
use crate::search::SearchRecord;
use crate::settings::Settings;
use renas_report::catalogue::samples;

/// A number of a search beside another of its seed; nothing where either has no such cells.
type OfPair = fn(&SearchRecord, &SearchRecord) -> Option<f64>;

/// Arms whose best cells are compared.
const BEST: [(&str, &str); 2] = [("popnas", "pnas"), ("pnas", "popnas")];

/// Arms whose extreme errors are compared.
const ERRORS: [(&str, &str); 2] = [("popnas", "popnas_static"), ("popnas_static", "popnas")];

/// Arms whose whole time is taken at the number of cells of the other.
const TIMES: [(&str, &str); 2] = [("pnas", "popnas"), (RANDOM, "popnas")];

/// All entries that compare arms which run.
pub(super) fn entries(settings: &Settings) -> Vec<Entry> {
    let blocks_of = |name: &str| settings.search.arms.iter().find(|arm| arm.name == name).map(|arm| arm.blocks);
    let both = |(one, other): &(&'static str, &'static str)| Some(blocks_of(one)?.min(blocks_of(other)?));
    let mut entries = Vec::new();
    for (arm, other) in BEST.iter().filter(|pair| both(pair).is_some()) {
        let words = format!("of the best cell of the largest stage among as many as {other} trained there too ({arm})");
        let name = |what: &str| format!("{arm}.best.{what}.equal_{other}");
        let label = format!("expected validation accuracy {words}");
        entries.push(entry(Sort::SHARE, name("accuracy"), label, arm, other, |ours, theirs| {
            let (stage, drawn) = last(ours, theirs)?;
            largest(&accuracies(stage), drawn, 1)
        }));
        let label = format!("expected training time {words}");
        entries.push(entry(Sort::SECONDS, name("seconds"), label, arm, other, |ours, theirs| {
            let (stage, drawn) = last(ours, theirs)?;
            let seconds: Vec<f64> = stage.cells.iter().map(|one| one.child.seconds).collect();
            at_largest(&accuracies(stage), &seconds, drawn, 1)
        }));
    }
    for (arm, other) in ERRORS.iter().filter(|pair| both(pair).is_some_and(|blocks| blocks > 1)) {
        let words = format!("relative error of time of as many cells of 2 blocks and more as {other} has too ({arm})");
        let name = |what: &str| format!("{arm}.time_error.{what}.equal_{other}");
        let label = format!("expected largest {words}");
        entries.push(entry(Sort::ERROR, name("largest"), label, arm, other, |ours, theirs| {
            let (errors, drawn) = errors(ours, theirs);
            largest(&errors, drawn, 1)
        }));
        let label = format!("expected smallest {words}");
        entries.push(entry(Sort::ERROR, name("smallest"), label, arm, other, |ours, theirs| {
            let (errors, drawn) = errors(ours, theirs);
            smallest(&errors, drawn)
        }));
    }
    for (arm, other) in TIMES.iter().filter(|pair| both(pair).is_some()) {
        let name = format!("{arm}.total_seconds.equal_{other}");
        let label =
            format!("training time of as many cells of each size as {other} trained too, at their mean ({arm})");
        entries.push(entry(Sort::SECONDS, name, label, arm, other, |ours, theirs| {
            let pairs = ours.stages.iter().zip(&theirs.stages);
            let times = pairs.map(|(stage, other)| {
                let seconds = measures::mean_of(&stage.cells, |one| Some(one.child.seconds))?;
                Some(seconds * stage.cells.len().min(other.cells.len()) as f64)
            });
            times.sum()
        }));
    }
    for blocks in 2..=both(&("popnas", "pnas")).unwrap_or(1) {
        let name = format!("popnas.b{blocks}.accuracy_lost");
        let label = format!("mean validation accuracy of pnas minus that of popnas, cells of {blocks} blocks");
        let read = move |evidence: &Evidence| {
            let accuracy = |record: &SearchRecord| {
                measures::mean_of(&measures::stage(record, blocks)?.cells, |one| Some(one.child.accuracy))
            };
            let pairs = evidence.searches("pnas").iter().zip(evidence.searches("popnas"));
            let lost = pairs.map(|(pnas, popnas)| Some(accuracy(pnas)? - accuracy(popnas)?));
            samples(lost.collect::<Option<Vec<f64>>>()?)
        };
        entries.push(Sort::DIFFERENCE.entry(name, label, read));
    }
    for arm in settings.search.arms.iter().filter(|arm| arm.name != RANDOM) {
        if blocks_of(RANDOM) == Some(arm.blocks) {
            entries.extend(regret(&arm.name));
        }
    }
    entries
}

fn entry(sort: Sort, name: String, label: String, arm: &str, other: &str, value: OfPair) -> Entry {
    let (arm, other) = (arm.to_owned(), other.to_owned());
    let read = move |evidence: &Evidence| {
        let pairs = evidence.searches(&arm).iter().zip(evidence.searches(&other));
        samples(pairs.map(|(ours, theirs)| value(ours, theirs)).collect::<Option<Vec<f64>>>()?)
    };
    sort.entry(name, label, read)
}

/// Our last stage, and how many cells both searches have in theirs.
fn last<'r>(ours: &'r SearchRecord, theirs: &SearchRecord) -> Option<(&'r crate::search::Stage, usize)> {
    let (stage, other) = (ours.stages.last()?, theirs.stages.last()?);
    Some((stage, stage.cells.len().min(other.cells.len())))
}

/// Our errors over the sizes that both searches have, and how many both have.
fn errors(ours: &SearchRecord, theirs: &SearchRecord) -> (Vec<f64>, usize) {
    let blocks = ours.stages.len().min(theirs.stages.len());
    let (errors, others) = (measures::time_errors(ours, blocks), measures::time_errors(theirs, blocks));
    let drawn = errors.len().min(others.len());
    (errors, drawn)
}

/// What random search of the same cost had found, minus what the arm found.
fn regret(arm: &str) -> Vec<Entry> {
    let name = |name: &str| format!("{arm}.regret.{name}");
    let label = |words: &str| format!("best accuracy of random search {words} minus that of {arm}");
    let evaluations: OfPair = |ours, other| {
        let count = ours.stages.iter().map(|stage| stage.cells.len()).sum();
        let cells = other.stages.iter().flat_map(|stage| &stage.cells);
        let random = cells.take(count).map(|one| one.child.accuracy).reduce(f64::max);
        Some(random? - measures::highest_accuracy(ours)?)
    };
    let seconds: OfPair = |ours, other| {
        let random = measures::highest_within(other, measures::total_seconds(ours));
        Some(random? - measures::highest_accuracy(ours)?)
    };
    let (trainings, time) = (label("after as many trainings"), label("within the same training time"));
    vec![
        entry(Sort::DIFFERENCE, name("evaluations"), trainings, arm, RANDOM, evaluations),
        entry(Sort::DIFFERENCE.timed(), name("seconds"), time, arm, RANDOM, seconds),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::quantities::measure;
    use super::*;
    use crate::fixture::{results, settings};

    /// The audit's `best-cell-less-accurate`: the best of 4 to 10 cells was held against the best of 32.
    #[test]
    fn the_best_cells_of_two_arms_are_compared_among_as_many() {
        let (_, results) = results();
        let evidence = Evidence::read(&settings(), &results).expect("own results");
        let found = measure(&settings(), &evidence);
        let of = |name: &str| found[name].measured.unit_values().expect("samples").to_vec();
        for (seed, pnas) in evidence.searches("pnas").iter().enumerate() {
            let (ours, theirs) = (pnas.stages.last(), evidence.searches("popnas")[seed].stages.last());
            let fewer = ours.zip(theirs).is_some_and(|(ours, theirs)| theirs.cells.len() < ours.cells.len());
            let (equal, whole) = (of("pnas.best.accuracy.equal_popnas")[seed], of("pnas.best.accuracy")[seed]);
            assert!(if fewer { equal < whole } else { (equal - whole).abs() < 1e-12 }, "{seed}: {equal} {whole}");
        }
        assert!(of("pnas.total_seconds.equal_popnas") <= of("pnas.total_seconds"));
    }
}
