//! How well the supernet ranks: the same random networks with its weights and with weights of their own.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::objectives::Price;
use super::supernet::{Judging, SupernetRecord};
use super::trainer::Trainer;
use super::variation::HierarchicalVariation;
use renas_base::seed::Seed;
use renas_harness::study::{Context, Handle, Results};
use renas_network::supernet::Choice;
use renas_search::evolution::Variation as _;

/// What the study depends on besides the supernet that it needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RankingInputs {
    /// How networks are judged with shared weights.
    pub judging: Judging,
    /// How they are trained on their own.
    pub trainer: Trainer,
    /// The supernet.
    pub supernet: Handle<SupernetRecord>,
    /// Random networks of the hierarchical space.
    pub networks: usize,
    /// Root of their draws.
    pub seed: Seed,
}

/// One network, judged twice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ranked {
    /// The network.
    pub choice: Choice,
    /// What it costs.
    pub price: Price,
    /// Validation accuracy with the supernet's weights, a fraction.
    pub shared: f64,
    /// Validation accuracy after a training of its own, a fraction.
    pub alone: f64,
}

/// Judge the networks both ways.
pub fn rank(inputs: &RankingInputs, results: &Results, context: &dyn Context) -> Result<Vec<Ranked>> {
    let space = &inputs.judging.space;
    let weights = results.read(&inputs.supernet)?.weights;
    let supernet = space.supernet();
    let variation = HierarchicalVariation { space: space.clone() };
    let mut stream = inputs.seed.stream("ranking");
    let mut choices: Vec<Choice> = Vec::new();
    while choices.len() < inputs.networks {
        let choice = space.choice(&variation.sample(&mut stream).flat(space.depth));
        if !choices.contains(&choice) {
            choices.push(choice);
        }
    }
    let shared = inputs.judging.accuracies(&supernet, weights, &choices, context)?;
    let networks = choices.iter().map(|choice| supernet.path(choice)).collect::<Result<Vec<_>, _>>()?;
    let alone = inputs.trainer.train(&networks, context)?;
    let ranked = |((choice, shared), alone): ((Choice, f64), _)| {
        let super::trainer::Trained { price, validation, .. } = alone;
        Ranked { choice, price, shared, alone: validation }
    };
    Ok(choices.into_iter().zip(shared).zip(alone).map(ranked).collect())
}
