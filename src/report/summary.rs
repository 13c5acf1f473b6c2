//! What is said of every quantity: sample size, mean, the interval of the mean and of one more run.
//!
//! Summaries are values of their own, apart from judging and rendering, since resampling is the one part of a report
//! that takes time: a caller may keep them beside the findings that they summarise.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::findings::{Findings, Measured, Quantity};
use renas_base::seed::{Seed, Stream};
use renas_stats::bootstrap::Bootstrap;
use renas_stats::prediction::prediction_interval;
use renas_stats::summary::{Interval, mean};
use renas_stats::t_interval::interval_of_mean;

/// Fewest samples whose mean gets an interval: that of two is so wide that it says nothing.
pub const FEWEST_FOR_INTERVAL: usize = 3;

/// Fewest samples whose mean gets a bootstrap interval: below, resampling says more than the sample knows, and the
/// interval is Student's t, which assumes samples from a normal distribution.
pub const FEWEST_FOR_BOOTSTRAP: usize = 5;

/// Fewest samples that give a 95 % prediction interval of one run.
pub const FEWEST_FOR_PREDICTION: usize = 39;

/// Summaries by the name of the quantity.
pub type Summaries = BTreeMap<String, Summary>;

/// What a sample, or an estimate, says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// Size of the sample.
    pub n: usize,
    /// The mean of the samples, or the estimate.
    pub mean: f64,
    /// 95 % interval of the mean; absent below `FEWEST_FOR_INTERVAL` samples.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// 95 % prediction interval of one more run; absent below `FEWEST_FOR_PREDICTION` samples, and for an estimate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prediction: Option<Interval>,
    /// How the interval was made, for people.
    pub method: String,
}

/// The summary of every quantity of `findings`; a quantity that is empty or not finite has none.
///
/// The resampling of a quantity is a stream named by it: it depends on no other quantity.
pub fn summarize(findings: &Findings) -> Summaries {
    let summary = |(name, quantity): (&String, &Quantity)| Some((name.clone(), summary_of(name, quantity)?));
    findings.quantities.iter().filter_map(summary).collect()
}

/// The resampling stream of something compared or summarised, by name.
pub(super) fn stream(purpose: &str, name: &str) -> Stream {
    Seed::from_number(0).derive("report").derive(purpose).stream(name)
}

/// Whether a sample of `n` values has its interval from Student's t.
pub(super) fn few(n: usize) -> bool {
    (FEWEST_FOR_INTERVAL..FEWEST_FOR_BOOTSTRAP).contains(&n)
}

/// How an interval of few samples is named in reports.
pub(super) fn students_t(n: usize) -> String {
    format!("Student's t, n = {n}")
}

fn summary_of(name: &str, quantity: &Quantity) -> Option<Summary> {
    match &quantity.measured {
        Measured::Samples(samples) => {
            if samples.is_empty() || samples.iter().any(|sample| !sample.is_finite()) {
                return None;
            }
            let bootstrap = Bootstrap::default();
            let few = few(samples.len());
            let interval = if few {
                interval_of_mean(samples, bootstrap.level).ok()
            } else if samples.len() >= FEWEST_FOR_BOOTSTRAP {
                bootstrap.of_mean(samples, &mut stream("mean", name)).ok()
            } else {
                None
            };
            let bootstrapped = || format!("percentile bootstrap of the mean, {} resamples", bootstrap.resamples);
            let method = if few { students_t(samples.len()) } else { bootstrapped() };
            Some(Summary {
                n: samples.len(),
                mean: mean(samples),
                interval,
                prediction: prediction_interval(samples, 0.95).ok().map(|prediction| prediction.interval),
                method,
            })
        }
        Measured::Estimate { value, low, high, n, interval } => {
            let ends = Interval { low: *low, high: *high };
            let finite = [value, low, high].iter().all(|number| number.is_finite());
            finite.then(|| Summary {
                n: *n,
                mean: *value,
                interval: Some(ends),
                prediction: None,
                method: interval.clone(),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use renas_base::metric::Unit;

    fn found(measured: &[(&str, Measured)]) -> Summaries {
        let quantity = |measured: &Measured| Quantity {
            label: String::new(),
            unit: Unit::One,
            data: String::new(),
            over: String::new(),
            measured: measured.clone(),
            observed_time: false,
        };
        let quantities = measured.iter().map(|(name, measured)| ((*name).to_owned(), quantity(measured))).collect();
        summarize(&Findings { quantities, ..Findings::default() })
    }

    #[test]
    fn a_summary_depends_on_the_name_and_the_samples_and_on_no_other_quantity() {
        let samples = || Measured::Samples((0..40).map(f64::from).collect());
        let alone = found(&[("a", samples())]);
        let among = found(&[("a", samples()), ("b", samples())]);
        assert_eq!(alone["a"], among["a"]);
        assert_ne!(among["a"].interval, among["b"].interval);
        assert_eq!((alone["a"].n, alone["a"].mean), (40, 19.5));
        // Of 40 runs the outermost lie 39/41 = 95.1 % apart.
        assert_eq!(alone["a"].prediction, Some(Interval { low: 0.0, high: 39.0 }));
    }

    /// SciPy 1.17.1, `scipy.stats.t.interval(0.95, 2, loc=mean(x), scale=sem(x))` of x = [2.1, 3.4, 1.9].
    #[test]
    fn three_or_four_samples_get_students_t_and_five_the_bootstrap() {
        let values = [2.1, 3.4, 1.9, 5.6, 4.4];
        let of = |n: usize| found(&[("a", Measured::Samples(values[..n].to_vec()))])["a"].clone();
        let Interval { low, high } = of(3).interval.expect("three samples");
        assert!((low - 0.44345379764118764).abs() < 1e-12 && (high - 4.489879535692146).abs() < 1e-12, "{low} {high}");
        assert_eq!(of(3).method, "Student's t, n = 3");
        assert_eq!(of(4).method, "Student's t, n = 4");
        assert_eq!(of(5).method, "percentile bootstrap of the mean, 2000 resamples");
        let bootstrap = Bootstrap::default().of_mean(&values, &mut stream("mean", "a"));
        assert_eq!(of(5).interval, bootstrap.ok());
    }

    #[test]
    fn two_samples_get_a_mean_alone_and_none_or_nan_no_summary() {
        let summaries = found(&[
            ("few", Measured::Samples(vec![1.0, 2.0])),
            ("none", Measured::Samples(Vec::new())),
            ("nan", Measured::Samples(vec![f64::NAN; 50])),
        ]);
        assert_eq!(summaries.len(), 1);
        assert_eq!((summaries["few"].mean, summaries["few"].interval), (1.5, None));
        assert_eq!(found(&[("few", Measured::Samples(vec![1.0; 38]))])["few"].prediction, None);
        assert!(
            found(&[("enough", Measured::Samples(vec![1.0; FEWEST_FOR_PREDICTION]))])["enough"].prediction.is_some()
        );
    }
}
