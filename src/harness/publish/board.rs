//! The page about all profiles, from what the reports beside it say.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::committed;
use crate::manifest::model::{Manifest, Profile};
use crate::report_folder;
use renas_base::files;
use renas_report::board::{Board, Claim, Judged, Paper};
use renas_report::render;

/// Its name in the folder of all reports.
pub const BOARD: &str = "index.html";

/// What such a page holds, and no other page does.
const OURS: &str = "Made by <code>renas report</code> from the reports beside it";

/// The page, of these experiments in the order of their ids; nothing where no report holds any of them.
pub fn board<'m>(reports: &Path, manifests: impl Iterator<Item = &'m Manifest>) -> Result<Option<Vec<u8>>> {
    let mut sorted: BTreeMap<&str, &Manifest> = manifests.map(|manifest| (manifest.id.as_str(), manifest)).collect();
    let mut profiles: Vec<Profile> = Vec::new();
    let mut papers = Vec::new();
    for profile in Profile::of_all(sorted.values().copied()) {
        if sorted.keys().any(|id| reports.join(profile.name()).join(id).join("findings.json").exists()) {
            profiles.push(profile);
        }
    }
    while let Some((id, manifest)) = sorted.pop_first() {
        let mut claims: Vec<Claim> = Vec::new();
        for (place, profile) in profiles.iter().enumerate() {
            for judged in committed::claims::<Judged>(reports, *profile, id).unwrap_or_default() {
                let verdict = judged.verdict;
                match claims.iter_mut().find(|claim| claim.judged.id == judged.id) {
                    Some(known) => drop(known.verdicts.insert(place, verdict)),
                    None => claims.push(Claim { judged, verdicts: BTreeMap::from([(place, verdict)]) }),
                }
            }
        }
        if !claims.is_empty() {
            papers.push(Paper { id: id.to_owned(), title: manifest.title.clone(), claims });
        }
    }
    if papers.is_empty() {
        return Ok(None);
    }
    let profiles = profiles.into_iter().map(|profile| profile.name().to_owned()).collect();
    Ok(Some(render::board(&Board { profiles, papers })?))
}

/// Write the page, where what stands in its place is such a page or nothing; what is to be said of a file that is neither.
pub fn write_board<'m>(reports: &Path, manifests: impl Iterator<Item = &'m Manifest>) -> Result<Option<String>> {
    let Some(bytes) = board(reports, manifests)? else { return Ok(None) };
    let path: PathBuf = reports.join(BOARD);
    match files::read(&path) {
        Ok(found) if found == bytes => Ok(None),
        Ok(found) if !String::from_utf8_lossy(&found).contains(OURS) => {
            Ok(Some(format!("{} was not written by renas, and is left as it is", path.display())))
        }
        Ok(_) => write(reports, &bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => write(reports, &bytes),
        Err(error) => Ok(Some(format!("{} is left as it is: {error}", path.display()))),
    }
}

fn write(reports: &Path, bytes: &[u8]) -> Result<Option<String>> {
    report_folder::write_file(reports, Path::new(BOARD), bytes)?;
    Ok(None)
}
