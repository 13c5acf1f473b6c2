//! `renas run`: run experiments, judge their claims, write the report.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::arguments::{Common, Run};
use super::exit::{Classify as _, Failure, KEPT};
use super::progress::{Progress, Say, Totals, duration};
use super::run_summary::Answer;
use super::session::{Session, registry};
use super::up_to_date::UpToDate;
use super::{locks, report, say, signal, why};
use renas_base::digest::Digest;
use renas_data::locate::locate;
use renas_harness::evidence::Evidence;
use renas_harness::executor::Pool;
use renas_harness::lockfile::{self, Lock};
use renas_harness::manifest::model::ProfileSettings;
use renas_harness::pipeline::{Came, Done, Part, Selected, Work};
use renas_harness::publish;
use renas_harness::report_folder;
use renas_harness::run::Conclusions;
use renas_harness::store::{Access, Store, WorkerIdentity};
use renas_harness::study::Study;
use renas_report::page::{self};

/// One experiment, ready to run.
struct Job<'s> {
    selected: &'s Selected,
    settings: &'s ProfileSettings,
    plan: Vec<Study>,
    worker: WorkerIdentity,
    pool: Pool,
}

/// Run what is asked for; where the same run was done already and all its files still have their bytes, say so.
pub fn run(common: &Common, arguments: &Run) -> Result<(), Failure> {
    let started = Instant::now();
    let data = Arc::new(registry(common));
    let repeat = UpToDate::of(common, arguments, &data).or_run_failed()?;
    match repeat.known(common, arguments) {
        Some(answer) => {
            answer.record(common, started.elapsed(), true)?;
            answer.say(common, arguments, started.elapsed())
        }
        None => run_anew(&Session::open_with(common, arguments.claim.as_deref(), data)?, arguments, &repeat, started),
    }
}

/// Run what the session selects.
fn run_anew(session: &Session<'_>, arguments: &Run, repeat: &UpToDate, started: Instant) -> Result<(), Failure> {
    let jobs = prepare(session, arguments)?;
    if jobs.iter().any(|job| job.selected.part == Part::Whole) {
        let computed = jobs.iter().map(|job| job.selected.manifest.id.clone()).collect();
        report::preflight(session, &arguments.reports.join(session.profile.name()), &computed)?;
    }
    let store = Store::open(&session.common.store, Access::Write).or_run_failed()?;
    cancel_on_signal(&jobs).or_run_failed()?;
    let (mut sections, mut locks, mut judged) = (Vec::new(), Vec::new(), Vec::new());
    let (mut read, mut objects) = (BTreeSet::new(), BTreeSet::new());
    let mut answer = Answer::new(session.profile, &jobs[0].worker);
    for job in &jobs {
        answer.experiments.push(job.selected.manifest.id.clone());
        let begun = Instant::now();
        let (counted, restored, came) = job.run(session, &store)?;
        answer.trials.computed += counted.computed;
        answer.trials.hits += counted.hits;
        if restored > 0 {
            let id = &job.selected.manifest.id;
            answer.happened.push(format!("{id}: {restored} lost or damaged objects were made again by their trials"));
        }
        match came {
            Came::Studies => {}
            Came::Judged(conclusions) => judged.push((job.selected.manifest.id.as_str(), conclusions)),
            Came::Whole(done) => {
                let Done { conclusions, evidence, lock, .. } = *done;
                let section = job.section(session, arguments, (conclusions, &evidence), (counted, begun.elapsed()));
                sections.push(section.or_run_failed()?);
                locks.push(lock);
                read.extend(done.read);
                objects.extend(done.objects);
            }
        }
    }
    answer.record(session.common, started.elapsed(), answer.trials.computed == 0)?;
    if sections.is_empty() {
        let spent = duration(started.elapsed().as_secs_f64());
        answer.happened.iter().for_each(|line| say(session.common, line));
        say(session.common, &format!("done in {spent}: {}", answer.trials));
        return why::tell_judged(session, arguments.strict, &judged);
    }
    let known: usize = locks.iter().map(|lock| lock.trials.len()).sum();
    answer.trials.hits = answer.trials.hits.max(known.saturating_sub(answer.trials.computed));
    let files = publish_all(session, arguments, &jobs[0], sections, &mut locks, &mut answer)?;
    // The same run without --update-lock will compare with the lock files that this one wrote.
    let mut again = answer.clone();
    if arguments.update_lock {
        let written = |lock: &Lock| lockfile::path(&session.common.experiments, session.profile, &lock.experiment);
        again.notes.extend(locks.iter().flat_map(|lock| locks::differences(&written(lock), lock, lock, false)));
    }
    repeat.keep(session, &store, (read, objects), &locks, files, &again)?;
    answer.say(session.common, arguments, started.elapsed())
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
            locate(session.data.find(name).or_bad_input()?, session.data.locations()).or_bad_input()?;
        }
        let pool = session.pool(&worker, &device)?;
        jobs.push(Job { selected, settings, plan, worker, pool });
    }
    Ok(jobs)
}

/// Ctrl-C and termination end the run; what is finished is kept.
fn cancel_on_signal(jobs: &[Job<'_>]) -> anyhow::Result<()> {
    let cancellers: Vec<_> = jobs.iter().map(|job| job.pool.canceller()).collect();
    signal::on_interrupt(KEPT, move || cancellers.iter().for_each(|canceller| canceller.cancel()))
}

impl Job<'_> {
    /// Run the studies, showing progress; the trials, the number of objects that were made again, and what came of it.
    fn run(&self, session: &Session<'_>, store: &Store) -> Result<(Totals, usize, Came), Failure> {
        let common = session.common;
        let say = match (common.quiet || common.json, common.verbose) {
            (true, _) => Say::Trouble,
            (false, true) => Say::Trials,
            (false, false) => Say::Studies,
        };
        let progress = Progress::new(&self.plan, say, session.common.draws());
        let Self { selected, settings, plan, worker, pool } = self;
        let threads = session.jobs;
        let came = Work { selected, settings, plan, worker, executor: pool, store, threads }.run(&progress);
        let totals = progress.finish();
        let (restored, came) = came?;
        Ok((totals, restored, came))
    }

    /// The section of a whole experiment.
    fn section(
        &self,
        session: &Session<'_>,
        arguments: &Run,
        (conclusions, evidence): (Conclusions, &Evidence),
        (totals, spent): (Totals, Duration),
    ) -> anyhow::Result<page::Experiment> {
        let manifest = &self.selected.manifest;
        let folder = arguments.reports.join(session.profile.name());
        let run = report::run_record(session, &folder, &manifest.id, evidence, totals, spent)?;
        let experiment = self.selected.experiment(self.settings, &self.plan, &self.worker);
        publish::section(manifest, session.profile, self.settings, &experiment, conclusions, evidence, run)
    }
}

/// Write the report, and compare with the lock files or write them; the digests of the report's files.
fn publish_all(
    session: &Session<'_>,
    arguments: &Run,
    first: &Job<'_>,
    sections: Vec<page::Experiment>,
    locks: &mut [Lock],
    answer: &mut Answer,
) -> Result<BTreeMap<PathBuf, Digest>, Failure> {
    let folder = arguments.reports.join(session.profile.name());
    let profile = publish::profile(session.profile, first.settings, &first.worker);
    if arguments.update_lock {
        locks::declare(session, locks)?;
    }
    let (files, verdicts) = report::files(session, &folder, profile, sections)?;
    let written = report_folder::write(&folder, &files).or_run_failed()?;
    answer.happened.extend(written.replaced(&folder));
    answer.notes.extend(written.left(&folder));
    answer.changed_files = written.changed;
    answer.verdicts = verdicts;
    answer.report = folder;
    let digests = publish::digests(&files);
    for lock in locks {
        lock.files = Lock::files_of(&lock.experiment, &digests);
        let path = lockfile::path(&session.common.experiments, session.profile, &lock.experiment);
        match arguments.update_lock {
            true => answer.happened.push(locks::write(&path, lock)?),
            false => answer.notes.extend(locks::compare(&path, lock, session.common.verbose)?),
        }
    }
    Ok(digests)
}
