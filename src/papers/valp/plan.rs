//! The studies of a profile: the classifiers that judge samples, one study per random model, and the searches.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::arm::Arm;
use super::donation::DonationInputs;
use super::exploration::ExplorationInputs;
use super::laboratory::Laboratory;
use super::operator::edit::Operator;
use super::search::SearchInputs;
use super::settings::{ArmSettings, DataSettings, Settings};
use renas_base::seed::Seed;
use renas_harness::study::Study;

/// What a study does, and all that its result depends on besides what it needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "study", rename_all = "snake_case")]
pub enum Inputs {
    /// The classifier of a data set.
    Judge(Box<Laboratory>),
    /// The operators on one random model.
    Exploration(Box<ExplorationInputs>),
    /// Crossovers of the models.
    Donation(Box<DonationInputs>),
    /// One search.
    Search(Box<SearchInputs>),
}

/// Places that an operator of section V-B has on average in a model of six sub-networks; for `renas plan` alone.
const EXPECTED_PLACES: usize = 8;

/// Id of the study of a classifier.
pub fn judge_id(data: &str) -> String {
    format!("judge/{data}")
}

/// Id of the study of operators on one model.
pub fn exploration_id(model: usize) -> String {
    format!("exploration/model-{model:03}")
}

/// Id of the study of crossovers.
pub const DONATION_ID: &str = "donation";

/// Id of a search.
pub fn search_id(arm: Arm, pair: usize) -> String {
    format!("search/{arm}/pair-{pair:02}")
}

/// All studies of a profile, each after what it needs.
pub fn plan(settings: &Settings) -> Result<Vec<Study>> {
    let (exploration, search) = (&settings.exploration, &settings.search);
    let mut studies = vec![judge(settings, &exploration.data, exploration.every)?];
    if search.data.name != exploration.data.name {
        studies.push(judge(settings, &search.data, search.every)?);
    }
    for model in 0..exploration.models {
        studies.push(explore(settings, model)?);
    }
    studies.push(donate(settings)?);
    // Pair by pair, so that the arms of a pair find each other's start.
    let pairs = search.arms.iter().map(|arm| arm.pairs).max().unwrap_or(0);
    for pair in 0..pairs {
        for arm in search.arms.iter().filter(|arm| pair < arm.pairs) {
            studies.push(climb(settings, arm, pair)?);
        }
    }
    Ok(studies)
}

/// How models of the study of operators are trained and judged.
pub fn exploration_laboratory(settings: &Settings) -> Laboratory {
    let exploration = &settings.exploration;
    laboratory(settings, &exploration.data, exploration.every, exploration.slope_steps)
}

/// How models of the searches are.
pub fn search_laboratory(settings: &Settings) -> Laboratory {
    laboratory(settings, &settings.search.data, settings.search.every, settings.search.slope_steps)
}

fn laboratory(settings: &Settings, data: &DataSettings, every: usize, slope_steps: usize) -> Laboratory {
    Laboratory {
        data: data.name.clone(),
        split: settings.split(data),
        input: data.input.clone(),
        classes: data.classes,
        space: settings.space(data),
        losses: settings.losses.clone(),
        every,
        slope_steps,
        bands: settings.diagnosis.bands,
        sampling: settings.sampling.clone(),
        floor: settings.floor(data),
        diverged: settings.diverged,
        seed: settings.root().derive("laboratory").derive(&data.name),
    }
}

/// Root of every draw of one model.
fn model_seed(settings: &Settings, model: usize) -> Seed {
    settings.root().derive_indexed("exploration", model as u64)
}

/// What the study of one model depends on.
pub fn exploration_inputs(settings: &Settings, model: usize) -> ExplorationInputs {
    let exploration = &settings.exploration;
    ExplorationInputs {
        laboratory: exploration_laboratory(settings),
        networks: exploration.networks,
        steps: exploration.steps,
        retraining_steps: exploration.retraining_steps,
        components: exploration.components,
        seed: model_seed(settings, model),
    }
}

/// What the study of crossovers depends on.
pub fn donation_inputs(settings: &Settings) -> DonationInputs {
    let model = |model| (exploration_id(model), model_seed(settings, model));
    DonationInputs {
        laboratory: exploration_laboratory(settings),
        networks: settings.exploration.networks,
        retraining_steps: settings.exploration.retraining_steps,
        models: (0..settings.exploration.models).map(model).collect(),
        seed: settings.root().derive("donation"),
    }
}

/// What a search depends on.
pub fn search_inputs(settings: &Settings, arm: &ArmSettings, pair: usize) -> SearchInputs {
    let search = &settings.search;
    SearchInputs {
        laboratory: search_laboratory(settings),
        arm: arm.name,
        thresholds: settings.thresholds(),
        networks: search.networks,
        start_steps: search.steps,
        retraining_steps: search.retraining_steps,
        steps: arm.steps,
        seed: settings.root().derive_indexed("pair", pair as u64),
    }
}

fn judge(settings: &Settings, data: &DataSettings, every: usize) -> Result<Study> {
    let classifier = &settings.sampling.classifier;
    Ok(Study {
        id: judge_id(&data.name),
        inputs: serde_json::to_value(Inputs::Judge(Box::new(laboratory(settings, data, every, 2 * every))))?,
        needs: Vec::new(),
        data: vec![data.name.clone()],
        trials: 1,
        cpu_seconds: classifier.epochs as f64,
    })
}

fn explore(settings: &Settings, model: usize) -> Result<Study> {
    let exploration = &settings.exploration;
    let forms = |operators: &[Operator]| operators.iter().map(|operator| operator.forms().len()).sum::<usize>();
    let structural = forms(&Operator::STRUCTURAL);
    let extra = forms(&Operator::ALL) - structural;
    let retrained = 1 + structural * exploration.components.unwrap_or(EXPECTED_PLACES) + extra;
    let steps = exploration.steps + retrained * exploration.retraining_steps;
    Ok(Study {
        id: exploration_id(model),
        inputs: serde_json::to_value(Inputs::Exploration(Box::new(exploration_inputs(settings, model))))?,
        needs: vec![judge_id(&exploration.data.name)],
        data: vec![exploration.data.name.clone()],
        // A training and a generation each, and one examination.
        trials: 2 * (1 + retrained) + 1,
        cpu_seconds: settings.training.seconds_per_step * steps as f64,
    })
}

fn donate(settings: &Settings) -> Result<Study> {
    let exploration = &settings.exploration;
    let models = exploration.models;
    let steps = models * exploration.retraining_steps;
    Ok(Study {
        id: DONATION_ID.to_owned(),
        inputs: serde_json::to_value(Inputs::Donation(Box::new(donation_inputs(settings))))?,
        needs: (0..models).map(exploration_id).collect(),
        data: vec![exploration.data.name.clone()],
        trials: 2 * models,
        cpu_seconds: settings.training.seconds_per_step * steps as f64,
    })
}

fn climb(settings: &Settings, arm: &ArmSettings, pair: usize) -> Result<Study> {
    let search = &settings.search;
    // The arm that stands first in the manifest pays for the start of its pair.
    let pays = search.arms.iter().find(|one| pair < one.pairs).is_some_and(|one| one.name == arm.name);
    let start = if pays { search.steps } else { 0 };
    let steps = start + arm.steps * search.retraining_steps;
    Ok(Study {
        id: search_id(arm.name, pair),
        inputs: serde_json::to_value(Inputs::Search(Box::new(search_inputs(settings, arm, pair))))?,
        needs: vec![judge_id(&search.data.name)],
        data: vec![search.data.name.clone()],
        trials: 2 * (usize::from(pays) + arm.steps),
        cpu_seconds: settings.training.seconds_per_step * steps as f64,
    })
}
