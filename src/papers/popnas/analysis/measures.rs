//! Numbers of one search; nothing where a search has no such cells.

use crate::operator::Operator;
use crate::search::{SearchRecord, Stage, Trained};
use renas_search::hypervolume::hypervolume_2d;
use renas_stats::correlation::kendall_tau_b;
use renas_stats::summary::mean;

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

/// The mean accuracy of the best `count` cells, or of all where there are fewer.
pub fn top(stage: &Stage, count: usize) -> Option<f64> {
    let mut accuracies: Vec<f64> = stage.cells.iter().map(|one| one.child.accuracy).collect();
    accuracies.sort_by(|a, b| b.total_cmp(a));
    accuracies.truncate(count);
    (!accuracies.is_empty()).then(|| mean(&accuracies))
}

/// Kendall's tau-b of prediction and truth over the trained cells; `which` is 0 for accuracy and 1 for seconds.
pub fn tau(stage: &Stage, which: usize) -> Option<f64> {
    let truth = |one: &Trained| if which == 0 { one.child.accuracy } else { one.child.seconds };
    let predicted: Option<Vec<f64>> = stage.cells.iter().map(|one| one.predicted.map(|values| values[which])).collect();
    let truth: Vec<f64> = stage.cells.iter().map(truth).collect();
    kendall_tau_b(&predicted?, &truth).ok()
}

/// (predicted - true) / true of a cell's time.
pub fn time_error(one: &Trained) -> Option<f64> {
    one.predicted.map(|[_, predicted]| (predicted - one.child.seconds) / one.child.seconds)
}

/// All cells with predictions of stages up to `blocks` blocks.
pub fn predicted_cells(record: &SearchRecord, blocks: usize) -> Vec<&Trained> {
    record.stages.iter().take(blocks).flat_map(|stage| &stage.cells).filter(|one| one.predicted.is_some()).collect()
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

/// Seconds of all children together.
pub fn total_seconds(record: &SearchRecord) -> f64 {
    record.stages.iter().flat_map(|stage| &stage.cells).map(|one| one.child.seconds).sum()
}

/// The share of the box below accuracy 1, above accuracy 0 and within `seconds` that all trained cells dominate.
pub fn hypervolume(record: &SearchRecord, seconds: f64) -> f64 {
    let cells = record.stages.iter().flat_map(|stage| &stage.cells);
    let points: Vec<[f64; 2]> = cells.map(|one| [1.0 - one.child.accuracy, one.child.seconds / seconds]).collect();
    hypervolume_2d(&points, &[1.0, 1.0])
}

/// The same of the cells that were trained when `spent` seconds of training were over; 0 before the first.
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
    use crate::child::Child;

    fn trained(cell: &str, accuracy: f64, seconds: f64, predicted: Option<[f64; 2]>) -> Trained {
        let child = Child { accuracy, seconds, diverged: false };
        Trained { cell: cell.parse().expect("a cell"), child, origin: None, predicted }
    }

    fn record() -> SearchRecord {
        let stage = |cells: Vec<Trained>| Stage {
            candidates: cells.len(),
            cells,
            cut: 0,
            predicted_range: None,
            shown: Vec::new(),
            most_accurate: Vec::new(),
        };
        SearchRecord {
            empty_seconds: 1.0,
            stages: vec![
                stage(vec![trained("avg3+dw3", 0.5, 2.0, None), trained("dw3+dw3", 0.6, 4.0, None)]),
                stage(vec![
                    trained("avg3+dw3|avg3+max3", 0.4, 5.0, Some([0.5, 4.0])),
                    trained("dw3+dw3|avg3+max3", 0.7, 8.0, Some([0.6, 10.0])),
                ]),
            ],
        }
    }

    #[test]
    fn numbers_of_a_search_are_those_of_a_hand_count() {
        let record = record();
        let second = stage(&record, 2).expect("two stages");
        assert_eq!((top(second, 1), top(second, 9)), (Some(0.7), Some(0.55)));
        assert_eq!(share(second, Operator::Avg3), Some(3.0 / 8.0));
        assert_eq!((tau(second, 0), tau(second, 1)), (Some(1.0), Some(1.0)));
        let errors: Vec<f64> = second.cells.iter().filter_map(time_error).collect();
        assert_eq!(errors, [-0.2, 0.25]);
        assert_eq!(total_seconds(&record), 19.0);
        assert_eq!(best(&record).map(|one| one.child.accuracy), Some(0.7));
        assert_eq!(highest_within(&record, 6.5), Some(0.6));
        assert_eq!(highest_within(&record, 1.0), None);
        // Boxes of 0.7 x (10 - 8), 0.6 x (8 - 4) and 0.5 x (4 - 2), of 10.
        assert!((hypervolume(&record, 10.0) - 0.48).abs() < 1e-12);
        // All four trainings take 19 s; after 6 s the first two are over: boxes of 0.6 x (10 - 4) and 0.5 x (4 - 2).
        assert_eq!(hypervolume_within(&record, 19.0, 10.0), hypervolume(&record, 10.0));
        assert!((hypervolume_within(&record, 6.0, 10.0) - 0.46).abs() < 1e-12);
        assert_eq!(hypervolume_within(&record, 1.9, 10.0), 0.0);
        assert!(stage(&record, 3).is_none() && stage(&record, 0).is_none());
    }
}
