//! How well the trees predict networks that they were not fitted on; the paper reports no error at all.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::objectives::fit_tree;
use super::search::Source;
use super::table::Row;
use super::variant::Variant;
use crate::base::seed::Seed;
use crate::stats::correlation::kendall_tau_b;
use crate::stats::quality::{mean_squared_error, r_squared};
use crate::surrogate::Predictor;

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
    /// Coefficient of determination: 0 is as good as predicting the mean of the held-out rows.
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
            quality.r2.push(r_squared(&targets, &predictions)?);
            quality.mse.push(mean_squared_error(&targets, &predictions)?);
            quality.tau.push(kendall_tau_b(&targets, &predictions).unwrap_or(0.0));
        }
    }
    Ok(found)
}
