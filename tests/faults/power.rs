//! A disk that remembers every operation, and what would be left of it had the power failed after any of them.
//!
//! Two worst cases of what POSIX allows: names survive only where their folder was synced, or every name survives at
//! once; in both, content survives only where the file was synced, and is empty otherwise.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use renas::harness::store::{Disk, OsDisk};

/// One operation that changes the disk.
#[derive(Clone, Debug)]
pub(crate) enum Operation {
    MakeFolder(PathBuf),
    Write(PathBuf, Vec<u8>),
    SyncFile(PathBuf),
    Rename(PathBuf, PathBuf),
    SyncFolder(PathBuf),
}

/// A disk that works, and remembers.
#[derive(Clone, Default)]
pub(crate) struct Recorder(Arc<Mutex<Vec<Operation>>>);

impl Recorder {
    /// What was done so far.
    pub(crate) fn operations(&self) -> Vec<Operation> {
        self.0.lock().expect("no writer panicked").clone()
    }

    fn note(&self, operation: Operation) {
        self.0.lock().expect("no writer panicked").push(operation);
    }
}

impl Disk for Recorder {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        OsDisk.read(path)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<(String, bool)>> {
        OsDisk.list(folder)
    }

    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        self.note(Operation::MakeFolder(folder.to_owned()));
        OsDisk.make_folder(folder)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.note(Operation::Write(path.to_owned(), bytes.to_owned()));
        OsDisk.write(path, bytes)
    }

    fn sync_file(&self, path: &Path) -> io::Result<()> {
        self.note(Operation::SyncFile(path.to_owned()));
        OsDisk.sync_file(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.note(Operation::Rename(from.to_owned(), to.to_owned()));
        OsDisk.rename(from, to)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.note(Operation::SyncFolder(folder.to_owned()));
        OsDisk.sync_folder(folder)
    }
}

/// Which names survive a power failure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Names {
    /// Those in folders that were synced since.
    Synced,
    /// All.
    All,
}

#[derive(Default)]
struct Model {
    /// Content as programs see it, and as it was last synced.
    files: Vec<(Vec<u8>, Vec<u8>)>,
    seen: BTreeMap<PathBuf, usize>,
    durable: BTreeMap<PathBuf, usize>,
    seen_folders: BTreeSet<PathBuf>,
    durable_folders: BTreeSet<PathBuf>,
}

impl Model {
    fn apply(&mut self, operation: &Operation) {
        match operation {
            Operation::MakeFolder(path) => {
                self.seen_folders.extend(path.ancestors().map(Path::to_owned));
            }
            Operation::Write(path, bytes) => {
                self.files.push((bytes.clone(), Vec::new()));
                self.seen.insert(path.clone(), self.files.len() - 1);
            }
            Operation::SyncFile(path) => {
                let file = &mut self.files[self.seen[path]];
                file.1 = file.0.clone();
            }
            Operation::Rename(from, to) => {
                let file = self.seen.remove(from).expect("a file of the disk is renamed");
                self.seen.insert(to.clone(), file);
            }
            Operation::SyncFolder(folder) => {
                let is_inside = |path: &Path| path.parent() == Some(folder);
                self.durable.retain(|path, _| !is_inside(path));
                self.durable.extend(self.seen.iter().filter(|(path, _)| is_inside(path)).map(|(p, f)| (p.clone(), *f)));
                self.durable_folders.extend(self.seen_folders.iter().filter(|path| is_inside(path)).cloned());
            }
        }
    }
}

/// Build, at `to`, what is left of the folder `root` after `operations` and a power failure.
pub(crate) fn after_power_failure(operations: &[Operation], names: Names, root: &Path, to: &Path) {
    let mut model = Model::default();
    operations.iter().for_each(|operation| model.apply(operation));
    let (files, folders) = match names {
        Names::Synced => (&model.durable, &model.durable_folders),
        Names::All => (&model.seen, &model.seen_folders),
    };
    let survives = |path: &Path| path.starts_with(root) && (path == root || folders.contains(root));
    // A folder's name survives only with those above it; sorted, they come first.
    let mut there = BTreeSet::new();
    for folder in folders.iter().filter(|folder| survives(folder)) {
        if folder == root || folder.parent().is_some_and(|parent| there.contains(parent)) {
            std::fs::create_dir_all(to.join(folder.strip_prefix(root).expect("below the root"))).expect("a folder");
            there.insert(folder.as_path());
        }
    }
    for (path, file) in files {
        if path.parent().is_some_and(|parent| there.contains(parent)) {
            let to = to.join(path.strip_prefix(root).expect("below the root"));
            std::fs::write(to, &model.files[*file].1).expect("a file");
        }
    }
}
