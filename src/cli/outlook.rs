//! What `renas plan` says of claims: can the planned clusters decide them?

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use comfy_table::{Table, presets};
use serde::Deserialize;
use serde_json::{Value, json};

use super::exit::Failure;
use super::session::Session;
use renas_harness::committed;
use renas_harness::pipeline::Selected;
use renas_report::catalogue::Promised;
use renas_report::judge::Judgement;
use renas_report::outlook::{Outlook, Planned, outlook};

/// The outlook of every claim of an experiment, in the manifest's order; `data` are the data sets that its whole plan reads.
pub fn outlooks(
    session: &Session<'_>,
    selected: &Selected,
    data: BTreeSet<String>,
) -> Result<Vec<(String, Outlook)>, Failure> {
    let settings = selected.settings(session.profile)?;
    let promise = selected.promise(settings)?;
    let promised: BTreeMap<&str, &Promised> = promise.quantities.iter().map(|one| (one.name.as_str(), one)).collect();
    let data: Vec<String> = data.into_iter().collect();
    let known = known(session, selected);
    let profile = session.profile.name();
    let analysis = selected.analysis(settings);
    let of_others = analysis.of_others(&promise);
    let planned =
        Planned { promised: &promised, clusters: &promise.clusters, of_others: &of_others, data: &data, profile };
    let of = |claim: &renas_report::claim::Claim| (claim.id.clone(), outlook(claim, planned, known.get(&claim.id)));
    Ok(selected.claims().iter().map(of).collect())
}

/// The judgements of the committed report of the profile, by claim; none of what is not of this version.
fn known(session: &Session<'_>, selected: &Selected) -> BTreeMap<String, Judgement> {
    let claims: Option<Vec<Value>> = committed::claims(Path::new("reports"), session.profile, &selected.manifest.id);
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
        count(|one| matches!(one, Outlook::AtMostConsistent { .. } | Outlook::OfOthers { .. })),
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
