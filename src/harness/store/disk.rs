//! The few disk operations that durability rests on, behind a trait so that tests can fail each in turn.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use renas_base::digest::Digest;
use renas_base::files;

/// What a store asks of a disk. Each call is one operation that can fail, or after which a machine can stop.
pub trait Disk: Send + Sync {
    /// The whole content of a file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// The digest of a file's content, and how many bytes that is.
    fn digest(&self, path: &Path) -> io::Result<(Digest, u64)> {
        let bytes = self.read(path)?;
        Ok((Digest::of(&bytes), bytes.len() as u64))
    }

    /// Names in a folder, sorted, each with whether it is a folder itself.
    fn list(&self, folder: &Path) -> io::Result<Vec<(String, bool)>>;

    /// Make a folder, and those above it; fine where it exists.
    fn make_folder(&self, folder: &Path) -> io::Result<()>;

    /// Write a file in full, replacing what was there; not durable until `sync_file`.
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;

    /// Make the content of a file durable.
    fn sync_file(&self, path: &Path) -> io::Result<()>;

    /// Give a file another name in one step, replacing what was there; not durable until `sync_folder` of both folders.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Make the names in a folder durable.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
}

/// The operating system's disk.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsDisk;

impl Disk for OsDisk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        files::read(path)
    }

    fn digest(&self, path: &Path) -> io::Result<(Digest, u64)> {
        // Piece by piece: fresh memory for every whole file takes longer than its hash.
        Digest::of_reader(files::open_to_read(path)?)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<(String, bool)>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            // A name that is not UTF-8 is none of ours; its lossy form is good enough to complain about.
            names.push((entry.file_name().to_string_lossy().into_owned(), entry.file_type()?.is_dir()));
        }
        names.sort();
        Ok(names)
    }

    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        File::create(path)?.write_all(bytes)
    }

    fn sync_file(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        File::open(folder)?.sync_all()
    }
}

/// The folder that holds `path`; `.` for a bare name.
pub(super) fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        Some(_) | None => PathBuf::from("."),
    }
}
