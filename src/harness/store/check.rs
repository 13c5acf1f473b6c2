//! Re-hash everything in a store, and compare what is there with what its records promise. Nothing is written.
//!
//! A record promises the objects that it names; the record of a study, the records of the steps that it used; the
//! receipt of a finished run, the records that it read. What nobody names cannot be missed. A file that cannot be read is
//! judged like a damaged one, and every other file all the same.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use super::error::StoreError;
use super::folder::{Store, compare};
use super::record::{Key, Record};
use crate::receipt::{self, Receipt};
use renas_base::digest::Digest;
use renas_base::parallel;
use renas_task::Task;

/// What was read, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Check {
    /// Number of intact step records.
    pub steps: usize,
    /// Number of intact objects.
    pub objects: usize,
    /// Intact objects that no intact record names.
    pub unnamed: usize,
    /// Number of intact receipts.
    pub receipts: usize,
    /// Bytes that were hashed.
    pub bytes: u64,
    /// Files that are not what was written, or cannot be read, in the order of their paths.
    pub damaged: Vec<Damaged>,
    /// Objects that an intact record names and that are not there, in the order of the records.
    pub absent: Vec<Absent>,
    /// Records that others name and that are not there, in the order of their keys.
    pub lost: Vec<Lost>,
}

/// A file that is not what was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Damaged {
    /// Where it is.
    pub path: PathBuf,
    /// How it is known.
    pub why: String,
}

/// An object that is not there.
#[derive(Clone, Debug, PartialEq)]
pub struct Absent {
    /// Where it should be.
    pub path: PathBuf,
    /// The record that names it.
    pub step: Key,
    /// Its name in the record (`weights`).
    pub name: String,
}

/// A record that is not there.
#[derive(Clone, Debug, PartialEq)]
pub struct Lost {
    /// Where it should be.
    pub path: PathBuf,
    /// The files that name it: records of studies, receipts.
    pub by: BTreeSet<PathBuf>,
}

impl Check {
    /// Whether every byte is there and as written.
    pub fn is_clean(&self) -> bool {
        self.damaged.is_empty() && self.absent.is_empty() && self.lost.is_empty()
    }
}

/// What is known while the files of a store are read.
#[derive(Default)]
struct Ledger {
    /// Digests of the objects that are there, intact or not: a damaged one is named once, and not again as absent.
    objects: BTreeSet<Digest>,
    /// Keys of the records that are there, intact or not.
    records: BTreeSet<Key>,
    /// Objects that records name, each with the first record and its name there.
    named_objects: BTreeMap<Digest, (Key, String)>,
    /// Paths of records that others name, with who does.
    named_records: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
}

impl Store {
    /// Re-hash every object and every step record, and look for what records and receipts name.
    pub fn verify_all(&self) -> Check {
        let (mut check, mut ledger) = (Check::default(), Ledger::default());
        self.check_objects(&mut check, &mut ledger);
        self.check_records(&mut check, &mut ledger);
        self.check_receipts(&mut check, &mut ledger);
        let Ledger { objects, records, named_objects, named_records } = ledger;
        check.unnamed = objects.iter().filter(|digest| !named_objects.contains_key(*digest)).count();
        let missing = named_objects.into_iter().filter(|(digest, _)| !objects.contains(digest));
        let absent = missing.map(|(digest, (step, name))| Absent { path: self.object_path(&digest), step, name });
        check.absent.extend(absent);
        check.absent.sort_by(|a, b| (a.step, &a.name).cmp(&(b.step, &b.name)));
        let present: BTreeSet<PathBuf> = records.into_iter().map(|key| self.step_path(key)).collect();
        let missing = named_records.into_iter().filter(|(path, _)| !present.contains(path));
        check.lost.extend(missing.map(|(path, by)| Lost { path, by }));
        check
    }

    fn check_objects(&self, check: &mut Check, ledger: &mut Ledger) {
        let files = self.files("objects", "", check);
        let judged = judge(&files, check, "its name is no SHA-256", |path, name| {
            let found = self.disk().digest(path)?;
            Ok((found.1, compare(found, &name)))
        });
        ledger.objects.extend(files.iter().filter_map(|found| found.digest));
        check.objects += judged.into_iter().flatten().count();
    }

    fn check_records(&self, check: &mut Check, ledger: &mut Ledger) {
        let files = self.files("steps", ".json", check);
        let promises = |bytes: &[u8], key: Key| {
            let record = Record::parse(bytes, key)?;
            answers_its_question(&record)?;
            let objects = record.outcome().map(|outcome| outcome.tensors.clone()).unwrap_or_default();
            Ok((key, objects, record.used().unwrap_or_default()))
        };
        let judged = judge(&files, check, "its name is no key of a step", |path, name| {
            let bytes = self.disk().read(path)?;
            Ok((bytes.len() as u64, promises(&bytes, Key(name))))
        });
        ledger.records.extend(files.iter().filter_map(|found| found.digest).map(Key));
        for (found, named) in files.iter().zip(judged) {
            let Some((key, objects, used)) = named else { continue };
            check.steps += 1;
            for (name, object) in objects {
                ledger.named_objects.entry(object).or_insert_with(|| (key, name));
            }
            for step in used {
                ledger.named_records.entry(self.step_path(step)).or_default().insert(found.path.clone());
            }
        }
    }

    /// A receipt that does not parse costs only time, and is nobody's loss.
    fn check_receipts(&self, check: &mut Check, ledger: &mut Ledger) {
        let folder = self.root().join(receipt::FOLDER);
        for (name, is_folder) in self.list(&folder, check) {
            let path = folder.join(name);
            let Some(receipt) = (!is_folder).then(|| Receipt::read(&path)).flatten() else { continue };
            check.receipts += 1;
            for key in receipt.files.keys().filter_map(|file| step_of(file)) {
                ledger.named_records.entry(self.step_path(key)).or_default().insert(path.clone());
            }
        }
    }

    /// Keys of all step records, sorted; the records are not read. What cannot be listed is left out.
    pub fn keys(&self) -> Vec<Key> {
        let found = self.files("steps", ".json", &mut Check::default());
        found.into_iter().filter_map(|found| found.digest).map(Key).collect()
    }

    /// Whether there is any object or record, intact or not.
    pub(super) fn holds_anything(&self) -> Result<bool, StoreError> {
        let list = |folder: &Path| match self.disk().list(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            listed => listed.map_err(|error| StoreError::of_io("list", folder, error)),
        };
        for kind in ["objects", "steps"] {
            let folder = self.root().join(kind);
            for (shard, is_folder) in list(&folder)? {
                if !is_folder || !list(&folder.join(shard))?.is_empty() {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Every file below `objects` or `steps`, sorted, with the digest that its path spells.
    fn files(&self, kind: &str, ending: &str, check: &mut Check) -> Vec<Found> {
        let mut files = Vec::new();
        let folder = self.root().join(kind);
        for (shard, is_folder) in self.list(&folder, check) {
            let path = folder.join(&shard);
            if !is_folder {
                files.push(Found { path, digest: None });
                continue;
            }
            for (name, is_folder) in self.list(&path, check) {
                let spelled = name.strip_suffix(ending).filter(|_| !is_folder).map(|rest| format!("{shard}{rest}"));
                let digest = spelled.filter(|_| shard.len() == 2).and_then(|name| name.parse().ok());
                files.push(Found { path: path.join(name), digest });
            }
        }
        files
    }

    fn list(&self, folder: &Path, check: &mut Check) -> Vec<(String, bool)> {
        match self.disk().list(folder) {
            Ok(names) => names,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => {
                check.damaged.push(Damaged { path: folder.to_owned(), why: format!("it cannot be listed: {error}") });
                Vec::new()
            }
        }
    }
}

/// What is found of each file, with its length, by the digest that its path spells, side by side; what is wrong with one is noted, in
/// the order of the files. One whose name spells none is not even read.
fn judge<T: Send>(
    files: &[Found],
    check: &mut Check,
    nameless: &str,
    of: impl Fn(&Path, Digest) -> io::Result<(u64, Result<T, String>)> + Sync,
) -> Vec<Option<T>> {
    let judged = parallel::map(files, parallel::cores(), |found| match found.digest {
        None => (0, Err(nameless.to_owned())),
        Some(name) => of(&found.path, name).unwrap_or_else(|error| (0, Err(format!("it cannot be read: {error}")))),
    });
    let mut kept = Vec::with_capacity(files.len());
    for (found, (bytes, judged)) in files.iter().zip(judged) {
        check.bytes += bytes;
        if let Err(why) = &judged {
            check.damaged.push(Damaged { path: found.path.clone(), why: why.clone() });
        }
        kept.push(judged.ok());
    }
    kept
}

/// An error where the record of a worker's task holds an answer that does not fit the task.
pub fn answers_its_question(record: &Record) -> Result<(), String> {
    let (Some(outcome), Some(_)) = (record.outcome(), &record.identity.worker) else { return Ok(()) };
    let task: Task = record.identity.inputs.read().map_err(|error| format!("its task does not parse: {error}"))?;
    task.check_answer(outcome, record.cpu_seconds())
        .map_err(|misfit| format!("its answer does not fit its task: {misfit}"))
}

/// The key of a step whose record lies at a path, however the store's folder is called there.
fn step_of(path: &Path) -> Option<Key> {
    let shard = path.parent()?;
    let text = |path: &Path| path.file_name()?.to_str().map(str::to_owned);
    if text(shard.parent()?)? != "steps" {
        return None;
    }
    let name = text(path)?;
    format!("{}{}", text(shard)?, name.strip_suffix(".json")?).parse().ok().map(Key)
}

struct Found {
    path: PathBuf,
    digest: Option<Digest>,
}
