//! `renas report`: rebuild a profile's pages from committed evidence; and what `renas run` shares with it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::anyhow;

use super::arguments::ReportArguments;
use super::exit::{Classify as _, Failure};
use super::progress::{Totals, duration};
use super::session::Session;
use super::{locks, say};
use renas_harness::evidence::{self, Evidence, Kept};
use renas_harness::lockfile::{self, Lock};
use renas_harness::manifest::model::Profile;
use renas_harness::pipeline::{Origin, Rebuilt, pages, rebuild_each};
use renas_harness::publish;
use renas_harness::report_folder;
use renas_harness::resume;
use renas_harness::signature;
use renas_harness::store::Surroundings;
use renas_report::claim::Verdict;
use renas_report::judge;
use renas_report::page::{self, Fact, RunRecord};
use renas_report::render::Files;

/// Rebuild the report of the profile below `reports`.
pub fn report(session: &Session<'_>, arguments: &ReportArguments) -> Result<(), Failure> {
    let folder = arguments.reports.join(session.profile.name());
    let unfinished = |id: &str| resume::name(session.profile, id);
    let is_unfinished = |id: &str| arguments.reports.join(unfinished(id)).exists();
    let ids = session.experiments.iter().map(|selected| selected.manifest.id.clone());
    let folded: BTreeSet<String> = ids.filter(|id| is_unfinished(id)).collect();
    preflight(session, &folder, &folded)?;
    let (rebuilt, profile) = rebuild(session, &folder, Origin::AllThatIsThere)?;
    refuse_lost_trials(session, &rebuilt)?;
    let mut promises: Vec<Lock> = rebuilt.iter().map(|rebuilt| rebuilt.lock.clone()).collect();
    for lock in promises.iter_mut().filter(|lock| folded.contains(&lock.experiment)) {
        locks::inherit(session, lock).or_bad_input()?;
    }
    if arguments.update_lock {
        locks::declare(session, &mut promises)?;
    }
    let sections = rebuilt.into_iter().map(|rebuilt| rebuilt.section).collect();
    let (files, _) = files(session, &folder, profile, sections)?;
    let written = report_folder::write(&folder, &files).or_run_failed()?;
    let path = folder.join("index.html");
    say(
        session.common,
        &format!("{}: rebuilt from the evidence, {} files changed", path.display(), written.changed.len()),
    );
    write_board(session, &arguments.reports)?.into_iter().for_each(|note| say(session.common, &note));
    let notes = written.replaced(&folder).into_iter().chain(written.left(&folder));
    notes.for_each(|note| say(session.common, &note));
    for id in folded {
        report_folder::remove_file(&arguments.reports, &unfinished(&id)).or_run_failed()?;
        let path = arguments.reports.join(unfinished(&id));
        say(session.common, &format!("{} is removed: the report holds its trials", path.display()));
    }
    if arguments.update_lock {
        let digests = publish::digests(&files);
        for mut lock in promises {
            lock.files = Lock::files_of(&lock.experiment, &digests);
            let path = lockfile::path(&session.common.experiments, session.profile, &lock.experiment);
            say(session.common, &locks::write(&path, &lock)?);
        }
    }
    let (sums, signed) = (folder.join(report_folder::SUMS), signature::beside(&folder));
    if let Some(key) = &arguments.sign {
        signature::sign(&sums, key, &signed).or_run_failed()?;
        say(session.common, &format!("{} signs {}", signed.display(), sums.display()));
    } else if signed.exists() && !written.changed.is_empty() {
        say(
            session.common,
            &format!("note: {} signs what was there before: sign again with --sign KEY", signed.display()),
        );
    }
    if arguments.open {
        open(session, &arguments.reports.join(publish::BOARD))?;
    }
    Ok(())
}

/// Open a page in `$BROWSER`, else in what the system opens pages with.
fn open(session: &Session<'_>, page: &Path) -> Result<(), Failure> {
    let browser = std::env::var_os("BROWSER").filter(|browser| !browser.is_empty());
    let system = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let program = browser.unwrap_or_else(|| system.into());
    let started = Command::new(&program).arg(page).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let problem = match started {
        Ok(status) if status.success() => return Ok(()),
        Ok(status) => status.to_string(),
        Err(error) => error.to_string(),
    };
    let (program, page) = (program.to_string_lossy(), page.display());
    say(session.common, &format!("cannot open the page with `{program}`: {problem}; it is {page}"));
    Ok(())
}

/// Refuse to write a report into `folder` that would lack what is there: the evidence of every experiment but those that
/// are `computed` must be where it was, and every experiment that has a report there must be known.
pub fn preflight(session: &Session<'_>, folder: &Path, computed: &BTreeSet<String>) -> Result<(), Failure> {
    let others = session.others()?;
    let ids = session.experiments.iter().chain(&others).map(|selected| selected.manifest.id.clone()).collect();
    report_folder::check(folder, &ids).or_bad_input()?;
    let rebuilt = ids.difference(computed);
    rebuilt.into_iter().try_for_each(|id| report_folder::refuse_lost_evidence(folder, id).or_bad_input())
}

/// Write the pages about all profiles beside the folders of their reports; what is to be said of them.
pub fn write_board(session: &Session<'_>, reports: &Path) -> Result<Vec<String>, Failure> {
    let others = session.others()?;
    let manifests = session.experiments.iter().chain(&others).map(|selected| &selected.manifest);
    publish::write_board(reports, manifests).or_run_failed()
}

/// Refuse a report without studies that a lock file promises: their trials were in the evidence, and are lost.
fn refuse_lost_trials(session: &Session<'_>, rebuilt: &[Rebuilt]) -> Result<(), Failure> {
    for one in rebuilt {
        let path = lockfile::path(&session.common.experiments, session.profile, &one.id);
        let Some(lock) = Lock::read(&path).or_bad_input()? else { continue };
        let lost = one.studied.unfinished.iter().find(|(study, _)| lock.studies.contains_key(study));
        if let Some((study, why)) = lost {
            let why = why.as_deref().unwrap_or("a study that it needs lacks trials");
            let path = path.display();
            return Err(anyhow!(
                "study {study}: {why}; {path} promises it, so that its trials were there: take the evidence from \
                                version control"
            ))
            .or_bad_input();
        }
    }
    Ok(())
}

/// Every selected experiment that has evidence in `folder`, and the profile as the first of them says it.
pub fn rebuild(session: &Session<'_>, folder: &Path, origin: Origin) -> Result<(Vec<Rebuilt>, page::Profile), Failure> {
    let mut all = Vec::new();
    let mut profile = None;
    for (selected, rebuilt) in session.experiments.iter().zip(rebuild_each(
        &session.experiments,
        session.profile,
        (folder, origin),
        session.jobs,
    )) {
        let Some(rebuilt) = rebuilt? else { continue };
        let settings = selected.settings(session.profile)?;
        profile.get_or_insert_with(|| publish::profile(session.profile, settings, &rebuilt.worker));
        all.push(rebuilt);
    }
    let nothing = || {
        let looked = folder.join("*").join(evidence::FILE);
        anyhow!("there is no evidence at {}: `renas run --profile {}` makes it", looked.display(), session.profile)
    };
    let profile = profile.ok_or_else(nothing).or_bad_input()?;
    Ok((all, profile))
}

/// The files of a report of `sections`, and how many claims got which verdict.
///
/// Experiments that were not asked for keep their place: they are rebuilt from the evidence that `folder` holds.
pub fn files(
    session: &Session<'_>,
    folder: &Path,
    profile: page::Profile,
    sections: Vec<page::Experiment>,
) -> Result<(Files, BTreeMap<Verdict, usize>), Failure> {
    let verdicts = judge::counts(sections.iter().flat_map(|section| &section.judgements));
    let others = (&*session.others()?, session.profile, folder);
    Ok((pages(profile, sections, others, session.jobs)?, verdicts))
}

/// The run record of an experiment in a `reduced` or `paper` report: of this run where it computed something, else the
/// one that is there, with what the evidence says now. `quick` carries none, so that its bytes repeat.
pub fn run_record(
    session: &Session<'_>,
    folder: &Path,
    experiment: &str,
    evidence: &Evidence,
    totals: Totals,
    spent: Duration,
) -> anyhow::Result<Option<RunRecord>> {
    if session.profile == Profile::Quick {
        return Ok(None);
    }
    let fact = |name: &str, value: String| Fact { name: name.to_owned(), value };
    let seconds: f64 = evidence.kept().values().map(|kept| kept.observation().map_or(0.0, |one| one.cpu_seconds)).sum();
    let of_evidence: Vec<Fact> = std::iter::once(fact("CPU time of all its trials", duration(seconds)))
        .chain(beside_times(evidence).map(|value| fact("beside its times", value)))
        .collect();
    if let Some(mut known) = publish::run_record(folder, experiment)?.filter(|_| totals.computed == 0) {
        for now in of_evidence {
            match known.facts.iter_mut().find(|fact| fact.name == now.name) {
                Some(before) => *before = now,
                None => known.facts.push(now),
            }
        }
        return Ok(Some(known));
    }
    let mut facts: Vec<Fact> = machine().into_iter().map(|(name, value)| fact(name, value)).collect();
    facts.push(fact("tasks at a time", session.jobs.to_string()));
    facts.extend(of_evidence);
    if totals.computed > 0 {
        facts.push(fact("last sitting", format!("{totals}, in {}", duration(spent.as_secs_f64()))));
    }
    facts.push(fact("renas", env!("CARGO_PKG_VERSION").to_owned()));
    Ok(Some(RunRecord { facts }))
}

/// What else the machine did while times were taken, where that was recorded.
fn beside_times(evidence: &Evidence) -> Option<String> {
    let observations = evidence.kept().values().filter_map(Kept::observation);
    let seen: Vec<Surroundings> = observations.filter_map(|observation| observation.surroundings).collect();
    let others: f64 = seen.iter().filter_map(|one| one.other_cpu_seconds).sum();
    let wall: f64 = seen.iter().map(|one| one.wall_seconds).sum();
    let unguarded = match seen.iter().filter(|one| !one.exclusive).count() {
        0 => String::new(),
        count => format!("; {count} of them without the machine's lock"),
    };
    let line = || {
        let (others, wall) = (duration(others), duration(wall));
        format!("other processes took {others} of CPU time in the {wall} of {} timings{unguarded}", seen.len())
    };
    (!seen.is_empty()).then(line)
}

/// What is known of this machine, for run records.
pub fn machine() -> BTreeMap<&'static str, String> {
    let first = |path: &str, key: &str| -> Option<String> {
        let text = std::fs::read_to_string(path).ok()?;
        let line = text.lines().find(|line| line.starts_with(key))?;
        Some(line.split_once(':').map_or(line, |(_, value)| value).trim().trim_matches('"').to_owned())
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut facts = BTreeMap::from([("cores", cores.to_string())]);
    facts.extend(first("/proc/cpuinfo", "model name").map(|model| ("processor", model)));
    facts.extend(first("/proc/meminfo", "MemTotal").map(|memory| ("memory", memory)));
    facts.extend(
        first("/proc/version", "Linux version")
            .map(|version| ("kernel", version.split_whitespace().take(3).collect::<Vec<_>>().join(" "))),
    );
    facts
}
