//! Aging evolution: tournaments choose parents, children join the population, and the oldest individual dies.
//!
//! Real et al. 2019, Algorithm 1, <https://doi.org/10.1609/aaai.v33i01.33014780>. It asks for evaluations and is told
//! their objectives; one of them is enough for the algorithm as published, more serve tournaments on the front.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::pareto::non_dominated_sort;
use renas_base::seed::{Seed, Stream};

/// What an aging evolution is run with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// P: individuals of the population, and of the random start.
    pub population: usize,
    /// S: draws of a tournament, with replacement; at least 1.
    pub sample: usize,
    /// C: evaluations in all, those of the random start included; at least P.
    pub cycles: usize,
}

/// Who wins a tournament.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tournament {
    /// The smallest first objective; of equal ones the first drawn. As published.
    Best,
    /// One of those that no other of the sample dominates, all equally likely.
    Front,
}

/// An individual of the history.
#[derive(Clone, Debug, PartialEq)]
pub struct Individual<G, const M: usize> {
    /// What was evaluated.
    pub genotype: G,
    /// Its objectives, all minimised.
    pub objectives: [f64; M],
    /// Its parent's place in the history; none in the random start.
    pub parent: Option<usize>,
}

/// A population as a queue, and all that was ever in it.
#[derive(Clone, Debug)]
pub struct AgingEvolution<G, const M: usize> {
    settings: Settings,
    tournament: Tournament,
    seed: Seed,
    history: Vec<Individual<G, M>>,
    /// Places in the history, the oldest first.
    population: VecDeque<usize>,
}

impl<G, const M: usize> AgingEvolution<G, M> {
    /// An evolution before its random start. All its draws come from streams of `seed`.
    ///
    /// Panics where the settings are out of range.
    pub fn new(settings: Settings, tournament: Tournament, seed: Seed) -> Self {
        let Settings { population, sample, cycles } = settings;
        assert!(population > 0 && sample > 0 && cycles >= population, "settings out of range: {settings:?}");
        Self { settings, tournament, seed, history: Vec::new(), population: VecDeque::new() }
    }

    /// How many individuals are to be drawn at random and told next: P at first, then none.
    pub fn wanted_at_random(&self) -> usize {
        if self.history.is_empty() { self.settings.population } else { 0 }
    }

    /// The parent of the next child, as a place in the history, and a stream for its mutation; none when C evaluations
    /// are told.
    ///
    /// Asked again before it was told, it gives the same answer. Panics before the random start.
    pub fn parent(&self) -> Option<(usize, Stream)> {
        let count = self.history.len();
        if count >= self.settings.cycles {
            return None;
        }
        assert!(count > 0, "the random start comes first");
        let seed = self.seed.derive_indexed("child", count as u64);
        let mut stream = seed.stream("tournament");
        let sample: Vec<usize> =
            (0..self.settings.sample).map(|_| self.population[stream.below(self.population.len())]).collect();
        let winner = match self.tournament {
            Tournament::Best => {
                let first = |place: usize| self.history[place].objectives[0];
                sample.into_iter().reduce(|best, one| if first(one) < first(best) { one } else { best })
            }
            Tournament::Front => {
                let objectives: Vec<[f64; M]> = sample.iter().map(|&place| self.history[place].objectives).collect();
                let fronts = non_dominated_sort(&objectives);
                let front = fronts.first();
                Some(sample[front[stream.below(front.len())]])
            }
        };
        winner.map(|winner| (winner, seed.stream("mutation")))
    }

    /// Take an evaluated individual into the population; where it is full, its oldest dies.
    ///
    /// Panics where an objective is not finite: a failed evaluation is given its worst value first.
    pub fn tell(&mut self, individual: Individual<G, M>) {
        assert!(individual.objectives.iter().all(|value| value.is_finite()), "an objective is not finite");
        if self.population.len() == self.settings.population {
            self.population.pop_front();
        }
        self.population.push_back(self.history.len());
        self.history.push(individual);
    }

    /// All individuals, in the order told.
    pub fn history(&self) -> &[Individual<G, M>] {
        &self.history
    }

    /// The living, the oldest first, as places in the history.
    pub fn population(&self) -> impl Iterator<Item = usize> + '_ {
        self.population.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: Settings = Settings { population: 4, sample: 2, cycles: 40 };

    /// Genotypes are numbers; a child differs from its parent by one, and the best is 20.
    fn evolve(tournament: Tournament, seed: u64) -> AgingEvolution<i64, 2> {
        let mut evolution = AgingEvolution::new(SETTINGS, tournament, Seed::from_number(seed));
        let told = |genotype: i64, parent| Individual {
            genotype,
            objectives: [(genotype - 20).abs() as f64, genotype as f64],
            parent,
        };
        for genotype in 0..evolution.wanted_at_random() as i64 {
            evolution.tell(told(genotype, None));
        }
        while let Some((parent, mut stream)) = evolution.parent() {
            let step = if stream.chance(0.5) { 1 } else { -1 };
            evolution.tell(told(evolution.history()[parent].genotype + step, Some(parent)));
        }
        evolution
    }

    #[test]
    fn the_history_has_c_individuals_and_the_population_the_last_p() {
        let evolution = evolve(Tournament::Best, 1);
        assert_eq!(evolution.history().len(), 40);
        assert_eq!(evolution.population().collect::<Vec<_>>(), [36, 37, 38, 39]);
        assert!(evolution.history()[..4].iter().all(|one| one.parent.is_none()));
        // The oldest dies, however good: a parent is among the P told before its child.
        for (place, one) in evolution.history().iter().enumerate().skip(4) {
            let parent = one.parent.expect("a child has a parent");
            assert!((place - 4..place).contains(&parent), "{place} of {parent}");
        }
    }

    /// This history is part of every result: it may never change.
    #[test]
    fn the_order_of_a_toy_landscape_is_pinned() {
        let genotypes: Vec<i64> = evolve(Tournament::Best, 1).history().iter().map(|one| one.genotype).collect();
        assert_eq!(genotypes[..4], [0, 1, 2, 3]);
        let digest = renas_base::digest::Digest::of_value(&genotypes).expect("numbers").to_string();
        assert_eq!(digest, "8bec370598b5477f5352add8bbf5629df7bd9cb6a64119ae75bc74e76e264a47");
    }

    #[test]
    fn tournaments_on_the_best_climb_and_those_on_the_front_keep_both_ends() {
        let mean = |tournament: Tournament| {
            let last = |seed| {
                let evolution = evolve(tournament, seed);
                evolution.population().map(|place| evolution.history()[place].genotype as f64).sum::<f64>() / 4.0
            };
            (0..50).map(last).sum::<f64>() / 50.0
        };
        // With two draws and steps to either side, the better parent wins more often: genotypes rise. Every pair of
        // different genotypes below 20 is a trade-off of the two objectives, so that the front chooses at random.
        assert!(mean(Tournament::Best) > 4.0, "{}", mean(Tournament::Best));
        assert!((mean(Tournament::Front) - 1.5).abs() < 1.5, "{}", mean(Tournament::Front));
    }

    /// A population of two, of which the better wins whenever it is drawn: in 3 of 4 tournaments of two draws.
    #[test]
    fn the_better_of_two_wins_three_tournaments_of_four() {
        let settings = Settings { population: 2, sample: 2, cycles: 3 };
        let wins = (0..4_000).filter(|&seed| {
            let mut evolution = AgingEvolution::new(settings, Tournament::Best, Seed::from_number(seed));
            for objective in [2.0, 1.0] {
                evolution.tell(Individual { genotype: (), objectives: [objective], parent: None });
            }
            evolution.parent().is_some_and(|(parent, _)| parent == 1)
        });
        let wins = wins.count();
        // Five standard deviations are 137.
        assert!((wins as i64 - 3_000).abs() < 137, "{wins}");
    }

    #[test]
    fn of_equal_individuals_the_first_drawn_wins_and_a_question_repeats() {
        let settings = Settings { population: 3, sample: 3, cycles: 4 };
        let mut evolution = AgingEvolution::new(settings, Tournament::Best, Seed::from_number(5));
        for _ in 0..3 {
            evolution.tell(Individual { genotype: (), objectives: [1.0], parent: None });
        }
        let first_drawn = Seed::from_number(5).derive_indexed("child", 3).stream("tournament").below(3);
        let parent = |evolution: &AgingEvolution<(), 1>| evolution.parent().map(|(parent, _)| parent);
        assert_eq!(parent(&evolution), Some(first_drawn));
        assert_eq!(parent(&evolution), parent(&evolution));
    }
}
