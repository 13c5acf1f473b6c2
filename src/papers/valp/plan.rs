//! The studies of a profile: the classifiers that judge samples, one study per random model, and the searches.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::operator::edit::Operator;
use crate::policy::arm::Arm;
use crate::settings::{ArmSettings, DataSettings, Settings};
use crate::study::crossover_study::CrossoverStudyInputs;
use crate::study::operator_study::OperatorStudyInputs;
use crate::study::search::SearchInputs;
use crate::study::training_protocol::TrainingProtocol;
use renas_base::seed::Seed;
use renas_harness::study::Study;

/// What a study does, and all that its result depends on besides what it needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "study", rename_all = "snake_case")]
pub enum Inputs {
    /// The classifier of a data set.
    Judge(Box<TrainingProtocol>),
    /// The operators on one random model.
    #[serde(rename = "exploration")]
    OperatorStudy(Box<OperatorStudyInputs>),
    /// Crossovers of the models.
    #[serde(rename = "donation")]
    CrossoverStudy(Box<CrossoverStudyInputs>),
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
pub fn operator_study_id(model: usize) -> String {
    format!("exploration/model-{model:03}")
}

/// Id of the study of crossovers.
pub const CROSSOVER_STUDY_ID: &str = "donation";

/// Id of a search.
pub fn search_id(arm: Arm, pair: usize) -> String {
    format!("search/{arm}/pair-{pair:02}")
}

/// All studies of a profile, each after what it needs.
pub fn plan(settings: &Settings) -> Result<Vec<Study>> {
    let (operator_study, search) = (&settings.operator_study, &settings.search);
    let mut studies = vec![plan_judge(settings, &operator_study.data, operator_study.every)?];
    if search.data.name != operator_study.data.name {
        studies.push(plan_judge(settings, &search.data, search.every)?);
    }
    for model in 0..operator_study.models {
        studies.push(plan_operator_study(settings, model)?);
    }
    studies.push(plan_crossover_study(settings)?);
    // Pair by pair, so that the arms of a pair find each other's start.
    let pairs = search.arms.iter().map(|arm| arm.pairs).max().unwrap_or(0);
    for pair in 0..pairs {
        for arm in search.arms.iter().filter(|arm| pair < arm.pairs) {
            studies.push(plan_search(settings, arm, pair)?);
        }
    }
    Ok(studies)
}

/// How models of the study of operators are trained and judged.
pub fn operator_study_protocol(settings: &Settings) -> TrainingProtocol {
    let operator_study = &settings.operator_study;
    training_protocol(settings, &operator_study.data, operator_study.every, operator_study.slope_steps)
}

/// How models of the searches are.
pub fn search_protocol(settings: &Settings) -> TrainingProtocol {
    training_protocol(settings, &settings.search.data, settings.search.every, settings.search.slope_steps)
}

fn training_protocol(settings: &Settings, data: &DataSettings, every: usize, slope_steps: usize) -> TrainingProtocol {
    TrainingProtocol {
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
pub fn operator_study_inputs(settings: &Settings, model: usize) -> OperatorStudyInputs {
    let operator_study = &settings.operator_study;
    OperatorStudyInputs {
        protocol: operator_study_protocol(settings),
        networks: operator_study.networks,
        steps: operator_study.steps,
        retraining_steps: operator_study.retraining_steps,
        components: operator_study.components,
        seed: model_seed(settings, model),
    }
}

/// What the study of crossovers depends on.
pub fn crossover_study_inputs(settings: &Settings) -> CrossoverStudyInputs {
    let model = |model| (operator_study_id(model), model_seed(settings, model));
    CrossoverStudyInputs {
        protocol: operator_study_protocol(settings),
        networks: settings.operator_study.networks,
        retraining_steps: settings.operator_study.retraining_steps,
        models: (0..settings.operator_study.models).map(model).collect(),
        seed: settings.root().derive("donation"),
    }
}

/// What a search depends on.
pub fn search_inputs(settings: &Settings, arm: &ArmSettings, pair: usize) -> SearchInputs {
    let search = &settings.search;
    SearchInputs {
        protocol: search_protocol(settings),
        arm: arm.name,
        thresholds: settings.thresholds(),
        networks: search.networks,
        start_steps: search.steps,
        retraining_steps: search.retraining_steps,
        steps: arm.steps,
        seed: settings.root().derive_indexed("pair", pair as u64),
    }
}

fn plan_judge(settings: &Settings, data: &DataSettings, every: usize) -> Result<Study> {
    let classifier = &settings.sampling.classifier;
    Ok(Study {
        id: judge_id(&data.name),
        inputs: serde_json::to_value(Inputs::Judge(Box::new(training_protocol(settings, data, every, 2 * every))))?,
        needs: Vec::new(),
        data: vec![data.name.clone()],
        trials: 1,
        cpu_seconds: classifier.epochs as f64,
    })
}

fn plan_operator_study(settings: &Settings, model: usize) -> Result<Study> {
    let operator_study = &settings.operator_study;
    let forms = |operators: &[Operator]| operators.iter().map(|operator| operator.forms().len()).sum::<usize>();
    let structural = forms(&Operator::STRUCTURAL);
    let extra = forms(&Operator::ALL) - structural;
    let retrained = 1 + structural * operator_study.components.unwrap_or(EXPECTED_PLACES) + extra;
    let steps = operator_study.steps + retrained * operator_study.retraining_steps;
    Ok(Study {
        id: operator_study_id(model),
        inputs: serde_json::to_value(Inputs::OperatorStudy(Box::new(operator_study_inputs(settings, model))))?,
        needs: vec![judge_id(&operator_study.data.name)],
        data: vec![operator_study.data.name.clone()],
        // A training and a generation each, and one task for the diagnostics.
        trials: 2 * (1 + retrained) + 1,
        cpu_seconds: settings.training.seconds_per_step * steps as f64,
    })
}

fn plan_crossover_study(settings: &Settings) -> Result<Study> {
    let operator_study = &settings.operator_study;
    let models = operator_study.models;
    let steps = models * operator_study.retraining_steps;
    Ok(Study {
        id: CROSSOVER_STUDY_ID.to_owned(),
        inputs: serde_json::to_value(Inputs::CrossoverStudy(Box::new(crossover_study_inputs(settings))))?,
        needs: (0..models).map(operator_study_id).collect(),
        data: vec![operator_study.data.name.clone()],
        trials: 2 * models,
        cpu_seconds: settings.training.seconds_per_step * steps as f64,
    })
}

fn plan_search(settings: &Settings, arm: &ArmSettings, pair: usize) -> Result<Study> {
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
