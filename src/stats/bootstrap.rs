//! Percentile bootstrap intervals: Efron 1979, <https://doi.org/10.1214/aos/1176344552>.

use super::summary::{Interval, SampleError, check, select_quantile};
use renas_base::seed::Stream;

/// How an interval is made; the default is 95 % from 2,000 resamples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bootstrap {
    /// Number of resamples.
    pub resamples: usize,
    /// Coverage that is aimed at, a fraction.
    pub level: f64,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self { resamples: 2_000, level: 0.95 }
    }
}

impl Bootstrap {
    /// The interval of the mean of a sample of at least two finite values.
    pub fn of_mean(&self, sample: &[f64], stream: &mut Stream) -> Result<Interval, SampleError> {
        check(sample, 2, "a bootstrap interval")?;
        self.check()?;
        self.percentiles(self.means(sample, stream))
    }

    /// The means of as many resamples as there are to be.
    fn means(&self, sample: &[f64], stream: &mut Stream) -> Vec<f64> {
        /// Resamples that are summed side by side: the sum of one alone waits for each of its additions.
        const GROUP: usize = 8;
        let n = sample.len();
        let mut drawn = vec![0; GROUP * n];
        let mut means = Vec::with_capacity(self.resamples);
        while means.len() < self.resamples {
            let count = GROUP.min(self.resamples - means.len());
            stream.fill_below(n, &mut drawn[..count * n]);
            let resamples: [&[usize]; GROUP] = std::array::from_fn(|resample| &drawn[resample * n..][..n]);
            let mut sums = [-0.0; GROUP]; // as `Iterator::sum` begins
            for place in 0..n {
                for (sum, resample) in sums.iter_mut().zip(resamples) {
                    *sum += sample[resample[place]];
                }
            }
            means.extend(sums[..count].iter().map(|sum| sum / n as f64));
        }
        means
    }

    /// The interval of any statistic of at least two rows; rows are drawn whole, so what belongs together stays so.
    ///
    /// Resamples on which the statistic is not defined (a correlation where all values are equal) are left out; it is
    /// an error where they are more than half.
    pub fn of<R: Clone>(
        &self,
        rows: &[R],
        mut statistic: impl FnMut(&[R]) -> Option<f64>,
        stream: &mut Stream,
    ) -> Result<Interval, SampleError> {
        if rows.len() < 2 {
            return Err(SampleError::TooFew { statistic: "a bootstrap interval", least: 2, n: rows.len() });
        }
        let mut resample = rows.to_vec();
        self.interval(|| {
            resample.iter_mut().for_each(|row| row.clone_from(&rows[stream.below(rows.len())]));
            statistic(&resample)
        })
    }

    /// The quantiles that leave `level` between them, of what `draw` gives; nothing where it is not defined.
    pub(super) fn interval(&self, mut draw: impl FnMut() -> Option<f64>) -> Result<Interval, SampleError> {
        self.check()?;
        self.percentiles((0..self.resamples).filter_map(|_| draw()).collect())
    }

    fn check(&self) -> Result<(), SampleError> {
        if self.resamples == 0 || !(0.0..1.0).contains(&self.level) {
            return Err(SampleError::Argument("a bootstrap needs resamples and a level below 1"));
        }
        Ok(())
    }

    /// The quantiles that leave `level` between them, of the resamples on which the statistic was defined.
    fn percentiles(&self, mut values: Vec<f64>) -> Result<Interval, SampleError> {
        let undefined = self.resamples - values.len();
        if 2 * undefined > self.resamples {
            return Err(SampleError::Undefined { undefined, resamples: self.resamples });
        }
        let tail = (1.0 - self.level) / 2.0;
        Ok(Interval { low: select_quantile(&mut values, tail), high: select_quantile(&mut values, 1.0 - tail) })
    }
}

#[cfg(test)]
mod tests {
    use super::super::correlation::pearson;
    use super::super::summary::tests::{X, Y};
    use super::*;
    use renas_base::seed::Seed;

    fn stream(number: u64) -> Stream {
        Seed::from_number(number).stream("bootstrap")
    }

    /// SciPy 1.17.1, `bootstrap((X,), numpy.mean, n_resamples=200000, method="percentile")`: 3.04 to 4.70. With 50,000
    /// resamples the ends have a standard error of about 0.003.
    #[test]
    fn the_interval_of_a_mean_is_that_of_scipy() {
        let interval = Bootstrap { resamples: 50_000, ..Bootstrap::default() }.of_mean(&X, &mut stream(1));
        let Interval { low, high } = interval.expect("ten values");
        assert!((low - 3.04).abs() < 0.015 && (high - 4.70).abs() < 0.015, "{low} {high}");
    }

    /// SciPy 1.17.1, `bootstrap((X, Y), pearsonr, n_resamples=20000, paired=True, method="percentile")`: 0.792 to 0.982.
    #[test]
    fn the_interval_of_a_correlation_over_rows_is_that_of_scipy() {
        let rows: Vec<(f64, f64)> = X.into_iter().zip(Y).collect();
        let statistic = |rows: &[(f64, f64)]| {
            let (x, y): (Vec<f64>, Vec<f64>) = rows.iter().copied().unzip();
            pearson(&x, &y).ok()
        };
        let bootstrap = Bootstrap { resamples: 20_000, ..Bootstrap::default() };
        let Interval { low, high } = bootstrap.of(&rows, statistic, &mut stream(2)).expect("ten rows");
        assert!((low - 0.792).abs() < 0.01 && (high - 0.982).abs() < 0.003, "{low} {high}");
    }

    /// One resample after the other, and one draw after the other.
    #[test]
    fn means_side_by_side_are_those_of_resamples_one_by_one_to_the_bit() {
        let mut draws = stream(6);
        for (n, resamples) in [(2, 1), (3, 7), (10, 8), (37, 9), (100, 2000)] {
            for zeros in [false, true] {
                let sample: Vec<f64> = (0..n).map(|_| if zeros { -0.0 } else { draws.normal() }).collect();
                let [mut first, mut second] = [stream(7), stream(7)];
                let mean = |_| (0..n).map(|_| sample[first.below(n)]).sum::<f64>() / n as f64;
                let expected: Vec<u64> = (0..resamples).map(mean).map(f64::to_bits).collect();
                let means = Bootstrap { resamples, ..Bootstrap::default() }.means(&sample, &mut second);
                assert_eq!(means.into_iter().map(f64::to_bits).collect::<Vec<_>>(), expected);
                assert_eq!(first.bits(), second.bits(), "both streams stand at the same place");
            }
        }
    }

    #[test]
    fn the_mean_as_any_statistic_gives_the_same_interval() {
        let mean = |rows: &[f64]| Some(rows.iter().sum::<f64>() / rows.len() as f64);
        let general = Bootstrap::default().of(&X, mean, &mut stream(3));
        assert_eq!(general, Bootstrap::default().of_mean(&X, &mut stream(3)));
    }

    /// The percentile interval of a mean is a little short: over samples of 40 normal values about 94 % hold the mean.
    #[test]
    fn nineteen_of_twenty_intervals_hold_the_mean() {
        let mut draws = Seed::from_number(4).stream("samples");
        let holds = (0..1000).filter(|_| {
            let sample: Vec<f64> = (0..40).map(|_| draws.normal()).collect();
            let bootstrap = Bootstrap { resamples: 500, ..Bootstrap::default() };
            bootstrap.of_mean(&sample, &mut draws).expect("forty values").contains(0.0)
        });
        let count = holds.count();
        assert!((915..965).contains(&count), "{count}");
    }

    #[test]
    fn what_has_no_interval_is_an_error() {
        let bootstrap = Bootstrap::default();
        assert!(matches!(bootstrap.of_mean(&[1.0], &mut stream(5)), Err(SampleError::TooFew { n: 1, .. })));
        assert_eq!(bootstrap.of_mean(&[1.0, f64::NAN], &mut stream(5)), Err(SampleError::NotFinite { position: 1 }));
        let undefined = bootstrap.of(&[1, 2, 3], |_| None, &mut stream(5));
        assert_eq!(undefined, Err(SampleError::Undefined { undefined: 2000, resamples: 2000 }));
    }
}
