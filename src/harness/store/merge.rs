//! Records of one store in another: what is missing is copied, and one key with two results is named.

use std::collections::BTreeMap;

use serde::Serialize;

use super::error::StoreError;
use super::folder::Store;
use super::key::Key;
use super::record::Record;
use renas_base::digest::Digest;

/// What a merge did and found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Merged {
    /// Records that were copied, with the objects that they name.
    pub copied: usize,
    /// Records that both stores had, with one result.
    pub same: usize,
    /// Measured times that both stores had: two measurements never agree, and ours are kept.
    pub times: usize,
    /// Objects that records of ours named, and only the other store had.
    pub restored: usize,
    /// Keys with two results, in their order; ours are kept.
    pub conflicts: Vec<Conflict>,
    /// Records and objects of the other store that could not be read, and why; none of them was copied.
    pub damaged: Vec<String>,
}

/// A key with two results.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// The key.
    pub key: Key,
    /// What was computed (`train`).
    pub step: String,
    /// The numeric fingerprint of the machine that computed ours; none where pure Rust did.
    pub ours: Option<Digest>,
    /// Of the machine that computed theirs.
    pub theirs: Option<Digest>,
}

impl Conflict {
    /// Whether it shows that something is not deterministic: machines of one numeric class, or pure Rust, gave two results.
    pub fn is_non_determinism(&self) -> bool {
        self.ours == self.theirs
    }
}

/// Why two stores cannot be merged.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// They are one.
    #[error("{0} is the store itself: name another to merge into it")]
    Itself(String),
    /// One of them cannot be written or read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Copy what the other store has and this one has not. Nothing that is here is replaced.
    pub fn merge(&self, other: &Self) -> Result<Merged, MergeError> {
        let place = |store: &Self| store.root().canonicalize().ok();
        if place(self).is_some() && place(self) == place(other) {
            return Err(MergeError::Itself(other.root().display().to_string()));
        }
        let mut merged = Merged::default();
        for key in other.keys() {
            let theirs = match other.record(key) {
                Ok(record) => record,
                Err(error) => {
                    merged.damaged.push(error.to_string());
                    continue;
                }
            };
            match self.record(key) {
                Ok(ours) => compare(key, &ours, &theirs, &mut merged),
                Err(StoreError::NoRecord { .. }) => {
                    if self.copy_objects(other, &theirs, &mut merged.damaged)?.is_some() {
                        self.commit(&theirs, &BTreeMap::new())?;
                        merged.copied += 1;
                    }
                    continue;
                }
                Err(error) => return Err(error.into()),
            }
            let is_conflict = merged.conflicts.last().is_some_and(|conflict| conflict.key == key);
            if !is_conflict {
                merged.restored += self.copy_objects(other, &theirs, &mut Vec::new())?.unwrap_or(0);
            }
        }
        Ok(merged)
    }

    /// Copy the objects that a record names and that are not here; how many were, or nothing where one is damaged. An object that the
    /// other store lacks, too, is left out: its trial makes it again.
    fn copy_objects(
        &self,
        other: &Self,
        record: &Record,
        damaged: &mut Vec<String>,
    ) -> Result<Option<usize>, StoreError> {
        let mut copied = 0;
        for digest in record.objects().filter(|digest| !self.object_path(digest).exists()) {
            match other.object(digest) {
                Ok(bytes) => {
                    self.add_object(&bytes)?;
                    copied += 1;
                }
                Err(StoreError::NoObject { .. }) => {}
                Err(error) => {
                    damaged.push(error.to_string());
                    return Ok(None);
                }
            }
        }
        Ok(Some(copied))
    }
}

fn compare(key: Key, ours: &Record, theirs: &Record, merged: &mut Merged) {
    if ours.identity.is_observed_time() {
        merged.times += 1;
        return;
    }
    if ours.result == theirs.result {
        merged.same += 1;
        return;
    }
    let machine = |record: &Record| record.observation.as_ref().map(|one| one.fingerprint);
    let step = ours.identity.step.clone();
    merged.conflicts.push(Conflict { key, step, ours: machine(ours), theirs: machine(theirs) });
}

#[cfg(test)]
mod tests {
    use super::super::{Access, Identity, StepResult};
    use super::*;
    use serde_json::{Value, json};

    fn store(folder: &tempfile::TempDir, name: &str, values: &[(u64, f64)]) -> Store {
        let store = Store::open(&folder.path().join(name), Access::Write).expect("it is made");
        for (seed, value) in values {
            let identity = Identity::new("sum", 1, &json!({"seed": seed})).expect("a number");
            let record = Record { identity, result: StepResult::Value(Value::from(*value)), observation: None };
            store.commit(&record, &BTreeMap::new()).expect("it is stored");
        }
        store
    }

    #[test]
    fn what_is_missing_is_copied_and_one_key_with_two_results_is_named_and_ours_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let ours = store(&folder, "ours", &[(1, 0.5), (2, 0.5)]);
        let theirs = store(&folder, "theirs", &[(2, 0.75), (1, 0.5), (3, 0.5)]);
        let merged = ours.merge(&theirs).expect("two stores");
        assert_eq!((merged.copied, merged.same, merged.conflicts.len()), (1, 1, 1));
        assert!(merged.conflicts[0].is_non_determinism(), "pure Rust gave two results");
        assert_eq!(ours.record(merged.conflicts[0].key).expect("it is there").result, StepResult::Value(json!(0.5)));
        assert_eq!(ours.merge(&theirs).expect("again").copied, 0);
        assert!(ours.verify_all().is_clean());
    }

    #[test]
    fn a_store_is_not_merged_with_itself_and_what_is_damaged_is_named_and_left() {
        let folder = tempfile::tempdir().expect("a folder");
        let ours = store(&folder, "ours", &[(1, 0.5)]);
        let again = Store::open(&folder.path().join("./ours"), Access::Read).expect("it is there");
        assert!(matches!(ours.merge(&again), Err(MergeError::Itself(_))));
        let theirs = store(&folder, "theirs", &[(2, 0.5), (3, 0.5)]);
        let path = theirs.step_path(theirs.keys()[0]);
        std::fs::write(&path, "{}").expect("writable");
        let merged = ours.merge(&theirs).expect("two stores");
        assert_eq!((merged.copied, merged.damaged.len()), (1, 1));
        assert!(merged.damaged[0].contains(&path.display().to_string()), "{:?}", merged.damaged);
    }
}
