//! Data sets that become known when a program starts, since a data folder holds a description of them.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::description::{Description, FILE};
use super::locate::Locations;
use super::registry;
use renas_base::digest::Digest;

/// A description that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its file.
    pub path: PathBuf,
    /// SHA-256 of the file.
    pub digest: Digest,
    /// What it says.
    pub description: Description,
}

/// Why the described data sets cannot be known.
#[derive(Debug, thiserror::Error)]
pub enum DescribedError {
    /// A description cannot be read.
    #[error("cannot read {}: {error}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A description is not one.
    #[error(
        "{} is not a description of a data set: {why}; bring it back from a copy, or move its folder out of the data \
         folder and pack the images anew (`renas data pack`)",
        .path.display()
    )]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The name of a data set that the program registers.
    #[error(
        "{} describes a data set `{name}`, but that is the name of a registered one; move its folder out of the data \
         folder and pack the images under another name",
        .path.display()
    )]
    Registered {
        /// The file.
        path: PathBuf,
        /// The name.
        name: String,
    },
    /// One name for two data sets.
    #[error(
        "{} and {} describe `{name}` differently; move the folder of one of them out of the data folder, or pack its \
         images under another name",
        .first.display(),
        .second.display()
    )]
    Different {
        /// The name.
        name: String,
        /// The description that is looked at first.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
}

/// SHA-256 of each description that was made known.
static DIGESTS: OnceLock<Vec<Digest>> = OnceLock::new();

/// Make the data sets known that are described in the data folders: called once, when a program starts.
pub fn make_known(locations: &Locations) -> Result<(), DescribedError> {
    let found = find(locations)?;
    if DIGESTS.set(found.iter().map(|one| one.digest).collect()).is_ok() {
        registry::make_known(found.into_iter().map(|one| one.description.into_data_set()).collect());
    }
    Ok(())
}

/// SHA-256 of the descriptions that were made known, in the order of the data sets: what a run depends on besides its
/// manifests.
pub fn digests() -> &'static [Digest] {
    DIGESTS.get().map_or(&[], Vec::as_slice)
}

/// The descriptions in the data folders (`*/dataset.json`), in the order of the folders and then of the names. Of equal
/// ones in several folders the first counts. Folders that begin with a dot are passed over: a data set may be in the
/// making there.
pub fn find(locations: &Locations) -> Result<Vec<Found>, DescribedError> {
    let mut found: Vec<Found> = Vec::new();
    for folder in &locations.folders {
        for one in find_in(folder)? {
            let name = &one.description.name;
            if registry::is_registered(name) {
                return Err(DescribedError::Registered { name: name.clone(), path: one.path });
            }
            match found.iter().find(|earlier| earlier.description.name == *name) {
                Some(earlier) if earlier.digest == one.digest => {}
                Some(earlier) => {
                    let (name, first) = (name.clone(), earlier.path.clone());
                    return Err(DescribedError::Different { name, first, second: one.path });
                }
                None => found.push(one),
            }
        }
    }
    Ok(found)
}

/// The descriptions in one data folder; none where it cannot be listed, which looking for its data sets will say.
fn find_in(folder: &Path) -> Result<Vec<Found>, DescribedError> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.file_name()).collect();
    names.sort();
    let mut found = Vec::new();
    for name in names.iter().filter(|name| !name.as_encoded_bytes().starts_with(b".")) {
        let path = folder.join(name).join(FILE);
        if !path.is_file() {
            continue;
        }
        let text = std::fs::read(&path).map_err(|error| DescribedError::Read { path: path.clone(), error })?;
        let malformed = |why| DescribedError::Malformed { path: path.clone(), why };
        let Some(description) = Description::parse(&text).map_err(malformed)? else { continue };
        if *name != *description.name {
            let why = format!("it describes `{}`, and lies in the folder `{}`", description.name, name.display());
            return Err(malformed(why));
        }
        found.push(Found { digest: Digest::of(&text), description, path });
    }
    Ok(found)
}
