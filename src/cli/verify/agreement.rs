//! Trials that the store or this machine computed, against those that are promised.

use std::collections::BTreeSet;

use anyhow::Context as _;

use super::found::Found;
use crate::exit::{Classify as _, Failure};
use crate::progress::{Progress, Say};
use crate::session::Session;
use crate::signal;
use renas_harness::agreement::{self, Agreement, Level};
use renas_harness::context::RunContext;
use renas_harness::event::Observer;
use renas_harness::lockfile::Lock;
use renas_harness::pipeline::Rebuilt;
use renas_harness::pipeline::Selected;
use renas_harness::rerun::Rerun;
use renas_harness::store::{Access, Store};
use renas_harness::study::Context as _;
use renas_report::claim::Verdict;
use renas_report::judge::Judgement;
use renas_task::Task;

/// Judge what each numeric class computed by the level that it allows.
pub(super) fn check_levels(
    session: &Session<'_>,
    selected: &Selected,
    rebuilt: &Rebuilt,
    store: &Store,
    agreements: Vec<Agreement>,
    found: &mut Found,
) -> Result<(), Failure> {
    if agreements.is_empty() {
        found.fine(format!("{} ({}): the store holds none of its trials", rebuilt.id, session.profile));
    }
    for agreement in agreements {
        let class = &agreement.class;
        let who = format!(
            "{} ({}), numerics {}, {}, class {}",
            rebuilt.id,
            session.profile,
            class.worker.numerics,
            class.worker.device,
            class.fingerprint.short(12)
        );
        let counts = format!("{} trials compared, {} bit-equal", agreement.compared, agreement.equal);
        let reached = match agreement.reached() {
            Some(reached) => Some(reached),
            None => verdicts_agree(session, selected, rebuilt, store, &agreement)?.then_some(Level::Claim),
        };
        let line = match reached {
            Some(reached) => format!("{who}: expected agreement {}, reached {reached}: {counts}", agreement.expected),
            None => format!("{who}: expected agreement {}, reached none: {counts}", agreement.expected),
        };
        let is_fine = match agreement.expected {
            Level::Bit => reached == Some(Level::Bit),
            Level::Numeric | Level::Claim => reached.is_some(),
        };
        if is_fine {
            found.fine(line);
            continue;
        }
        found.differs(line);
        for how in agreement.unequal.iter().chain(&agreement.outside).take(20) {
            found.differs(format!("  {how}"));
        }
    }
    Ok(())
}

/// Whether a whole run of that class is in the store and reaches the same verdicts, those about time apart.
fn verdicts_agree(
    session: &Session<'_>,
    selected: &Selected,
    rebuilt: &Rebuilt,
    store: &Store,
    agreement: &Agreement,
) -> Result<bool, Failure> {
    let settings = selected.settings(session.profile)?;
    let plan = selected.plan(settings)?;
    let experiment = selected.experiment(settings, &plan, &agreement.class.worker);
    // A run that is not whole cannot be judged.
    let Ok(studied) = experiment.replay(store, session.jobs) else { return Ok(false) };
    let conclusions = experiment.conclude(&studied).or_run_failed()?;
    let is_about_time = |judgement: &&Judgement| judgement.evidence.iter().any(|evidence| evidence.observed_time);
    let of_time: BTreeSet<&String> = conclusions
        .judgements
        .iter()
        .chain(&rebuilt.section.judgements)
        .filter(is_about_time)
        .map(|judgement| &judgement.id)
        .collect();
    let verdicts = |judgements: &[Judgement]| -> Vec<(String, Verdict)> {
        let repeats = judgements.iter().filter(|judgement| !of_time.contains(&judgement.id));
        repeats.map(|judgement| (judgement.id.clone(), judgement.verdict)).collect()
    };
    Ok(verdicts(&conclusions.judgements) == verdicts(&rebuilt.section.judgements))
}

/// Compute promised trials again in an empty store, and judge them by level.
pub(super) fn rerun(
    session: &Session<'_>,
    selected: &Selected,
    rebuilt: &Rebuilt,
    lock: &Lock,
    sample: Option<usize>,
    found: &mut Found,
) -> Result<(), Failure> {
    let again = Rerun::of(&rebuilt.evidence, sample).or_bad_input()?;
    let wanted = again.len();
    let folder = tempfile::tempdir().context("cannot make a folder for the empty store").or_run_failed()?;
    let store = Store::open(folder.path(), Access::Write).or_run_failed()?;
    let device = if session.common.device == "auto" { &lock.worker.device } else { &session.common.device };
    let pool = session.pool(&lock.worker, device)?;
    signal::remove_on_interrupt(folder.path());
    let canceller = pool.canceller();
    signal::on_interrupt("nothing was changed", move || canceller.cancel()).or_run_failed()?;
    let say = if found.say { Say::Studies } else { Say::Trouble };
    let progress = Progress::new(&[], say, session.common.draws());
    let study = format!("rerun of {wanted} trials");
    progress.event(&renas_harness::event::Event::StudyStarted { study: study.clone(), trials: wanted });
    let bench = RunContext::new(&store, &pool, &session.data, &progress);
    let study_bench = bench.study(&study);
    let mut unread = 0;
    for wave in &again.waves {
        // Where what a trial reads came out otherwise here, it cannot be asked as it was.
        let has_all = |task: &&Task| task.objects().iter().all(|object| store.object_path(object).exists());
        let asked: Vec<Task> = wave.iter().filter(has_all).cloned().collect();
        unread += wave.len() - asked.len();
        study_bench.outcomes(&asked).or_run_failed()?;
    }
    progress.event(&renas_harness::event::Event::StudyFinished { study, hit: false });
    progress.finish();
    found.checked.trials_again += wanted - unread;
    let agreements =
        agreement::compare(&rebuilt.evidence, lock, &store, &selected.manifest.tolerances).or_run_failed()?;
    let who = format!("{} ({})", rebuilt.id, session.profile);
    let more = match wanted - again.drawn {
        0 => String::new(),
        more => format!(" and {more} whose tensors they read"),
    };
    found.fine(format!("{who}: {} trials{more} were computed again in an empty store", again.drawn));
    if unread > 0 {
        found.fine(format!("{who}: {unread} of them were not, since what they read came out otherwise here"));
    }
    check_levels(session, selected, rebuilt, &store, agreements, found)
}
