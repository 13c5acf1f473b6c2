//! One search: aging evolution or random genomes, with equal numbers of evaluations from the same random start; and the
//! seconds of what it trained.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::arm::{Arm, Evolution};
use super::genome::Genome;
use super::mutation::{Mutation, mutate};
use super::network::cost_of;
use super::space::Space;
use super::trainer::{Trained, Trainer};
use renas_base::seed::Seed;
use renas_harness::study::{Context, Handle, Results};
use renas_search::aging::{AgingEvolution, Individual, Settings};

/// What a search depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchInputs {
    /// How it searches.
    pub arm: Arm,
    /// What it searches.
    pub space: Space,
    /// P, S and C.
    pub settings: Settings,
    /// How networks are trained.
    pub trainer: Trainer,
    /// Root of the search's draws: the same for every arm, so that all start from the same P genomes.
    pub seed: Seed,
}

/// What a study of times depends on besides the search that it needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimesInputs {
    /// Id of the search.
    pub search: Handle<SearchRecord>,
    /// How its networks were trained.
    pub trainer: Trainer,
}

/// All networks of a search, in the order of their evaluation.
pub type SearchRecord = Vec<Visit>;

/// A network that a search evaluated; it may have been evaluated before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Visit {
    /// Its genome.
    pub genome: Genome,
    /// Its validation accuracy.
    pub trained: Trained,
    /// Its parameters.
    pub parameters: u64,
    /// Its multiply-adds for one image.
    pub multiply_adds: u64,
    /// Its parent, as a place in the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<usize>,
    /// What made it of its parent; absent for a random genome, and for a copy of a parent that could not be changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mutation: Option<Mutation>,
}

/// Run a search.
pub fn search(inputs: &SearchInputs, context: &dyn Context) -> Result<SearchRecord> {
    let mut stream = inputs.seed.stream("random genomes");
    match &inputs.arm {
        Arm::Random => {
            let genomes = (0..inputs.settings.cycles).map(|_| inputs.space.sample(&mut stream)).collect();
            inputs.visit(genomes, context)
        }
        Arm::Evolution(evolution) => {
            let genomes = (0..inputs.settings.population).map(|_| inputs.space.sample(&mut stream)).collect();
            inputs.evolve(evolution, inputs.visit(genomes, context)?, context)
        }
    }
}

/// Seconds of the trainings of a search, in its order.
pub fn times(inputs: &TimesInputs, results: &Results, context: &dyn Context) -> Result<Vec<f64>> {
    let record = results.read(&inputs.search)?;
    let genomes: Vec<Genome> = record.into_iter().map(|visit| visit.genome).collect();
    inputs.trainer.seconds(&genomes, context)
}

impl SearchInputs {
    fn evolve(&self, evolution: &Evolution, start: SearchRecord, context: &dyn Context) -> Result<SearchRecord> {
        let mut aging = AgingEvolution::new(self.settings, evolution.tournament, self.seed.derive("evolution"));
        start.into_iter().for_each(|visit| aging.tell(individual(visit)));
        while let Some((parent, mut stream)) = aging.parent() {
            let genome = &aging.history()[parent].genotype.genome;
            let child = mutate(&evolution.mutations, genome, &self.space, evolution.rules, &mut stream);
            // A parent without a child is evaluated again, as the algorithm has it.
            let (mutation, child) =
                child.map_or_else(|| (None, genome.clone()), |(mutation, child)| (Some(mutation), child));
            for visit in self.visit(vec![child], context)? {
                aging.tell(individual(Visit { parent: Some(parent), mutation, ..visit }));
            }
        }
        Ok(aging.history().iter().map(|one| one.genotype.clone()).collect())
    }

    fn visit(&self, genomes: Vec<Genome>, context: &dyn Context) -> Result<SearchRecord> {
        let trained = self.trainer.train(&genomes, context)?;
        let visit = |(genome, trained): (Genome, Trained)| {
            let cost = cost_of(&self.space.input, genome.layers());
            let (parameters, multiply_adds) = (cost.parameters, cost.multiply_adds);
            Visit { genome, trained, parameters, multiply_adds, parent: None, mutation: None }
        };
        Ok(genomes.into_iter().zip(trained).map(visit).collect())
    }
}

fn individual(visit: Visit) -> Individual<Visit, 2> {
    let objectives = [1.0 - visit.trained.accuracy, visit.parameters as f64];
    Individual { objectives, parent: visit.parent, genotype: visit }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::{self, NAMES};
    use crate::fixture::{FakeContext, search_inputs};

    fn record(arm: &str) -> SearchRecord {
        search(&search_inputs(arm::find(arm).expect("an arm")), &FakeContext).expect("a search")
    }

    #[test]
    fn every_arm_evaluates_as_many_networks_from_the_same_start() {
        let inputs = search_inputs(Arm::Random);
        let random = record("random");
        for name in NAMES {
            let record = record(name);
            assert_eq!(record.len(), inputs.settings.cycles, "{name}");
            let start = inputs.settings.population;
            assert_eq!(record[..start], random[..start], "{name}");
            assert!(record[start..].iter().all(|visit| visit.parent.is_some() == (name != "random")), "{name}");
        }
    }

    #[test]
    fn a_child_is_one_mutation_of_the_arm_away_from_its_parent() {
        let inputs = search_inputs(Arm::Random);
        for name in ["swap", "inversion", "filter", "replace", "add_layer", "all"] {
            let record = record(name);
            for visit in &record {
                let Some(parent) = visit.parent else { continue };
                let parent = &record[parent].genome;
                match visit.mutation {
                    Some(mutation) => {
                        assert!(name == "all" || mutation.name() == name);
                        let rules = crate::mutation::Rules::Kept;
                        assert!(mutation.children(parent, &inputs.space, rules).contains(&visit.genome), "{name}");
                    }
                    None => assert_eq!(*parent, visit.genome),
                }
            }
        }
    }

    #[test]
    fn a_network_that_is_visited_again_has_the_same_accuracy() {
        let record = record("swap");
        for (place, visit) in record.iter().enumerate() {
            for earlier in record[..place].iter().filter(|earlier| earlier.genome == visit.genome) {
                assert_eq!(earlier.trained, visit.trained);
            }
        }
    }
}
