//! Archives: a selection of manifests, lock files, reports and records with all that they need, in one file.
//!
//! An archive is a tar file compressed with zstd. Its first member, `SHA256SUMS`, promises the digests of all others, which stand in the
//! order of their names, without times, owners or links: the same selection is the same bytes. What is read of one is not believed before
//! all of it was compared.

mod metadata; // RO-Crate 1.1
mod pack;
mod unpack;

use std::path::PathBuf;

pub use metadata::{About, ro_crate};
pub use pack::{Packed, Source, pack};
pub use unpack::{Unpacked, unpack};

/// The member that promises the digests of all others.
pub const SUMS: &str = "SHA256SUMS";

/// The member that describes the archive for other programs.
pub const METADATA: &str = "ro-crate-metadata.json";

/// The folder of an archive that is a store.
pub const STORE: &str = "store";

/// An archive cannot be written, or not be believed. Where one is refused, nothing of it is left in the place that was asked for.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The system refused something.
    #[error("cannot {action} {}: {source}", path.display())]
    Disk {
        /// What was attempted.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// It is no archive of renas, or cut off.
    #[error("{} is no archive of renas, or it is cut off: {why}", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// How that is seen.
        why: String,
    },
    /// A member is not what an archive of renas holds.
    #[error("{}: member `{member}` {why}; nothing was unpacked", path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// The member, as it is named there.
        member: String,
        /// What is wrong with it.
        why: String,
    },
    /// Something is in the place to unpack into.
    #[error("{} is there already: name a folder that is not", path.display())]
    Taken {
        /// The folder.
        path: PathBuf,
    },
}

pub(crate) fn disk(action: &'static str, path: &std::path::Path) -> impl FnOnce(std::io::Error) -> ArchiveError {
    let path = path.to_owned();
    move |source| ArchiveError::Disk { action, path, source }
}
