//! Numbers of one search; nothing where a search has no such cells.

use std::collections::BTreeMap;

use super::equal_counts;
use crate::operator::Operator;
use crate::search::{SearchRecord, Stage, Trained};
use renas_search::hypervolume::hypervolume_2d;
use renas_stats::summary::{mean, variance};

/// The stage of cells of `blocks` blocks.
pub fn stage(record: &SearchRecord, blocks: usize) -> Option<&Stage> {
    record.stages.get(blocks.checked_sub(1)?)
}

/// The mean of a number over cells; none where there is no cell.
pub fn mean_of<'c>(
    cells: impl IntoIterator<Item = &'c Trained>,
    value: impl Fn(&Trained) -> Option<f64>,
) -> Option<f64> {
    let values: Option<Vec<f64>> = cells.into_iter().map(value).collect();
    values.filter(|values| !values.is_empty()).map(|values| mean(&values))
}

/// The accuracies of a stage's cells.
pub fn accuracies(stage: &Stage) -> Vec<f64> {
    stage.cells.iter().map(|one| one.child.accuracy).collect()
}

/// (predicted - true) / true of a cell's time.
pub fn time_error(one: &Trained) -> Option<f64> {
    one.predicted.map(|[_, predicted]| (predicted - one.child.seconds) / one.child.seconds)
}

/// Relative errors of time, without their sign, of all cells with predictions of stages up to `blocks` blocks.
pub fn time_errors(record: &SearchRecord, blocks: usize) -> Vec<f64> {
    record.stages.iter().take(blocks).flat_map(|stage| &stage.cells).filter_map(time_error).map(f64::abs).collect()
}

/// The standard deviation of the training times of a stage over their mean; none of a single cell.
pub fn time_variation(stage: &Stage) -> Option<f64> {
    let seconds: Vec<f64> = stage.cells.iter().map(|one| one.child.seconds).collect();
    (seconds.len() > 1).then(|| variance(&seconds).sqrt() / mean(&seconds))
}

/// The share of the variance of training times that lies between the stages of two blocks and more (eta squared); none of
/// fewer than two stages or where all times are equal.
pub fn variance_between_stages(record: &SearchRecord) -> Option<f64> {
    let times = |stage: &Stage| stage.cells.iter().map(|one| one.child.seconds).collect::<Vec<f64>>();
    let stages: Vec<Vec<f64>> = record.stages.iter().skip(1).map(times).collect();
    let all = stages.concat();
    if stages.len() < 2 {
        return None;
    }
    let middle = mean(&all);
    let squares = |values: &[f64], middle: f64| values.iter().map(|one| (one - middle) * (one - middle)).sum::<f64>();
    let within: f64 = stages.iter().map(|stage| squares(stage, mean(stage))).sum();
    let total = squares(&all, middle);
    (total > 0.0).then(|| (1.0 - within / total).clamp(0.0, 1.0))
}

/// How many equally frequent operators are as diverse as those of all cells of two blocks and more: the exponential of
/// their Shannon entropy (Hill 1973, <https://doi.org/10.2307/1934352>).
pub fn pool(record: &SearchRecord) -> Option<f64> {
    let cells = record.stages.iter().skip(1).flat_map(|stage| &stage.cells);
    let mut counts: BTreeMap<Operator, usize> = BTreeMap::new();
    for operator in cells.flat_map(|one| one.cell.operators()) {
        *counts.entry(operator).or_default() += 1;
    }
    let all: usize = counts.values().sum();
    let shares = counts.values().map(|&count| count as f64 / all as f64);
    (all > 0).then(|| libm::exp(shares.map(|share| -share * libm::log(share)).sum()))
}

/// The expected number of different predicted times among as many candidates as the smallest stage has, where candidates
/// are recorded.
pub fn time_columns(record: &SearchRecord, stage: &Stage) -> Option<f64> {
    let counts = record.stages.iter().map(|stage| stage.shown.len()).filter(|count| *count > 0);
    equal_counts::kinds(&columns(stage), counts.min()?)
}

/// How many candidates have each different predicted time; times within a billionth of a second are one column.
fn columns(stage: &Stage) -> Vec<usize> {
    let mut columns: BTreeMap<i64, usize> = BTreeMap::new();
    for [seconds, _] in &stage.shown {
        *columns.entry(libm::round(seconds * 1e9) as i64).or_default() += 1;
    }
    columns.into_values().collect()
}

/// The mean predicted accuracy of the chosen minus that of all other candidates, where these are recorded.
pub fn chosen_minus_rest(stage: &Stage) -> Option<f64> {
    let chosen: f64 = stage.cells.iter().map(|one| one.predicted.map(|[accuracy, _]| accuracy)).sum::<Option<f64>>()?;
    let rest = stage.shown.len().checked_sub(stage.cells.len()).filter(|rest| *rest > 0)?;
    let all: f64 = stage.shown.iter().map(|[_, accuracy]| accuracy).sum();
    Some(chosen / stage.cells.len() as f64 - (all - chosen) / rest as f64)
}

/// The share of an operator among all slots of a stage's cells.
pub fn share(stage: &Stage, operator: Operator) -> Option<f64> {
    let slots: Vec<Operator> = stage.cells.iter().flat_map(|one| one.cell.operators()).collect();
    let count = slots.iter().filter(|&&one| one == operator).count();
    (!slots.is_empty()).then(|| count as f64 / slots.len() as f64)
}

/// The most accurate cell of the last stage; of equal ones the first.
pub fn best(record: &SearchRecord) -> Option<&Trained> {
    let cells = &record.stages.last()?.cells;
    cells.iter().reduce(|best, one| if one.child.accuracy > best.child.accuracy { one } else { best })
}

/// The highest accuracy of any cell.
pub fn highest_accuracy(record: &SearchRecord) -> Option<f64> {
    record.stages.iter().flat_map(|stage| &stage.cells).map(|one| one.child.accuracy).reduce(f64::max)
}

/// The highest accuracy of the first `count` cells.
pub fn highest_after(record: &SearchRecord, count: usize) -> Option<f64> {
    record.stages.iter().flat_map(|stage| &stage.cells).take(count).map(|one| one.child.accuracy).reduce(f64::max)
}

/// How many cells were trained.
pub fn trainings(record: &SearchRecord) -> usize {
    record.stages.iter().map(|stage| stage.cells.len()).sum()
}

/// Seconds of all children together.
pub fn total_seconds(record: &SearchRecord) -> f64 {
    record.stages.iter().flat_map(|stage| &stage.cells).map(|one| one.child.seconds).sum()
}

/// The share of the box below accuracy 1, above accuracy 0 and within `seconds` that the cells dominate which were trained
/// when `spent` seconds of training were over; 0 before the first.
pub fn hypervolume_within(record: &SearchRecord, spent: f64, seconds: f64) -> f64 {
    let points: Vec<[f64; 2]> =
        within(record, spent).map(|one| [1.0 - one.child.accuracy, one.child.seconds / seconds]).collect();
    hypervolume_2d(&points, &[1.0, 1.0])
}

/// The highest accuracy that a search had found when it had trained for `seconds`.
pub fn highest_within(record: &SearchRecord, seconds: f64) -> Option<f64> {
    within(record, seconds).map(|one| one.child.accuracy).reduce(f64::max)
}

/// The cells whose trainings were over, one after another, within `seconds`.
fn within(record: &SearchRecord, seconds: f64) -> impl Iterator<Item = &Trained> {
    let mut spent = 0.0;
    record.stages.iter().flat_map(|stage| &stage.cells).take_while(move |one| {
        spent += one.child.seconds;
        spent <= seconds
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::hand_record as record;

    #[test]
    fn numbers_of_a_search_are_those_of_a_hand_count() {
        let record = record();
        let second = stage(&record, 2).expect("two stages");
        assert_eq!(share(second, Operator::Avg3), Some(3.0 / 8.0));
        let errors: Vec<f64> = second.cells.iter().filter_map(time_error).collect();
        assert_eq!(errors, [-0.2, 0.25]);
        assert_eq!((trainings(&record), total_seconds(&record)), (4, 19.0));
        assert_eq!(best(&record).map(|one| one.child.accuracy), Some(0.7));
        assert_eq!((highest_accuracy(&record), highest_after(&record, 3)), (Some(0.7), Some(0.6)));
        assert_eq!(highest_within(&record, 6.5), Some(0.6));
        assert_eq!(highest_within(&record, 1.0), None);
        // Boxes of 0.7 x (10 - 8), 0.6 x (8 - 4) and 0.5 x (4 - 2), of 10.
        assert!((hypervolume_within(&record, 19.0, 10.0) - 0.48).abs() < 1e-12);
        // All four trainings take 19 s; after 6 s the first two are over: boxes of 0.6 x (10 - 4) and 0.5 x (4 - 2).
        assert!((hypervolume_within(&record, 6.0, 10.0) - 0.46).abs() < 1e-12);
        assert_eq!(hypervolume_within(&record, 1.9, 10.0), 0.0);
        assert!(stage(&record, 3).is_none() && stage(&record, 0).is_none());
    }

    /// NumPy 2.4.6: `std([2, 4], ddof=1) / 3`, eta squared of [2, 4] and [5, 8] as 1 - (2 + 4.5) / 18.75, and
    /// `exp(-sum(p log p))` of the shares 3/8, 3/8, 2/8.
    #[test]
    fn spreads_are_those_of_a_hand_count() {
        let mut record = record();
        let near = |found: Option<f64>, expected: f64| {
            assert!((found.expect("it is defined") - expected).abs() < 1e-12, "{found:?} {expected}");
        };
        near(time_variation(&record.stages[0]), 0.471_404_520_791_031_7);
        near(pool(&record), 2.951_151_785_867_524);
        assert_eq!(variance_between_stages(&record), None, "one stage of two blocks and more");
        let first = record.stages[0].clone();
        record.stages.insert(1, first);
        near(variance_between_stages(&record), 1.0 - 6.5 / 18.75);
        let stage = &mut record.stages[2];
        assert_eq!((chosen_minus_rest(stage), columns(stage)), (None, Vec::new()));
        stage.shown = vec![[4.0, 0.5], [10.0, 0.6], [4.0, 0.3], [4.0 + 1e-12, 0.1]];
        near(chosen_minus_rest(stage), 0.55 - 0.2);
        assert_eq!(columns(stage), [3, 1]);
        // Among as many as the smaller stage has: of two candidates both times are drawn in half of all draws.
        record.stages[1].shown = vec![[1.0, 0.5], [1.0, 0.5]];
        near(time_columns(&record, &record.stages[2]), 1.5);
        assert_eq!(
            (time_columns(&record, &record.stages[0]), time_columns(&record, &record.stages[1])),
            (None, Some(1.0))
        );
    }
}
