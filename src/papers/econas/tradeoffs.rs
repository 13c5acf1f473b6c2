//! How accuracy goes with introspectability and cost in networks that were really trained.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::search::Source;
use super::trial::Trained;
use super::variant::Variant;
use renas_base::seed::Seed;
use renas_harness::study::{Context, Results};
use renas_stats::bootstrap::Bootstrap;
use renas_stats::correlation::{pearson, spearman};
use renas_stats::summary::{Interval, quantile, sorted};

/// What a study of trade-offs depends on, besides its tables.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TradeoffInputs {
    /// The table.
    pub source: Source,
    /// Bootstrap resamples, over networks.
    pub resamples: usize,
    /// Root of the draws.
    pub seed: Seed,
}

/// What a comparison of two data sets depends on, besides its tables.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrowthInputs {
    /// The table of the easier data set.
    pub easier: Source,
    /// That of the harder one.
    pub harder: Source,
    /// Bootstrap resamples, over networks.
    pub resamples: usize,
    /// Root of the draws.
    pub seed: Seed,
}

/// A statistic of whole tables with its interval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Estimate {
    /// The statistic.
    pub value: f64,
    /// Its 95 % percentile bootstrap interval over networks.
    pub interval: Interval,
    /// Number of networks.
    pub networks: usize,
}

/// Estimates by name; also the ends of the names of quantities.
pub type Estimates = BTreeMap<String, Estimate>;

/// Names of what `tradeoffs` finds in our table, or in one of the author's.
pub fn names(author: bool) -> Vec<String> {
    let partners = partners(author);
    let correlations = ["pearson", "spearman"].map(|kind| partners.map(|one| format!("{kind}.accuracy_{one}")));
    correlations.into_iter().flatten().filter(|name| !name.ends_with('_')).chain(["accuracy_p95".to_owned()]).collect()
}

/// What accuracy is related to; an empty name stands for what the author's table lacks.
fn partners(author: bool) -> [&'static str; 3] {
    ["similarity", if author { "" } else { "distance" }, "multiply_adds"]
}

/// Correlations of accuracy with its partners over the networks of a table, on test samples, and the 95th percentile of
/// accuracy.
pub fn tradeoffs(inputs: &TradeoffInputs, results: &Results, context: &dyn Context) -> Result<Estimates> {
    let author = matches!(inputs.source, Source::Author { .. });
    let rows = read(&inputs.source, results, context)?;
    let bootstrap = Bootstrap { resamples: inputs.resamples, ..Bootstrap::default() };
    let mut found = Estimates::new();
    // What is not defined on this table, since values are all equal, is left out.
    let mut estimate = |name: String, statistic: &dyn Fn(&[[f64; 4]]) -> Option<f64>| {
        let Some(value) = statistic(&rows) else { return };
        let Ok(interval) = bootstrap.of(&rows, statistic, &mut inputs.seed.stream(&name)) else { return };
        found.insert(name, Estimate { value, interval, networks: rows.len() });
    };
    for (index, partner) in partners(author).iter().enumerate().filter(|(_, partner)| !partner.is_empty()) {
        estimate(format!("pearson.accuracy_{partner}"), &|rows| correlate(pearson, rows, index));
        estimate(format!("spearman.accuracy_{partner}"), &|rows| correlate(spearman, rows, index));
    }
    let high = |rows: &[[f64; 4]]| {
        let accuracies: Vec<f64> = rows.iter().map(|row| row[0]).collect();
        Some(quantile(&sorted(&accuracies), 0.95))
    };
    estimate("accuracy_p95".to_owned(), &high);
    Ok(found)
}

/// How much stronger the trade-off of accuracy with each partner is in the harder data set than in the easier one.
///
/// The strength of a trade-off is the Pearson correlation turned so that 1 is a perfect trade-off: a more accurate
/// network is less introspectable, or costs more. Networks of the two tables are resampled independently.
pub fn growth(inputs: &GrowthInputs, results: &Results, context: &dyn Context) -> Result<Estimates> {
    let easier = read(&inputs.easier, results, context)?;
    let harder = read(&inputs.harder, results, context)?;
    let bootstrap = Bootstrap { resamples: inputs.resamples, ..Bootstrap::default() };
    let mut found = Estimates::new();
    for (index, partner) in partners(false).iter().enumerate() {
        let sign = if *partner == "multiply_adds" { 1.0 } else { -1.0 };
        let strength = |rows: &[[f64; 4]]| correlate(pearson, rows, index).map(|value| sign * value);
        let name = format!("tradeoff_growth.{partner}");
        let value = strength(&harder).zip(strength(&easier)).map(|(harder, easier)| harder - easier);
        let Some(value) = value else { continue };
        let interval = difference(&bootstrap, [&easier, &harder], strength, &inputs.seed.derive(&name));
        let Ok(interval) = interval else { continue };
        found.insert(name, Estimate { value, interval, networks: easier.len() + harder.len() });
    }
    Ok(found)
}

/// The interval of `strength` of the second table minus that of the first, each resampled on its own.
fn difference(
    bootstrap: &Bootstrap,
    tables: [&[[f64; 4]]; 2],
    strength: impl Fn(&[[f64; 4]]) -> Option<f64>,
    seed: &Seed,
) -> Result<Interval> {
    let mut stream = seed.stream("networks");
    let mut draw =
        |rows: &[[f64; 4]]| -> Vec<[f64; 4]> { (0..rows.len()).map(|_| rows[stream.below(rows.len())]).collect() };
    // `of` resamples one table: here it only repeats, and all draws are those of `draw`.
    let statistic = |_: &[()]| {
        let easier = strength(&draw(tables[0]));
        Some(strength(&draw(tables[1]))? - easier?)
    };
    Ok(bootstrap.of(&[(); 2], statistic, &mut seed.stream("repetitions"))?)
}

type Correlation = fn(&[f64], &[f64]) -> Result<f64, renas_stats::summary::SampleError>;

fn correlate(statistic: Correlation, rows: &[[f64; 4]], partner: usize) -> Option<f64> {
    let accuracies: Vec<f64> = rows.iter().map(|row| row[0]).collect();
    let partners: Vec<f64> = rows.iter().map(|row| row[1 + partner]).collect();
    statistic(&accuracies, &partners).ok()
}

/// Accuracy, similarity, distance and multiply-adds of every network; the author's have no distance.
fn read(source: &Source, results: &Results, context: &dyn Context) -> Result<Vec<[f64; 4]>> {
    match source {
        Source::Trained { study } => {
            let row = |network: &Trained| {
                let test = &network.test;
                [test.accuracy, test.similarity, test.distance, network.multiply_adds]
            };
            Ok(results.read(study)?.iter().map(row).collect())
        }
        Source::Author { .. } => {
            let rows = source.rows(Variant::Reference, results, context)?;
            let row = |[accuracy, similarity, cost]: [f64; 3]| [accuracy, similarity, 0.0, cost];
            Ok(rows.into_iter().map(|one| row(one.objectives)).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::FakeContext;
    use crate::genotype::Genotype;
    use crate::trial::Metrics;
    use renas_harness::study::{Handle, StudyResult};

    /// Twenty networks whose similarity and cost follow from their accuracy.
    fn table(similarity: fn(f64) -> f64, cost: fn(f64) -> f64) -> StudyResult {
        let network = |index: usize| {
            let accuracy = (index * index) as f64 / 400.0;
            let test = Metrics { accuracy, similarity: similarity(accuracy), distance: (index % 3) as f64 };
            let genotype = Genotype(vec![index + 1]);
            Trained { genotype, multiply_adds: cost(accuracy), validation: test, test, diverged: false }
        };
        StudyResult::of(&(0..20).map(network).collect::<Vec<_>>()).expect("plain data")
    }

    fn results() -> Results {
        let agreeing = table(|accuracy| 2.0 * accuracy, |accuracy| 1.0 - accuracy);
        let trading = table(|accuracy| 1.0 - accuracy, |accuracy| accuracy);
        let mut results = Results::default();
        results.insert("easy".to_owned(), agreeing);
        results.insert("hard".to_owned(), trading);
        results
    }

    fn source(study: &str) -> Source {
        Source::Trained { study: Handle::new(study) }
    }

    #[test]
    fn correlations_have_the_sign_of_the_relation_and_the_promised_names() {
        let inputs = TradeoffInputs { source: source("hard"), resamples: 100, seed: Seed::from_number(1) };
        let found = tradeoffs(&inputs, &results(), &FakeContext::default()).expect("defined");
        assert!((found["pearson.accuracy_similarity"].value + 1.0).abs() < 1e-12);
        assert!((found["spearman.accuracy_multiply_adds"].value - 1.0).abs() < 1e-12);
        let mut promised = names(false);
        promised.sort_unstable();
        assert_eq!(found.into_keys().collect::<Vec<_>>(), promised);
    }

    /// From agreement in every objective to a perfect trade-off the strength grows from -1 to 1.
    #[test]
    fn the_growth_of_a_trade_off_is_positive_where_the_harder_data_set_trades_more() {
        let (resamples, seed) = (100, Seed::from_number(1));
        let inputs = GrowthInputs { easier: source("easy"), harder: source("hard"), resamples, seed };
        let found = growth(&inputs, &results(), &FakeContext::default()).expect("defined");
        for partner in ["similarity", "multiply_adds"] {
            let estimate = &found[&format!("tradeoff_growth.{partner}")];
            assert!((estimate.value - 2.0).abs() < 1e-12 && estimate.interval.low > 1.9, "{partner}");
        }
        assert_eq!(found["tradeoff_growth.distance"].networks, 40);
    }
}
