//! What the studies of one run share: the store, the workers, and what was already read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::LiveContext;
use crate::event::{Event, Observer, Source};
use crate::executor::{Execute, ExecuteError};
use crate::resume::Resume;
use crate::store::{
    Address, Answer, Identity, Key, Observation, Record, STUDY, StepLock, StepResult, Store, StoreError,
    answers_its_question, observed_digest,
};
use renas_base::digest::Digest;
use renas_base::parallel::lock;
use renas_data::error::DataError;
use renas_data::load;
use renas_data::locate::locate;
use renas_data::registry::Registry;
use renas_task::Task;
use renas_task::outcome::Outcome;

/// How often a step that somebody else computes is looked at again.
const POLL: Duration = Duration::from_millis(10);

/// The store, the workers, the data and the observer of one run.
pub struct RunContext<'a> {
    pub(super) store: &'a Store,
    pub(super) executor: &'a dyn Execute,
    pub(super) data: &'a Registry,
    pub(super) observer: &'a dyn Observer,
    /// Evidence of earlier runs, looked at where the store has no record.
    resume: Option<&'a Resume>,
    /// Records that were verified in this run.
    cache: Mutex<BTreeMap<Key, Arc<Record>>>,
    /// Keys of those that evidence gave and the store does not hold.
    replayed: Mutex<BTreeSet<Key>>,
    /// The trial that made an object, for objects of trials that were asked for in this run.
    makers: Mutex<BTreeMap<Digest, Address>>,
    /// Names of data sets whose files were compared with their pins in this run.
    verified_data: Mutex<BTreeSet<String>>,
}

impl<'a> RunContext<'a> {
    /// What a run starts with: nothing is read yet.
    pub fn new(store: &'a Store, executor: &'a dyn Execute, data: &'a Registry, observer: &'a dyn Observer) -> Self {
        let (cache, replayed, makers, verified_data) = Default::default();
        Self { store, executor, data, observer, resume: None, cache, replayed, makers, verified_data }
    }

    /// The same on evidence of earlier runs too.
    pub fn resuming(self, resume: &'a Resume) -> Self {
        Self { resume: Some(resume), ..self }
    }

    /// Compare a data set with its pins, once, before the first trial is computed on it: what is altered is the user's
    /// to mend, and named before a worker fails on it.
    pub(super) fn verify_data(&self, name: &str) -> Result<(), DataError> {
        let mut verified = lock(&self.verified_data);
        if !verified.contains(name) {
            let set = self.data.find(name)?;
            load::verify(set, &locate(set, self.data.locations())?)?;
            verified.insert(name.to_owned());
        }
        Ok(())
    }

    /// The context of one study, which records the steps that the study uses.
    pub fn study(&self, id: &str) -> LiveContext<'_> {
        LiveContext::new(self, id)
    }

    /// The verified record at an address; nothing where it is not there or is damaged.
    ///
    /// A damaged record stays where it is until `compute` replaces it; in a store that cannot be written it is an error.
    pub fn find(&self, address: &Address) -> Result<Option<Arc<Record>>, StoreError> {
        if let Some(record) = lock(&self.cache).get(&address.key()) {
            return Ok(Some(Arc::clone(record)));
        }
        match self.store.find(address) {
            Ok(Some(record)) => Ok(Some(self.keep(address.key(), record))),
            Ok(None) => Ok(self.replay(address)),
            Err(StoreError::Damaged { .. }) if self.store.is_writable() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The record of a key that some study of this run used, for evidence.
    pub fn record(&self, key: Key) -> Result<Arc<Record>, StoreError> {
        if let Some(record) = lock(&self.cache).get(&key) {
            return Ok(Arc::clone(record));
        }
        self.store.record(key).map(|record| self.keep(key, record))
    }

    /// Keys of all records of the store that were read or stored so far.
    pub fn read(&self) -> BTreeSet<Key> {
        let keys: BTreeSet<Key> = lock(&self.cache).keys().copied().collect();
        &keys - &*lock(&self.replayed)
    }

    /// The records so far that a report would hold: of trials and derived values.
    pub fn evidence_so_far(&self) -> BTreeMap<Key, Arc<Record>> {
        let is_evidence = |record: &Record| record.identity.step != STUDY;
        let cache = lock(&self.cache);
        let records = cache.iter().filter(|(_, record)| is_evidence(record));
        records.map(|(key, record)| (*key, Arc::clone(record))).collect()
    }

    /// Those of the keys whose records evidence gave: the store does not hold them.
    pub fn replayed(&self, keys: &BTreeSet<Key>) -> BTreeSet<Key> {
        keys & &*lock(&self.replayed)
    }

    /// `find` for a task: a record whose answer does not fit it counts as damaged.
    pub(super) fn find_answer(&self, address: &Address, task: &Task) -> Result<Option<Arc<Record>>, StoreError> {
        let Some(record) = self.find(address)? else { return Ok(None) };
        match misfit(&record, task) {
            None => Ok(Some(record)),
            Some(_) if self.store.is_writable() => Ok(None),
            Some(why) => Err(StoreError::Damaged { path: self.store.step_path(address.key()), why }),
        }
    }

    /// `find_or_clear` for a task.
    pub(super) fn find_answer_or_clear(
        &self,
        address: &Address,
        task: &Task,
    ) -> Result<Option<Arc<Record>>, StoreError> {
        let Some(record) = self.find_or_clear(address)? else { return Ok(None) };
        let Some(why) = misfit(&record, task) else { return Ok(Some(record)) };
        self.forget(address.key());
        let path = self.store.step_path(address.key());
        let to = self.store.set_aside(&path)?;
        self.observer.event(&Event::SetAside { path, to, why });
        Ok(self.replay(address))
    }

    /// The objects that the records of the store which were read or stored so far name.
    pub fn objects(&self) -> BTreeSet<Digest> {
        let read = self.read();
        let cache = lock(&self.cache);
        read.iter().flat_map(|key| cache[key].objects().copied().collect::<Vec<_>>()).collect()
    }

    /// Whether the records of all these steps are there, intact, and answers to their tasks: else the studies that used them must
    /// ask for them again.
    pub fn are_intact(&self, keys: &BTreeSet<Key>) -> Result<bool, StoreError> {
        for key in keys {
            match self.record(*key) {
                Ok(record) if answers_its_question(&record).is_ok() => {}
                Ok(_) => return Ok(false),
                Err(StoreError::NoRecord { .. }) => return Ok(false),
                Err(StoreError::Damaged { .. }) if self.store.is_writable() => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// Whether what was observed at these keys (`Record::observed_digest`) has these digests; else it was lost and observed
    /// anew.
    pub fn are_observed(&self, times: &BTreeMap<Key, Digest>) -> Result<bool> {
        for (key, digest) in times {
            if self.record(*key)?.observed_digest()? != *digest {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Store what pure Rust computed, durably; a damaged record in its place is set aside.
    pub fn commit(&self, record: Record) -> Result<Arc<Record>, StoreError> {
        if let Some(known) = self.stored(&record)? {
            return Ok(known);
        }
        let key = self.store.commit(&record, &BTreeMap::new())?;
        Ok(self.keep(key, record))
    }

    /// Store results of pure Rust, durably; those that are to replace others take the place of what is there, which derived
    /// from a measured time that was lost, and the rest is as for `commit`.
    pub fn commit_all(&self, records: Vec<(Record, bool)>) -> Result<(), StoreError> {
        let mut new = Vec::new();
        for (record, replaces) in records {
            if replaces || self.stored(&record)?.is_none() {
                new.push(record);
            }
        }
        let keys = self.store.commit_all(&new.iter().collect::<Vec<_>>())?;
        keys.into_iter().zip(new).for_each(|(key, record)| drop(self.keep(key, record)));
        Ok(())
    }

    /// The equal record that is there; an error where another one is.
    fn stored(&self, record: &Record) -> Result<Option<Arc<Record>>, StoreError> {
        let address = record.identity.clone().address();
        match self.find_or_clear(&address)? {
            Some(known) if known.result != record.result => {
                let path = self.store.step_path(address.key());
                Err(StoreError::Contradiction { path, step: address.identity().step.clone() })
            }
            known => Ok(known),
        }
    }

    /// `find` while a step's lock is held: what is damaged is moved out of the way.
    pub(super) fn find_or_clear(&self, address: &Address) -> Result<Option<Arc<Record>>, StoreError> {
        match self.store.find(address) {
            Ok(Some(record)) => return Ok(Some(self.keep(address.key(), record))),
            Ok(None) => {}
            Err(StoreError::Damaged { path, why }) => {
                let to = self.store.set_aside(&path)?;
                self.observer.event(&Event::SetAside { path, to, why });
            }
            Err(error) => return Err(error),
        }
        Ok(self.replay(address))
    }

    /// The record that evidence has of a step which the store does not hold.
    fn replay(&self, address: &Address) -> Option<Arc<Record>> {
        let record = Arc::new(self.resume?.find(address)?);
        lock(&self.replayed).insert(address.key());
        lock(&self.cache).insert(address.key(), Arc::clone(&record));
        Some(record)
    }

    /// Where the record of a step was found, or came from.
    pub(super) fn source(&self, key: Key) -> Source {
        if lock(&self.replayed).contains(&key) { Source::Evidence } else { Source::Store }
    }

    /// The lock of a step; `waiting` is called once if somebody else has it.
    pub(super) fn lock(&self, key: Key, waiting: impl FnOnce()) -> Result<StepLock> {
        let mut waiting = Some(waiting);
        loop {
            if let Some(lock) = self.store.try_lock(key)? {
                return Ok(lock);
            }
            if let Some(waiting) = waiting.take() {
                waiting();
            }
            self.pause()?;
        }
    }

    /// Wait a moment for somebody else's progress.
    pub(super) fn pause(&self) -> Result<(), ExecuteError> {
        if self.executor.is_cancelled() {
            return Err(ExecuteError::Cancelled);
        }
        std::thread::sleep(POLL);
        Ok(())
    }

    pub(super) fn keep(&self, key: Key, record: Record) -> Arc<Record> {
        let record = Arc::new(record);
        lock(&self.replayed).remove(&key);
        lock(&self.cache).insert(key, Arc::clone(&record));
        record
    }

    pub(super) fn forget(&self, key: Key) {
        lock(&self.replayed).remove(&key);
        lock(&self.cache).remove(&key);
    }

    /// Remember which trial made the objects of a record.
    pub(super) fn remember_maker(&self, address: &Address, record: &Record) {
        let mut makers = lock(&self.makers);
        for object in record.objects() {
            makers.entry(*object).or_insert_with(|| address.clone());
        }
    }

    pub(super) fn maker(&self, object: &Digest) -> Option<Address> {
        lock(&self.makers).get(object).cloned()
    }

    pub(super) fn address(&self, task: &Task) -> Result<Address, StoreError> {
        Ok(Identity::of_task(task, self.executor.identity())?.address())
    }
}

/// How the answer of a record does not fit its task, where it does not.
fn misfit(record: &Record, task: &Task) -> Option<String> {
    let misfit = task.check_answer(record.outcome()?, record.cpu_seconds()).err()?;
    Some(format!("its answer does not fit its task: {misfit}"))
}

/// The name of a trial in messages and events.
pub(super) fn trial_name(address: &Address) -> String {
    format!("{} {}", address.identity().step, address.key().0.short(12))
}

/// Keys that a study used so far.
pub(super) type Used = Mutex<BTreeSet<Key>>;

/// Digests of the measured times and of the seconds of trials that a study used so far.
pub(super) type Observed = Mutex<BTreeMap<Key, Digest>>;

/// The outcome of a trial; if it is a measured time, it is noted as observed.
pub(super) fn outcome_of(address: &Address, answer: Answer, observed: &Observed) -> Result<Outcome> {
    let StepResult::Outcome(outcome) = answer.result else {
        bail!("{}: its record holds a value instead of an outcome", trial_name(address))
    };
    if address.identity().is_observed_time() {
        lock(observed).insert(address.key(), observed_digest(address.identity(), Some(&outcome), None)?);
    }
    Ok(outcome)
}

/// The device seconds that a trial took, noted as observed.
pub(super) fn seconds_of(
    address: &Address,
    (result, observation): (&StepResult, Option<&Observation>),
    observed: &Observed,
) -> Result<f64> {
    let observation = observation.with_context(|| {
        format!(
            "{}: its record does not say how long it took (evidence of a profile whose clock is a cost model leaves that \
             out)",
            trial_name(address)
        )
    })?;
    lock(observed).insert(address.key(), observed_digest(address.identity(), result.outcome(), Some(observation))?);
    Ok(observation.cpu_seconds)
}
