//! The studies of a profile: the classifiers that judge samples, one study per random model, and the searches.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::operator::edit::Operator;
use crate::policy::arm::Arm;
use crate::settings::{ArmSettings, DataSettings, Settings};
use crate::study::crossover_study::{CrossoverRecord, CrossoverStudyInputs};
use crate::study::operator_study::{OperatorStudyInputs, OperatorStudyRecord};
use crate::study::sample_quality::Judge;
use crate::study::search::{SearchInputs, SearchRecord};
use crate::study::training_protocol::TrainingProtocol;
use renas_base::seed::Seed;
use renas_harness::study::{Handle, Study};

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

/// The classifier of a data set.
pub fn judge_study(data: &str) -> Handle<Judge> {
    Handle::new(format!("judge/{data}"))
}

/// The operators on one model.
pub fn operator_study(model: usize) -> Handle<OperatorStudyRecord> {
    Handle::new(format!("exploration/model-{model:03}"))
}

/// Crossovers of the models.
pub fn crossover_study() -> Handle<Vec<CrossoverRecord>> {
    Handle::new("donation")
}

/// A search.
pub fn search_study(arm: Arm, pair: usize) -> Handle<SearchRecord> {
    Handle::new(format!("search/{arm}/pair-{pair:02}"))
}

/// All studies of a profile, each after what it needs.
pub fn plan(settings: &Settings) -> Result<Vec<Study>> {
    let (explored, search) = (&settings.operator_study, &settings.search);
    let mut studies = vec![plan_judge(settings, &explored.data, explored.every)?];
    if search.data.name != explored.data.name {
        studies.push(plan_judge(settings, &search.data, search.every)?);
    }
    for model in 0..explored.models {
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
    let explored = &settings.operator_study;
    training_protocol(settings, &explored.data, explored.every, explored.slope_steps)
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
    let explored = &settings.operator_study;
    OperatorStudyInputs {
        protocol: operator_study_protocol(settings),
        networks: explored.networks,
        steps: explored.steps,
        retraining_steps: explored.retraining_steps,
        components: explored.components,
        seed: model_seed(settings, model),
    }
}

/// What the study of crossovers depends on.
pub fn crossover_study_inputs(settings: &Settings) -> CrossoverStudyInputs {
    let model = |model| (operator_study(model), model_seed(settings, model));
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
    let inputs = Inputs::Judge(Box::new(training_protocol(settings, data, every, 2 * every)));
    Ok(Study::new(&judge_study(&data.name), &inputs)?.reading(&data.name).asking(1, classifier.epochs as f64))
}

fn plan_operator_study(settings: &Settings, model: usize) -> Result<Study> {
    let explored = &settings.operator_study;
    let forms = |operators: &[Operator]| operators.iter().map(|operator| operator.forms().len()).sum::<usize>();
    let structural = forms(&Operator::STRUCTURAL);
    let extra = forms(&Operator::ALL) - structural;
    let retrained = 1 + structural * explored.components.unwrap_or(EXPECTED_PLACES) + extra;
    let steps = explored.steps + retrained * explored.retraining_steps;
    let inputs = Inputs::OperatorStudy(Box::new(operator_study_inputs(settings, model)));
    let data = &settings.operator_study.data.name;
    let study = Study::new(&operator_study(model), &inputs)?.needing([&judge_study(data)]).reading(data);
    // A training and a generation each, and one task for the diagnostics.
    Ok(study.asking(2 * (1 + retrained) + 1, settings.training.seconds_per_step * steps as f64))
}

fn plan_crossover_study(settings: &Settings) -> Result<Study> {
    let explored = &settings.operator_study;
    let models = explored.models;
    let steps = models * explored.retraining_steps;
    let needed: Vec<_> = (0..models).map(operator_study).collect();
    let inputs = Inputs::CrossoverStudy(Box::new(crossover_study_inputs(settings)));
    let study = Study::new(&crossover_study(), &inputs)?.needing(&needed).reading(&settings.operator_study.data.name);
    Ok(study.asking(2 * models, settings.training.seconds_per_step * steps as f64))
}

fn plan_search(settings: &Settings, arm: &ArmSettings, pair: usize) -> Result<Study> {
    let search = &settings.search;
    // The arm that stands first in the manifest pays for the start of its pair.
    let pays = search.arms.iter().find(|one| pair < one.pairs).is_some_and(|one| one.name == arm.name);
    let start = if pays { search.steps } else { 0 };
    let steps = start + arm.steps * search.retraining_steps;
    let inputs = Inputs::Search(Box::new(search_inputs(settings, arm, pair)));
    let data = &search.data.name;
    let study = Study::new(&search_study(arm.name, pair), &inputs)?.needing([&judge_study(data)]).reading(data);
    Ok(study.asking(2 * (usize::from(pays) + arm.steps), settings.training.seconds_per_step * steps as f64))
}
