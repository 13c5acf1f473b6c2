//! Numbers of searches: what they found by some step or some cost, on fronts and as hypervolume.

use crate::operator::edit::Effect;
use crate::study::search::{SearchRecord, StepRecord};
use crate::study::training_protocol::Objectives;
use renas_search::hypervolume::hypervolume_3d;
use renas_search::pareto::dominates;
use renas_stats::summary::{quantile, sorted};

/// Steps at which searches are measured: those that the paper names, and tens.
pub const KEY_STEPS: [usize; 9] = [5, 10, 16, 18, 20, 30, 40, 50, 60];

/// The step near which section VII-D sees the first phase of a guided search end.
pub const FIRST_PHASE: usize = 18;

/// Steps near it.
pub const NEAR_FIRST_PHASE: std::ops::RangeInclusive<usize> = 16..=20;

/// A pair of searches: the arm's and the random one's.
pub type Pair<'a> = (&'a SearchRecord, &'a SearchRecord);

/// Smallest objective of a start that others are divided by.
const SMALLEST: f64 = 1e-12;

fn found(record: &SearchRecord, step: usize) -> Vec<[f64; 3]> {
    record.steps.iter().take(step).map(|one| one.objectives.values()).collect()
}

/// The points that no point of their own search dominates, candidates of up to `step` steps; the start is not found.
fn own_front(record: &SearchRecord, step: usize) -> Vec<[f64; 3]> {
    let points = found(record, step);
    let undominated = |point: &&[f64; 3]| !points.iter().any(|other| dominates(other, point));
    points.iter().filter(undominated).copied().collect()
}

/// Points of the arm and of random search on the front of several pairs together, pair by pair, among the candidates of up
/// to `step` steps.
pub fn front_counts(pairs: &[Pair<'_>], step: usize) -> Vec<[usize; 2]> {
    let fronts: Vec<[Vec<[f64; 3]>; 2]> =
        pairs.iter().map(|(arm, random)| [own_front(arm, step), own_front(random, step)]).collect();
    let is_on = |point: &&[f64; 3]| !fronts.iter().flatten().flatten().any(|other| dominates(other, point));
    fronts.iter().map(|sides| [0, 1].map(|side| sides[side].iter().filter(is_on).count())).collect()
}

/// Points of both sides over all pairs.
pub fn total(counts: &[[usize; 2]]) -> [usize; 2] {
    [0, 1].map(|side| counts.iter().map(|count| count[side]).sum())
}

/// Points of the arm and of random search on the front of one pair.
pub fn pair_counts(pair: Pair<'_>, step: usize) -> [usize; 2] {
    front_counts(&[pair], step)[0]
}

/// How many values lie beyond the upper whisker of their boxplot: more than 1.5 interquartile ranges above the upper
/// quartile.
pub fn outliers(values: &[f64]) -> usize {
    let values = sorted(values);
    let [lower, upper] = [0.25, 0.75].map(|level| quantile(&values, level));
    values.iter().filter(|value| **value > upper + 1.5 * (upper - lower)).count()
}

/// For each pair, whether the arm's run is among the best quarter of the runs of both sides, at or above the upper quartile
/// of their points on the pairs' fronts, minus whether random search's is.
pub fn top_quarter_leads(counts: &[[usize; 2]]) -> Vec<f64> {
    let runs: Vec<f64> = counts.iter().flatten().map(|count| *count as f64).collect();
    let border = quantile(&sorted(&runs), 0.75);
    let is_top = |count: usize| f64::from(count as f64 >= border);
    counts.iter().map(|[arm, random]| is_top(*arm) - is_top(*random)).collect()
}

/// The share of the box from 0 to `corner` times the start's objectives that the start and these points dominate.
fn share_of_box(start: &Objectives, points: Vec<[f64; 3]>, corner: f64) -> f64 {
    let scale = start.values().map(|value| value.max(SMALLEST));
    let scaled = |point: [f64; 3]| std::array::from_fn(|at| point[at] / (scale[at] * corner));
    let all: Vec<[f64; 3]> = [start.values()].into_iter().chain(points).map(scaled).collect();
    hypervolume_3d(&all, &[1.0; 3])
}

/// The hypervolume of what a search found in `step` steps.
pub fn hypervolume(record: &SearchRecord, step: usize, corner: f64) -> f64 {
    share_of_box(&record.start.objectives, found(record, step), corner)
}

/// Multiply-adds of all steps.
pub fn spent(record: &SearchRecord) -> f64 {
    record.steps.iter().map(|one| one.multiply_adds).sum()
}

/// The hypervolume of what a search had found when it had spent a number of multiply-adds.
pub fn hypervolume_within(record: &SearchRecord, multiply_adds: f64, corner: f64) -> f64 {
    let mut sum = 0.0;
    let within = record.steps.iter().take_while(|one| {
        sum += one.multiply_adds;
        // Both searches end within the budget of the cheaper one, up to rounding of the sum.
        sum <= multiply_adds * (1.0 + 1e-12)
    });
    share_of_box(&record.start.objectives, within.map(|one| one.objectives.values()).collect(), corner)
}

/// The share of steps that `is` of these; none where there are none.
pub fn share(steps: &[StepRecord], is: impl Fn(&StepRecord) -> bool) -> Option<f64> {
    let count = steps.iter().filter(|one| is(one)).count();
    (!steps.is_empty()).then(|| count as f64 / steps.len() as f64)
}

/// Whether a step reduced the model.
pub fn is_reducer(step: &StepRecord) -> bool {
    match step.choice.edit.operator().effect() {
        Effect::Reducer => true,
        Effect::Expander | Effect::Neither => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::operator::edit::{Edit, Form};
    use crate::policy::operator_selection::Choice;
    use crate::study::training_protocol::Trained;

    fn of([error, squared_error, distance]: [f64; 3]) -> Objectives {
        Objectives { error, squared_error, distance }
    }

    fn record(steps: &[[f64; 3]]) -> SearchRecord {
        let step = |point: &[f64; 3]| StepRecord {
            choice: Choice { edit: Edit::ChangeBs, form: Form::Gentle, candidate: None },
            objectives: of(*point),
            reference: None,
            accepted: false,
            multiply_adds: 10.0,
            networks: 3,
            parameters: 5,
            trends: BTreeMap::new(),
        };
        let start = Trained {
            objectives: of([1.0; 3]),
            reference: None,
            weights: None,
            slopes: BTreeMap::new(),
            multiply_adds: 0.0,
            parameters: 5,
        };
        SearchRecord { start, steps: steps.iter().map(step).collect() }
    }

    #[test]
    fn fronts_are_counted_by_pair_and_pooled() {
        let arm = record(&[[0.5, 0.5, 0.5], [0.9, 0.1, 0.9]]);
        let random = record(&[[0.6, 0.6, 0.4], [0.6, 0.6, 0.6]]);
        assert_eq!(pair_counts((&arm, &random), 1), [1, 1]);
        assert_eq!(pair_counts((&arm, &random), 2), [2, 1]);
        let best = record(&[[0.1, 0.1, 0.1]]);
        let pooled = front_counts(&[(&arm, &random), (&best, &random)], 2);
        assert_eq!((pooled.as_slice(), total(&pooled)), ([[0, 0], [1, 0]].as_slice(), [1, 0]));
        // The labels of a pair exchanged: the front is the same, the sign of what the pair adds turns.
        let exchanged = front_counts(&[(&arm, &random), (&random, &best)], 2);
        assert_eq!(exchanged, [[0, 0], [0, 1]]);
    }

    /// Matplotlib 3.10, `boxplot_stats([1, 2, 2, 3, 3, 4, 9])[0]["fliers"]` = [9]: quartiles 2 and 3.5, whisker to 5.75.
    #[test]
    fn outliers_lie_beyond_the_upper_whisker() {
        assert_eq!(outliers(&[1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 9.0]), 1);
        assert_eq!(outliers(&[1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 5.75]), 0);
    }

    #[test]
    fn the_best_quarter_is_that_of_both_sides_and_exchanged_labels_turn_its_sign() {
        let counts = [[9, 1], [8, 2], [1, 2], [3, 3]];
        assert_eq!(top_quarter_leads(&counts), [1.0, 1.0, 0.0, 0.0]);
        assert_eq!(top_quarter_leads(&counts.map(|[arm, random]| [random, arm])), [-1.0, -1.0, 0.0, 0.0]);
    }

    #[test]
    fn the_hypervolume_is_a_share_of_a_box_around_the_start() {
        let record = record(&[[1.0, 1.0, 0.5], [0.5, 1.0, 1.0]]);
        // The start alone: half of each side. A point at half of one objective: a quarter of that side more.
        assert_eq!(hypervolume(&record, 0, 2.0), 0.125);
        assert_eq!(hypervolume(&record, 1, 2.0), 0.75 * 0.25);
        assert_eq!(hypervolume(&record, 2, 2.0), 0.75 * 0.25 + 0.25 * 0.25);
        assert_eq!(spent(&record), 20.0);
        assert_eq!(hypervolume_within(&record, 15.0, 2.0), hypervolume(&record, 1, 2.0));
        assert_eq!(hypervolume_within(&record, 20.0, 2.0), hypervolume(&record, 2, 2.0));
    }
}
