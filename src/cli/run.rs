//! `renas run`: run experiments, judge their claims, write the report.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use serde_json::json;

use super::arguments::Run;
use super::exit::{Classify as _, Failure};
use super::progress::{Progress, Say, Totals, duration};
use super::session::{Selected, Session};
use super::{report, say};
use crate::data::locate::locate;
use crate::data::registry;
use crate::harness::context::Workbench;
use crate::harness::executor::{ExecuteError, Pool};
use crate::harness::lock::{self, Lock};
use crate::harness::manifest::model::{Profile, ProfileSettings};
use crate::harness::publish;
use crate::harness::run::{Conclusions, Studied, evidence_of};
use crate::harness::store::{Access, Evidence, Store, WorkerIdentity};
use crate::harness::study::Study;
use crate::report::claim::Verdict;
use crate::report::page;

/// What one experiment gave.
struct Done {
    lock: Lock,
    section: page::Experiment,
}

/// One experiment, ready to run.
struct Job<'s> {
    selected: &'s Selected,
    settings: &'s ProfileSettings,
    plan: Vec<Study>,
    worker: WorkerIdentity,
    pool: Pool,
}

/// Run what the session selects.
pub fn run(session: &Session<'_>, arguments: &Run) -> Result<(), Failure> {
    let started = Instant::now();
    let jobs = prepare(session, arguments)?;
    let store = Store::open(&session.common.store, Access::Write).or_run_failed()?;
    cancel_on_signal(&jobs).or_run_failed()?;
    let mut sections = Vec::new();
    let mut locks = Vec::new();
    let mut totals = Totals::default();
    for job in &jobs {
        let (counted, done) = job.run(session, &store)?;
        totals.computed += counted.computed;
        totals.hits += counted.hits;
        let Some(done) = done else { continue };
        sections.push(done.section);
        locks.push(done.lock);
    }
    let spent = started.elapsed();
    match record(&session.common.store, session, &jobs, totals, spent) {
        // A run that computed nothing may read a store that cannot be written.
        Err(error) if totals.computed == 0 => say(session, &format!("no run record: {error:#}")),
        recorded => recorded.or_run_failed()?,
    }
    if sections.is_empty() {
        say(session, &format!("done in {}: {}", duration(spent.as_secs_f64()), trials(totals)));
        return Ok(());
    }
    publish_all(session, arguments, &jobs, sections, locks, totals, started)
}

/// Check everything that can be checked before the first trial: flags, plans, data.
fn prepare<'s>(session: &'s Session<'_>, arguments: &Run) -> Result<Vec<Job<'s>>, Failure> {
    let mut jobs = Vec::new();
    for selected in &session.experiments {
        let settings = selected.settings(session.profile)?;
        let (worker, device) = session.worker(settings, arguments.numerics)?;
        let plan = selected.plan(settings)?;
        let names: BTreeSet<&String> = plan.iter().flat_map(|study| &study.data).collect();
        for name in names {
            locate(registry::find(name).or_bad_input()?, &session.locations).or_bad_input()?;
        }
        let pool = session.pool(&worker, &device)?;
        jobs.push(Job { selected, settings, plan, worker, pool });
    }
    Ok(jobs)
}

/// Ctrl-C and termination end the run; what is finished is kept.
fn cancel_on_signal(jobs: &[Job<'_>]) -> anyhow::Result<()> {
    let cancellers: Vec<_> = jobs.iter().map(|job| job.pool.canceller()).collect();
    ctrlc::set_handler(move || cancellers.iter().for_each(|canceller| canceller.cancel()))
        .context("cannot listen for Ctrl-C")
}

impl Job<'_> {
    /// Run the studies; nothing where only a part of them was asked for, which gives no report.
    fn run(&self, session: &Session<'_>, store: &Store) -> Result<(Totals, Option<Done>), Failure> {
        let common = session.common;
        let say = match (common.quiet || common.json, common.verbose) {
            (true, _) => Say::Trouble,
            (false, true) => Say::Trials,
            (false, false) => Say::Studies,
        };
        let progress = Progress::new(&self.plan, say, session.common.draws());
        let bench = Workbench::new(store, &self.pool, &session.locations, &progress);
        let experiment = self.selected.experiment(self.settings, &self.plan, &self.worker);
        let studied = experiment.run(&bench, &progress, session.jobs);
        let totals = progress.finish();
        let studied = studied.map_err(classify)?;
        if self.selected.glob.is_some() {
            return Ok((totals, None));
        }
        let conclusions = experiment.conclude_remembered(&bench, &studied).or_run_failed()?;
        let path = common.store.join("steps");
        let evidence = evidence_of(&bench, &studied, &path).or_run_failed()?;
        let lock = self.lock(session.profile, &studied, &evidence).or_run_failed()?;
        let section = self.section(session, conclusions, &experiment, &evidence).or_run_failed()?;
        Ok((totals, Some(Done { lock, section })))
    }

    fn section(
        &self,
        session: &Session<'_>,
        conclusions: Conclusions,
        experiment: &crate::harness::run::Experiment<'_>,
        evidence: &Evidence,
    ) -> anyhow::Result<page::Experiment> {
        publish::section(&self.selected.manifest, session.profile, self.settings, experiment, conclusions, evidence)
    }

    /// The digests of this run; those of the files come when there are files.
    fn lock(&self, profile: Profile, studied: &Studied, evidence: &Evidence) -> anyhow::Result<Lock> {
        let manifest = &self.selected.manifest;
        let observations = evidence.records().values().filter_map(|record| record.observation.as_ref());
        let fingerprints = observations.map(|observation| observation.fingerprint).collect();
        Ok(Lock {
            format: lock::FORMAT,
            experiment: manifest.id.clone(),
            profile,
            manifest: manifest.digest,
            worker: self.worker.clone(),
            fingerprints,
            studies: Lock::studies_of(studied),
            observed: studied.observed.clone(),
            trials: Lock::trials_of(evidence)?,
            files: BTreeMap::new(),
        })
    }
}

/// Write the report, compare with the lock files or write them, and say what came out.
fn publish_all(
    session: &Session<'_>,
    arguments: &Run,
    jobs: &[Job<'_>],
    sections: Vec<page::Experiment>,
    mut locks: Vec<Lock>,
    totals: Totals,
    started: Instant,
) -> Result<(), Failure> {
    let folder = arguments.reports.join(session.profile.name());
    let profile = publish::profile(session.profile, jobs[0].settings, &jobs[0].worker);
    let run = report::run_record(session, &folder, totals, started.elapsed()).or_run_failed()?;
    let (files, verdicts) = report::files(session, &folder, profile, sections, run)?;
    let written = publish::write(&folder, &files).or_run_failed()?;
    let digests = publish::digests(&files);
    let mut notes = Vec::new();
    for lock in &mut locks {
        let own = |path: &&PathBuf| path.starts_with(&lock.experiment);
        let name = |path: &PathBuf| path.to_string_lossy().into_owned();
        lock.files = digests.keys().filter(own).map(|path| (name(path), digests[path])).collect();
        notes.extend(compare_or_write(session, arguments, lock)?);
    }
    let spent = duration(started.elapsed().as_secs_f64());
    if session.common.json {
        let answer = json!({
            "profile": session.profile,
            "report": folder,
            "changed_files": written.changed,
            "trials": {"computed": totals.computed, "from_store": totals.hits},
            "verdicts": verdicts,
            "notes": notes,
        });
        println!("{answer}");
    } else if !session.common.quiet {
        for (verdict, count) in &verdicts {
            println!("{count:>4}  {} ({})", verdict.name(), session.profile);
        }
        println!("report: {} ({} files changed)", folder.join("index.html").display(), written.changed.len());
        println!("done in {spent}: {}", trials(totals));
    }
    for note in &notes {
        say(session, note);
    }
    match verdicts.get(&Verdict::NotReproduced) {
        Some(&count) if arguments.strict && count > 0 => Err(Failure::NotReproduced(count)),
        _ => Ok(()),
    }
}

/// With `--update-lock` the lock file is written; else this run is compared with it, and differences are notes: on a
/// machine of another numeric class they are expected.
fn compare_or_write(session: &Session<'_>, arguments: &Run, found: &Lock) -> Result<Vec<String>, Failure> {
    let path = lock::path(&session.common.experiments, session.profile, &found.experiment);
    if arguments.update_lock {
        found.write(&path).or_run_failed()?;
        return Ok(vec![format!("{} is written: it promises this run", path.display())]);
    }
    let Some(promised) = Lock::read(&path).or_bad_input()? else {
        return Ok(vec![format!("{} does not exist: nothing was promised (--update-lock writes it)", path.display())]);
    };
    Ok(differences(&path, &promised, found, session.common.verbose))
}

/// What is said of a run beside its lock file at `path`.
fn differences(path: &Path, promised: &Lock, found: &Lock, verbose: bool) -> Vec<String> {
    let differences = lock::compare_runs(promised, found);
    let observed = match found.observed.len() {
        0 => None,
        count => Some(format!("{}: {count} studies derive from observed times and cannot be compared", path.display())),
    };
    if differences.is_empty() {
        let what = if observed.is_none() { "every digest" } else { "every digest that can be compared" };
        let equal = format!("{}: {what} is as promised", path.display());
        return std::iter::once(equal).chain(observed).collect();
    }
    let class = if promised.same_class(found) {
        "the same numeric class: every digest should be equal"
    } else {
        "another numeric class: digests may differ, `renas verify` judges by tolerance and verdict"
    };
    let mut notes = vec![format!("{}: {} digests differ on {class}", path.display(), differences.len())];
    const SHOWN: usize = 12;
    let shown = if verbose { differences.len() } else { SHOWN };
    notes.extend(differences.iter().take(shown).map(|difference| format!("  {difference}")));
    if differences.len() > shown {
        notes.push(format!("  and {} more (-v shows all)", differences.len() - shown));
    }
    notes.extend(observed);
    notes
}

/// Interrupted, missing data, or a failure of the run.
fn classify(error: anyhow::Error) -> Failure {
    let is_cancelled =
        error.chain().any(|cause| matches!(cause.downcast_ref::<ExecuteError>(), Some(ExecuteError::Cancelled)));
    let is_data = error.chain().any(|cause| cause.is::<crate::data::error::DataError>());
    match (is_cancelled, is_data) {
        (true, _) => Failure::Interrupted,
        (false, true) => Failure::BadInput(error),
        (false, false) => Failure::RunFailed(error),
    }
}

fn trials(totals: Totals) -> String {
    format!("{} trials computed, {} from the store", totals.computed, totals.hits)
}

/// The run record in `artifacts/runs/`: machine, date, durations. No result depends on it.
fn record(
    store: &Path,
    session: &Session<'_>,
    jobs: &[Job<'_>],
    totals: Totals,
    spent: Duration,
) -> anyhow::Result<()> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let folder = store.join("runs");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let path = folder.join(format!("{}-{}.json", now.as_millis(), std::process::id()));
    let text = json!({
        "format": 1,
        "unix_seconds": now.as_secs(),
        "wall_seconds": spent.as_secs_f64(),
        "profile": session.profile,
        "experiments": jobs.iter().map(|job| &job.selected.manifest.id).collect::<Vec<_>>(),
        "only": session.common.only,
        "jobs": session.jobs,
        "trials_computed": totals.computed,
        "trials_from_store": totals.hits,
        "worker": jobs.first().map(|job| &job.worker),
        "machine": report::machine(),
        "renas": env!("CARGO_PKG_VERSION"),
    });
    std::fs::write(&path, format!("{text:#}\n")).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::digest::Digest;

    #[test]
    fn studies_of_observed_times_are_counted_in_one_line_and_not_listed_as_differences() {
        let digest = |text: &str| Digest::of(text.as_bytes());
        let promised = Lock {
            format: lock::FORMAT,
            experiment: "toy".to_owned(),
            profile: Profile::Reduced,
            manifest: digest("manifest"),
            worker: WorkerIdentity { numerics: "avx2".into(), device: "cpu".into(), libtorch: "2.11.0".into() },
            fingerprints: BTreeSet::from([digest("machine")]),
            studies: BTreeMap::from([("plain".to_owned(), digest("plain"))]),
            observed: BTreeSet::from(["search".to_owned(), "times".to_owned()]),
            trials: BTreeMap::new(),
            files: BTreeMap::from([("toy/report.md".to_owned(), digest("12 seconds"))]),
        };
        let mut found = promised.clone();
        found.files.insert("toy/report.md".to_owned(), digest("14 seconds"));
        let said = "LOCK: 2 studies derive from observed times and cannot be compared";
        let notes = differences(Path::new("LOCK"), &promised, &found, false);
        assert_eq!(notes, ["LOCK: every digest that can be compared is as promised", said]);
        found.studies.insert("plain".to_owned(), digest("other"));
        let notes = differences(Path::new("LOCK"), &promised, &found, false);
        assert!(notes[0].starts_with("LOCK: 1 digests differ on the same numeric class"), "{notes:?}");
        assert!(notes[1].starts_with("  study plain: result"), "{notes:?}");
        assert_eq!(notes[2..], [said]);
        let without = Lock { observed: BTreeSet::new(), ..promised };
        assert_eq!(
            differences(Path::new("LOCK"), &without, &without.clone(), false),
            ["LOCK: every digest is as promised"]
        );
    }
}
