//! One arm beside another of the same seed: what it lost, and what each gives at equal counts.

use super::equal_counts::{at_largest, largest, smallest};
use super::measures;
use super::result_set::ResultSet;
use crate::arm::RANDOM;
use crate::search::{SearchRecord, Stage, Trained};
use crate::settings::{ArmSettings, Settings};
use renas_observe::rows::Rows;

/// Two arms, of which the first is measured.
type Pair = (&'static str, &'static str);

/// Arms whose best cells are compared.
pub(super) const BEST: [Pair; 2] = [("popnas", "pnas"), ("pnas", "popnas")];

/// Arms whose extreme errors are compared.
pub(super) const ERRORS: [Pair; 2] = [("popnas", "popnas_static"), ("popnas_static", "popnas")];

/// Arms whose whole time is taken at the number of cells of the other.
pub(super) const TIMES: [Pair; 2] = [("pnas", "popnas"), (RANDOM, "popnas")];

/// The blocks that both arms have, where both run.
pub(super) fn blocks_of_both(settings: &Settings, one: &str, other: &str) -> Option<usize> {
    let blocks_of = |name: &str| settings.search.arms.iter().find(|arm| arm.name == name).map(|arm| arm.blocks);
    Some(blocks_of(one)?.min(blocks_of(other)?))
}

/// Those of the pairs that run, to so many blocks at least.
pub(super) fn running(settings: &Settings, pairs: &[Pair], blocks: usize) -> Vec<Pair> {
    let runs = |(one, other): &Pair| blocks_of_both(settings, one, other).is_some_and(|both| both >= blocks);
    pairs.iter().copied().filter(runs).collect()
}

/// Arms that are held against random search: those that go as far.
pub(super) fn of_random(settings: &Settings) -> impl Iterator<Item = &ArmSettings> {
    let arms = || settings.search.arms.iter();
    let random = arms().find(|arm| arm.name == RANDOM).map(|arm| arm.blocks);
    arms().filter(move |arm| arm.name != RANDOM && Some(arm.blocks) == random)
}

/// A row for each pair and seed.
pub(super) fn observe(settings: &Settings, results: &ResultSet, rows: &mut Rows) {
    let mut pairs: Vec<(&str, &str)> = of_random(settings).map(|arm| (arm.name.as_str(), RANDOM)).collect();
    pairs.extend([BEST, ERRORS, TIMES].iter().flat_map(|pairs| running(settings, pairs, 1)));
    pairs.sort_unstable();
    pairs.dedup();
    for (arm, other) in pairs {
        let searches = results.searches(arm).iter().zip(results.searches(other));
        for (seed, (ours, theirs)) in searches.enumerate() {
            let (errors, drawn) = errors(ours, theirs);
            rows.push([
                arm.into(),
                other.into(),
                seed.into(),
                best(ours, theirs, |one| one.child.accuracy).into(),
                best(ours, theirs, |one| one.child.seconds).into(),
                largest(&errors, drawn, 1).into(),
                smallest(&errors, drawn).into(),
                total_seconds(ours, theirs).into(),
                regret(ours, measures::highest_after(theirs, measures::trainings(ours))).into(),
                regret(ours, measures::highest_within(theirs, measures::total_seconds(ours))).into(),
            ]);
        }
    }
}

/// What is expected of the best cell of our last stage, of as many cells as both searches have in theirs.
fn best(ours: &SearchRecord, theirs: &SearchRecord, value: fn(&Trained) -> f64) -> Option<f64> {
    let (stage, other) = (ours.stages.last()?, theirs.stages.last()?);
    let values: Vec<f64> = stage.cells.iter().map(value).collect();
    at_largest(&measures::accuracies(stage), &values, stage.cells.len().min(other.cells.len()), 1)
}

/// Our errors over the sizes that both searches have, and how many both have.
fn errors(ours: &SearchRecord, theirs: &SearchRecord) -> (Vec<f64>, usize) {
    let blocks = ours.stages.len().min(theirs.stages.len());
    let (errors, others) = (measures::time_errors(ours, blocks), measures::time_errors(theirs, blocks));
    let drawn = errors.len().min(others.len());
    (errors, drawn)
}

/// The training time of as many of our cells of each size as both have, at their mean.
fn total_seconds(ours: &SearchRecord, theirs: &SearchRecord) -> Option<f64> {
    let seconds = |(stage, other): (&Stage, &Stage)| {
        let seconds = measures::mean_of(&stage.cells, |one| Some(one.child.seconds))?;
        Some(seconds * stage.cells.len().min(other.cells.len()) as f64)
    };
    ours.stages.iter().zip(&theirs.stages).map(seconds).sum()
}

/// What another search of the same cost had found, minus what ours found.
fn regret(ours: &SearchRecord, found: Option<f64>) -> Option<f64> {
    Some(found? - measures::highest_accuracy(ours)?)
}
