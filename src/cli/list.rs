//! `renas list`: the experiments, and what the committed reports found.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use comfy_table::{Table, presets};
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer as _};
use serde_json::json;

use super::exit::Failure;
use super::session::{Selected, Session};
use renas_harness::manifest::model::Profile;

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
        outln!("{}", json!({"experiments": session.experiments.iter().map(entry).collect::<Vec<_>>()}));
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
        let year = manifest.paper.year.map(|year| format!(" ({year})"));
        let paper = format!("{}{}", manifest.paper.title, year.unwrap_or_default());
        table.add_row([&manifest.id, &paper, &manifest.claims.len().to_string(), &found]);
    }
    outln!("{}", table.trim_fmt());
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
    let mut counts = BTreeMap::new();
    for verdict in verdicts_in(BufReader::new(File::open(path).ok()?))? {
        *counts.entry(verdict).or_insert(0) += 1;
    }
    Some(counts)
}

/// The verdicts in the text of a `findings.json`. Claims stand first in it: the megabytes behind them are not read.
fn verdicts_in(text: impl Read) -> Option<Vec<String>> {
    let mut found = None;
    // Stopping early is an error to the reader of JSON; so is a text that is broken before the end of the claims.
    let _ = serde_json::Deserializer::from_reader(text).deserialize_map(FirstClaims(&mut found));
    found
}

/// Reads an object up to its `claims`, whose verdicts it leaves in the place that it was given, and then stops.
struct FirstClaims<'a>(&'a mut Option<Vec<String>>);

#[derive(Deserialize)]
struct Judged {
    verdict: String,
}

impl<'de> Visitor<'de> for FirstClaims<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with claims")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == "claims" {
                let claims: Vec<Judged> = map.next_value()?;
                *self.0 = Some(claims.into_iter().map(|claim| claim.verdict).collect());
                return Err(serde::de::Error::custom("the rest is not needed"));
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_are_read_wherever_the_claims_stand_and_nothing_behind_them_is() {
        let claims = r#""claims": [{"id": "a", "verdict": "reproduced"}, {"n": null, "verdict": "not_tested"}]"#;
        let expected = Some(vec!["reproduced".to_owned(), "not_tested".to_owned()]);
        assert_eq!(verdicts_in(format!("{{{claims}, \"figures\": broken").as_bytes()), expected);
        assert_eq!(verdicts_in(format!("{{\"audit\": [1, {{}}], {claims}}}").as_bytes()), expected);
        for broken in ["", "[]", "{}", r#"{"claims": [{"id": "a"}]}"#, r#"{"claims": [{"verdict": "reproduced"}"#] {
            assert_eq!(verdicts_in(broken.as_bytes()), None, "{broken}");
        }
    }
}
