//! Times training steps of a network: the same steps as those of a training, with a clock beside each.
//!
//! Process CPU time on a CPU, which other processes disturb least; on a GPU wall time between two synchronisations, since
//! the host's own time says nothing of the device's.

use anyhow::{Context as _, Result, ensure};
use renas_data::split::Split;
use renas_task::Time;
use renas_task::recipe::Stop;
use tch::Device;

use crate::data::Samples;
use crate::module::Module;
use crate::optimizer::Optimizer;
use crate::parameters::Parameters;
use crate::stopwatch::Stopwatch;
use crate::train::{Plan, check, order, step};

/// Seconds of each timed step of the task: `task.steps` of them, after `task.warm_up` that are not timed.
///
/// A step is what `train::step` does: gathering the batch, forward and backward pass, update of the weights.
pub fn time(task: &Time, samples: &Samples, device: Device) -> Result<Vec<f64>> {
    ensure!(task.steps > 0, "steps must be at least 1: there is no mean of nothing");
    check(&task.network, &task.recipe, samples)?;
    let total = task.warm_up.checked_add(task.steps).context("more steps than can be counted")?;
    let plan = Plan::new(task.recipe.batch_size, Stop::Steps(total), samples.part(Split::Train).len());
    let mut parameters = Parameters::fresh(&task.network, &task.seed, device)?;
    let module = Module::new(&task.network, &parameters)?;
    let mut optimizer =
        Optimizer::new(&task.recipe.optimizer, &task.recipe.schedule, plan.total_steps, &parameters.flat)?;
    let gradient = parameters.flat.f_zeros_like()?;
    let mut seconds = Vec::new();
    for epoch in 0..plan.epochs {
        let order = order(task.seed, samples, epoch)?;
        let mut start = 0;
        for size in plan.batches(epoch) {
            let batch = order.f_narrow(0, start, size as i64)?;
            start += size as i64;
            let clock = Stopwatch::start(device);
            let _ = step(task.recipe.loss, samples, &batch, &module, &mut parameters, &mut optimizer, &gradient)?;
            seconds.push(clock.seconds());
        }
    }
    Ok(seconds.split_off(task.warm_up))
}
