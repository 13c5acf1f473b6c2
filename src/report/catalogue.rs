//! What a paper's analysis measures: one catalogue says the name of every quantity and how it is read from the evidence,
//! so that the names promised to the manifest's claims are those that are found.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::findings::{EXACT, Measured, Quantity};
use super::range::Range;
use super::summary::stream;
use renas_base::metric::Unit;
use renas_base::parallel;
use renas_stats::bootstrap::Bootstrap;
use renas_stats::correlation::{pearson, ranks};
use renas_stats::proportion::wilson_interval;

/// Reads a quantity from the evidence; none where the evidence has nothing of it.
pub type Read<E> = Box<dyn Fn(&E) -> Option<Measured> + Send + Sync>;

/// One quantity, of evidence `E`.
pub struct Entry<E> {
    /// The dotted name.
    pub name: String,
    /// What it is, for people.
    pub label: String,
    /// Its unit.
    pub unit: Unit,
    /// What it can be.
    pub range: Range,
    /// The data set that it was measured on, where that is not the experiment's own.
    pub data: Option<String>,
    /// What one sample is.
    pub over: Cow<'static, str>,
    /// What samples share or are nested in; the same as `over` where each stands for itself.
    pub cluster: Cow<'static, str>,
    /// Whether it derives from measured time.
    pub observed_time: bool,
    /// Patterns of the ids of all studies that it is made of; `*` where that is not known.
    pub studies: BTreeSet<String>,
    /// How it is read.
    pub read: Read<E>,
}

/// What is known of a quantity before anything runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Promised {
    /// The dotted name.
    pub name: String,
    /// Its unit.
    pub unit: Unit,
    /// What it can be.
    pub range: Range,
    /// What one sample is.
    pub over: String,
    /// What samples share or are nested in.
    pub cluster: String,
    /// Patterns of the ids of all studies that it is made of (`search/random/*`); what these need is not among them.
    pub studies: BTreeSet<String>,
}

impl Promised {
    /// Whether no seed, draw or sample enters it.
    pub fn is_exact(&self) -> bool {
        self.cluster == EXACT
    }
}

/// What is known of all entries, in ascending order of name.
pub fn promised<E>(catalogue: Vec<Entry<E>>) -> Vec<Promised> {
    let promise = |entry: Entry<E>| {
        let Entry { name, label: _, unit, range, data: _, over, cluster, observed_time: _, studies, read: _ } = entry;
        Promised { name, unit, range, over: over.into_owned(), cluster: cluster.into_owned(), studies }
    };
    let mut all: Vec<Promised> = catalogue.into_iter().map(promise).collect();
    all.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    all
}

/// All quantities that the evidence holds, `own_data` being the experiment's own data set. One that nothing was observed of is
/// absent.
pub fn measure<E: Sync>(catalogue: Vec<Entry<E>>, own_data: &str, evidence: &E) -> BTreeMap<String, Quantity> {
    // Side by side: each reads by itself, and draws from a stream of its own.
    let measured = parallel::map(&catalogue, parallel::cores(), |entry| (entry.read)(evidence));
    let quantity = |(entry, measured): (Entry<E>, Option<Measured>)| {
        let Entry { name, label, unit, range, data, over, cluster, observed_time, studies: _, read: _ } = entry;
        let data = data.unwrap_or_else(|| own_data.to_owned());
        let (over, cluster) = (over.into_owned(), cluster.into_owned());
        let measured = measured?;
        let (definition, imported, handed_in) = (String::new(), false, false);
        let quantity = Quantity {
            label,
            unit,
            data,
            over,
            cluster,
            range,
            measured,
            observed_time,
            imported,
            handed_in,
            definition,
        };
        Some((name, quantity))
    };
    catalogue.into_iter().zip(measured).filter_map(quantity).collect()
}

/// Samples, or nothing where there are none.
pub fn samples(values: impl IntoIterator<Item = f64>) -> Option<Measured> {
    let values: Vec<f64> = values.into_iter().collect();
    (!values.is_empty()).then_some(Measured::Samples(values))
}

/// Samples of units in clusters, or nothing where there are none.
pub fn clustered(values: impl IntoIterator<Item = (usize, f64)>) -> Option<Measured> {
    let (clusters, samples): (Vec<usize>, Vec<f64>) = values.into_iter().unzip();
    (!samples.is_empty()).then_some(Measured::Clustered { samples, clusters })
}

/// Which correlation is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Correlation {
    /// Pearson's, of the numbers themselves.
    Pearson,
    /// Spearman's, of their ranks.
    Spearman,
}

/// Fewest pairs of a correlation that has an interval.
const FEWEST_PAIRS: usize = 20;

/// The correlation of one whole sample of independent pairs, with the studentised bootstrap interval on Fisher's scale; its
/// resampling is a stream of this name. Nothing below 20 pairs, or where a side is constant.
///
/// Of Spearman's the ranks of the whole sample are resampled.
pub fn correlation(kind: Correlation, x: &[f64], y: &[f64], name: &str) -> Option<Measured> {
    if x.len() < FEWEST_PAIRS {
        return None;
    }
    let (x, y) = match kind {
        Correlation::Pearson => (Cow::Borrowed(x), Cow::Borrowed(y)),
        Correlation::Spearman => (Cow::Owned(ranks(x)), Cow::Owned(ranks(y))),
    };
    let value = pearson(&x, &y).ok()?;
    let ends = Bootstrap::default().studentized_correlation(&x, &y, &mut stream("correlation", name)).ok()?;
    let interval = "studentised bootstrap of Fisher's z, 2,000 resamples".to_owned();
    Some(Measured::Estimate { value, low: ends.low, high: ends.high, n: x.len(), interval })
}

/// A share within one cluster (right answers of the test images of one network), with Wilson's interval.
pub fn share(successes: usize, of: usize) -> Option<Measured> {
    let ends = wilson_interval(successes, of, 0.95).ok()?;
    let value = successes as f64 / of as f64;
    let interval = "Wilson's score interval".to_owned();
    Some(Measured::Estimate { value, low: ends.low, high: ends.high, n: of, interval })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SciPy 1.17.1, `spearmanr(range(20), [i * 7 % 20 for i in range(20)])` = 0.3684210526315789.
    #[test]
    fn a_correlation_needs_twenty_pairs_and_lies_in_its_interval() {
        let x: Vec<f64> = (0..20).map(f64::from).collect();
        let y: Vec<f64> = (0..20).map(|index| f64::from(index * 7 % 20)).collect();
        assert_eq!(correlation(Correlation::Spearman, &x[..19], &y[..19], "few"), None);
        let Some(Measured::Estimate { value, low, high, n, .. }) = correlation(Correlation::Spearman, &x, &y, "a")
        else {
            panic!("twenty pairs");
        };
        assert!((value - 0.368_421_052_631_578_9).abs() < 1e-12);
        assert!(low < value && value < high && low > -1.0 && high < 1.0 && n == 20, "{low} {value} {high}");
        assert_eq!(correlation(Correlation::Pearson, &x, &[1.0; 20], "constant"), None);
    }

    /// SciPy 1.17.1, `binomtest(8887, 10000).proportion_ci(0.95, "wilson")`: 0.88239 to 0.89472.
    #[test]
    fn a_share_has_wilsons_interval() {
        let Some(Measured::Estimate { value, low, high, n, .. }) = share(8_887, 10_000) else { panic!("a share") };
        assert_eq!((value, n), (0.8887, 10_000));
        assert!((low - 0.8823859653461842).abs() < 1e-12 && (high - 0.8947155143204518).abs() < 1e-12, "{low} {high}");
    }
}
