//! The exclusive subgraph crossover (section V-D): each model of the study of operators gets, for one output, the
//! exclusive subgraph of the model that is best in it, and is trained further.
//!
//! The paper describes it and does not run it; it needs several models, so that it is a study of its own.

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};

use super::operator_study::{After, OperatorStudyRecord};
use super::training_protocol::{Job, TrainingProtocol};
use crate::diagnosis::relative::{AdvisedCrossover, advised_crossovers};
use crate::model::component::Id;
use crate::model::generate::generate;
use crate::model::graph::Valp;
use crate::operator::crossover::crossover;
use crate::operator::edit::Variation;
use renas_base::digest::Digest;
use renas_base::seed::Seed;
use renas_harness::study::{Context, Handle, Results};

/// What the study depends on, besides those of the models.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrossoverStudyInputs {
    /// How models are trained and judged.
    #[serde(rename = "laboratory")]
    pub protocol: TrainingProtocol,
    /// Sub-networks of a model.
    pub networks: usize,
    /// Steps after a crossover.
    pub retraining_steps: usize,
    /// The study of every model, and the root of its draws.
    pub models: Vec<(Handle<OperatorStudyRecord>, Seed)>,
    /// Root of the draws of outputs and of what a donated part reads.
    pub seed: Seed,
}

/// A crossover of two models.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrossoverRecord {
    /// Place of the model that was changed.
    pub host: usize,
    /// Place of the model that gave.
    pub donor: usize,
    /// The output whose exclusive subgraph was given.
    pub output: Id,
    /// Whether relative performance advises it (section IV-E.5); where it advises none, the output is drawn.
    pub is_advised: bool,
    /// What became of it; absent where no crossover was possible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<After>,
    /// Why none was possible; absent where one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub obstacle: Option<String>,
}

/// A model as it was before any change.
struct Model {
    place: usize,
    seed: Seed,
    valp: Valp,
    weights: Digest,
    /// Its objectives, in the order of outputs.
    objectives: Vec<f64>,
}

/// A model crossed with another; without a variation where that was not possible.
struct Crossed<'m> {
    host: &'m Model,
    donor: &'m Model,
    variation: Option<Variation>,
    record: CrossoverRecord,
}

/// Cross every model that did not diverge with the best other one in one output.
pub fn study_crossovers(
    inputs: &CrossoverStudyInputs,
    results: &Results,
    context: &dyn Context,
) -> Result<Vec<CrossoverRecord>> {
    let models = models(inputs, results)?;
    if models.len() < 2 {
        return Ok(Vec::new());
    }
    let advised = advised_crossovers(&models.iter().map(|model| model.objectives.clone()).collect::<Vec<_>>());
    let of_host = |host: usize| cross(&models, host, &advised, inputs.seed);
    let crossed = (0..models.len()).map(of_host).collect::<Result<Vec<Crossed<'_>>>>()?;
    let jobs: Vec<Job<'_>> = crossed.iter().filter_map(|one| one.job(inputs.retraining_steps)).collect();
    let judge = inputs.protocol.judge(context)?;
    let trained = inputs.protocol.train(&jobs, &judge, context).context("crossed models")?;
    ensure!(trained.len() == jobs.len(), "{} crossed models, {} trainings", jobs.len(), trained.len());
    let mut trained = trained.iter();
    let record = |one: Crossed<'_>| {
        let after = one.variation.and_then(|_| trained.next()).map(After::of);
        CrossoverRecord { after, ..one.record }
    };
    Ok(crossed.into_iter().map(record).collect())
}

/// The models that did not diverge.
fn models(inputs: &CrossoverStudyInputs, results: &Results) -> Result<Vec<Model>> {
    let mut models = Vec::new();
    for (place, (study, seed)) in inputs.models.iter().enumerate() {
        let record = results.read(study)?;
        let valp = generate(&inputs.protocol.space, inputs.networks, &mut seed.stream("model"))?;
        let objectives = record.before.objectives.values().to_vec();
        let model = record.before.weights.map(|weights| Model { place, seed: *seed, valp, weights, objectives });
        models.extend(model);
    }
    Ok(models)
}

fn cross<'m>(models: &'m [Model], at: usize, advised: &[AdvisedCrossover], root: Seed) -> Result<Crossed<'m>> {
    let host = &models[at];
    let seed = root.derive_indexed("host", host.place as u64);
    let advice = advised.iter().find(|one| one.host == at);
    let outputs = host.valp.outputs();
    let drawn = seed.stream("output").below(outputs.len());
    let index = advice.map_or(drawn, |advice| advice.output);
    let others = (0..models.len()).filter(|other| *other != at);
    let donor = others.min_by(|a, b| models[*a].objectives[index].total_cmp(&models[*b].objectives[index]));
    let donor = &models[donor.context("there is another model")?];
    let output = outputs[index].id;
    let variation = crossover(&host.valp, &donor.valp, output, &mut seed.stream("crossover"));
    let record = CrossoverRecord {
        host: host.place,
        donor: donor.place,
        output,
        is_advised: advice.is_some(),
        after: None,
        obstacle: variation.as_ref().err().map(ToString::to_string),
    };
    Ok(Crossed { host, donor, variation: variation.ok(), record })
}

impl Crossed<'_> {
    /// Its further training.
    fn job(&self, steps: usize) -> Option<Job<'_>> {
        let variation = self.variation.as_ref()?;
        Some(Job {
            valp: &variation.valp,
            weights: Some(self.host.weights),
            donor: Some(self.donor.weights),
            assembly: variation.assembly.clone(),
            steps,
            seed: self.host.seed.derive("retraining"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan;
    use crate::study::operator_study::study_operators;
    use crate::test_support::experiment::{crossover_study_inputs, settings};
    use crate::test_support::fake_context::FakeContext;
    use renas_harness::study::StudyResult;

    #[test]
    fn every_model_gets_a_part_of_another_or_says_why_not() {
        let context = FakeContext::default();
        let mut results = Results::default();
        for model in 0..settings().operator_study.models {
            let record = study_operators(&plan::operator_study_inputs(&settings(), model), &context).expect("it runs");
            results.insert(&plan::operator_study(model), StudyResult::of(&record).expect("finite numbers"));
        }
        let crossovers =
            study_crossovers(&crossover_study_inputs(), &results, &context).unwrap_or_else(|error| panic!("{error:#}"));
        assert_eq!(crossovers.len(), settings().operator_study.models);
        for one in &crossovers {
            assert_ne!(one.host, one.donor);
            assert_eq!(one.after.is_some(), one.obstacle.is_none());
        }
        assert!(crossovers.iter().any(|one| one.after.is_some()), "no crossover was possible: the test shows nothing");
    }
}
