//! `LiveContext`: a study's context on a store with workers.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use super::RunContext;
use super::run_context::{Observed, Used, outcome_of, seconds_of, trial_name};
use crate::event::{Event, Source};
use crate::executor::{ExecuteError, Job};
use crate::store::{Address, Answer, Identity, Key, Record, Scratch, StepResult};
use crate::study::{Context, Inference, Step, Training};
use crate::timing::TimeSource;
use renas_base::digest::Digest;
use renas_base::files::shown;
use renas_base::parallel::{self, lock, unlocked};
use renas_data::load;
use renas_report::page::Clock;
use renas_task::outcome::Outcome;
use renas_task::{DataChoice, SplitChoice, Task};

/// The context of one study: hits from the store, misses computed in parallel and committed.
pub struct LiveContext<'a> {
    run: &'a RunContext<'a>,
    study: String,
    used: Used,
    observed: Observed,
    time: TimeSource,
}

/// A trial that is not in the store yet.
struct Missing<'a> {
    /// Position of the first task that asks for it.
    position: usize,
    address: Address,
    task: &'a Task,
    /// Somebody else was computing it when it was last looked at.
    is_deferred: bool,
    /// An observer was told that it is waited for.
    is_told: bool,
}

/// A computed trial whose files still lie in scratch.
pub(super) struct Computed {
    pub(super) record: Record,
    pub(super) files: BTreeMap<Digest, PathBuf>,
    _scratch: Scratch,
}

impl<'a> LiveContext<'a> {
    pub(super) fn new(run: &'a RunContext<'a>, study: &str) -> Self {
        let time = TimeSource::Unstated(Clock::CostModel);
        Self { run, study: study.to_owned(), used: Used::default(), observed: Observed::default(), time }
    }

    /// The same with times from `time`; without it there are none.
    pub fn timed_by(self, time: TimeSource) -> Self {
        Self { time, ..self }
    }

    /// Keys of all steps that the study used so far: worker tasks and memoised values.
    pub fn used(&self) -> BTreeSet<Key> {
        lock(&self.used).clone()
    }

    /// Digests of the measured times among them, and of what was seen while those trials were computed whose seconds the
    /// study asked for, by key.
    pub fn observed(&self) -> BTreeMap<Key, Digest> {
        lock(&self.observed).clone()
    }

    /// Note a trial as used; it is told the first time, unless it only timed another one.
    fn note(&self, address: &Address, record: &Record, source: Source) {
        if lock(&self.used).insert(address.key()) && !record.is_observed_time() {
            self.run.observer.event(&Event::TrialFinished {
                study: self.study.clone(),
                trial: trial_name(address),
                source,
                cpu_seconds: record.cpu_seconds(),
            });
        }
    }

    /// Compute trials, as many at a time as there are workers; the first error (by position) ends it.
    fn compute_all(&self, missing: Vec<Missing>, found: &Mutex<BTreeMap<Key, Arc<Record>>>) -> Result<()> {
        // One more than workers, so that no worker waits while a result is hashed and synced.
        let threads = missing.len().min(self.run.executor.jobs() + 1);
        let queue = Mutex::new(VecDeque::from(missing));
        let failure: Mutex<Option<(usize, anyhow::Error)>> = Mutex::new(None);
        parallel::together(threads, || {
            while let Some(mut next) = take(&queue, &failure) {
                match self.compute_or_defer(&mut next) {
                    Ok(Some(record)) => drop(lock(found).insert(next.address.key(), record)),
                    Ok(None) => lock(&queue).push_back(next),
                    Err(error) => {
                        let mut failure = lock(&failure);
                        if failure.as_ref().is_none_or(|(position, _)| next.position < *position) {
                            *failure = Some((next.position, error));
                        }
                    }
                }
            }
        });
        match unlocked(failure) {
            Some((_, error)) => Err(error),
            None => Ok(()),
        }
    }

    /// Compute a trial, or put it off while somebody else computes it.
    fn compute_or_defer(&self, missing: &mut Missing) -> Result<Option<Arc<Record>>> {
        if self.run.executor.is_cancelled() {
            return Err(ExecuteError::Cancelled.into());
        }
        let Some(_lock) = self.run.store.try_lock(missing.address.key())? else {
            if missing.is_deferred {
                if !std::mem::replace(&mut missing.is_told, true) {
                    let (study, trial) = (self.study.clone(), trial_name(&missing.address));
                    self.run.observer.event(&Event::Waiting { study, trial });
                }
                self.run.pause()?;
            }
            missing.is_deferred = true;
            return Ok(None);
        };
        if let Some(record) = self.run.find_answer_or_clear(&missing.address, missing.task)? {
            self.note(&missing.address, &record, self.run.source(missing.address.key()));
            return Ok(Some(record));
        }
        let computed = self.run.compute(&missing.address, missing.task)?;
        let key = self.run.store.commit(&computed.record, &computed.files)?;
        let record = self.run.keep(key, computed.record);
        self.note(&missing.address, &record, Source::Worker);
        Ok(Some(record))
    }
}

/// The next trial to compute; nothing once one has failed.
fn take<'t>(
    queue: &Mutex<VecDeque<Missing<'t>>>,
    failure: &Mutex<Option<(usize, anyhow::Error)>>,
) -> Option<Missing<'t>> {
    if lock(failure).is_some() {
        return None;
    }
    lock(queue).pop_front()
}

impl RunContext<'_> {
    /// Have a trial computed; nothing is stored yet.
    pub(super) fn compute(&self, address: &Address, task: &Task) -> Result<Computed> {
        let trial = trial_name(address);
        if let Some(data) = task.data() {
            self.verify_data(&data.name)?;
        }
        let mut objects = BTreeMap::new();
        for digest in task.objects() {
            self.object(&digest).with_context(|| format!("{trial}: what it reads"))?;
            objects.insert(digest, absolute(self.store.object_path(&digest))?);
        }
        let scratch = self.store.scratch()?;
        let out = absolute(scratch.path().to_owned())?;
        let job = Job { trial: &trial, task, objects: &objects, out: &out };
        let answer = self.executor.execute(job, self.observer)?;
        // What is stored is believed for ever.
        if let Err(misfit) = task.check_answer(&answer.outcome, answer.observation.cpu_seconds) {
            let trial = trial.clone();
            return Err(ExecuteError::Misfit { trial, misfit }.into());
        }
        let mut files = BTreeMap::new();
        for (name, digest) in &answer.outcome.tensors {
            if name.contains('/') {
                bail!("{trial}: the worker named a tensor object `{name}`: it must be a plain file name");
            }
            files.insert(*digest, scratch.path().join(format!("{name}.safetensors")));
        }
        let record = Record {
            identity: address.identity().clone(),
            result: StepResult::Outcome(answer.outcome),
            observation: Some(answer.observation),
        };
        Ok(Computed { record, files, _scratch: scratch })
    }
}

/// Workers may run in another folder.
fn absolute(path: PathBuf) -> Result<PathBuf> {
    let path = std::path::absolute(&path).with_context(|| format!("cannot find where {} is", path.display()))?;
    // Requests are JSON text.
    let is_text = path.to_str().is_some();
    ensure!(
        is_text,
        "{} has a name that is not UTF-8 text: work in another folder, or name one with --store",
        shown(&path)
    );
    Ok(path)
}

impl LiveContext<'_> {
    /// The records of tasks, in the order asked: hits from the store, told if so asked, misses computed in parallel and
    /// stored.
    fn records(&self, tasks: &[Task], tell_hits: bool) -> Result<Vec<(Address, Arc<Record>)>> {
        let addresses: Vec<Address> = tasks.iter().map(|task| self.run.address(task)).collect::<Result<_, _>>()?;
        let found = Mutex::new(BTreeMap::new());
        let mut missing = Vec::new();
        let mut seen = BTreeSet::new();
        for (position, (address, task)) in addresses.iter().zip(tasks).enumerate() {
            if !seen.insert(address.key()) {
                continue;
            }
            if let Some(record) = self.run.find_answer(address, task)? {
                if tell_hits {
                    self.note(address, &record, self.run.source(address.key()));
                } else {
                    lock(&self.used).insert(address.key());
                }
                lock(&found).insert(address.key(), record);
            } else {
                let address = address.clone();
                missing.push(Missing { position, address, task, is_deferred: false, is_told: false });
            }
        }
        self.compute_all(missing, &found)?;
        let found = lock(&found);
        let record = |address: Address| {
            let record = Arc::clone(&found[&address.key()]);
            self.run.remember_maker(&address, &record);
            (address, record)
        };
        Ok(addresses.into_iter().map(record).collect())
    }
}

impl Context for LiveContext<'_> {
    fn outcomes(&self, tasks: &[Task]) -> Result<Vec<Outcome>> {
        let records = self.records(tasks, true)?;
        let answer = |record: &Record| Answer { result: record.result.clone(), observation: None };
        records.iter().map(|(address, record)| outcome_of(address, answer(record), &self.observed)).collect()
    }

    fn training_seconds(&self, trainings: &[Training]) -> Result<Vec<f64>> {
        self.time.training_seconds(self, self.run.data, trainings)
    }

    fn latencies(&self, inferences: &[Inference]) -> Result<Vec<Vec<f64>>> {
        self.time.latencies(self, inferences)
    }

    fn spent_seconds(&self, tasks: &[Task]) -> Result<Option<Vec<f64>>> {
        if !self.time.is_measured()? {
            return Ok(None);
        }
        // What others had computed is looked up: it is no trial of this study that an observer would count.
        let records = self.records(tasks, false)?;
        let seconds = |(address, record): &(Address, Arc<Record>)| {
            seconds_of(address, (&record.result, record.observation.as_ref()), &self.observed)
        };
        records.iter().map(seconds).collect::<Result<_>>().map(Some)
    }

    fn memoize_value(&self, step: Step, inputs: Value, compute: &mut dyn FnMut() -> Result<Value>) -> Result<Value> {
        let address = Identity::new(step.name, step.version, &inputs)?.address();
        let record = match self.run.find(&address)? {
            Some(record) => record,
            None => {
                let _lock = self.run.lock(address.key(), || {})?;
                match self.run.find_or_clear(&address)? {
                    Some(record) => record,
                    None => {
                        let result = StepResult::Value(compute()?);
                        let identity = address.identity().clone();
                        self.run.commit(Record { identity, result, observation: None })?
                    }
                }
            }
        };
        lock(&self.used).insert(address.key());
        let value = record.value().cloned();
        value.with_context(|| format!("step {}: its record holds an outcome instead of a value", step.name))
    }

    fn object(&self, digest: &Digest) -> Result<Vec<u8>> {
        self.run.object(digest)
    }

    fn data(&self, name: &str, split: SplitChoice) -> Result<DataChoice> {
        Ok(self.run.data.choice(name, split)?)
    }

    fn table(&self, name: &str) -> Result<String> {
        Ok(load::table(name, self.run.data)?)
    }

    fn files(&self, name: &str) -> Result<Vec<Vec<u8>>> {
        Ok(load::files(name, self.run.data)?)
    }
}
