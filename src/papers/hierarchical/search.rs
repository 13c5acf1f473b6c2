//! One search: networks of the space judged with the weights of one supernet, as many for every arm.

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use super::arm::Arm;
use super::genotype::{FlatGenotype, Genotype};
use super::objectives::{Price, Weights, weighted_sum};
use super::supernet::{Judging, SupernetRecord};
use super::variation::{FlatVariation, HierarchicalVariation};
use renas_base::digest::Digest;
use renas_base::seed::Seed;
use renas_harness::study::{Context, Handle, Results};
use renas_network::supernet::{Choice, Supernet};
use renas_search::evolution::{Ask, Evolution, Settings, Variation};
use renas_search::nsga2::RankAndCrowding;

/// What a search depends on besides the supernet that it needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchInputs {
    /// How it searches.
    pub arm: Arm,
    /// Population, generations and rates.
    pub settings: Settings,
    /// Lambdas of equation 2.
    pub weights: Weights,
    /// How networks are judged.
    pub judging: Judging,
    /// The supernet.
    pub supernet: Handle<SupernetRecord>,
    /// Root of the search's draws.
    pub seed: Seed,
}

/// One network that was judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Visit {
    /// The network, a path of the supernet.
    pub choice: Choice,
    /// Its validation accuracy with inherited weights, a fraction.
    pub accuracy: f64,
    /// What it costs.
    pub price: Price,
}

impl Visit {
    /// Error, multiply-adds and bytes.
    pub fn objectives(&self) -> [f64; 3] {
        self.price.objectives(self.accuracy)
    }
}

/// All networks of a search, in the order of their evaluation.
pub type SearchRecord = Vec<Visit>;

/// Run the search.
pub fn search(inputs: &SearchInputs, results: &Results, context: &dyn Context) -> Result<SearchRecord> {
    let space = &inputs.judging.space;
    let weights = results.read(&inputs.supernet)?.weights;
    let supernet = space.supernet();
    let judge = Judge { inputs, supernet: &supernet, weights, context };
    let hierarchical = HierarchicalVariation { space: space.clone() };
    let flat = |genotype: &Genotype| genotype.flat(space.depth);
    match inputs.arm {
        Arm::Nsga2 => judge.evolve(hierarchical, flat, Visit::objectives),
        Arm::WeightedSum => {
            let unit = Price::of(&supernet.path(&space.dearest())?)?;
            judge.evolve(hierarchical, flat, |visit| [weighted_sum(&visit.objectives(), &inputs.weights, &unit)])
        }
        Arm::AccuracyOnly => judge.evolve(hierarchical, flat, |visit| [1.0 - visit.accuracy]),
        Arm::Random => {
            let mut stream = inputs.seed.stream("random");
            let count = inputs.settings.population * (inputs.settings.generations + 1);
            let drawn: Vec<FlatGenotype> = (0..count).map(|_| flat(&hierarchical.sample(&mut stream))).collect();
            judge.visits(&drawn)
        }
        Arm::Nsga2Flat => judge.evolve(FlatVariation { space: space.clone() }, Clone::clone, Visit::objectives),
    }
}

/// A search under way.
struct Judge<'a> {
    inputs: &'a SearchInputs,
    supernet: &'a Supernet,
    weights: Digest,
    context: &'a dyn Context,
}

impl Judge<'_> {
    /// All networks that the selection of NSGA-II asks for. With one objective it keeps the best and lets the better of two
    /// random ones mate.
    fn evolve<V: Variation, const M: usize>(
        &self,
        variation: V,
        flat: impl Fn(&V::Genotype) -> FlatGenotype,
        objectives: impl Fn(&Visit) -> [f64; M],
    ) -> Result<SearchRecord> {
        let (settings, seed) = (self.inputs.settings.clone(), self.inputs.seed.derive("evolution"));
        let mut evolution = Evolution::new(variation, RankAndCrowding::default(), settings, seed)?;
        let mut record = SearchRecord::new();
        while let Ask::Evaluate(asked) = evolution.ask() {
            let visits = self.visits(&asked.iter().map(&flat).collect::<Vec<_>>())?;
            evolution.tell(&visits.iter().map(&objectives).collect::<Vec<_>>());
            record.extend(visits);
        }
        Ok(record)
    }

    fn visits(&self, genotypes: &[FlatGenotype]) -> Result<SearchRecord> {
        let judging = &self.inputs.judging;
        let choices: Vec<Choice> = genotypes.iter().map(|genotype| judging.space.choice(genotype)).collect();
        let accuracies = judging.accuracies(self.supernet, self.weights, &choices, self.context)?;
        let visit = |(choice, accuracy): (Choice, f64)| {
            let price = self.supernet.path(&choice).map_err(anyhow::Error::from);
            let price = price.and_then(|network| Ok(Price::of(&network)?)).context("a path of the supernet")?;
            Ok(Visit { choice, accuracy, price })
        };
        choices.into_iter().zip(accuracies).map(visit).collect()
    }
}

/// The most accurate network within a limit of multiply-adds, or of all; of equal ones that of fewest multiply-adds, and
/// then the first.
pub fn best_within(record: &[Visit], most: Option<u64>) -> Option<&Visit> {
    let within = record.iter().filter(|visit| most.is_none_or(|most| visit.price.multiply_adds <= most));
    let is_better = |one: &Visit, best: &Visit| {
        let accuracy = one.accuracy.total_cmp(&best.accuracy);
        accuracy.then(best.price.multiply_adds.cmp(&one.price.multiply_adds)).is_gt()
    };
    within.reduce(|best, one| if is_better(one, best) { one } else { best })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::fixture::{FakeContext, search_inputs, supernet_results};
    use renas_search::pareto::dominates;

    fn record(arm: Arm) -> SearchRecord {
        let inputs = search_inputs(arm);
        search(&inputs, &supernet_results(inputs.supernet.id()), &FakeContext).expect("a search")
    }

    #[test]
    fn every_arm_judges_as_many_networks_and_prices_them() {
        let settings = search_inputs(Arm::Nsga2).settings;
        for arm in Arm::ALL {
            let record = record(arm);
            assert_eq!(record.len(), settings.population * (settings.generations + 1), "{}", arm.name());
            assert!(record.iter().all(|visit| visit.price.multiply_adds > 0 && visit.price.parameters > 0));
        }
    }

    /// The fake worker's accuracy grows with the multiply-adds: what is good is known.
    #[test]
    fn each_arm_moves_towards_its_objective() {
        let mean = |visits: &[Visit], of: fn(&Visit) -> f64| visits.iter().map(of).sum::<f64>() / visits.len() as f64;
        let accuracy: fn(&Visit) -> f64 = |visit| visit.accuracy;
        let multiply_adds: fn(&Visit) -> f64 = |visit| visit.price.multiply_adds as f64;
        let (random, single) = (record(Arm::Random), record(Arm::AccuracyOnly));
        let late = |record: &SearchRecord| record[record.len() * 3 / 4..].to_vec();
        assert!(mean(&late(&single), accuracy) > mean(&random, accuracy));
        let weighted = late(&record(Arm::WeightedSum));
        assert!(mean(&weighted, multiply_adds) < mean(&late(&single), multiply_adds));
        let all = record(Arm::Nsga2);
        let front: Vec<[f64; 3]> = all.iter().map(Visit::objectives).collect();
        let on_front = front.iter().filter(|one| !front.iter().any(|other| dominates(other, one)));
        let distinct: BTreeSet<String> = on_front.map(|point| format!("{point:?}")).collect();
        assert!(distinct.len() >= 5, "a trade-off has many networks: {}", distinct.len());
    }

    #[test]
    fn the_best_within_a_budget_is_the_most_accurate_and_of_those_the_cheapest() {
        let visit = |accuracy, multiply_adds| {
            let price = Price { parameters: 1, multiply_adds, peak: 1 };
            Visit { choice: Choice { width: 0, slots: Vec::new() }, accuracy, price }
        };
        let record = [visit(0.5, 10), visit(0.75, 30), visit(0.75, 20), visit(0.9, 50)];
        assert_eq!(best_within(&record, None), Some(&record[3]));
        assert_eq!(best_within(&record, Some(49)), Some(&record[2]));
        assert_eq!(best_within(&record, Some(20)), Some(&record[2]));
        assert_eq!(best_within(&record, Some(9)), None);
    }
}
