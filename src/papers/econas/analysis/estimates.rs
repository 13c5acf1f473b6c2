//! What no declaration makes: estimates of a whole table or study, each with an interval of its own.
//!
//! Correlations resample a stream that is named after the data set and not after the quantity, so that a stand-in has the
//! very interval of what it stands for; their squares, their difference between two tables, a percentile and R squared have
//! intervals that follow from no sample of units; and of the author's table and of variance components the studies have made
//! the intervals, since what they are made of is not in the evidence.

use super::frame::{NETWORK, RANGES, SAMPLE_OF_ROWS, UNITS, network_of};
use super::names::{Place, Search, Tree, WORDS, places, searches, trees};
use super::order_statistics::interval_of_quantile;
use super::result_set::{Group, ResultSet, has_learned};
use crate::objectives::OBJECTIVES;
use crate::plan::{table_study, tradeoffs_study};
use crate::settings::{Dataset, Settings};
use crate::tradeoffs;
use crate::trial::Trained;
use renas_base::metric::Unit;
use renas_harness::study::Handle;
use renas_report::catalogue::{Correlation, Entry, correlation, share};
use renas_report::findings::Measured;
use renas_report::range::Range;
use renas_stats::summary::{Interval, quantile, sorted};

/// What accuracy is related to: the end of a name, the word, and how it is read.
type Partner = (&'static str, &'static str, fn(&Trained) -> f64);
const PARTNERS: [Partner; 3] = [
    ("similarity", "similarity", |one| one.test.similarity),
    ("distance", "distance", |one| one.test.distance),
    ("multiply_adds", "multiply-adds", |one| one.multiply_adds),
];

/// What a strength of a trade-off can differ by from another.
const GROWTH: Range = Range { low: Some(-2.0), high: Some(2.0) };

/// Every estimate.
pub fn catalogue(settings: &Settings) -> Vec<Entry<ResultSet>> {
    let mut entries = Vec::new();
    for place in places(settings) {
        for group in Group::BOTH {
            entries.extend(relations(&place, group));
            entries.push(percentile(&place, group));
        }
        entries.push(nothing_learned(&place));
    }
    if let [easier, harder, ..] = settings.datasets.as_slice() {
        entries.extend(growth(easier, harder));
    }
    entries.extend(settings.datasets.iter().flat_map(published));
    let ours = trees(settings).into_iter().filter(|tree| !tree.search.arm.is_imported());
    entries.extend(ours.flat_map(|tree| Group::BOTH.map(|group| r_squared(&tree, group))));
    entries.extend(searches(settings).iter().filter(|one| one.arm.has_components()).flat_map(components));
    entries
}

/// The prefix of a name, and what a label says.
fn of_group(group: Group) -> (&'static str, &'static str) {
    match group {
        Group::All => ("", ""),
        Group::Learned => ("learned.", ", without networks that learned nothing"),
    }
}

/// An estimate over the networks of the table of a data set, made of these studies.
fn of_networks<T, const N: usize>(
    (name, label): (String, String),
    (unit, range): (Unit, Range),
    (data, studies): (&str, [Handle<T>; N]),
    read: impl Fn(&ResultSet) -> Option<Measured> + Send + Sync + 'static,
) -> Entry<ResultSet> {
    Entry {
        name,
        label,
        unit,
        range,
        data: Some(data.to_owned()),
        over: NETWORK.into(),
        cluster: network_of(data).into(),
        observed_time: false,
        studies: studies.iter().map(String::from).collect(),
        read: Box::new(read),
    }
}

/// Correlations of accuracy with its partners over the networks of a table that a group counts, on test samples.
fn relations(place: &Place<'_>, group: Group) -> Vec<Entry<ResultSet>> {
    let (data, (prefix, words)) = (&place.dataset.name, of_group(group));
    let mut entries = Vec::new();
    for (partner, word, value) in PARTNERS {
        let mut add = |kind: &str, label: String, range: Range, of: Correlation, finish: fn(Measured) -> Measured| {
            let name = format!("trained.{}.{prefix}{kind}.accuracy_{partner}", place.name);
            let names = (name, format!("{label} (trained, {data}{words})"));
            let owner = data.clone();
            let read = move |results: &ResultSet| related(results, &owner, group, (partner, value), of).map(finish);
            entries.push(of_networks(names, (Unit::One, range), (data, [table_study(data)]), read));
        };
        for (kind, of) in [("pearson", Correlation::Pearson), ("spearman", Correlation::Spearman)] {
            let label = format!("{kind} correlation of accuracy and {word}");
            add(kind, label, Range::CORRELATION, of, |found| found);
        }
        let label = format!("share of the variance of accuracy that a straight line in {word} explains");
        add("linear", label, Range::SHARE, Correlation::Pearson, squared);
    }
    entries
}

fn related(
    results: &ResultSet,
    data: &str,
    group: Group,
    (partner, value): (&str, fn(&Trained) -> f64),
    of: Correlation,
) -> Option<Measured> {
    let name = format!("trained.{data}.{}{of:?}.accuracy_{partner}", of_group(group).0);
    correlated(results.table(data, group), value, of, &name)
}

fn correlated(table: &[Trained], value: fn(&Trained) -> f64, of: Correlation, name: &str) -> Option<Measured> {
    correlation(of, &accuracies(table), &table.iter().map(value).collect::<Vec<f64>>(), name)
}

fn accuracies(table: &[Trained]) -> Vec<f64> {
    table.iter().map(|network| network.test.accuracy).collect()
}

/// A correlation squared: its interval is that of the squares of all values in the correlation's.
fn squared(correlation: Measured) -> Measured {
    let Measured::Estimate { value, low, high, n, interval } = correlation else { return correlation };
    let [least, most] = [low.abs().min(high.abs()), low.abs().max(high.abs())];
    let low = if low < 0.0 && high > 0.0 { 0.0 } else { least * least };
    let interval = format!("squares of the correlation's: {interval}");
    Measured::Estimate { value: value * value, low, high: most * most, n, interval }
}

fn percentile(place: &Place<'_>, group: Group) -> Entry<ResultSet> {
    let (data, (prefix, words)) = (&place.dataset.name, of_group(group));
    let name = format!("trained.{}.{prefix}accuracy_p95", place.name);
    let label = format!("95th percentile of test accuracy (trained, {data}{words})");
    let owner = data.clone();
    let read = move |results: &ResultSet| {
        let accuracies = accuracies(results.table(&owner, group));
        let Interval { low, high } = interval_of_quantile(&accuracies, 0.95, 0.95)?;
        let value = quantile(&sorted(&accuracies), 0.95);
        let interval = "order statistics, by the binomial distribution".to_owned();
        Some(Measured::Estimate { value, low, high, n: accuracies.len(), interval })
    };
    of_networks((name, label), (Unit::Fraction, Range::SHARE), (data, [table_study(data)]), read)
}

fn nothing_learned(place: &Place<'_>) -> Entry<ResultSet> {
    let Dataset { name: data, classes, .. } = place.dataset;
    let label =
        format!("share of random networks that learned nothing: at most chance and 2 points on test samples ({data})");
    let (owner, classes) = (data.clone(), *classes);
    let read = move |results: &ResultSet| {
        let table = results.table(&owner, Group::All);
        share(table.iter().filter(|network| !has_learned(network, classes)).count(), table.len())
    };
    let name = format!("trained.{}.nothing_learned", place.name);
    of_networks((name, label), (Unit::Fraction, Range::SHARE), (data, [table_study(data)]), read)
}

/// How much stronger the trade-off of accuracy with each partner is in the harder data set than in the easier one.
///
/// The strength of a trade-off is the Pearson correlation turned so that 1 is a perfect trade-off: a more accurate
/// network is less introspectable, or costs more.
fn growth(easier: &Dataset, harder: &Dataset) -> Vec<Entry<ResultSet>> {
    let mut entries = Vec::new();
    for group in Group::BOTH {
        for (partner, word, value) in PARTNERS {
            let (easier, harder, (prefix, words)) = (easier.name.clone(), harder.name.clone(), of_group(group));
            let label = format!("trade-off of accuracy with {word}: {harder} minus {easier}{words}");
            let name = format!("trained.tradeoff_growth.{prefix}{partner}");
            let (data, studies) = (harder.clone(), [&easier, &harder].map(|data| table_study(data)));
            let read = move |results: &ResultSet| {
                let of = |data: &str| related(results, data, group, (partner, value), Correlation::Pearson);
                let grown = difference(&of(&harder)?, &of(&easier)?)?;
                Some(if partner == "multiply_adds" { grown } else { negated(grown) })
            };
            entries.push(of_networks((name, label), (Unit::One, GROWTH), (&data, studies), read));
        }
    }
    entries
}

/// A correlation less that of an independent sample, its interval recovered from theirs.
///
/// Zou 2007, <https://doi.org/10.1037/1082-989X.12.4.399>, equation 15.
fn difference(left: &Measured, right: &Measured) -> Option<Measured> {
    let of = |one: &Measured| match one {
        Measured::Estimate { value, low, high, n, .. } => Some((*value, *low, *high, *n)),
        _ => None,
    };
    let ((left, left_low, left_high, m), (right, right_low, right_high, n)) = (of(left)?, of(right)?);
    let low = left - right - libm::hypot(left - left_low, right_high - right);
    let high = left - right + libm::hypot(left_high - left, right - right_low);
    let interval = "recovered from the intervals of the two correlations".to_owned();
    Some(Measured::Estimate { value: left - right, low, high, n: m.min(n), interval })
}

fn negated(estimate: Measured) -> Measured {
    match estimate {
        Measured::Estimate { value, low, high, n, interval } => {
            Measured::Estimate { value: -value, low: -high, high: -low, n, interval }
        }
        other => other,
    }
}

/// Correlations in the author's table, as their study made them.
fn published(dataset: &Dataset) -> Vec<Entry<ResultSet>> {
    let Some(table) = &dataset.author_table else { return Vec::new() };
    let published = |key: String| {
        let (unit, range, words) = match key.split_once(".accuracy_") {
            Some((kind, partner)) => {
                let words = format!("{kind} correlation of accuracy and {}", partner.replace('_', "-"));
                (Unit::One, Range::CORRELATION, words)
            }
            None => (Unit::Fraction, Range::SHARE, "95th percentile of test accuracy".to_owned()),
        };
        let names = (format!("published.{}.{key}", dataset.name), format!("{words} (published, {})", dataset.name));
        let owner = dataset.name.clone();
        let read = move |results: &ResultSet| {
            let found = results.published(&owner)?.get(&key)?;
            let Interval { low, high } = found.interval;
            let interval = OF_THE_AUTHORS_TABLE.to_owned();
            Some(Measured::Estimate { value: found.value, low, high, n: found.networks, interval })
        };
        of_networks(names, (unit, range), (table, [tradeoffs_study(&dataset.name, true)]), read)
    };
    tradeoffs::names(true).into_iter().map(published).collect()
}

/// The rows of the author's table are not ours to commit: of them the evidence holds what the study made of them.
const OF_THE_AUTHORS_TABLE: &str = "percentile bootstrap over networks, made where the author's table was: its rows are not in the evidence, and no claim \
     rests on it";

/// Over the networks of our table, each predicted by trees that were fitted without it.
fn r_squared(tree: &Tree, group: Group) -> Entry<ResultSet> {
    let Tree { search: Search { name, arm, .. }, axis } = tree.clone();
    let (prefix, words) = of_group(group);
    let named = |search: &str| format!("surrogate.{search}.{}.{prefix}r2", OBJECTIVES[axis]);
    let on = format!("{} on {}{words}", arm.name, arm.dataset);
    let label = format!("R squared of predicted {} on networks out of fold ({on})", WORDS[axis]);
    let (name, stream, data) = (named(&name), named(&arm.key()), arm.data.clone());
    let studies = [table_study(&arm.dataset)];
    let read = move |results: &ResultSet| results.out_of_fold(&arm, group).get(axis)?.r_squared(&stream);
    of_networks((name, label), (Unit::One, Range::R_SQUARED), (&data, studies), read)
}

/// Standard deviations of the final population's mean by cause, as their study made them.
fn components(search: &Search) -> Vec<Entry<ResultSet>> {
    let Search { name, arm, .. } = search;
    let mut entries = Vec::new();
    for (axis, objective) in OBJECTIVES.iter().enumerate() {
        for (cause, words) in [("search", "searches on the same rows"), ("rows", "samples of table rows")] {
            let on = format!("{} on {}", arm.name, arm.dataset);
            let label = format!("standard deviation of final mean {} between {words} ({on})", WORDS[axis]);
            let names = (format!("{name}.components.{cause}.{objective}"), label);
            let owner = arm.clone();
            let read = move |results: &ResultSet| {
                let found = results.arm(&owner).components.get(axis)?;
                let component = if cause == "search" { found.search } else { found.rows };
                let Interval { low, high } = component.interval;
                let interval = OF_THE_STUDY.to_owned();
                Some(Measured::Estimate { value: component.value, low, high, n: found.row_samples, interval })
            };
            let studies = [arm.components_study()];
            let entry = of_networks(names, (UNITS[axis], RANGES[axis]), (&arm.data, studies), read);
            entries.push(Entry { over: SAMPLE_OF_ROWS.into(), cluster: SAMPLE_OF_ROWS.into(), ..entry });
        }
    }
    entries
}

/// The study keeps no single searches: its interval stands as it was made.
const OF_THE_STUDY: &str = "percentile bootstrap over samples of rows, a little short; no claim rests on it";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genotype::Genotype;
    use crate::trial::Metrics;

    fn estimate(value: f64, low: f64, high: f64) -> Measured {
        Measured::Estimate { value, low, high, n: 100, interval: String::new() }
    }

    fn ends(measured: &Measured) -> [f64; 3] {
        let Measured::Estimate { value, low, high, .. } = measured else { panic!("an estimate") };
        [*low, *value, *high]
    }

    /// The difference of two independent correlations that Zou 2007 works out: 0.13 [-0.060, 0.320].
    #[test]
    fn a_difference_of_correlations_has_the_interval_of_zou() {
        let found = difference(&estimate(0.49, 0.355, 0.605), &estimate(0.36, 0.209, 0.494)).expect("estimates");
        for (ours, theirs) in ends(&found).into_iter().zip([-0.060, 0.13, 0.320]) {
            assert!((ours - theirs).abs() < 5e-4, "{ours} {theirs}");
        }
        assert_eq!(ends(&negated(found.clone())), [-ends(&found)[2], -ends(&found)[1], -ends(&found)[0]]);
    }

    /// The audit: 16 of 250 MNIST networks at 11.35 % made a correlation of 0.77, which without them is nothing.
    #[test]
    fn networks_that_learned_nothing_make_a_correlation_and_are_left_out_of_the_other_reading() {
        let network = |index: usize| {
            let nothing = index < 16;
            let accuracy = if nothing { 0.1135 } else { 0.9 + 0.0001 * (index * 37 % 250) as f64 };
            let distance = if nothing { 0.01 } else { 0.4 + 0.0001 * (index * 101 % 250) as f64 };
            let test = Metrics { accuracy, similarity: 0.5, distance };
            let genotype = Genotype(vec![index + 1]);
            Trained { genotype, multiply_adds: 1.0, validation: test, test, diverged: false }
        };
        let table: Vec<Trained> = (0..250).map(network).collect();
        let read = |group: Group| {
            let counted: Vec<Trained> = table.iter().filter(|one| group.holds(one, 10)).cloned().collect();
            let found = correlated(&counted, PARTNERS[1].2, Correlation::Pearson, "audit");
            (counted.len(), ends(&found.expect("networks")))
        };
        let ((all, [low, ..]), (some, [least, _, most])) = (read(Group::All), read(Group::Learned));
        assert_eq!((all, some), (250, 234));
        assert!(low > 0.9 && least < 0.0 && most > 0.0, "{low}, {least} to {most}");
    }

    #[test]
    fn a_square_reaches_down_to_nothing_where_the_correlation_may_be_nothing() {
        assert_eq!(ends(&squared(estimate(-0.5, -0.75, -0.25))), [0.0625, 0.25, 0.5625]);
        assert_eq!(ends(&squared(estimate(0.0, -0.5, 0.25))), [0.0, 0.0, 0.25]);
    }
}
