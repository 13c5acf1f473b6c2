//! Data sets that are known since a data folder holds a description of them.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::catalogue::catalogue;
use super::description::{Description, FILE};
use super::locate::Locations;
use renas_base::digest::Digest;
use renas_base::files;

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

/// A description that makes no data set known.
#[derive(Debug)]
pub struct Unusable {
    /// Its file.
    pub path: PathBuf,
    /// What its data set may be asked for by: the name of its folder, and the one that it gives.
    pub names: Vec<String>,
    /// What is wrong.
    pub error: DescribedError,
}

/// The descriptions in the data folders.
#[derive(Debug, Default)]
pub struct Descriptions {
    /// Those that make a data set known, one per name, in the order of the folders and then of the names.
    pub found: Vec<Found>,
    /// The others, in the same order.
    pub unusable: Vec<Unusable>,
}

/// Why a described data set cannot be known.
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

/// The descriptions in the data folders (`*/dataset.json`). Of equal ones in several folders the first counts; of
/// different ones with one name none does, since nobody can say which is meant. Folders that begin with a dot are passed
/// over: a data set may be half made there.
pub fn find(locations: &Locations) -> Descriptions {
    let mut all = Descriptions::default();
    let registered = catalogue();
    for one in locations.folders.iter().flat_map(|folder| find_in(folder)) {
        let one = match one {
            Ok(one) => one,
            Err(unusable) => {
                all.unusable.push(unusable);
                continue;
            }
        };
        let (name, path) = (one.description.name.clone(), one.path.clone());
        let names = vec![name.clone()];
        if registered.iter().any(|set| set.name == name) {
            all.unusable.push(Unusable { names, error: DescribedError::Registered { name, path: path.clone() }, path });
            continue;
        }
        match all.found.iter().find(|earlier| earlier.description.name == name) {
            Some(earlier) if earlier.digest == one.digest => {}
            Some(earlier) => {
                let (first, second) = (earlier.path.clone(), path.clone());
                all.unusable.push(Unusable { path, names, error: DescribedError::Different { name, first, second } });
            }
            None => all.found.push(one),
        }
    }
    let is_clear = |one: &Found| !all.unusable.iter().any(|other| other.contradicts(&one.description.name));
    all.found.retain(is_clear);
    all
}

impl Unusable {
    /// Whether it leaves open which data set a name stands for.
    fn contradicts(&self, name: &str) -> bool {
        matches!(&self.error, DescribedError::Different { name: theirs, .. } if theirs == name)
    }
}

/// The descriptions in one data folder; none where it cannot be listed, which looking for its data sets will say.
fn find_in(folder: &Path) -> Vec<Result<Found, Unusable>> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.file_name()).collect();
    names.sort();
    let visible = names.iter().filter(|name| !name.as_encoded_bytes().starts_with(b"."));
    visible.filter_map(|name| read(folder, name).transpose()).collect()
}

/// The description in a folder of a data folder; nothing where there is none, or another program's.
fn read(folder: &Path, name: &OsStr) -> Result<Option<Found>, Unusable> {
    let path = folder.join(name).join(FILE);
    if path.metadata().map_or(true, |metadata| metadata.is_dir()) {
        return Ok(None);
    }
    let own = name.to_string_lossy().into_owned();
    let unusable = |names, error| Unusable { path: path.clone(), names, error };
    let text = files::read(&path)
        .map_err(|error| unusable(vec![own.clone()], DescribedError::Read { path: path.clone(), error }))?;
    let malformed = |names, why| unusable(names, DescribedError::Malformed { path: path.clone(), why });
    let parsed = Description::parse(&text).map_err(|why| malformed(vec![own.clone()], why))?;
    let Some(description) = parsed else { return Ok(None) };
    if *name != *description.name {
        let why = format!("it describes `{}`, and lies in the folder `{own}`", description.name);
        return Err(malformed(vec![own.clone(), description.name], why));
    }
    Ok(Some(Found { digest: Digest::of(&text), description, path }))
}
