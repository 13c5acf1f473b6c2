//! Where one further run will fall: whatever the distribution, from 39 runs on; for normal runs from three on.
//!
//! Of `n` independent runs and one more from the same continuous distribution every order is equally likely, so the
//! further one falls between the j-th smallest and the j-th largest with probability (n + 1 - 2 j) / (n + 1).
//! Wilks 1941, <https://doi.org/10.1214/aoms/1177731788>.

use super::summary::{Interval, SampleError, check, mean, sorted, variance};
use super::t_interval::critical;

/// An interval for one further run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    /// The interval.
    pub interval: Interval,
    /// The exact probability that it holds the further run; at least what was asked for. Where values tie it is a
    /// lower bound.
    pub coverage: f64,
}

/// The shortest interval between order statistics of equal depth that holds one further run with probability `level`
/// at least (0.95: from 39 runs on).
pub fn prediction_interval(sample: &[f64], level: f64) -> Result<Prediction, SampleError> {
    if !(0.0..1.0).contains(&level) {
        return Err(SampleError::Argument("the level of a prediction interval is at least 0 and below 1"));
    }
    let coverage = |n: usize, depth: usize| (n + 1).saturating_sub(2 * depth) as f64 / (n + 1) as f64;
    let n = sample.len();
    // Both sides are quotients of small integers or decimal fractions: equal ones may differ in the last bit.
    let enough = |n: usize, depth: usize| coverage(n, depth) >= level - 1e-12;
    if !enough(n, 1) {
        let least = (n..).find(|&n| enough(n, 1)).expect("coverage tends to 1");
        return Err(SampleError::TooFew { statistic: "a prediction interval", least, n });
    }
    check(sample, 1, "a prediction interval")?;
    let depth = (1..=n.div_ceil(2)).take_while(|&depth| enough(n, depth)).last().expect("depth 1 is enough");
    let sorted = sorted(sample);
    let interval = Interval { low: sorted[depth - 1], high: sorted[n - depth] };
    Ok(Prediction { interval, coverage: coverage(n, depth) })
}

/// The interval that holds one further run with probability `level` where runs are normally distributed, of at least three
/// runs: mean +- t s sqrt(1 + 1 / n).
///
/// For fewer runs than `prediction_interval` needs. At three runs it is so wide that a value five standard deviations away
/// often lies inside.
pub fn normal_prediction_interval(sample: &[f64], level: f64) -> Result<Interval, SampleError> {
    check(sample, 3, "a prediction interval")?;
    let n = sample.len() as f64;
    let reach = critical(sample.len(), level)? * (variance(sample) * (1.0 + 1.0 / n)).sqrt();
    Ok(Interval { low: mean(sample) - reach, high: mean(sample) + reach })
}

#[cfg(test)]
mod tests {
    use super::super::summary::tests::X;
    use super::*;

    /// statsmodels 0.15.0, `OLS(X[:n], ones(n)).fit().get_prediction([[1]]).summary_frame()`, `obs_ci_lower`, `_upper`.
    #[test]
    fn the_interval_of_normal_runs_is_that_of_statsmodels() {
        let of_five = normal_prediction_interval(&X[..5], 0.95).expect("five runs");
        assert!((of_five.low + 1.267964671458055).abs() < 1e-12 && (of_five.high - 8.227964671458054).abs() < 1e-12);
        let of_ten = normal_prediction_interval(&X, 0.95).expect("ten runs");
        assert!((of_ten.low - 0.4931413123386328).abs() < 1e-12 && (of_ten.high - 7.226858687661366).abs() < 1e-12);
        assert!(normal_prediction_interval(&X[..2], 0.95).is_err());
    }
    use renas_base::seed::Seed;

    fn ramp(n: usize) -> Vec<f64> {
        (1..=n).rev().map(|value| value as f64).collect()
    }

    #[test]
    fn of_39_runs_it_is_their_range() {
        let prediction = prediction_interval(&ramp(39), 0.95).expect("just enough");
        assert_eq!(prediction, Prediction { interval: Interval { low: 1.0, high: 39.0 }, coverage: 0.95 });
    }

    #[test]
    fn of_100_runs_it_leaves_out_one_at_either_end() {
        let prediction = prediction_interval(&ramp(100), 0.95).expect("enough");
        assert_eq!(prediction, Prediction { interval: Interval { low: 2.0, high: 99.0 }, coverage: 97.0 / 101.0 });
    }

    #[test]
    fn too_few_runs_are_an_error_that_says_how_many_it_takes() {
        let error = prediction_interval(&ramp(38), 0.95).expect_err("one too few");
        assert_eq!(error.to_string(), "a prediction interval needs at least 39 values, not 38");
        assert!(prediction_interval(&[], 0.95).is_err());
        assert!(prediction_interval(&ramp(50), 1.0).is_err());
    }

    /// 20,000 further runs, five standard errors of a binomial share.
    #[test]
    fn the_stated_coverage_is_the_share_of_further_runs_that_it_holds() {
        let mut stream = Seed::from_number(1).stream("runs");
        let mut held = 0.0;
        let mut coverage = 0.0;
        for _ in 0..20_000 {
            let sample: Vec<f64> = (0..60).map(|_| libm::exp(stream.normal())).collect();
            let prediction = prediction_interval(&sample, 0.95).expect("enough");
            held += f64::from(prediction.interval.contains(libm::exp(stream.normal())));
            coverage = prediction.coverage;
        }
        assert_eq!(coverage, 59.0 / 61.0);
        let error = (coverage * (1.0 - coverage) / 20_000.0).sqrt();
        assert!((held / 20_000.0 - coverage).abs() < 5.0 * error, "{held}");
    }
}
