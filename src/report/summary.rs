//! What is said of every quantity: sample size, mean, the interval of the mean and of one more run.
//!
//! Summaries are values of their own, apart from judging and rendering, since resampling is the one part of a report
//! that takes time: a caller may keep them beside the findings that they summarise.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::findings::{Findings, Measured, Quantity};
use super::number::Interval;
use super::resample;
use crate::base::seed::{Seed, Stream};

/// Fewest samples whose mean gets a bootstrap interval: below, resampling says more than the sample knows.
pub const FEWEST_FOR_INTERVAL: usize = 5;

/// Fewest samples that give a 95 % prediction interval of one run.
pub const FEWEST_FOR_PREDICTION: usize = 39;

/// Resamples of every bootstrap.
pub const RESAMPLES: usize = 2_000;

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

fn summary_of(name: &str, quantity: &Quantity) -> Option<Summary> {
    match &quantity.measured {
        Measured::Samples(samples) => {
            if samples.is_empty() || samples.iter().any(|sample| !sample.is_finite()) {
                return None;
            }
            let n = samples.len();
            Some(Summary {
                n,
                mean: mean(samples),
                interval: (n >= FEWEST_FOR_INTERVAL).then(|| interval_of_mean(name, samples)),
                prediction: resample::prediction(samples),
                method: format!("percentile bootstrap of the mean, {RESAMPLES} resamples"),
            })
        }
        Measured::Estimate { value, low, high, n, interval } => {
            let ends = Interval { low: *low, high: *high };
            (value.is_finite() && ends.is_finite()).then(|| Summary {
                n: *n,
                mean: *value,
                interval: Some(ends),
                prediction: None,
                method: interval.clone(),
            })
        }
    }
}

fn interval_of_mean(name: &str, samples: &[f64]) -> Interval {
    let n = samples.len();
    let mean = |positions: &[usize]| positions.iter().map(|&position| samples[position]).sum::<f64>() / n as f64;
    resample::central(&resample::bootstrap(n, RESAMPLES, &mut stream("mean", name), mean), 0.95)
}

/// The mean, summed in order.
pub(super) fn mean(samples: &[f64]) -> f64 {
    samples.iter().sum::<f64>() / samples.len() as f64
}
