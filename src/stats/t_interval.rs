//! Intervals for small samples: of a mean by Student's t, of a ratio of two means by Fieller's method.
//!
//! Both have their level exactly where the values (of a ratio: the pairs) are normally distributed, for any size of
//! sample; resampling three or four values would give intervals that are far too short.

use super::distribution::student_t_quantile;
use super::summary::{Interval, SampleError, check, check_pair, mean, variance};
use super::t_test::MeanDifference;

/// Student's t for samples of one size: its quantile is looked for once, however many samples there are.
#[derive(Clone, Copy, Debug)]
pub struct Students {
    n: usize,
    critical: f64,
}

impl Students {
    /// For samples of `n` values (pairs), of at least two; `level`: coverage that is aimed at, a fraction.
    pub fn new(n: usize, level: f64) -> Result<Self, SampleError> {
        if n < 2 {
            return Err(SampleError::TooFew { statistic: "Student's t interval", least: 2, n });
        }
        Ok(Self { n, critical: critical(n, level)? })
    }

    /// The same with a quantile no larger than what keeps the mean of this sample clear of `border`: for exchanges of a sample
    /// that another method found clear of it, and this one would not have.
    pub fn no_stricter_than(&self, sample: &[f64], border: f64) -> Self {
        let error = (variance(sample) / self.n as f64).sqrt();
        let observed = (mean(sample) - border).abs() / error;
        // The sample itself must pass: by a last bit.
        let critical = if observed.is_finite() { self.critical.min(observed * (1.0 - 1e-6)) } else { self.critical };
        Self { critical, ..*self }
    }

    /// The interval of the mean of a sample of that size; a point where nothing varies.
    pub fn mean(&self, sample: &[f64]) -> Interval {
        debug_assert_eq!(sample.len(), self.n);
        let reach = self.critical * (variance(sample) / self.n as f64).sqrt();
        let mean = mean(sample);
        Interval { low: mean - reach, high: mean + reach }
    }

    /// The interval of the mean of `above` divided by that of `below`: see `interval_of_ratio`.
    pub fn ratio(&self, above: &[f64], below: &[f64]) -> Result<Interval, SampleError> {
        let n = self.n;
        debug_assert_eq!([above.len(), below.len()], [n, n]);
        let divisor = mean(below);
        let factor = self.critical * self.critical / n as f64;
        let bounded = divisor * divisor - factor * variance(below);
        if bounded <= 0.0 {
            return Err(SampleError::DivisorMayBeZero { n });
        }
        let ratio = mean(above) / divisor;
        // Around the ratio itself: the residuals have mean zero, and the quadratic equation in the distance from it,
        // bounded * distance^2 + 2 * factor * shared * distance = factor * spread, has real roots of either sign.
        let residuals: Vec<f64> = above.iter().zip(below).map(|(above, below)| above - ratio * below).collect();
        let spread = variance(&residuals);
        let shared = residuals.iter().zip(below).map(|(residual, below)| residual * (below - divisor)).sum::<f64>()
            / (n - 1) as f64;
        let middle = factor * shared;
        let root = (middle * middle + bounded * factor * spread).sqrt();
        Ok(Interval { low: ratio - (root + middle) / bounded, high: ratio + (root - middle) / bounded })
    }
}

/// The interval of the mean of at least two values; a point where nothing varies.
///
/// `level`: coverage that is aimed at, a fraction. Student 1908, <https://doi.org/10.1093/biomet/6.1.1>.
pub fn interval_of_mean(sample: &[f64], level: f64) -> Result<Interval, SampleError> {
    check(sample, 2, "Student's t interval")?;
    Ok(Students::new(sample.len(), level)?.mean(sample))
}

/// The interval of a difference of means, left minus right, of two independent samples of at least two values each, by
/// Welch's approximation of the degrees of freedom. Welch 1947, <https://doi.org/10.1093/biomet/34.1-2.28>.
pub fn interval_of_difference(left: &[f64], right: &[f64], level: f64) -> Result<Interval, SampleError> {
    let MeanDifference { difference, standard_error, degrees_of_freedom } = MeanDifference::independent(left, right)?;
    if !(0.0..1.0).contains(&level) {
        return Err(SampleError::Argument("the level of an interval is at least 0 and below 1"));
    }
    let reach = student_t_quantile((1.0 + level) / 2.0, degrees_of_freedom) * standard_error;
    Ok(Interval { low: difference - reach, high: difference + reach })
}

/// The interval of the mean of `above` divided by the mean of `below`, which belong together by position.
///
/// It holds every ratio r for which the paired t test does not tell the mean of `above` from r times the mean of
/// `below`. It is an interval of the ratio of means, not of the mean of ratios, and need not be symmetric. An error
/// where the same test does not tell the mean of `below` from zero: then no bounded interval has the level.
/// Fieller 1954, <https://doi.org/10.1111/j.2517-6161.1954.tb00159.x>.
pub fn interval_of_ratio(above: &[f64], below: &[f64], level: f64) -> Result<Interval, SampleError> {
    check_pair(above, below, 2, "Fieller's interval")?;
    Students::new(above.len(), level)?.ratio(above, below)
}

/// The quantile of Student's t whose both tails leave `level` between them.
pub(super) fn critical(n: usize, level: f64) -> Result<f64, SampleError> {
    if !(0.0..1.0).contains(&level) {
        return Err(SampleError::Argument("the level of an interval is at least 0 and below 1"));
    }
    Ok(student_t_quantile((1.0 + level) / 2.0, (n - 1) as f64))
}

#[cfg(test)]
mod tests {
    use super::super::summary::tests::{X, Y, assert_close};
    use super::*;
    use renas_base::seed::Seed;

    const ABOVE: [f64; 4] = [4.1, 3.8, 4.4, 4.0];
    const BELOW: [f64; 4] = [2.0, 2.1, 1.9, 2.2];

    fn assert_interval(ours: Result<Interval, SampleError>, low: f64, high: f64) {
        let ours = ours.expect("an interval");
        // A hundred times the last bits that cancel in the ends.
        assert!((ours.low - low).abs() < 1e-12 && (ours.high - high).abs() < 1e-12, "{ours:?} is not {low} to {high}");
    }

    /// SciPy 1.17.1, `scipy.stats.t.interval(0.95, n - 1, loc=mean(X[:n]), scale=sem(X[:n]))`.
    #[test]
    fn the_interval_of_a_mean_is_that_of_scipy() {
        assert_interval(interval_of_mean(&X[..3], 0.95), 0.44345379764118764, 4.489879535692146);
        assert_interval(interval_of_mean(&X[..4], 0.95), 0.541802392373282, 5.958197607626718);
    }

    /// SciPy 1.17.1, `scipy.stats.ttest_ind(X[:5], Y[:7], equal_var=False).confidence_interval(level)`.
    #[test]
    fn the_interval_of_an_independent_difference_is_that_of_scipy() {
        let of = |level| interval_of_difference(&X[..5], &Y[..7], level);
        assert_interval(of(0.95), -1.3230294853001712, 2.568743771014456);
        assert_interval(of(0.9), -0.9365459209332228, 2.1822602066475065);
    }

    /// SciPy 1.17.1, `scipy.stats.ttest_rel(X[:n], Y[:n]).confidence_interval()` and its `pvalue`.
    #[test]
    fn the_interval_of_paired_differences_is_that_of_scipy_and_agrees_with_the_test() {
        let of = |n: usize| {
            let differences: Vec<f64> = X[..n].iter().zip(&Y[..n]).map(|(x, y)| x - y).collect();
            interval_of_mean(&differences, 0.95)
        };
        assert_interval(of(3), -1.1511665467720376, 1.884499880105371);
        assert_interval(of(4), -0.5513471352015555, 1.8513471352015554);
        let end = of(4).expect("four pairs").low;
        let test = MeanDifference::paired(&X[..4], &Y[..4]).expect("four pairs");
        assert_close(test.p_above(end), 0.025);
        assert!((test.p_different() - 0.18356804284889128).abs() < 1e-13);
    }

    /// SciPy 1.17.1: the roots (`scipy.optimize.brentq`) of `scipy.stats.ttest_1samp(ABOVE - r * BELOW, 0).pvalue - 0.05`.
    #[test]
    fn the_interval_of_a_ratio_ends_where_the_test_of_scipy_tells_the_means_apart() {
        assert_interval(interval_of_ratio(&ABOVE[..3], &BELOW[..3], 0.95), 1.492055745914456, 2.7662019909664846);
        assert_interval(interval_of_ratio(&ABOVE, &BELOW, 0.95), 1.6492048815339644, 2.3971617163830876);
    }

    #[test]
    fn where_nothing_varies_an_interval_is_a_point() {
        assert_eq!(interval_of_mean(&[2.0; 3], 0.95), Ok(Interval { low: 2.0, high: 2.0 }));
        // In proportion: the ratio is 2 in every pair.
        let doubled = BELOW.map(|value| 2.0 * value);
        assert_eq!(interval_of_ratio(&doubled, &BELOW, 0.95), Ok(Interval { low: 2.0, high: 2.0 }));
    }

    #[test]
    fn what_has_no_interval_is_an_error() {
        assert!(matches!(interval_of_mean(&[1.0], 0.95), Err(SampleError::TooFew { n: 1, .. })));
        assert!(interval_of_mean(&X, 1.0).is_err());
        // SciPy 1.17.1, `ttest_1samp([1, 2, 6], 0).pvalue` = 0.18: the divisor may be zero.
        let unbounded = interval_of_ratio(&ABOVE[..3], &[1.0, 2.0, 6.0], 0.95);
        assert_eq!(unbounded, Err(SampleError::DivisorMayBeZero { n: 3 }));
    }

    /// 4,000 samples of three normal pairs: five standard errors of a binomial share are 0.017.
    #[test]
    fn nineteen_of_twenty_intervals_of_three_values_hold_what_they_estimate() {
        let mut stream = Seed::from_number(1).stream("pairs");
        let (mut means, mut ratios) = (0, 0);
        for _ in 0..4_000 {
            let below: Vec<f64> = (0..3).map(|_| 10.0 + stream.normal()).collect();
            let above: Vec<f64> = below.iter().map(|below| 0.8 * below + stream.normal()).collect();
            means += usize::from(interval_of_mean(&below, 0.95).expect("three values").contains(10.0));
            ratios += usize::from(interval_of_ratio(&above, &below, 0.95).expect("far from zero").contains(0.8));
        }
        for count in [means, ratios] {
            assert!((count as f64 / 4_000.0 - 0.95).abs() < 0.017, "{means} {ratios}");
        }
    }
}
