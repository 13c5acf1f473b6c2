//! Seconds of trainings and of forward passes, by the profile's clock: computed from a cost model, or measured once and
//! remembered.
//!
//! Papers ask for times and are answered; which clock answers, they cannot see. What a cost model says is synthetic, exact
//! and the same everywhere. What is measured is an observation: stored like any trial, replayed ever after, promised by
//! no lock file.

use anyhow::{Error, Result, anyhow, bail};
use serde_json::{Value, json};

use super::manifest::model::ProfileSettings;
use super::study::Context;
pub use super::timed::{Inference, Timing, Training};
use renas_data::registry::Registry;
use renas_data::split;
use renas_network::cost::{CostModel, pass_seconds, step_seconds};
use renas_report::page::Clock;
use renas_task::latency::Latency;
use renas_task::outcome::Outcome;
use renas_task::{DataChoice, Task, Time};

/// Where times come from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TimeSource {
    /// The cost of the network.
    CostModel(CostModel),
    /// The machine.
    Measured(Timing),
    /// The profile names this clock, and nothing of how it reckons: asking for a time is an error.
    Unstated(Clock),
}

impl TimeSource {
    /// What the manifest says for a profile.
    pub fn of(settings: &ProfileSettings) -> Self {
        match (settings.clock, settings.cost_model, settings.timing) {
            (Clock::CostModel, Some(model), _) => Self::CostModel(model),
            (Clock::Measured, _, Some(timing)) => Self::Measured(timing),
            (clock, _, _) => Self::Unstated(clock),
        }
    }

    /// Its part of the identity of a study; absent where no study can ask for a time.
    pub fn identity(&self) -> Option<Value> {
        match self {
            Self::CostModel(model) => Some(json!({ "cost_model": model })),
            Self::Measured(timing) => Some(json!({ "timing": timing })),
            Self::Unstated(_) => None,
        }
    }

    /// Seconds of each training, in the order asked: optimiser steps times seconds of one; `context` has networks
    /// timed, `data` knows how many samples there are.
    ///
    /// The smaller batch at the end of an epoch counts as a whole one under the cost model, and is among the measured
    /// ones where the timed steps reach that far.
    pub fn training_seconds(&self, context: &dyn Context, data: &Registry, trainings: &[Training]) -> Result<Vec<f64>> {
        let mut sizes = Sizes { data, last: None };
        let sizes: Vec<Size> = trainings.iter().map(|training| sizes.of(training)).collect::<Result<_>>()?;
        let per_step: Vec<f64> = match self {
            Self::CostModel(model) => {
                let seconds = |(training, size): (&Training, &Size)| step_seconds(&training.network, size.batch, model);
                trainings.iter().zip(&sizes).map(seconds).collect::<Result<_, _>>()?
            }
            Self::Measured(timing) => measured(context, timing, trainings)?,
            Self::Unstated(clock) => return Err(unstated(*clock)),
        };
        Ok(per_step.iter().zip(&sizes).map(|(seconds, size)| seconds * size.steps as f64).collect())
    }

    /// Seconds of one forward pass of a batch, in the order asked: for each inference one number per network.
    ///
    /// Under the cost model what a pass costs (`network::cost::pass_seconds`): the overhead of every node once, and the rest
    /// of one pass divided by the threads; numerics have no effect. Measured ones are medians of `Latency` tasks. Errors
    /// where there is nothing to time, the same under both clocks.
    pub fn latencies(&self, context: &dyn Context, inferences: &[Inference]) -> Result<Vec<Vec<f64>>> {
        match self {
            Self::CostModel(model) => {
                let seconds = |inference: &Inference| {
                    inference.task(&Timing { warm_up: 0, steps: 1 }).check()?;
                    let Inference { networks, batch_size, threads, .. } = inference;
                    let seconds = |network| Ok(pass_seconds(network, *batch_size, *threads, model)?);
                    networks.iter().map(seconds).collect()
                };
                inferences.iter().map(seconds).collect()
            }
            Self::Measured(timing) => {
                let tasks: Vec<Latency> = inferences.iter().map(|inference| inference.task(timing)).collect();
                tasks.iter().try_for_each(Latency::check)?;
                let tasks: Vec<Task> = tasks.into_iter().map(Task::Latency).collect();
                let outcomes = context.outcomes(&tasks)?;
                let of = |(inference, outcome): (&Inference, &Outcome)| {
                    Ok(outcome.pass_seconds(inference.networks.len())?.to_vec())
                };
                inferences.iter().zip(&outcomes).map(of).collect()
            }
            Self::Unstated(clock) => Err(unstated(*clock)),
        }
    }

    /// Whether device seconds that tasks took count: not under a cost model, whose results repeat byte for byte. Errors
    /// where the manifest does not say how the clock reckons, since keys of studies then do not tell the clocks apart.
    pub fn is_measured(&self) -> Result<bool> {
        match self {
            Self::CostModel(_) => Ok(false),
            Self::Measured(_) => Ok(true),
            Self::Unstated(clock) => Err(unstated(*clock)),
        }
    }
}

/// A time is asked for of a profile that says too little.
fn unstated(clock: Clock) -> Error {
    match clock {
        Clock::CostModel => anyhow!(
            "a time is asked for, but the manifest does not say what it is computed from: add `cost_model: \
             {{overhead_seconds: .., multiply_adds_per_second: .., bytes_per_second: ..}}` to the profile, beside `clock: \
             cost_model`"
        ),
        Clock::Measured => anyhow!(
            "a time is asked for, but the manifest does not say how networks are timed: add `timing: {{warm_up: .., steps: \
             ..}}` to the profile, beside `clock: measured`"
        ),
        Clock::Unused => anyhow!("a time is asked for, and an experiment that is declared takes none"),
    }
}

/// Measured seconds of one step of each training.
fn measured(context: &dyn Context, timing: &Timing, trainings: &[Training]) -> Result<Vec<f64>> {
    let task = |training: &Training| {
        let Training { network, data, recipe, epochs: _, seed } = training.clone();
        Task::Time(Time { network, data, recipe, seed, warm_up: timing.warm_up, steps: timing.steps })
    };
    let tasks: Vec<Task> = trainings.iter().map(task).collect();
    context.outcomes(&tasks)?.iter().map(|outcome| Ok(outcome.seconds_per_step()?)).collect()
}

/// The size of a training.
#[derive(Clone, Copy)]
struct Size {
    /// Optimiser steps.
    steps: usize,
    /// Samples of one.
    batch: usize,
}

/// Sizes of trainings; most of those asked for together read the same samples, which are counted once.
struct Sizes<'t> {
    data: &'t Registry,
    last: Option<(&'t DataChoice, usize)>,
}

impl<'t> Sizes<'t> {
    fn of(&mut self, training: &'t Training) -> Result<Size> {
        let samples = match self.last {
            Some((data, samples)) if *data == training.data => samples,
            _ => {
                let sizes = self.data.images(&training.data.name)?.sizes;
                split::indices(&training.data.split, sizes)?.train.len()
            }
        };
        self.last = Some((&training.data, samples));
        let batch = training.recipe.batch_size;
        if batch == 0 || samples == 0 {
            bail!("a training of {samples} samples in batches of {batch} takes no time: it cannot be");
        }
        Ok(Size { steps: training.epochs * samples.div_ceil(batch), batch: batch.min(samples) })
    }
}
