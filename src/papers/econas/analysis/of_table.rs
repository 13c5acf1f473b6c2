//! Quantities of the tables of trained networks: ours, and what is known of the author's.

use super::entry::{Entry, Group, NETWORK, RANGES, has_learned, network_of};
use super::evidence::Evidence;
use super::order_statistics::interval_of_quantile;
use crate::plan::tradeoffs_id;
use crate::settings::Dataset;
use crate::tradeoffs::{self, Estimate};
use crate::trial::Trained;
use renas_base::metric::Unit;
use renas_report::catalogue::{Correlation, correlation, samples, share};
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

fn accuracy(network: &Trained) -> f64 {
    network.test.accuracy
}

/// What a strength of a trade-off can differ by from another.
const GROWTH: Range = Range { low: Some(-2.0), high: Some(2.0) };

fn entry<'a>(
    name: String,
    label: String,
    (unit, range): (Unit, Range),
    data: String,
    read: impl Fn(&Evidence) -> Option<Measured> + 'a,
) -> Entry<'a> {
    let read = Box::new(move |evidence: &Evidence| Ok(read(evidence)));
    Entry { name, label, unit, cluster: network_of(&data), data, range, over: NETWORK, imported: false, read }
}

/// One number per network of a group.
fn column(evidence: &Evidence, dataset: &Dataset, group: Group, value: fn(&Trained) -> f64) -> Vec<f64> {
    column_of(evidence.table(dataset), dataset.classes, group, value)
}

fn column_of(table: &[Trained], classes: usize, group: Group, value: fn(&Trained) -> f64) -> Vec<f64> {
    table.iter().filter(|network| group.holds(network, classes)).map(value).collect()
}

/// The table of trained networks, on test samples, with and without networks that learned nothing.
pub fn trained(dataset: &Dataset) -> Vec<Entry<'_>> {
    let mut entries = Vec::new();
    for group in Group::BOTH {
        entries.extend(columns(dataset, group));
        entries.extend(relations(dataset, group));
        entries.push(percentile(dataset, group));
    }
    let read = |evidence: &Evidence| {
        let table = evidence.table(dataset);
        share(table.iter().filter(|network| !has_learned(network, dataset.classes)).count(), table.len())
    };
    let place = &dataset.name;
    let label =
        format!("share of random networks that learned nothing: at most chance and 2 points on test samples ({place})");
    let (name, kind) = (format!("trained.{place}.nothing_learned"), (Unit::Fraction, Range::SHARE));
    entries.push(entry(name, label, kind, place.clone(), read));
    entries
}

/// What was measured of each network: name, label, unit, range, and how it is read.
type Column = (&'static str, &'static str, Unit, Range, fn(&Trained) -> f64);
const COLUMNS: [Column; 4] = [
    ("accuracy", "test accuracy", Unit::Fraction, RANGES[0], accuracy),
    ("similarity", "similarity of class outputs", Unit::One, RANGES[1], PARTNERS[0].2),
    ("distance", "distance of class activations", Unit::One, RANGES[1], PARTNERS[1].2),
    ("multiply_adds", "multiply-adds", Unit::MultiplyAdds, RANGES[2], PARTNERS[2].2),
];

fn of_group<'a>(
    dataset: &'a Dataset,
    group: Group,
    name: &str,
    label: String,
    kind: (Unit, Range),
    read: impl Fn(&Evidence) -> Option<Measured> + 'a,
) -> Entry<'a> {
    entry(format!("trained.{}.{}{name}", dataset.name, group.prefix()), label, kind, dataset.name.clone(), read)
}

fn columns(dataset: &Dataset, group: Group) -> Vec<Entry<'_>> {
    let one = |(name, label, unit, range, value): Column| {
        let label = format!("{label} of random networks, trained ({}{})", dataset.name, group.words());
        let read = move |evidence: &Evidence| samples(column(evidence, dataset, group, value));
        of_group(dataset, group, name, label, (unit, range), read)
    };
    COLUMNS.map(one).into()
}

fn relations(dataset: &Dataset, group: Group) -> Vec<Entry<'_>> {
    let mut entries = Vec::new();
    let place = format!("(trained, {}{})", dataset.name, group.words());
    for (partner, word, _) in PARTNERS {
        for (kind, of) in [("pearson", Correlation::Pearson), ("spearman", Correlation::Spearman)] {
            let label = format!("{kind} correlation of accuracy and {word} {place}");
            let read = move |evidence: &Evidence| related(evidence, dataset, group, partner, of);
            let (name, unit) = (format!("{kind}.accuracy_{partner}"), (Unit::One, Range::CORRELATION));
            entries.push(of_group(dataset, group, &name, label, unit, read));
        }
        let label = format!("share of the variance of accuracy that a straight line in {word} explains {place}");
        let read =
            move |evidence: &Evidence| related(evidence, dataset, group, partner, Correlation::Pearson).map(squared);
        let (name, unit) = (format!("linear.accuracy_{partner}"), (Unit::One, Range::SHARE));
        entries.push(of_group(dataset, group, &name, label, unit, read));
    }
    entries
}

fn percentile(dataset: &Dataset, group: Group) -> Entry<'_> {
    let label = format!("95th percentile of test accuracy (trained, {}{})", dataset.name, group.words());
    let read = move |evidence: &Evidence| {
        let accuracies = column(evidence, dataset, group, accuracy);
        let Interval { low, high } = interval_of_quantile(&accuracies, 0.95, 0.95)?;
        let value = quantile(&sorted(&accuracies), 0.95);
        let interval = "order statistics, by the binomial distribution".to_owned();
        Some(Measured::Estimate { value, low, high, n: accuracies.len(), interval })
    };
    of_group(dataset, group, "accuracy_p95", label, (Unit::Fraction, Range::SHARE), read)
}

fn related(evidence: &Evidence, dataset: &Dataset, group: Group, partner: &str, of: Correlation) -> Option<Measured> {
    let (_, _, value) = PARTNERS.iter().find(|(name, ..)| *name == partner)?;
    let name = format!("trained.{}.{}{of:?}.accuracy_{partner}", dataset.name, group.prefix());
    let [left, right] = [accuracy, *value].map(|value| column(evidence, dataset, group, value));
    correlation(of, &left, &right, &name)
}

/// A correlation squared: its interval is that of the squares of all values in the correlation's.
fn squared(correlation: Measured) -> Measured {
    let Measured::Estimate { value, low, high, n, interval } = correlation else { return correlation };
    let [least, most] = [low.abs().min(high.abs()), low.abs().max(high.abs())];
    let low = if low < 0.0 && high > 0.0 { 0.0 } else { least * least };
    let interval = format!("squares of the correlation's: {interval}");
    Measured::Estimate { value: value * value, low, high: most * most, n, interval }
}

/// How much stronger the trade-off of accuracy with each partner is in the harder data set than in the easier one.
///
/// The strength of a trade-off is the Pearson correlation turned so that 1 is a perfect trade-off: a more accurate
/// network is less introspectable, or costs more.
pub fn growth<'a>(easier: &'a Dataset, harder: &'a Dataset) -> Vec<Entry<'a>> {
    let mut entries = Vec::new();
    for group in Group::BOTH {
        for (partner, word, _) in PARTNERS {
            let read = move |evidence: &Evidence| {
                let of = |dataset| related(evidence, dataset, group, partner, Correlation::Pearson);
                let grown = difference(&of(harder)?, &of(easier)?)?;
                Some(if partner == "multiply_adds" { grown } else { negated(grown) })
            };
            let (prefix, words) = (group.prefix(), group.words());
            let label = format!("trade-off of accuracy with {word}: {} minus {}{words}", harder.name, easier.name);
            let name = format!("trained.tradeoff_growth.{prefix}{partner}");
            entries.push(entry(name, label, (Unit::One, GROWTH), harder.name.clone(), read));
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

/// Correlations in the author's table.
pub fn published(dataset: &Dataset) -> Vec<Entry<'_>> {
    let Some(table) = &dataset.author_table else { return Vec::new() };
    let study = tradeoffs_id(&dataset.name, true);
    let published = |key: String| {
        let (unit, range, words) = match key.split_once(".accuracy_") {
            Some((kind, partner)) => {
                let words = format!("{kind} correlation of accuracy and {}", partner.replace('_', "-"));
                (Unit::One, Range::CORRELATION, words)
            }
            None => (Unit::Fraction, Range::SHARE, "95th percentile of test accuracy".to_owned()),
        };
        let name = format!("published.{}.{key}", dataset.name);
        let (label, study) = (format!("{words} (published, {})", dataset.name), study.clone());
        let read = move |evidence: &Evidence| {
            let Some(estimate) = evidence.estimates(&study)?.get(&key) else { return Ok(None) };
            let Estimate { value, interval: Interval { low, high }, networks } = *estimate;
            let interval = OF_THE_STUDY.to_owned();
            Ok(Some(Measured::Estimate { value, low, high, n: networks, interval }))
        };
        let (data, read) = (table.clone(), Box::new(read));
        Entry { name, label, unit, cluster: network_of(&data), data, range, over: NETWORK, imported: true, read }
    };
    tradeoffs::names(true).into_iter().map(published).collect()
}

/// The rows of the author's table are not ours to commit: of them the evidence holds what the study made of them.
const OF_THE_STUDY: &str = "percentile bootstrap over networks, made where the author's table was: its rows are not in the evidence, and no claim \
     rests on it";

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
            let [left, right] = [accuracy, PARTNERS[1].2].map(|value| column_of(&table, 10, group, value));
            (left.len(), ends(&correlation(Correlation::Pearson, &left, &right, "audit").expect("networks")))
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
