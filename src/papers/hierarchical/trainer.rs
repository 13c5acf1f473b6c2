//! Networks trained on their own, from fresh weights: searched ones and hand-designed ones by one recipe.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::objectives::Price;
use renas_base::seed::Seed;
use renas_harness::classifier::train;
use renas_harness::study::{Context, Training};
use renas_network::spec::NetworkSpec;
use renas_task::outcome::Outcome;
use renas_task::recipe::{Recipe, Schedule};
use renas_task::{Probe, Split, SplitChoice};

/// How networks are trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trainer {
    /// Name of the data set in the registry.
    pub data: String,
    /// The split.
    pub split: SplitChoice,
    /// Passes over the training samples.
    pub epochs: usize,
    /// Samples per step.
    pub batch_size: usize,
    /// Adam's rate at the start of a cosine to 0.
    pub learning_rate: f64,
    /// Accuracy of a network whose training diverged.
    pub diverged_accuracy: f64,
    /// Root of every draw.
    pub seed: Seed,
}

/// What became of a network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trained {
    /// What it costs.
    pub price: Price,
    /// Validation accuracy after the last epoch, a fraction.
    pub validation: f64,
    /// Test accuracy after the last epoch, a fraction.
    pub test: f64,
    /// Mean training loss of each epoch, in nats.
    pub loss: Vec<f64>,
    /// Whether its training diverged; then its accuracies are the manifest's.
    pub diverged: bool,
}

impl Trainer {
    /// Train these networks, each from the trainer's seed.
    pub fn train(&self, networks: &[NetworkSpec], context: &dyn Context) -> Result<Vec<Trained>> {
        let data = context.data(&self.data, self.split.clone())?;
        let training = |network: &NetworkSpec| {
            let recipe = Recipe::classifier(self.learning_rate, Schedule::Cosine { floor: 0.0 }, self.batch_size);
            Training { network: network.clone(), data: data.clone(), recipe, epochs: self.epochs, seed: self.seed }
        };
        let probes = [Split::Validation, Split::Test].map(|split| Probe::Score { split });
        let outcomes = train(networks.iter().map(training).collect(), &[], &probes, context)?;
        networks.iter().zip(&outcomes).map(|(network, outcome)| self.read(network, outcome)).collect()
    }

    fn read(&self, network: &NetworkSpec, outcome: &Outcome) -> Result<Trained> {
        let accuracy = |split| outcome.accuracy_or(self.diverged_accuracy, split);
        let (validation, test) = (accuracy(Split::Validation)?, accuracy(Split::Test)?);
        let (price, loss) = (Price::of(network)?, outcome.loss_curve()?.to_vec());
        Ok(Trained { price, validation, test, loss, diverged: outcome.is_diverged() })
    }
}
