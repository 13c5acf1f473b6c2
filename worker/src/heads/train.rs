//! Trains a model on the sum of its losses.
//!
//! As in `crate::train`, nothing waits for the device within an epoch, the order of samples of epoch e is drawn from
//! stream `order` e of the task's seed, and all weights lie in one buffer. The noise of latent samples comes from streams
//! of `latent`, one draw per step, sample and unit.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use renas_data::split::Split;
use renas_network::shape::shapes;
use renas_task::head_check::check_train;
use renas_task::heads::TrainHeads;
use renas_task::names;
use renas_task::outcome::Ending;
use renas_task::recipe::Stop;
use tch::Tensor;

use super::model::{Batch, Model};
use super::noise::NoiseSource;
use super::update::Update;
use crate::data::{Samples, floats};
use crate::module::Noise;
use crate::parameters::Parameters;
use crate::train::{Plan, check_norms, order, smallest_batch, write_gradient};

/// What a training leaves besides the weights.
pub struct Trained {
    /// How it ended.
    pub ending: Ending,
    /// Numbers per `every` steps.
    pub curves: BTreeMap<String, Vec<f64>>,
}

/// Refuse what cannot be trained, before anything is computed.
pub fn check(task: &TrainHeads, samples: &Samples) -> Result<()> {
    check_train(task, samples.sizes())?;
    let train = samples.part(Split::Train).len();
    ensure!(train > 0, "the split leaves no training samples");
    check_norms(&task.network, &shapes(&task.network)?, smallest_batch(train, task.batch_size))
}

/// Train `model`, whose tensors are `parameters`, in place. The task has passed `check`.
pub fn train(task: &TrainHeads, samples: &Samples, model: &Model<'_>, parameters: &Parameters) -> Result<Trained> {
    let plan = Plan::new(task.batch_size, Stop::Steps(task.steps), samples.part(Split::Train).len());
    let mut update = Update::new(task, &parameters.flat)?;
    let mut noise = NoiseSource::new(&task.network, &model.module, task.seed.derive("latent"), samples.device())?;
    let gradient = parameters.flat.f_zeros_like()?;
    let mut curves = Curves::new(model.loss_names(), task.every);
    for epoch in 0..plan.epochs {
        let order = order(task.seed, samples, epoch)?;
        let (mut losses, mut start) = (Vec::new(), 0);
        for size in plan.batches(epoch) {
            let batch = Batch::new(samples, order.f_narrow(0, start, size as i64)?)?;
            start += size as i64;
            let draws = noise.draw(size)?;
            losses.push(step(model, &batch, Noise::Added(&draws), parameters, &gradient)?);
            update.step(&parameters.flat, &gradient)?;
        }
        if let Some(step) = curves.extend(&floats(&Tensor::f_stack(&losses, 0)?)?) {
            return Ok(Trained { ending: Ending::Diverged { step }, curves: curves.points });
        }
    }
    Ok(Trained { ending: Ending::Completed, curves: curves.points })
}

/// The losses of a batch, in the order of their names; the gradient of their sum is written into `gradient`.
pub fn step(
    model: &Model<'_>,
    batch: &Batch,
    noise: Noise<'_>,
    parameters: &Parameters,
    gradient: &Tensor,
) -> Result<Tensor> {
    let losses = model.training_losses(batch, noise)?;
    write_gradient(&losses.f_sum(None)?, parameters, gradient)?;
    Ok(losses.f_detach()?)
}

/// Means of consecutive losses.
struct Curves {
    /// Names of the curves, in the order of the losses.
    names: Vec<String>,
    every: usize,
    /// Sums of the losses since the last point.
    sums: Vec<f64>,
    steps_taken: usize,
    points: BTreeMap<String, Vec<f64>>,
}

impl Curves {
    fn new(losses: Vec<&str>, every: usize) -> Self {
        let names: Vec<String> = losses.iter().map(names::head_curve).collect();
        let points = names.iter().map(|name| (name.clone(), Vec::new())).collect();
        Self { sums: vec![0.0; names.len()], names, every, steps_taken: 0, points }
    }

    /// Add the losses of some steps, `[steps, losses]`; returns the first step at which one is not finite.
    fn extend(&mut self, losses: &[f32]) -> Option<usize> {
        for step in losses.chunks_exact(self.names.len()) {
            if !step.iter().all(|loss| loss.is_finite()) {
                return Some(self.steps_taken);
            }
            self.sums.iter_mut().zip(step).for_each(|(sum, &loss)| *sum += f64::from(loss));
            self.steps_taken += 1;
            if self.steps_taken.is_multiple_of(self.every) {
                for (name, sum) in self.names.iter().zip(&mut self.sums) {
                    let point = std::mem::take(sum) / self.every as f64;
                    self.points.entry(name.clone()).or_default().push(point);
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_the_mean_of_its_steps_and_steps_may_cross_epochs() {
        let mut curves = Curves::new(vec!["a", "b"], 2);
        assert_eq!(curves.extend(&[1.0, 10.0, 2.0, 30.0, 5.0, 0.0]), None);
        assert_eq!(curves.extend(&[6.0, 1.0, 1.0, 1.0, 1.0, f32::NAN]), Some(5));
        assert_eq!(curves.points["a.loss"], [1.5, 5.5]);
        assert_eq!(curves.points["b.loss"], [20.0, 0.5]);
    }
}
