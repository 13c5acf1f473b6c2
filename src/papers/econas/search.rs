//! One search: trees fitted to rows of a table, a population evolved on their predictions, and what is recorded of it.

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use super::genotype::Genotype;
use super::objectives::{Predicted, fitted_rows};
use super::population::{Individual, Trajectory, correlation};
use super::reference::ReferenceScheme;
use super::space::Space;
use super::table::{Row, parse_author, rows};
use super::trial::Trained;
use super::variant::Variant;
use super::variation::{BoundedVariation, ReferenceVariation};
use renas_base::seed::Seed;
use renas_harness::study::{Context, Handle, Results};
use renas_search::evolution::{Ask, Evolution, Scheme, Settings, Variation};
use renas_search::nsga2::RankAndCrowding;

/// What a search depends on, besides its table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchInputs {
    /// The reading of the paper.
    pub variant: Variant,
    /// What the trees are fitted to.
    pub source: Source,
    /// Rows that they are fitted on.
    pub fitted: usize,
    /// Where genotypes come from.
    pub space: Space,
    /// Individuals.
    pub population: usize,
    /// Generations.
    pub generations: usize,
    /// Crossover rate.
    pub crossover: f64,
    /// Mutation rate.
    pub mutation: f64,
    /// Multiply-adds of the hypervolume's reference point, and its scale.
    pub most_multiply_adds: f64,
    /// Generations whose whole population is recorded.
    pub keep: Vec<usize>,
    /// Root of the draws.
    pub seed: Seed,
}

/// A table of networks and their objectives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case", deny_unknown_fields)]
pub enum Source {
    /// The result of a table study.
    Trained {
        /// The study.
        study: Handle<Vec<Trained>>,
    },
    /// A registered table of the author's.
    Author {
        /// Its name in the registry.
        table: String,
    },
}

impl Source {
    /// The rows as `variant` reads them. The author's table has one accuracy and one introspectability, the code's.
    pub fn rows(&self, variant: Variant, results: &Results, context: &dyn Context) -> Result<Vec<Row>> {
        match self {
            Self::Trained { study } => Ok(rows(&results.read(study)?, variant)),
            Self::Author { table } => parse_author(&context.table(table)?).with_context(|| format!("table `{table}`")),
        }
    }
}

/// What is recorded of one search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchRecord {
    /// Statistics of the population after each generation, from the sample on.
    pub trajectory: Trajectory,
    /// Genotypes whose objectives were predicted.
    pub evaluations: usize,
    /// Pearson correlation of accuracy with introspectability and with multiply-adds in the final population.
    pub correlations: [f64; 2],
    /// Whole populations, of the generations that the inputs name.
    pub kept: Vec<Kept>,
}

/// A whole population.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// After how many generations.
    pub generation: usize,
    /// In the order of the algorithm.
    pub individuals: Vec<Individual>,
}

/// Fit the trees and run the search; a function of its arguments alone.
pub fn search(inputs: &SearchInputs, rows: &[Row]) -> Result<SearchRecord> {
    search_on(inputs, rows, &inputs.seed.derive("table"), &inputs.seed.derive("evolution"))
}

/// The same with separate roots: which rows are fitted, and everything else.
pub fn search_on(inputs: &SearchInputs, rows: &[Row], table: &Seed, evolution: &Seed) -> Result<SearchRecord> {
    let chosen = fitted_rows(rows.len(), inputs.fitted, inputs.variant, table)?;
    let predicted = Predicted::fit(rows, &chosen, inputs.variant, &inputs.space, &evolution.derive("trees"))?;
    let space = inputs.space.clone();
    match inputs.variant {
        Variant::Reference => {
            // Both operators always act there; the rates choose their kind.
            let variation = ReferenceVariation { space, two_point: inputs.crossover, removal: inputs.mutation };
            evolve(inputs, variation, ReferenceScheme::default(), [1.0, 1.0], &predicted, evolution)
        }
        Variant::Paper | Variant::Corrected => {
            let (variation, rates) = (BoundedVariation { space }, [inputs.crossover, inputs.mutation]);
            evolve(inputs, variation, RankAndCrowding::default(), rates, &predicted, evolution)
        }
    }
}

fn evolve<V: Variation<Genotype = Genotype>, S: Scheme<3>>(
    inputs: &SearchInputs,
    variation: V,
    scheme: S,
    [crossover_rate, mutation_rate]: [f64; 2],
    predicted: &Predicted,
    seed: &Seed,
) -> Result<SearchRecord> {
    let (population, generations) = (inputs.population, inputs.generations);
    let settings = Settings { population, generations, evaluations: None, crossover_rate, mutation_rate };
    let mut evolution = Evolution::new(variation, scheme, settings, *seed)?;
    let mut trajectory = Trajectory::default();
    let mut kept = Vec::new();
    while let Ask::Evaluate(asked) = evolution.ask() {
        let objectives: Vec<[f64; 3]> = predicted.evaluate(asked)?.into_iter().map(minimised).collect();
        evolution.tell(&objectives);
        let survivors = evolution.population();
        let objectives: Vec<[f64; 3]> = survivors.objectives.iter().map(|&point| minimised(point)).collect();
        trajectory.record(&survivors.genotypes, &objectives, inputs.most_multiply_adds);
        let generation = evolution.generation();
        if inputs.keep.contains(&generation) {
            let individual =
                |(genotype, &objectives): (&Genotype, &[f64; 3])| Individual { genotype: genotype.clone(), objectives };
            let individuals = survivors.genotypes.iter().zip(&objectives).map(individual).collect();
            kept.push(Kept { generation, individuals });
        }
    }
    let last: Vec<[f64; 3]> = evolution.population().objectives.iter().map(|&point| minimised(point)).collect();
    let correlations = [correlation(&last, 0, 1), correlation(&last, 0, 2)];
    Ok(SearchRecord { trajectory, evaluations: evolution.evaluations(), correlations, kept })
}

/// Accuracy and introspectability with their signs turned; its own inverse.
fn minimised([accuracy, introspectability, cost]: [f64; 3]) -> [f64; 3] {
    [-accuracy, -introspectability, cost]
}
