//! `renas plan`: what a run would do, and what it costs.

use std::collections::{BTreeMap, BTreeSet};

use comfy_table::{Table, presets};
use serde_json::json;

use super::exit::{Classify as _, Failure};
use super::outlook;
use super::progress::duration;
use super::session::Session;
use renas_base::parallel;
use renas_harness::pipeline::Selected;
use renas_harness::store::WorkerIdentity;
use renas_harness::study::Study;
use renas_report::outlook::Outlook;

/// Studies of one kind: those whose ids differ in the last part only.
#[derive(Default)]
struct Group {
    studies: usize,
    trials: usize,
    cpu_seconds: f64,
    needs: String,
}

/// What is known of one experiment before it runs.
struct Planned {
    /// The studies that were asked for, with what they need.
    studies: Vec<Study>,
    worker: WorkerIdentity,
    /// What is to be expected of each claim.
    outlooks: Vec<(String, Outlook)>,
}

impl Planned {
    fn of(session: &Session<'_>, selected: &Selected) -> Result<Self, Failure> {
        let settings = selected.settings(session.profile)?;
        let whole = selected.paper.plan(&settings.parameters, &selected.data).or_bad_input()?;
        let data: BTreeSet<String> = whole.iter().flat_map(|study| &study.data).cloned().collect();
        let studies = selected.part(settings, whole)?;
        let (worker, _) = session.worker(settings, None)?;
        Ok(Self { studies, worker, outlooks: outlook::outlooks(session, selected, data)? })
    }
}

/// Print the plan.
pub fn plan(session: &Session<'_>) -> Result<(), Failure> {
    let mut answer = Vec::new();
    let mut total = 0.0;
    let planned = parallel::map(&session.experiments, session.jobs, |selected| Planned::of(session, selected));
    for (selected, planned) in session.experiments.iter().zip(planned) {
        let Planned { studies, worker, outlooks } = planned?;
        let seconds: f64 = studies.iter().map(|study| study.cpu_seconds).sum();
        total += seconds;
        if session.common.json {
            answer.push(json!({"experiment": selected.manifest.id, "worker": worker, "studies": studies, "claims": outlook::as_json(&outlooks)}));
            continue;
        }
        outln!(
            "{} ({}): {} studies, {} trials; numerics {}, device {}",
            selected.manifest.id,
            session.profile,
            studies.len(),
            studies.iter().map(|study| study.trials).sum::<usize>(),
            worker.numerics,
            worker.device,
        );
        outln!("{}\n", table(&studies).trim_fmt());
        outlook::tell(&outlooks, session.common.verbose);
    }
    if session.common.json {
        outln!("{}", json!({"profile": session.profile, "experiments": answer}));
        return Ok(());
    }
    outln!(
        "trainings: about {} of one core, {} with {} tasks at a time; finished trials are not repeated",
        duration(total),
        duration(total / session.jobs as f64),
        session.jobs,
    );
    Ok(())
}

fn table(plan: &[Study]) -> Table {
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    let mut order = Vec::new();
    for study in plan {
        let name = match study.id.rsplit_once('/') {
            Some((head, last)) if last.contains(|c: char| c.is_ascii_digit()) && study.trials == 0 => {
                format!("{head}/*")
            }
            _ => study.id.clone(),
        };
        let group = groups.entry(name.clone()).or_insert_with(|| {
            order.push(name);
            Group { needs: study.needs.join(", "), ..Group::default() }
        });
        group.studies += 1;
        group.trials += study.trials;
        group.cpu_seconds += study.cpu_seconds;
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["STUDY", "STUDIES", "TRIALS", "ONE CORE", "NEEDS"]);
    for name in &order {
        let group = &groups[name];
        let cost = if group.trials == 0 { "-".to_owned() } else { duration(group.cpu_seconds) };
        table.add_row([name, &group.studies.to_string(), &group.trials.to_string(), &cost, &group.needs]);
    }
    table
}
