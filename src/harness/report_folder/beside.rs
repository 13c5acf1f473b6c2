//! Files beside the reports, which belong to none: what is unfinished, and the page about all profiles.

use std::fs;
use std::io;
use std::path::Path;

use super::{FolderError, failed, refuse_links_below, save};

/// Write a file below `root`, the folder of all reports, that belongs to no report: complete or not at all, and through no
/// link below `root`.
pub fn write_file(root: &Path, name: &Path, bytes: &[u8]) -> Result<(), FolderError> {
    refuse_links_below(root, name)?;
    let target = root.join(name);
    save(&target, bytes).map_err(failed("write", &target))
}

/// Remove such a file, and the folders below `root` that are empty then; whether it was there.
pub fn remove_file(root: &Path, name: &Path) -> Result<bool, FolderError> {
    refuse_links_below(root, name)?;
    let target = root.join(name);
    match fs::remove_file(&target) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(failed("remove", &target)(error)),
    }
    let folders = name.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
    // The first that holds something else ends it.
    let _ = folders.map(|folder| fs::remove_dir(root.join(folder))).find(|removed| removed.is_err());
    Ok(true)
}

/// Give such a file another name, which ends with `.damaged`.
pub fn set_aside(root: &Path, name: &Path) -> Result<(), FolderError> {
    refuse_links_below(root, name)?;
    let target = root.join(name);
    let mut aside = target.clone().into_os_string();
    aside.push(".damaged");
    fs::rename(&target, aside).map_err(failed("set aside", &target))
}
