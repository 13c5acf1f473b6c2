//! Re-hash everything in a store and name what is wrong. Nothing is written.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::error::StoreError;
use super::folder::{Store, verify_bytes};
use super::record::{Key, Record};
use renas_base::digest::Digest;

/// What was read, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Check {
    /// Number of intact step records.
    pub steps: usize,
    /// Number of intact objects.
    pub objects: usize,
    /// Bytes that were hashed.
    pub bytes: u64,
    /// Files that are not what was written, in the order of their paths.
    pub damaged: Vec<Damaged>,
    /// Objects that an intact record names and that are not there, in the order of the records.
    pub absent: Vec<Absent>,
}

/// A file that is not what was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Damaged {
    /// Where it is.
    pub path: PathBuf,
    /// How it is known.
    pub why: String,
}

/// An object that is not there.
#[derive(Clone, Debug, PartialEq)]
pub struct Absent {
    /// Where it should be.
    pub path: PathBuf,
    /// The record that names it.
    pub step: Key,
    /// Its name in the record (`weights`).
    pub name: String,
}

impl Check {
    /// Whether every byte is there and as written.
    pub fn is_clean(&self) -> bool {
        self.damaged.is_empty() && self.absent.is_empty()
    }
}

impl Store {
    /// Re-hash every object and every step record.
    pub fn verify_all(&self) -> Result<Check, StoreError> {
        let mut check = Check::default();
        let mut present = BTreeSet::new();
        for found in self.files("objects", "")? {
            let Some(digest) = found.digest else {
                check.damaged.push(Damaged { path: found.path, why: "its name is no SHA-256".to_owned() });
                continue;
            };
            let bytes = self.disk().read(&found.path).map_err(|e| StoreError::of_io("read", &found.path, e))?;
            check.bytes += bytes.len() as u64;
            match verify_bytes(&found.path, &bytes, &digest) {
                Ok(()) => check.objects += 1,
                Err(StoreError::Damaged { path, why }) => check.damaged.push(Damaged { path, why }),
                Err(other) => return Err(other),
            }
            // A damaged object is named once, as damaged, and not again as absent.
            present.insert(digest);
        }
        for found in self.files("steps", ".json")? {
            let Some(digest) = found.digest else {
                check.damaged.push(Damaged { path: found.path, why: "its name is no key of a step".to_owned() });
                continue;
            };
            let bytes = self.disk().read(&found.path).map_err(|e| StoreError::of_io("read", &found.path, e))?;
            check.bytes += bytes.len() as u64;
            match Record::parse(&bytes, Key(digest)) {
                Ok(record) => {
                    check.steps += 1;
                    let tensors = record.outcome().into_iter().flat_map(|outcome| &outcome.tensors);
                    check.absent.extend(tensors.filter(|(_, object)| !present.contains(*object)).map(
                        |(name, object)| Absent {
                            path: self.object_path(object),
                            step: Key(digest),
                            name: name.clone(),
                        },
                    ));
                }
                Err(why) => check.damaged.push(Damaged { path: found.path, why }),
            }
        }
        Ok(check)
    }

    /// Keys of all step records, sorted; the records are not read.
    pub fn keys(&self) -> Result<Vec<Key>, StoreError> {
        Ok(self.files("steps", ".json")?.into_iter().filter_map(|found| found.digest).map(Key).collect())
    }

    /// Every file below `objects` or `steps`, sorted, with the digest that its path spells.
    fn files(&self, kind: &str, ending: &str) -> Result<Vec<Found>, StoreError> {
        let mut files = Vec::new();
        let folder = self.root().join(kind);
        for (shard, is_folder) in self.list(folder.clone())? {
            let path = folder.join(&shard);
            if !is_folder {
                files.push(Found { path, digest: None });
                continue;
            }
            for (name, is_folder) in self.list(path.clone())? {
                let spelled = name.strip_suffix(ending).filter(|_| !is_folder).map(|rest| format!("{shard}{rest}"));
                let digest = spelled.filter(|_| shard.len() == 2).and_then(|name| name.parse().ok());
                files.push(Found { path: path.join(name), digest });
            }
        }
        Ok(files)
    }

    fn list(&self, folder: PathBuf) -> Result<Vec<(String, bool)>, StoreError> {
        match self.disk().list(&folder) {
            Ok(names) => Ok(names),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(StoreError::of_io("list", &folder, error)),
        }
    }
}

struct Found {
    path: PathBuf,
    digest: Option<Digest>,
}
