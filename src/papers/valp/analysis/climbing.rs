//! Numbers of searches: what they found by some step or some cost, on fronts and as hypervolume.

use crate::laboratory::Objectives;
use crate::operator::edit::Effect;
use crate::search::{SearchRecord, StepRecord};
use renas_search::hypervolume::hypervolume_3d;
use renas_search::pareto::dominates;

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

/// The front of several pairs together at some step, as resampling wants it.
#[derive(Clone, Debug, PartialEq)]
pub struct PooledFront {
    /// Of every point that its own search does not dominate: the pair, whether it is the arm's, and pairs that dominate it.
    points: Vec<(usize, bool, Vec<usize>)>,
}

impl PooledFront {
    /// Of the candidates of up to `step` steps.
    pub fn new(pairs: &[Pair<'_>], step: usize) -> Self {
        let fronts: Vec<[Vec<[f64; 3]>; 2]> =
            pairs.iter().map(|(arm, random)| [own_front(arm, step), own_front(random, step)]).collect();
        let dominators = |point: &[f64; 3]| {
            let is_dominated = |pair: &[Vec<[f64; 3]>; 2]| pair.iter().flatten().any(|other| dominates(other, point));
            (0..fronts.len()).filter(|&pair| is_dominated(&fronts[pair])).collect::<Vec<_>>()
        };
        let mut points = Vec::new();
        for (pair, [arm, random]) in fronts.iter().enumerate() {
            points.extend(arm.iter().map(|point| (pair, true, dominators(point))));
            points.extend(random.iter().map(|point| (pair, false, dominators(point))));
        }
        Self { points }
    }

    /// Points of the arm and of random search on the front of the pairs that are `drawn`, each as often as its pair is.
    pub fn counts(&self, drawn: &[usize]) -> [usize; 2] {
        let pairs = 1 + drawn.iter().copied().max().unwrap_or(0);
        let mut times = vec![0; pairs];
        drawn.iter().for_each(|pair| times[*pair] += 1);
        let is_drawn = |pair: &usize| times.get(*pair).is_some_and(|times| *times > 0);
        let mut counts = [0, 0];
        for (pair, is_arms, dominators) in &self.points {
            if is_drawn(pair) && !dominators.iter().any(is_drawn) {
                counts[usize::from(!is_arms)] += times[*pair];
            }
        }
        counts
    }
}

/// Points of the arm and of random search on the front of one pair.
pub fn pair_counts(pair: Pair<'_>, step: usize) -> [usize; 2] {
    PooledFront::new(&[pair], step).counts(&[0])
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
    use crate::guide::Choice;
    use crate::laboratory::Trained;
    use crate::operator::edit::{Edit, Form};

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
        let pooled = PooledFront::new(&[(&arm, &random), (&best, &random)], 2);
        assert_eq!(pooled.counts(&[0, 1]), [1, 0]);
        // Without the second pair the first has its own front, twice where it is drawn twice.
        assert_eq!(pooled.counts(&[0, 0]), [4, 2]);
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
