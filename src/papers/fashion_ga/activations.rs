//! The same layers with each activation function: which functions are best, whatever the search prefers.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::genome::Genome;
use super::layer::{FUNCTIONS, Layer};
use super::space::Space;
use super::trainer::{Trained, Trainer};
use renas_base::seed::Seed;
use renas_harness::study::Context;
use renas_network::spec::Activation;

/// What the study depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActivationInputs {
    /// Where random genomes come from.
    pub space: Space,
    /// How many.
    pub genomes: usize,
    /// How networks are trained.
    pub trainer: Trainer,
    /// Root of the draws.
    pub seed: Seed,
}

/// For each random genome what became of it with each of `FUNCTIONS` in all its layers.
pub type ActivationRecord = Vec<Vec<Trained>>;

/// Train every genome with every function.
pub fn activations(inputs: &ActivationInputs, context: &dyn Context) -> Result<ActivationRecord> {
    let mut stream = inputs.seed.stream("genomes");
    let genomes: Vec<Genome> = (0..inputs.genomes).map(|_| inputs.space.sample(&mut stream)).collect();
    let with = |genome: &Genome, function: Activation| {
        genome.layers().iter().map(|layer| Layer { function, ..*layer }).collect::<Vec<_>>()
    };
    let variants: Vec<Genome> = genomes
        .iter()
        .flat_map(|genome| FUNCTIONS.map(|function| with(genome, function)))
        .filter_map(Genome::new)
        .collect();
    let trained = inputs.trainer.train(&variants, context)?;
    Ok(trained.chunks(FUNCTIONS.len()).map(<[Trained]>::to_vec).collect())
}
