//! `renas list`: the experiments, and what the committed reports found.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use comfy_table::{Table, presets};
use serde::Deserialize;
use serde_json::json;

use super::arguments::Common;
use super::exit::Failure;
use super::session::outlines;
use renas_base::parallel;
use renas_harness::committed;
use renas_harness::manifest::model::{Outline, Profile};

/// Print the list.
///
/// Names of quantities in claims are not looked up (`load::outline`): every command that works with claims does.
pub fn list(common: &Common) -> Result<(), Failure> {
    let outlines = outlines(common)?;
    let found = Found::of(&outlines, common.jobs());
    if common.json {
        let entry = |outline: &Outline| {
            let found: BTreeMap<String, &BTreeMap<String, usize>> =
                found.by_profile(&outline.id).map(|(profile, found)| (profile.to_string(), found)).collect();
            json!({
                "id": outline.id, "title": outline.title, "paper": outline.paper, "profiles": outline.profiles,
                "claims": outline.claims, "verdicts": found,
            })
        };
        outln!("{}", json!({"experiments": outlines.iter().map(entry).collect::<Vec<_>>()}));
        return Ok(());
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["EXPERIMENT", "PAPER", "CLAIMS", "COMMITTED VERDICTS"]);
    for outline in &outlines {
        let found = found.by_profile(&outline.id).map(|(profile, found)| format!("{profile}: {}", in_words(found)));
        let found: Vec<String> = found.collect();
        let found = if found.is_empty() { "none".to_owned() } else { found.join("\n") };
        let year = outline.paper.year.map(|year| format!(" ({year})"));
        let paper = format!("{}{}", outline.paper.title, year.unwrap_or_default());
        table.add_row([&outline.id, &paper, &outline.claims.to_string(), &found]);
    }
    outln!("{}", table.trim_fmt());
    Ok(())
}

fn in_words(verdicts: &BTreeMap<String, usize>) -> String {
    let words: Vec<String> =
        verdicts.iter().map(|(verdict, count)| format!("{count} {}", verdict.replace('_', " "))).collect();
    words.join(", ")
}

/// How many claims got which verdict in the committed reports, by experiment and profile; nothing where there is no report.
struct Found(BTreeMap<(String, Profile), BTreeMap<String, usize>>);

impl Found {
    /// The reports are read side by side.
    fn of(outlines: &[Outline], jobs: usize) -> Self {
        let of_one = |outline: &Outline| {
            let profiles = outline.profiles.iter().copied().chain(Profile::COMMON);
            BTreeSet::from_iter(profiles.map(|profile| (outline.id.clone(), profile)))
        };
        let all: Vec<(String, Profile)> = outlines.iter().flat_map(of_one).collect();
        let found = parallel::map(&all, jobs, |(id, profile)| counts(*profile, id));
        Self(all.into_iter().zip(found).filter_map(|(report, counts)| Some((report, counts?))).collect())
    }

    /// Of one experiment, smallest profile first.
    fn by_profile(&self, id: &str) -> impl Iterator<Item = (Profile, &BTreeMap<String, usize>)> {
        self.0.iter().filter(move |((of, _), _)| of == id).map(|((_, profile), counts)| (*profile, counts))
    }
}

fn counts(profile: Profile, id: &str) -> Option<BTreeMap<String, usize>> {
    let mut counts = BTreeMap::new();
    for Judged { verdict } in committed::claims(Path::new("reports"), profile, id)? {
        *counts.entry(verdict).or_insert(0) += 1;
    }
    Some(counts)
}

#[derive(Deserialize)]
struct Judged {
    verdict: String,
}
