//! What a report needs of a store: records by address, and objects where they are available.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::StoreError;
use super::folder::Store;
use super::record::{Address, Key, Record};
use renas_base::digest::Digest;

/// Where finished steps are looked up.
pub trait Records: Sync {
    /// The record at an address; nothing where the step is not known.
    fn find(&self, address: &Address) -> Result<Option<Arc<Record>>, StoreError>;

    /// The verified bytes of an object.
    fn object(&self, digest: &Digest) -> Result<Vec<u8>, StoreError>;

    /// What is read, for messages: a folder or a file.
    fn source(&self) -> &Path;
}

impl Records for Store {
    fn find(&self, address: &Address) -> Result<Option<Arc<Record>>, StoreError> {
        Ok(Store::find(self, address)?.map(Arc::new))
    }

    fn object(&self, digest: &Digest) -> Result<Vec<u8>, StoreError> {
        Store::object(self, digest)
    }

    fn source(&self) -> &Path {
        self.root()
    }
}

/// Records in memory: the evidence that is committed with a report. It has no objects.
#[derive(Clone, Debug)]
pub struct Evidence {
    source: PathBuf,
    records: BTreeMap<Key, Arc<Record>>,
}

impl Evidence {
    /// The records of `source`, which they were read from, with their keys. Two of one key that differ are damage.
    pub fn new(source: &Path, records: impl IntoIterator<Item = (Key, Arc<Record>)>) -> Result<Self, StoreError> {
        let mut evidence = Self { source: source.to_owned(), records: BTreeMap::new() };
        for (key, record) in records {
            match evidence.records.get(&key) {
                Some(known) if *known != record => {
                    let why = format!("it holds two different results of step {} {key}", record.identity.step);
                    return Err(StoreError::Damaged { path: source.to_owned(), why });
                }
                Some(_) => {}
                None => {
                    evidence.records.insert(key, record);
                }
            }
        }
        Ok(evidence)
    }

    /// All records, by key.
    pub fn records(&self) -> &BTreeMap<Key, Arc<Record>> {
        &self.records
    }
}

impl Records for Evidence {
    fn find(&self, address: &Address) -> Result<Option<Arc<Record>>, StoreError> {
        Ok(self.records.get(&address.key()).cloned())
    }

    fn object(&self, digest: &Digest) -> Result<Vec<u8>, StoreError> {
        Err(StoreError::NoObject { path: self.source.clone(), digest: *digest })
    }

    fn source(&self) -> &Path {
        &self.source
    }
}
