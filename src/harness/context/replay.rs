//! `ReplayContext`: a study's context on finished results alone, for reports.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::workbench::{Observed, Used, lock, trial_name};
use crate::base::digest::Digest;
use crate::data::locate::Locations;
use crate::data::{load, registry};
use crate::harness::store::{Address, Identity, Key, Records, WorkerIdentity};
use crate::harness::study::{Context, Step, Training};
use crate::harness::timing::TimeSource;
use crate::report::page::Clock;
use crate::task::outcome::Outcome;
use crate::task::{DataChoice, SplitChoice, Task};

/// The context of one study without workers: a trial that is not there is an error, a value is computed again.
pub struct ReplayContext<'a> {
    records: &'a dyn Records,
    worker: &'a WorkerIdentity,
    data: &'a Locations,
    used: Used,
    observed: Observed,
    time: TimeSource,
}

impl<'a> ReplayContext<'a> {
    /// A context on `records`, whose trials were computed by `worker`.
    pub fn new(records: &'a dyn Records, worker: &'a WorkerIdentity, data: &'a Locations) -> Self {
        let time = TimeSource::Unstated(Clock::CostModel);
        Self { records, worker, data, used: Used::default(), observed: Observed::default(), time }
    }

    /// The same with training times from `time`; without it there are none.
    pub fn timed_by(self, time: TimeSource) -> Self {
        Self { time, ..self }
    }

    /// Keys of all steps that the study used so far and that were there.
    pub fn used(&self) -> BTreeSet<Key> {
        lock(&self.used).clone()
    }

    /// Digests of the measured times among them, by key.
    pub fn observed(&self) -> BTreeMap<Key, Digest> {
        lock(&self.observed).clone()
    }
}

impl Context for ReplayContext<'_> {
    fn outcomes(&self, tasks: &[Task]) -> Result<Vec<Outcome>> {
        let mut outcomes = Vec::with_capacity(tasks.len());
        let mut missing = Vec::new();
        for task in tasks {
            let address: Address = Identity::of_task(task, self.worker)?.address()?;
            let record = self.records.find(&address)?;
            match record.as_ref().and_then(|record| Some((record, record.outcome()?))) {
                Some((record, outcome)) => {
                    lock(&self.used).insert(address.key());
                    if record.is_observed_time() {
                        lock(&self.observed).insert(address.key(), Digest::of_value(outcome)?);
                    }
                    outcomes.push(outcome.clone());
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
        Ok(outcomes)
    }

    fn training_seconds(&self, trainings: &[Training]) -> Result<Vec<f64>> {
        self.time.training_seconds(self, trainings)
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
        Ok(registry::choice(name, split)?)
    }

    fn table(&self, name: &str) -> Result<String> {
        Ok(load::table(name, self.data)?)
    }
}
