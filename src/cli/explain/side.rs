//! One side of a comparison, as it is named: a trial, a study, a lock file, a store, a report.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use serde::de::DeserializeOwned;

use super::super::arguments::{Common, Explain};
use super::super::exit::{Classify as _, Failure};
use renas_base::digest::Digest;
use renas_base::{files, parallel};
use renas_harness::evidence::{self, Evidence};
use renas_harness::explain::{Entry, Verdicts};
use renas_harness::lockfile::Lock;
use renas_harness::store::{Access, Key, Record, Store};

/// What is named.
pub(super) enum Side {
    Trial(Box<Found>),
    Study(Named),
    Lock(Box<Lock>),
    Records(Records),
    /// Experiments by id.
    Reports(BTreeMap<String, Records>),
}

/// A trial's record, and where it was found.
pub(super) struct Found {
    pub(super) key: Key,
    pub(super) record: Record,
    store: Option<PathBuf>,
}

/// A study of a profile's report.
pub(super) struct Named {
    pub(super) experiment: String,
    pub(super) study: String,
    /// The folder of the profile's report.
    pub(super) report: PathBuf,
}

/// Records of a store, or of a report's evidence.
pub(super) enum Records {
    Store(Box<Store>),
    Evidence {
        evidence: Box<Evidence>,
        /// The folder that it lies in.
        folder: PathBuf,
    },
}

impl Side {
    /// What a name stands for.
    pub(super) fn find(common: &Common, arguments: &Explain, name: &str) -> Result<Self, Failure> {
        let path = Path::new(name);
        if path.is_file() && name.ends_with(".json") {
            let missing = || anyhow!("{name} is not there");
            return Ok(Self::Lock(Box::new(Lock::read(path).or_bad_input()?.with_context(missing).or_bad_input()?)));
        }
        if path.exists() {
            return Self::of_path(path);
        }
        let (what, place) =
            name.split_once('@').map_or((name, None), |(what, place)| (what, Some(PathBuf::from(place))));
        if let Some((experiment, study)) = what.split_once('/') {
            let report = place.unwrap_or_else(|| arguments.reports.join(common.profile.as_deref().unwrap_or("quick")));
            return Ok(Self::Study(Named { experiment: experiment.to_owned(), study: study.to_owned(), report }));
        }
        let is_key = (6..=64).contains(&what.len()) && what.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_key {
            let why = "is no file or folder, no study (`experiment/study`), and no trial's key (6 hexadecimal digits at least)";
            return Err(anyhow!("`{name}` {why}")).or_bad_input();
        }
        let found = match place {
            Some(place) => Records::open(&place)?.with_context(|| nothing_at(&place)).or_bad_input()?.starting(what)?,
            None => Self::anywhere(common, arguments, what)?,
        };
        let missing =
            || anyhow!("no trial whose key begins with {what} is there: say where (`{what}@STORE`, `{what}@REPORT`)");
        Ok(Self::Trial(Box::new(found.with_context(missing).or_bad_input()?)))
    }

    fn of_path(path: &Path) -> Result<Self, Failure> {
        if let Some(records) = Records::open(path)? {
            return Ok(Self::Records(records));
        }
        let mut experiments = BTreeMap::new();
        for entry in std::fs::read_dir(path).or_bad_input()? {
            let folder = entry.or_bad_input()?.path();
            if folder.join(evidence::FILE).is_file() {
                let id = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
                experiments.extend(Records::open(&folder)?.map(|records| (id, records)));
            }
        }
        match experiments.is_empty() {
            true => Err(nothing_at(path)).or_bad_input(),
            false => Ok(Self::Reports(experiments)),
        }
    }

    /// A trial in the store, else in the evidence of any report.
    fn anywhere(common: &Common, arguments: &Explain, prefix: &str) -> Result<Option<Found>, Failure> {
        if let Ok(store) = Store::open(&common.store, Access::Read)
            && let Some(found) = Records::Store(Box::new(store)).starting(prefix)?
        {
            return Ok(Some(found));
        }
        let folders = |path: &Path| -> Vec<PathBuf> {
            let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
            let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
            folders.sort();
            folders
        };
        for profile in folders(&arguments.reports) {
            for folder in folders(&profile).into_iter().filter(|folder| folder.join(evidence::FILE).is_file()) {
                let found = Records::open(&folder)?.map(|records| records.starting(prefix)).transpose()?.flatten();
                if found.is_some() {
                    return Ok(found);
                }
            }
        }
        Ok(None)
    }

    /// What it is, in words.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Trial(_) => "a trial",
            Self::Study(_) => "a study",
            Self::Lock(_) => "a lock file",
            Self::Records(Records::Store(_)) => "a store",
            Self::Records(Records::Evidence { .. }) => "an experiment's report",
            Self::Reports(_) => "a profile's report",
        }
    }
}

fn nothing_at(path: &Path) -> anyhow::Error {
    anyhow!("{} is no store, and holds no evidence ({})", path.display(), evidence::FILE)
}

impl Records {
    /// A store, a file of evidence, or a folder that holds one; nothing where it is none of them.
    pub(super) fn open(path: &Path) -> Result<Option<Self>, Failure> {
        let file = if path.is_dir() { path.join(evidence::FILE) } else { path.to_owned() };
        if file.is_file() {
            let bytes = files::read(&file).with_context(|| format!("cannot read {}", file.display())).or_bad_input()?;
            let evidence = Box::new(evidence::read(&file, bytes).or_bad_input()?);
            let folder = file.parent().unwrap_or(Path::new("")).to_owned();
            return Ok(Some(Self::Evidence { evidence, folder }));
        }
        match Store::open(path, Access::Read) {
            Ok(store) => Ok(Some(Self::Store(Box::new(store)))),
            Err(renas_harness::store::StoreError::NoStore { .. }) => Ok(None),
            Err(error) => Err(error).or_bad_input(),
        }
    }

    /// Its records, as far as sets are compared by them. What is damaged is left out: `renas verify` names it.
    pub(super) fn entries(&self) -> Result<BTreeMap<Key, Entry>, Failure> {
        Ok(match self {
            Self::Store(store) => {
                let entry = |key: &Key| {
                    let record = store.record(*key).ok()?;
                    let answer = record.outcome().filter(|_| !record.identity.is_observed_time());
                    let answer = answer.and_then(|outcome| Digest::of_value(outcome).ok());
                    let fingerprint = record.observation.as_ref().map(|one| one.fingerprint);
                    let question = record.identity.question();
                    Some((*key, Entry { question, answer, worker: record.identity.worker, fingerprint }))
                };
                parallel::map(&store.keys(), parallel::cores(), entry).into_iter().flatten().collect()
            }
            Self::Evidence { evidence, .. } => {
                let entry = |(key, kept): (&Key, &evidence::Kept)| {
                    let answer = kept.outcome().filter(|_| !kept.is_observed_time());
                    let fingerprint = kept.observation().map(|one| one.fingerprint);
                    (*key, Entry { question: kept.question(), answer, worker: kept.worker().cloned(), fingerprint })
                };
                evidence.kept().iter().map(entry).collect()
            }
        })
    }

    /// The record of a key that it has.
    pub(super) fn record(&self, key: Key) -> Result<Record, Failure> {
        match self {
            Self::Store(store) => store.record(key).or_bad_input(),
            Self::Evidence { evidence, folder } => {
                let found = evidence.some(&BTreeSet::from([key])).next();
                let missing = || anyhow!("{} holds no {key}", folder.display());
                Ok(found.with_context(missing).or_bad_input()?.or_bad_input()?.1)
            }
        }
    }

    /// The trial whose key begins with these digits; an error where several do.
    fn starting(&self, prefix: &str) -> Result<Option<Found>, Failure> {
        let begins = |key: &&Key| key.to_string().starts_with(&prefix.to_ascii_lowercase());
        let keys: Vec<Key> = match self {
            Self::Store(store) => store.keys().iter().filter(begins).copied().collect(),
            Self::Evidence { evidence, .. } => evidence.kept().keys().filter(begins).copied().collect(),
        };
        let store = match self {
            Self::Store(store) => Some(store.root().to_owned()),
            Self::Evidence { .. } => None,
        };
        match keys.as_slice() {
            [] => Ok(None),
            [key] => Ok(Some(Found { key: *key, record: self.record(*key)?, store })),
            [one, other, ..] => {
                Err(anyhow!("{} trials begin with {prefix}, {one} and {other} among them", keys.len())).or_bad_input()
            }
        }
    }

    /// What its report says of claims, where it is a report's evidence.
    pub(super) fn verdicts(&self) -> Result<Option<Verdicts>, Failure> {
        self.findings()
    }

    /// What is asked for of its `findings.json`, where it is a report's evidence.
    pub(super) fn findings<T: DeserializeOwned>(&self) -> Result<Option<T>, Failure> {
        let Self::Evidence { folder, .. } = self else { return Ok(None) };
        let path = folder.join("findings.json");
        match files::read(&path) {
            Ok(bytes) => {
                let broken = || format!("{} is of another version; `renas report` makes it anew", path.display());
                Ok(Some(serde_json::from_slice(&bytes).with_context(broken).or_bad_input()?))
            }
            Err(_) => Ok(None),
        }
    }
}

impl Found {
    /// The bytes of an object, where it was found in a store that has it.
    pub(super) fn object(&self, digest: &Digest) -> Option<Vec<u8>> {
        Store::open(self.store.as_ref()?, Access::Read).ok()?.object(digest).ok()
    }
}
