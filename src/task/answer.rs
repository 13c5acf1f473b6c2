//! Whether an answer fits its task: looked at once, before it is stored, since what is stored is believed for ever.
//!
//! An answer has the scalars, curves and tensors that its task promises and no others, as many points as were asked for,
//! and only numbers that the quantity can take. Of the tensors only the names are compared.

use std::collections::{BTreeMap, BTreeSet};

use super::command::Bounds;
use super::head_check::LATENT;
use super::heads::{EvaluateHeads, Head, Target, TrainHeads};
use super::names::{self, SECONDS_PER_STEP, STEP_SECONDS};
use super::outcome::{Ending, Outcome};
use super::recipe::Stop;
use super::{Probe, Split, Task};

/// How an answer does not fit its task.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// The seconds that the task took are none.
    #[error("it says that the task took {0} seconds")]
    Seconds(String),
    /// A number lies outside of what its quantity can be.
    #[error("{name} is {value}, which must be {range}")]
    Number {
        /// The scalar or curve.
        name: String,
        /// As answered.
        value: String,
        /// In words.
        range: &'static str,
    },
    /// Something that the task promises is not there.
    #[error("it has no {kind} `{name}`")]
    Missing {
        /// `scalar`, `curve` or `tensor`.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// Something is there that the task does not promise.
    #[error("it has a {kind} `{name}`, for which nobody asked")]
    Extra {
        /// `scalar`, `curve` or `tensor`.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// A curve has another number of points.
    #[error("the curve {name} has {found} points, {expected} were asked for")]
    Points {
        /// The curve.
        name: String,
        /// As answered.
        found: usize,
        /// In words.
        expected: String,
    },
    /// A mean is not that of what it is the mean of.
    #[error("{name} is {value}, but the mean of {curve} is {mean}")]
    Mean {
        /// The scalar.
        name: &'static str,
        /// As answered.
        value: String,
        /// The curve.
        curve: &'static str,
        /// Its mean.
        mean: String,
    },
    /// A task that cannot diverge says that it did, or at a step that it does not have.
    #[error("it says that the task diverged at step {0}, which it does not have")]
    Diverged(usize),
}

/// What numbers a quantity can have; all are finite.
#[derive(Clone, Copy)]
enum Range {
    Any,
    NotNegative,
    Fraction,
    Bounds(Bounds),
}

impl Range {
    fn check(self, name: &str, value: f64) -> Result<(), Misfit> {
        let (holds, range) = match self {
            Self::Any => (true, "a finite number"),
            Self::NotNegative => (value >= 0.0, "a finite number and not negative"),
            Self::Bounds(bounds) => (bounds.hold(value), "within the range that is declared"),
            Self::Fraction => ((0.0..=1.0).contains(&value), "a fraction, from 0 to 1"),
        };
        if holds && value.is_finite() {
            return Ok(());
        }
        Err(Misfit::Number { name: name.to_owned(), value: value.to_string(), range })
    }
}

/// Points of a curve.
#[derive(Clone, Copy)]
enum Points {
    Exactly(usize),
    /// How many depends on how many samples an epoch has.
    Between(usize, usize),
}

impl Points {
    fn most(self) -> usize {
        match self {
            Self::Exactly(points) | Self::Between(_, points) => points,
        }
    }

    fn check(self, name: &str, found: usize) -> Result<(), Misfit> {
        let (holds, expected) = match self {
            Self::Exactly(points) => (found == points, points.to_string()),
            Self::Between(least, most) => ((least..=most).contains(&found), format!("{least} to {most}")),
        };
        if holds { Ok(()) } else { Err(Misfit::Points { name: name.to_owned(), found, expected }) }
    }
}

/// What a task promises to answer.
#[derive(Default)]
struct Promise {
    scalars: BTreeMap<String, Range>,
    curves: BTreeMap<String, (Range, Points)>,
    tensors: BTreeSet<String>,
    /// The last step at which it can diverge; absent where it cannot.
    last_step: Option<usize>,
}

impl Promise {
    fn scalar(&mut self, name: String, range: Range) {
        self.scalars.insert(name, range);
    }

    fn curve(&mut self, name: impl Into<String>, range: Range, points: Points) {
        self.curves.insert(name.into(), (range, points));
    }

    fn tensor(&mut self, name: impl Into<String>) {
        self.tensors.insert(name.into());
    }

    fn probes(&mut self, probes: &[Probe]) {
        for probe in probes {
            match probe {
                Probe::Score { split } => {
                    self.scalar(names::accuracy(*split), Range::Fraction);
                    self.scalar(names::loss(*split), Range::NotNegative);
                }
                Probe::ClassMeans { split, .. } => self.tensor(names::class_means(*split)),
                Probe::Logits { split } => self.tensor(names::logits(*split)),
            }
        }
    }

    /// The scores of a model on one split.
    fn scores(&mut self, intervention: Option<&str>, split: Split, heads: &[Head], has_latents: bool) {
        for Head { name, target, .. } in heads {
            self.scalar(names::head_loss(intervention, split, name), Range::NotNegative);
            if *target == Target::Labels {
                self.scalar(names::head_error(intervention, split, name), Range::Fraction);
            }
        }
        if has_latents {
            self.scalar(names::head_loss(intervention, split, LATENT), Range::Any);
        }
    }

    fn train_heads(task: &TrainHeads) -> Self {
        let TrainHeads { heads, latents, scores, steps, every, .. } = task;
        let mut promise = Self { last_step: Some(*steps), ..Self::default() };
        let points = Points::Exactly(steps.checked_div(*every).unwrap_or_default());
        for Head { name, .. } in heads {
            promise.curve(names::head_curve(name), Range::NotNegative, points);
        }
        if !latents.is_empty() {
            promise.curve(names::head_curve(LATENT), Range::Any, points);
        }
        scores.iter().for_each(|split| promise.scores(None, *split, heads, !latents.is_empty()));
        promise.tensor(names::WEIGHTS);
        promise
    }

    fn evaluate_heads(task: &EvaluateHeads) -> Self {
        let EvaluateHeads { heads, latents, interventions, scores, values, .. } = task;
        let mut promise = Self { last_step: Some(0), ..Self::default() };
        for intervention in interventions {
            for split in scores {
                promise.scores(Some(&intervention.name), *split, heads, !latents.is_empty());
            }
        }
        if let Some(split) = values {
            promise.tensor(names::values(*split));
        }
        promise
    }

    fn of(task: &Task) -> Self {
        let mut promise = Self { last_step: Some(0), ..Self::default() };
        match task {
            Task::Train(train) => {
                let points = per_epoch(train.stop);
                promise.last_step = Some(usize::MAX);
                promise.curve(names::TRAIN_LOSS, Range::NotNegative, points);
                for split in &train.curves {
                    promise.curve(names::accuracy(*split), Range::Fraction, points);
                    promise.curve(names::loss_after_epoch(*split), Range::NotNegative, points);
                }
                promise.probes(&train.probes);
                promise.tensor(names::WEIGHTS);
            }
            Task::Evaluate(evaluate) => promise.probes(&evaluate.probes),
            Task::EvaluateSlice(evaluate) => promise.probes(&evaluate.probes),
            Task::FitSequence(fit) => {
                promise.last_step = Some(usize::MAX);
                promise.curve(names::TRAIN_LOSS, Range::NotNegative, Points::Exactly(fit.recipe.epochs));
                promise.tensor(names::WEIGHTS);
            }
            Task::PredictSequence(predict) => {
                promise.curve(names::PREDICTIONS, Range::Fraction, Points::Exactly(predict.sequences.len()));
            }
            Task::TrainHeads(train) => promise = Self::train_heads(train),
            Task::EvaluateHeads(evaluate) => promise = Self::evaluate_heads(evaluate),
            Task::Generate(_) => promise.tensor(names::GENERATED),
            Task::TrainPaths(train) => {
                promise.last_step = Some(usize::MAX);
                promise.curve(names::TRAIN_LOSS, Range::NotNegative, per_epoch(train.stop));
                promise.tensor(names::WEIGHTS);
            }
            Task::Time(time) => {
                promise.last_step = None;
                promise.curve(STEP_SECONDS, Range::NotNegative, Points::Exactly(time.steps));
                promise.scalar(SECONDS_PER_STEP.to_owned(), Range::NotNegative);
            }
            Task::Command(command) => {
                promise.last_step = None;
                for (name, bounds) in &command.columns {
                    promise.curve(name, Range::Bounds(*bounds), Points::Between(1, usize::MAX));
                }
            }
            Task::Latency(latency) => {
                promise.last_step = None;
                promise.curve(names::PASS_SECONDS, Range::NotNegative, Points::Exactly(latency.networks.len()));
            }
        }
        promise
    }
}

/// Points of a curve with one per epoch that was begun.
fn per_epoch(stop: Stop) -> Points {
    match stop {
        Stop::Epochs(epochs) => Points::Exactly(epochs),
        Stop::Steps(steps) => Points::Between(steps.min(1), steps),
    }
}

impl Task {
    /// The first way in which an answer, which took `cpu_seconds`, does not fit this task.
    pub fn check_answer(&self, outcome: &Outcome, cpu_seconds: f64) -> Result<(), Misfit> {
        if !(cpu_seconds.is_finite() && cpu_seconds >= 0.0) {
            return Err(Misfit::Seconds(cpu_seconds.to_string()));
        }
        let promise = Promise::of(self);
        match outcome.ending {
            Ending::Completed => check_completed(&promise, outcome)?,
            Ending::Diverged { step } => check_diverged(&promise, outcome, step)?,
        }
        if let (Self::Time(_), Some(seconds)) = (self, outcome.curves.get(STEP_SECONDS)) {
            check_mean(seconds, outcome)?;
        }
        Ok(())
    }
}

fn check_completed(promise: &Promise, outcome: &Outcome) -> Result<(), Misfit> {
    same_names("scalar", promise.scalars.keys(), outcome.scalars.keys())?;
    same_names("curve", promise.curves.keys(), outcome.curves.keys())?;
    same_names("tensor", promise.tensors.iter(), outcome.tensors.keys())?;
    outcome.scalars.iter().try_for_each(|(name, value)| promise.scalars[name].check(name, *value))?;
    outcome.curves.iter().try_for_each(|(name, values)| {
        let (range, points) = promise.curves[name];
        points.check(name, values.len())?;
        values.iter().try_for_each(|value| range.check(name, *value))
    })
}

/// Curves hold what came before, where there was a before; there is nothing else.
fn check_diverged(promise: &Promise, outcome: &Outcome, step: usize) -> Result<(), Misfit> {
    if promise.last_step.is_none_or(|last| step > last) {
        return Err(Misfit::Diverged(step));
    }
    let none = || std::iter::empty::<&String>();
    same_names("scalar", none(), outcome.scalars.keys())?;
    same_names("tensor", none(), outcome.tensors.keys())?;
    for (name, values) in &outcome.curves {
        let Some((range, points)) = promise.curves.get(name).filter(|_| promise.last_step != Some(0)) else {
            return Err(Misfit::Extra { kind: "curve", name: name.clone() });
        };
        Points::Between(0, points.most()).check(name, values.len())?;
        values.iter().try_for_each(|value| range.check(name, *value))?;
    }
    Ok(())
}

/// The mean of the timed steps, as the worker takes it.
fn check_mean(seconds: &[f64], outcome: &Outcome) -> Result<(), Misfit> {
    let mean = seconds.iter().sum::<f64>() / seconds.len() as f64;
    match outcome.scalars.get(SECONDS_PER_STEP) {
        Some(value) if *value != mean => Err(Misfit::Mean {
            name: SECONDS_PER_STEP,
            value: value.to_string(),
            curve: STEP_SECONDS,
            mean: mean.to_string(),
        }),
        Some(_) | None => Ok(()),
    }
}

fn same_names<'n>(
    kind: &'static str,
    promised: impl Iterator<Item = &'n String>,
    found: impl Iterator<Item = &'n String>,
) -> Result<(), Misfit> {
    let (promised, found): (BTreeSet<&String>, BTreeSet<&String>) = (promised.collect(), found.collect());
    if let Some(name) = promised.difference(&found).next() {
        return Err(Misfit::Missing { kind, name: (*name).clone() });
    }
    match found.difference(&promised).next() {
        Some(name) => Err(Misfit::Extra { kind, name: (*name).clone() }),
        None => Ok(()),
    }
}
