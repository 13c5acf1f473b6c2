//! The frame of an evolutionary search: ask for evaluations, be told, choose survivors, breed.
//!
//! An `Evolution` asks for the objectives of genotypes and is told them. How genotypes vary is a `Variation`; who mates
//! and who survives is a `Scheme`, that of NSGA-II or of one of its variants.

use serde::{Deserialize, Serialize};

use renas_base::seed::{Seed, Stream};

/// How genotypes are made; the frame decides when.
pub trait Variation {
    /// What is searched for.
    type Genotype: Clone;

    /// A random genotype of the search space.
    fn sample(&self, stream: &mut Stream) -> Self::Genotype;

    /// A child of two parents, which may be the same individual.
    fn crossover(&self, first: &Self::Genotype, second: &Self::Genotype, stream: &mut Stream) -> Self::Genotype;

    /// A changed genotype.
    fn mutate(&self, genotype: Self::Genotype, stream: &mut Stream) -> Self::Genotype;
}

/// Who mates and who survives; it may remember things about the current population between generations.
pub trait Scheme<const M: usize> {
    /// The survivors, as different indices into `pool`, in the order of the next population.
    ///
    /// `pool`: the current population in its order, then its offspring; at first the random sample alone. `capacity`:
    /// the size that a population should have.
    fn survivors(&mut self, pool: &[[f64; M]], capacity: usize) -> Vec<usize>;

    /// One parent, as an index into the current population.
    fn parent(&self, stream: &mut Stream) -> usize;
}

/// What an evolution is run with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Individuals of a population.
    pub population: usize,
    /// Generations of offspring after the random sample.
    pub generations: usize,
    /// No generation is begun that would take more evaluations than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evaluations: Option<usize>,
    /// Probability that a child has two parents; otherwise it starts as a copy of the first.
    pub crossover_rate: f64,
    /// Probability that a child is mutated.
    pub mutation_rate: f64,
}

/// A setting out of range.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{setting} is {value}; it must be {allowed}")]
pub struct SettingsError {
    setting: &'static str,
    value: f64,
    allowed: &'static str,
}

impl Settings {
    fn check(&self) -> Result<(), SettingsError> {
        if self.population == 0 {
            return Err(SettingsError { setting: "population", value: 0.0, allowed: "at least 1" });
        }
        for (setting, value) in [("crossover_rate", self.crossover_rate), ("mutation_rate", self.mutation_rate)] {
            if !(0.0..=1.0).contains(&value) {
                return Err(SettingsError { setting, value, allowed: "between 0 and 1" });
            }
        }
        Ok(())
    }
}

/// Why an evolution ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Termination {
    /// All generations are done.
    GenerationLimit,
    /// The next generation would take more evaluations than are allowed.
    EvaluationLimit,
}

/// What an evolution wants next.
#[derive(Debug, PartialEq)]
pub enum Ask<'a, G> {
    /// The objectives of these genotypes.
    Evaluate(&'a [G]),
    /// Nothing: it is over.
    Finished(Termination),
}

/// Genotypes and their objectives, by position.
#[derive(Clone, Debug, PartialEq)]
pub struct Population<G, const M: usize> {
    /// The individuals.
    pub genotypes: Vec<G>,
    /// Their objectives, all minimised.
    pub objectives: Vec<[f64; M]>,
}

/// A population that evolves: variation proposes, the caller evaluates, the scheme disposes.
#[derive(Clone, Debug)]
pub struct Evolution<V: Variation, S, const M: usize> {
    variation: V,
    scheme: S,
    settings: Settings,
    seed: Seed,
    population: Population<V::Genotype, M>,
    asked: Vec<V::Genotype>,
    generation: usize,
    evaluations: usize,
}

impl<V: Variation, S: Scheme<M>, const M: usize> Evolution<V, S, M> {
    /// An evolution that has asked nothing yet. All its draws come from streams of `seed`.
    pub fn new(variation: V, scheme: S, settings: Settings, seed: Seed) -> Result<Self, SettingsError> {
        settings.check()?;
        let population = Population { genotypes: Vec::new(), objectives: Vec::new() };
        Ok(Self { variation, scheme, settings, seed, population, asked: Vec::new(), generation: 0, evaluations: 0 })
    }

    /// What to evaluate next: the random sample first, then the offspring of one generation after the other.
    ///
    /// Asked again before it was told, it gives the same answer.
    pub fn ask(&mut self) -> Ask<'_, V::Genotype> {
        if self.asked.is_empty() {
            if let Some(termination) = self.termination() {
                return Ask::Finished(termination);
            }
            self.asked = if self.evaluations == 0 { self.sample() } else { self.breed() };
        }
        Ask::Evaluate(&self.asked)
    }

    /// Take the objectives of what was asked, in its order, and let the scheme choose the next population.
    ///
    /// Panics where their number is not that of the genotypes asked, one of them is not finite, or the
    /// scheme leaves nobody.
    pub fn tell(&mut self, objectives: &[[f64; M]]) {
        assert_eq!(objectives.len(), self.asked.len(), "as many objectives as genotypes asked");
        assert!(!objectives.is_empty(), "told before it asked");
        assert!(
            objectives.iter().flatten().all(|value| value.is_finite()),
            "an objective is not finite: give a failed evaluation its worst value first"
        );
        let sampled = self.evaluations == 0;
        self.evaluations += objectives.len();
        self.generation += usize::from(!sampled);
        let mut pool = std::mem::take(&mut self.population.objectives);
        pool.extend_from_slice(objectives);
        let survivors = self.scheme.survivors(&pool, self.settings.population);
        assert!(!survivors.is_empty(), "a scheme leaves at least one survivor");
        let genotypes = std::mem::take(&mut self.population.genotypes).into_iter().chain(self.asked.drain(..));
        let mut genotypes: Vec<Option<V::Genotype>> = genotypes.map(Some).collect();
        let take = |&index: &usize| genotypes[index].take().expect("a scheme names a survivor once");
        self.population.genotypes = survivors.iter().map(take).collect();
        self.population.objectives = survivors.iter().map(|&index| pool[index]).collect();
    }

    /// The survivors of the latest generation, in the order of the scheme; empty before the first `tell`.
    pub fn population(&self) -> &Population<V::Genotype, M> {
        &self.population
    }

    /// Generations of offspring that have been told.
    pub fn generation(&self) -> usize {
        self.generation
    }

    /// Evaluations that have been told.
    pub fn evaluations(&self) -> usize {
        self.evaluations
    }

    /// The scheme, with what it remembers.
    pub fn scheme(&self) -> &S {
        &self.scheme
    }

    fn termination(&self) -> Option<Termination> {
        let begun = self.evaluations > 0;
        let next = if begun { self.population.genotypes.len() } else { self.settings.population };
        if begun && self.generation >= self.settings.generations {
            Some(Termination::GenerationLimit)
        } else if self.settings.evaluations.is_some_and(|limit| self.evaluations + next > limit) {
            Some(Termination::EvaluationLimit)
        } else {
            None
        }
    }

    fn sample(&self) -> Vec<V::Genotype> {
        let mut stream = self.seed.stream("sample");
        (0..self.settings.population).map(|_| self.variation.sample(&mut stream)).collect()
    }

    /// As many children as there are individuals.
    fn breed(&self) -> Vec<V::Genotype> {
        let seed = self.seed.derive_indexed("generation", self.generation as u64);
        let (mut mating, mut variation) = (seed.stream("mating"), seed.stream("variation"));
        let parents = &self.population.genotypes;
        let child = |_| {
            let first = &parents[self.scheme.parent(&mut mating)];
            let second = &parents[self.scheme.parent(&mut mating)];
            let crossed = variation.chance(self.settings.crossover_rate);
            let child = if crossed { self.variation.crossover(first, second, &mut variation) } else { first.clone() };
            let mutated = variation.chance(self.settings.mutation_rate);
            if mutated { self.variation.mutate(child, &mut variation) } else { child }
        };
        (0..parents.len()).map(child).collect()
    }
}
