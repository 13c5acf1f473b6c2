//! The studies of a profile: searches, their times, the sweeps of activation functions and filters, the best network.

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use super::activations::{ActivationInputs, ActivationRecord};
use super::arm;
use super::best::{BestInputs, BestRecord};
use super::filters::{FilterInputs, FilterRecord};
use super::layer::FUNCTIONS;
use super::search::{SearchInputs, SearchRecord, TimesInputs};
use super::settings::Settings;
use super::space::{Functions, Space};
use super::trainer::Trainer;
use renas_base::seed::Seed;
use renas_data::split::SplitChoice;
use renas_harness::study::{Handle, Study};

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

/// The study of activation functions.
pub fn activations_study() -> Handle<ActivationRecord> {
    Handle::new("activations")
}

/// The study of times by filters.
pub fn filters_study() -> Handle<Vec<FilterRecord>> {
    Handle::new("filters")
}

/// The study of the best network.
pub fn best_study() -> Handle<BestRecord> {
    Handle::new("best")
}

/// A search.
pub fn search_study(arm: &str, seed: usize) -> Handle<SearchRecord> {
    Handle::new(format!("search/{arm}/seed-{seed:02}"))
}

/// The times of a search: seconds of each training.
pub fn times_study(arm: &str, seed: usize) -> Handle<Vec<f64>> {
    Handle::new(format!("times/{arm}/seed-{seed:02}"))
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
        let seed = self.root().derive("split").derive(&self.data.name);
        SplitChoice { train, ..self.data.split(seed) }
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

    fn study<T>(&self, handle: &Handle<T>, inputs: &Inputs) -> Result<Study> {
        Ok(Study::new(handle, inputs)?.reading(&self.data.name))
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
    Ok(settings.study(&search_study(arm, seed), &Inputs::Search(Box::new(inputs)))?.asking(trials, seconds))
}

fn times(settings: &Settings, arm: &str, seed: usize) -> Result<Study> {
    let search = search_study(arm, seed);
    let inputs = TimesInputs { search: search.clone(), trainer: settings.trainer(seed) };
    Ok(settings.study(&times_study(arm, seed), &Inputs::Times(inputs))?.needing([&search]))
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
    Ok(settings.study(&activations_study(), &Inputs::Activations(inputs))?.asking(trials, seconds))
}

fn filters(settings: &Settings) -> Result<Study> {
    let inputs = FilterInputs {
        filters: settings.filter_sweep.filters.clone(),
        repeats: settings.filter_sweep.repeats,
        trainer: settings.trainer(0),
    };
    settings.study(&filters_study(), &Inputs::Filters(inputs))
}

fn best(settings: &Settings, searches: &[(&str, usize)]) -> Result<Study> {
    let searches: Vec<_> = searches.iter().map(|&(arm, seed)| search_study(arm, seed)).collect();
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
    let study = settings.study(&best_study(), &Inputs::Best(inputs))?.needing(&searches);
    Ok(study.asking(1, settings.best.seconds))
}
