//! A process's own corner of a store: a folder for unfinished files that nobody else touches while the process lives.
//!
//! The folder holds a locked file. A folder whose lock can be had belongs to a process that was killed, and is removed
//! by the next one; creation and removal exclude each other through one more lock.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::error::StoreError;
use renas_base::files;

const ALIVE: &str = "alive";

/// What the names of corners begin with; what is called otherwise is none of ours.
const PREFIX: &str = "run-";

/// The corner; removed with all that is in it when dropped.
#[derive(Debug)]
pub(super) struct Session {
    folder: tempfile::TempDir,
    next: AtomicU64,
    /// Holds the lock that says that this process lives.
    _alive: File,
}

impl Session {
    /// A new corner in `folder`, after the corners of dead processes were removed.
    pub(super) fn begin(folder: &Path) -> Result<Self, StoreError> {
        fs::create_dir_all(folder).map_err(|e| StoreError::of_io("make", folder, e))?;
        let gate_path = folder.join("gate");
        let gate = lock_file(&gate_path)?;
        gate.lock().map_err(|e| StoreError::of_io("lock", &gate_path, e))?;
        sweep(folder)?;
        let own = tempfile::Builder::new()
            .prefix(PREFIX)
            .tempdir_in(folder)
            .map_err(|e| StoreError::of_io("make a folder in", folder, e))?;
        let alive_path = own.path().join(ALIVE);
        let alive = lock_file(&alive_path)?;
        alive.lock().map_err(|e| StoreError::of_io("lock", &alive_path, e))?;
        Ok(Self { folder: own, next: AtomicU64::new(0), _alive: alive })
    }

    /// A path in the corner that was not given before.
    pub(super) fn fresh(&self) -> PathBuf {
        self.folder.path().join(self.next.fetch_add(1, Ordering::Relaxed).to_string())
    }
}

/// Remove the corners of processes that live no more.
fn sweep(folder: &Path) -> Result<(), StoreError> {
    let listing = |e| StoreError::of_io("list", folder, e);
    for entry in fs::read_dir(folder).map_err(listing)? {
        let path = entry.map_err(listing)?.path();
        let is_corner = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PREFIX));
        if is_corner && path.is_dir() && is_abandoned(&path.join(ALIVE)) {
            // What cannot be removed (another user's, say) only takes space.
            let _ = fs::remove_dir_all(&path);
        }
    }
    Ok(())
}

fn is_abandoned(alive: &Path) -> bool {
    match files::open(OpenOptions::new().write(true), alive) {
        Ok(file) => file.try_lock().is_ok(),
        // Killed between making the folder and the file; nobody is there now, since we hold the gate.
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    }
}

fn lock_file(path: &Path) -> Result<File, StoreError> {
    let opened = files::open(OpenOptions::new().create(true).truncate(false).write(true), path);
    opened.map_err(|e| StoreError::of_io("open", path, e))
}
