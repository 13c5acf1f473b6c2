//! What of a store nothing reaches any more.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::error::StoreError;
use super::folder::Store;
use super::identity::STUDY;
use super::key::Key;
use crate::receipt::{self, Receipt};
use renas_base::digest::Digest;
use renas_base::parallel;

/// Files that nothing reaches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Garbage {
    /// Records, in the order of their keys.
    pub records: Vec<PathBuf>,
    /// Objects, in the order of their digests.
    pub objects: Vec<PathBuf>,
    /// The bytes of all of them.
    pub bytes: u64,
    /// Records that stay.
    pub kept_records: usize,
    /// Objects that stay.
    pub kept_objects: usize,
}

/// A record, as far as others reach it or it reaches others.
struct Link {
    key: Key,
    objects: Vec<Digest>,
    /// The steps that it used, where it is of a study.
    used: Option<BTreeSet<Key>>,
    /// Whether pure Rust computed it, so that no evidence need name it.
    is_derived: bool,
}

impl Store {
    /// What neither `roots` (keys that lock files and evidence name) nor a receipt reaches. The record of a study is reached where all
    /// trials that it used are, and reaches what was derived for it; objects are reached by records. What cannot be read stays.
    pub fn garbage(&self, roots: &BTreeSet<Key>) -> Result<Garbage, StoreError> {
        let keys = self.keys();
        let links = parallel::map(&keys, parallel::cores(), |key| self.link(*key));
        let links: Vec<Option<Link>> = links.into_iter().collect();
        let mut reached: BTreeSet<Key> = roots.clone();
        reached.extend(self.named_by_receipts(&keys));
        let derived: BTreeSet<Key> =
            links.iter().flatten().filter(|link| link.is_derived && link.used.is_none()).map(|link| link.key).collect();
        for link in links.iter().flatten() {
            let is_whole = |used: &BTreeSet<Key>| {
                used.iter().any(|key| reached.contains(key))
                    && used.iter().all(|key| reached.contains(key) || derived.contains(key))
            };
            if link.used.as_ref().is_some_and(is_whole) {
                reached.insert(link.key);
            }
        }
        let reaching: Vec<&Link> = links.iter().flatten().filter(|link| reached.contains(&link.key)).collect();
        reached.extend(reaching.iter().filter_map(|link| link.used.as_ref()).flatten().copied().collect::<Vec<_>>());
        let readable: BTreeSet<Key> = links.iter().flatten().map(|link| link.key).collect();
        let stays = |key: &Key| reached.contains(key) || !readable.contains(key);
        let objects: BTreeSet<Digest> =
            links.iter().flatten().filter(|link| stays(&link.key)).flat_map(|link| link.objects.clone()).collect();
        let mut garbage = Garbage::default();
        for key in &keys {
            match stays(key) {
                true => garbage.kept_records += 1,
                false => garbage.records.push(self.step_path(*key)),
            }
        }
        for digest in self.objects()? {
            match objects.contains(&digest) {
                true => garbage.kept_objects += 1,
                false => garbage.objects.push(self.object_path(&digest)),
            }
        }
        let all = garbage.records.iter().chain(&garbage.objects);
        garbage.bytes = all.map(|path| path.metadata().map_or(0, |metadata| metadata.len())).sum();
        Ok(garbage)
    }

    /// Remove what was found; records first, so that none names an object that is gone.
    pub fn remove(&self, garbage: &Garbage) -> Result<(), StoreError> {
        self.session("remove from")?;
        for path in garbage.records.iter().chain(&garbage.objects) {
            std::fs::remove_file(path).map_err(|error| StoreError::of_io("remove", path, error))?;
        }
        Ok(())
    }

    fn link(&self, key: Key) -> Option<Link> {
        let record = self.record(key).ok()?;
        let used = if record.identity.step == STUDY { Some(record.used()?) } else { None };
        let is_derived = record.identity.worker.is_none();
        Some(Link { key, objects: record.objects().copied().collect(), used, is_derived })
    }

    /// The records whose files a receipt names.
    fn named_by_receipts(&self, keys: &[Key]) -> Vec<Key> {
        let entries = std::fs::read_dir(self.root().join(receipt::FOLDER)).into_iter().flatten().flatten();
        let receipts = entries.filter_map(|entry| Receipt::read(&entry.path()));
        let named: BTreeSet<PathBuf> = receipts.flat_map(|receipt| receipt.files.into_keys()).collect();
        let whole = |path: PathBuf| path.canonicalize().unwrap_or(path);
        let named: BTreeSet<PathBuf> = named.into_iter().map(whole).collect();
        keys.iter().copied().filter(|key| named.contains(&whole(self.step_path(*key)))).collect()
    }

    /// The digests that the names of objects are, in their order.
    fn objects(&self) -> Result<Vec<Digest>, StoreError> {
        let folder = self.root().join("objects");
        let failed = |error| StoreError::of_io("list", &folder, error);
        let mut found = Vec::new();
        for (prefix, _) in self.disk().list(&folder).map_err(failed)? {
            let names = self.disk().list(&folder.join(&prefix)).map_err(failed)?;
            found.extend(names.into_iter().filter_map(|(name, _)| format!("{prefix}{name}").parse::<Digest>().ok()));
        }
        found.sort_unstable();
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Access, Identity, Record, StepResult, WorkerIdentity};
    use super::*;
    use renas_task::outcome::Outcome;
    use serde_json::json;
    use std::collections::BTreeMap;

    fn add(store: &Store, step: &str, seed: u64, result: StepResult) -> Key {
        let plain = Identity::new(step, 1, &json!({"seed": seed})).expect("a number");
        let worker =
            || WorkerIdentity { numerics: "avx2".to_owned(), device: "cpu".to_owned(), libtorch: "2".to_owned() };
        let identity = Identity { worker: result.outcome().map(|_| worker()), ..plain };
        store.commit(&Record { identity, result, observation: None }, &BTreeMap::new()).expect("it is stored")
    }

    #[test]
    fn what_a_lock_file_or_a_reached_study_names_stays_and_all_else_goes() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), Access::Write).expect("it is made");
        let [kept, used, lost] =
            [1, 2, 3].map(|seed| add(&store, "train", seed, StepResult::Outcome(Outcome::default())));
        let [derived, other] = [6, 7].map(|seed| add(&store, "fit", seed, StepResult::Value(json!(0.5))));
        let study =
            |seed: u64, used: &[Key]| add(&store, STUDY, seed, StepResult::Value(json!({"result": "1", "used": used})));
        let (whole, part) = (study(4, &[kept, used, derived]), study(5, &[kept, lost, other]));
        let loose = store.add_object(b"weights of nobody").expect("it is stored");
        let garbage = store.garbage(&BTreeSet::from([kept, used])).expect("a store");
        let paths = |keys: &[Key]| keys.iter().map(|key| store.step_path(*key)).collect::<BTreeSet<_>>();
        assert_eq!(garbage.records.iter().cloned().collect::<BTreeSet<_>>(), paths(&[lost, part, other]));
        assert_eq!(garbage.objects, [store.object_path(&loose)]);
        assert_eq!((garbage.kept_records, garbage.kept_objects), (4, 0));
        store.remove(&garbage).expect("they are ours");
        assert!([whole, kept, used, derived].iter().all(|key| store.record(*key).is_ok()));
        assert_eq!(store.garbage(&BTreeSet::from([kept, used])).expect("a store").bytes, 0);
    }
}
