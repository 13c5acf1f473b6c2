//! One process at a time computes a step: an advisory lock on a file named by the step's key.
//!
//! The operating system gives the lock back when its holder ends, however it ends. The file is removed by the holder, so
//! a lock counts only while the path still leads to the locked file. Threads of one process exclude each other too,
//! since each opens the file anew.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::error::StoreError;
use renas_base::files;

/// A step that nobody else computes until this is dropped.
#[derive(Debug)]
pub struct StepLock {
    path: PathBuf,
    /// Holds the lock; closed after the file is removed.
    _file: File,
}

impl StepLock {
    /// The lock at `path`, or nothing while another holds it.
    pub(super) fn try_at(path: &Path) -> Result<Option<Self>, StoreError> {
        let failed = |source| StoreError::of_io("lock", path, source);
        loop {
            let opened = files::open(OpenOptions::new().create(true).truncate(false).write(true), path);
            let file = match opened {
                // Another user's file that was left: a lock needs no right to write.
                Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                    files::open(OpenOptions::new().read(true), path)
                }
                opened => opened,
            };
            let file = file.map_err(failed)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(source)) => return Err(failed(source)),
            }
            let held = file.metadata().map_err(failed)?;
            match fs::metadata(path) {
                Ok(there) if (there.dev(), there.ino()) == (held.dev(), held.ino()) => {
                    return Ok(Some(Self { path: path.to_owned(), _file: file }));
                }
                // The holder before us removed the file between our opening and locking it: try the new one.
                Ok(_) => {}
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(failed(error)),
            }
        }
    }
}

impl Drop for StepLock {
    fn drop(&mut self) {
        // A lock file that stays is harmless: the next holder uses and removes it.
        let _ = fs::remove_file(&self.path);
    }
}
