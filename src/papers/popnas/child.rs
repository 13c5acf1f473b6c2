//! Child networks: a cell's network trained, its best validation accuracy, and the seconds that its training takes.

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};

use super::cell::Cell;
use super::network::Scale;
use super::variant::Variant;
use renas_base::seed::Seed;
use renas_harness::classifier::train;
use renas_harness::study::{Context, Training};
use renas_network::spec::NetworkSpec;
use renas_task::outcome::Outcome;
use renas_task::recipe::{Recipe, Schedule};
use renas_task::{DataChoice, Split, SplitChoice};

/// How children are built, trained and timed: the same for every arm of a seed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChildTrainer {
    /// Name of the data set in the registry.
    pub data: String,
    /// The split.
    pub split: SplitChoice,
    /// Size of the networks.
    pub scale: Scale,
    /// E: passes over the training samples.
    pub epochs: usize,
    /// Samples per step.
    pub batch_size: usize,
    /// Adam's rate at the start; a cosine takes it down to `floor` times it.
    pub learning_rate: f64,
    /// See `learning_rate`.
    pub floor: f64,
    /// Adam's constant rate under `reference`, whose children share one step counter: it has run out before any of them.
    pub reference_learning_rate: f64,
    /// Accuracy of a child whose training diverged.
    pub diverged_accuracy: f64,
    /// Root of every draw. A child's own seed follows from it and the cell that is built, so that arms share children.
    pub seed: Seed,
}

/// What became of a child.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Child {
    /// Validation accuracy of the best epoch, a fraction.
    pub accuracy: f64,
    /// Seconds of its training, by the profile's clock.
    pub seconds: f64,
    /// Whether its training diverged; then its accuracy is the manifest's.
    pub diverged: bool,
}

impl ChildTrainer {
    /// Train and time the networks of these cells.
    pub fn train(&self, cells: &[Cell], variant: Variant, context: &dyn Context) -> Result<Vec<Child>> {
        let data = context.data(&self.data, self.split.clone())?;
        let built: Vec<(NetworkSpec, Seed)> = cells
            .iter()
            .map(|cell| {
                let cell = cell.flattened();
                (self.scale.network(&cell, variant), self.seed.derive(&cell.to_string()))
            })
            .collect();
        let trained = built.iter().map(|(network, seed)| self.training(network.clone(), *seed, variant, &data));
        let outcomes = train(trained.collect(), &[Split::Validation], &[], context)?;
        let trainings: Vec<Training> = built
            .into_iter()
            .map(|(network, seed)| self.training(network, seed.derive("time"), variant, &data))
            .collect();
        let seconds = context.training_seconds(&trainings)?;
        let read = |(outcome, seconds): (&Outcome, f64)| self.read(outcome, seconds);
        outcomes.iter().zip(seconds).map(read).collect::<Result<_>>().context("reading children")
    }

    /// Seconds of the training of the network without cells.
    pub fn empty_seconds(&self, variant: Variant, context: &dyn Context) -> Result<f64> {
        let data = context.data(&self.data, self.split.clone())?;
        let training = self.training(self.scale.empty_network(), self.seed.derive("empty"), variant, &data);
        let seconds = context.training_seconds(&[training])?;
        seconds.first().copied().context("one time was asked for")
    }

    /// Seconds of the same training timed again and again, each time on its own.
    pub fn repeated_seconds(&self, cell: &Cell, times: usize, context: &dyn Context) -> Result<Vec<f64>> {
        let data = context.data(&self.data, self.split.clone())?;
        let cell = cell.flattened();
        let network = self.scale.network(&cell, Variant::Paper);
        let seed = self.seed.derive(&cell.to_string());
        let training = |index: usize| {
            self.training(network.clone(), seed.derive_indexed("repeat", index as u64), Variant::Paper, &data)
        };
        context.training_seconds(&(0..times).map(training).collect::<Vec<_>>())
    }

    fn recipe(&self, variant: Variant) -> Recipe {
        let (learning_rate, schedule) = match variant {
            Variant::Reference => (self.reference_learning_rate, Schedule::Constant),
            Variant::Paper | Variant::Corrected => (self.learning_rate, Schedule::Cosine { floor: self.floor }),
        };
        Recipe::classifier(learning_rate, schedule, self.batch_size)
    }

    fn training(&self, network: NetworkSpec, seed: Seed, variant: Variant, data: &DataChoice) -> Training {
        Training { network, data: data.clone(), recipe: self.recipe(variant), epochs: self.epochs, seed }
    }

    fn read(&self, outcome: &Outcome, seconds: f64) -> Result<Child> {
        if outcome.is_diverged() {
            return Ok(Child { accuracy: self.diverged_accuracy, seconds, diverged: true });
        }
        let best = outcome.accuracy_curve(Split::Validation)?.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        ensure!(best.is_finite(), "the training of a child had no epoch");
        Ok(Child { accuracy: best, seconds, diverged: false })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::fixture::child_trainer;
    use renas_task::names;
    use renas_task::outcome::Ending;
    use renas_task::recipe::Optimizer;

    #[test]
    fn the_best_epoch_counts_and_a_diverged_child_has_the_manifests_accuracy() {
        let child_trainer = child_trainer();
        let curves = BTreeMap::from([(names::accuracy(Split::Validation), vec![0.2, 0.5, 0.4])]);
        let outcome = Outcome { curves, ..Outcome::default() };
        let expected = Child { accuracy: 0.5, seconds: 3.0, diverged: false };
        assert_eq!(child_trainer.read(&outcome, 3.0).expect("a curve"), expected);
        let diverged = Outcome { ending: Ending::Diverged { step: 4 }, ..Outcome::default() };
        let expected = Child { accuracy: child_trainer.diverged_accuracy, seconds: 3.0, diverged: true };
        assert_eq!(child_trainer.read(&diverged, 3.0).expect("data, not an error"), expected);
        assert!(child_trainer.read(&Outcome::default(), 3.0).is_err());
    }

    #[test]
    fn children_of_the_reference_keep_one_small_rate() {
        let recipe = child_trainer().recipe(Variant::Reference);
        assert_eq!(recipe.schedule, Schedule::Constant);
        assert_eq!(recipe.optimizer, Optimizer::Adam { learning_rate: child_trainer().reference_learning_rate });
    }
}
