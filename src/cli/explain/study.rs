//! Two studies: the first step whose question differs, of those that each asked in its order.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;

use anyhow::{Context as _, anyhow};
use serde_json::json;

use super::super::arguments::Common;
use super::super::exit::{Classify as _, Failure};
use super::super::session::{Need, Session};
use super::side::Named;
use super::told;
use renas_base::digest::Digest;
use renas_harness::explain;
use renas_harness::manifest::model::Profile;
use renas_harness::manifest::problem::suggestion;
use renas_harness::pipeline::evidence_in;
use renas_harness::store::{Address, Answer, Key, Record, Records, StoreError};

/// What a study asked, step by step.
struct Asked {
    name: String,
    records: Vec<(Key, Record)>,
    result: Digest,
}

/// Say where two studies part.
pub(super) fn explain(common: &Common, a: &Named, b: &Named) -> Result<(), Failure> {
    let (a, b) = (asked(common, a)?, asked(common, b)?);
    let parted = a
        .records
        .iter()
        .zip(&b.records)
        .position(|((_, one), (_, other))| explain::records(one, other) != explain::Reason::Same);
    let reason = parted.map(|at| (at, explain::records(&a.records[at].1, &b.records[at].1)));
    if common.json {
        let parted = reason
            .map(|(at, reason)| json!({"step": at + 1, "a": a.records[at].0, "b": b.records[at].0, "reason": reason}));
        let steps = [a.records.len(), b.records.len()];
        outln!("{}", json!({"results": [a.result, b.result], "steps": steps, "first_that_differs": parted}));
        return Ok(());
    }
    for (side, asked) in [("A", &a), ("B", &b)] {
        outln!("{side}  {}: {} steps, result {}", asked.name, asked.records.len(), asked.result.short(12));
    }
    match reason {
        Some((at, reason)) => {
            let [one, other] = [&a, &b].map(|asked| asked.records[at].0.0.short(12));
            outln!("the first step that differs is step {} ({one} and {other}):", at + 1);
            told(&reason).iter().for_each(|line| outln!("  {line}"));
        }
        None if a.records.len() != b.records.len() => {
            outln!("all steps that both asked for are the same; one of them stopped earlier");
        }
        None if a.result != b.result => {
            outln!("the same steps; what was made of them differs: settings that no step reads")
        }
        None => outln!("the same"),
    }
    Ok(())
}

/// Compute a study again from the evidence of a report, and see in which order it asked for steps.
fn asked(common: &Common, named: &Named) -> Result<Asked, Failure> {
    let Named { experiment, study, report } = named;
    let profile = report.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let is_profile =
        || anyhow!("{} is not named after a profile: name the folder of a profile's report", report.display());
    Profile::named(&profile).with_context(is_profile).or_bad_input()?;
    let common = Common { only: Some(format!("{experiment}/{study}")), profile: Some(profile), ..common.clone() };
    let session = Session::open_at(&common, None, Need::Studies)?;
    let [selected] = session.experiments.as_slice() else {
        return Err(anyhow!("no experiment `{experiment}`")).or_bad_input();
    };
    let settings = selected.settings(session.profile)?;
    let plan = selected.paper.plan(&settings.parameters, &session.data).or_bad_input()?;
    let ids: Vec<&str> = plan.iter().map(|study| study.id.as_str()).collect();
    if !ids.contains(&study.as_str()) {
        return Err(anyhow!("no study `{study}` of {experiment}; {}", suggestion(study, &ids))).or_bad_input();
    }
    let missing = || anyhow!("{} holds no evidence of {experiment}", report.display());
    let (evidence, worker) = evidence_in(report, experiment)?.with_context(missing).or_bad_input()?;
    let studies = selected.plan(settings)?;
    let asking = Asking { evidence: &evidence, keys: Mutex::default() };
    // One at a time, so that the order is the study's own.
    let studied = selected.experiment(settings, &studies, &worker).replay(&asking, 1).or_bad_input()?;
    let used = studied.used_by.get(study).cloned().unwrap_or_default();
    let mut seen = BTreeSet::new();
    let keys = asking.keys.into_inner().expect("no thread panicked");
    let keys: Vec<Key> = keys.into_iter().filter(|key| used.contains(key) && seen.insert(*key)).collect();
    let mut records: Vec<(Key, Record)> = evidence.some(&used).collect::<Result<_, _>>().or_bad_input()?;
    records.sort_by_key(|(key, _)| keys.iter().position(|one| one == key));
    let result = studied.digests.get(study).copied().context("the study gave nothing").or_run_failed()?;
    Ok(Asked { name: format!("{experiment}/{study} of {}", report.display()), records, result })
}

/// Evidence that remembers in which order it was asked.
struct Asking<'e, R> {
    evidence: &'e R,
    keys: Mutex<Vec<Key>>,
}

impl<R: Records> Records for Asking<'_, R> {
    fn find(&self, address: &Address) -> Result<Option<Answer>, StoreError> {
        self.keys.lock().expect("no thread panicked").push(address.key());
        self.evidence.find(address)
    }

    fn object(&self, digest: &Digest) -> Result<Vec<u8>, StoreError> {
        self.evidence.object(digest)
    }

    fn source(&self) -> &Path {
        self.evidence.source()
    }
}
