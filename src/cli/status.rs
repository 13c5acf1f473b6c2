//! `renas status`: what the store holds of each experiment, and what earlier runs took.

use std::path::Path;

use serde_json::{Value, json};

use super::exit::{Classify as _, Failure};
use super::progress::duration;
use super::session::Session;
use renas_base::parallel;
use renas_harness::pipeline::Selected;
use renas_harness::store::{Access, Store};

/// What a store holds of one experiment.
struct State {
    studies: usize,
    finished: usize,
    /// That the finished studies used.
    steps: usize,
    /// CPU seconds of the others, at most.
    seconds_left: f64,
}

impl State {
    fn of(session: &Session<'_>, selected: &Selected, store: &Store) -> Result<Self, Failure> {
        let settings = selected.settings(session.profile)?;
        let plan = selected.plan(settings)?;
        let (worker, _) = session.worker(settings, None)?;
        let done = selected.experiment(settings, &plan, &worker).finished(store).or_run_failed()?;
        let left = plan.iter().filter(|study| !done.contains_key(&study.id));
        // Of nothing the sum is -0.
        let seconds_left = left.map(|study| study.cpu_seconds).sum::<f64>() + 0.0;
        let steps = done.values().map(|study| study.used.len()).sum();
        Ok(Self { studies: plan.len(), finished: done.len(), steps, seconds_left })
    }
}

/// Print the state of the store.
pub fn status(session: &Session<'_>) -> Result<(), Failure> {
    let store = Store::open(&session.common.store, Access::Read).or_bad_input()?;
    let mut answer = Vec::new();
    let states = parallel::map(&session.experiments, session.jobs, |selected| State::of(session, selected, &store));
    for (selected, state) in session.experiments.iter().zip(states) {
        let State { studies, finished, steps, seconds_left } = state?;
        if session.common.json {
            answer.push(json!({
                "experiment": selected.manifest.id, "studies": studies, "finished": finished, "steps": steps,
                "cpu_seconds_left_at_most": seconds_left,
            }));
            continue;
        }
        outln!(
            "{} ({}): {finished} of {studies} studies finished, {steps} steps of them in the store; at most {} of one core left",
            selected.manifest.id,
            session.profile,
            duration(seconds_left),
        );
    }
    let records = store.keys().len();
    let runs = finished_runs(&session.common.store);
    if session.common.json {
        outln!("{}", json!({"profile": session.profile, "experiments": answer, "records": records, "runs": runs}));
        return Ok(());
    }
    outln!("the store holds {records} steps in all; a run that was cut off goes on from them");
    for run in runs.iter().rev().take(5).rev() {
        let number = |key: &str| run.get(key).and_then(Value::as_f64).unwrap_or_default();
        outln!(
            "run of {} at Unix time {:.0}: {}, {:.0} trials computed, {:.0} from the store, {:.0} from evidence",
            run.get("profile").and_then(Value::as_str).unwrap_or("?"),
            number("unix_seconds"),
            duration(number("wall_seconds")),
            number("trials_computed"),
            number("trials_from_store"),
            number("trials_from_evidence"),
        );
    }
    Ok(())
}

/// The records of finished runs on a store, oldest first; one that does not parse is left out, since it holds no result.
pub(super) fn finished_runs(store: &Path) -> Vec<Value> {
    let Ok(entries) = std::fs::read_dir(store.join("runs")) else { return Vec::new() };
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    paths.iter().filter_map(|path| serde_json::from_slice(&std::fs::read(path).ok()?).ok()).collect()
}
