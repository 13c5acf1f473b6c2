//! `Receipt`: what a finished run read and wrote, by digest, so that the same run is not repeated when it is asked again.
//!
//! A run is a function of its manifests and of the store, and its report a function of both. Where every file that a
//! run read (manifests, step records, lock files) and wrote (the report) still holds the bytes that it held at its end,
//! and the same program is asked the same, running again would read and write the same bytes: all that is left to do is
//! to look at them. Each file is read and hashed, so that what was altered, cut off or lost since is noticed, and then
//! the run goes through everything and says what it finds. A receipt that is missing or damaged costs only time.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::report_folder::{FolderError, listing};
use renas_base::digest::Digest;
use renas_base::{files, parallel};

/// The folder of a store that holds receipts.
pub const FOLDER: &str = "receipts";

/// What a finished run read and wrote, and what it answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// What was asked: profile, selection, device, folders.
    pub question: Value,
    /// The program that ran.
    pub program: Program,
    /// Digest of every file that the run depends on or wrote; nothing where there was no such file.
    pub files: BTreeMap<PathBuf, Option<Digest>>,
    /// Folders that held exactly these files, at any depth, as `files::shown` shows them; others would have changed the run.
    pub folders: BTreeMap<PathBuf, BTreeSet<String>>,
    /// What the run said at its end.
    pub answer: Value,
}

/// The program of a process: a program built anew has another time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    path: PathBuf,
    bytes: u64,
    modified_nanoseconds: u128,
}

impl Program {
    /// The program of this process.
    pub fn current() -> Result<Self> {
        let path = std::env::current_exe().context("cannot find where this program lies")?;
        let metadata = path.metadata().with_context(|| format!("cannot look at {}", path.display()))?;
        let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let modified_nanoseconds = modified.context("this program has no time of its last change")?.as_nanos();
        Ok(Self { bytes: metadata.len(), path, modified_nanoseconds })
    }
}

impl Receipt {
    /// The receipt of that question in the store at `root`; nothing where there is none, or none that can be read.
    pub fn find(root: &Path, question: &Value) -> Option<Self> {
        Self::read(&path(root, question).ok()?).filter(|receipt| receipt.question == *question)
    }

    /// The receipt in that file; nothing where there is none that can be read.
    pub fn read(path: &Path) -> Option<Self> {
        let text = String::from_utf8(files::read(path).ok()?).ok()?;
        let (stated, body) = text.split_once('\n')?;
        let stated: Digest = stated.parse().ok()?;
        (stated == Digest::of(body.as_bytes())).then(|| serde_json::from_str(body).ok())?
    }

    /// Keep it in the store at `root`, in place of an older one of its question.
    pub fn keep(&self, root: &Path) -> Result<()> {
        let path = path(root, &self.question)?;
        let body = serde_json::to_string(self)?;
        let text = format!("{}\n{body}", Digest::of(body.as_bytes()));
        let save = || -> std::io::Result<()> {
            let folder = root.join(FOLDER);
            std::fs::create_dir_all(&folder)?;
            let file = tempfile::NamedTempFile::new_in(&folder)?;
            std::fs::write(file.path(), text)?;
            file.persist(&path).map_err(|error| error.error)?;
            Ok(())
        };
        save().with_context(|| format!("cannot write {}", path.display()))
    }

    /// Whether this program, asked the same, would read and write the bytes that are there. Reads every file, as many
    /// at a time as `threads`.
    pub fn still_holds(&self, threads: usize) -> bool {
        let is_same = |folder: &PathBuf, files: &BTreeSet<String>| names_in(folder).is_ok_and(|found| found == *files);
        Program::current().is_ok_and(|program| program == self.program)
            && self.folders.iter().all(|(folder, files)| is_same(folder, files))
            && all_hold(&self.files.iter().collect::<Vec<_>>(), threads.max(1))
    }
}

/// The names of all files of a folder, at any depth, as a receipt holds them: a user's file may have a name that is no text.
pub fn names_in(folder: &Path) -> Result<BTreeSet<String>, FolderError> {
    Ok(listing(folder)?.iter().map(|path| files::shown(path)).collect())
}

/// The digest that a receipt states of a file: nothing where there is none, or none that can be read.
pub fn digest_of(path: &Path) -> Option<Digest> {
    files::read(path).ok().map(|bytes| Digest::of(&bytes))
}

fn all_hold(files: &[(&PathBuf, &Option<Digest>)], threads: usize) -> bool {
    parallel::map(files, threads, |(path, digest)| digest_of(path) == **digest).into_iter().all(|holds| holds)
}

fn path(root: &Path, question: &Value) -> Result<PathBuf> {
    Ok(root.join(FOLDER).join(format!("{}.json", Digest::of_value(question)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn receipt(folder: &Path) -> Receipt {
        let (read, absent) = (folder.join("record"), folder.join("lock"));
        std::fs::write(&read, "a record").expect("writable");
        Receipt {
            question: json!({"profile": "quick"}),
            program: Program::current().expect("a test is a program"),
            files: BTreeMap::from([(read.clone(), digest_of(&read)), (absent.clone(), digest_of(&absent))]),
            folders: BTreeMap::from([(folder.to_owned(), names_in(folder).expect("listable"))]),
            answer: json!({"verdicts": 3}),
        }
    }

    #[test]
    fn a_receipt_holds_until_a_file_changes_goes_or_comes() {
        let folder = tempfile::tempdir().expect("a folder");
        let receipt = receipt(folder.path());
        for threads in [0, 1, 2, 7] {
            assert!(receipt.still_holds(threads));
        }
        let (record, lock, other) = (folder.path().join("record"), folder.path().join("lock"), folder.path().join("x"));
        std::fs::write(&record, "a recorD").expect("writable");
        assert!(!receipt.still_holds(2), "one bit of a record was flipped");
        std::fs::remove_file(&record).expect("it is ours");
        assert!(!receipt.still_holds(2), "a record was lost");
        std::fs::write(&record, "a record").expect("writable");
        assert!(receipt.still_holds(2), "it came back");
        std::fs::write(&other, "").expect("writable");
        assert!(!receipt.still_holds(2), "a folder has one file more");
        std::fs::remove_file(&other).expect("it is ours");
        std::fs::write(&lock, "").expect("writable");
        assert!(!receipt.still_holds(2), "a file came that was not there");
    }

    #[test]
    fn another_program_does_not_take_a_receipt() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut receipt = receipt(folder.path());
        receipt.program.modified_nanoseconds += 1;
        assert!(!receipt.still_holds(1));
    }

    #[test]
    fn a_receipt_is_found_by_its_question_and_a_damaged_one_is_none() {
        let (folder, store) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let receipt = receipt(folder.path());
        assert_eq!(Receipt::find(store.path(), &receipt.question), None);
        receipt.keep(store.path()).expect("kept");
        assert_eq!(Receipt::find(store.path(), &receipt.question).as_ref(), Some(&receipt));
        assert_eq!(Receipt::find(store.path(), &json!({"profile": "reduced"})), None);
        let path = path(store.path(), &receipt.question).expect("a path");
        let whole = std::fs::read(&path).expect("readable");
        for place in 0..whole.len() {
            let mut altered = whole.clone();
            altered[place] ^= 1;
            std::fs::write(&path, &altered).expect("writable");
            assert_eq!(Receipt::find(store.path(), &receipt.question), None, "byte {place}");
        }
    }
}
