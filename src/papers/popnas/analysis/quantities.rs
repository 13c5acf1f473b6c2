//! Every quantity of the findings: one catalogue says its name and how it is read from the evidence, so that the names
//! promised to the manifest's claims are those that the analysis finds.

use std::collections::BTreeMap;

use super::evidence::Evidence;
use super::measures;
use crate::ablation::{Judged, pairs};
use crate::arm;
use crate::operator::Operator;
use crate::search::{SearchRecord, Stage, Trained};
use crate::settings::{ArmSettings, Settings};
use crate::space::Space;
use renas_base::metric::Unit;
use renas_report::catalogue::{self, samples};
use renas_report::findings::{Measured, Quantity};
use renas_stats::summary::{mean, median};

/// A number of one search; nothing where the search has no such cells.
type OfSearch = Box<dyn Fn(&SearchRecord) -> Option<f64>>;

/// One entry of the catalogue.
type Entry = catalogue::Entry<Evidence>;

/// The arm that others are compared with at random.
const RANDOM: &str = "random";

/// Sizes of the groups of best cells in Table 7.
pub const TOPS: [usize; 3] = [1, 5, 25];

/// The three operators that the paper says its front prefers.
const PREFERRED: [Operator; 3] = [Operator::Dw3, Operator::Avg3, Operator::Max3];

/// The names of all quantities under these settings, in ascending order.
pub fn names(settings: &Settings) -> Vec<String> {
    catalogue::names(entries(settings))
}

/// All quantities that this evidence holds.
pub fn measure(settings: &Settings, evidence: &Evidence) -> BTreeMap<String, Quantity> {
    catalogue::measure(entries(settings), &settings.data.name, evidence)
}

fn entries(settings: &Settings) -> Vec<Entry> {
    let mut entries =
        vec![clock(), pure_cells("pooling", Operator::is_pooling), pure_cells("convolution", Operator::is_convolution)];
    for arm in &settings.search.arms {
        let mut list = List { arm: arm.name.clone(), entries: Vec::new() };
        for blocks in 1..=arm.blocks {
            trained(&mut list, settings, arm, blocks);
            if blocks > 1 {
                predicted(&mut list, blocks);
            }
        }
        whole(&mut list, settings, arm);
        entries.extend(list.entries);
        if arm.name != RANDOM && settings.search.arms.iter().any(|one| one.name == RANDOM && one.blocks == arm.blocks) {
            entries.extend(regret(&arm.name));
        }
    }
    for arm in settings.ablated() {
        entries.extend(ablation(arm));
    }
    entries
}

/// Quantities of one arm in the making.
struct List {
    arm: String,
    entries: Vec<Entry>,
}

/// Whether a quantity derives from measured time.
const TIMED: bool = true;
const UNTIMED: bool = false;

impl List {
    fn add(&mut self, name: String, label: String, unit: Unit, observed_time: bool, value: OfSearch) {
        let arm = self.arm.clone();
        // Predictions of a front follow from predicted times: under a measured clock nothing of such a search repeats,
        // but only what is itself a time is evidence about time.
        let read = move |evidence: &Evidence| {
            samples(evidence.searches(&arm).iter().map(&value).collect::<Option<Vec<f64>>>()?)
        };
        let (name, label) = (format!("{}.{name}", self.arm), format!("{label} ({})", self.arm));
        self.entries.push(Entry {
            name,
            label,
            unit,
            data: None,
            over: "search seed".into(),
            observed_time,
            read: Box::new(read),
        });
    }

    /// The same over the searches that have such cells.
    fn add_where_defined(&mut self, name: String, label: String, observed_time: bool, value: OfSearch) {
        let arm = self.arm.clone();
        let read = move |evidence: &Evidence| samples(evidence.searches(&arm).iter().filter_map(&value));
        let (name, label) = (format!("{}.{name}", self.arm), format!("{label} ({})", self.arm));
        let (unit, over) = (Unit::One, "search seed where it is defined".into());
        self.entries.push(Entry { name, label, unit, data: None, over, observed_time, read: Box::new(read) });
    }
}

/// What is read of a stage.
fn of_stage(blocks: usize, value: impl Fn(&Stage) -> Option<f64> + 'static) -> OfSearch {
    Box::new(move |record| measures::stage(record, blocks).and_then(&value))
}

/// Quantities of the trained cells of one size.
fn trained(list: &mut List, settings: &Settings, arm: &ArmSettings, blocks: usize) {
    let name = |name: &str| format!("b{blocks}.{name}");
    let label = |words: &str| format!("{words}, cells of {blocks} blocks");
    let accuracy = |one: &Trained| Some(one.child.accuracy);
    let value = of_stage(blocks, move |stage| measures::mean_of(&stage.cells, accuracy));
    list.add(name("accuracy"), label("mean validation accuracy"), Unit::Fraction, UNTIMED, value);
    for count in TOPS.into_iter().filter(|&count| count == 1 || settings.search.beam >= count) {
        let value = of_stage(blocks, move |stage| measures::top(stage, count));
        let words = label(&format!("mean validation accuracy of the best {count} (or of all, where there are fewer)"));
        list.add(name(&format!("top{count}")), words, Unit::Fraction, UNTIMED, value);
    }
    let value = of_stage(blocks, |stage| Some(stage.cells.len() as f64));
    list.add(name("cells"), label("trained cells"), Unit::Count, UNTIMED, value);
    let value = of_stage(blocks, |stage| measures::mean_of(&stage.cells, |one| Some(one.child.seconds)));
    list.add(name("seconds"), label("mean training time"), Unit::Seconds, TIMED, value);
    let value = of_stage(blocks, |stage| Some(stage.cells.iter().map(|one| one.child.seconds).sum()));
    list.add(name("total_seconds"), label("training time of all"), Unit::Seconds, TIMED, value);
    let operators = arm::find(&arm.name).map(|found| Space::new(found.variant, 1).operators());
    for operator in operators.into_iter().flatten() {
        let value = of_stage(blocks, move |stage| measures::share(stage, operator));
        let words = label(&format!("share of {operator} among all operators"));
        list.add(name(&format!("share.{operator}")), words, Unit::Fraction, UNTIMED, value);
    }
    let value = of_stage(blocks, |stage| PREFERRED.iter().map(|&one| measures::share(stage, one)).sum());
    let words = label("share of dw3, avg3 and max3 together");
    list.add(name("share.dw3_avg3_max3"), words, Unit::Fraction, UNTIMED, value);
}

/// Quantities of predictions, made before the cells were trained.
fn predicted(list: &mut List, blocks: usize) {
    let name = |name: &str| format!("b{blocks}.{name}");
    let label = |words: &str| format!("{words}, cells of {blocks} blocks");
    let of = |which: usize| {
        move |stage: &Stage| measures::mean_of(&stage.cells, |one| one.predicted.map(|values| values[which]))
    };
    let words = label("mean predicted accuracy of the chosen");
    list.add(name("predicted_accuracy"), words, Unit::Fraction, UNTIMED, of_stage(blocks, of(0)));
    let words = label("mean predicted time of the chosen");
    list.add(name("predicted_seconds"), words, Unit::Seconds, TIMED, of_stage(blocks, of(1)));
    let words = label("Kendall's tau-b of predicted and real accuracy");
    list.add_where_defined(name("tau_accuracy"), words, UNTIMED, of_stage(blocks, |stage| measures::tau(stage, 0)));
    let words = label("Kendall's tau-b of predicted and real time");
    list.add_where_defined(name("tau_seconds"), words, TIMED, of_stage(blocks, |stage| measures::tau(stage, 1)));
    let absolute = |one: &Trained| measures::time_error(one).map(f64::abs);
    let value = of_stage(blocks, move |stage| measures::mean_of(&stage.cells, absolute));
    list.add(name("time_error.proper"), label("mean relative error of time"), Unit::Fraction, TIMED, value);
    let value: OfSearch = Box::new(move |record| {
        measures::stage(record, blocks)?;
        measures::mean_of(measures::predicted_cells(record, blocks), absolute)
    });
    let words = format!("mean relative error of time, cells of 2 to {blocks} blocks");
    list.add(name("time_error.progressive"), words, Unit::Fraction, TIMED, value);
    let value = of_stage(blocks, |stage| measures::mean_of(&stage.cells, measures::time_error));
    let words = label("mean signed relative error of time (negative: underestimated)");
    list.add(name("time_bias"), words, Unit::One, TIMED, value);
    // A linear prediction may be 0 or less: then there is no multiple.
    let range = |stage: &Stage| stage.predicted_range.filter(|[low, _]| *low > 0.0).map(|[low, high]| high / low);
    let words = label("largest predicted time of all candidates, as a multiple of the smallest");
    list.add_where_defined(name("time_range"), words, TIMED, of_stage(blocks, range));
}

/// Quantities of whole searches.
fn whole(list: &mut List, settings: &Settings, arm: &ArmSettings) {
    if arm.blocks > 1 {
        for (name, words, pick) in ERRORS {
            let value: OfSearch = Box::new(move |record| {
                let cells = measures::predicted_cells(record, usize::MAX);
                let errors: Vec<f64> = cells.into_iter().filter_map(measures::time_error).map(f64::abs).collect();
                (!errors.is_empty()).then(|| pick(&errors))
            });
            let label = format!("{words} relative error of time, all cells of 2 blocks and more");
            list.add(format!("time_error.{name}"), label, Unit::Fraction, TIMED, value);
        }
        for (name, words, has) in [("conv1x7", "with", true), ("others", "without", false)] {
            let value: OfSearch = Box::new(move |record| {
                let holds = |one: &&Trained| one.cell.operators().any(|one| one == Operator::Conv1x7) == has;
                let cells: Vec<&Trained> =
                    measures::predicted_cells(record, usize::MAX).into_iter().filter(holds).collect();
                measures::mean_of(cells, measures::time_error)
            });
            let label = format!("mean signed relative error of time, cells {words} a 1x7-7x1 convolution");
            list.add_where_defined(format!("{name}.time_bias"), label, TIMED, value);
        }
    }
    let value: OfSearch = Box::new(|record| measures::best(record).map(|one| one.child.accuracy));
    let label = "validation accuracy of the best cell of the largest stage".to_owned();
    list.add("best.accuracy".to_owned(), label, Unit::Fraction, UNTIMED, value);
    let value: OfSearch = Box::new(|record| measures::best(record).map(|one| one.child.seconds));
    let label = "training time of the best cell of the largest stage".to_owned();
    list.add("best.seconds".to_owned(), label, Unit::Seconds, TIMED, value);
    let value: OfSearch = Box::new(|record| Some(measures::total_seconds(record)));
    list.add("total_seconds".to_owned(), "training time of the whole search".to_owned(), Unit::Seconds, TIMED, value);
    let seconds = settings.search.hypervolume_seconds;
    let value: OfSearch = Box::new(move |record| Some(measures::hypervolume(record, seconds)));
    let label = format!("hypervolume of accuracy and time of all trained cells, up to {seconds} s");
    list.add("hypervolume".to_owned(), label, Unit::One, TIMED, value);
}

/// Name, words, and what is taken of all errors.
type OfErrors = (&'static str, &'static str, fn(&[f64]) -> f64);

const ERRORS: [OfErrors; 3] = [
    ("mean", "mean", mean),
    ("largest", "largest", |errors| errors.iter().copied().fold(0.0, f64::max)),
    ("smallest", "smallest", |errors| errors.iter().copied().fold(f64::INFINITY, f64::min)),
];

/// What random search of the same cost had found, minus what the arm found.
fn regret(arm: &str) -> Vec<Entry> {
    let entry =
        |name: &str, words: &str, observed_time: bool, random: fn(&SearchRecord, &SearchRecord) -> Option<f64>| {
            let owner = arm.to_owned();
            let read = move |evidence: &Evidence| {
                let pairs = evidence.searches(&owner).iter().zip(evidence.searches(RANDOM));
                let regret = |(ours, other): (&SearchRecord, &SearchRecord)| {
                    Some(random(ours, other)? - measures::highest_accuracy(ours)?)
                };
                pairs.map(regret).collect::<Option<Vec<f64>>>().map(Measured::Samples)
            };
            Entry {
                name: format!("{arm}.regret.{name}"),
                label: format!("best accuracy of random search {words} minus that of {arm}"),
                unit: Unit::Fraction,
                data: None,
                over: "search seed".into(),
                observed_time,
                read: Box::new(read),
            }
        };
    let evaluations = |ours: &SearchRecord, other: &SearchRecord| {
        let count = ours.stages.iter().map(|stage| stage.cells.len()).sum();
        let cells = other.stages.iter().flat_map(|stage| &stage.cells);
        cells.take(count).map(|one| one.child.accuracy).reduce(f64::max)
    };
    let seconds =
        |ours: &SearchRecord, other: &SearchRecord| measures::highest_within(other, measures::total_seconds(ours));
    vec![
        entry("evaluations", "after as many trainings", UNTIMED, evaluations),
        entry("seconds", "within the same training time", TIMED, seconds),
    ]
}

/// Errors of every regressor on the cells that an arm selected.
fn ablation(arm: &ArmSettings) -> Vec<Entry> {
    let mut entries = Vec::new();
    let kinds = std::iter::once(None).chain(pairs().into_iter().map(Some));
    for (place, kind) in kinds.enumerate() {
        let regressor =
            kind.map_or("block_sum".to_owned(), |(kind, features)| format!("{}.{}", kind.name(), features.name()));
        for blocks in 2..=arm.blocks {
            for (statistic, words, progressive, signed) in [
                ("proper", "mean relative error", false, false),
                ("progressive", "mean relative error so far", true, false),
                ("bias", "mean signed relative error", false, true),
            ] {
                let owner = arm.name.clone();
                let read = move |evidence: &Evidence| {
                    let error = |judged: &Vec<Judged>| stage_error(judged.get(place)?, blocks, progressive, signed);
                    evidence.ablations(&owner).iter().map(error).collect::<Option<Vec<f64>>>().map(Measured::Samples)
                };
                entries.push(Entry {
                    name: format!("{}.ablation.{regressor}.b{blocks}.{statistic}", arm.name),
                    label: format!("{words} of {regressor} on cells of {blocks} blocks chosen by {}", arm.name),
                    unit: if signed { Unit::One } else { Unit::Fraction },
                    data: None,
                    over: "search seed".into(),
                    observed_time: TIMED,
                    read: Box::new(read),
                });
            }
        }
    }
    entries
}

fn stage_error(judged: &Judged, blocks: usize, progressive: bool, signed: bool) -> Option<f64> {
    // Stages of an ablation start at two blocks.
    let last = blocks - 2;
    judged.stages.get(last)?;
    let first = if progressive { 0 } else { last };
    let errors = judged.stages[first..=last].iter().flatten().map(|[predicted, truth]| (predicted - truth) / truth);
    let errors: Vec<f64> = if signed { errors.collect() } else { errors.map(f64::abs).collect() };
    (!errors.is_empty()).then(|| mean(&errors))
}

/// Training time of cells of one block all of whose operators are of one sort.
fn pure_cells(name: &str, is: fn(Operator) -> bool) -> Entry {
    let read = move |evidence: &Evidence| {
        let of_record = |record: &SearchRecord| {
            let cells = record.stages[0].cells.iter().filter(|one| one.cell.operators().all(is));
            measures::mean_of(cells, |one| Some(one.child.seconds))
        };
        let samples: Option<Vec<f64>> = evidence.searches("pnas").iter().map(of_record).collect();
        samples.map(Measured::Samples)
    };
    Entry {
        name: format!("stage1.{name}.seconds"),
        label: format!("mean training time of cells of one block with nothing but {name}"),
        unit: Unit::Seconds,
        data: None,
        over: "search seed".into(),
        observed_time: TIMED,
        read: Box::new(read),
    }
}

/// How far repeated timings of the same training lie apart.
fn clock() -> Entry {
    let read = |evidence: &Evidence| {
        let spread = |times: &Vec<f64>| {
            let longest = times.iter().copied().fold(0.0, f64::max);
            let shortest = times.iter().copied().fold(f64::INFINITY, f64::min);
            (longest - shortest) / mean(times)
        };
        samples(evidence.clock.iter().map(spread))
    };
    Entry {
        name: "clock.spread".to_owned(),
        label: "longest minus shortest of repeated timings of one training, as a share of their mean".to_owned(),
        unit: Unit::Fraction,
        data: None,
        over: "cell".into(),
        observed_time: TIMED,
        read: Box::new(read),
    }
}

/// The median of a quantity's samples, for captions.
pub fn median_of(quantities: &BTreeMap<String, Quantity>, name: &str) -> Option<f64> {
    match &quantities.get(name)?.measured {
        Measured::Samples(samples) => Some(median(samples)),
        Measured::Estimate { value, .. } => Some(*value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ablation::FeatureSet;
    use crate::fixture::{results, settings};
    use crate::regressor::RegressorKind;

    #[test]
    fn names_are_unique_and_all_that_is_found_was_promised() {
        let settings = settings();
        let names = names(&settings);
        assert!(names.windows(2).all(|pair| pair[0] < pair[1]));
        let (_, results) = results();
        let found = measure(&settings, &Evidence::read(&settings, &results).expect("own results"));
        assert!(found.keys().all(|name| names.binary_search(name).is_ok()));
        // Only what no search may be able to give is absent.
        let absent: Vec<&String> = names.iter().filter(|name| !found.contains_key(*name)).collect();
        assert!(
            absent.iter().all(|name| ["tau_", "conv1x7.", "time_range", "popnas_limit.b3."]
                .iter()
                .any(|part| name.contains(part))),
            "{absent:?}"
        );
    }

    #[test]
    fn errors_of_a_stage_are_proper_progressive_or_signed() {
        let kind = Some((RegressorKind::Ridge, FeatureSet::Standard));
        let judged = Judged { kind, stages: vec![vec![[1.0, 2.0]], vec![[3.0, 2.0], [2.0, 2.0], [1.0, 4.0]]] };
        assert_eq!(stage_error(&judged, 2, false, true), Some(-0.5));
        assert_eq!(stage_error(&judged, 3, false, false), Some((0.5 + 0.0 + 0.75) / 3.0));
        assert_eq!(stage_error(&judged, 3, true, false), Some((0.5 + 0.5 + 0.0 + 0.75) / 4.0));
        assert_eq!(stage_error(&judged, 4, false, false), None);
    }
}
