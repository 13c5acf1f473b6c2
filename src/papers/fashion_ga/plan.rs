//! The studies of a profile: searches, their times, the sweeps of activation functions and filters, the best network.

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use super::activations::ActivationInputs;
use super::arm;
use super::best::BestInputs;
use super::filters::FilterInputs;
use super::layer::FUNCTIONS;
use super::search::{SearchInputs, TimesInputs};
use super::settings::Settings;
use super::space::{Functions, Space};
use super::trainer::Trainer;
use renas_base::seed::Seed;
use renas_harness::study::Study;
use renas_task::SplitChoice;

/// What a study does, and all that its result depends on besides what it needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "study", rename_all = "snake_case")]
pub enum Inputs {
    /// One search.
    Search(Box<SearchInputs>),
    /// The times of a search's trainings.
    Times(TimesInputs),
    /// Every activation function in the same layers.
    Activations(ActivationInputs),
    /// Time by number of filters.
    Filters(FilterInputs),
    /// The best network of all.
    Best(BestInputs),
}

/// Id of the study of activation functions.
pub const ACTIVATIONS_ID: &str = "activations";

/// Id of the study of times by filters.
pub const FILTERS_ID: &str = "filters";

/// Id of the study of the best network.
pub const BEST_ID: &str = "best";

/// Id of a search.
pub fn search_id(arm: &str, seed: usize) -> String {
    format!("search/{arm}/seed-{seed:02}")
}

/// Id of the times of a search.
pub fn times_id(arm: &str, seed: usize) -> String {
    format!("times/{arm}/seed-{seed:02}")
}

/// All studies of a profile, each after what it needs. What takes time to itself comes last.
pub fn plan(settings: &Settings) -> Result<Vec<Study>> {
    let mut studies = Vec::new();
    // Seed by seed, so that arms of a seed find each other's networks.
    let searches: Vec<(&str, usize)> =
        (0..settings.search.seeds).flat_map(|seed| settings.arms().map(move |arm| (arm, seed))).collect();
    for &(arm, seed) in &searches {
        studies.push(search(settings, arm, seed)?);
    }
    studies.push(activations(settings)?);
    studies.push(best(settings, &searches)?);
    for &(arm, seed) in &searches {
        studies.push(times(settings, arm, seed)?);
    }
    studies.push(filters(settings)?);
    Ok(studies)
}

impl Settings {
    /// The seed that everything of this paper derives from.
    fn root(&self) -> Seed {
        Seed::from_number(self.seed).derive("fashion_ga")
    }

    /// How the images are split: with `train` training samples, or with all that remain.
    fn split(&self, train: Option<usize>) -> SplitChoice {
        let data = &self.data;
        let seed = self.root().derive("split").derive(&data.name);
        SplitChoice { test: data.test, validation: data.validation, train, seed }
    }

    /// How the networks of a seed are trained.
    fn trainer(&self, seed: usize) -> Trainer {
        Trainer {
            data: self.data.name.clone(),
            split: self.split(self.data.train),
            input: self.space.input.clone(),
            epochs: self.training.epochs,
            batch_size: self.training.batch_size,
            learning_rate: self.training.learning_rate,
            diverged_accuracy: self.training.diverged_accuracy,
            seed: self.root().derive_indexed("networks", seed as u64),
        }
    }

    fn study(&self, id: String, inputs: Inputs, trials: usize, cpu_seconds: f64) -> Result<Study> {
        let inputs = serde_json::to_value(inputs)?;
        Ok(Study { id, inputs, needs: Vec::new(), data: vec![self.data.name.clone()], trials, cpu_seconds })
    }
}

fn search(settings: &Settings, arm: &str, seed: usize) -> Result<Study> {
    let inputs = SearchInputs {
        arm: arm::find(arm).with_context(|| format!("there is no arm `{arm}`"))?,
        space: settings.space.clone(),
        settings: settings.search.evolution(),
        trainer: settings.trainer(seed),
        seed: settings.root().derive_indexed("search", seed as u64),
    };
    let trials = settings.search.cycles;
    let seconds = trials as f64 * settings.training.seconds;
    settings.study(search_id(arm, seed), Inputs::Search(Box::new(inputs)), trials, seconds)
}

fn times(settings: &Settings, arm: &str, seed: usize) -> Result<Study> {
    let search = search_id(arm, seed);
    let inputs = TimesInputs { search: search.clone(), trainer: settings.trainer(seed) };
    let study = settings.study(times_id(arm, seed), Inputs::Times(inputs), 0, 0.0)?;
    Ok(Study { needs: vec![search], ..study })
}

fn activations(settings: &Settings) -> Result<Study> {
    let inputs = ActivationInputs {
        space: Space { functions: Functions::All, ..settings.space.clone() },
        genomes: settings.activations.genomes,
        trainer: settings.trainer(0),
        seed: settings.root().derive("activations"),
    };
    let trials = settings.activations.genomes * FUNCTIONS.len();
    let seconds = trials as f64 * settings.training.seconds;
    settings.study(ACTIVATIONS_ID.to_owned(), Inputs::Activations(inputs), trials, seconds)
}

fn filters(settings: &Settings) -> Result<Study> {
    let inputs = FilterInputs {
        filters: settings.filter_sweep.filters.clone(),
        repeats: settings.filter_sweep.repeats,
        trainer: settings.trainer(0),
    };
    settings.study(FILTERS_ID.to_owned(), Inputs::Filters(inputs), 0, 0.0)
}

fn best(settings: &Settings, searches: &[(&str, usize)]) -> Result<Study> {
    let searches: Vec<String> = searches.iter().map(|&(arm, seed)| search_id(arm, seed)).collect();
    let inputs = BestInputs {
        searches: searches.clone(),
        data: settings.data.name.clone(),
        split: settings.split(None),
        input: settings.space.input.clone(),
        epochs: settings.best.epochs,
        batch_size: settings.training.batch_size,
        learning_rate: settings.training.learning_rate,
        floor: settings.best.floor,
        seed: settings.root().derive("best"),
    };
    let study = settings.study(BEST_ID.to_owned(), Inputs::Best(inputs), 1, settings.best.seconds)?;
    Ok(Study { needs: searches, ..study })
}
