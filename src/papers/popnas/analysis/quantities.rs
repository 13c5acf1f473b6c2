//! Every quantity of the findings: one catalogue says its name and how it is read from the evidence, so that the names
//! promised to the manifest's claims are those that the analysis finds.
//!
//! A search is the unit, by its seed; arms of one seed share their cells of one block, their images and initial weights,
//! and are compared seed by seed.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::evidence::Evidence;
use super::{ablations, measures, rivals, stages};
use crate::operator::Operator;
use crate::search::{SearchRecord, Trained};
use crate::settings::{ArmSettings, Settings};
use renas_base::metric::Unit;
use renas_report::catalogue::{self, Promised, clustered, samples};
use renas_report::findings::{Measured, Quantity};
use renas_report::range::Range;
use renas_stats::summary::{mean, median};

/// A number of one search; nothing where the search has no such cells.
pub(super) type OfSearch = Box<dyn Fn(&SearchRecord) -> Option<f64>>;

/// One entry of the catalogue.
pub(super) type Entry = catalogue::Entry<Evidence>;

/// The arm that others are compared with at random.
pub(super) const RANDOM: &str = "random";

/// Sizes of the groups of best cells in Table 7.
pub const TOPS: [usize; 3] = [1, 5, 25];

/// What one sample is, and the cluster.
const SEED: &str = "search seed";

/// What is known of all quantities under these settings, in ascending order of name.
pub fn promised(settings: &Settings) -> Vec<Promised> {
    catalogue::promised(entries(settings))
}

/// How many clusters these settings plan, by what a cluster is.
pub fn clusters(settings: &Settings) -> BTreeMap<String, usize> {
    BTreeMap::from([(SEED.to_owned(), settings.search.seeds), (CELL.to_owned(), settings.clock.cells)])
}

/// All quantities that this evidence holds.
pub fn measure(settings: &Settings, evidence: &Evidence) -> BTreeMap<String, Quantity> {
    catalogue::measure(entries(settings), &settings.data.name, evidence)
}

fn entries(settings: &Settings) -> Vec<Entry> {
    let mut entries = vec![clock()];
    entries.extend(first_cells());
    for arm in &settings.search.arms {
        let mut list = List { arm: arm.name.clone(), entries: Vec::new() };
        for blocks in 1..=arm.blocks {
            stages::trained(&mut list, settings, arm, blocks);
            if blocks > 1 {
                stages::predicted(&mut list, blocks);
                stages::candidates(&mut list, blocks);
            }
        }
        stages::at_equal_counts(&mut list, settings, arm);
        whole(&mut list, settings, arm);
        entries.extend(list.entries);
    }
    entries.extend(rivals::entries(settings));
    for arm in settings.ablated() {
        entries.extend(ablations::entries(arm));
    }
    entries
}

/// What sort of number a quantity is.
#[derive(Clone, Copy)]
pub(super) struct Sort {
    unit: Unit,
    range: Range,
    /// Whether it derives from measured time. Predictions of a front follow from predicted times: under a measured clock
    /// nothing of such a search repeats, but only what is itself a time is evidence about time.
    observed_time: bool,
}

const fn sort(unit: Unit, range: Range, observed_time: bool) -> Sort {
    Sort { unit, range, observed_time }
}

impl Sort {
    pub(super) const SHARE: Self = sort(Unit::Fraction, Range::SHARE, false);
    pub(super) const DIFFERENCE: Self = sort(Unit::Fraction, Range::CORRELATION, false);
    pub(super) const TAU: Self = sort(Unit::One, Range::CORRELATION, false);
    pub(super) const COUNT: Self = sort(Unit::Count, Range::NOT_NEGATIVE, false);
    pub(super) const NUMBER: Self = sort(Unit::One, Range::NOT_NEGATIVE, false);
    pub(super) const SECONDS: Self = sort(Unit::Seconds, Range::NOT_NEGATIVE, true);
    /// A linear prediction may be 0 or less.
    pub(super) const PREDICTED_SECONDS: Self = sort(Unit::Seconds, Range::ANY, true);
    pub(super) const ERROR: Self = sort(Unit::Fraction, Range::NOT_NEGATIVE, true);
    pub(super) const BIAS: Self = sort(Unit::One, Range::ANY, true);

    /// The same of what derives from measured time.
    pub(super) const fn timed(self) -> Self {
        Self { observed_time: true, ..self }
    }

    /// An entry over search seeds.
    pub(super) fn entry(
        self,
        name: String,
        label: String,
        read: impl Fn(&Evidence) -> Option<Measured> + 'static,
    ) -> Entry {
        Entry {
            name,
            label,
            unit: self.unit,
            range: self.range,
            data: None,
            over: Cow::from(SEED),
            cluster: Cow::from(SEED),
            observed_time: self.observed_time,
            read: Box::new(read),
        }
    }
}

/// Builder of one arm's quantities.
pub(super) struct List {
    pub(super) arm: String,
    entries: Vec<Entry>,
}

impl List {
    /// A number that every search of the arm has; nothing is measured where one has not.
    pub(super) fn add(&mut self, name: String, label: String, sort: Sort, value: OfSearch) {
        let arm = self.arm.clone();
        let read = move |evidence: &Evidence| {
            samples(evidence.searches(&arm).iter().map(&value).collect::<Option<Vec<f64>>>()?)
        };
        self.push(name, label, sort, read);
    }

    /// The same over the searches that have it, each under its seed.
    pub(super) fn add_where_defined(&mut self, name: String, label: String, sort: Sort, value: OfSearch) {
        let arm = self.arm.clone();
        let read = move |evidence: &Evidence| {
            let values = evidence.searches(&arm).iter().map(&value).enumerate();
            clustered(values.filter_map(|(seed, value)| Some((seed, value?))))
        };
        self.push(name, label, sort, read);
    }

    fn push(
        &mut self,
        name: String,
        label: String,
        sort: Sort,
        read: impl Fn(&Evidence) -> Option<Measured> + 'static,
    ) {
        self.entries.push(sort.entry(format!("{}.{name}", self.arm), format!("{label} ({})", self.arm), read));
    }
}

/// Quantities of whole searches.
fn whole(list: &mut List, settings: &Settings, arm: &ArmSettings) {
    if arm.blocks > 1 {
        for (name, words, pick) in ERRORS {
            let value: OfSearch = Box::new(move |record| {
                let errors = measures::time_errors(record, usize::MAX);
                (!errors.is_empty()).then(|| pick(&errors))
            });
            let label = format!("{words} relative error of time, all cells of 2 blocks and more");
            list.add(format!("time_error.{name}"), label, Sort::ERROR, value);
        }
        for (name, words, has) in [("conv1x7", "with", true), ("others", "without", false)] {
            let value: OfSearch = Box::new(move |record| {
                let holds = |one: &&Trained| one.cell.operators().any(|one| one == Operator::Conv1x7) == has;
                let cells: Vec<&Trained> =
                    measures::predicted_cells(record, usize::MAX).into_iter().filter(holds).collect();
                measures::mean_of(cells, measures::time_error)
            });
            let label = format!("mean signed relative error of time, cells {words} a 1x7-7x1 convolution");
            list.add_where_defined(format!("{name}.time_bias"), label, Sort::BIAS, value);
        }
        let label =
            "operators that are used, as a number of equally frequent ones, cells of 2 blocks and more".to_owned();
        list.add("pool".to_owned(), label, Sort::NUMBER, Box::new(measures::pool));
        let label =
            "share of the variance of training times, cells of 2 blocks and more, that lies between numbers of blocks"
                .to_owned();
        let value = Box::new(measures::variance_between_stages);
        list.add_where_defined("times_by_blocks".to_owned(), label, Sort::SHARE.timed(), value);
    }
    let value: OfSearch = Box::new(|record| measures::best(record).map(|one| one.child.accuracy));
    let label = "validation accuracy of the best cell of the largest stage".to_owned();
    list.add("best.accuracy".to_owned(), label, Sort::SHARE, value);
    let value: OfSearch = Box::new(|record| measures::best(record).map(|one| one.child.seconds));
    let label = "training time of the best cell of the largest stage".to_owned();
    list.add("best.seconds".to_owned(), label, Sort::SECONDS, value);
    let value: OfSearch = Box::new(|record| Some(measures::total_seconds(record)));
    list.add("total_seconds".to_owned(), "training time of the whole search".to_owned(), Sort::SECONDS, value);
    let seconds = settings.search.hypervolume_seconds;
    let value: OfSearch = Box::new(move |record| Some(measures::hypervolume(record, seconds)));
    let label = format!("hypervolume of accuracy and time of all trained cells, up to {seconds} s");
    list.add("hypervolume".to_owned(), label, sort(Unit::One, Range::SHARE, true), value);
}

/// Name, words, and what is taken of all errors.
type OfErrors = (&'static str, &'static str, fn(&[f64]) -> f64);

const ERRORS: [OfErrors; 3] = [
    ("mean", "mean", mean),
    ("largest", "largest", |errors| errors.iter().copied().fold(0.0, f64::max)),
    ("smallest", "smallest", |errors| errors.iter().copied().fold(f64::INFINITY, f64::min)),
];

/// Training times of the network without cells and of some cells of one block, as PNAS trains them.
fn first_cells() -> Vec<Entry> {
    let entry = |name: &str, words: &str, value: OfSearch| {
        let read = move |evidence: &Evidence| {
            let values: Option<Vec<f64>> = evidence.searches("pnas").iter().map(&value).collect();
            samples(values?)
        };
        Sort::SECONDS.entry(format!("stage1.{name}.seconds"), words.to_owned(), read)
    };
    let pure = |is: fn(Operator) -> bool| -> OfSearch {
        Box::new(move |record| {
            let cells = record.stages[0].cells.iter().filter(|one| one.cell.operators().all(is));
            measures::mean_of(cells, |one| Some(one.child.seconds))
        })
    };
    let words = |name: &str| format!("mean training time of cells of one block with nothing but {name}");
    vec![
        entry("pooling", &words("pooling"), pure(Operator::is_pooling)),
        entry("convolution", &words("convolution"), pure(Operator::is_convolution)),
        entry("dw3", "training time of the cell of two 3x3 separable convolutions", pure(|one| one == Operator::Dw3)),
        entry("dw5", "training time of the cell of two 5x5 separable convolutions", pure(|one| one == Operator::Dw5)),
        entry("empty", "training time of the network without cells", Box::new(|record| Some(record.empty_seconds))),
    ]
}

const CELL: &str = "cell";

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
    let label = "longest minus shortest of repeated timings of one training, as a share of their mean".to_owned();
    let (over, cluster) = (Cow::from(CELL), Cow::from(CELL));
    Entry { over, cluster, ..Sort::ERROR.entry("clock.spread".to_owned(), label, read) }
}

/// The median of a quantity's samples, for captions.
pub fn median_of(quantities: &BTreeMap<String, Quantity>, name: &str) -> Option<f64> {
    match &quantities.get(name)?.measured {
        Measured::Samples(samples) => Some(median(samples)),
        Measured::Clustered { samples, .. } => Some(median(samples)),
        Measured::Exact(value) | Measured::Estimate { value, .. } | Measured::PValue { p: value, .. } => Some(*value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{results, settings};

    #[test]
    fn names_are_unique_and_all_that_is_found_was_promised() {
        let settings = settings();
        let names: Vec<String> = promised(&settings).into_iter().map(|one| one.name).collect();
        assert!(names.windows(2).all(|pair| pair[0] < pair[1]));
        let (_, results) = results();
        let found = measure(&settings, &Evidence::read(&settings, &results).expect("own results"));
        assert!(found.keys().all(|name| names.binary_search(name).is_ok()));
        // Only what no search may be able to give is absent.
        let absent: Vec<&String> = names.iter().filter(|name| !found.contains_key(*name)).collect();
        let may_be = ["tau_", "conv1x7.", "time_range", "popnas_limit.", "equal_1_3", "_learned", "time_variation"];
        assert!(absent.iter().all(|name| may_be.iter().any(|part| name.contains(part))), "{absent:?}");
    }

    /// The audit's impossible intervals: shares beyond 1, counts below 0, correlations beyond 1.
    #[test]
    fn every_quantity_says_what_it_can_be_and_its_samples_are_that() {
        let settings = settings();
        let (_, results) = results();
        for (name, one) in measure(&settings, &Evidence::read(&settings, &results).expect("own results")) {
            let Range { low, high } = one.range;
            // Tau-b of a perfect order may be off by a last bit.
            let inside = |value: &f64| {
                low.is_none_or(|low| *value >= low - 1e-12) && high.is_none_or(|high| *value <= high + 1e-12)
            };
            assert!(one.measured.unit_values().is_some_and(|values| values.iter().all(inside)), "{name}: {one:?}");
            assert!(one.range != Range::ANY || one.unit == Unit::One || name.contains("predicted_seconds"), "{name}");
            assert!(clusters(&settings).contains_key(&one.cluster), "{name}: {}", one.cluster);
        }
    }

    #[test]
    fn searches_that_have_a_number_keep_their_seed() {
        let (_, results) = results();
        let found = measure(&settings(), &Evidence::read(&settings(), &results).expect("own results"));
        // Candidates are shown of the first seed alone.
        let Measured::Clustered { clusters, .. } = &found["popnas.b2.candidates.predicted_accuracy"].measured else {
            panic!("under its seed");
        };
        assert_eq!(clusters, &[0]);
    }
}
