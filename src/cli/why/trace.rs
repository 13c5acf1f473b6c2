//! `renas why --evidence`: from a claim to the rows of its quantities, the studies that gave them, their trials and objects.

use super::super::arguments::Why;
use super::super::exit::{Classify as _, Failure};
use super::super::session::Session;
use anyhow::{Context as _, anyhow};
use renas_harness::analysis::Unplanned;
use renas_harness::evidence::Evidence;
use renas_harness::manifest::model::Profile;
use renas_harness::pipeline::evidence_in;
use renas_harness::run::StudyOutputs;
use renas_harness::store::{Key, StepResult};
use renas_report::claim::Claim;

/// Most rows of a quantity, and most trials of a study, that are written out.
const MOST_ROWS: usize = 24;

/// Compute the studies of the claim again from the evidence of the profile's report, and say what they are made of.
pub(super) fn tell(
    session: &Session<'_>,
    arguments: &Why,
    experiment: &str,
    claim: &Claim,
    profile: Profile,
) -> Result<(), Failure> {
    let selected = session.experiments.iter().find(|selected| selected.manifest.id == experiment);
    let selected = selected.expect("the claim is one of its");
    let folder = arguments.reports.join(profile.name());
    let missing = || anyhow!("{} holds no evidence of {experiment}", folder.display());
    let (evidence, worker) = evidence_in(&folder, experiment)?.with_context(missing).or_bad_input()?;
    let settings = selected.settings(profile)?;
    let plan = selected.paper.plan(&settings.parameters, &selected.data).or_bad_input()?;
    let studies = selected.studies_of(std::slice::from_ref(claim), settings, &plan)?;
    let studied = selected.experiment(settings, &studies, &worker).replay(&evidence, session.jobs);
    let studied = studied.or_bad_input()?;
    let rows = selected.paper.observed(&settings.parameters, &selected.data, &studied.results).or_run_failed()?.rows;
    let promise = selected.analysis(settings).promise().map_err(Unplanned::into_error).or_bad_input()?;
    let mut told: Vec<_> = Vec::new();
    for name in claim.quantities() {
        for excerpt in promise.plan.trace(name, &rows) {
            if told.contains(&excerpt.quantity) {
                continue;
            }
            outln!("  rows of {}: {} of `{}`", excerpt.quantity, excerpt.rows.len(), excerpt.table);
            outln!("    {}", excerpt.columns.join(", "));
            excerpt.rows.iter().take(MOST_ROWS).for_each(|row| outln!("    {}", row.join(", ")));
            and_more(excerpt.rows.len());
            told.push(excerpt.quantity);
        }
    }
    for study in &studies {
        tell_study(&study.id, &studied, &evidence);
    }
    Ok(())
}

fn tell_study(id: &str, studied: &StudyOutputs, evidence: &Evidence) {
    let keys: Vec<&Key> = studied.used_by.get(id).into_iter().flatten().collect();
    let digest = studied.digests.get(id).map(ToString::to_string).unwrap_or_default();
    outln!("  study {id}: result {digest}, {} steps", keys.len());
    for key in keys.iter().take(MOST_ROWS) {
        let Some(kept) = evidence.kept().get(key) else { continue };
        let step = kept.step();
        let ending = match kept.answer().result {
            StepResult::Outcome(outcome) => {
                let scalars = outcome.scalars.iter().map(|(name, value)| format!("{name} {value}"));
                let objects = outcome.tensors.iter().map(|(name, digest)| format!("{name} in object {digest}"));
                scalars.chain(objects).collect::<Vec<_>>().join(", ")
            }
            StepResult::Value(_) => "a value derived from objects".to_owned(),
        };
        outln!("    {step} {key}: {ending}");
    }
    and_more(keys.len());
}

fn and_more(count: usize) {
    if count > MOST_ROWS {
        outln!("    ... and {} more", count - MOST_ROWS);
    }
}
