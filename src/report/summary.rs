//! What is said of every quantity: clusters, mean, the interval of the mean and of one more run.
//!
//! Which interval a mean gets follows from its number of clusters, by measured coverage (`reports/bench/coverage.md`):
//! Student's t from three, the studentised bootstrap from ten. Summaries are values of their own, apart from judging and
//! rendering, since resampling is the one part of a report that takes time: a caller may keep them beside the findings.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::findings::{Findings, Measured, Quantity};
use super::range::Range;
use renas_base::parallel;
use renas_base::seed::{Seed, Stream};
use renas_stats::bootstrap::Bootstrap;
use renas_stats::prediction::{normal_prediction_interval, prediction_interval};
use renas_stats::summary::{Interval, SampleError, mean, skewness};
use renas_stats::t_interval::interval_of_mean;

/// Fewest clusters whose mean gets an interval: that of two is so wide that it says nothing.
pub const FEWEST_FOR_INTERVAL: usize = 3;

/// Fewest clusters whose mean gets a studentised bootstrap interval; below, it is Student's t.
pub const FEWEST_FOR_BOOTSTRAP: usize = 10;

/// Fewest clusters of a severe test: of the eight exchanges of three pairs one always passes.
pub(crate) const FEWEST_FOR_SEVERITY: usize = 4;

/// Fewest runs whose order statistics give a 95 % prediction interval; below, it is that of normal runs.
pub const FEWEST_FOR_ORDER_STATISTICS: usize = 39;

/// The level of every interval that nothing else is said of.
pub const LEVEL: f64 = 0.95;

/// In how many of its standard errors for normal samples a skewness is seen; of three or four values it never is.
const SKEWED: f64 = 2.0;

/// Summaries by the name of the quantity.
pub type Summaries = BTreeMap<String, Summary>;

/// What a sample, or an estimate, says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// Clusters, which the interval counts; 0 for an exact number.
    pub n: usize,
    /// Units in these clusters, where they are more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units: Option<usize>,
    /// The mean over clusters, or the estimate, or the exact number.
    pub mean: f64,
    /// 95 % interval of the mean; absent below `FEWEST_FOR_INTERVAL` clusters, and for an exact number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// 95 % prediction interval of one more run; absent below `FEWEST_FOR_INTERVAL` clusters, and for an estimate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prediction: Option<Interval>,
    /// How the interval was made, for people.
    pub method: String,
}

/// The summary of every quantity of `findings`; a quantity that is empty or not finite has none.
///
/// The resampling of a quantity is a stream named by it: it depends on no other quantity.
pub fn summarize(findings: &Findings) -> Summaries {
    let quantities: Vec<(&String, &Quantity)> = findings.quantities.iter().collect();
    let summary = |(name, quantity): &(&String, &Quantity)| Some(((*name).clone(), summary_of(name, quantity)?));
    parallel::map(&quantities, parallel::cores(), summary).into_iter().flatten().collect()
}

/// The resampling stream of something compared or summarised, by name.
pub(super) fn stream(purpose: &str, name: &str) -> Stream {
    Seed::from_number(0).derive("report").derive(purpose).stream(name)
}

/// The interval of the mean of cluster values, by the method that their number asks for, and the method in words.
pub(super) fn interval_of(values: &[f64], level: f64, name: &str) -> Result<(Interval, String), SampleError> {
    let n = values.len();
    enough_for_interval(n)?;
    if n < FEWEST_FOR_BOOTSTRAP {
        let skewed = skewness(values).is_some_and(|skewness| skewness.abs() > SKEWED * skewness_error(n));
        let warning = if skewed { "; skewed, few samples: covers about 88\u{a0}%" } else { "" };
        return Ok((interval_of_mean(values, level)?, format!("{}{warning}", students_t(n))));
    }
    let bootstrap = Bootstrap { level, ..Bootstrap::default() };
    let interval = bootstrap.studentized_mean(values, &mut stream("mean", name))?;
    Ok((interval, bootstrap_t(n)))
}

/// Cut an interval to what it can be, and say so.
pub(super) fn cut(interval: Interval, range: Range, method: String) -> (Interval, String) {
    match range.cut(interval) {
        (interval, true) => (interval, format!("{method}; cut to what it can be")),
        (interval, false) => (interval, method),
    }
}

/// An error where clusters are too few for an interval.
pub(super) fn enough_for_interval(n: usize) -> Result<(), SampleError> {
    match n < FEWEST_FOR_INTERVAL {
        true => Err(SampleError::TooFew { statistic: "an interval", least: FEWEST_FOR_INTERVAL, n }),
        false => Ok(()),
    }
}

/// A point of a line with the band of its mean, `[x, mean, low, high]`; `[x, mean]` where there are too few clusters. The interval
/// is that of a quantity: over clusters, and cut to what it can be. Nothing where there is no sample.
pub fn band(x: f64, measured: &Measured, range: Range, name: &str) -> Option<Vec<f64>> {
    let values = measured.cluster_values().filter(|values| !values.is_empty())?;
    Some(match interval_of(&values, LEVEL, &format!("{name} at {x}")) {
        Ok((interval, _)) => {
            let Interval { low, high } = range.cut(interval).0;
            vec![x, mean(&values), low, high]
        }
        Err(_) => vec![x, mean(&values)],
    })
}

/// The standard error of the skewness of `n` normal values (Cramer 1946).
fn skewness_error(n: usize) -> f64 {
    let n = n as f64;
    (6.0 * n * (n - 1.0) / ((n - 2.0) * (n + 1.0) * (n + 3.0))).sqrt()
}

/// How an interval of few clusters is named in reports.
pub(super) fn students_t(n: usize) -> String {
    format!("Student's t, n = {n}")
}

/// How an interval of more clusters is named in reports.
pub(super) fn bootstrap_t(n: usize) -> String {
    format!("bootstrap-t, n = {n}")
}

/// What the quantity of that name says; nothing where it is empty or not finite.
pub fn summary_of(name: &str, quantity: &Quantity) -> Option<Summary> {
    let range = quantity.range;
    let plain = |n: usize, mean: f64, method: String| Summary {
        n,
        units: None,
        mean,
        interval: None,
        prediction: None,
        method,
    };
    match &quantity.measured {
        Measured::Exact(value) => value.is_finite().then(|| plain(0, *value, "exact".to_owned())),
        Measured::PValue { p, n, test } => p.is_finite().then(|| plain(*n, *p, format!("p-value: {test}"))),
        Measured::Estimate { value, low, high, n, interval } => {
            let ends = Interval { low: *low, high: *high };
            let finite = [value, low, high].iter().all(|number| number.is_finite());
            let (ends, method) = cut(ends, range, interval.clone());
            finite.then(|| Summary { interval: Some(ends), ..plain(*n, *value, method) })
        }
        Measured::Samples(units) | Measured::Clustered { samples: units, .. } => {
            let values = quantity.measured.cluster_values()?;
            if values.is_empty() || values.iter().any(|value| !value.is_finite()) {
                return None;
            }
            let n = values.len();
            let (interval, method) = match interval_of(&values, LEVEL, name) {
                Ok((interval, method)) => {
                    let (interval, method) = cut(interval, range, method);
                    (Some(interval), method)
                }
                Err(error) => (None, format!("no interval: {error}")),
            };
            Some(Summary {
                units: (units.len() != n).then_some(units.len()),
                interval,
                prediction: prediction(&values).map(|prediction| range.cut(prediction).0),
                ..plain(n, mean(&values), method)
            })
        }
    }
}

/// The interval of one more run: of order statistics where there are enough, else that of normal runs.
fn prediction(values: &[f64]) -> Option<Interval> {
    if values.len() >= FEWEST_FOR_ORDER_STATISTICS {
        return prediction_interval(values, LEVEL).ok().map(|prediction| prediction.interval);
    }
    normal_prediction_interval(values, LEVEL).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use renas_base::metric::Unit;

    fn quantity(measured: &Measured, range: Range) -> Quantity {
        Quantity {
            label: String::new(),
            unit: Unit::One,
            data: String::new(),
            over: "run".to_owned(),
            cluster: "run".to_owned(),
            range,
            measured: measured.clone(),
            observed_time: false,
            imported: false,
            handed_in: false,
            definition: String::new(),
        }
    }

    fn found(measured: &[(&str, Measured)]) -> Summaries {
        let quantities = measured.iter().map(|(name, one)| ((*name).to_owned(), quantity(one, Range::ANY))).collect();
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
    fn three_to_nine_clusters_get_students_t_and_ten_the_studentised_bootstrap() {
        let values = [2.1, 3.4, 1.9, 5.6, 4.4, 3.0, 2.2, 4.9, 3.3, 2.7];
        let of = |n: usize| found(&[("a", Measured::Samples(values[..n].to_vec()))])["a"].clone();
        let Interval { low, high } = of(3).interval.expect("three samples");
        assert!((low - 0.44345379764118764).abs() < 1e-12 && (high - 4.489879535692146).abs() < 1e-12, "{low} {high}");
        assert_eq!(of(9).method, "Student's t, n = 9");
        assert_eq!(of(10).method, "bootstrap-t, n = 10");
        let bootstrap = Bootstrap::default().studentized_mean(&values, &mut stream("mean", "a"));
        assert_eq!(of(10).interval, bootstrap.ok());
        let skewed = found(&[("a", Measured::Samples(vec![0.1, 0.0, 0.2, 0.1, 0.0, 3.0]))])["a"].clone();
        assert_eq!(skewed.method, "Student's t, n = 6; skewed, few samples: covers about 88\u{a0}%");
    }

    /// The rule that the audit of hierarchical H1 asks for: five searches with three supernets are three clusters.
    #[test]
    fn units_that_share_a_cluster_count_once() {
        let samples = vec![1.0, 2.0, 4.0, 3.0, 4.0];
        let shared = Measured::Clustered { samples, clusters: vec![0, 1, 2, 0, 1] };
        let summary = &found(&[("a", shared)])["a"];
        assert_eq!((summary.n, summary.units), (3, Some(5)));
        let alone = &found(&[("a", Measured::Samples(vec![2.0, 3.0, 4.0]))])["a"];
        assert_eq!((summary.mean, summary.interval), (alone.mean, alone.interval));
    }

    #[test]
    fn a_band_is_that_of_the_clusters_cut_to_what_can_be() {
        let shares = Measured::Samples(vec![0.5, 0.9, 0.95]);
        let band_of = |measured: &Measured| band(7.0, measured, Range::SHARE, "a");
        assert_eq!(band_of(&shares).map(|point| (point.len(), point[3])), Some((4, 1.0)));
        assert_eq!(
            band_of(&Measured::Clustered { samples: vec![0.2; 4], clusters: vec![0, 0, 1, 1] }),
            Some(vec![7.0, 0.2])
        );
        assert_eq!(band_of(&Measured::Samples(Vec::new())), None);
    }

    #[test]
    fn an_interval_is_cut_to_what_the_quantity_can_be_and_says_so() {
        let share = quantity(&Measured::Samples(vec![0.5, 0.9, 0.95]), Range::SHARE);
        let summary = summary_of("a", &share).expect("finite");
        assert_eq!(summary.interval.expect("three samples").high, 1.0);
        assert!(summary.method.ends_with("cut to what it can be"), "{}", summary.method);
    }

    #[test]
    fn two_samples_get_a_mean_alone_and_none_or_nan_no_summary() {
        let summaries = found(&[
            ("few", Measured::Samples(vec![1.0, 2.0])),
            ("none", Measured::Samples(Vec::new())),
            ("nan", Measured::Samples(vec![f64::NAN; 50])),
            ("exact", Measured::Exact(853_018.0)),
        ]);
        assert_eq!(summaries.len(), 2);
        assert_eq!((summaries["few"].mean, summaries["few"].interval), (1.5, None));
        assert_eq!((summaries["exact"].n, summaries["exact"].mean, summaries["exact"].interval), (0, 853_018.0, None));
    }
}
