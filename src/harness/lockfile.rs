//! Lock files: the digests that a committed profile promises, one small reviewable file per experiment.
//!
//! `experiments/locks/<profile>/<experiment>.json` is written only when somebody asks for it. It names what was promised
//! by study, trial and file, so that a comparison says which of them differ; it promises bits only to machines of the
//! numeric class that made it. Measured times are promised to nobody, nor is what derives from them: it is named only.

mod difference; // what differs between two lock files

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use difference::{Difference, FINGERPRINT, Subject, compare, compare_runs};

use super::evidence::Evidence;
use super::ledger::Ledger;
use super::manifest::model::{Manifest, Profile};
use super::report_folder::save;
use super::run::StudyOutputs;
use super::seal::Seal;
use super::store::{Key, WorkerIdentity};
use renas_base::digest::Digest;
use renas_base::files;
use renas_report::render::RUN_RECORD;

/// The format of lock files.
pub const FORMAT: u64 = 1;

/// What an experiment gave at a profile, as digests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// The format: `FORMAT`.
    pub format: u64,
    /// The experiment.
    pub experiment: String,
    /// The profile.
    pub profile: Profile,
    /// SHA-256 of the manifest.
    pub manifest: Digest,
    /// What computed the trials, as far as results depend on it by name.
    pub worker: WorkerIdentity,
    /// Numeric fingerprints of the machines that computed the trials: one, unless several took part.
    pub fingerprints: BTreeSet<Digest>,
    /// Digest of the result of each study that derives from no measured time, by id.
    pub studies: BTreeMap<String, Digest>,
    /// Ids of the studies that derive from measured times.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub observed: BTreeSet<String>,
    /// Digest of the outcome of each trial that a worker computed, measured times apart, by key.
    pub trials: BTreeMap<Key, Digest>,
    /// What was expected of each claim and what became of it, since the first result.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub claims: Ledger,
    /// What was sealed before the first result, where anything was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<Seal>,
    /// Digest of each file of the report, by its path in the report's folder, with `/`.
    pub files: BTreeMap<String, Digest>,
}

/// Why a lock file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// The system refused to read it.
    #[error("cannot read the lock file {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is no lock file.
    #[error("the lock file {} is damaged ({why}); take it from version control, or write it anew with --update-lock", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A later program wrote it.
    #[error("the lock file {} has format {found}, this program reads format {FORMAT}; use a newer renas", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u64,
    },
    /// The system refused to write it; what was there before is still there.
    #[error("cannot write the lock file {}: {source}; nothing was changed", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Where the lock file of an experiment lies, below the folder of manifests.
pub fn path(experiments: &Path, profile: Profile, experiment: &str) -> PathBuf {
    experiments.join("locks").join(profile.name()).join(format!("{experiment}.json"))
}

impl Lock {
    /// One that promises no result yet, and says what was sealed.
    pub fn of_seal(manifest: &Manifest, profile: Profile, worker: WorkerIdentity, seal: Seal, claims: Ledger) -> Self {
        let (fingerprints, observed, trials) = Default::default();
        let (studies, files) = Default::default();
        let (format, experiment, sealed) = (FORMAT, manifest.id.clone(), Some(seal));
        let manifest = manifest.digest;
        Self {
            format,
            experiment,
            profile,
            manifest,
            worker,
            fingerprints,
            studies,
            observed,
            trials,
            claims,
            sealed,
            files,
        }
    }

    /// Whether it seals and promises no result yet.
    pub fn is_seal(&self) -> bool {
        let has_results = !(self.studies.is_empty() && self.observed.is_empty() && self.files.is_empty());
        self.sealed.is_some() && !has_results
    }

    /// The lock file at `path`, where there is one.
    pub fn read(path: &Path) -> Result<Option<Self>, LockError> {
        let bytes = match files::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(LockError::Read { path: path.to_owned(), source }),
        };
        let damaged = |why: String| LockError::Damaged { path: path.to_owned(), why };
        let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
        match value.get("format").and_then(serde_json::Value::as_u64) {
            Some(FORMAT) => {}
            Some(found) => return Err(LockError::Format { path: path.to_owned(), found }),
            None => return Err(damaged("it names no format".to_owned())),
        }
        // From the bytes again, so that a message has a line.
        let lock: Self = serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
        // JSON lets a key stand twice: a file whose text is another than ours may say two things.
        if lock.to_text().as_bytes() != bytes {
            return Err(damaged("it is not as it was written".to_owned()));
        }
        Ok(Some(lock))
    }

    /// Write the lock file durably in place of the one at `path`: it is the old or the new one, whatever happens.
    pub fn write(&self, path: &Path) -> Result<(), LockError> {
        save(path, self.to_text().as_bytes()).map_err(|source| LockError::Write { path: path.to_owned(), source })
    }

    /// The text of the file: one line for each study, trial and file, in order.
    pub fn to_text(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("text, digests and maps with text as keys have JSON");
        text + "\n"
    }

    /// What a lock promises of the studies: the digests of those that derive from no measured time.
    pub fn studies_of(studied: &StudyOutputs) -> BTreeMap<String, Digest> {
        let repeats = studied.digests.iter().filter(|(id, _)| !studied.observed.contains(*id));
        repeats.map(|(id, digest)| (id.clone(), *digest)).collect()
    }

    /// What a lock promises of the trials: the digests of all outcomes that are not measured times.
    pub fn trials_of(evidence: &Evidence) -> BTreeMap<Key, Digest> {
        let repeats = evidence.kept().iter().filter(|(_, kept)| !kept.is_observed_time());
        repeats.filter_map(|(key, kept)| Some((*key, kept.outcome()?))).collect()
    }

    /// Digests of the files of an experiment, by path in the report's folder. The run record is none of them: it says who
    /// ran it, and another run says something else.
    pub fn files_of(experiment: &str, files: &BTreeMap<PathBuf, Digest>) -> BTreeMap<String, Digest> {
        let own = files.iter().filter(|(path, _)| path.starts_with(experiment) && !path.ends_with(RUN_RECORD));
        own.map(|(path, digest)| (path.to_string_lossy().into_owned(), *digest)).collect()
    }

    /// Whether both come from machines of one numeric class, so that every digest must be equal.
    pub fn same_class(&self, other: &Self) -> bool {
        self.worker == other.worker && self.fingerprints == other.fingerprints && self.fingerprints.len() <= 1
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn lock() -> Lock {
        let digest = |text: &str| Digest::of(text.as_bytes());
        Lock {
            format: FORMAT,
            experiment: "toy".to_owned(),
            profile: Profile::Quick,
            manifest: digest("manifest"),
            worker: WorkerIdentity { numerics: "portable".into(), device: "cpu".into(), libtorch: "2.11.0".into() },
            fingerprints: BTreeSet::from([digest("machine")]),
            studies: BTreeMap::from([("a".to_owned(), digest("a")), ("b/1".to_owned(), digest("b"))]),
            observed: BTreeSet::new(),
            trials: BTreeMap::from([(Key(digest("key")), digest("outcome"))]),
            claims: BTreeMap::new(),
            sealed: None,
            files: BTreeMap::from([("toy/report.md".to_owned(), digest("report"))]),
        }
    }

    /// Lock files are committed: their format may not change without a new number.
    #[test]
    fn the_text_of_a_lock_file_is_pinned() {
        let digest = Digest::of(lock().to_text().as_bytes()).to_string();
        assert_eq!(digest, "caaedfb38931a5f8f50994783513931454b0fba45f808c296626fcd33020c604");
    }

    #[test]
    fn a_lock_file_reads_back_and_replaces_the_one_before() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = path(folder.path(), Profile::Quick, "toy");
        assert!(place.ends_with("locks/quick/toy.json"));
        assert_eq!(Lock::read(&place).expect("no file is no error"), None);
        lock().write(&place).expect("written");
        let other = Lock { experiment: "other".to_owned(), ..lock() };
        other.write(&place).expect("written again");
        assert_eq!(Lock::read(&place).expect("readable"), Some(other));
        let parent = place.parent().expect("a folder");
        assert_eq!(fs::read_dir(parent).expect("a folder").count(), 1, "no temporary file stays");
    }

    #[test]
    fn studies_that_derive_from_measured_times_are_named_in_the_file_and_not_compared_between_runs() {
        let digest = |text: &str| Digest::of(text.as_bytes());
        let promised = Lock { observed: BTreeSet::from(["search".to_owned()]), ..lock() };
        let text = promised.to_text();
        assert!(text.contains("\"observed\": [\n    \"search\"\n  ],\n  \"trials\""), "{text}");
        assert!(!lock().to_text().contains("observed"));
        let mut found = promised.clone();
        found.files.insert("toy/report.md".to_owned(), digest("another time"));
        found.trials.insert(Key(digest("chosen because of it")), digest("outcome"));
        assert_eq!(compare_runs(&promised, &found), []);
        assert_eq!(compare(&promised, &found).len(), 2, "its own evidence has to give what was promised");
        found.trials.insert(Key(digest("key")), digest("another outcome"));
        found.studies.insert("a".to_owned(), digest("another"));
        let subjects: Vec<Subject> = compare_runs(&promised, &found).iter().map(|one| one.subject).collect();
        assert_eq!(subjects, [Subject::Trial, Subject::Study]);
        let differences = compare_runs(&lock(), &promised);
        assert_eq!(differences.len(), 1);
        assert_eq!(differences[0].to_string(), "study search: is there, was not promised");
    }

    #[test]
    fn a_damaged_or_newer_lock_file_is_refused_by_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("toy.json");
        let refused = |text: &str| {
            fs::write(&place, text).expect("written");
            Lock::read(&place).expect_err("refused").to_string().replace(&place.display().to_string(), "FILE")
        };
        let text = lock().to_text();
        assert!(refused(&text[..text.len() / 2]).starts_with("the lock file FILE is damaged (EOF while parsing"));
        assert!(refused(&text.replace("\"toy\"", "\"toy\", \"more\": 1")).contains("unknown field `more`"));
        assert!(refused(&text.replace("  ", " ")).contains("not as it was written"));
        assert!(refused("{}").contains("it names no format"));
        let newer = refused(&text.replace("\"format\": 1", "\"format\": 2"));
        assert_eq!(newer, "the lock file FILE has format 2, this program reads format 1; use a newer renas");
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named_and_the_old_file_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("file");
        fs::write(&file, "old").expect("written");
        let error = lock().write(&file.join("toy.json")).expect_err("a file is no folder").to_string();
        assert!(error.starts_with("cannot write the lock file ") && error.ends_with("nothing was changed"), "{error}");
        assert_eq!(fs::read_to_string(&file).expect("still there"), "old");
    }

    #[test]
    fn a_comparison_names_every_setting_trial_study_and_file_that_differs() {
        let mut found = lock();
        assert_eq!(compare(&lock(), &found), []);
        assert!(lock().same_class(&found));
        found.worker.numerics = "avx2".to_owned();
        found.studies.insert("b/1".to_owned(), Digest::of(b"another"));
        found.trials.clear();
        found.files.insert("toy/new.svg".to_owned(), Digest::of(b"new"));
        let messages: Vec<String> = compare(&lock(), &found).iter().map(Difference::to_string).collect();
        let key = Digest::of(b"key");
        let (old, new) = (Digest::of(b"b"), Digest::of(b"another"));
        assert_eq!(
            messages,
            [
                "numerics: value portable was promised, avx2 was found".to_owned(),
                format!("trial {key}: was promised, is not there"),
                format!("study b/1: result {old} was promised, {new} was found"),
                "file toy/new.svg: is there, was not promised".to_owned(),
            ]
        );
        assert!(!lock().same_class(&found));
    }
}
