//! Mean, variance and quantiles of a sample, an interval, and what is wrong with a sample.

use serde::{Deserialize, Serialize};

/// From `low` to `high`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// Whether `value` lies in it.
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Whether it lies wholly in `outer`.
    pub fn within(&self, outer: &Interval) -> bool {
        outer.low <= self.low && self.high <= outer.high
    }
}

/// A sample that a statistic cannot be computed of.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SampleError {
    /// Too few values.
    #[error("{statistic} needs at least {least} values, not {n}")]
    TooFew {
        /// What was to be computed.
        statistic: &'static str,
        /// Fewest values it can be computed of.
        least: usize,
        /// Values there were.
        n: usize,
    },
    /// A value is NaN or infinite.
    #[error("value {position} of the sample is not finite")]
    NotFinite {
        /// Position in the sample, from 0.
        position: usize,
    },
    /// Two samples that belong together by position differ in length.
    #[error("paired samples of {left} and {right} values")]
    Lengths {
        /// Values of one.
        left: usize,
        /// Values of the other.
        right: usize,
    },
    /// All values are equal, and the statistic divides by their spread.
    #[error("{statistic} of values that are all equal is not defined")]
    Constant {
        /// What was to be computed.
        statistic: &'static str,
    },
    /// The statistic was not defined on most resamples.
    #[error("the statistic is not defined on {undefined} of {resamples} resamples")]
    Undefined {
        /// Resamples without a value.
        undefined: usize,
        /// All resamples.
        resamples: usize,
    },
    /// The interval of a ratio is not bounded.
    #[error("the mean that is divided by may be zero, so the ratio of {n} pairs has no bounded interval")]
    DivisorMayBeZero {
        /// Pairs of values.
        n: usize,
    },
    /// An argument is out of range.
    #[error("{0}")]
    Argument(&'static str),
}

/// Check that a sample has at least `least` values, all finite.
pub(super) fn check(sample: &[f64], least: usize, statistic: &'static str) -> Result<(), SampleError> {
    if sample.len() < least {
        return Err(SampleError::TooFew { statistic, least, n: sample.len() });
    }
    match sample.iter().position(|value| !value.is_finite()) {
        Some(position) => Err(SampleError::NotFinite { position }),
        None => Ok(()),
    }
}

/// Check two samples that belong together by position.
pub(super) fn check_pair(
    left: &[f64],
    right: &[f64],
    least: usize,
    statistic: &'static str,
) -> Result<(), SampleError> {
    if left.len() != right.len() {
        return Err(SampleError::Lengths { left: left.len(), right: right.len() });
    }
    check(left, least, statistic)?;
    check(right, least, statistic)
}

/// The arithmetic mean. Panics where there are no values.
pub fn mean(sample: &[f64]) -> f64 {
    assert!(!sample.is_empty(), "the mean of no values");
    sample.iter().sum::<f64>() / sample.len() as f64
}

/// The unbiased variance (divisor n - 1). Panics where there are fewer than two values.
pub fn variance(sample: &[f64]) -> f64 {
    assert!(sample.len() >= 2, "the variance of fewer than two values");
    let mean = mean(sample);
    sample.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (sample.len() - 1) as f64
}

/// The skewness of at least three values that vary, adjusted for the size of the sample (Fisher and Pearson's G1; Joanes and
/// Gill 1998, <https://doi.org/10.1111/1467-9884.00122>).
pub fn skewness(sample: &[f64]) -> Option<f64> {
    let n = sample.len() as f64;
    if sample.len() < 3 || sample.iter().all(|value| *value == sample[0]) {
        return None;
    }
    let mean = mean(sample);
    let second = sample.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / n;
    let third = sample.iter().map(|value| (value - mean) * (value - mean) * (value - mean)).sum::<f64>() / n;
    Some(third / (second * second.sqrt()) * (n * (n - 1.0)).sqrt() / (n - 2.0))
}

/// The sample in ascending order; NaN last.
pub fn sorted(sample: &[f64]) -> Vec<f64> {
    let mut sorted = sample.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

/// The quantile at `probability` of a sample in ascending order: linear between order statistics (type 7 of Hyndman
/// and Fan 1996, <https://doi.org/10.1080/00031305.1996.10473566>, NumPy's default).
///
/// Panics where there are no values, or `probability` is not within 0..=1.
pub fn quantile(sorted: &[f64], probability: f64) -> f64 {
    let (below, share) = place(sorted.len(), probability);
    between(sorted[below], sorted.get(below + 1).copied(), share)
}

/// `quantile` of a sample in any order, which changes: only what it reads comes to its place.
pub(super) fn select_quantile(sample: &mut [f64], probability: f64) -> f64 {
    let (below, share) = place(sample.len(), probability);
    let (_, low, above) = sample.select_nth_unstable_by(below, f64::total_cmp);
    between(*low, above.iter().copied().min_by(f64::total_cmp), share)
}

/// Where the quantile of `n` values in ascending order is: an index, and the share of the way to the next.
fn place(n: usize, probability: f64) -> (usize, f64) {
    assert!(n > 0, "a quantile of no values");
    assert!((0.0..=1.0).contains(&probability), "the quantile at {probability}");
    let place = probability * (n - 1) as f64;
    (place.floor() as usize, place - place.floor())
}

fn between(low: f64, high: Option<f64>, share: f64) -> f64 {
    match high {
        Some(high) if high != low => low + (high - low) * share,
        _ => low,
    }
}

/// The median. Panics where there are no values.
pub fn median(sample: &[f64]) -> f64 {
    quantile(&sorted(sample), 0.5)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// What the tests of this module compute statistics of, here and in SciPy.
    pub(in super::super) const X: [f64; 10] = [2.1, 3.4, 1.9, 5.6, 4.4, 3.4, 2.8, 6.1, 5.0, 3.9];
    pub(in super::super) const Y: [f64; 10] = [1.2, 2.9, 2.2, 4.1, 4.6, 2.5, 2.5, 5.2, 3.8, 2.9];

    /// Equal to 13 digits.
    #[track_caller]
    pub(in super::super) fn assert_close(ours: f64, theirs: f64) {
        assert!((ours - theirs).abs() <= 1e-13 * theirs.abs().max(1e-300), "{ours} is not {theirs}");
    }

    /// NumPy 2.4.6, `numpy.quantile`, `numpy.mean` and `numpy.var(ddof=1)`.
    #[test]
    fn quantiles_mean_and_variance_equal_those_of_numpy() {
        let sorted = sorted(&X);
        let expected = [(0.0, 1.9), (0.025, 1.945), (0.1, 2.08), (0.5, 3.65), (0.9, 5.65), (0.975, 5.9875), (1.0, 6.1)];
        for (probability, value) in expected {
            assert_close(quantile(&sorted, probability), value);
        }
        assert_close(median(&X), 3.65);
        assert_close(mean(&X), 3.86);
        assert_close(variance(&X), 2.0137777777777774);
    }

    /// SciPy 1.17.1, `scipy.stats.skew(X, bias=False)` and of its first three values.
    #[test]
    fn the_skewness_equals_that_of_scipy() {
        assert!((skewness(&X).expect("it varies") - 0.18369055879326668).abs() < 1e-13);
        assert!((skewness(&X[..3]).expect("it varies") - 1.6152905598583491).abs() < 1e-12);
        assert_eq!((skewness(&[1.0; 5]), skewness(&X[..2])), (None, None));
    }

    /// With equal values, and with zeros of both signs.
    #[test]
    fn a_quantile_of_values_in_any_order_is_that_of_the_sorted_ones_to_the_bit() {
        let ties: Vec<f64> = (0..40).map(|place| f64::from(place * 17 % 7 - 3) * -0.5).collect();
        for sample in [&X[..], &X[..1], &Y, &ties] {
            let sorted = sorted(sample);
            let mut changed = sample.to_vec();
            for probability in [0.0, 0.025, 0.1, 0.3, 0.5, 0.77, 0.975, 1.0] {
                let selected = select_quantile(&mut changed, probability);
                assert_eq!(selected.to_bits(), quantile(&sorted, probability).to_bits(), "{probability} {sample:?}");
            }
        }
    }

    #[test]
    fn an_interval_includes_its_ends() {
        let interval = Interval { low: 1.0, high: 2.0 };
        assert!(interval.contains(1.0) && interval.contains(2.0) && !interval.contains(2.1));
        assert!(interval.within(&interval) && !interval.within(&Interval { low: 1.1, high: 3.0 }));
    }
}
