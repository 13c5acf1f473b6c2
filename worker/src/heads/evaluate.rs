//! Scores a model on splits, as it is and under interventions, and answers values of its nodes.
//!
//! As in `crate::evaluate`, sums are taken on the host in f64, sample after sample in the order of the split.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use renas_data::split::Split;
use renas_network::assembly::assemble;
use renas_network::parameter::parameters;
use renas_network::weights::{Tensor as Stored, Tensors};
use renas_task::heads::{EvaluateHeads, Intervention, ShuffledFeatures, TrainHeads};
use renas_task::names;
use tch::{Device, Tensor};

use super::model::{Batch, Model, Targets};
use crate::data::{Samples, floats};
use crate::evaluate::{BATCH_SIZE, Measured, largest};
use crate::module::node_index;
use crate::parameters::{Parameters, check_tensors};

/// Scores of a trained model: `<split>.<head>.loss`, `<split>.<head>.error`.
pub fn score_trained(
    task: &TrainHeads,
    samples: &Samples,
    targets: &Targets,
    parameters: &Parameters,
) -> Result<BTreeMap<String, f64>> {
    let model = Model::new(&task.network, parameters, targets, &task.latents, &[])?;
    let mut scalars = BTreeMap::new();
    for &split in &task.scores {
        let passed = pass(&model, samples, split, None)?;
        passed.name_scores(&model, None, split, &mut scalars);
    }
    Ok(scalars)
}

/// All that the task asks for, from the given weights. The task has passed its check.
pub fn evaluate(
    task: &EvaluateHeads,
    weights: &Tensors,
    samples: &Samples,
    targets: &Targets,
    device: Device,
) -> Result<Measured> {
    check_tensors(&parameters(&task.network)?, weights)?;
    let mut measured = Measured::default();
    for intervention in &task.interventions {
        let seed = intervention.seed(task.seed);
        let changed = assemble(&task.network, &intervention.assembly, weights, seed)?;
        let parameters = Parameters::from_tensors(&task.network, changed, device)?;
        let model = Model::new(&task.network, &parameters, targets, &task.latents, &[])?;
        for &split in &task.scores {
            let shuffled = Shuffled::new(intervention, task, samples, split)?;
            let passed = pass(&model, samples, split, shuffled.as_ref())?;
            passed.name_scores(&model, Some(&intervention.name), split, &mut measured.scalars);
        }
    }
    if let Some(split) = task.values {
        let values = values(task, weights, samples, targets, split, device)?;
        measured.objects.insert(names::values(split), values);
    }
    Ok(measured)
}

/// Values of the task's nodes from the weights as they are.
fn values(
    task: &EvaluateHeads,
    weights: &Tensors,
    samples: &Samples,
    targets: &Targets,
    split: Split,
    device: Device,
) -> Result<Tensors> {
    let EvaluateHeads { network, latents, nodes, .. } = task;
    let parameters = Parameters::from_tensors(network, weights.clone(), device)?;
    let indices = nodes.iter().map(|node| node_index(network, node)).collect::<Result<Vec<_>>>()?;
    let model = Model::new(network, &parameters, targets, latents, &indices)?;
    let passed = pass(&model, samples, split, None)?;
    let stored = |values: Vec<f32>| Stored { shape: vec![passed.samples, values.len() / passed.samples], values };
    Ok(nodes.iter().cloned().zip(passed.values.into_iter().map(stored)).collect())
}

/// What a split gave.
struct Passed {
    samples: usize,
    /// Sums of the losses, in the order of their names.
    losses: Vec<f64>,
    /// Per head the samples whose class was missed, where its target is the class.
    missed: Vec<Option<usize>>,
    /// Per node its values for all samples.
    values: Vec<Vec<f32>>,
}

impl Passed {
    /// Insert the scores of a split, under an intervention where there is one.
    fn name_scores(
        &self,
        model: &Model<'_>,
        intervention: Option<&str>,
        split: Split,
        scalars: &mut BTreeMap<String, f64>,
    ) {
        let samples = self.samples as f64;
        let heads = model.loss_names();
        for (head, loss) in heads.iter().zip(&self.losses) {
            scalars.insert(names::head_loss(intervention, split, head), loss / samples);
        }
        for (head, missed) in heads.iter().zip(&self.missed) {
            if let Some(missed) = missed {
                scalars.insert(names::head_error(intervention, split, head), *missed as f64 / samples);
            }
        }
    }
}

/// Pass a split through a model, batch by batch.
fn pass(model: &Model<'_>, samples: &Samples, split: Split, shuffled: Option<&Shuffled>) -> Result<Passed> {
    let _no_grad = tch::no_grad_guard();
    let part = samples.part(split);
    ensure!(!part.is_empty(), "split `{}` has no samples to measure", split.name());
    let index = samples.index(part.iter().copied())?;
    let total = part.len() as i64;
    let mut passed =
        Passed { samples: part.len(), losses: vec![0.0; model.loss_names().len()], missed: vec![], values: vec![] };
    let mut start = 0;
    while start < total {
        let size = BATCH_SIZE.min(total - start);
        let mut batch = Batch::new(samples, index.f_narrow(0, start, size)?)?;
        if let Some(shuffled) = shuffled {
            batch.input = shuffled.apply(samples, &batch.input, start, size)?;
        }
        start += size;
        passed.add(model, &batch)?;
    }
    Ok(passed)
}

impl Passed {
    fn add(&mut self, model: &Model<'_>, batch: &Batch) -> Result<()> {
        let scores = model.scores(batch)?;
        self.missed.resize(scores.heads.len(), None);
        self.values.resize(scores.values.len(), Vec::new());
        let losses = scores.heads.iter().map(|head| &head.losses).chain(&scores.latent);
        for (sum, losses) in self.losses.iter_mut().zip(losses) {
            for loss in floats(losses)? {
                *sum += f64::from(loss);
            }
        }
        for (missed, head) in self.missed.iter_mut().zip(&scores.heads) {
            let Some(logits) = &head.logits else { continue };
            let (rows, labels) = (floats(logits)?, batch.host_labels()?);
            let rows = rows.chunks_exact(rows.len() / labels.len());
            *missed.get_or_insert(0) += rows.zip(labels).filter(|(row, label)| largest(row) != *label).count();
        }
        for (all, values) in self.values.iter_mut().zip(&scores.values) {
            all.extend(floats(values)?);
        }
        Ok(())
    }
}

/// Input features that come from other samples.
struct Shuffled {
    features: ShuffledFeatures,
    /// Positions in the data of the samples that they come from, in the order of the split.
    index: Tensor,
}

impl Shuffled {
    /// The features that an intervention shuffles, and how; absent where it shuffles none.
    fn new(intervention: &Intervention, task: &EvaluateHeads, samples: &Samples, split: Split) -> Result<Option<Self>> {
        let Some(features) = intervention.features else { return Ok(None) };
        let mut order = samples.part(split).to_vec();
        intervention.seed(task.seed).derive("features").stream(split.name()).shuffle(&mut order);
        Ok(Some(Self { features, index: samples.index(order.into_iter())? }))
    }

    /// The input of `size` samples from `start` on, with the features of others.
    fn apply(&self, samples: &Samples, input: &Tensor, start: i64, size: i64) -> Result<Tensor> {
        let (others, _) = samples.batch(&self.index.f_narrow(0, start, size)?)?;
        let (shape, own, others) = (input.size(), input.f_reshape([size, -1])?, others.f_reshape([size, -1])?);
        let [from, to] = [self.features.from, self.features.to].map(|feature| feature as i64);
        let all = own.size2()?.1;
        let pieces = [own.f_narrow(1, 0, from)?, others.f_narrow(1, from, to - from)?, own.f_narrow(1, to, all - to)?];
        Ok(Tensor::f_cat(&pieces, 1)?.f_reshape(shape.as_slice())?)
    }
}
