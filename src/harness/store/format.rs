//! The file that names the format of a store.

use std::path::{Path, PathBuf};

use super::error::StoreError;
use super::record::FORMAT;

/// The text of `format.json`.
pub(super) const FORMAT_TEXT: &str = "{\"format\": 1}\n";

/// Whether the bytes of the file at `path` name the format that this program reads.
pub(super) fn check_format(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    if bytes == FORMAT_TEXT.as_bytes() {
        return Ok(());
    }
    let found = serde_json::from_slice::<serde_json::Value>(bytes).ok().and_then(|v| v.get("format")?.as_u64());
    match found {
        Some(found) if found != FORMAT => Err(StoreError::Format { path: path.to_owned(), found, ours: FORMAT }),
        Some(_) | None => Err(StoreError::FormatDamaged { path: path.to_owned(), line: FORMAT_TEXT.trim_ascii_end() }),
    }
}

/// The error for a store whose file is not at `path`, where it was.
pub(super) fn lost(path: PathBuf) -> StoreError {
    StoreError::FormatLost { path, line: FORMAT_TEXT.trim_ascii_end() }
}
