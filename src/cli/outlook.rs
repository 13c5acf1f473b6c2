//! What `renas plan` says of claims: can the planned clusters decide them?

use std::collections::BTreeMap;
use std::path::Path;

use comfy_table::{Table, presets};
use serde::Deserialize;
use serde_json::{Value, json};

use super::exit::{Classify as _, Failure};
use super::session::{Selected, Session};
use renas_harness::analysis::{Promise, Unplanned};
use renas_report::catalogue::Promised;
use renas_report::judge::Judgement;
use renas_report::outlook::{Outlook, Planned, outlook};

/// The outlook of every claim of an experiment, in the manifest's order.
pub fn outlooks(session: &Session<'_>, selected: &Selected) -> Result<Vec<(String, Outlook)>, Failure> {
    let settings = selected.settings(session.profile)?;
    let plan = selected.paper.plan(&settings.parameters).or_bad_input()?;
    let Promise { quantities, clusters, .. } =
        selected.analysis(settings).promise().map_err(Unplanned::into_error).or_bad_input()?;
    let promised: BTreeMap<String, Promised> = quantities.into_iter().map(|one| (one.name.clone(), one)).collect();
    let mut data: Vec<String> = plan.into_iter().flat_map(|study| study.data).collect();
    data.sort_unstable();
    data.dedup();
    let known = known(session, selected);
    let profile = session.profile.name();
    let planned = Planned { promised: &promised, clusters: &clusters, data: &data, profile };
    let of = |claim: &renas_report::claim::Claim| (claim.id.clone(), outlook(claim, planned, known.get(&claim.id)));
    Ok(selected.manifest.claims.iter().map(of).collect())
}

/// The judgements of the committed report of the profile, by claim; nothing where there is none of this version.
fn known(session: &Session<'_>, selected: &Selected) -> BTreeMap<String, Judgement> {
    let path = Path::new("reports").join(session.profile.name()).join(&selected.manifest.id).join("findings.json");
    let text: Option<Value> = std::fs::read(path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let claims = text.as_ref().and_then(|text| text["claims"].as_array());
    let judgements = claims.into_iter().flatten().filter_map(|claim| Judgement::deserialize(claim).ok());
    judgements.map(|judgement| (judgement.id.clone(), judgement)).collect()
}

/// The outlooks as JSON.
pub fn as_json(outlooks: &[(String, Outlook)]) -> Value {
    let one = |(claim, outlook): &(String, Outlook)| json!({"claim": claim, "is": outlook});
    outlooks.iter().map(one).collect()
}

/// Counts, and where `all` is asked for every claim.
pub fn tell(outlooks: &[(String, Outlook)], all: bool) {
    let count = |is: fn(&Outlook) -> bool| outlooks.iter().filter(|(_, outlook)| is(outlook)).count();
    outln!(
        "{} claims: {} can be decided by what is planned, {} only be consistent, {} need more clusters, {} are not tested here{}",
        outlooks.len(),
        count(Outlook::is_decidable),
        count(|one| matches!(one, Outlook::AtMostConsistent { .. })),
        count(|one| matches!(one, Outlook::TooFew { .. } | Outlook::Unknown)),
        count(|one| matches!(one, Outlook::NotTested { .. })),
        if all { "" } else { " (-v lists them)" },
    );
    if all {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_header(["CLAIM", "CAN IT BE DECIDED?"]);
        for (claim, outlook) in outlooks {
            table.add_row([claim, &outlook.in_words()]);
        }
        outln!("{}", table.trim_fmt());
    }
    outln!();
}
