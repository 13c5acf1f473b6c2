//! `renas plan`: what a run would do, and what it costs.

use std::collections::BTreeMap;

use comfy_table::{Table, presets};
use serde_json::json;

use super::exit::Failure;
use super::outlook;
use super::progress::duration;
use super::session::Session;
use renas_harness::study::Study;

/// Studies of one kind: those whose ids differ in the last part only.
#[derive(Default)]
struct Group {
    studies: usize,
    trials: usize,
    cpu_seconds: f64,
    needs: String,
}

/// Print the plan.
pub fn plan(session: &Session<'_>) -> Result<(), Failure> {
    let mut answer = Vec::new();
    let mut total = 0.0;
    for selected in &session.experiments {
        let settings = selected.settings(session.profile)?;
        let plan = selected.plan(settings)?;
        let (worker, _) = session.worker(settings, None)?;
        let seconds: f64 = plan.iter().map(|study| study.cpu_seconds).sum();
        total += seconds;
        let outlooks = outlook::outlooks(session, selected)?;
        if session.common.json {
            answer.push(json!({"experiment": selected.manifest.id, "worker": worker, "studies": plan, "claims": outlook::as_json(&outlooks)}));
            continue;
        }
        outln!(
            "{} ({}): {} studies, {} trials; numerics {}, device {}",
            selected.manifest.id,
            session.profile,
            plan.len(),
            plan.iter().map(|study| study.trials).sum::<usize>(),
            worker.numerics,
            worker.device,
        );
        outln!("{}\n", table(&plan).trim_fmt());
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
