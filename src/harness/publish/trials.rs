//! The trials that claims rest on, and a sample of them in full: of each study the one with the smallest key, which is a
//! digest, so that nobody chose it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::evidence::Evidence;
use crate::run::{Conclusions, Experiment, StudyOutputs};
use crate::store::{Key, Record};
use renas_base::digest::Digest;
use renas_report::page::{Carried, Trial};

/// Characters of what was asked that a page shows.
const MOST_ASKED: usize = 12_000;

/// What each claim rests on, by its id, and the trials that have pages. `observed` says whether it may be told what they took.
pub(super) fn carried(
    experiment: &Experiment<'_>,
    conclusions: &Conclusions,
    studied: &StudyOutputs,
    evidence: &Evidence,
    observed: bool,
) -> Result<(BTreeMap<String, Carried>, Vec<Trial>)> {
    let is_trial =
        |key: &&Key| evidence.kept().get(*key).is_some_and(|kept| kept.outcome().is_some() && !kept.is_observed_time());
    let of_study = |id: &String| studied.used_by.get(id).into_iter().flatten().filter(is_trial);
    let seconds: BTreeMap<&str, f64> =
        experiment.plan.iter().map(|study| (study.id.as_str(), study.cpu_seconds)).collect();
    let mut pages: BTreeMap<Key, String> = BTreeMap::new();
    let mut carried = BTreeMap::new();
    for judgement in &conclusions.judgements {
        let studies = conclusions.studies.get(&judgement.id).map_or(&[][..], Vec::as_slice);
        let trials: BTreeSet<&Key> = studies.iter().flat_map(of_study).collect();
        let first = studies.iter().find_map(|study| Some((of_study(study).next()?, study)));
        // A claim that nothing was said of needs no example.
        let first = first.filter(|_| !judgement.evidence.is_empty());
        if let Some((key, study)) = first {
            pages.entry(*key).or_insert_with(|| study.clone());
        }
        let cpu_seconds = studies.iter().filter_map(|study| seconds.get(study.as_str())).sum::<f64>() + 0.0;
        let trial = first.map(|(key, _)| Digest::short(&key.0, 12));
        carried.insert(judgement.id.clone(), Carried { trials: trials.len(), cpu_seconds, trial });
    }
    let wanted: BTreeSet<Key> = pages.keys().copied().collect();
    let mut trials = Vec::new();
    for record in evidence.some(&wanted) {
        let (key, record) = record?;
        trials.push(shown(key, &pages[&key], &record, observed)?);
    }
    Ok((carried, trials))
}

fn shown(key: Key, study: &str, record: &Record, observed: bool) -> Result<Trial> {
    let outcome = record.outcome().context("a trial has an outcome")?;
    let asked: Value = record.identity.inputs.read().context("what a trial was asked")?;
    let mut asked = serde_json::to_string_pretty(&asked)?;
    let length = asked.chars().count();
    if length > MOST_ASKED {
        asked = asked.chars().take(MOST_ASKED).collect();
        asked.push_str(&format!("\n... and {} characters more, which the evidence holds", length - MOST_ASKED));
    }
    Ok(Trial {
        key: key.0.to_string(),
        study: study.to_owned(),
        step: record.identity.step.clone(),
        asked,
        outcome: Digest::of_value(outcome)?.to_string(),
        ending: outcome.ending.in_words(),
        scalars: outcome.scalars.clone(),
        curves: outcome.curves.clone(),
        tensors: outcome.tensors.iter().map(|(name, digest)| (name.clone(), digest.to_string())).collect(),
        cpu_seconds: record.observation.as_ref().filter(|_| observed).map(|observation| observation.cpu_seconds),
    })
}
