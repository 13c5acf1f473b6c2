//! Studentised bootstrap intervals (bootstrap-t): each resample is measured in its own standard errors.
//!
//! Where few or skewed values make the percentile interval too short, this one is close to its level from about ten
//! values on (`reports/bench/coverage.md`). Efron and Tibshirani 1993, chapter 12; Hesterberg 2015,
//! <https://doi.org/10.1080/00031305.2015.1089789>.

use super::bootstrap::Bootstrap;
use super::correlation::pearson;
use super::summary::{Interval, SampleError, check, check_pair, mean, variance};
use renas_base::seed::Stream;

impl Bootstrap {
    /// The studentised interval of the mean of at least three finite values; a point where nothing varies.
    ///
    /// Resamples whose values are all equal have no standard error and are left out; an error where they are most.
    pub fn studentized_mean(&self, sample: &[f64], stream: &mut Stream) -> Result<Interval, SampleError> {
        check(sample, 3, "a studentised bootstrap interval")?;
        let (n, centre) = (sample.len(), mean(sample));
        if !varies(sample, noise(sample)) {
            return Ok(Interval { low: sample[0], high: sample[0] });
        }
        let error = (variance(sample) / n as f64).sqrt();
        let mut resample = vec![0.0; n];
        let noise = noise(sample);
        self.studentized(centre, error, || {
            resample.iter_mut().for_each(|value| *value = sample[stream.below(n)]);
            varies(&resample, noise).then(|| (mean(&resample) - centre) / (variance(&resample) / n as f64).sqrt())
        })
    }

    /// The studentised interval of a difference of means, left minus right, of two independent samples of at least three
    /// values each; resamples of both, measured in Welch's standard error.
    pub fn studentized_difference(
        &self,
        left: &[f64],
        right: &[f64],
        stream: &mut Stream,
    ) -> Result<Interval, SampleError> {
        check(left, 3, "a studentised bootstrap interval")?;
        check(right, 3, "a studentised bootstrap interval")?;
        let part = |sample: &[f64]| variance(sample) / sample.len() as f64;
        let (centre, error) = (mean(left) - mean(right), (part(left) + part(right)).sqrt());
        if error == 0.0 {
            return Ok(Interval { low: centre, high: centre });
        }
        let (mut drawn_left, mut drawn_right) = (left.to_vec(), right.to_vec());
        let mut fill = |into: &mut Vec<f64>, from: &[f64]| {
            into.iter_mut().for_each(|value| *value = from[stream.below(from.len())]);
            varies(into, noise(from))
        };
        self.studentized(centre, error, || {
            let varies = [fill(&mut drawn_left, left), fill(&mut drawn_right, right)];
            varies.contains(&true).then(|| {
                let error = (part(&drawn_left) + part(&drawn_right)).sqrt();
                (mean(&drawn_left) - mean(&drawn_right) - centre) / error
            })
        })
    }

    /// The studentised interval of Pearson's correlation of at least four pairs, on Fisher's scale, with the standard
    /// error of each resample from its jackknife; cut to -1..=1 by the scale itself.
    ///
    /// A constant standard error (1 / sqrt(n - 3)) holds for normal pairs alone. Resamples without a correlation are left
    /// out; an error where they are most. Fisher 1921; Efron 1982, chapter 3.
    pub fn studentized_correlation(&self, x: &[f64], y: &[f64], stream: &mut Stream) -> Result<Interval, SampleError> {
        check_pair(x, y, 4, "a studentised interval of a correlation")?;
        let n = x.len();
        let centre = fisher(pearson(x, y)?);
        let error =
            jackknife_error(x, y).ok_or(SampleError::Constant { statistic: "the jackknife of a correlation" })?;
        let (mut left, mut right) = (vec![0.0; n], vec![0.0; n]);
        let interval = self.studentized(centre, error, || {
            for place in 0..n {
                let drawn = stream.below(n);
                (left[place], right[place]) = (x[drawn], y[drawn]);
            }
            let value = fisher(pearson(&left, &right).ok()?);
            let spread = jackknife_error(&left, &right)?;
            let studentized = (value - centre) / spread;
            studentized.is_finite().then_some(studentized)
        })?;
        Ok(Interval { low: libm::tanh(interval.low), high: libm::tanh(interval.high) })
    }

    /// `centre` less the upper and the lower quantile of what `draw` gives, in units of `error`.
    fn studentized(&self, centre: f64, error: f64, draw: impl FnMut() -> Option<f64>) -> Result<Interval, SampleError> {
        let Interval { low, high } = self.interval(draw)?;
        Ok(Interval { low: centre - high * error, high: centre - low * error })
    }
}

/// Differences below this are rounding: values that are equal but for their last bits have no standard error.
fn noise(sample: &[f64]) -> f64 {
    1e-9 * sample.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()))
}

fn varies(sample: &[f64], noise: f64) -> bool {
    sample.iter().any(|value| (value - sample[0]).abs() > noise)
}

/// Fisher's transformation; infinite at -1 and 1.
fn fisher(correlation: f64) -> f64 {
    libm::atanh(correlation)
}

/// The standard error of Fisher's z by leaving out one pair at a time; nothing where a part has no finite one, or where
/// nothing varies.
fn jackknife_error(x: &[f64], y: &[f64]) -> Option<f64> {
    let n = x.len() as f64;
    let (mx, my) = (mean(x), mean(y));
    // Sums of all deviations; without one pair they change by its own share, times n / (n - 1).
    let sum =
        |a: &[f64], b: &[f64], ma: f64, mb: f64| -> f64 { a.iter().zip(b).map(|(a, b)| (a - ma) * (b - mb)).sum() };
    let (xx, yy, xy) = (sum(x, x, mx, mx), sum(y, y, my, my), sum(x, y, mx, my));
    let share = n / (n - 1.0);
    let part = |(x, y): (&f64, &f64)| {
        let (dx, dy) = (x - mx, y - my);
        let (xx, yy, xy) = (xx - share * dx * dx, yy - share * dy * dy, xy - share * dx * dy);
        let value = fisher(xy / (xx * yy).sqrt());
        value.is_finite().then_some(value)
    };
    let parts: Vec<f64> = x.iter().zip(y).map(part).collect::<Option<_>>()?;
    let error = ((n - 1.0) * (n - 1.0) / n * variance(&parts)).sqrt();
    (error > 0.0).then_some(error)
}

#[cfg(test)]
mod tests {
    use super::super::summary::tests::X;
    use super::*;
    use renas_base::seed::Seed;

    fn stream(number: u64) -> Stream {
        Seed::from_number(number).stream("bootstrap")
    }

    fn assert_near(interval: Result<Interval, SampleError>, low: f64, high: f64, apart: f64) {
        let interval = interval.expect("an interval");
        let is_near = (interval.low - low).abs() < apart && (interval.high - high).abs() < apart;
        assert!(is_near, "{interval:?} is not {low} to {high}");
    }

    const PRECISE: Bootstrap = Bootstrap { resamples: 200_000, level: 0.95 };

    /// NumPy 2.4.6, 400,000 resamples by the formula of Efron and Tibshirani (12.22): over two seeds 2.8726 and 2.8767 to
    /// 4.9674 and 4.9635, and 1.2617 and 1.2634 to 4.7864 and 4.7784. arch 8.0.0 (`method="studentized"`) has 2.9279 to
    /// 4.9029: it multiplies by the bootstrap's standard error, which is sqrt(9 / 10) of the formula's.
    #[test]
    fn the_interval_of_a_mean_is_that_of_numpy_and_that_of_arch_but_for_its_scale() {
        let ours = PRECISE.studentized_mean(&X, &mut stream(1));
        assert_near(ours.clone(), 2.8746, 4.9655, 0.02);
        let Interval { low, high } = ours.expect("ten values");
        let scaled = |end: f64| 3.86 + 0.9_f64.sqrt() * (end - 3.86);
        assert_near(Ok(Interval { low: scaled(low), high: scaled(high) }), 2.9279, 4.9029, 0.02);
        let skewed = [0.1, 0.3, 1.2, -0.5, 2.0, 0.7, -1.1, 0.2, 1.5, 0.4, -0.2, 0.9].map(f64::exp);
        assert_near(PRECISE.studentized_mean(&skewed, &mut stream(2)), 1.2625, 4.7824, 0.02);
    }

    /// Two values that differ in last bits alone are one: a resample of them has no standard error of 1e-17.
    #[test]
    fn rounding_noise_is_no_spread() {
        let sample: Vec<f64> = (0..40).map(|index| if index < 20 { 0.3 } else { 0.1 + 0.2 }).collect();
        assert_eq!(
            Bootstrap::default().studentized_mean(&sample, &mut stream(8)),
            Ok(Interval { low: 0.3, high: 0.3 })
        );
        let noisy: Vec<f64> = sample.iter().enumerate().map(|(index, one)| one + f64::from(index % 10 == 0)).collect();
        let interval = Bootstrap::default().studentized_mean(&noisy, &mut stream(9)).expect("it varies");
        assert!(interval.low > 0.2 && interval.high < 0.8, "{interval:?}");
    }

    /// NumPy 2.4.6, 400,000 resamples of both samples by the same formula, over two seeds: -0.5701 and -0.5733 to 1.9374 and
    /// 1.9287.
    #[test]
    fn the_interval_of_a_difference_of_two_samples_is_that_of_numpy() {
        let interval = PRECISE.studentized_difference(&X, &super::super::summary::tests::Y, &mut stream(7));
        assert_near(interval, -0.5717, 1.933, 0.015);
    }

    const A: [f64; 24] = [
        2.84, -0.71, -0.37, -0.43, -1.36, -0.19, 0.02, -0.6, 2.36, 1.62, 0.78, 1.13, 0.24, -1.17, 1.18, 1.32, 0.52,
        -0.79, 0.63, 0.1, -3.34, 4.3, 0.46, -1.14,
    ];
    const B: [f64; 24] = [
        3.11, -0.45, -0.59, -1.98, 0.87, 0.64, 0.77, 0.78, 1.77, 0.33, -0.33, -0.12, 1.51, -2.16, 0.11, 0.47, 0.54,
        0.1, -0.87, -1.67, -2.01, 3.79, 1.03, -0.47,
    ];

    /// NumPy 2.4.6: `arctanh(corrcoef)` of the 24 samples without one pair each.
    #[test]
    fn the_jackknife_of_a_correlation_is_that_of_leaving_each_pair_out() {
        let error = jackknife_error(&A, &B).expect("it varies");
        assert!((error - 0.2663533295783047).abs() < 1e-13, "{error}");
        assert!((fisher(pearson(&A, &B).expect("it varies")) - 0.9257451077218477).abs() < 1e-13);
    }

    /// NumPy 2.4.6, 20,000 resamples by the same formula: over two seeds 0.3822 and 0.3800 to 0.9133 and 0.9139.
    #[test]
    fn the_interval_of_a_correlation_is_that_of_numpy() {
        let bootstrap = Bootstrap { resamples: 20_000, ..Bootstrap::default() };
        assert_near(bootstrap.studentized_correlation(&A, &B, &mut stream(3)), 0.381, 0.9136, 0.008);
    }

    /// Exponential samples of ten: Student's t holds the mean in about 90 % of them, this interval in about 94 %
    /// (`reports/bench/coverage.md`). 1,500 samples: three standard errors are 1.8 %.
    #[test]
    fn it_holds_the_mean_of_skewed_values_more_often_than_students_t() {
        let mut draws = Seed::from_number(4).stream("samples");
        let bootstrap = Bootstrap { resamples: 400, level: 0.95 };
        let (mut ours, mut students) = (0, 0);
        for _ in 0..1_500 {
            let sample: Vec<f64> = (0..10).map(|_| -libm::log(1.0 - draws.uniform())).collect();
            ours += usize::from(bootstrap.studentized_mean(&sample, &mut draws).expect("ten values").contains(1.0));
            let student = super::super::t_interval::interval_of_mean(&sample, 0.95).expect("ten values");
            students += usize::from(student.contains(1.0));
        }
        assert!(ours as f64 / 1_500.0 > 0.922 && ours > students + 30, "{ours} {students}");
    }

    #[test]
    fn where_nothing_varies_it_is_a_point_and_what_has_no_interval_is_an_error() {
        let point = Bootstrap::default().studentized_mean(&[2.0; 5], &mut stream(5));
        assert_eq!(point, Ok(Interval { low: 2.0, high: 2.0 }));
        assert!(Bootstrap::default().studentized_mean(&[1.0, 2.0], &mut stream(5)).is_err());
        let constant = Bootstrap::default().studentized_correlation(&[1.0; 8], &A[..8], &mut stream(5));
        assert!(constant.is_err());
    }
}
