//! The interval of a proportion: of how many of n trials succeeded.

use super::distribution::normal_quantile;
use super::summary::{Interval, SampleError};

/// Wilson's score interval of `successes` of `n` trials: always within 0..=1, and good for few trials and for proportions
/// near the ends. Wilson 1927, <https://doi.org/10.1080/01621459.1927.10502953>.
///
/// `level`: coverage that is aimed at, a fraction.
pub fn wilson_interval(successes: usize, n: usize, level: f64) -> Result<Interval, SampleError> {
    if n == 0 {
        return Err(SampleError::TooFew { statistic: "the interval of a proportion", least: 1, n });
    }
    if successes > n || !(0.0..1.0).contains(&level) {
        return Err(SampleError::Argument("a proportion has at most n successes and a level below 1"));
    }
    let z = normal_quantile((1.0 + level) / 2.0);
    let (n, proportion) = (n as f64, successes as f64 / n as f64);
    let divisor = 1.0 + z * z / n;
    let middle = (proportion + z * z / (2.0 * n)) / divisor;
    let reach = z / divisor * (proportion * (1.0 - proportion) / n + z * z / (4.0 * n * n)).sqrt();
    // At the ends exactly, without the rounding of the difference.
    let low = if successes == 0 { 0.0 } else { middle - reach };
    let high = if successes as f64 == n { 1.0 } else { middle + reach };
    Ok(Interval { low, high })
}

#[cfg(test)]
mod tests {
    use super::super::summary::tests::assert_close;
    use super::*;

    /// SciPy 1.17.1, `scipy.stats.binomtest(k, n).proportion_ci(0.95, "wilson")`.
    const SCIPY: [(usize, usize, f64, f64); 5] = [
        (8995, 10_000, 0.8934527916257421, 0.9052403936760872),
        (7447, 10_000, 0.7360611346057854, 0.7531509365916055),
        (0, 5, 0.0, 0.43448246478317476),
        (5, 5, 0.5655175352168251, 1.0),
        (3, 7, 0.1582198552514697, 0.7495416354723428),
    ];

    #[test]
    fn intervals_equal_those_of_scipy() {
        for (successes, n, low, high) in SCIPY {
            let found = wilson_interval(successes, n, 0.95).expect("a proportion");
            assert_close(found.low, low);
            assert_close(found.high, high);
        }
    }

    #[test]
    fn what_is_no_proportion_has_no_interval() {
        assert!(wilson_interval(0, 0, 0.95).is_err());
        assert!(wilson_interval(3, 2, 0.95).is_err());
        assert!(wilson_interval(1, 2, 1.0).is_err());
    }
}
