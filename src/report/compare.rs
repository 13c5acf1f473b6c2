//! Two quantities against each other, and several in a row: difference, ratio, slope, each with its interval.
//!
//! Samples over the same seeds are compared pair by pair, by bootstrap over the pairs. Where pairing is impossible (an
//! estimate of one whole sample, or samples of different sizes) the interval of a difference is recovered from the two
//! intervals (Zou 2007, <https://doi.org/10.1037/1082-989X.12.4.399>; of a ratio: the same on logarithms).

use super::findings::{Measured, Quantity};
use super::number::Interval;
use super::resample;
use super::summary::{RESAMPLES, Summary, stream};

/// Half widths of a normal interval in standard errors, at 95 % and at 90 %.
const NORMAL_95: f64 = 1.959_963_984_540_054;
const NORMAL_90: f64 = 1.644_853_626_951_472_2;

/// A quantity with its name and summary.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    pub(super) name: &'a str,
    pub(super) quantity: &'a Quantity,
    pub(super) summary: &'a Summary,
}

/// The result of a comparison.
pub(super) struct Contrast {
    /// The difference, ratio or slope.
    pub(super) value: f64,
    /// Its 95 % interval.
    pub(super) interval: Interval,
    /// Its 90 % interval, as two one-sided tests at 5 % need it.
    pub(super) narrow: Interval,
    /// Two-sided p-value of no difference; 1 for a ratio.
    pub(super) p: f64,
    /// Pairs, or the size of the smaller sample.
    pub(super) n: usize,
    /// How the interval was made, for people.
    pub(super) method: &'static str,
}

/// Right minus left.
pub(super) fn difference(left: Side, right: Side) -> Contrast {
    if let Some((left_samples, right_samples)) = paired(left, right) {
        let pairs: Vec<f64> = left_samples.iter().zip(right_samples).map(|(left, right)| right - left).collect();
        return mean_contrast(&pairs, &format!("{} - {}", right.name, left.name));
    }
    let (value, interval, narrow, p) =
        recovered((right.summary.mean, right.interval()), (left.summary.mean, left.interval()));
    Contrast { value, interval, narrow, p, n: left.summary.n.min(right.summary.n), method: RECOVERED }
}

/// Left divided by right; none where a mean or an end of an interval is not above zero.
pub(super) fn ratio(left: Side, right: Side) -> Option<Contrast> {
    let n = left.summary.n.min(right.summary.n);
    if let Some((above, below)) = paired(left, right) {
        if above.iter().chain(below).any(|sample| *sample <= 0.0) {
            return None;
        }
        let ratio = |positions: &[usize]| {
            let sum = |samples: &[f64]| positions.iter().map(|&position| samples[position]).sum::<f64>();
            sum(above) / sum(below)
        };
        let name = format!("{} / {}", left.name, right.name);
        let values = resample::bootstrap(n, RESAMPLES, &mut stream("ratio", &name), ratio);
        let [interval, narrow] = [0.95, 0.90].map(|level| resample::central(&values, level));
        return Some(Contrast {
            value: left.summary.mean / right.summary.mean,
            interval,
            narrow,
            p: 1.0,
            n,
            method: PAIRED,
        });
    }
    let logarithm = |side: Side| {
        let Interval { low, high } = side.interval();
        let positive = low > 0.0 && side.summary.mean > 0.0;
        let ends = Interval { low: libm::log(low), high: libm::log(high) };
        positive.then(|| (libm::log(side.summary.mean), ends))
    };
    let (value, interval, narrow, _) = recovered(logarithm(left)?, logarithm(right)?);
    let raised = |ends: Interval| Interval { low: libm::exp(ends.low), high: libm::exp(ends.high) };
    let (interval, narrow) = (raised(interval), raised(narrow));
    Some(Contrast { value: libm::exp(value), interval, narrow, p: 1.0, n, method: RECOVERED })
}

/// The mean over seeds of the least-squares slope against position 0, 1, 2, ...; none where the samples are not paired.
pub(super) fn slope(sides: &[Side]) -> Option<Contrast> {
    let first = sides.first()?;
    let columns: Vec<&[f64]> =
        sides.iter().map(|side| paired(*first, *side).map(|(_, samples)| samples)).collect::<Option<_>>()?;
    let middle = (columns.len() - 1) as f64 / 2.0;
    let spread: f64 = (0..columns.len()).map(|position| (position as f64 - middle) * (position as f64 - middle)).sum();
    let slopes: Vec<f64> = (0..first.summary.n)
        .map(|seed| {
            let products = columns.iter().enumerate().map(|(place, column)| (place as f64 - middle) * column[seed]);
            products.sum::<f64>() / spread
        })
        .collect();
    let names: Vec<&str> = sides.iter().map(|side| side.name).collect();
    Some(mean_contrast(&slopes, &format!("slope of {}", names.join(", "))))
}

const PAIRED: &str = "percentile bootstrap over the pairs";
const RECOVERED: &str = "recovered from the two intervals";

impl Side<'_> {
    /// The interval of the mean; callers look for one before they compare.
    pub(super) fn interval(&self) -> Interval {
        self.summary.interval.unwrap_or(Interval { low: f64::NEG_INFINITY, high: f64::INFINITY })
    }
}

/// The samples of both, where position by position they belong together.
fn paired<'a>(left: Side<'a>, right: Side<'a>) -> Option<(&'a [f64], &'a [f64])> {
    match (&left.quantity.measured, &right.quantity.measured) {
        (Measured::Samples(l), Measured::Samples(r)) => {
            (l.len() == r.len() && left.quantity.over == right.quantity.over).then_some((l.as_slice(), r.as_slice()))
        }
        (Measured::Estimate { .. }, _) | (_, Measured::Estimate { .. }) => None,
    }
}

fn mean_contrast(samples: &[f64], name: &str) -> Contrast {
    let n = samples.len();
    let mean_of = |positions: &[usize]| positions.iter().map(|&position| samples[position]).sum::<f64>() / n as f64;
    let means = resample::bootstrap(n, RESAMPLES, &mut stream("contrast", name), mean_of);
    let [interval, narrow] = [0.95, 0.90].map(|level| resample::central(&means, level));
    Contrast { value: super::summary::mean(samples), interval, narrow, p: p_value(&means), n, method: PAIRED }
}

/// Two-sided: twice the smaller share of resampled means at or beyond zero, each share counting one more.
fn p_value(sorted_means: &[f64]) -> f64 {
    let not_above = sorted_means.iter().filter(|mean| **mean <= 0.0).count();
    let not_below = sorted_means.iter().filter(|mean| **mean >= 0.0).count();
    let share = (not_above.min(not_below) + 1) as f64 / (sorted_means.len() + 1) as f64;
    (2.0 * share).min(1.0)
}

/// `left` minus `right` from two independent estimates with their 95 % intervals.
fn recovered(left: (f64, Interval), right: (f64, Interval)) -> (f64, Interval, Interval, f64) {
    let value = left.0 - right.0;
    let down = libm::hypot(left.0 - left.1.low, right.1.high - right.0);
    let up = libm::hypot(left.1.high - left.0, right.0 - right.1.low);
    let narrower = NORMAL_90 / NORMAL_95;
    let towards_zero = if value > 0.0 { down } else { up };
    let p = match (value == 0.0, towards_zero == 0.0) {
        (true, _) => 1.0,
        (false, true) => 0.0,
        (false, false) => libm::erfc(value.abs() / towards_zero * NORMAL_95 / std::f64::consts::SQRT_2),
    };
    let interval = Interval { low: value - down, high: value + up };
    (value, interval, Interval { low: value - down * narrower, high: value + up * narrower }, p)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Zou 2007, the interval of a difference of two independent estimates, worked out with Python's `math.hypot`.
    #[test]
    fn the_interval_of_a_difference_is_recovered_from_the_two_intervals() {
        let (value, interval, _, _) =
            recovered((0.49, Interval { low: 0.355, high: 0.605 }), (0.36, Interval { low: 0.209, high: 0.494 }));
        assert!((value - 0.13).abs() < 1e-12);
        // 0.13 - hypot(0.135, 0.134), 0.13 + hypot(0.115, 0.151)
        assert!((interval.low - (0.13 - 0.190_213)).abs() < 1e-6, "{interval:?}");
        assert!((interval.high - (0.13 + 0.189_805)).abs() < 1e-6, "{interval:?}");
    }

    /// A symmetric interval of half width 1.96 standard errors gives the p-value of the normal test (SciPy 1.17.1,
    /// `2 * norm.sf(2.5 / sqrt(2))` = 0.0770998717435).
    #[test]
    fn the_p_value_is_that_of_the_normal_test_for_symmetric_intervals() {
        let around = |value: f64| (value, Interval { low: value - NORMAL_95, high: value + NORMAL_95 });
        let (_, _, _, p) = recovered(around(2.5), around(0.0));
        assert!((p - 0.077_099_871_743_5).abs() < 1e-10, "{p}");
        assert!((recovered(around(0.0), around(2.5)).3 - p).abs() < 1e-15);
    }
}
