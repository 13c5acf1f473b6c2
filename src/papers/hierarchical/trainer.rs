//! Networks trained on their own, from fresh weights: searched ones and hand-designed ones by one recipe.

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};

use super::objectives::Price;
use renas_base::seed::Seed;
use renas_harness::study::Context;
use renas_network::spec::NetworkSpec;
use renas_task::outcome::{Ending, Outcome};
use renas_task::recipe::{Loss, Optimizer, Recipe, Schedule, Stop};
use renas_task::{Probe, Split, SplitChoice, Start, Task, Train};

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
        let task = |network: &NetworkSpec| {
            Task::Train(Train {
                network: network.clone(),
                data: data.clone(),
                start: Start::Fresh,
                stop: Stop::Epochs(self.epochs),
                recipe: self.recipe(),
                seed: self.seed,
                curves: Vec::new(),
                probes: vec![Probe::Score { split: Split::Validation }, Probe::Score { split: Split::Test }],
            })
        };
        let tasks: Vec<Task> = networks.iter().map(task).collect();
        let outcomes = context.outcomes(&tasks)?;
        ensure!(outcomes.len() == networks.len(), "{} networks had {} outcomes", networks.len(), outcomes.len());
        networks.iter().zip(&outcomes).map(|(network, outcome)| self.read(network, outcome)).collect()
    }

    fn recipe(&self) -> Recipe {
        Recipe {
            loss: Loss::CrossEntropy,
            optimizer: Optimizer::Adam { learning_rate: self.learning_rate },
            schedule: Schedule::Cosine { floor: 0.0 },
            batch_size: self.batch_size,
        }
    }

    fn read(&self, network: &NetworkSpec, outcome: &Outcome) -> Result<Trained> {
        let price = Price::of(network)?;
        let loss = outcome.curves.get("train.loss").cloned().unwrap_or_default();
        match outcome.ending {
            Ending::Diverged { .. } => {
                let accuracy = self.diverged_accuracy;
                Ok(Trained { price, validation: accuracy, test: accuracy, loss, diverged: true })
            }
            Ending::Completed => {
                let scalar = |name: &str| {
                    let value = outcome.scalars.get(name).copied();
                    value.with_context(|| format!("the worker answered no `{name}`"))
                };
                let (validation, test) = (scalar("validation.accuracy")?, scalar("test.accuracy")?);
                Ok(Trained { price, validation, test, loss, diverged: false })
            }
        }
    }
}
