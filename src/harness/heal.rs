//! Mending a store: what is damaged is set aside, and objects are made again by the trials that made them.
//!
//! Nothing is trained but trials whose objects are lost. Records that are lost or damaged are computed by the next run,
//! which knows the studies that ask for them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::Result;

use super::event::{Event, Observer};
use super::store::{Check, Key, Store, WorkerIdentity};

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Healed {
    /// Files that were moved into `damaged/` of the store.
    pub set_aside: usize,
    /// Objects that were made again.
    pub restored: usize,
    /// Records that the next run computes again.
    pub left_to_run: usize,
    /// What could not be mended, and why.
    pub failed: Vec<String>,
}

/// Mend what `check` found in `store`, which must be writable. `compute` is given each worker's identity with the keys of
/// its intact records, and calls `RunContext::restore_objects` with workers of that identity.
pub fn heal(
    store: &Store,
    check: &Check,
    observer: &dyn Observer,
    compute: &dyn Fn(&WorkerIdentity, &BTreeSet<Key>) -> Result<usize>,
) -> Healed {
    let mut healed = Healed::default();
    let steps = store.root().join("steps");
    let damaged_records = check.damaged.iter().filter(|damaged| damaged.path.starts_with(&steps));
    healed.left_to_run = damaged_records.count() + check.lost.len();
    let mut check = check.clone();
    loop {
        let before = healed.set_aside;
        set_aside(store, &check, observer, &mut healed);
        if healed.set_aside == before {
            break;
        }
        // Who rested on a record that is set aside now is found by looking again.
        check = store.verify_all();
    }
    let mut by_worker: BTreeMap<WorkerIdentity, BTreeSet<Key>> = BTreeMap::new();
    for key in store.keys() {
        let Ok(record) = store.record(key) else { continue };
        if let (Some(worker), Some(outcome)) = (&record.identity.worker, record.outcome())
            && !outcome.tensors.is_empty()
        {
            by_worker.entry(worker.clone()).or_default().insert(key);
        }
    }
    for (worker, keys) in by_worker {
        match compute(&worker, &keys) {
            Ok(restored) => healed.restored += restored,
            Err(error) => healed.failed.push(format!("{error:#}")),
        }
    }
    healed
}

/// Set aside what is damaged, and studies and receipts that rest on a lost record, which are made anew with it.
fn set_aside(store: &Store, check: &Check, observer: &dyn Observer, healed: &mut Healed) {
    let mut aside: BTreeMap<PathBuf, String> =
        check.damaged.iter().map(|damaged| (damaged.path.clone(), damaged.why.clone())).collect();
    for lost in &check.lost {
        let why = format!("{} is lost, which it names", lost.path.display());
        aside.extend(lost.by.iter().map(|path| (path.clone(), why.clone())));
    }
    for (path, why) in aside.into_iter().filter(|(path, _)| path.exists()) {
        match store.set_aside(&path) {
            Ok(to) => {
                healed.set_aside += 1;
                observer.event(&Event::SetAside { path, to, why });
            }
            Err(error) => healed.failed.push(error.to_string()),
        }
    }
}
