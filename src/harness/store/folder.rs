//! `Store`: a folder of objects and step records.
//!
//! ```text
//! format.json             {"format": 1}; written last, so that a folder with it is complete
//! objects/ab/cdef...      raw bytes named by their SHA-256
//! steps/ab/cdef....json   one record (`record`), named by its key
//! tmp/ locks/ damaged/    unfinished files of running processes; steps being computed; what was set aside
//! ```
//!
//! A commit makes objects durable before the record that names them: each file is written elsewhere, synced, renamed,
//! and its new folder synced. A shard (`ab`) counts as durable once this process synced the folder above it: that
//! another process made it does not mean that its name is on the disk yet.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::disk::{Disk, OsDisk, parent};
use super::error::StoreError;
use super::format::{FORMAT_TEXT, check_format, lost};
use super::identity::Address;
use super::record::{self, Key, Record};
use super::scratch::Session;
use super::step_lock::StepLock;
use renas_base::digest::Digest;
use renas_base::parallel::lock;

/// What a store is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reading; nothing is ever written, and the store must exist.
    Read,
    /// Reading and writing; a store that does not exist is made. What exists is not touched before the first write.
    Write,
}

/// A folder of objects and step records.
pub struct Store {
    root: PathBuf,
    access: Access,
    disk: Box<dyn Disk>,
    session: Mutex<Option<Arc<Session>>>,
    /// Folders whose own names this process knows to be durable.
    pub(super) durable: Mutex<BTreeSet<PathBuf>>,
}

/// An empty folder inside the store for unfinished files; removed when dropped.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
    _session: Arc<Session>,
}

impl Scratch {
    /// Where it is; on the same file system as the objects.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays is removed with the session's folder.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

impl Store {
    /// The store in the folder `root`.
    pub fn open(root: &Path, access: Access) -> Result<Self, StoreError> {
        Self::open_on(Box::new(OsDisk), root, access)
    }

    /// The store in the folder `root` of a given disk.
    pub fn open_on(disk: Box<dyn Disk>, root: &Path, access: Access) -> Result<Self, StoreError> {
        let store = Self::new(disk, root, access);
        match store.check_format() {
            Err(StoreError::NoStore { .. }) if access == Access::Write => store.create()?,
            // Version control and archives drop empty folders.
            Ok(()) if access == Access::Write => store.make_folders(|folder| !folder.is_dir())?,
            checked => checked?,
        }
        Ok(store)
    }

    /// The store in the folder `root`, for reading, whatever its format file says, and what is wrong with that file; an
    /// error where nothing is there that a store holds.
    pub fn inspect(root: &Path) -> Result<(Self, Option<StoreError>), StoreError> {
        let store = Self::new(Box::new(OsDisk), root, Access::Read);
        match store.check_format() {
            Ok(()) => Ok((store, None)),
            Err(error @ StoreError::NoStore { .. }) => Err(error),
            Err(wrong) => Ok((store, Some(wrong))),
        }
    }

    fn new(disk: Box<dyn Disk>, root: &Path, access: Access) -> Self {
        Self { root: root.to_owned(), access, disk, session: Mutex::default(), durable: Mutex::default() }
    }

    fn check_format(&self) -> Result<(), StoreError> {
        let path = self.format_path();
        match self.disk.read(&path) {
            Ok(bytes) => check_format(&path, &bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => match self.holds_anything()? {
                // The format file is written before the first object: it was there.
                true => Err(lost(path)),
                false => Err(StoreError::NoStore { path: self.root.clone() }),
            },
            Err(error) => Err(StoreError::of_io("read", &path, error)),
        }
    }

    /// The store's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether it was opened for writing; the disk may refuse all the same.
    pub fn is_writable(&self) -> bool {
        self.access == Access::Write
    }

    /// The record at an address; nothing where the step was not computed yet.
    pub fn find(&self, address: &Address) -> Result<Option<Record>, StoreError> {
        self.read_step(address.key(), |bytes| Record::parse_known(bytes, address))
    }

    /// The record of a key; an error where the step was not computed yet.
    pub fn record(&self, key: Key) -> Result<Record, StoreError> {
        let found = self.read_step(key, |bytes| Record::parse(bytes, key))?;
        found.ok_or_else(|| StoreError::NoRecord { path: self.step_path(key), key })
    }

    /// The digest of the whole file of a step's record, once it is seen to be intact; an error where it is not there.
    pub fn record_file(&self, key: Key) -> Result<Digest, StoreError> {
        let path = self.step_path(key);
        let bytes = self.disk.read(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => StoreError::NoRecord { path: path.clone(), key },
            _ => StoreError::of_io("read", &path, error),
        })?;
        match record::verified(&bytes) {
            Ok(_) => Ok(Digest::of(&bytes)),
            Err(why) => Err(StoreError::Damaged { path, why }),
        }
    }

    /// The bytes of an object.
    pub fn object(&self, digest: &Digest) -> Result<Vec<u8>, StoreError> {
        let path = self.object_path(digest);
        let bytes = match self.disk.read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(StoreError::NoObject { path, digest: *digest });
            }
            Err(error) => return Err(StoreError::of_io("read", &path, error)),
        };
        verify_bytes(&path, &bytes, digest)?;
        Ok(bytes)
    }

    /// Where an object lies, or would lie.
    pub fn object_path(&self, digest: &Digest) -> PathBuf {
        let name = digest.to_string();
        self.root.join("objects").join(&name[..2]).join(&name[2..])
    }

    /// Where a step's record lies, or would lie.
    pub fn step_path(&self, key: Key) -> PathBuf {
        let name = key.to_string();
        self.root.join("steps").join(&name[..2]).join(format!("{}.json", &name[2..]))
    }

    /// The right to compute a step, or nothing while another process or thread has it.
    pub fn try_lock(&self, key: Key) -> Result<Option<StepLock>, StoreError> {
        self.session("lock a step in")?;
        StepLock::try_at(&self.root.join("locks").join(key.to_string()))
    }

    /// An empty folder for a worker's files.
    pub fn scratch(&self) -> Result<Scratch, StoreError> {
        let session = self.session("make a folder in")?;
        let path = session.fresh();
        std::fs::create_dir(&path).map_err(|e| StoreError::of_io("make", &path, e))?;
        Ok(Scratch { path, _session: session })
    }

    /// Store a record and the objects that it names, which lie as files in a scratch folder of this store.
    ///
    /// On return all of it is durable; on an error the record is absent (or was there before). The files are consumed.
    pub fn commit(&self, record: &Record, files: &BTreeMap<Digest, PathBuf>) -> Result<Key, StoreError> {
        let session = self.session("write")?;
        let text = record.to_text()?;
        let key = record.identity.clone().address().key();
        self.commit_objects(files)?;
        let file = session.fresh();
        self.disk.write(&file, text.as_bytes()).map_err(|e| StoreError::of_io("write", &file, e))?;
        self.settle(vec![(file, self.step_path(key))])?;
        Ok(key)
    }

    /// Store files of a scratch folder as objects, durably. The files are consumed.
    pub fn commit_objects(&self, files: &BTreeMap<Digest, PathBuf>) -> Result<(), StoreError> {
        self.session("write")?;
        for (digest, file) in files {
            let bytes = self.disk.read(file).map_err(|e| StoreError::of_io("read", file, e))?;
            verify_bytes(file, &bytes, digest)?;
        }
        self.settle(files.iter().map(|(digest, file)| (file.clone(), self.object_path(digest))).collect())
    }

    /// Store bytes as an object, durably.
    pub fn add_object(&self, bytes: &[u8]) -> Result<Digest, StoreError> {
        let file = self.session("write")?.fresh();
        let digest = Digest::of(bytes);
        self.disk.write(&file, bytes).map_err(|e| StoreError::of_io("write", &file, e))?;
        self.settle(vec![(file, self.object_path(&digest))])?;
        Ok(digest)
    }

    /// Move a damaged file out of the way, into `damaged/`; where it lies then.
    pub fn set_aside(&self, path: &Path) -> Result<PathBuf, StoreError> {
        self.session("set aside")?;
        let failed = |e| StoreError::of_io("set aside", path, e);
        let folder = self.root.join("damaged");
        let name = path.strip_prefix(&self.root).unwrap_or(path).to_string_lossy().replace('/', "-");
        let taken: BTreeSet<String> =
            self.disk.list(&folder).map_err(failed)?.into_iter().map(|(name, _)| name).collect();
        let free = (0..).map(|number| format!("{name}.{number}")).find(|name| !taken.contains(name));
        let to = folder.join(free.expect("there are more numbers than files"));
        self.disk.rename(path, &to).map_err(failed)?;
        self.disk.sync_folder(&folder).map_err(failed)?;
        self.disk.sync_folder(&parent(path)).map_err(failed)?;
        Ok(to)
    }

    pub(super) fn disk(&self) -> &dyn Disk {
        &*self.disk
    }

    fn format_path(&self) -> PathBuf {
        self.root.join("format.json")
    }

    fn read_step(
        &self,
        key: Key,
        parse: impl FnOnce(&[u8]) -> Result<Record, String>,
    ) -> Result<Option<Record>, StoreError> {
        let path = self.step_path(key);
        match self.disk.read(&path) {
            Ok(bytes) => parse(&bytes).map(Some).map_err(|why| StoreError::Damaged { path, why }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::of_io("read", &path, error)),
        }
    }

    /// Make an empty store. Safe to interrupt at any point and for several processes at once.
    fn create(&self) -> Result<(), StoreError> {
        self.refuse_other_folders()?;
        let is_new = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
        let mut new: Vec<&Path> = self.root.ancestors().take_while(is_new).collect();
        new.reverse();
        for folder in new {
            self.secure_folder(folder)?;
        }
        // Also where it exists: its maker may have been killed before it was durable.
        self.secure_folder(&self.root)?;
        self.make_folders(|_| true)?;
        self.sync_folder(&self.root)?;
        let file = self.session("write")?.fresh();
        self.disk.write(&file, FORMAT_TEXT.as_bytes()).map_err(|e| StoreError::of_io("write", &file, e))?;
        self.settle(vec![(file, self.format_path())])
    }

    fn make_folders(&self, is_needed: fn(&PathBuf) -> bool) -> Result<(), StoreError> {
        for folder in FOLDERS.map(|name| self.root.join(name)).into_iter().filter(is_needed) {
            self.disk.make_folder(&folder).map_err(|e| StoreError::of_io("make", &folder, e))?;
        }
        Ok(())
    }

    /// A folder with other things in it is not turned into a store.
    fn refuse_other_folders(&self) -> Result<(), StoreError> {
        let names = match self.disk.list(&self.root) {
            Ok(names) => names,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(StoreError::of_io("list", &self.root, error)),
        };
        // Another process may have finished making the store meanwhile: then it has its format file.
        let is_ours = |name: &str| FOLDERS.contains(&name) || ["format.json", "receipts", "runs"].contains(&name);
        match names.into_iter().find(|(name, _)| !is_ours(name)) {
            Some((entry, _)) => Err(StoreError::NotAStore { path: self.root.clone(), entry }),
            None => Ok(()),
        }
    }

    /// This process's corner, made at the first write.
    pub(super) fn session(&self, action: &'static str) -> Result<Arc<Session>, StoreError> {
        if self.access == Access::Read {
            return Err(StoreError::ReadOnly { action, path: self.root.clone() });
        }
        let mut session = lock(&self.session);
        if let Some(session) = &*session {
            return Ok(Arc::clone(session));
        }
        let begun = Arc::new(Session::begin(&self.root.join("tmp"))?);
        *session = Some(Arc::clone(&begun));
        Ok(begun)
    }
}

const FOLDERS: [&str; 5] = ["damaged", "locks", "objects", "steps", "tmp"];

pub(super) fn verify_bytes(path: &Path, bytes: &[u8], name: &Digest) -> Result<(), StoreError> {
    let found = (Digest::of(bytes), bytes.len() as u64);
    compare(found, name).map_err(|why| StoreError::Damaged { path: path.to_owned(), why })
}

/// The digest and length of a file against the name that it has; an error in words.
pub(super) fn compare((found, length): (Digest, u64), name: &Digest) -> Result<(), String> {
    match found == *name {
        true => Ok(()),
        false => Err(format!("its {length} bytes have the SHA-256 {}.., not {}..", found.short(12), name.short(12))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Identity, StepResult};
    use super::*;
    use serde_json::json;

    fn value(seed: u64) -> Record {
        let identity = Identity::new("sum", 1, &json!({"seed": seed})).expect("a number");
        Record { identity, result: StepResult::Value(json!([seed, 0.5])), observation: None }
    }

    #[test]
    fn what_was_committed_is_found_again_by_another_process() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("deep/store");
        let store = Store::open(&root, Access::Write).expect("it is made");
        let key = store.commit(&value(1), &BTreeMap::new()).expect("it is stored");
        let object = store.add_object(b"weights").expect("it is stored");
        drop(store);
        let store = Store::open(&root, Access::Read).expect("it is there");
        assert_eq!(store.record(key).expect("it is there"), value(1));
        assert_eq!(store.find(&value(1).identity.address()).expect("intact"), Some(value(1)));
        assert_eq!(store.find(&value(2).identity.address()).expect("intact"), None);
        assert_eq!(store.object(&object).expect("it is there"), b"weights");
        assert_eq!(store.keys(), [key]);
        assert!(store.verify_all().is_clean());
        assert_eq!(std::fs::read_dir(root.join("tmp")).expect("a folder").count(), 1, "only the gate's lock stays");
    }

    #[test]
    fn a_folder_with_other_things_is_not_made_a_store() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("thesis.tex"), "").expect("a file");
        let error = Store::open(folder.path(), Access::Write).err().expect("refused");
        assert!(error.to_string().contains("`thesis.tex`"), "{error}");
    }

    #[test]
    fn another_format_is_refused_by_number() {
        let folder = tempfile::tempdir().expect("a folder");
        drop(Store::open(folder.path(), Access::Write).expect("it is made"));
        std::fs::write(folder.path().join("format.json"), "{\"format\": 2}\n").expect("a file");
        let error = Store::open(folder.path(), Access::Read).err().expect("refused");
        assert!(matches!(error, StoreError::Format { found: 2, ours: 1, .. }), "{error}");
    }
}
