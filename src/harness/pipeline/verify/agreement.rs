//! Trials that the store or this machine computed, against those that are promised.

use std::collections::BTreeSet;

use anyhow::Context as _;

use super::Verification;
use super::found::Found;
use crate::agreement::{self, Agreement, Level, Trials};
use crate::context::RunContext;
use crate::event::Event;
use crate::lockfile::Lock;
use crate::manifest::model::Profile;
use crate::pipeline::Selected;
use crate::pipeline::fault::{Classify as _, Fault};
use crate::pipeline::rebuild::Rebuilt;
use crate::rerun::{Rerun, Which};
use crate::store::{Access, Store};
use crate::study::Context as _;
use renas_report::claim::Verdict;
use renas_report::judge::Judgement;
use renas_task::Task;

/// Judge what each numeric class computed by the level that it allows.
pub(super) fn check_levels(
    (verification, profile): (&Verification<'_>, Profile),
    selected: &Selected,
    rebuilt: &Rebuilt,
    store: &Store,
    agreements: Vec<Agreement>,
    found: &mut Found<'_>,
) -> Result<(), Fault> {
    if agreements.is_empty() {
        found.fine(format!("{} ({}): the store holds none of its trials", rebuilt.id, profile));
    }
    for agreement in agreements {
        let class = &agreement.class;
        let who = format!(
            "{} ({}), numerics {}, {}, class {}",
            rebuilt.id,
            profile,
            class.worker.numerics,
            class.worker.device,
            class.fingerprint.short(12)
        );
        let counts = format!("{} trials compared, {} bit-equal", agreement.compared, agreement.equal);
        let reached = match agreement.reached() {
            Some(reached) => Some(reached),
            None => {
                verdicts_agree((verification, profile), selected, rebuilt, store, &agreement)?.then_some(Level::Claim)
            }
        };
        found.agrees(agreement.expected, reached);
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
    (verification, profile): (&Verification<'_>, Profile),
    selected: &Selected,
    rebuilt: &Rebuilt,
    store: &Store,
    agreement: &Agreement,
) -> Result<bool, Fault> {
    let settings = selected.settings(profile)?;
    let plan = selected.plan(settings)?;
    let experiment = selected.experiment(settings, &plan, &agreement.class.worker);
    // A run that is not whole cannot be judged.
    let Ok(studied) = experiment.replay(store, verification.threads) else { return Ok(false) };
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
    (verification, profile): (&Verification<'_>, Profile),
    selected: &Selected,
    rebuilt: &Rebuilt,
    lock: &Lock,
    which: &Which,
    found: &mut Found<'_>,
) -> Result<(), Fault> {
    let again = Rerun::of(&rebuilt.evidence, which).or_bad_input()?;
    let wanted = again.len();
    let folder = tempfile::tempdir().context("cannot make a folder for the empty store").or_run_failed()?;
    let store = Store::open(folder.path(), Access::Write).or_run_failed()?;
    let pool = verification.workers.start(Some(selected), &lock.worker, Some(folder.path())).or_bad_input()?;
    let observer = verification.workers.observer();
    let study = format!("rerun of {wanted} trials");
    observer.event(&Event::StudyStarted { study: study.clone(), trials: wanted });
    let context = RunContext::new(&store, &*pool, &selected.data, &*observer);
    let of_study = context.study(&study);
    let mut unread = 0;
    for wave in &again.waves {
        // Where what a trial reads came out otherwise here, it cannot be asked as it was.
        let has_all = |task: &&Task| task.objects().iter().all(|object| store.object_path(object).exists());
        let asked: Vec<Task> = wave.iter().filter(has_all).cloned().collect();
        unread += wave.len() - asked.len();
        of_study.outcomes(&asked).map_err(Fault::of_studies)?;
    }
    observer.event(&Event::StudyFinished { study, hit: false });
    drop(observer);
    found.checked.trials_again += wanted - unread;
    let trials = (&store, &Trials::of(&store));
    let agreements = agreement::compare(&rebuilt.evidence, lock, trials, &selected.manifest.tolerances);
    let who = format!("{} ({})", rebuilt.id, profile);
    let more = match wanted - again.drawn {
        0 => String::new(),
        more => format!(" and {more} whose tensors they read"),
    };
    found.fine(format!("{who}: {} trials{more} were computed again in an empty store", again.drawn));
    if unread > 0 {
        found.fine(format!("{who}: {unread} of them were not, since what they read came out otherwise here"));
    }
    check_levels((verification, profile), selected, rebuilt, &store, agreements, found)
}
