//! Supernets: one set of weights trained path by path, and networks measured with slices of it.
//!
//! A path reads contiguous copies of slices of the shared tensors, so that it computes bit for bit what a
//! network of its own with these values computes. Gradients flow back through the copies into the shared tensors.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use anyhow::{Context as _, Result, ensure};
use renas_base::seed::Stream;
use renas_data::split::Split;
use renas_network::parameter::{Initial, Parameter, parameters};
use renas_network::shape::shapes;
use renas_network::spec::NetworkSpec;
use renas_network::supernet::{Choice, Supernet, first_index, inherited};
use renas_network::weights::Tensors;
use renas_task::names;
use renas_task::outcome::Ending;
use renas_task::paths::{EvaluateSlice, TrainPaths};
use renas_task::recipe::{Loss, Recipe};
use tch::{Device, Kind, Reduction, Tensor};

use crate::data::{DataSource, Samples, floats};
use crate::evaluate::{BATCH_SIZE, Measured, measure};
use crate::loss::{cross_entropy, cross_entropy_to};
use crate::module::{Mode, Module};
use crate::optimizer::Optimizer;
use crate::parameters::Parameters;
use crate::train::{Plan, Trained, check, check_norms, mean_loss, order, smallest_batch};

/// Train the shared weights of a supernet; what it leaves, and the weights.
pub fn train_paths(task: &TrainPaths, device: Device, data: &mut DataSource) -> Result<(Trained, Tensors)> {
    let TrainPaths { supernet, recipe, .. } = task;
    supernet.tensors()?;
    let samples = data.samples(&task.data, &supernet.path(&first(supernet))?)?;
    check_paths(task, &samples)?;
    let plan = Plan::new(recipe.batch_size, task.stop, samples.part(Split::Train).len());
    let mut shared = Shared::new(task, plan.total_steps, device)?;
    let mut choices = task.seed.stream("path");
    let mut curve = Vec::new();
    let mut steps_taken = 0;
    for epoch in 0..plan.epochs {
        let (order, batches) = (order(task.seed, &samples, epoch)?, plan.batches(epoch));
        let mut losses = Vec::with_capacity(batches.len());
        let mut start = 0;
        for &size in &batches {
            let drawn = draw(task, epoch, &mut choices);
            let paths = drawn.iter().map(|choice| supernet.path(choice)).collect::<Result<Vec<_>, _>>()?;
            let (input, labels) = samples.batch(&order.f_narrow(0, start, size as i64)?)?;
            start += size as i64;
            let batch = Batch { input, labels, distillation: task.distillation };
            losses.push(shared.step(&paths, recipe.loss, &batch, steps_taken + losses.len())?);
        }
        let losses = floats(&Tensor::f_stack(&losses, 0)?)?;
        if let Some(step) = losses.iter().position(|loss| !loss.is_finite()) {
            let ending = Ending::Diverged { step: steps_taken + step };
            return Ok((trained(ending, curve, plan.total_steps), Tensors::new()));
        }
        steps_taken += losses.len();
        curve.push(mean_loss(&losses, &batches));
    }
    Ok((trained(Ending::Completed, curve, plan.total_steps), shared.tensors()?))
}

/// The paths of one step.
fn draw(task: &TrainPaths, epoch: usize, choices: &mut Stream) -> Vec<Choice> {
    let TrainPaths { supernet, paths, .. } = task;
    if epoch < task.first_kind_epochs {
        supernet.draw_of_first_kind(*paths, choices)
    } else if task.distillation > 0.0 {
        supernet.draw_taught(*paths, choices)
    } else {
        supernet.draw_together(*paths, choices)
    }
}

fn trained(ending: Ending, curve: Vec<f64>, steps: usize) -> Trained {
    Trained { ending, curves: BTreeMap::from([(names::TRAIN_LOSS.to_owned(), curve)]), steps }
}

/// The path of the first width and the first alternatives.
fn first(supernet: &Supernet) -> Choice {
    Choice { width: 0, slots: vec![0; supernet.slots.len()] }
}

/// Refuse what cannot be trained before anything is computed: every alternative is part of one checked path.
fn check_paths(task: &TrainPaths, samples: &Samples) -> Result<()> {
    let TrainPaths { supernet, recipe, paths, distillation, .. } = task;
    ensure!((0.0..1.0).contains(distillation), "distillation is {distillation}, but must be at least 0 and below 1");
    ensure!(*distillation == 0.0 || *paths > 1, "distillation takes at least two paths, of which one teaches");
    let part = smallest_part(recipe.batch_size, samples.part(Split::Train).len(), *paths)?;
    for (index, slot) in supernet.slots.iter().enumerate() {
        for alternative in 0..slot.alternatives.len() {
            let mut choice = first(supernet);
            choice.slots[index] = alternative;
            let path = supernet.path(&choice)?;
            check(&path, recipe, samples)?;
            check_norms(&path, &shapes(&path)?, part)?;
        }
    }
    Ok(())
}

/// Samples of the smallest part of a batch that a path is given.
fn smallest_part(batch_size: usize, train: usize, paths: usize) -> Result<usize> {
    ensure!(paths > 0, "paths must be at least 1");
    // `check` refuses a batch size of 0.
    let smallest = smallest_batch(train, batch_size.max(1));
    ensure!(
        smallest >= paths,
        "{paths} paths share the samples of a batch, but the smallest batch of an epoch has {smallest}; change paths, \
         recipe.batch_size or the number of training samples"
    );
    Ok(smallest / paths)
}

/// Sizes of the parts of a batch, one for each path: equal but for a remainder, which the first are given.
fn parts(batch: usize, paths: usize) -> impl Iterator<Item = usize> {
    (0..paths).map(move |path| batch / paths + usize::from(path < batch % paths))
}

/// The samples of one step, and how much its other paths learn from the first.
pub struct Batch {
    /// Of all paths: `[n, ...]`.
    pub input: Tensor,
    /// Classes, `[n]`.
    pub labels: Tensor,
    /// As `TrainPaths::distillation`.
    pub distillation: f64,
}

/// What a path is given of a batch.
struct Part {
    input: Tensor,
    labels: Tensor,
    /// Of the batch's samples.
    share: f64,
    /// The teacher's class probabilities, `[n, classes]`, and how much they count.
    taught: Option<(Tensor, f64)>,
}

/// The shared tensors, and an optimiser for each.
pub struct Shared {
    parameters: Parameters,
    /// By name: index among the leaves, and the first value in the flat buffer.
    places: BTreeMap<String, (usize, i64)>,
    optimizers: Vec<Optimizer>,
}

impl Shared {
    /// Fresh tensors of the task's supernet, and optimisers for a training of `total_steps`.
    pub fn new(task: &TrainPaths, total_steps: usize, device: Device) -> Result<Self> {
        let mut description = task.supernet.tensors()?;
        description.retain(|parameter| parameter.trainable);
        let (mut places, mut start) = (BTreeMap::new(), 0);
        for (index, parameter) in description.iter().enumerate() {
            places.insert(parameter.name.clone(), (index, start));
            start += parameter.size() as i64;
        }
        let parameters = Parameters::fresh_from(description, &task.seed, device)?;
        let Recipe { optimizer, schedule, .. } = &task.recipe;
        let new = |leaf: &Tensor| Optimizer::new(optimizer, schedule, total_steps, &leaf.f_detach()?.f_view([-1])?);
        let optimizers = parameters.leaves.iter().map(new).collect::<Result<_>>()?;
        Ok(Self { parameters, places, optimizers })
    }

    /// The path over slices of the shared tensors; batch normalisation has fresh running statistics.
    pub fn module(&self, path: &NetworkSpec) -> Result<Module> {
        let device = self.parameters.flat.device();
        Module::over(path, device, |Parameter { name, shape, initial, trainable, .. }| {
            if *trainable {
                return slice(&self.parameters.get(name)?, shape);
            }
            let shape: Vec<i64> = shape.iter().map(|&size| size as i64).collect();
            let value = if *initial == Initial::Ones { 1.0 } else { 0.0 };
            Ok(Tensor::f_full(shape, value, (Kind::Float, device))?)
        })
    }

    /// All trainable tensors of the supernet.
    pub fn tensors(&self) -> Result<Tensors> {
        self.parameters.to_tensors()
    }

    /// One step of `paths` on a batch, each on a part of it, the `at`-th of the training; returns the mean loss by labels of
    /// all samples before it, a single f32.
    pub fn step(&mut self, paths: &[NetworkSpec], loss: Loss, batch: &Batch, at: usize) -> Result<Tensor> {
        let samples = batch.input.size()[0];
        let answers = if batch.distillation > 0.0 { Some(self.probabilities(&paths[0], &batch.input)?) } else { None };
        let (mut start, mut losses, mut gradients) = (0, Vec::with_capacity(paths.len()), BTreeMap::new());
        for (number, (path, size)) in paths.iter().zip(parts(samples as usize, paths.len())).enumerate() {
            let size = size as i64;
            let taught = match &answers {
                Some(answers) if number > 0 => Some((answers.f_narrow(0, start, size)?, batch.distillation)),
                _ => None,
            };
            let (input, labels) = (batch.input.f_narrow(0, start, size)?, batch.labels.f_narrow(0, start, size)?);
            start += size;
            // Of one path it is a factor of 1, which changes no bit.
            let part = Part { input, labels, share: size as f64 / samples as f64, taught };
            losses.push(self.add_gradients(path, loss, &part, &mut gradients)?);
        }
        for ((index, start), gradient) in gradients {
            let mut weights = self.parameters.flat.f_narrow(0, start, gradient.numel() as i64)?;
            self.optimizers[index].step_at(at, &mut weights, &gradient)?;
        }
        let first = losses.remove(0);
        losses.iter().try_fold(first, |sum, loss| Ok(sum.f_add(loss)?))
    }

    /// The class probabilities that a path gives samples, `[n, classes]`.
    fn probabilities(&self, path: &NetworkSpec, input: &Tensor) -> Result<Tensor> {
        let _no_grad = tch::no_grad_guard();
        Ok(self.module(path)?.forward(input, Mode::Training)?.f_softmax(-1, None)?)
    }

    /// Add to `gradients`, by the places of shared tensors, those of what `path` minimises on a part of a batch, times its share;
    /// returns that share of its mean loss by labels.
    fn add_gradients(
        &self,
        path: &NetworkSpec,
        loss: Loss,
        part: &Part,
        gradients: &mut BTreeMap<(usize, i64), Tensor>,
    ) -> Result<Tensor> {
        let output = self.module(path)?.forward(&part.input, Mode::Training)?;
        let by_labels = match loss {
            Loss::CrossEntropy => cross_entropy(&output, &part.labels, Reduction::Mean)?,
        };
        let by_labels = by_labels.f_mul_scalar(part.share)?;
        let loss = match &part.taught {
            None => by_labels.shallow_clone(),
            Some((answers, weight)) => {
                let by_teacher = cross_entropy_to(&output, answers)?.f_mul_scalar(part.share * weight)?;
                by_labels.f_mul_scalar(1.0 - weight)?.f_add(&by_teacher)?
            }
        };
        let mut used = Vec::new();
        for parameter in parameters(path)?.iter().filter(|parameter| parameter.trainable) {
            let place = self.places.get(&parameter.name);
            used.push(*place.with_context(|| format!("the supernet has no tensor `{}`", parameter.name))?);
        }
        let leaves: Vec<&Tensor> = used.iter().map(|&(index, _)| &self.parameters.leaves[index]).collect();
        for (gradient, place) in Tensor::f_run_backward(&[&loss], &leaves, false, false)?.iter().zip(used) {
            let gradient = gradient.f_reshape([-1])?;
            match gradients.entry(place) {
                Entry::Vacant(entry) => drop(entry.insert(gradient)),
                Entry::Occupied(mut entry) => drop(entry.get_mut().f_add_(&gradient)?),
            }
        }
        Ok(by_labels.f_detach()?)
    }
}

/// The part that is of `shape`, as `network::supernet::slice` defines it, copied contiguous where it is not.
fn slice(shared: &Tensor, shape: &[usize]) -> Result<Tensor> {
    let mut slice = shared.shallow_clone();
    for (dimension, &wanted) in shape.iter().enumerate() {
        let size = slice.size()[dimension] as usize;
        if size != wanted {
            let first = first_index(dimension, size, wanted);
            slice = slice.f_narrow(dimension as i64, first as i64, wanted as i64)?;
        }
    }
    Ok(slice.f_contiguous()?)
}

/// Answer the probes of a network with slices of `weights`.
pub fn evaluate_slice(
    task: &EvaluateSlice,
    weights: &Tensors,
    device: Device,
    data: &mut DataSource,
) -> Result<Measured> {
    let samples = data.samples(&task.data, &task.network)?;
    let parameters = calibrated(task, weights, &samples, device)?;
    let module = Module::new(&task.network, &parameters)?;
    measure(&task.probes, &task.network, &samples, &module)
}

/// The sliced weights with running statistics of the task's first training samples.
pub fn calibrated(task: &EvaluateSlice, weights: &Tensors, samples: &Samples, device: Device) -> Result<Parameters> {
    let train = samples.part(Split::Train);
    let count = task.calibration;
    ensure!(
        (1..=train.len()).contains(&count),
        "calibration is {count}, but the split has {} training samples",
        train.len()
    );
    check_norms(&task.network, &shapes(&task.network)?, smallest_batch(count, BATCH_SIZE as usize))?;
    let parameters = Parameters::from_tensors(&task.network, inherited(&task.network, weights)?, device)?;
    let module = Module::new(&task.network, &parameters)?;
    let _no_grad = tch::no_grad_guard();
    let index = samples.index(train[..count].iter().copied())?;
    let mut seen = 0;
    while seen < count as i64 {
        let size = BATCH_SIZE.min(count as i64 - seen);
        let (input, _) = samples.batch(&index.f_narrow(0, seen, size)?)?;
        seen += size;
        let _ = module.forward(&input, Mode::Calibration { weight: size as f64 / seen as f64 })?;
    }
    Ok(parameters)
}
