//! `renas run`: run experiments, judge their claims, write the report.

mod early; // what is said and written of an experiment while others run

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::arguments::{Common, Run};
use super::exit::{Classify as _, Failure, KEPT};
use super::progress::{Progress, Say, Screen, Totals, duration};
use super::run_summary::{Answer, Row};
use super::session::{Need, Session, registry};
use super::up_to_date::UpToDate;
use super::{locks, report, say, signal, why};
use early::Early;
use renas_base::digest::Digest;
use renas_data::locate::locate;
use renas_harness::evidence::Evidence;
use renas_harness::executor::{Canceller, Crew, Execute};
use renas_harness::lockfile::{self, Lock};
use renas_harness::manifest::model::ProfileSettings;
use renas_harness::pipeline::{self, Done, Part, Selected, Work};
use renas_harness::publish;
use renas_harness::report_folder;
use renas_harness::resume::Resume;
use renas_harness::run::{Conclusions, StudyOutputs};
use renas_harness::stagger;
use renas_harness::store::{Access, Key, Store, WorkerIdentity};
use renas_harness::study::Study;
use renas_report::page::{self, Clock};

/// One experiment, ready to run.
struct Job<'s> {
    /// Its place in the order in which experiments begin.
    rank: usize,
    selected: &'s Selected,
    settings: &'s ProfileSettings,
    plan: Vec<Study>,
    worker: WorkerIdentity,
    executor: Box<dyn Execute>,
    canceller: Canceller,
    resume: Resume,
}

/// How one experiment ended.
struct End {
    trials: Totals,
    /// Objects that were made again.
    restored: usize,
    result: Came,
}

/// What came of it.
enum Came {
    /// A part of its studies is finished.
    Studies,
    /// The claim that was asked for is judged.
    Judged(Box<Conclusions>),
    /// All of it is: its section of the report, what a lock file can promise of it, and the records and objects that it is of.
    Whole { section: Box<page::Experiment>, lock: Box<Lock>, of: (BTreeSet<Key>, BTreeSet<Digest>) },
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
        None => {
            let is_of_studies =
                common.only.as_deref().and_then(|only| only.split_once('/')).is_some_and(|(_, part)| !part.is_empty());
            let need = if is_of_studies { Need::Studies } else { Need::Everything };
            let session = Session::open_with(common, arguments.claim.as_deref(), data, need)?.at_profile();
            run_anew(&session, arguments, &repeat, started)
        }
    }
}

/// Run what the session selects: the shortest experiment first, the next beside it where it leaves cores idle. What came of
/// each is said when it is done, and its part of the report written.
fn run_anew(session: &Session<'_>, arguments: &Run, repeat: &UpToDate, started: Instant) -> Result<(), Failure> {
    let (jobs, crew) = prepare(session, arguments)?;
    let folder = arguments.reports.join(session.profile.name());
    if jobs.iter().any(|job| job.selected.part == Part::Whole) {
        let computed = jobs.iter().map(|job| job.selected.manifest.id.clone()).collect();
        report::preflight(session, &folder, &computed)?;
    }
    let store = Store::open(&session.common.store, Access::Write).or_run_failed()?;
    cancel_on_signal(&jobs).or_run_failed()?;
    if let Some(budget) = arguments.budget {
        let why = format!("the budget of {} is spent", duration(budget.as_secs_f64()));
        signal::interrupt_after(budget.saturating_sub(started.elapsed()), why, KEPT).or_run_failed()?;
    }
    let first = jobs.iter().min_by_key(|job| &job.selected.manifest.id).expect("a session has an experiment");
    let mut answer = Answer::new(session.profile, &first.worker);
    answer.experiments = session.experiments.iter().map(|selected| selected.manifest.id.clone()).collect();
    let early = Early { session, arguments, first, folder: &folder, is_needed: jobs.len() > 1, started };
    let screen = Screen::new(how_much(session.common), session.common.draws());
    let (mut ended, mut failures) = (BTreeMap::new(), BTreeMap::new());
    let work = |job: &Job<'_>| job.run(session, arguments, &store, &screen);
    stagger::run(&jobs, &crew, Job::may_share, work, |job, came| match came {
        Ok(end) => {
            screen.without_bars(|| early.tell(job, &end, &mut answer));
            ended.insert(&job.selected.manifest.id, end);
            true
        }
        Err(failure) => {
            // What began before it goes on: it would have been finished by now, had nothing run beside it.
            jobs[job.rank + 1..].iter().for_each(|later| later.canceller.cancel());
            failures.insert(job.rank, failure);
            false
        }
    });
    if let Some((_, failure)) = failures.into_iter().next() {
        return Err(failure);
    }
    let Gathered { sections, mut locks, judged, read, objects } = Gathered::of(ended, &mut answer);
    answer.record(session.common, started.elapsed(), answer.trials.computed == 0)?;
    if sections.is_empty() {
        let spent = duration(started.elapsed().as_secs_f64());
        answer.happened.iter().for_each(|line| say(session.common, line));
        say(session.common, &format!("done in {spent}: {}", answer.trials));
        return why::tell_judged(session, arguments.strict, &judged);
    }
    let files = publish_all(session, arguments, first, sections, &mut locks, &mut answer)?;
    remove_unfinished(&jobs, &mut answer)?;
    // The same run without --update-lock will compare with the lock files that this one wrote.
    let mut again = answer.clone();
    if arguments.update_lock {
        let written = |lock: &Lock| lockfile::path(&session.common.experiments, session.profile, &lock.experiment);
        again.notes.extend(locks.iter().flat_map(|lock| locks::differences(&written(lock), lock, lock, false)));
    }
    repeat.keep(session, &store, (read, objects), &locks, files, &again)?;
    answer.say(session.common, arguments, started.elapsed())
}

/// What all experiments of a run gave together.
#[derive(Default)]
struct Gathered<'e> {
    sections: Vec<page::Experiment>,
    locks: Vec<Lock>,
    /// The claims that were asked for, by experiment.
    judged: Vec<(&'e str, Box<Conclusions>)>,
    read: BTreeSet<Key>,
    objects: BTreeSet<Digest>,
}

impl<'e> Gathered<'e> {
    /// What these gave; trials and what happened are added to the answer.
    fn of(ended: BTreeMap<&'e String, End>, answer: &mut Answer) -> Self {
        let mut all = Self::default();
        for (id, End { trials, restored, result }) in ended {
            answer.trials += trials;
            if restored > 0 {
                answer
                    .happened
                    .push(format!("{id}: {restored} lost or damaged objects were made again by their trials"));
            }
            match result {
                Came::Studies => {}
                Came::Judged(conclusions) => all.judged.push((id.as_str(), conclusions)),
                Came::Whole { section, lock, of: (read, objects) } => {
                    all.sections.push(*section);
                    all.locks.push(*lock);
                    all.read.extend(read);
                    all.objects.extend(objects);
                }
            }
        }
        all
    }
}

/// Remove what earlier runs left of experiments whose reports hold it now.
fn remove_unfinished(jobs: &[Job<'_>], answer: &mut Answer) -> Result<(), Failure> {
    for job in jobs.iter().filter(|job| job.selected.part == Part::Whole) {
        if job.resume.remove().or_run_failed()? {
            let path = job.resume.path();
            answer.happened.push(format!("{} is removed: the report holds its trials", path.display()));
        }
    }
    Ok(())
}

fn how_much(common: &Common) -> Say {
    match (common.quiet || common.json, common.verbose) {
        (true, _) => Say::Trouble,
        (false, true) => Say::Trials,
        (false, false) => Say::Studies,
    }
}

/// Check everything that can be checked before the first trial: flags, plans, data. The experiment that takes least comes
/// first, so that there is soon something to read.
fn prepare<'s>(session: &'s Session<'_>, arguments: &Run) -> Result<(Vec<Job<'s>>, Arc<Crew>), Failure> {
    let mut planned = Vec::new();
    for selected in &session.experiments {
        let settings = selected.settings(session.profile)?;
        selected.check_files()?;
        let worker = session.worker(settings, arguments.numerics)?;
        let plan = selected.plan(settings)?;
        let names: BTreeSet<&String> = plan.iter().flat_map(|study| &study.data).collect();
        for name in names {
            locate(selected.data.find(name).or_bad_input()?, selected.data.locations()).or_bad_input()?;
        }
        planned.push((selected, settings, plan, worker));
    }
    let seconds = |plan: &[Study]| plan.iter().map(|study| study.cpu_seconds).sum::<f64>();
    planned.sort_by(|(_, _, one, _), (_, _, other, _)| seconds(one).total_cmp(&seconds(other)));
    let crew = Crew::new(session.jobs);
    let mut jobs = Vec::new();
    for (rank, (selected, settings, plan, (worker, device))) in planned.into_iter().enumerate() {
        let (executor, canceller) = session.executor(selected, (&crew, rank), (&worker, &device))?;
        let resume = resume(session, arguments, selected, settings);
        jobs.push(Job { rank, selected, settings, plan, worker, executor, canceller, resume });
    }
    Ok((jobs, crew))
}

/// What earlier runs of an experiment left; what of it cannot be used is said.
fn resume(session: &Session<'_>, arguments: &Run, selected: &Selected, settings: &ProfileSettings) -> Resume {
    let (resume, notes) = Resume::of(&arguments.reports, session.profile, &selected.manifest.id, settings.clock);
    notes.iter().for_each(|note| say(session.common, note));
    if arguments.fresh { resume.fresh() } else { resume }
}

/// Ctrl-C and termination end the run; what is finished is kept.
fn cancel_on_signal(jobs: &[Job<'_>]) -> anyhow::Result<()> {
    let cancellers: Vec<_> = jobs.iter().map(|job| job.canceller.clone()).collect();
    signal::on_interrupt(KEPT, move || cancellers.iter().for_each(|canceller| canceller.cancel()))
}

impl Job<'_> {
    /// One that takes times has the machine to itself.
    fn may_share(&self) -> bool {
        self.settings.clock != Clock::Measured
    }

    /// Run the studies, showing progress.
    fn run(&self, session: &Session<'_>, arguments: &Run, store: &Store, screen: &Screen) -> Result<End, Failure> {
        let begun = Instant::now();
        let Self { selected, settings, plan, worker, executor, resume, .. } = self;
        let prefix = if session.experiments.len() > 1 { format!("{}/", selected.manifest.id) } else { String::new() };
        let progress = Progress::new(plan, screen, &prefix);
        let threads = session.jobs;
        let came =
            Work { selected, settings, plan, worker, executor: &**executor, store, resume, threads }.run(&progress);
        let trials = progress.finish();
        let (restored, came) = came?;
        let result = match came {
            pipeline::Came::Studies => Came::Studies,
            pipeline::Came::Judged(conclusions) => Came::Judged(conclusions),
            pipeline::Came::Whole(done) => {
                let Done { conclusions, studied, evidence, mut lock, read, objects } = *done;
                if trials.from_evidence > 0 {
                    locks::inherit(session, &mut lock).or_bad_input()?;
                }
                let section =
                    self.section(session, arguments, (conclusions, &studied, &evidence), (trials, begun.elapsed()));
                let (section, lock) = (Box::new(section.or_run_failed()?), Box::new(lock));
                Came::Whole { section, lock, of: (read, objects) }
            }
        };
        Ok(End { trials, restored, result })
    }

    /// The section of a whole experiment.
    fn section(
        &self,
        session: &Session<'_>,
        arguments: &Run,
        (conclusions, studied, evidence): (Conclusions, &StudyOutputs, &Evidence),
        (totals, spent): (Totals, Duration),
    ) -> anyhow::Result<page::Experiment> {
        let manifest = &self.selected.manifest;
        let folder = arguments.reports.join(session.profile.name());
        let run = match self.settings.clock {
            // Nothing of this machine is in results that were handed in.
            Clock::Unused => None,
            Clock::CostModel | Clock::Measured => {
                report::run_record(session, &folder, &manifest.id, evidence, totals, spent)?
            }
        };
        let experiment = self.selected.experiment(self.settings, &self.plan, &self.worker);
        publish::section(manifest, self.settings, &experiment, conclusions, (studied, evidence), run)
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
    let known: usize = locks.iter().map(|lock| lock.trials.len()).sum();
    let Totals { computed, from_store, from_evidence } = answer.trials;
    answer.trials.from_store = from_store.max(known.saturating_sub(computed + from_evidence));
    let folder = arguments.reports.join(session.profile.name());
    let profile = publish::profile(session.profile, first.settings, &first.worker);
    if arguments.update_lock {
        locks::declare(session, locks)?;
    }
    answer.papers = sections.iter().map(Row::of).collect();
    let (files, verdicts) = report::files(session, &folder, profile, sections)?;
    let written = report_folder::write(&folder, &files).or_run_failed()?;
    answer.happened.extend(written.replaced(&folder));
    answer.notes.extend(written.left(&folder));
    answer.notes.extend(report::write_board(session, &arguments.reports)?);
    answer.changed_files.retain(|path| !written.changed.contains(path));
    answer.changed_files.extend(written.changed);
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
