//! `ReplayContext`: a study's context on finished results alone, for reports.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::run_context::{Observed, Used, outcome_of, seconds_of, trial_name};
use crate::store::{Address, Answer, Identity, Key, Records, StepResult, WorkerIdentity};
use crate::study::{Context, Inference, Step, Training};
use crate::timing::TimeSource;
use renas_base::digest::Digest;
use renas_base::parallel::lock;
use renas_data::load;
use renas_data::registry::Registry;
use renas_report::page::Clock;
use renas_task::outcome::Outcome;
use renas_task::{DataChoice, SplitChoice, Task};

/// The context of one study without workers: a trial that is not there is an error, a value is computed again.
pub struct ReplayContext<'a> {
    records: &'a dyn Records,
    worker: &'a WorkerIdentity,
    data: &'a Registry,
    used: Used,
    observed: Observed,
    time: TimeSource,
}

impl<'a> ReplayContext<'a> {
    /// A context on `records`, whose trials were computed by `worker`.
    pub fn new(records: &'a dyn Records, worker: &'a WorkerIdentity, data: &'a Registry) -> Self {
        let time = TimeSource::Unstated(Clock::CostModel);
        Self { records, worker, data, used: Used::default(), observed: Observed::default(), time }
    }

    /// The same with times from `time`; without it there are none.
    pub fn timed_by(self, time: TimeSource) -> Self {
        Self { time, ..self }
    }

    /// Keys of all steps that the study used so far and that were there.
    pub fn used(&self) -> BTreeSet<Key> {
        lock(&self.used).clone()
    }

    /// Digests of the measured times among them, and of what was seen while those trials were computed whose seconds the
    /// study asked for, by key.
    pub fn observed(&self) -> BTreeMap<Key, Digest> {
        lock(&self.observed).clone()
    }
}

/// Trials that a study asked for are not among the records.
#[derive(Debug, thiserror::Error)]
#[error(
    "{}: {missing} of {asked} trials are not there, the first is `{first}` (numerics {}, {}, libtorch {}): `renas run` \
     computes them",
    records.display(), worker.numerics, worker.device, worker.libtorch
)]
pub struct MissingTrials {
    /// Where they were looked for.
    records: PathBuf,
    missing: usize,
    asked: usize,
    first: String,
    worker: WorkerIdentity,
}

impl ReplayContext<'_> {
    /// Something of the answer to each task, in the order asked, all of which have outcomes.
    fn answers<T>(&self, tasks: &[Task], read: impl Fn(&Address, Answer) -> Result<T>) -> Result<Vec<T>> {
        let mut answers = Vec::with_capacity(tasks.len());
        let mut missing = Vec::new();
        for task in tasks {
            let address: Address = Identity::of_task(task, self.worker)?.address();
            match self.records.find(&address)?.filter(|answer| answer.result.outcome().is_some()) {
                Some(answer) => {
                    lock(&self.used).insert(address.key());
                    // What nobody will see is not read.
                    if missing.is_empty() {
                        answers.push(read(&address, answer));
                    }
                }
                None => missing.push(trial_name(&address)),
            }
        }
        if let Some(first) = missing.first() {
            return Err(MissingTrials {
                records: self.records.source().to_owned(),
                missing: missing.len(),
                asked: tasks.len(),
                first: first.clone(),
                worker: self.worker.clone(),
            }
            .into());
        }
        answers.into_iter().collect()
    }
}

impl Context for ReplayContext<'_> {
    fn outcomes(&self, tasks: &[Task]) -> Result<Vec<Outcome>> {
        self.answers(tasks, |address, answer| outcome_of(address, answer, &self.observed))
    }

    fn training_seconds(&self, trainings: &[Training]) -> Result<Vec<f64>> {
        self.time.training_seconds(self, self.data, trainings)
    }

    fn latencies(&self, inferences: &[Inference]) -> Result<Vec<Vec<f64>>> {
        self.time.latencies(self, inferences)
    }

    fn spent_seconds(&self, tasks: &[Task]) -> Result<Option<Vec<f64>>> {
        if !self.time.is_measured()? {
            return Ok(None);
        }
        let source = self.records.source().display();
        let seconds = |address: &Address, answer: Answer| {
            let answer = (&answer.result, answer.observation.as_ref());
            seconds_of(address, answer, &self.observed).with_context(|| source.to_string())
        };
        self.answers(tasks, seconds).map(Some)
    }

    fn memoize_value(&self, step: Step, inputs: Value, compute: &mut dyn FnMut() -> Result<Value>) -> Result<Value> {
        let address = Identity::new(step.name, step.version, &inputs)?.address();
        match self.records.find(&address)?.map(|answer| answer.result) {
            Some(StepResult::Value(value)) => {
                lock(&self.used).insert(address.key());
                Ok(value)
            }
            Some(StepResult::Outcome(_)) | None => compute().with_context(|| {
                let source = self.records.source().display();
                format!("{source} has no result of step {}, and it cannot be computed from what is there", step.name)
            }),
        }
    }

    fn object(&self, digest: &Digest) -> Result<Vec<u8>> {
        Ok(self.records.object(digest)?)
    }

    fn data(&self, name: &str, split: SplitChoice) -> Result<DataChoice> {
        Ok(self.data.choice(name, split)?)
    }

    fn table(&self, name: &str) -> Result<String> {
        Ok(load::table(name, self.data)?)
    }

    fn files(&self, name: &str) -> Result<Vec<Vec<u8>>> {
        Ok(load::files(name, self.data)?)
    }
}
