//! Two reports of a profile side by side, as a page.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, anyhow};
use serde::Deserialize;

use super::super::arguments::Explain;
use super::super::exit::{Classify as _, Failure};
use super::Compared;
use super::side::Records;
use renas_base::files;
use renas_report::board::runs::{Runs, SIDES, Trials};
use renas_report::board::{Board, Judged, Paper};
use renas_report::render;

/// What such a page holds, and no other does.
const OURS: &str = "Made by <code>renas explain A B --html FILE</code>";

/// What is read of a `findings.json`.
#[derive(Deserialize)]
struct Said {
    paper: String,
    claims: Vec<Judged>,
}

type Reports = BTreeMap<String, Records>;

/// Write the page. A file that is no such page is not replaced.
pub(super) fn write(arguments: &Explain, file: &Path, (a, b): (&Reports, &Reports)) -> Result<(), Failure> {
    match files::read(file) {
        Ok(found) if !String::from_utf8_lossy(&found).contains(OURS) => {
            return Err(anyhow!("{} was not written by `renas explain`, and is left as it is", file.display()))
                .or_bad_input();
        }
        _ => {}
    }
    let mut runs = Runs {
        names: [&arguments.a, &arguments.b].map(String::clone),
        folder: link(file, Path::new(&arguments.b)).unwrap_or_default(),
        board: Board { profiles: SIDES.map(str::to_owned).into(), papers: Vec::new() },
        trials: Vec::new(),
        alone: [lacking(a, b), lacking(b, a)],
    };
    for (id, of_a) in a {
        let Some(of_b) = b.get(id) else { continue };
        runs.board.papers.push(paper(id, [of_a, of_b])?);
        runs.trials.push(trials(&Compared::new(of_a, of_b)?));
    }
    if runs.board.papers.is_empty() {
        return Err(anyhow!("the two reports share no experiment")).or_bad_input();
    }
    let page = render::runs(&runs).context("the page cannot be made").or_run_failed()?;
    std::fs::write(file, page).with_context(|| format!("cannot write {}", file.display())).or_run_failed()?;
    outln!("{}", file.display());
    Ok(())
}

/// The ids that the first has and the second lacks.
fn lacking(of: &Reports, than: &Reports) -> Vec<String> {
    of.keys().filter(|id| !than.contains_key(*id)).cloned().collect()
}

/// What both say of a paper's claims.
fn paper(id: &str, sides: [&Records; 2]) -> Result<Paper, Failure> {
    let mut paper = Paper { id: id.to_owned(), title: id.to_owned(), ..Paper::default() };
    for (place, side) in sides.into_iter().enumerate() {
        let Some(Said { paper: title, claims }) = side.findings()? else { continue };
        paper.title = title;
        claims.into_iter().for_each(|judged| paper.add(place, judged));
    }
    Ok(paper)
}

fn trials(compared: &Compared) -> Trials {
    let conflicts = &compared.overlap.conflicts;
    Trials {
        equal: compared.overlap.equal,
        differing: conflicts.len(),
        unexpected: conflicts.iter().filter(|one| one.is_expected != Some(true)).count(),
        alone: [compared.overlap.only_a, compared.overlap.only_b],
        first: compared.first_in_lines(),
    }
}

/// The way from a page to a folder, as a link has it; nothing where one of them is not there or a name is no UTF-8.
fn link(page: &Path, folder: &Path) -> Option<String> {
    let beside = page.parent().filter(|path| !path.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (from, to): (PathBuf, PathBuf) = (beside.canonicalize().ok()?, folder.canonicalize().ok()?);
    let shared = from.components().zip(to.components()).take_while(|(one, other)| one == other).count();
    let up = from.components().skip(shared).map(|_| Component::ParentDir);
    let parts: Option<Vec<&str>> =
        up.chain(to.components().skip(shared)).map(|part| part.as_os_str().to_str()).collect();
    // A space or a bracket in a name of a folder would end or change a link.
    let parts = parts?;
    let is_plain = |part: &&str| part.chars().all(|c| c.is_ascii_alphanumeric() || "._-+".contains(c));
    (!parts.is_empty() && parts.iter().all(is_plain)).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_goes_up_to_what_both_share_and_down_again_and_odd_names_are_not_linked() {
        let root = tempfile::tempdir().expect("a folder");
        for folder in ["pages/deep", "reports/quick", "odd name"] {
            std::fs::create_dir_all(root.path().join(folder)).expect("a folder");
        }
        let link = |page: &str, folder: &str| link(&root.path().join(page), &root.path().join(folder));
        assert_eq!(link("pages/deep/x.html", "reports/quick").as_deref(), Some("../../reports/quick"));
        assert_eq!(link("x.html", "reports/quick").as_deref(), Some("reports/quick"));
        assert_eq!(link("x.html", "odd name"), None);
        assert_eq!(link("x.html", "nowhere"), None);
    }
}
