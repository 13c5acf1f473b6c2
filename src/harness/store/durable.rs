//! Durable names: files that were written elsewhere get their places in the store, one or many at once, which waits less
//! on the disk.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::disk::parent;
use super::error::StoreError;
use super::folder::Store;
use super::key::Key;
use super::record::Record;
use renas_base::parallel::{self, lock};

/// Files that are synced at a time: a journal makes those durable together that ask together.
const AT_A_TIME: usize = 8;

impl Store {
    /// Store records that name no objects; on return all of them are durable, on an error some may be.
    pub fn commit_all(&self, records: &[&Record]) -> Result<Vec<Key>, StoreError> {
        if let [record] = records {
            return Ok(vec![self.commit(record, &BTreeMap::new())?]);
        }
        let session = self.session("write")?;
        let mut moves = Vec::new();
        let mut keys = Vec::new();
        for record in records {
            let key = record.identity.clone().address().key();
            let file = session.fresh();
            let text = record.to_text()?;
            self.disk().write(&file, text.as_bytes()).map_err(|e| StoreError::of_io("write", &file, e))?;
            moves.push((file, self.step_path(key)));
            keys.push(key);
        }
        let synced = parallel::map(&moves, AT_A_TIME, |(file, _)| self.sync_file(file));
        synced.into_iter().collect::<Result<(), _>>()?;
        self.settle_synced(&moves)?;
        Ok(keys)
    }

    /// Give finished files their final names, durably: sync them all, rename them all, sync each folder once.
    pub(super) fn settle(&self, moves: Vec<(PathBuf, PathBuf)>) -> Result<(), StoreError> {
        moves.iter().try_for_each(|(file, _)| self.sync_file(file))?;
        self.settle_synced(&moves)
    }

    fn sync_file(&self, file: &Path) -> Result<(), StoreError> {
        self.disk().sync_file(file).map_err(|e| StoreError::of_io("sync", file, e))
    }

    /// The same of files that are synced.
    fn settle_synced(&self, moves: &[(PathBuf, PathBuf)]) -> Result<(), StoreError> {
        let folders = moves.iter().map(|(_, target)| parent(target)).collect();
        self.secure_folders(&folders)?;
        for (file, target) in moves {
            self.disk().rename(file, target).map_err(|e| StoreError::of_io("write", target, e))?;
        }
        folders.iter().try_for_each(|folder| self.sync_folder(folder))
    }

    /// Make sure that folders are there, and will be after a power failure.
    fn secure_folders(&self, folders: &BTreeSet<PathBuf>) -> Result<(), StoreError> {
        let known = || lock(&self.durable);
        let new: Vec<&PathBuf> = {
            let known = known();
            folders.iter().filter(|folder| !known.contains(*folder)).collect()
        };
        for folder in &new {
            self.disk().make_folder(folder).map_err(|e| StoreError::of_io("make", folder, e))?;
        }
        let above: BTreeSet<PathBuf> = new.iter().map(|folder| parent(folder)).collect();
        above.iter().try_for_each(|folder| self.sync_folder(folder))?;
        known().extend(new.into_iter().cloned());
        Ok(())
    }

    pub(super) fn secure_folder(&self, folder: &Path) -> Result<(), StoreError> {
        self.secure_folders(&BTreeSet::from([folder.to_owned()]))
    }

    pub(super) fn sync_folder(&self, folder: &Path) -> Result<(), StoreError> {
        self.disk().sync_folder(folder).map_err(|e| StoreError::of_io("sync", folder, e))
    }
}
