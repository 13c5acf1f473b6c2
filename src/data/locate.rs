//! Where data may lie, in the order of looking.

use std::path::{Path, PathBuf};

use super::data_set::{DataSet, File, Sources};
use super::error::DataError;
use renas_base::files::shown;

/// The places to look for data sets, in order: folders, then the operating system's own copies, then what is embedded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locations {
    /// Data folders: each may hold `mnist/`, `cifar10/` and so on. `data fetch` writes into the first.
    pub folders: Vec<PathBuf>,
    /// The folder of the operating system's copies, where they are looked at.
    pub system: Option<PathBuf>,
}

/// Where Debian's packages of data sets put them.
const SYSTEM: &str = "/usr/share/datasets";

/// A folder that was named and is none.
#[derive(Debug, thiserror::Error)]
#[error("{named} {}: there is no such folder; make it, or name the one that holds the data sets", .folder.display())]
pub struct NoFolder {
    /// What named it: `--data` or `RENAS_DATA`.
    pub named: &'static str,
    /// The folder.
    pub folder: PathBuf,
}

impl Locations {
    /// `given` (the folders of `--data`), `$RENAS_DATA` where it is set, `data`, and the operating system's copies.
    pub fn from_environment(given: &[PathBuf]) -> Self {
        let mut folders = given.to_vec();
        folders.extend(environment());
        folders.push(PathBuf::from("data"));
        Self { folders, system: Some(PathBuf::from(SYSTEM)) }
    }

    /// An error where a folder of `--data` (`given`) is not there: for commands that only read, where it is a mistake. A
    /// missing `$RENAS_DATA`, which may be set for other commands, is answered as something to remark upon.
    pub fn check(given: &[PathBuf]) -> Result<Option<NoFolder>, NoFolder> {
        let missing = |named, folder: &PathBuf| (!folder.is_dir()).then(|| NoFolder { named, folder: folder.clone() });
        match given.iter().find_map(|folder| missing("--data", folder)) {
            Some(error) => Err(error),
            None => Ok(environment().and_then(|folder| missing("RENAS_DATA", &folder))),
        }
    }

    /// Only these folders, and what is embedded.
    pub fn only(folders: &[PathBuf]) -> Self {
        Self { folders: folders.to_vec(), system: None }
    }

    /// Every folder that may hold the data set, in the order of looking.
    fn candidates(&self, set: &DataSet) -> Vec<PathBuf> {
        let below = |folder: &PathBuf| set.folders.iter().map(|name| folder.join(name)).collect::<Vec<_>>();
        let system = set.system.zip(self.system.as_ref()).map(|(copy, system)| system.join(copy.folder));
        self.folders.iter().flat_map(below).chain(system).collect()
    }
}

/// `$RENAS_DATA`, where it is set; empty is not set.
fn environment() -> Option<PathBuf> {
    std::env::var_os("RENAS_DATA").filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Where a data set was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a folder, which holds these files, in the order of the registry.
    Folder {
        /// The folder of this data set.
        folder: PathBuf,
        /// One path per registered file; compressed or not.
        files: Vec<PathBuf>,
    },
    /// In this program.
    Embedded,
}

impl Place {
    /// The folder, or `embedded`.
    pub fn describe(&self) -> String {
        match self {
            Self::Folder { folder, .. } => folder.display().to_string(),
            Self::Embedded => "embedded".to_owned(),
        }
    }
}

/// The first place that holds all files of the data set; their content is not looked at.
pub fn locate(set: &DataSet, locations: &Locations) -> Result<Place, DataError> {
    if let Sources::Beside(folder) = &set.sources {
        let paths: Vec<PathBuf> = set.files.iter().map(|file| folder.join(&file.name)).collect();
        let looked: Vec<String> = paths.iter().filter(|path| !path.exists()).map(|path| shown(path)).collect();
        return match looked.is_empty() {
            true => Ok(Place::Folder { folder: folder.clone(), files: paths }),
            false => Err(DataError::Missing { name: set.name.clone(), remedy: remedy(set), looked }),
        };
    }
    let mut looked = Vec::new();
    for folder in locations.candidates(set) {
        let found: Vec<Option<PathBuf>> = set.files.iter().map(|file| present(&folder, file)).collect();
        let missing: Vec<&str> = set
            .files
            .iter()
            .zip(&found)
            .filter(|(_, found)| found.is_none())
            .map(|(file, _)| file.name.as_str())
            .collect();
        if missing.is_empty() {
            return Ok(Place::Folder { folder, files: found.into_iter().flatten().collect() });
        }
        looked.push(describe(&folder, &missing, set.files.len()));
    }
    if set.embedded.is_some() {
        return Ok(Place::Embedded);
    }
    if let Some(copy) = set.system {
        looked.push(format!("(another way to get it: {})", copy.install));
    }
    Err(DataError::Missing { name: set.name.to_owned(), remedy: remedy(set), looked })
}

fn remedy(set: &DataSet) -> String {
    match set.sources {
        Sources::Files(_) | Sources::Archive(_) | Sources::Embedded => format!("run: renas data fetch {}", set.name),
        Sources::Beside(_) => "bring the file back, or take what reads it out of the manifest".to_owned(),
        Sources::Packed => {
            format!("only its description is: copy its files beside that, or pack its images anew: {PACK}")
        }
    }
}

/// The command that makes a data set of images.
pub(super) const PACK: &str = "renas data pack TREE --name NAME --size N";

/// The path of `file` in `folder`, as it is or compressed, where it is there. It need not be a regular file: what stands
/// in its place is for the reader to name.
pub(super) fn present(folder: &Path, file: &File) -> Option<PathBuf> {
    let paths = [folder.join(&file.name), folder.join(format!("{}.gz", file.name))];
    let regular = paths.iter().find(|path| path.is_file());
    regular.or_else(|| paths.iter().find(|path| path.exists() && !path.is_dir())).cloned()
}

fn describe(folder: &Path, missing: &[&str], files: usize) -> String {
    let folder_name = folder.display();
    if !folder.is_dir() {
        format!("{folder_name} (no such folder)")
    } else if missing.len() == files {
        format!("{folder_name} (none of its files)")
    } else {
        format!("{folder_name} (without {})", missing.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::Registry;

    fn touch(folder: &Path, names: &[&str]) {
        std::fs::create_dir_all(folder).expect("a folder");
        for name in names {
            std::fs::write(folder.join(name), "x").expect("a file");
        }
    }

    const FILES: [&str; 4] = [
        "train-images-idx3-ubyte.gz",
        "train-labels-idx1-ubyte",
        "t10k-images-idx3-ubyte.gz",
        "t10k-labels-idx1-ubyte",
    ];

    #[test]
    fn the_first_place_that_holds_all_files_wins_compressed_or_not() {
        let root = tempfile::tempdir().expect("a folder");
        let (first, second) = (root.path().join("first"), root.path().join("second"));
        touch(&first.join("mnist"), &FILES[..2]);
        touch(&second.join("MNIST/raw"), &FILES);
        let registry = Registry::default();
        let mnist = registry.find("mnist").expect("registered");
        let place = locate(mnist, &Locations::only(&[first, second.clone()])).expect("the second");
        let files = FILES.map(|name| second.join("MNIST/raw").join(name)).to_vec();
        assert_eq!(place, Place::Folder { folder: second.join("MNIST/raw"), files });
    }

    #[test]
    fn the_systems_copy_comes_after_the_folders() {
        let root = tempfile::tempdir().expect("a folder");
        let system = root.path().join("system");
        touch(&system.join("fashion-mnist"), &FILES);
        let registry = Registry::default();
        let set = registry.find("fashion_mnist").expect("registered");
        let mut locations = Locations { folders: vec![root.path().join("data")], system: Some(system.clone()) };
        let place = locate(set, &locations).expect("the system's");
        assert_eq!(place.describe(), system.join("fashion-mnist").display().to_string());
        touch(&root.path().join("data/fashion-mnist"), &FILES);
        assert!(locate(set, &locations).expect("ours").describe().ends_with("data/fashion-mnist"));
        locations.folders.clear();
        assert_eq!(locate(set, &locations).expect("the system's"), place);
    }

    #[test]
    fn missing_data_is_answered_with_the_places_and_the_command() {
        let root = tempfile::tempdir().expect("a folder");
        touch(&root.path().join("mnist"), &FILES[1..]);
        let registry = Registry::default();
        let mnist = registry.find("mnist").expect("registered");
        let error = locate(mnist, &Locations::only(&[root.path().to_owned()]));
        let root = root.path().display();
        assert_eq!(
            error.expect_err("incomplete").to_string(),
            format!(
                "the data set `mnist` is not there; run: renas data fetch mnist\nlooked in:\
                 \n  {root}/mnist (without train-images-idx3-ubyte)\n  {root}/MNIST/raw (no such folder)"
            )
        );
    }

    #[test]
    fn the_digits_are_found_everywhere() {
        let registry = Registry::default();
        let digits = registry.find("digits").expect("registered");
        assert_eq!(locate(digits, registry.locations()).expect("embedded"), Place::Embedded);
    }
}
