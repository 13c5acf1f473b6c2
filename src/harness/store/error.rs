//! What can go wrong in a store: what was attempted, on what, and what to do.

use std::io;
use std::path::{Path, PathBuf};

use super::key::Key;
use renas_base::digest::{CanonicalError, Digest};

/// A store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file system is mounted read-only, or the store was opened for reading.
    #[error(
        "cannot {action} {path}: the store is read-only; copy it to a writable folder and name that with --store \
         (`renas report` and `renas verify` only read)",
        path = path.display()
    )]
    ReadOnly {
        /// What was attempted.
        action: &'static str,
        /// On what.
        path: PathBuf,
    },
    /// No space, or no quota, is left.
    #[error(
        "cannot {action} {path}: the disk is full (no space, quota or inode is left); nothing that was completed is lost: free some space, then start the \
         same command again",
        path = path.display()
    )]
    Full {
        /// What was attempted.
        action: &'static str,
        /// On what.
        path: PathBuf,
    },
    /// The operating system forbids it.
    #[error(
        "cannot {action} {path}: permission denied; make the store's folder yours (chown, chmod) or name another with \
         --store",
        path = path.display()
    )]
    Permission {
        /// What was attempted.
        action: &'static str,
        /// On what.
        path: PathBuf,
    },
    /// Any other failure of the disk or file system.
    #[error(
        "cannot {action} {path}: {source}; nothing that was completed is lost: start the same command again once this \
         is cured",
        path = path.display()
    )]
    Disk {
        /// What was attempted.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The folder was written in another format.
    #[error(
        "{path} says format {found}, and this renas reads format {ours}: use the renas that wrote it, or name another \
         folder with --store",
        path = path.display()
    )]
    Format {
        /// The format file.
        path: PathBuf,
        /// The format that it names.
        found: u64,
        /// The format that this program reads and writes.
        ours: u64,
    },
    /// The file that names the format is not what it was.
    #[error("{path} is damaged: put its one line back: {line}", path = path.display())]
    FormatDamaged {
        /// The format file.
        path: PathBuf,
        /// What it must hold.
        line: &'static str,
    },
    /// The file that names the format is lost.
    #[error(
        "{path} is lost, but objects or records lie beside it: put its one line back: {line}",
        path = path.display()
    )]
    FormatLost {
        /// The format file.
        path: PathBuf,
        /// What it must hold.
        line: &'static str,
    },
    /// The folder holds other things.
    #[error(
        "{path} is not a store: it has no format.json, but it has `{entry}`; name an empty folder, or one that does not \
         exist yet, with --store",
        path = path.display()
    )]
    NotAStore {
        /// The folder.
        path: PathBuf,
        /// Something in it that no store holds.
        entry: String,
    },
    /// There is no store to read.
    #[error("there is no store at {path}: `renas run` makes one; --store names another folder", path = path.display())]
    NoStore {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The bytes of committed evidence are not those that were written.
    #[error("{path} is damaged: {why}; take it from version control again", path = path.display())]
    Evidence {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The bytes of a file are not those that were written.
    #[error(
        "{path} is damaged: {why}; `renas run` on a writable store sets it aside and computes it again",
        path = path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// How it is known.
        why: String,
    },
    /// An object is not in the store.
    #[error("{path}: the object {digest} is not in the store", path = path.display())]
    NoObject {
        /// Where it should lie.
        path: PathBuf,
        /// Its name.
        digest: Digest,
    },
    /// A record is not in the store.
    #[error("{path}: the step {key} is not in the store", path = path.display())]
    NoRecord {
        /// Where it should lie.
        path: PathBuf,
        /// Its key.
        key: Key,
    },
    /// Equal inputs gave two results.
    #[error(
        "{path}: step {step} gave another result on the same inputs before: it is not deterministic, or its version was \
         not raised when its meaning changed; remove the file to keep the new result",
        path = path.display()
    )]
    Contradiction {
        /// The record that is there.
        path: PathBuf,
        /// Name of the step.
        step: String,
    },
    /// A value cannot be stored.
    #[error("step {step}: the {part} cannot be stored: {source}")]
    NotStorable {
        /// Name of the step.
        step: String,
        /// `inputs`, `result` or `observation`.
        part: &'static str,
        /// Why.
        source: CanonicalError,
    },
}

impl StoreError {
    /// The error that stands for what the operating system said.
    pub fn of_io(action: &'static str, path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { action, path },
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { action, path },
            io::ErrorKind::PermissionDenied => Self::Permission { action, path },
            _ => Self::Disk { action, path, source },
        }
    }
}
