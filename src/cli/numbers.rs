//! `renas numbers`: every number that a paper prints, and what judges it.

use comfy_table::{Table, presets};
use serde_json::json;

use super::arguments::Numbers;
use super::exit::{Classify as _, Failure};
use super::session::Session;
use renas_harness::manifest::problem::suggestion;
use renas_harness::numbers::{self, Bound, Kind, Shares};

/// Print the list and its shares.
pub fn numbers(session: &Session<'_>, arguments: &Numbers) -> Result<(), Failure> {
    let known: Vec<&str> = session.experiments.iter().map(|one| one.manifest.id.as_str()).collect();
    let asked = &arguments.experiment;
    let chosen: Vec<_> =
        session.experiments.iter().filter(|one| asked.as_ref().is_none_or(|asked| *asked == one.manifest.id)).collect();
    if let (true, Some(asked)) = (chosen.is_empty(), asked) {
        return Err(anyhow::anyhow!("no experiment `{asked}`; {}", suggestion(asked, &known))).or_bad_input();
    }
    let mut answer = Vec::new();
    for selected in chosen {
        let manifest = &selected.manifest;
        let path = numbers::path(&session.common.experiments, &manifest.id);
        let printed = numbers::load(&path, manifest).or_bad_input()?;
        let [results, settings] = [Kind::Result, Kind::Setting].map(|kind| Shares::of(&printed, kind));
        if session.common.json {
            answer.push(json!({
                "experiment": manifest.id, "results": results, "settings": settings, "numbers": printed,
            }));
            continue;
        }
        if asked.is_some() {
            let mut table = Table::new();
            table.load_style(presets::NOTHING).set_header(["KIND", "NUMBER", "WHAT", "PLACE", "BOUND TO"]);
            for one in &printed {
                let kind = if one.kind == Kind::Result { "result" } else { "setting" };
                let bound = match &one.bound {
                    Bound::Claims(ids) => format!("claim {}", ids.join(", ")),
                    Bound::Audit(ids) => format!("audit {}", ids.join(", ")),
                    Bound::Deviations(ids) => format!("deviation {}", ids.join(", ")),
                    Bound::Reason(reason) => format!("nothing: {}", reason.name()),
                };
                table.add_row([kind, &one.number, &one.what, &one.place, &bound]);
            }
            outln!("{}\n", table.trim_fmt());
        }
        outln!("{}: {}; {}", manifest.id, in_words("results", &results), in_words("settings", &settings));
    }
    if session.common.json {
        outln!("{}", json!({"experiments": answer}));
    }
    Ok(())
}

fn in_words(kind: &str, shares: &Shares) -> String {
    let mut parts = vec![format!("{} by claims", shares.claims), format!("{} by audit entries", shares.audit)];
    if shares.deviations > 0 {
        parts.push(format!("{} by deviations", shares.deviations));
    }
    parts.extend(shares.reasons.iter().map(|(reason, count)| format!("{count} {}", reason.replace('_', " "))));
    format!(
        "{} {kind}: {} ({:.0} % bound to a claim or an audit entry)",
        shares.all,
        parts.join(", "),
        100.0 * shares.bound()
    )
}
