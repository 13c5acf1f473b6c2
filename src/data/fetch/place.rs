//! A part into its place: verified, unpacked where it is an archive, then renamed, which is atomic.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use super::{Event, FetchError, Refusal};
use crate::data_set::{DataSet, File};
use crate::error::DataError;
use crate::load::verify;
use crate::locate::{Place, present};
use crate::read::read_file;
use renas_base::files;

/// Whether the file is there with its pin.
pub(super) fn is_right(set: &DataSet, file: &File, target: &Path) -> bool {
    present(target, file).is_some_and(|path| read_file(set, file, &path).is_ok())
}

/// Verify a part that is one file, compressed or not, and give it its name.
pub(super) fn file(set: &DataSet, file: &File, part: &Path, target: &Path) -> Result<Vec<Event>, Refusal> {
    read_file(set, file, part).map_err(refused)?;
    let mut start = [0; 2];
    let compressed =
        files::open_to_read(part).and_then(|mut opened| opened.read_exact(&mut start)).is_ok() && start == [0x1f, 0x8b];
    let name = if compressed { format!("{}.gz", file.name) } else { file.name.to_owned() };
    let events = install(file, part, &target.join(name), target)?;
    sync(target)?;
    Ok(events)
}

/// Unpack a part that is a `tar.gz`, verify all files together, and give them their names.
pub(super) fn archive(set: &DataSet, part: &Path, target: &Path) -> Result<Vec<Event>, Refusal> {
    let folder = tempfile::Builder::new()
        .prefix(".unpacked")
        .tempdir_in(target)
        .map_err(|error| Refusal::Write(FetchError::Write { path: target.to_owned(), error }))?;
    unpack(set, part, folder.path())?;
    let files: Vec<PathBuf> = set.files.iter().map(|file| folder.path().join(&file.name)).collect();
    if let Some((missing, _)) = set.files.iter().zip(&files).find(|(_, path)| !path.is_file()) {
        return Err(Refusal::Content(format!("there is no {} in the archive", missing.name)));
    }
    verify(set, &Place::Folder { folder: folder.path().to_owned(), files: files.clone() }).map_err(refused)?;
    let mut events = Vec::new();
    for (file, path) in set.files.iter().zip(&files) {
        events.extend(install(file, path, &target.join(&file.name), target)?);
    }
    sync(target)?;
    Ok(events)
}

/// Write the members that are files of the data set, whatever folder they stand in.
fn unpack(set: &DataSet, part: &Path, folder: &Path) -> Result<(), Refusal> {
    let damaged = |error: std::io::Error| Refusal::Content(format!("the archive cannot be unpacked: {error}"));
    let opened = files::open_to_read(part).map_err(|error| write_failed(part, error))?;
    let mut archive = tar::Archive::new(MultiGzDecoder::new(std::io::BufReader::new(opened)));
    for entry in archive.entries().map_err(damaged)? {
        let entry = entry.map_err(damaged)?;
        let path = entry.path().map_err(damaged)?.into_owned();
        let Some(file) = set.files.iter().find(|file| path.file_name().is_some_and(|name| name == file.name.as_str()))
        else {
            continue;
        };
        let mut bytes = Vec::new();
        // One byte more than it may have: then its length is refused, and nothing fills the memory.
        entry.take(file.length + 1).read_to_end(&mut bytes).map_err(damaged)?;
        let path = folder.join(&file.name);
        let written = fs::File::create(&path).and_then(|mut created| {
            std::io::Write::write_all(&mut created, &bytes)?;
            created.sync_all()
        });
        written.map_err(|error| write_failed(&path, error))?;
    }
    Ok(())
}

/// Rename a verified file to its place; whatever held the name, compressed or not, is set aside.
fn install(file: &File, from: &Path, to: &Path, target: &Path) -> Result<Vec<Event>, Refusal> {
    let mut events = Vec::new();
    while let Some(old) = present(target, file) {
        let path = free_name(&old);
        fs::rename(&old, &path).map_err(|error| write_failed(&path, error))?;
        events.push(Event::SetAside { path });
    }
    fs::rename(from, to).map_err(|error| write_failed(to, error))?;
    events.push(Event::Placed { path: to.to_owned() });
    Ok(events)
}

/// The name that a file is set aside under; none that an earlier one has.
fn free_name(old: &Path) -> PathBuf {
    let named = |ending: &str| {
        let mut name = old.to_owned().into_os_string();
        name.push(ending);
        PathBuf::from(name)
    };
    let numbered = (1_u64..).map(|number| named(&format!(".altered.{number}")));
    let mut names = std::iter::once(named(".altered")).chain(numbered);
    names.find(|path| !path.exists()).expect("there are more numbers than files")
}

/// Make the renames durable.
fn sync(target: &Path) -> Result<(), Refusal> {
    fs::File::open(target).and_then(|folder| folder.sync_all()).map_err(|error| write_failed(target, error))
}

fn refused(error: DataError) -> Refusal {
    Refusal::Content(match error {
        DataError::Altered(mismatch) => format!("expected {}, got {}", mismatch.expected, mismatch.found),
        other => other.to_string(),
    })
}

fn write_failed(path: &Path, error: std::io::Error) -> Refusal {
    Refusal::Write(FetchError::Write { path: path.to_owned(), error })
}
