//! `renas why`: what a verdict rests on: rule, foil, clusters, amendments, and the quantities with their samples.

mod trace; // on to rows, studies, trials and objects

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, anyhow};
use serde::Deserialize;
use serde_json::{Value, json};

use super::arguments::Why;
use super::exit::{Classify as _, Failure};
use super::progress::duration;
use super::session::Session;
use renas_base::files;
use renas_harness::manifest::model::Profile;
use renas_harness::manifest::problem::suggestion;
use renas_harness::run::Conclusions;
use renas_report::claim::{Claim, Verdict};
use renas_report::findings::Measured;
use renas_report::judge::{Evidence, Judgement, rules};
use renas_report::number;

/// What `findings.json` says of claims and quantities.
#[derive(Deserialize)]
struct Findings {
    claims: Vec<Value>,
    quantities: BTreeMap<String, Value>,
}

/// Most samples that are written out.
const MOST_SAMPLES: usize = 60;

/// Print what became of a claim, under every profile that has a report or under the one that was asked for.
pub fn why(session: &Session<'_>, arguments: &Why) -> Result<(), Failure> {
    let found = find(session, &arguments.claim)?;
    let mut answer = Vec::new();
    for (experiment, claim) in found {
        let profiles = match session.common.profile {
            Some(_) => vec![session.profile],
            None => Profile::of_all(session.experiments.iter().map(|selected| &selected.manifest)),
        };
        let mut reported = 0;
        for profile in profiles {
            let path = arguments.reports.join(profile.name()).join(experiment).join("findings.json");
            let Some(findings) = read(&path).or_bad_input()? else { continue };
            let Some(judged) = findings.claims.iter().find(|one| one["id"] == claim.id.as_str()) else { continue };
            let judgement = Judgement::deserialize(judged)
                .with_context(|| format!("{} is of another version; `renas report` makes it anew", path.display()))
                .or_bad_input()?;
            reported += 1;
            if session.common.json {
                let names = judgement.evidence.iter().map(|one| one.quantity.clone());
                let quantities: BTreeMap<String, &Value> =
                    names.filter_map(|name| Some((name.clone(), findings.quantities.get(&name)?))).collect();
                answer.push(json!({
                    "experiment": experiment, "profile": profile, "judgement": judgement, "quantities": quantities,
                    "rules": rules::VERSION,
                }));
            } else {
                tell(experiment, profile, &judgement, &findings.quantities);
                made_in(session, experiment, claim, profile)?;
            }
            if arguments.evidence && !session.common.json {
                trace::tell(session, arguments, experiment, claim, profile)?;
            }
            if !session.common.json {
                let of = format!("{profile}/{experiment}");
                outln!(
                    "  otherwise  `renas explain {}/{of} OTHER/{of}` says why another report differs",
                    arguments.reports.display()
                );
                outln!();
            }
        }
        if reported == 0 && !session.common.json {
            outln!("{experiment}/{}: {}", claim.id, claim.sentence);
            outln!("  no report below {} judges it: `renas run` makes one", arguments.reports.display());
        }
    }
    if session.common.json {
        outln!("{}", json!({"claims": answer}));
    }
    Ok(())
}

/// The claims of that id, written `claim` or `experiment/claim`.
fn find<'s>(session: &'s Session<'_>, asked: &str) -> Result<Vec<(&'s str, &'s Claim)>, Failure> {
    let all = || {
        session
            .experiments
            .iter()
            .flat_map(|selected| selected.manifest.claims.iter().map(|claim| (selected.manifest.id.as_str(), claim)))
    };
    let is_it = |(experiment, claim): &(&str, &Claim)| {
        claim.id == asked || asked.split_once('/') == Some((experiment, claim.id.as_str()))
    };
    let found: Vec<_> = all().filter(is_it).collect();
    if found.is_empty() {
        let known: Vec<String> = match asked.contains('/') {
            true => all().map(|(experiment, claim)| format!("{experiment}/{}", claim.id)).collect(),
            false => all().map(|(_, claim)| claim.id.clone()).collect(),
        };
        return Err(anyhow!("no claim `{asked}`; {}", suggestion(asked, &known))).or_bad_input();
    }
    Ok(found)
}

fn read(path: &Path) -> anyhow::Result<Option<Findings>> {
    match files::read(path) {
        Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes).with_context(|| path.display().to_string())?)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

fn tell(experiment: &str, profile: Profile, judgement: &Judgement, quantities: &BTreeMap<String, Value>) {
    let verdict = judgement.verdict_in_words();
    outln!("{} {verdict} ({profile})  {experiment}/{}", judgement.verdict.sign(), judgement.id);
    let line = |name: &str, text: &str| {
        if !text.is_empty() {
            outln!("  {name:<10} {}", text.replace('\u{a0}', " "));
        }
    };
    line("paper", &format!("{} ({})", judgement.sentence, judgement.source));
    line("expected", &judgement.expectation);
    line("why", &judgement.reason);
    line("severity", &judgement.severity);
    line("looks", &judgement.looks);
    line("beside", &judgement.beside);
    let units = judgement.units.map_or(String::new(), |units| format!(", {units} units"));
    line("clusters", &judgement.n.map_or(String::new(), |n| format!("{n} (each a {}){units}", judgement.cluster)));
    line("rules", &format!("version {}", rules::VERSION));
    if let Some(day) = &judgement.added {
        line("added", &format!("{day}, after the first result (post hoc)"));
    }
    for amendment in &judgement.amended {
        let before: Vec<String> =
            amendment.verdict_before.iter().map(|(profile, one)| format!("{} under {profile}", one.name())).collect();
        let before = before.join(", ");
        line("amended", &format!("{}: was {} ({before}); because {}", amendment.on, amendment.was, amendment.because));
    }
    for evidence in &judgement.evidence {
        tell_quantity(evidence, quantities.get(&evidence.quantity));
    }
}

/// The studies that a claim is made of, and the command that runs them, with its price.
fn made_in(session: &Session<'_>, experiment: &str, claim: &Claim, profile: Profile) -> Result<(), Failure> {
    let selected = session.experiments.iter().find(|selected| selected.manifest.id == experiment);
    let selected = selected.expect("the claim is one of its");
    let settings = selected.settings(profile)?;
    let plan = selected.paper.plan(&settings.parameters, &selected.data).or_bad_input()?;
    let studies = selected.studies_of(std::slice::from_ref(claim), settings, &plan)?;
    let trials: usize = studies.iter().map(|study| study.trials).sum();
    let seconds: f64 = studies.iter().map(|study| study.cpu_seconds).sum();
    let (all, cost) = (plan.len(), duration(seconds));
    outln!("  {:<10} {} of {all} studies, {trials} trials, about {cost} of one core", "made in", studies.len());
    outln!("  {:<10} renas run --profile {profile} --claim {experiment}/{}", "again", claim.id);
    Ok(())
}

/// Say what was judged of one claim, without a report; a failure where it is not reproduced and that was to be an error.
pub fn tell_judged(session: &Session<'_>, is_strict: bool, judged: &[(&str, Box<Conclusions>)]) -> Result<(), Failure> {
    let all = || judged.iter().flat_map(|(id, one)| one.judgements.iter().map(move |judgement| (id, one, judgement)));
    if session.common.json && !judged.is_empty() {
        let answer: Vec<Value> = all()
            .map(|(id, _, judgement)| json!({"experiment": id, "profile": session.profile, "judgement": judgement}))
            .collect();
        outln!("{}", json!({"claims": answer}));
    } else {
        for (id, conclusions, judgement) in all() {
            let samples = |name: &String| {
                let measured = &conclusions.findings.quantities.get(name)?.measured;
                let clusters = matches!(measured, Measured::Clustered { .. }).then(|| measured.cluster_names());
                Some((name.clone(), json!({"samples": measured.unit_values()?, "clusters": clusters})))
            };
            let quantities = judgement.evidence.iter().filter_map(|one| samples(&one.quantity)).collect();
            tell(id, session.profile, judgement, &quantities);
        }
    }
    match all().filter(|(_, _, judgement)| judgement.verdict == Verdict::NotReproduced).count() {
        count if count > 0 && is_strict => Err(Failure::NotReproduced(count)),
        _ => Ok(()),
    }
}

fn tell_quantity(evidence: &Evidence, quantity: Option<&Value>) {
    let Evidence { quantity: name, label, data, over, cluster, unit, summary, definition, .. } = evidence;
    let measured = match summary.interval {
        Some(interval) => number::estimate(summary.mean, interval, *unit),
        None => number::exact(summary.mean, *unit),
    };
    let clusters = if over == cluster { String::new() } else { format!(", in clusters: {cluster}") };
    outln!("  {name}  {}", measured.replace('\u{a0}', " "));
    outln!("    {label}; {data}; over {over}{clusters}; {}", summary.method);
    if !definition.is_empty() {
        outln!("    made of: {definition}");
    }
    let samples = quantity.and_then(|quantity| quantity["samples"].as_array());
    let Some(samples) = samples else { return };
    let shown: Vec<String> = samples.iter().take(MOST_SAMPLES).map(Value::to_string).collect();
    let more = if samples.len() > MOST_SAMPLES {
        format!(", and {} more", samples.len() - MOST_SAMPLES)
    } else {
        String::new()
    };
    outln!("    samples: {}{more}", shown.join(", "));
    if let Some(clusters) = quantity.and_then(|quantity| quantity["clusters"].as_array()) {
        let shown: Vec<String> = clusters.iter().take(MOST_SAMPLES).map(Value::to_string).collect();
        outln!("    clusters: {}", shown.join(", "));
    }
}
