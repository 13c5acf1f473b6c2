//! The interval of a quantile of one whole sample: two of its values, whatever its distribution.

use renas_stats::summary::{Interval, sorted};

/// The values between which the quantile lies in at least `level` of samples: of the values in ascending order the ones
/// whose ranks leave at most half of the rest to either side by the binomial distribution. Nothing where the sample is too
/// small to have them.
///
/// Conover 1999, *Practical Nonparametric Statistics*, section 3.2.
pub fn interval_of_quantile(sample: &[f64], probability: f64, level: f64) -> Option<Interval> {
    let n = sample.len();
    let tail = (1.0 - level) / 2.0;
    let ordered = sorted(sample);
    // `below[k]`: the probability that at most k of the sample lie below the quantile.
    let mut below = Vec::with_capacity(n + 1);
    let mut sum = 0.0;
    for count in 0..=n {
        sum += binomial(n, count, probability);
        below.push(sum);
    }
    let low = (1..=n).rev().find(|rank| below[rank - 1] <= tail)?;
    let high = (1..=n).find(|rank| below[rank - 1] >= 1.0 - tail)?;
    Some(Interval { low: ordered[low - 1], high: ordered[high - 1] })
}

/// The probability of `count` of `n`.
fn binomial(n: usize, count: usize, probability: f64) -> f64 {
    let factorial = |count: usize| libm::lgamma(count as f64 + 1.0);
    let ways = factorial(n) - factorial(count) - factorial(n - count);
    libm::exp(ways + count as f64 * libm::log(probability) + (n - count) as f64 * libm::log(1.0 - probability))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SciPy 1.17.1: `quantile_test(range(1, 251), p=0.95).confidence_interval(0.95)` = (230, 245); of 40 values the upper
    /// end does not exist.
    #[test]
    fn the_interval_is_that_of_scipy() {
        let sample: Vec<f64> = (1..=250).rev().map(f64::from).collect();
        assert_eq!(interval_of_quantile(&sample, 0.95, 0.95), Some(Interval { low: 230.0, high: 245.0 }));
        assert_eq!(interval_of_quantile(&sample[..40], 0.95, 0.95), None);
    }
}
