//! How models are trained and judged: the same for every model of a data set.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};

use super::sample_quality::Judge;
use crate::diagnosis::sub_loss::slope;
use crate::model::component::{Id, OutputKind};
use crate::model::graph::Valp;
use crate::model::network::{Losses, Model, model};
use crate::model::space::Space;
use crate::settings::{Diverged, SamplingSettings};
use renas_base::digest::Digest;
use renas_base::seed::Seed;
use renas_harness::study::Context;
use renas_network::assembly::Assembly;
use renas_network::cost::cost;
use renas_task::heads::{Assembled, Generate, Through, TrainHeads};
use renas_task::outcome::{Ending, Outcome};
use renas_task::{DataChoice, Split, SplitChoice, Task};

/// Forward passes that one step of training counts as: forward, backward to inputs and to weights.
const PASSES: f64 = 3.0;

/// How models of one data set are trained and judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingProtocol {
    /// Name of the data set in the registry.
    pub data: String,
    /// The split.
    pub split: SplitChoice,
    /// Channels, height and width of an image.
    pub input: Vec<usize>,
    /// Classes.
    pub classes: usize,
    /// The space of models.
    pub space: Space,
    /// What is minimised.
    pub losses: Losses,
    /// Steps per point of the loss curves.
    pub every: usize,
    /// Last steps that slopes are fitted to.
    pub slope_steps: usize,
    /// Bands of features for input interventions.
    pub bands: usize,
    /// How samples are judged.
    pub sampling: SamplingSettings,
    /// Smallest error that ratios are taken of.
    pub floor: f64,
    /// Objectives of a model whose training diverged.
    pub diverged: Diverged,
    /// Root of the classifier's draws.
    pub seed: Seed,
}

/// How good a model is, on validation samples; all are lower where it is better.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Objectives {
    /// Share of wrong classes.
    pub error: f64,
    /// Mean squared error of the histogram.
    pub squared_error: f64,
    /// Squared Frechet distance of generated to held-out images.
    pub distance: f64,
}

/// A model to be trained.
#[derive(Clone, Debug)]
pub struct Job<'a> {
    /// The model.
    pub valp: &'a Valp,
    /// The weights that it inherits from; none for a fresh model.
    pub weights: Option<Digest>,
    /// The weights of a donor, where it takes some of them.
    pub donor: Option<Digest>,
    /// Where its weights come from.
    pub assembly: Assembly,
    /// Steps.
    pub steps: usize,
    /// Root of every draw.
    pub seed: Seed,
}

/// What became of a training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trained {
    /// How good the model is.
    pub objectives: Objectives,
    /// The code's measure of samples, 50 minus its score; absent where the training or the images diverged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<f64>,
    /// Its weights; absent where the training diverged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<Digest>,
    /// Slope per step of the loss of each output at the end; without outputs that have none.
    pub slopes: BTreeMap<Id, f64>,
    /// Multiply-adds of the training and of judging its result.
    pub multiply_adds: f64,
    /// Values that the optimiser moves.
    pub parameters: u64,
}

impl Objectives {
    /// In the order of the outputs.
    pub fn values(&self) -> [f64; 3] {
        [self.error, self.squared_error, self.distance]
    }

    /// Whether at least two of the three are lower than the other's (section VI-C).
    pub fn improve(&self, other: &Self) -> bool {
        self.values().iter().zip(other.values()).filter(|(ours, theirs)| **ours < *theirs).count() >= 2
    }
}

impl TrainingProtocol {
    /// The data with its split.
    pub fn choice(&self, context: &dyn Context) -> Result<DataChoice> {
        context.data(&self.data, self.split.clone())
    }

    /// The network of a model, with heads and latents.
    pub fn model(&self, valp: &Valp) -> Model {
        model(valp, &self.input, &self.losses)
    }

    /// The classifier that judges samples.
    pub fn judge(&self, context: &dyn Context) -> Result<Judge> {
        let data = self.choice(context)?;
        let seed = self.seed.derive("classifier");
        Judge::trained(&self.sampling.classifier, &self.input, self.classes, &data, seed, context)
            .with_context(|| format!("the classifier of {}", self.data))
    }

    /// Multiply-adds of one forward pass of one sample, and values that an optimiser moves.
    pub fn size(&self, valp: &Valp) -> Result<(f64, u64)> {
        let total = cost(&self.model(valp).network).context("the cost of a model")?.total;
        Ok((total.multiply_adds as f64, total.parameters))
    }

    /// Train models, then judge them; all trainings are asked for at once.
    pub fn train(&self, jobs: &[Job<'_>], judge: &Judge, context: &dyn Context) -> Result<Vec<Trained>> {
        let data = self.choice(context)?;
        let models: Vec<Model> = jobs.iter().map(|job| self.model(job.valp)).collect();
        let tasks: Vec<Task> =
            jobs.iter().zip(&models).map(|(job, model)| self.training(job, model.clone(), &data)).collect();
        let outcomes = context.outcomes(&tasks)?;
        ensure!(outcomes.len() == jobs.len(), "{} trainings had {} outcomes", jobs.len(), outcomes.len());
        let weights: Vec<Option<Digest>> = outcomes.iter().map(weights).collect::<Result<_>>()?;
        let asked: Vec<Task> = (0..jobs.len())
            .filter_map(|at| weights[at].map(|weights| self.generation(&jobs[at], &models[at], weights, judge, &data)))
            .collect::<Result<_>>()?;
        let mut generated = context.outcomes(&asked)?.into_iter();
        let mut trained = Vec::new();
        for ((job, outcome), weights) in jobs.iter().zip(&outcomes).zip(weights) {
            let images = match weights {
                Some(_) => Some(generated.next().context("as many generations as trained models")?),
                None => None,
            };
            trained.push(self.read(job, outcome, weights, images.as_ref(), judge, context)?);
        }
        Ok(trained)
    }

    fn training(&self, job: &Job<'_>, model: Model, data: &DataChoice) -> Task {
        Task::TrainHeads(TrainHeads {
            network: model.network,
            data: data.clone(),
            start: Assembled { weights: job.weights, donor: job.donor, assembly: job.assembly.clone() },
            heads: model.heads,
            latents: model.latents,
            optimizer: job.valp.training().optimizer.clone(),
            batch_size: job.valp.training().batch_size,
            steps: job.steps,
            seed: job.seed,
            every: self.every,
            scores: vec![Split::Validation],
        })
    }

    fn generation(
        &self,
        job: &Job<'_>,
        model: &Model,
        weights: Digest,
        judge: &Judge,
        data: &DataChoice,
    ) -> Result<Task> {
        let output = self.output(OutputKind::Samples)?.to_string();
        let head = model.heads.iter().find(|head| head.name == output).context("every output has a head")?;
        Ok(Task::Generate(Generate {
            network: model.network.clone(),
            data: data.clone(),
            weights,
            node: head.node.clone(),
            count: self.sampling.images,
            seed: job.seed.derive("generate"),
            through: Some(Through { network: judge.network.clone(), weights: judge.weights }),
        }))
    }

    fn read(
        &self,
        job: &Job<'_>,
        outcome: &Outcome,
        weights: Option<Digest>,
        images: Option<&Outcome>,
        judge: &Judge,
        context: &dyn Context,
    ) -> Result<Trained> {
        let (pass, parameters) = self.size(job.valp)?;
        let batch = job.valp.training().batch_size as f64;
        let judged = (self.split.validation + self.sampling.images) as f64;
        let multiply_adds = pass * (PASSES * batch * job.steps as f64 + judged);
        let Diverged { error, squared_error, distance } = self.diverged;
        let mut trained = Trained {
            objectives: Objectives { error, squared_error, distance },
            reference: None,
            weights,
            slopes: BTreeMap::new(),
            multiply_adds,
            parameters,
        };
        let Some(images) = images else { return Ok(trained) };
        let split = Split::Validation;
        trained.objectives.error = outcome.head_error(None, split, self.output(OutputKind::Discrete)?)?;
        trained.objectives.squared_error = outcome.head_loss(None, split, self.output(OutputKind::Values)?)?;
        match images.ending {
            // Noise went where no latent of the training was: images that are no numbers are the worst ones.
            Ending::Diverged { .. } => {}
            Ending::Completed => {
                let quality = judge.quality(images.generated()?, self.sampling.images, context)?;
                trained.objectives.distance = quality.distance;
                trained.reference = Some(quality.reference);
            }
        }
        for output in &self.space.outputs {
            let slope = slope(outcome.head_curve(output.id)?, self.every, self.slope_steps / self.every);
            trained.slopes.extend(slope.map(|slope| (output.id, slope)));
        }
        Ok(trained)
    }

    /// The output of a kind.
    pub fn output(&self, kind: OutputKind) -> Result<Id> {
        let found = self.space.outputs.iter().find(|output| output.kind == kind);
        found.map(|output| output.id).with_context(|| format!("the space has no output of {}", kind.consumes()))
    }
}

/// The weights of a training that did not diverge.
fn weights(outcome: &Outcome) -> Result<Option<Digest>> {
    match outcome.ending {
        Ending::Diverged { .. } => Ok(None),
        Ending::Completed => Ok(Some(outcome.weights()?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_better_only_where_two_of_three_objectives_are_lower() {
        let of = |[error, squared_error, distance]: [f64; 3]| Objectives { error, squared_error, distance };
        let present = of([0.2, 0.3, 5.0]);
        assert!(of([0.1, 0.2, 9.0]).improve(&present));
        assert!(of([0.1, 0.4, 4.0]).improve(&present));
        assert!(!of([0.1, 0.3, 5.0]).improve(&present), "equal is not lower");
        assert!(!of([0.1, 0.4, 6.0]).improve(&present));
        assert!(!present.improve(&present));
    }
}
