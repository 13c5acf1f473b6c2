//! Objects that are missing or damaged, made again from the trials that made them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use anyhow::{Context as _, Result, bail};

use super::RunContext;
use super::run_context::trial_name;
use crate::event::{Event, Source};
use crate::store::{Address, Key, StoreError};
use renas_base::digest::Digest;
use renas_base::parallel::{self, lock};
use renas_task::Task;

impl RunContext<'_> {
    /// Read and hash every object that these steps' records in the store name, and make those again that are lost or damaged;
    /// how many there were. Each trial is run again at most once. What a replayed record names, the store does not promise.
    pub fn restore_objects(&self, keys: &BTreeSet<Key>) -> Result<usize> {
        let mut named: BTreeMap<Digest, Key> = BTreeMap::new();
        for &key in keys.difference(&self.replayed(keys)) {
            let record = self.record(key)?;
            named.extend(record.objects().map(|object| (*object, key)));
        }
        let named: Vec<(Digest, Key)> = named.into_iter().collect();
        let lost = Mutex::new(Vec::new());
        self.side_by_side(&named, |(object, key)| {
            match self.store.object(object) {
                Ok(_) => {}
                Err(error) if is_lost(&error) => lock(&lost).push((*object, *key)),
                Err(error) => return Err(error.into()),
            }
            Ok(())
        })?;
        let mut lost = lock(&lost).clone();
        lost.sort();
        // All of their trials must be known before the first is run again: it may read what another made.
        for (_, key) in &lost {
            let record = self.record(*key)?;
            let address = record.identity.clone().address();
            task_of(&address)?;
            self.remember_maker(&address, &record);
        }
        self.side_by_side(&lost, |(object, _)| self.object(object).map(drop))?;
        Ok(lost.len())
    }

    /// Do something with each item, as many at a time as there are workers; the error of the first item that has one.
    fn side_by_side<T: Sync>(&self, items: &[T], act: impl Fn(&T) -> Result<()> + Sync) -> Result<()> {
        parallel::map(items, self.executor.jobs(), act).into_iter().collect()
    }

    /// The verified bytes of an object. One that is missing or damaged is made again where its trial is known.
    pub(super) fn object(&self, digest: &Digest) -> Result<Vec<u8>> {
        let error = match self.store.object(digest) {
            Ok(bytes) => return Ok(bytes),
            Err(error) => error,
        };
        let (is_lost, maker) = (is_lost(&error), self.maker(digest));
        let Some(address) = maker.filter(|_| is_lost && self.store.is_writable()) else {
            return Err(error.into());
        };
        self.restore(digest, &address, &task_of(&address)?)?;
        Ok(self.store.object(digest)?)
    }

    /// Run a finished trial again for the sake of its objects.
    fn restore(&self, digest: &Digest, address: &Address, task: &Task) -> Result<()> {
        let trial = trial_name(address);
        let _lock = self.lock(address.key(), || {})?;
        match self.store.object(digest) {
            // Somebody else was faster.
            Ok(_) => return Ok(()),
            Err(StoreError::Damaged { path, why }) => {
                let to = self.store.set_aside(&path)?;
                self.observer.event(&Event::SetAside { path, to, why });
            }
            Err(StoreError::NoObject { .. }) => {}
            Err(other) => return Err(other.into()),
        }
        let computed =
            self.compute(address, task).with_context(|| format!("{trial}: its object {digest} is not in the store"))?;
        self.observer.event(&Event::Recomputed { trial: trial.clone() });
        let known = self.find_or_clear(address)?;
        let is_in_store = known.is_some() && self.source(address.key()) == Source::Store;
        if known.as_ref().is_some_and(|record| record.result == computed.record.result) {
            if is_in_store {
                self.store.commit_objects(&computed.files)?;
            } else {
                let key = self.store.commit(&computed.record, &computed.files)?;
                self.keep(key, computed.record);
            }
            return Ok(());
        }
        // What depends on the old result, this study included, must ask again.
        let path = self.store.step_path(address.key());
        if is_in_store {
            let why = format!("its object {digest} is lost, and this machine computes another result");
            let to = self.store.set_aside(&path)?;
            self.observer.event(&Event::SetAside { path, to, why });
        }
        self.forget(address.key());
        self.store.commit(&computed.record, &computed.files)?;
        bail!(
            "{trial}: its object {digest} was lost, and computing it again gave another result: this machine is of \
             another numeric class than the one that computed it first, or something is not deterministic (`renas \
             verify` tells); the new result is stored: start the same command again"
        )
    }
}

/// The task of a trial.
fn task_of(address: &Address) -> Result<Task> {
    let task = address.identity().inputs.read();
    task.with_context(|| format!("{}: the task of its record", trial_name(address)))
}

fn is_lost(error: &StoreError) -> bool {
    matches!(error, StoreError::NoObject { .. } | StoreError::Damaged { .. })
}
