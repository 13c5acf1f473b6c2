//! Writing an archive.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use super::{ArchiveError, SUMS, disk};
use renas_base::digest::{Digest, Hasher};
use renas_base::{files, parallel};

/// Where the bytes of a member come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// From memory.
    Bytes(Vec<u8>),
    /// From a file, which must hold the same bytes until the archive is written.
    File(PathBuf),
}

/// What was packed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// Members, the sums apart.
    pub members: usize,
    /// Their bytes.
    pub bytes: u64,
    /// The bytes of the archive.
    pub size: u64,
    /// The digest of the archive.
    pub digest: Digest,
}

/// Weights hardly shrink, and text shrinks at any level.
const LEVEL: i32 = 1;

/// Write an archive of these members, by name, in place of the file at `path`: it is the old or the new one, whatever happens.
///
/// Names are relative paths with `/`, without `.` and `..`.
pub fn pack(path: &Path, members: &BTreeMap<String, Source>) -> Result<Packed, ArchiveError> {
    let listed: Vec<(&String, &Source)> = members.iter().collect();
    let measured = parallel::map(&listed, parallel::cores(), |(_, source)| measure(source));
    let measured: Vec<(Digest, u64)> = measured.into_iter().collect::<Result<_, _>>()?;
    let line = |((name, _), (digest, _)): (&(&String, &Source), &(Digest, u64))| format!("{digest}  {name}\n");
    let sums: String = listed.iter().zip(&measured).map(line).collect();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = tempfile::NamedTempFile::new_in(folder).map_err(disk("write beside", path))?;
    let wrong = disk("write", path);
    let written = || -> io::Result<(Digest, u64)> {
        let hashed = Hashed { inner: BufWriter::new(file.as_file()), hasher: Hasher::default(), size: 0 };
        let mut archive = tar::Builder::new(zstd::Encoder::new(hashed, LEVEL)?);
        append(&mut archive, SUMS, sums.len() as u64, &mut sums.as_bytes())?;
        for ((name, source), (_, size)) in listed.iter().zip(&measured) {
            match source {
                Source::Bytes(bytes) => append(&mut archive, name, *size, &mut bytes.as_slice())?,
                Source::File(path) => append(&mut archive, name, *size, &mut files::open_to_read(path)?)?,
            }
        }
        let Hashed { inner, hasher, size } = archive.into_inner()?.finish()?;
        inner.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        Ok((hasher.finish(), size))
    };
    let (digest, size) = written().map_err(wrong)?;
    file.persist(path).map_err(|error| disk("write", path)(error.error))?;
    let bytes = measured.iter().map(|(_, size)| size).sum();
    Ok(Packed { members: members.len(), bytes, size, digest })
}

fn measure(source: &Source) -> Result<(Digest, u64), ArchiveError> {
    match source {
        Source::Bytes(bytes) => Ok((Digest::of(bytes), bytes.len() as u64)),
        Source::File(path) => {
            let bytes = files::read(path).map_err(disk("read", path))?;
            Ok((Digest::of(&bytes), bytes.len() as u64))
        }
    }
}

/// A file without time, owner or group. What turns out longer or shorter than `size` is an error.
fn append<W: Write>(archive: &mut tar::Builder<W>, name: &str, size: u64, bytes: &mut dyn Read) -> io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(size);
    header.set_mode(0o644);
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    let mut counted = Counted { inner: bytes, left: size };
    archive.append_data(&mut header, name, &mut counted)?;
    match counted.left {
        0 => Ok(()),
        _ => Err(io::Error::other(format!("{name} became shorter while it was packed"))),
    }
}

/// Gives no more bytes than were stated, and knows how many are missing.
struct Counted<'r> {
    inner: &'r mut dyn Read,
    left: u64,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let read = self.inner.read(&mut buffer[..most])?;
        self.left -= read as u64;
        Ok(read)
    }
}

/// Hashes and counts what is written.
struct Hashed<W> {
    inner: W,
    hasher: Hasher,
    size: u64,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
