//! How well the trees predict networks that they were not fitted on; the paper reports no error at all.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::objectives::fit_tree;
use super::search::Source;
use super::table::Row;
use super::variant::Variant;
use renas_base::seed::Seed;
use renas_stats::correlation::kendall_tau_b;
use renas_stats::quality::{mean_squared_error, r_squared};
use renas_surrogate::Predictor;

/// What a study of surrogate quality depends on, besides its table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QualityInputs {
    /// Whose objectives and trees.
    pub variant: Variant,
    /// The table.
    pub source: Source,
    /// Rows that trees are fitted on; the rest is held out.
    pub fitted: usize,
    /// Random splits.
    pub splits: usize,
    /// Root of the draws.
    pub seed: Seed,
}

/// The quality of one objective's tree, one value per split.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quality {
    /// Coefficient of determination: 0 is as good as predicting the mean of the held-out rows. Splits whose held-out rows are
    /// all equal have none.
    pub r2: Vec<f64>,
    /// Mean squared error.
    pub mse: Vec<f64>,
    /// Kendall's tau-b between predicted and measured; 0 where all predictions are equal.
    pub tau: Vec<f64>,
}

/// Quality on held-out networks, for accuracy, introspectability and, where it is predicted, multiply-adds.
pub fn quality(inputs: &QualityInputs, rows: &[Row]) -> Result<Vec<Quality>> {
    let mut found = vec![Quality::default(); if inputs.variant.counts_cost() { 2 } else { 3 }];
    for split in 0..inputs.splits as u64 {
        let seed = inputs.seed.derive_indexed("split", split);
        let order = seed.stream("rows").distinct(rows.len(), rows.len());
        let (fitted, held_out) = order.split_at(inputs.fitted);
        for (objective, quality) in found.iter_mut().enumerate() {
            let tree = fit_tree(rows, fitted, objective, inputs.variant, &seed)?;
            let predictions: Vec<f64> = held_out.iter().map(|&row| tree.predict(&rows[row].features)).collect();
            let targets: Vec<f64> = held_out.iter().map(|&row| rows[row].objectives[objective]).collect();
            // Held-out rows that are all equal have no variance to explain: such a split has no R squared, and is no mistake.
            quality.r2.extend(r_squared(&targets, &predictions).ok());
            quality.mse.push(mean_squared_error(&targets, &predictions)?);
            quality.tau.push(kendall_tau_b(&targets, &predictions).unwrap_or(0.0));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn held_out_rows_that_are_all_equal_have_no_r_squared_and_stop_nothing() {
        let row = |index: usize| Row { features: [index as f64; 5], objectives: [0.1, index as f64, 1.0] };
        let rows: Vec<Row> = (0..100).map(row).collect();
        let found = quality(&inputs(), &rows).expect("constants are data");
        assert_eq!((found[0].r2.len(), found[1].r2.len(), found[0].mse.len()), (0, 3, 3));
    }

    fn inputs() -> QualityInputs {
        let source = Source::Author { table: "none".to_owned() };
        QualityInputs { variant: Variant::Paper, source, fitted: 80, splits: 3, seed: Seed::from_number(1) }
    }

    /// The first target is a step of one feature, the second is noise, the third follows a feature smoothly.
    #[test]
    fn what_the_features_determine_is_predicted_and_noise_is_not() {
        let mut stream = Seed::from_number(2).stream("rows");
        let row = |stream: &mut renas_base::seed::Stream| {
            let features = std::array::from_fn(|_| stream.uniform());
            let step = f64::from(features[2] > 0.5);
            Row { features, objectives: [step, stream.normal(), features[1]] }
        };
        let rows: Vec<Row> = (0..100).map(|_| row(&mut stream)).collect();
        let found = quality(&inputs(), &rows).expect("finite rows");
        for split in 0..3 {
            assert!(found[0].r2[split] > 0.8, "{found:?}");
            assert!(found[1].r2[split] < 0.0, "{found:?}");
            assert!(found[2].tau[split] > 0.8 && found[2].mse[split] < 0.01, "{found:?}");
        }
    }
}
