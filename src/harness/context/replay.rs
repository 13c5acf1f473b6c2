//! `ReplayContext`: a study's context on finished results alone, for reports.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::run_context::{Observed, Used, lock, outcome_of, seconds_of, trial_name};
use crate::store::{Address, Identity, Key, Record, Records, WorkerIdentity};
use crate::study::{Context, Inference, Step, Training};
use crate::timing::TimeSource;
use renas_base::digest::Digest;
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

impl ReplayContext<'_> {
    /// The records of tasks, in the order asked, all with outcomes.
    fn records(&self, tasks: &[Task]) -> Result<Vec<(Address, Arc<Record>)>> {
        let mut records = Vec::with_capacity(tasks.len());
        let mut missing = Vec::new();
        for task in tasks {
            let address: Address = Identity::of_task(task, self.worker)?.address()?;
            match self.records.find(&address)?.filter(|record| record.outcome().is_some()) {
                Some(record) => {
                    lock(&self.used).insert(address.key());
                    records.push((address, record));
                }
                None => missing.push(trial_name(&address)),
            }
        }
        if let Some(first) = missing.first() {
            let WorkerIdentity { numerics, device, libtorch } = self.worker;
            bail!(
                "{}: {} of {} trials are not there, the first is `{first}` (numerics {numerics}, {device}, libtorch \
                 {libtorch}): `renas run` computes them",
                self.records.source().display(),
                missing.len(),
                tasks.len(),
            );
        }
        Ok(records)
    }
}

impl Context for ReplayContext<'_> {
    fn outcomes(&self, tasks: &[Task]) -> Result<Vec<Outcome>> {
        let records = self.records(tasks)?;
        records.iter().map(|(address, record)| outcome_of(address, record, &self.observed)).collect()
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
        let records = self.records(tasks)?;
        let seconds = records.iter().map(|(address, record)| seconds_of(address, record, &self.observed));
        let source = || self.records.source().display().to_string();
        seconds.collect::<Result<_>>().map(Some).with_context(source)
    }

    fn memoize_value(&self, step: Step, inputs: Value, compute: &mut dyn FnMut() -> Result<Value>) -> Result<Value> {
        let identity = Identity { step: step.name.to_owned(), version: step.version, inputs, worker: None };
        let address = identity.address()?;
        match self.records.find(&address)?.as_ref().and_then(|record| record.value()) {
            Some(value) => {
                lock(&self.used).insert(address.key());
                Ok(value.clone())
            }
            None => compute().with_context(|| {
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
}
