//! Trains one network.
//!
//! Nothing waits for the device within an epoch: losses are collected there and read at its end. The order of samples
//! of epoch e is drawn from stream `order` e of the task's seed.

use std::collections::BTreeMap;

use anyhow::{Result, bail, ensure};
use renas_base::seed::Seed;
use renas_data::split::Split;
use renas_network::shape::shapes;
use renas_network::spec::{NetworkSpec, Node, Operator};
use renas_task::outcome::Ending;
use renas_task::recipe::{Loss, Optimizer as OptimizerChoice, Recipe, Schedule, Stop};
use renas_task::{Train, names};
use tch::{Reduction, Tensor};

use crate::data::{Samples, floats};
use crate::evaluate::{self, Score};
use crate::loss::cross_entropy;
use crate::module::{Mode, Module, node_index};
use crate::optimizer::Optimizer;
use crate::parameters::Parameters;
use crate::perceptron::Perceptron;

/// What a training leaves besides the weights.
pub struct Trained {
    /// How it ended.
    pub ending: Ending,
    /// Numbers per epoch.
    pub curves: BTreeMap<String, Vec<f64>>,
    /// Optimiser steps of the whole training.
    pub steps: usize,
}

/// Train `module`, whose tensors are `parameters`, in place.
pub fn train(task: &Train, samples: &Samples, module: &Module, parameters: &mut Parameters) -> Result<Trained> {
    check(&task.network, &task.recipe, samples)?;
    for &split in &task.curves {
        ensure!(!samples.part(split).is_empty(), "curves of `{}` are asked for, but it has no samples", split.name());
    }
    let plan = Plan::new(task.recipe.batch_size, task.stop, samples.part(Split::Train).len());
    let mut steps = Steps::new(&task.network, &task.recipe, plan.total_steps, module, parameters)?;
    let mut curves = BTreeMap::new();
    let mut steps_taken = 0;
    for epoch in 0..plan.epochs {
        let batches = plan.batches(epoch);
        let losses = run_epoch(task.seed, samples, parameters, &mut steps, epoch, &batches)?;
        if let Some(step) = losses.iter().position(|loss| !loss.is_finite()) {
            return Ok(Trained {
                ending: Ending::Diverged { step: steps_taken + step },
                curves,
                steps: plan.total_steps,
            });
        }
        steps_taken += losses.len();
        let mut row = BTreeMap::from([(names::TRAIN_LOSS.to_owned(), mean_loss(&losses, &batches))]);
        for &split in &task.curves {
            let score = evaluate::score(samples, split, module)?;
            let Some(Score { accuracy, loss }) = score.finite() else {
                return Ok(Trained { ending: Ending::Diverged { step: steps_taken }, curves, steps: plan.total_steps });
            };
            row.insert(names::accuracy(split), accuracy);
            row.insert(names::loss_after_epoch(split), loss);
        }
        for (name, value) in row {
            curves.entry(name).or_insert_with(Vec::new).push(value);
        }
    }
    Ok(Trained { ending: Ending::Completed, curves, steps: plan.total_steps })
}

/// How the steps of a training are laid out.
pub struct Plan {
    samples: usize,
    batch_size: usize,
    /// Steps of the whole training.
    pub total_steps: usize,
    /// Epochs that are begun; the last may end early.
    pub epochs: usize,
}

impl Plan {
    /// The plan of a training on so many samples.
    pub fn new(batch_size: usize, stop: Stop, samples: usize) -> Self {
        let steps_per_epoch = samples.div_ceil(batch_size);
        let (total_steps, epochs) = match stop {
            Stop::Epochs(epochs) => (epochs * steps_per_epoch, epochs),
            Stop::Steps(steps) => (steps, steps.div_ceil(steps_per_epoch)),
        };
        Self { samples, batch_size, total_steps, epochs }
    }

    /// Sizes of the batches of an epoch.
    pub fn batches(&self, epoch: usize) -> Vec<usize> {
        let steps_per_epoch = self.samples.div_ceil(self.batch_size);
        let count = steps_per_epoch.min(self.total_steps - epoch * steps_per_epoch);
        (0..count).map(|step| self.batch_size.min(self.samples - step * self.batch_size)).collect()
    }
}

/// One pass over the training samples; returns the loss of each step, before that step.
fn run_epoch(
    seed: Seed,
    samples: &Samples,
    parameters: &mut Parameters,
    steps: &mut Steps<'_>,
    epoch: usize,
    batches: &[usize],
) -> Result<Vec<f32>> {
    let order = order(seed, samples, epoch)?;
    let mut losses = Vec::with_capacity(batches.len());
    let mut start = 0;
    for &size in batches {
        let batch = order.f_narrow(0, start, size as i64)?;
        start += size as i64;
        losses.push(steps.step(samples, &batch, parameters)?);
    }
    floats(&Tensor::f_stack(&losses, 0)?)
}

/// Positions of the training samples in the order of an epoch.
pub fn order(seed: Seed, samples: &Samples, epoch: usize) -> Result<Tensor> {
    let mut order = samples.part(Split::Train).to_vec();
    seed.derive_indexed("order", epoch as u64).stream("shuffle").shuffle(&mut order);
    samples.index(order.into_iter())
}

/// What the steps of one training share.
pub struct Steps<'a> {
    loss: Loss,
    module: &'a Module,
    /// Where the network is one, its passes without autograd.
    perceptron: Option<Perceptron>,
    optimizer: Optimizer,
    /// Laid out as the flat weights; written at each step.
    gradient: Tensor,
}

impl<'a> Steps<'a> {
    /// The steps of a training of `module`, which is `network` over `parameters`.
    pub fn new(
        network: &NetworkSpec,
        recipe: &Recipe,
        total_steps: usize,
        module: &'a Module,
        parameters: &Parameters,
    ) -> Result<Self> {
        let optimizer = Optimizer::new(&recipe.optimizer, &recipe.schedule, total_steps, &parameters.flat)?;
        let gradient = parameters.flat.f_zeros_like()?;
        let perceptron = match recipe.loss {
            Loss::CrossEntropy => Perceptron::of(network, parameters, &gradient)?,
        };
        Ok(Self { loss: recipe.loss, module, perceptron, optimizer, gradient })
    }

    /// One step on the samples at positions `batch`; returns the loss before it.
    pub fn step(&mut self, samples: &Samples, batch: &Tensor, parameters: &mut Parameters) -> Result<Tensor> {
        let (input, labels) = samples.batch(batch)?;
        let loss = match &mut self.perceptron {
            Some(perceptron) if Perceptron::has_bits_of_autograd(labels.size1()?) => {
                perceptron.loss_and_gradient(&input, &labels)?
            }
            _ => loss_and_gradient(self.loss, self.module, parameters, &input, &labels, &self.gradient)?,
        };
        self.optimizer.step(&mut parameters.flat, &self.gradient)?;
        Ok(loss)
    }
}

/// The loss of a batch, a single f32; its gradient is written into `gradient`, laid out as `parameters.flat`.
pub fn loss_and_gradient(
    loss: Loss,
    module: &Module,
    parameters: &Parameters,
    input: &Tensor,
    labels: &Tensor,
    gradient: &Tensor,
) -> Result<Tensor> {
    let output = module.forward(input, Mode::Training)?;
    let loss = match loss {
        Loss::CrossEntropy => cross_entropy(&output, labels, Reduction::Mean)?,
    };
    write_gradient(&loss, parameters, gradient)?;
    Ok(loss.f_detach()?)
}

/// Write the gradient of `loss`, a single number, into `gradient`, laid out as `parameters.flat`.
pub fn write_gradient(loss: &Tensor, parameters: &Parameters, gradient: &Tensor) -> Result<()> {
    let pieces = Tensor::f_run_backward(&[loss], &parameters.leaves, false, false)?;
    let pieces: Vec<Tensor> = pieces.iter().map(|piece| piece.f_reshape([-1])).collect::<Result<_, _>>()?;
    let _ = Tensor::f_cat_out(gradient, &pieces, 0)?;
    Ok(())
}

/// The mean over samples of the losses of batches, which are means over their samples.
pub fn mean_loss(losses: &[f32], batches: &[usize]) -> f64 {
    let sum: f64 = losses.iter().zip(batches).map(|(&loss, &size)| f64::from(loss) * size as f64).sum();
    sum / batches.iter().sum::<usize>() as f64
}

/// Refuse what cannot be trained, before anything is computed.
pub fn check(network: &NetworkSpec, recipe: &Recipe, samples: &Samples) -> Result<()> {
    let Recipe { batch_size, ref optimizer, ref schedule, .. } = *recipe;
    let train = samples.part(Split::Train).len();
    ensure!(train > 0, "the split leaves no training samples");
    let shapes = shapes(network)?;
    let output = &shapes[node_index(network, &network.output)?];
    ensure!(
        *output == [samples.classes],
        "the network's output has shape {output:?}, but the data has {} classes",
        samples.classes
    );
    ensure!(batch_size > 0, "recipe.batch_size must be at least 1");
    let (OptimizerChoice::Adam { learning_rate } | OptimizerChoice::Sgd { learning_rate, .. }) = *optimizer;
    ensure!(learning_rate.is_finite() && learning_rate >= 0.0, "recipe.optimizer.learning_rate is {learning_rate}");
    if let OptimizerChoice::Sgd { momentum, .. } = *optimizer {
        ensure!((0.0..1.0).contains(&momentum), "recipe.optimizer.momentum is {momentum}; it must be in 0..1");
    }
    if let Schedule::Cosine { floor } = *schedule {
        ensure!((0.0..=1.0).contains(&floor), "recipe.schedule.floor is {floor}; it must be in 0..=1");
    }
    let latent = network.nodes.iter().find(|node| node.operator == Operator::LatentSample);
    if let Some(Node { name, .. }) = latent {
        bail!("network node `{name}`: latent samples need noise, which only the task `train_heads` draws");
    }
    check_norms(network, &shapes, smallest_batch(train, batch_size))
}

/// Samples of the smallest batch of an epoch over `train` samples.
pub fn smallest_batch(train: usize, batch_size: usize) -> usize {
    if train < batch_size { train } else { (train - 1) % batch_size + 1 }
}

/// Batch normalisation has no variance to divide by where a batch holds one value per feature.
pub fn check_norms(network: &NetworkSpec, shapes: &[Vec<usize>], smallest_batch: usize) -> Result<()> {
    for (node, shape) in network.nodes.iter().zip(shapes) {
        let values = shape[1..].iter().product::<usize>() * smallest_batch;
        ensure!(
            node.operator != Operator::BatchNorm || values > 1,
            "network node `{}`: batch normalisation needs 2 values per channel, but the smallest batch of an epoch has 1 \
             sample; change recipe.batch_size or the number of training samples",
            node.name
        );
    }
    Ok(())
}
