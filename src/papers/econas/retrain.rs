//! What the predictions are worth: networks of a final population, really trained.

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use super::population::Individual;
use super::search::SearchRecord;
use super::trial::{Protocol, Trained};
use super::variant::Variant;
use renas_base::seed::Seed;
use renas_harness::study::{Context, Handle, Results};

/// What a retraining study depends on, besides the search it reads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetrainInputs {
    /// Whose search.
    pub variant: Variant,
    /// The search study whose final population is sampled.
    pub search: Handle<SearchRecord>,
    /// How many networks.
    pub networks: usize,
    /// How they are trained and measured: as those of the table.
    pub protocol: Protocol,
    /// Root of the draws.
    pub seed: Seed,
}

/// A network of a final population: what the search thought of it, and what it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retrained {
    /// Accuracy, introspectability, multiply-adds as predicted.
    pub predicted: [f64; 3],
    /// As measured.
    pub trained: Trained,
}

/// Train a random sample of the final population; the result of a retraining study.
pub fn retrain(inputs: &RetrainInputs, results: &Results, context: &dyn Context) -> Result<Vec<Retrained>> {
    let record = results.read(&inputs.search)?;
    let last = record.kept.last().with_context(|| format!("study {} kept no population", inputs.search))?;
    let chosen = sample(&last.individuals, inputs.networks, &inputs.seed);
    let seed = |index: usize| inputs.seed.derive_indexed("network", index as u64);
    let networks: Vec<_> =
        chosen.iter().enumerate().map(|(index, individual)| (individual.genotype.clone(), seed(index))).collect();
    let trained = inputs.protocol.train(&networks, context)?;
    let pair = |(individual, trained): (&Individual, Trained)| Retrained { predicted: individual.objectives, trained };
    Ok(chosen.into_iter().zip(trained).map(pair).collect())
}

/// Up to `count` individuals with different genotypes, in random order.
fn sample<'a>(population: &'a [Individual], count: usize, seed: &Seed) -> Vec<&'a Individual> {
    let mut distinct: Vec<&Individual> = Vec::new();
    for individual in population {
        if distinct.iter().all(|known| known.genotype != individual.genotype) {
            distinct.push(individual);
        }
    }
    let count = count.min(distinct.len());
    seed.stream("sample").distinct(count, distinct.len()).into_iter().map(|index| distinct[index]).collect()
}

#[cfg(test)]
mod tests {
    use super::super::genotype::Genotype;
    use super::*;

    #[test]
    fn a_sample_holds_no_genotype_twice() {
        let individual = |units: usize| Individual { genotype: Genotype(vec![units; 3]), objectives: [0.5, 0.5, 1.0] };
        let population: Vec<Individual> = [1, 2, 1, 3, 2, 1].map(individual).to_vec();
        let sizes = |count, number| -> Vec<usize> {
            sample(&population, count, &Seed::from_number(number)).iter().map(|one| one.genotype.0[0]).collect()
        };
        let mut all = sizes(9, 1);
        all.sort_unstable();
        assert_eq!(all, [1, 2, 3]);
        assert_eq!(sizes(2, 2).len(), 2);
        assert_eq!(sizes(2, 2), sizes(2, 2));
    }
}
