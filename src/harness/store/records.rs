//! What a report needs of a store: records by address, and objects where they are available.

use std::path::Path;

use super::answer::Answer;
use super::error::StoreError;
use super::folder::Store;
use super::identity::Address;
use renas_base::digest::Digest;

/// Where finished steps are looked up.
pub trait Records: Sync {
    /// What came of the step at an address; nothing where it is not known.
    fn find(&self, address: &Address) -> Result<Option<Answer>, StoreError>;

    /// The verified bytes of an object.
    fn object(&self, digest: &Digest) -> Result<Vec<u8>, StoreError>;

    /// What is read, for messages: a folder or a file.
    fn source(&self) -> &Path;
}

impl Records for Store {
    fn find(&self, address: &Address) -> Result<Option<Answer>, StoreError> {
        Ok(Store::find(self, address)?.map(Answer::from))
    }

    fn object(&self, digest: &Digest) -> Result<Vec<u8>, StoreError> {
        Store::object(self, digest)
    }

    fn source(&self) -> &Path {
        self.root()
    }
}
