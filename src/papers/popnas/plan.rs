//! The studies of a profile: searches, ablations of their time regressors, and the noise of the clock.

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use super::ablation::{AblationInputs, Judged};
use super::arm::{self, Arm};
use super::child::ChildTrainer;
use super::search::{SearchInputs, SearchRecord};
use super::settings::{ArmSettings, Settings};
use super::space::Space;
use renas_harness::study::{Handle, Study};

/// What a study does, and all that its result depends on besides what it needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "study", rename_all = "snake_case")]
pub enum Inputs {
    /// One search.
    Search(Box<SearchInputs>),
    /// Regressors compared on the cells of a search.
    Ablation(AblationInputs),
    /// The same trainings timed again and again.
    Clock(ClockInputs),
}

/// What the study of the clock depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockInputs {
    /// How children are trained.
    // The name in stored inputs, on which keys hang.
    #[serde(rename = "nursery")]
    pub child_trainer: ChildTrainer,
    /// Cells of one block that are timed, evenly chosen.
    pub cells: usize,
    /// Times that each is.
    pub repeats: usize,
}

/// The seed whose candidates are shown in figures.
pub const SHOWN_SEED: usize = 0;

/// The study of the clock: seconds of every repetition, for each cell.
pub fn clock_study() -> Handle<Vec<Vec<f64>>> {
    Handle::new("clock")
}

/// A search.
pub fn search_study(arm: &str, seed: usize) -> Handle<SearchRecord> {
    Handle::new(format!("search/{arm}/seed-{seed:02}"))
}

/// An ablation.
pub fn ablation_study(arm: &str, seed: usize) -> Handle<Vec<Judged>> {
    Handle::new(format!("ablation/{arm}/seed-{seed:02}"))
}

/// All studies of a profile, each after what it needs.
pub fn plan(settings: &Settings) -> Result<Vec<Study>> {
    let mut studies = vec![clock(settings)?];
    // Seed by seed, so that arms of a seed find each other's children.
    for seed in 0..settings.search.seeds {
        for arm in &settings.search.arms {
            studies.push(search(settings, arm, seed)?);
        }
        for arm in settings.ablated() {
            studies.push(ablation(settings, arm, seed)?);
        }
    }
    Ok(studies)
}

/// How the children of a seed are trained.
pub fn child_trainer(settings: &Settings, seed: usize) -> ChildTrainer {
    let (data, children) = (&settings.data, &settings.children);
    let root = settings.root();
    ChildTrainer {
        data: data.name.clone(),
        split: settings.split(),
        scale: settings.scale.clone(),
        epochs: children.epochs,
        batch_size: children.batch_size,
        learning_rate: children.learning_rate,
        floor: children.floor,
        reference_learning_rate: children.reference_learning_rate,
        diverged_accuracy: children.diverged_accuracy,
        seed: root.derive_indexed("children", seed as u64),
    }
}

fn arm_of(settings: &ArmSettings) -> Result<Arm> {
    arm::find(&settings.name).with_context(|| format!("there is no arm `{}`", settings.name))
}

fn search(settings: &Settings, arm: &ArmSettings, seed: usize) -> Result<Study> {
    let inputs = SearchInputs {
        arm: arm_of(arm)?,
        blocks: arm.blocks,
        beam: settings.search.beam,
        lookback: settings.search.lookback,
        child_trainer: child_trainer(settings, seed),
        controller: settings.controller.clone(),
        grid: settings.xgboost.clone(),
        show: seed == SHOWN_SEED,
        seed: settings.root().derive_indexed("search", seed as u64),
    };
    // Cells of one block, K of every further size, and a fit and a prediction of the controller for each.
    let first = Space::new(inputs.arm.variant, inputs.lookback).first().len();
    let further = arm.blocks - 1;
    let seconds = |blocks: usize| {
        let of = &settings.children.seconds_per_epoch;
        of.get(blocks - 1).copied().unwrap_or(0.0) * settings.children.epochs as f64
    };
    let later: f64 = (2..=arm.blocks).map(|blocks| settings.search.beam as f64 * seconds(blocks)).sum();
    let study = Study::new(&search_study(&arm.name, seed), &Inputs::Search(Box::new(inputs)))?;
    let trials = first + further * (settings.search.beam + 2);
    Ok(study.reading(&settings.data.name).asking(trials, first as f64 * seconds(1) + later))
}

fn ablation(settings: &Settings, arm: &ArmSettings, seed: usize) -> Result<Study> {
    let search = search_study(&arm.name, seed);
    let inputs = AblationInputs {
        search: search.clone(),
        variant: arm_of(arm)?.variant,
        blocks: arm.blocks,
        grid: settings.xgboost.clone(),
    };
    Ok(Study::new(&ablation_study(&arm.name, seed), &Inputs::Ablation(inputs))?.needing([&search]))
}

fn clock(settings: &Settings) -> Result<Study> {
    let inputs = ClockInputs {
        child_trainer: child_trainer(settings, 0),
        cells: settings.clock.cells,
        repeats: settings.clock.repeats,
    };
    Ok(Study::new(&clock_study(), &Inputs::Clock(inputs))?.reading(&settings.data.name))
}
