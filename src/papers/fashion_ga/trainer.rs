//! Networks of genomes, trained and timed: the same for every arm of a seed, so that arms share what they both visit.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::genome::Genome;
use super::layer::Layer;
use super::network::network;
use renas_base::seed::Seed;
use renas_harness::classifier::train;
use renas_harness::study::{Context, Training};
use renas_network::spec::NetworkSpec;
use renas_task::outcome::Outcome;
use renas_task::recipe::{Recipe, Schedule};
use renas_task::{DataChoice, Probe, Split, SplitChoice};

/// How networks are built, trained and timed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trainer {
    /// Name of the data set in the registry.
    pub data: String,
    /// The split.
    pub split: SplitChoice,
    /// Shape of one image, `[channels, height, width]`.
    pub input: Vec<usize>,
    /// Passes over the training samples.
    pub epochs: usize,
    /// Samples per step.
    pub batch_size: usize,
    /// Adam's constant rate.
    pub learning_rate: f64,
    /// Accuracy of a network whose training diverged.
    pub diverged_accuracy: f64,
    /// Root of every draw. A network's own seed follows from it and the genome.
    pub seed: Seed,
}

/// What became of a network.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trained {
    /// Validation accuracy after the last epoch, a fraction.
    pub accuracy: f64,
    /// Whether its training diverged; then its accuracy is the manifest's.
    pub diverged: bool,
}

impl Trainer {
    /// Train the networks of these genomes.
    pub fn train(&self, genomes: &[Genome], context: &dyn Context) -> Result<Vec<Trained>> {
        let data = self.data(context)?;
        let training = |genome: &Genome| {
            let seed = self.seed.derive(&genome.to_string());
            self.training(network(&self.input, genome.layers()), self.epochs, seed, &data)
        };
        let probes = [Probe::Score { split: Split::Validation }];
        let outcomes = train(genomes.iter().map(training).collect(), &[], &probes, context)?;
        outcomes.iter().map(|outcome| self.read(outcome)).collect()
    }

    /// Seconds of the trainings of these genomes.
    pub fn seconds(&self, genomes: &[Genome], context: &dyn Context) -> Result<Vec<f64>> {
        let data = self.data(context)?;
        let training = |genome: &Genome| {
            let seed = self.seed.derive(&genome.to_string()).derive("time");
            self.training(network(&self.input, genome.layers()), self.epochs, seed, &data)
        };
        context.training_seconds(&genomes.iter().map(training).collect::<Vec<_>>())
    }

    /// Seconds of one epoch of a network of these layers, which need not be a genome, timed `repeats` times on its own.
    pub fn epoch_seconds(&self, layers: &[Layer], repeats: usize, context: &dyn Context) -> Result<Vec<f64>> {
        let data = self.data(context)?;
        let network = network(&self.input, layers);
        let training = |index: usize| {
            let seed = self.seed.derive_indexed("repeat", index as u64);
            self.training(network.clone(), 1, seed, &data)
        };
        context.training_seconds(&(0..repeats).map(training).collect::<Vec<_>>())
    }

    fn data(&self, context: &dyn Context) -> Result<DataChoice> {
        context.data(&self.data, self.split.clone())
    }

    fn training(&self, network: NetworkSpec, epochs: usize, seed: Seed, data: &DataChoice) -> Training {
        let recipe = Recipe::classifier(self.learning_rate, Schedule::Constant, self.batch_size);
        Training { network, data: data.clone(), recipe, epochs, seed }
    }

    fn read(&self, outcome: &Outcome) -> Result<Trained> {
        let accuracy = outcome.accuracy_or(self.diverged_accuracy, Split::Validation)?;
        Ok(Trained { accuracy, diverged: outcome.is_diverged() })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::fixture::trainer;
    use renas_task::names;
    use renas_task::outcome::Ending;

    #[test]
    fn a_diverged_network_has_the_manifests_accuracy_and_a_missing_one_is_an_error() {
        let trainer = trainer();
        let scalars = BTreeMap::from([(names::accuracy(Split::Validation), 0.75)]);
        let outcome = Outcome { scalars, ..Outcome::default() };
        assert_eq!(trainer.read(&outcome).expect("a score"), Trained { accuracy: 0.75, diverged: false });
        let diverged = Outcome { ending: Ending::Diverged { step: 4 }, ..Outcome::default() };
        let expected = Trained { accuracy: trainer.diverged_accuracy, diverged: true };
        assert_eq!(trainer.read(&diverged).expect("data, not an error"), expected);
        assert!(trainer.read(&Outcome::default()).is_err());
    }
}
