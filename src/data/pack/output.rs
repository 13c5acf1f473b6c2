//! An IDX file while it is written: its bytes go to the disk and into its digest.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use super::error::PackError;
use crate::description::DescribedFile;
use crate::idx::{self, Kind};
use renas_base::digest::Hasher;

/// A file that is being written.
pub(super) struct Output {
    path: PathBuf,
    name: String,
    file: BufWriter<File>,
    hasher: Hasher,
    bytes: u64,
}

impl Output {
    /// Begin a new file with the header of these dimensions.
    pub(super) fn create(folder: &Path, kind: Kind, dimensions: &[u32], name: String) -> Result<Self, PackError> {
        let path = folder.join(&name);
        let file = File::create_new(&path).map_err(|error| PackError::Write { path: path.clone(), error })?;
        let file = BufWriter::with_capacity(1 << 16, file);
        let mut output = Self { path, name, file, hasher: Hasher::default(), bytes: 0 };
        output.write(&idx::header(kind, dimensions))?;
        Ok(output)
    }

    /// The next bytes.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), PackError> {
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
        self.file.write_all(bytes).map_err(|error| PackError::Write { path: self.path.clone(), error })
    }

    /// Bring all to the disk; what is to be described of the file.
    pub(super) fn finish(self) -> Result<DescribedFile, PackError> {
        let Self { path, name, file, hasher, bytes } = self;
        let synced = file.into_inner().map_err(|error| error.into_error()).and_then(|file| file.sync_all());
        synced.map_err(|error| PackError::Write { path, error })?;
        Ok(DescribedFile { name, bytes, sha256: hasher.finish() })
    }
}
