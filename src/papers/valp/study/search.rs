//! Hill climbing over models (Figure 4 of the paper): random, or guided by a diagnosis of the present model.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

use super::diagnostics::{Depth, run_diagnostics};
use super::sample_quality::Judge;
use super::training_protocol::{Job, Objectives, Trained, TrainingProtocol};
use crate::diagnosis::sub_loss::{Thresholds, Trend};
use crate::model::component::Id;
use crate::model::generate::generate;
use crate::model::graph::Valp;
use crate::model::initial::initial;
use crate::policy::arm::Arm;
use crate::policy::operator_selection::{self, Choice, OperatorSelector};
use crate::policy::rules::{Advice, Diagnosis, Rules, advice};
use renas_base::digest::Digest;
use renas_base::seed::Seed;
use renas_harness::study::Context;

/// Starts that are drawn at most until one can be trained.
const MOST_STARTS: u64 = 10;

/// What a search depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchInputs {
    /// How models are trained and judged.
    #[serde(rename = "laboratory")]
    pub protocol: TrainingProtocol,
    /// How it chooses.
    pub arm: Arm,
    /// Where slopes begin to be one or the other.
    pub thresholds: Thresholds,
    /// Fewest and most sub-networks of the start.
    pub networks: [usize; 2],
    /// Steps of the start's training.
    pub start_steps: usize,
    /// Steps of the training of each candidate.
    pub retraining_steps: usize,
    /// Steps of hill climbing.
    pub steps: usize,
    /// Root of every draw: the pair's, so that all arms have one start.
    pub seed: Seed,
}

/// What came of a search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchRecord {
    /// The start.
    pub start: Trained,
    /// One per step; fewer than were asked for where no operator had an admissible place any more.
    pub steps: Vec<StepRecord>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepRecord {
    /// The operator, its place and form, and what of the rules it carries out.
    pub choice: Choice,
    /// How good the candidate is.
    pub objectives: Objectives,
    /// The code's measure of samples; absent where the training diverged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<f64>,
    /// Whether the candidate became the present model.
    pub accepted: bool,
    /// Multiply-adds of the step: training, judging, and a diagnosis where one was made.
    pub multiply_adds: f64,
    /// Sub-networks of the candidate.
    pub networks: usize,
    /// Values that the optimiser moves in it.
    pub parameters: u64,
    /// What the losses of the outputs did before the step; for guided searches, where the present model is new.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub trends: BTreeMap<Id, Trend>,
}

/// The present model.
struct Present {
    valp: Valp,
    weights: Digest,
    trained: Trained,
    /// What the rules advise; absent until they are asked.
    advice: Option<Advice>,
}

/// Run a search.
pub fn search(inputs: &SearchInputs, context: &dyn Context) -> Result<SearchRecord> {
    let judge = inputs.protocol.judge(context)?;
    let mut present = start(inputs, &judge, context)?;
    let mut record = SearchRecord { start: present.trained.clone(), steps: Vec::new() };
    let rules = inputs.arm.rules(inputs.thresholds);
    let mut selector = OperatorSelector::default();
    let own = inputs.seed.derive(inputs.arm.name());
    for index in 0..inputs.steps {
        let seed = own.derive_indexed("step", index as u64);
        let step = step(inputs, &judge, rules.as_ref(), &mut selector, &mut present, seed, context);
        match step.with_context(|| format!("step {} of {}", index + 1, inputs.arm))? {
            Some(step) => record.steps.push(step),
            None => break,
        }
    }
    Ok(record)
}

/// The start of a pair, trained.
///
/// Deviation: one that diverges is drawn anew; the paper does not say what becomes of it.
fn start(inputs: &SearchInputs, judge: &Judge, context: &dyn Context) -> Result<Present> {
    let protocol = &inputs.protocol;
    for attempt in 0..MOST_STARTS {
        let seed = inputs.seed.derive_indexed("start", attempt);
        let mut stream = seed.stream("model");
        let networks = stream.between(inputs.networks[0], inputs.networks[1]);
        let valp = generate(&protocol.space, networks, &mut stream)?;
        let job = Job {
            valp: &valp,
            weights: None,
            donor: None,
            assembly: initial(&valp),
            steps: inputs.start_steps,
            seed: seed.derive("training"),
        };
        let trained = protocol.train(&[job], judge, context).context("the start")?;
        let trained = trained.into_iter().next().context("one start was trained")?;
        if let Some(weights) = trained.weights {
            return Ok(Present { valp, weights, trained, advice: None });
        }
    }
    bail!("{MOST_STARTS} starts of a search diverged one after another: lower the learning rate in the manifest")
}

/// One step; none where no operator has an admissible place.
fn step(
    inputs: &SearchInputs,
    judge: &Judge,
    rules: Option<&Rules>,
    selector: &mut OperatorSelector,
    present: &mut Present,
    seed: Seed,
    context: &dyn Context,
) -> Result<Option<StepRecord>> {
    let space = &inputs.protocol.space;
    let (mut spent, mut trends) = (0.0, BTreeMap::new());
    let mut stream = seed.stream("choice");
    let choice = match rules {
        None => operator_selection::random(&present.valp, space, &mut stream),
        Some(rules) => {
            if present.advice.is_none() {
                let (diagnosis, cost) = diagnose(inputs, present, context)?;
                spent += cost;
                trends = diagnosis.slopes.iter().map(|(id, slope)| (*id, rules.thresholds.trend(*slope))).collect();
                present.advice = Some(advice(&present.valp, &diagnosis, rules, space));
            }
            let advice = present.advice.as_ref().context("the rules were just asked")?;
            selector.choose(advice, &present.valp, space, &mut stream)
        }
    };
    let Ok(choice) = choice else { return Ok(None) };
    let variation = choice.edit.apply(choice.form, &present.valp, space, &mut stream)?;
    let job = Job {
        valp: &variation.valp,
        weights: Some(present.weights),
        donor: None,
        assembly: variation.assembly,
        steps: inputs.retraining_steps,
        seed: seed.derive("training"),
    };
    let trained = inputs.protocol.train(&[job], judge, context)?;
    let trained = trained.into_iter().next().context("one candidate was trained")?;
    let better = trained.weights.filter(|_| trained.objectives.improve(&present.trained.objectives));
    let record = StepRecord {
        choice,
        objectives: trained.objectives,
        reference: trained.reference,
        accepted: better.is_some(),
        multiply_adds: spent + trained.multiply_adds,
        networks: variation.valp.networks().len(),
        parameters: trained.parameters,
        trends,
    };
    selector.record(&choice, record.accepted);
    if let Some(weights) = better {
        *present = Present { valp: variation.valp, weights, trained, advice: None };
    }
    Ok(Some(record))
}

/// What is known of the present model, and the multiply-adds that it took to know it.
fn diagnose(inputs: &SearchInputs, present: &Present, context: &dyn Context) -> Result<(Diagnosis, f64)> {
    let Present { valp, weights, trained, .. } = present;
    // The same model has the same diagnosis in every arm.
    let seed = inputs.seed.derive("diagnosis");
    let diagnostics = run_diagnostics(&inputs.protocol, valp, *weights, Depth::Modules, seed, context)?;
    let diagnosis = Diagnosis { slopes: trained.slopes.clone(), relevance: diagnostics.modules };
    Ok((diagnosis, diagnostics.multiply_adds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::experiment::search_inputs;
    use crate::test_support::fake_context::FakeContext;

    fn run(arm: Arm) -> SearchRecord {
        search(&search_inputs(arm, 0), &FakeContext::default()).unwrap_or_else(|error| panic!("{arm}: {error:#}"))
    }

    #[test]
    fn a_candidate_is_accepted_only_where_two_of_three_objectives_improve() {
        for arm in Arm::ALL {
            let record = run(arm);
            let mut present = record.start.objectives;
            for step in &record.steps {
                assert_eq!(step.accepted, step.objectives.improve(&present), "{arm}");
                if step.accepted {
                    present = step.objectives;
                }
            }
            assert!(record.steps.iter().any(|step| step.accepted), "{arm} never accepts: the test shows nothing");
        }
    }

    #[test]
    fn all_arms_of_a_pair_have_one_start_and_a_search_repeats() {
        let records = Arm::ALL.map(run);
        assert!(records.iter().all(|record| record.start == records[0].start));
        assert_eq!(records[1], run(Arm::Guided));
        assert_ne!(records[0].steps, records[1].steps);
    }

    #[test]
    fn what_failed_is_not_tried_again_before_the_model_changes() {
        for arm in Arm::ALL.into_iter().filter(|arm| *arm != Arm::Random) {
            let mut failed = Vec::new();
            for step in run(arm).steps {
                if let Some(candidate) = step.choice.candidate {
                    assert!(!failed.contains(&candidate), "{arm} repeats {candidate:?}");
                    failed.push(candidate);
                }
                if step.accepted {
                    failed.clear();
                }
            }
        }
    }

    #[test]
    fn only_guided_searches_diagnose_and_only_new_models() {
        assert!(run(Arm::Random).steps.iter().all(|step| step.trends.is_empty() && step.choice.candidate.is_none()));
        let record = run(Arm::Guided);
        let is_new = [true].into_iter().chain(record.steps.iter().map(|step| step.accepted));
        for (step, is_new) in record.steps.iter().zip(is_new) {
            assert_eq!(!step.trends.is_empty(), is_new);
        }
    }
}
