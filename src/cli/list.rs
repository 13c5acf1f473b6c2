//! `renas list`: the experiments, and what the committed reports found.

use std::collections::BTreeMap;
use std::path::Path;

use comfy_table::{Table, presets};
use serde_json::{Value, json};

use super::exit::Failure;
use super::session::{Selected, Session};
use crate::harness::manifest::model::Profile;

/// Print the list.
pub fn list(session: &Session<'_>) -> Result<(), Failure> {
    if session.common.json {
        let entry = |selected: &Selected| {
            let manifest = &selected.manifest;
            let profiles: Vec<&Profile> = manifest.profiles.keys().collect();
            let found: BTreeMap<&str, BTreeMap<String, usize>> =
                Profile::ALL.into_iter().filter_map(|p| Some((p.name(), verdicts(p, &manifest.id)?))).collect();
            json!({
                "id": manifest.id, "title": manifest.title, "paper": manifest.paper, "profiles": profiles,
                "claims": manifest.claims.len(), "verdicts": found,
            })
        };
        println!("{}", json!({"experiments": session.experiments.iter().map(entry).collect::<Vec<_>>()}));
        return Ok(());
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["EXPERIMENT", "PAPER", "CLAIMS", "COMMITTED VERDICTS"]);
    for selected in &session.experiments {
        let manifest = &selected.manifest;
        let found: Vec<String> = Profile::ALL
            .into_iter()
            .filter_map(|profile| Some(format!("{profile}: {}", in_words(&verdicts(profile, &manifest.id)?))))
            .collect();
        let found = if found.is_empty() { "none".to_owned() } else { found.join("\n") };
        let paper = format!("{} ({})", manifest.paper.title, manifest.paper.year);
        table.add_row([&manifest.id, &paper, &manifest.claims.len().to_string(), &found]);
    }
    println!("{}", table.trim_fmt());
    Ok(())
}

fn in_words(verdicts: &BTreeMap<String, usize>) -> String {
    let words: Vec<String> =
        verdicts.iter().map(|(verdict, count)| format!("{count} {}", verdict.replace('_', " "))).collect();
    words.join(", ")
}

/// How many claims of a committed report got which verdict; nothing where there is no report.
fn verdicts(profile: Profile, id: &str) -> Option<BTreeMap<String, usize>> {
    let path = Path::new("reports").join(profile.name()).join(id).join("findings.json");
    let document: Value = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
    let mut counts = BTreeMap::new();
    for claim in document.get("claims")?.as_array()? {
        *counts.entry(claim.get("verdict")?.as_str()?.to_owned()).or_insert(0) += 1;
    }
    Some(counts)
}
