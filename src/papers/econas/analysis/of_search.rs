//! Quantities of the searches: one sample per search seed.

use anyhow::Context as _;

use super::entry::{Entry, RANGES, SEARCH_SEED, UNITS, WORDS};
use super::evidence::{ArmEvidence, Evidence};
use crate::objectives::OBJECTIVES;
use crate::plan::Arm;
use crate::settings::Settings;
use renas_base::metric::Unit;
use renas_report::findings::Measured;
use renas_report::range::Range;

/// A number of the search from one seed.
type OfSearch<'a> = Box<dyn Fn(&ArmEvidence, usize) -> Option<f64> + 'a>;

/// All quantities of the searches of an arm.
pub fn entries<'a>(settings: &'a Settings, arm: &Arm) -> Vec<Entry<'a>> {
    let mut entries = trajectories(settings, arm);
    entries.extend(final_population(settings, arm));
    entries.extend(paths(settings, arm));
    entries
}

fn searched<'a>(arm: &Arm, name: String, label: &str, (unit, range): (Unit, Range), value: OfSearch<'a>) -> Entry<'a> {
    let name = format!("{}.{}.{name}", arm.name, arm.dataset);
    let (label, data) = (format!("{label} ({} on {})", arm.name, arm.dataset), arm.data.clone());
    let (imported, arm) = (arm.is_imported(), arm.clone());
    let read = move |evidence: &Evidence| {
        let found = evidence.arm(&arm);
        let samples = (0..found.searches.len()).map(|seed| value(found, seed).context("a generation is missing"));
        Ok(Some(Measured::Samples(samples.collect::<anyhow::Result<_>>()?)))
    };
    Entry {
        name,
        label,
        unit,
        data,
        range,
        over: SEARCH_SEED,
        cluster: SEARCH_SEED.to_owned(),
        imported,
        read: Box::new(read),
    }
}

/// The generations that quantities are of: the random sample, and those of Table 2.
fn generations(settings: &Settings) -> Vec<usize> {
    std::iter::once(0).chain(settings.search.generations.iter().copied()).collect()
}

fn mean_of(found: &ArmEvidence, seed: usize, generation: usize, axis: usize) -> Option<f64> {
    Some(found.searches[seed].trajectory.mean.get(generation)?[axis])
}

/// Statistics of the population after each generation of Table 2 and of the random sample.
fn trajectories<'a>(settings: &'a Settings, arm: &Arm) -> Vec<Entry<'a>> {
    let mut entries = Vec::new();
    for generation in generations(settings) {
        let mut add = |name: &str, label: &str, kind: (Unit, Range), value: OfSearch<'a>| {
            let label = format!("{label} after generation {generation}");
            entries.push(searched(arm, format!("g{generation}.{name}"), &label, kind, value));
        };
        for (axis, name) in OBJECTIVES.iter().enumerate() {
            let value = move |found: &ArmEvidence, seed: usize| mean_of(found, seed, generation, axis);
            let label = format!("mean predicted {}", WORDS[axis]);
            add(name, &label, (UNITS[axis], RANGES[axis]), Box::new(value));
        }
        macro_rules! statistic {
            ($field:ident, $label:literal, $unit:expr, $range:expr) => {
                add(
                    stringify!($field),
                    $label,
                    ($unit, $range),
                    Box::new(move |found, seed| found.searches[seed].trajectory.$field.get(generation).copied()),
                )
            };
        }
        statistic!(hypervolume, "hypervolume", Unit::One, Range::SHARE);
        statistic!(spread, "spread of the population", Unit::One, Range::NOT_NEGATIVE);
        statistic!(distinct, "share of distinct genotypes", Unit::Fraction, Range::SHARE);
        statistic!(depth, "mean number of hidden layers", Unit::One, Range::NOT_NEGATIVE);
    }
    entries
}

/// Diversity and correlations of the final population, and the number of evaluations.
fn final_population<'a>(settings: &'a Settings, arm: &Arm) -> Vec<Entry<'a>> {
    let length = settings.length();
    let mut entries = Vec::new();
    for axis in [1, 2] {
        let mut add = |name: &str, label: String, range: Range, value: OfSearch<'a>| {
            let name = format!("final.{name}{}", OBJECTIVES[axis]);
            entries.push(searched(arm, name, &label, (Unit::One, range), value));
        };
        let value = move |found: &ArmEvidence, seed: usize| {
            let deviation = &found.searches[seed].trajectory.deviation;
            let start = deviation.first()?[axis];
            Some(if start > 0.0 { deviation.get(length)?[axis] / start } else { 0.0 })
        };
        let label = format!("standard deviation of predicted {} as a share of the random sample's", WORDS[axis]);
        add("dispersion.", label, Range::NOT_NEGATIVE, Box::new(value));
        let correlation = move |found: &ArmEvidence, seed: usize| found.searches[seed].correlations[axis - 1];
        let label = format!("Pearson correlation of predicted accuracy and {} in the final population", WORDS[axis]);
        let value = move |found: &ArmEvidence, seed: usize| Some(correlation(found, seed));
        add("pearson.accuracy_", label, Range::CORRELATION, Box::new(value));
        let label = format!(
            "share of the variance of predicted accuracy that a straight line in {} explains in the final population",
            WORDS[axis]
        );
        let value = move |found: &ArmEvidence, seed: usize| Some(correlation(found, seed) * correlation(found, seed));
        add("linear.accuracy_", label, Range::SHARE, Box::new(value));
    }
    let value = |found: &ArmEvidence, seed: usize| Some(found.searches[seed].evaluations as f64);
    let kind = (Unit::Count, Range::NOT_NEGATIVE);
    entries.push(searched(arm, "evaluations".to_owned(), "networks evaluated by one search", kind, Box::new(value)));
    entries
}

/// How the means go from generation to generation.
fn paths<'a>(settings: &'a Settings, arm: &Arm) -> Vec<Entry<'a>> {
    let rows = &settings.search.generations;
    let (Some(&first), Some(&last)) = (rows.first(), rows.last()) else { return Vec::new() };
    let mut entries = Vec::new();
    for (axis, name) in OBJECTIVES.iter().enumerate() {
        let (words, wanted) = (WORDS[axis], if axis == 2 { -1.0 } else { 1.0 });
        let mut add = |kind: &str, label: String, unit: Unit, range: Range, value: OfSearch<'a>| {
            entries.push(searched(arm, format!("{kind}.{name}"), &label, (unit, range), value));
        };
        let value = move |found: &ArmEvidence, seed: usize| {
            let means: Option<Vec<f64>> = rows.iter().map(|&row| mean_of(found, seed, row, axis)).collect();
            slope(rows, &means?)
        };
        let label = format!("slope per generation of mean predicted {words} from generation {first} to {last}");
        add("late_slope", label, UNITS[axis], Range::ANY, Box::new(value));
        let value = move |found: &ArmEvidence, seed: usize| {
            let path: Option<Vec<f64>> = (0..=last).map(|row| mean_of(found, seed, row, axis)).collect();
            let path = path?;
            let steps = path.windows(2).filter(|step| wanted * (step[1] - step[0]) > 0.0).count();
            Some(steps as f64 / last as f64)
        };
        let word = if axis == 2 { "falls" } else { "rises" };
        let label = format!("share of the {last} generations in which mean predicted {words} {word}");
        add("steps", label, Unit::Fraction, Range::SHARE, Box::new(value));
        let [.., before, _] = rows[..] else { continue };
        let value = move |found: &ArmEvidence, seed: usize| {
            let rate = |from: usize, to: usize| {
                let change = mean_of(found, seed, to, axis)? - mean_of(found, seed, from, axis)?;
                Some(change.abs() / (to - from) as f64)
            };
            Some(rate(0, first)? - rate(before, last)?)
        };
        let label = format!(
            "change per generation of mean predicted {words}: up to generation {first} less that from {before} to {last}"
        );
        add("slowdown", label, UNITS[axis], Range::ANY, Box::new(value));
    }
    entries
}

/// The least-squares slope of values against rows.
fn slope(rows: &[usize], values: &[f64]) -> Option<f64> {
    let middle = rows.iter().sum::<usize>() as f64 / rows.len() as f64;
    let spread: f64 = rows.iter().map(|&row| (row as f64 - middle) * (row as f64 - middle)).sum();
    let products = rows.iter().zip(values).map(|(&row, value)| (row as f64 - middle) * value);
    (spread > 0.0).then(|| products.sum::<f64>() / spread)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NumPy 2.4.6, `numpy.polyfit([8, 12, 15], y, 1)[0]` of the FLOPs that Table 2 prints.
    #[test]
    fn the_slopes_of_table_2_are_those_of_numpy() {
        let of = |values: [f64; 3]| slope(&[8, 12, 15], &values).expect("three rows");
        assert!(
            (of([116_239.0, 105_764.0, 86_148.0]) - MNIST).abs() < 1e-6,
            "{}",
            of([116_239.0, 105_764.0, 86_148.0])
        );
        assert!((of([185_901.0, 141_100.0, 132_058.0]) - CIFAR10).abs() < 1e-6);
        assert_eq!(slope(&[8], &[1.0]), None);
    }

    const MNIST: f64 = -4207.9054054;
    const CIFAR10: f64 = -7881.5;
}
