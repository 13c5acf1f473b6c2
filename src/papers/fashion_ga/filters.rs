//! Training time by number of filters, up to and above the paper's limit.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::layer::{Kind, Layer};
use super::network::cost_of;
use super::trainer::Trainer;
use renas_harness::study::Context;
use renas_network::spec::Activation;

/// What the study depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilterInputs {
    /// Filters of all layers of a network, one network for each.
    pub filters: Vec<usize>,
    /// Times that each is timed.
    pub repeats: usize,
    /// How they would be trained.
    pub trainer: Trainer,
}

/// The network of one number of filters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilterRecord {
    /// Filters of all its layers.
    pub filters: usize,
    /// Its multiply-adds for one image.
    pub multiply_adds: u64,
    /// Seconds of one epoch, one per repetition.
    pub seconds: Vec<f64>,
}

/// Two reductions and a normal convolution, 3 x 3, ReLU. Above the paper's limit this is no genome any more.
pub fn layers(filters: usize) -> [Layer; 3] {
    let layer = |kind| Layer { kind, filters, kernel: 3, function: Activation::Relu };
    [layer(Kind::Reduction), layer(Kind::Reduction), layer(Kind::Normal)]
}

/// Time them.
pub fn filters(inputs: &FilterInputs, context: &dyn Context) -> Result<Vec<FilterRecord>> {
    let record = |&filters: &usize| {
        let layers = layers(filters);
        let multiply_adds = cost_of(&inputs.trainer.input, &layers).multiply_adds;
        let seconds = inputs.trainer.epoch_seconds(&layers, inputs.repeats, context)?;
        Ok(FilterRecord { filters, multiply_adds, seconds })
    };
    inputs.filters.iter().map(record).collect()
}
