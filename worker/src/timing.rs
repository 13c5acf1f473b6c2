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
use crate::parameters::Parameters;
use crate::stopwatch::Stopwatch;
use crate::train::{Plan, Steps, check, order};

/// Seconds of each timed step of the task: `task.steps` of them, after `task.warm_up` that are not timed.
///
/// A step is what `train::Steps::step` does: gathering the batch, forward and backward pass, update of the weights.
pub fn time(task: &Time, samples: &Samples, device: Device) -> Result<Vec<f64>> {
    ensure!(task.steps > 0, "steps must be at least 1: there is no mean of nothing");
    check(&task.network, &task.recipe, samples)?;
    let total = task.warm_up.checked_add(task.steps).context("more steps than can be counted")?;
    let plan = Plan::new(task.recipe.batch_size, Stop::Steps(total), samples.part(Split::Train).len());
    let mut parameters = Parameters::fresh(&task.network, &task.seed, device)?;
    let module = Module::new(&task.network, &parameters)?;
    let mut steps = Steps::new(&task.network, &task.recipe, plan.total_steps, &module, &parameters)?;
    let mut seconds = Vec::new();
    for epoch in 0..plan.epochs {
        let order = order(task.seed, samples, epoch)?;
        let mut start = 0;
        for size in plan.batches(epoch) {
            let batch = order.f_narrow(0, start, size as i64)?;
            start += size as i64;
            let clock = Stopwatch::start(device);
            let _ = steps.step(samples, &batch, &mut parameters)?;
            seconds.push(clock.seconds());
        }
    }
    Ok(seconds.split_off(task.warm_up))
}
