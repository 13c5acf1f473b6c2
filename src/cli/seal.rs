//! `renas seal`: fix what is claimed, how it is measured and which files it is made of, before the first result. Files of
//! results are read as studies will read them, so that what cannot be read as it is declared is not sealed; nothing is computed.

use std::path::Path;

use anyhow::anyhow;
use serde_json::json;

use super::arguments::Seal as Arguments;
use super::exit::{Classify as _, Failure};
use super::session::Session;
use renas_harness::ledger;
use renas_harness::lockfile::{self, Lock};
use renas_harness::pipeline::Selected;
use renas_harness::resume;
use renas_harness::seal::Seal;
use renas_harness::store::{Access, Store};

/// Seal the experiments that are asked for at the profile; all or none.
pub fn seal(session: &Session<'_>, arguments: &Arguments) -> Result<(), Failure> {
    let mut sealed = Vec::new();
    for selected in &session.experiments {
        let lock = sealing(session, selected, &arguments.reports)?;
        let path = lockfile::path(&session.common.experiments, session.profile, &lock.experiment);
        let is_new = match Lock::read(&path).or_bad_input()? {
            None => true,
            Some(old) => {
                refuse_other(&path, &old, &lock)?;
                false
            }
        };
        sealed.push((path, lock, is_new));
    }
    let mut answer = Vec::new();
    for (path, lock, is_new) in &sealed {
        if *is_new {
            lock.write(path).or_run_failed()?;
        }
        let words = lock.sealed.as_ref().map_or(String::new(), Seal::in_words);
        answer.push(json!({"experiment": lock.experiment, "file": path, "is_new": is_new, "sealed": lock.sealed}));
        if !session.common.json {
            let (path, word) = (path.display(), if *is_new { "sealed" } else { "as they were sealed" });
            outln!("{} ({}): {words} are {word} in {path}", lock.experiment, session.profile);
        }
    }
    if session.common.json {
        outln!("{}", json!({"profile": session.profile, "experiments": answer}));
    } else if sealed.iter().any(|(_, _, is_new)| *is_new) {
        outln!(
            "commit what was written before you run: that the seal is older than the results, only version control shows"
        );
    }
    Ok(())
}

/// The lock file that seals an experiment; an error where it has a result already.
fn sealing(session: &Session<'_>, selected: &Selected, reports: &Path) -> Result<Lock, Failure> {
    let (id, profile) = (&selected.manifest.id, session.profile);
    let settings = selected.settings(profile)?;
    let (worker, _) = session.worker(settings, None)?;
    let refused = |what: String| {
        let advice = "a seal comes before the first result; a claim that changes now says so (`amended`)";
        Err(anyhow!("{id} ({profile}): {what}: {advice}")).or_bad_input()
    };
    let places = [reports.join(profile.name()).join(id), reports.join(resume::name(profile, id))];
    if let Some(place) = places.iter().find(|place| place.exists()) {
        return refused(format!("{} holds results", place.display()));
    }
    if session.common.store.exists() {
        let store = Store::open(&session.common.store, Access::Read).or_bad_input()?;
        let plan = selected.plan(settings)?;
        let finished = selected.experiment(settings, &plan, &worker).finished(&store).or_run_failed()?.len();
        if finished > 0 {
            return refused(format!("the store {} holds {finished} of its studies", session.common.store.display()));
        }
    }
    selected.check_results(settings)?;
    let promise = selected.promise(settings)?;
    let seal = Seal::of(&selected.manifest, &promise).or_bad_input()?;
    let claims = ledger::sealed(&selected.manifest.claims).or_bad_input()?;
    Ok(Lock::of_seal(&selected.manifest, profile, worker, seal, claims))
}

/// An error where a lock file that is there promises results, or seals something else.
fn refuse_other(path: &Path, old: &Lock, new: &Lock) -> Result<(), Failure> {
    let path = path.display();
    if !old.is_seal() {
        let advice = "what changes now is an amendment of its claims";
        return Err(anyhow!("{path} promises results already: {advice}")).or_bad_input();
    }
    let (sealed, now) = (old.sealed.clone().unwrap_or_default(), new.sealed.clone().unwrap_or_default());
    let differences = sealed.differences(&now);
    match differences.is_empty() {
        true => Ok(()),
        false => Err(anyhow!(
            "{path} seals something else, and no seal is made twice: declare what changed (`amended`), or remove the file, which version \
             control will show\n  {}",
            differences.join("\n  ")
        ))
        .or_bad_input(),
    }
}
