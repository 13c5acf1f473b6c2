//! The pages about all profiles, from what the reports beside them say.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::Deserialize;

use super::facts;
use crate::manifest::model::{Manifest, Profile};
use crate::report_folder;
use renas_base::files;
use renas_base::parallel;
use renas_report::board::{Board, Judged, Paper};
use renas_report::render;

/// The page that a reader opens first, in the folder of all reports.
pub const BOARD: &str = "index.html";

/// The names of the pages in the folder of all reports.
pub const PAGES: [&str; 2] = [BOARD, "compare.html"];

/// What such a page holds, and no other page does.
const OURS: &str = "Made by <code>renas report</code> from the reports beside it";

/// What a `findings.json` says for these pages.
#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    found: Vec<String>,
    claims: Vec<Judged>,
}

/// The pages by name, of these experiments in the order of their ids; nothing where no report holds any of them.
pub fn board<'m>(
    reports: &Path,
    manifests: impl Iterator<Item = &'m Manifest>,
) -> Result<Option<BTreeMap<&'static str, Vec<u8>>>> {
    let sorted: BTreeMap<&str, &Manifest> = manifests.map(|manifest| (manifest.id.as_str(), manifest)).collect();
    let all = Profile::of_all(sorted.values().copied());
    let wanted: Vec<(&str, Profile)> = sorted.keys().flat_map(|id| all.iter().map(|profile| (*id, *profile))).collect();
    let said = parallel::map(&wanted, parallel::cores(), |(id, profile)| {
        let path = reports.join(profile.name()).join(id).join("findings.json");
        serde_json::from_slice::<Said>(&files::read(&path).ok()?).ok()
    });
    let mut said: BTreeMap<(&str, Profile), Said> =
        wanted.into_iter().zip(said).filter_map(|(of, said)| Some((of, said?))).collect();
    let profiles: Vec<Profile> = all.into_iter().filter(|profile| said.keys().any(|(_, of)| of == profile)).collect();
    let mut papers = Vec::new();
    for (id, manifest) in sorted {
        let mut paper = Paper { id: id.to_owned(), title: manifest.title.clone(), ..Paper::default() };
        for (place, profile) in profiles.iter().enumerate() {
            let Some(Said { found, claims }) = said.remove(&(id, *profile)) else { continue };
            claims.into_iter().for_each(|judged| paper.add(place, judged));
            paper.found.insert(place, found);
            // What a paper of one's own declares is no setting.
            let settings = manifest.profiles.get(profile).filter(|_| manifest.brought.is_none());
            let settings = settings.map(|one| (place, facts(&one.purpose, &one.parameters)));
            paper.settings.extend(settings);
        }
        if !paper.claims.is_empty() {
            papers.push(paper);
        }
    }
    if papers.is_empty() {
        return Ok(None);
    }
    let board = Board { profiles: profiles.into_iter().map(|profile| profile.name().to_owned()).collect(), papers };
    let [index, compare] = render::board(&board)?;
    Ok(Some(PAGES.into_iter().zip([index, compare]).collect()))
}

/// Write the pages, where what stands in their places is such a page or nothing; what is to be said of files that are neither.
pub fn write_board<'m>(reports: &Path, manifests: impl Iterator<Item = &'m Manifest>) -> Result<Vec<String>> {
    let mut notes = Vec::new();
    for (name, bytes) in board(reports, manifests)?.unwrap_or_default() {
        let path: PathBuf = reports.join(name);
        match files::read(&path) {
            Ok(found) if found == bytes => {}
            Ok(found) if !String::from_utf8_lossy(&found).contains(OURS) => {
                notes.push(format!("{} was not written by renas, and is left as it is", path.display()));
            }
            Ok(_) => report_folder::write_file(reports, Path::new(name), &bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                report_folder::write_file(reports, Path::new(name), &bytes)?;
            }
            Err(error) => notes.push(format!("{} is left as it is: {error}", path.display())),
        }
    }
    Ok(notes)
}
