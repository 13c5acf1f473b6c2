//! The supernet trained once, and networks judged with its weights.

use anyhow::{Context as _, Result, bail, ensure};
use serde::{Deserialize, Serialize};

use super::family::Family;
use super::space::Space;
use renas_base::digest::Digest;
use renas_base::seed::Seed;
use renas_harness::study::Context;
use renas_network::supernet::{Choice, Supernet};
use renas_task::outcome::Ending;
use renas_task::paths::{EvaluateSlice, TrainPaths};
use renas_task::recipe::{Recipe, Schedule, Stop};
use renas_task::{Probe, Split, SplitChoice, Task};

/// What the training of a supernet depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupernetInputs {
    /// What is searched.
    pub space: Space,
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
    /// Root of every draw.
    pub seed: Seed,
    /// How paths are drawn; absent: one for each step, every layer by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub together: Option<Together>,
}

/// Paths that are trained together.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Together {
    /// Whose paths they are.
    pub family: Family,
    /// Paths of one step.
    pub paths: usize,
    /// Epochs at the start in which all layers are standard convolutions.
    #[serde(default, skip_serializing_if = "is_none")]
    pub standard_epochs: usize,
    /// How much they learn from the first, which is the widest and of standard convolutions where this is above 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub distillation: f64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(share: &f64) -> bool {
    *share == 0.0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_none(epochs: &usize) -> bool {
    *epochs == 0
}

/// A trained supernet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupernetRecord {
    /// Its weights, an object of the store.
    pub weights: Digest,
    /// Mean loss of the steps of each epoch, in nats.
    pub loss: Vec<f64>,
}

impl SupernetInputs {
    /// The training as a task.
    pub fn task(&self, context: &dyn Context) -> Result<Task> {
        let one = Together { family: Family::Flat, paths: 1, standard_epochs: 0, distillation: 0.0 };
        // The first kind of layers is `Block::Standard`.
        let Together { family, paths, standard_epochs: first_kind_epochs, distillation } = self.together.unwrap_or(one);
        let supernet = match self.together {
            None => self.space.supernet(),
            Some(_) => self.space.supernet_for(family),
        };
        Ok(Task::TrainPaths(TrainPaths {
            supernet,
            data: context.data(&self.data, self.split.clone())?,
            stop: Stop::Epochs(self.epochs),
            recipe: Recipe::classifier(self.learning_rate, Schedule::Cosine { floor: 0.0 }, self.batch_size),
            seed: self.seed,
            paths,
            first_kind_epochs,
            distillation,
        }))
    }
}

/// Train it. One that diverges is an error: nothing can be judged with it.
pub fn train_supernet(inputs: &SupernetInputs, context: &dyn Context) -> Result<SupernetRecord> {
    let outcomes = context.outcomes(&[inputs.task(context)?])?;
    let outcome = outcomes.first().context("one training had no outcome")?;
    if let Ending::Diverged { step } = outcome.ending {
        bail!("the supernet diverged at step {step}: lower `supernet.learning_rate` in the manifest");
    }
    Ok(SupernetRecord { weights: outcome.weights()?, loss: outcome.loss_curve()?.to_vec() })
}

/// How networks are judged with shared weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judging {
    /// What is searched.
    pub space: Space,
    /// Name of the data set in the registry.
    pub data: String,
    /// The split.
    pub split: SplitChoice,
    /// Training samples that statistics of batch normalisation are taken from.
    pub calibration: usize,
    /// Accuracy of a network whose output is not finite.
    pub diverged_accuracy: f64,
}

impl Judging {
    /// The evaluations of these paths of the supernet with these weights, as tasks.
    pub fn tasks(
        &self,
        supernet: &Supernet,
        weights: Digest,
        choices: &[Choice],
        context: &dyn Context,
    ) -> Result<Vec<Task>> {
        let data = context.data(&self.data, self.split.clone())?;
        let task = |choice: &Choice| -> Result<Task> {
            Ok(Task::EvaluateSlice(EvaluateSlice {
                network: supernet.path(choice)?,
                data: data.clone(),
                weights,
                calibration: self.calibration,
                probes: vec![Probe::Score { split: Split::Validation }],
            }))
        };
        choices.iter().map(task).collect()
    }

    /// Validation accuracies, fractions, of these paths of the supernet with these weights.
    pub fn accuracies(
        &self,
        supernet: &Supernet,
        weights: Digest,
        choices: &[Choice],
        context: &dyn Context,
    ) -> Result<Vec<f64>> {
        let outcomes = context.outcomes(&self.tasks(supernet, weights, choices, context)?)?;
        ensure!(outcomes.len() == choices.len(), "{} networks had {} outcomes", choices.len(), outcomes.len());
        outcomes.iter().map(|outcome| Ok(outcome.accuracy_or(self.diverged_accuracy, Split::Validation)?)).collect()
    }
}
