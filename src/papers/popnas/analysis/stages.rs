//! Quantities of the cells of one number of blocks.

use super::equal_counts;
use super::measures;
use super::quantities::{List, OfSearch, Sort, TOPS};
use crate::arm;
use crate::operator::Operator;
use crate::search::{Stage, Trained};
use crate::settings::{ArmSettings, Settings};
use crate::space::Space;

/// The three operators that the paper says its front prefers.
const PREFERRED: [Operator; 3] = [Operator::Dw3, Operator::Avg3, Operator::Max3];

/// How far above chance a cell must be to have learned something.
const ABOVE_CHANCE: f64 = 0.02;

/// What is read of a stage.
fn of_stage(blocks: usize, value: impl Fn(&Stage) -> Option<f64> + 'static) -> OfSearch {
    Box::new(move |record| measures::stage(record, blocks).and_then(&value))
}

/// Quantities of the trained cells of one size.
pub(super) fn trained(list: &mut List, settings: &Settings, arm: &ArmSettings, blocks: usize) {
    let name = |name: &str| format!("b{blocks}.{name}");
    let label = |words: &str| format!("{words}, cells of {blocks} blocks");
    let accuracy = |one: &Trained| Some(one.child.accuracy);
    let value = of_stage(blocks, move |stage| measures::mean_of(&stage.cells, accuracy));
    list.add(name("accuracy"), label("mean validation accuracy"), Sort::SHARE, value);
    for count in tops(settings) {
        let value = of_stage(blocks, move |stage| measures::top(stage, count));
        let words = label(&format!("mean validation accuracy of the best {count} (of no fewer)"));
        list.add(name(&format!("top{count}")), words, Sort::SHARE, value);
    }
    let least = 1.0 / settings.scale.classes as f64 + ABOVE_CHANCE;
    let value = of_stage(blocks, move |stage| {
        let learned = stage.cells.iter().filter(|one| one.child.accuracy > least).count();
        (!stage.cells.is_empty()).then(|| 1.0 - learned as f64 / stage.cells.len() as f64)
    });
    let words = label("share of cells that learned nothing (at most 2 points above chance)");
    list.add(name("learned_nothing"), words, Sort::SHARE, value);
    let value = of_stage(blocks, move |stage| {
        measures::mean_of(stage.cells.iter().filter(|one| one.child.accuracy > least), accuracy)
    });
    let words = label("mean validation accuracy of the cells that learned something");
    list.add_where_defined(name("accuracy_learned"), words, Sort::SHARE, value);
    let value = of_stage(blocks, |stage| Some(stage.cells.len() as f64));
    list.add(name("cells"), label("trained cells"), Sort::COUNT, value);
    if blocks > 1 {
        let beam = settings.search.beam;
        let value = of_stage(blocks, move |stage| Some(beam.saturating_sub(stage.cells.len()) as f64));
        list.add(name("missing"), label("trained cells short of K"), Sort::COUNT, value);
    }
    let value = of_stage(blocks, |stage| measures::mean_of(&stage.cells, |one| Some(one.child.seconds)));
    list.add(name("seconds"), label("mean training time"), Sort::SECONDS, value);
    let value = of_stage(blocks, |stage| Some(stage.cells.iter().map(|one| one.child.seconds).sum()));
    list.add(name("total_seconds"), label("training time of all"), Sort::SECONDS, value);
    let words = label("standard deviation of training time as a multiple of its mean");
    let value = of_stage(blocks, measures::time_variation);
    list.add_where_defined(name("time_variation"), words, Sort::NUMBER.timed(), value);
    let operators = arm::find(&arm.name).map(|found| Space::new(found.variant, 1).operators());
    for operator in operators.into_iter().flatten() {
        let value = of_stage(blocks, move |stage| measures::share(stage, operator));
        let words = label(&format!("share of {operator} among all operators"));
        list.add(name(&format!("share.{operator}")), words, Sort::SHARE, value);
    }
    let value = of_stage(blocks, |stage| PREFERRED.iter().map(|&one| measures::share(stage, one)).sum());
    let words = label("share of dw3, avg3 and max3 together");
    list.add(name("share.dw3_avg3_max3"), words, Sort::SHARE, value);
}

/// The sizes of groups of best cells that the profile's stages can hold.
fn tops(settings: &Settings) -> impl Iterator<Item = usize> {
    let beam = settings.search.beam;
    TOPS.into_iter().filter(move |&count| count == 1 || beam >= count)
}

/// Rows of Table 7 among as many cells of each size: those of one block beside each other size, and sizes 2 to 4.
pub(super) fn at_equal_counts(list: &mut List, settings: &Settings, arm: &ArmSettings) {
    let with_first = (2..=arm.blocks).map(|blocks| vec![1, blocks]);
    let later = (arm.blocks >= 4).then(|| vec![2, 3, 4]);
    for sizes in with_first.chain(later) {
        let joined: Vec<String> = sizes.iter().map(usize::to_string).collect();
        let (name, words) = (joined.join("_"), joined.join(", "));
        for (&blocks, count) in sizes.iter().flat_map(|blocks| tops(settings).map(move |count| (blocks, count))) {
            let sizes = sizes.clone();
            let value: OfSearch = Box::new(move |record| {
                let drawn = sizes.iter().map(|&size| Some(measures::stage(record, size)?.cells.len()));
                let drawn = drawn.collect::<Option<Vec<usize>>>()?.into_iter().min()?;
                equal_counts::largest(&accuracies(measures::stage(record, blocks)?), drawn, count)
            });
            let label = format!(
                "expected mean validation accuracy of the best {count} of as many cells as the smallest stage of {words} \
                 blocks has, cells of {blocks} blocks"
            );
            list.add(format!("b{blocks}.top{count}.equal_{name}"), label, Sort::SHARE, value);
        }
    }
}

pub(super) fn accuracies(stage: &Stage) -> Vec<f64> {
    stage.cells.iter().map(|one| one.child.accuracy).collect()
}

/// Quantities of predictions, made before the cells were trained.
pub(super) fn predicted(list: &mut List, blocks: usize) {
    let name = |name: &str| format!("b{blocks}.{name}");
    let label = |words: &str| format!("{words}, cells of {blocks} blocks");
    let of = |which: usize| {
        move |stage: &Stage| measures::mean_of(&stage.cells, |one| one.predicted.map(|values| values[which]))
    };
    let words = label("mean predicted accuracy of the chosen");
    list.add(name("predicted_accuracy"), words, Sort::SHARE, of_stage(blocks, of(0)));
    let words = label("mean predicted time of the chosen");
    list.add(name("predicted_seconds"), words, Sort::PREDICTED_SECONDS, of_stage(blocks, of(1)));
    let words = label("Kendall's tau-b of predicted and real accuracy");
    list.add_where_defined(name("tau_accuracy"), words, Sort::TAU, of_stage(blocks, |stage| measures::tau(stage, 0)));
    let words = label("Kendall's tau-b of predicted and real time");
    let value = of_stage(blocks, |stage| measures::tau(stage, 1));
    list.add_where_defined(name("tau_seconds"), words, Sort::TAU.timed(), value);
    let absolute = |one: &Trained| measures::time_error(one).map(f64::abs);
    let value = of_stage(blocks, move |stage| measures::mean_of(&stage.cells, absolute));
    list.add(name("time_error.proper"), label("mean relative error of time"), Sort::ERROR, value);
    let value: OfSearch = Box::new(move |record| {
        measures::stage(record, blocks)?;
        measures::mean_of(measures::predicted_cells(record, blocks), absolute)
    });
    let words = format!("mean relative error of time, cells of 2 to {blocks} blocks");
    list.add(name("time_error.progressive"), words, Sort::ERROR, value);
    let value = of_stage(blocks, |stage| measures::mean_of(&stage.cells, measures::time_error));
    let words = label("mean signed relative error of time (negative: underestimated)");
    list.add(name("time_bias"), words, Sort::BIAS, value);
    // A linear prediction may be 0 or less: then there is no multiple.
    let range = |stage: &Stage| stage.predicted_range.filter(|[low, _]| *low > 0.0).map(|[low, high]| high / low);
    let words = label("largest predicted time of all candidates, as a multiple of the smallest");
    list.add_where_defined(name("time_range"), words, Sort::NUMBER.timed(), of_stage(blocks, range));
}

/// Quantities of all candidates, chosen or not, of the search whose candidates are recorded.
pub(super) fn candidates(list: &mut List, blocks: usize) {
    let name = |name: &str| format!("b{blocks}.{name}");
    let label = |words: &str| format!("{words}, cells of {blocks} blocks");
    let value = of_stage(blocks, |stage| {
        let all: f64 = stage.shown.iter().map(|[_, accuracy]| accuracy).sum();
        (!stage.shown.is_empty()).then(|| all / stage.shown.len() as f64)
    });
    let words = label("mean predicted accuracy of all candidates");
    list.add_where_defined(name("candidates.predicted_accuracy"), words, Sort::SHARE, value);
    let value: OfSearch = Box::new(move |record| {
        let counts = record.stages.iter().map(|stage| stage.shown.len()).filter(|count| *count > 0);
        let drawn = counts.min()?;
        equal_counts::kinds(&measures::time_columns(measures::stage(record, blocks)?), drawn)
    });
    let words = label("expected different predicted times of as many candidates as the smallest stage has");
    list.add_where_defined(name("candidates.time_columns"), words, Sort::NUMBER.timed(), value);
    let words = label("mean predicted accuracy of the chosen minus that of all other candidates");
    let value = of_stage(blocks, measures::chosen_minus_rest);
    list.add_where_defined(name("chosen_minus_rest"), words, Sort::DIFFERENCE, value);
}

#[cfg(test)]
mod tests {
    use super::super::evidence::Evidence;
    use super::super::quantities::measure;
    use crate::fixture::{results, settings};

    /// The audit's `top25-drops-at-b2`: of 8 to 12 cells the mean of all was taken for that of the best 25.
    #[test]
    fn a_best_25_of_fewer_cells_is_not_measured() {
        let (_, results) = results();
        let mut settings = settings();
        let evidence = Evidence::read(&settings, &results).expect("own results");
        settings.search.beam = 25;
        let found = measure(&settings, &evidence);
        assert!(found.contains_key("popnas.b1.top25"), "64 cells");
        assert!(!found.contains_key("popnas.b2.top25") && !found.contains_key("popnas.b2.top5"), "at most 4 cells");
        assert!(!found.contains_key("popnas.b1.top25.equal_1_2"));
    }
}
