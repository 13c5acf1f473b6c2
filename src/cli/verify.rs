//! `renas verify`: every hash, and every report rebuilt from its evidence; with `--rerun`, trials computed again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde_json::json;

use super::arguments::{Common, Verify};
use super::exit::{Classify as _, Failure};
use super::progress::{Progress, Say};
use super::report::{Rebuilt, files, rebuild};
use super::session::{Selected, Session};
use renas_base::digest::Digest;
use renas_harness::context::Workbench;
use renas_harness::event::Observer;
use renas_harness::lock::{self, Lock};
use renas_harness::manifest::model::Profile;
use renas_harness::publish;
use renas_harness::rerun::Rerun;
use renas_harness::store::{Access, Store, StoreError};
use renas_harness::study::Context as _;
use renas_harness::tier::{self, Agreement, Tier};
use renas_report::claim::Verdict;
use renas_report::judge::Judgement;
use renas_report::render::Files;
use renas_task::Task;

/// What was checked, told as it is found.
struct Findings {
    say: bool,
    lines: Vec<String>,
    differences: Vec<String>,
}

impl Findings {
    fn fine(&mut self, line: String) {
        if self.say {
            println!("ok      {line}");
        }
        self.lines.push(line);
    }

    fn differs(&mut self, line: String) {
        if self.say {
            println!("DIFFERS {line}");
        }
        self.differences.push(line);
    }
}

/// Verify what the flags ask for: every committed profile, or the one named.
pub fn verify(session: &Session<'_>, arguments: &Verify) -> Result<(), Failure> {
    let common = session.common;
    let mut found = Findings { say: !common.json && !common.quiet, lines: Vec::new(), differences: Vec::new() };
    let store = match Store::open(&common.store, Access::Read) {
        Ok(store) => Some(store),
        Err(StoreError::NoStore { .. }) => None,
        Err(error) => return Err(error).or_bad_input(),
    };
    match &store {
        Some(store) => check_store(store, &mut found)?,
        None => found.fine(format!("store {}: there is none yet; weights are absent", common.store.display())),
    }
    for profile in Profile::ALL {
        let is_asked = common.profile.is_none() || session.profile == profile;
        if is_asked && arguments.reports.join(profile.name()).exists() {
            let of_profile = Common { profile: Some(profile.name().to_owned()), ..common.clone() };
            check_profile(&Session::open(&of_profile)?, arguments, store.as_ref(), &mut found)?;
        } else if is_asked && common.profile.is_some() {
            found.fine(format!("{profile}: no report at {}", arguments.reports.join(profile.name()).display()));
        }
    }
    if common.json {
        println!("{}", json!({"fine": found.lines, "differences": found.differences}));
    }
    if found.differences.is_empty() { Ok(()) } else { Err(Failure::Differs(found.differences.len())) }
}

/// Re-hash every object and record.
fn check_store(store: &Store, found: &mut Findings) -> Result<(), Failure> {
    let check = store.verify_all().or_bad_input()?;
    for damaged in &check.damaged {
        found.differs(format!("{}: {}", damaged.path.display(), damaged.why));
    }
    let absent = match check.absent.len() {
        0 => String::new(),
        count => format!("; {count} objects that records name are absent"),
    };
    found.fine(format!(
        "store {}: {} records and {} objects have the digests they are named by ({} bytes){absent}",
        store.root().display(),
        check.steps,
        check.objects,
        check.bytes,
    ));
    Ok(())
}

fn check_profile(
    session: &Session<'_>,
    arguments: &Verify,
    store: Option<&Store>,
    found: &mut Findings,
) -> Result<(), Failure> {
    let folder = arguments.reports.join(session.profile.name());
    let is_sound = check_sums(&folder, found)?;
    let (rebuilt, profile) = match rebuild(session, &folder) {
        Ok(rebuilt) => rebuilt,
        // A damaged file was named above; one that is not, here.
        Err(failure) if is_sound => return Err(failure),
        Err(failure) => {
            found.differs(format!("{}: cannot be rebuilt: {failure}", folder.display()));
            return Ok(());
        }
    };
    let sections = rebuilt.iter().map(|rebuilt| rebuilt.section.clone()).collect();
    let (files, _) = files(session, &folder, profile, sections)?;
    check_rebuilt(&folder, &files, found);
    for rebuilt in &rebuilt {
        let selected = session.experiments.iter().find(|selected| selected.manifest.id == rebuilt.id);
        let selected = selected.expect("what was rebuilt was selected");
        let Some(lock) = check_lock(session, selected, rebuilt, &files, found)? else { continue };
        let tolerances = &selected.manifest.tolerances;
        if let Some(store) = store {
            let agreements = tier::compare(&rebuilt.evidence, &lock, store, tolerances).or_bad_input()?;
            check_tiers(session, selected, rebuilt, store, agreements, found)?;
        }
        if arguments.rerun {
            rerun(session, selected, rebuilt, &lock, arguments.sample, found)?;
        }
    }
    Ok(())
}

/// Every file against `SHA256SUMS`; whether all is as it says.
fn check_sums(folder: &Path, found: &mut Findings) -> Result<bool, Failure> {
    let path = folder.join("SHA256SUMS");
    let text =
        std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display())).or_bad_input()?;
    let before = found.differences.len();
    let mut listed: BTreeMap<PathBuf, &str> = BTreeMap::new();
    for line in text.lines() {
        match line.split_once("  ") {
            Some((digest, name)) => drop(listed.insert(name.into(), digest)),
            None => found.differs(format!("{}: the line `{line}` names no file", path.display())),
        }
    }
    for (name, digest) in &listed {
        match std::fs::read(folder.join(name)) {
            Ok(bytes) if Digest::of(&bytes).to_string() == *digest => {}
            Ok(_) => {
                found.differs(format!("{}: its SHA-256 is not the one in SHA256SUMS", folder.join(name).display()))
            }
            Err(error) => found.differs(format!("{}: {error}", folder.join(name).display())),
        }
    }
    for name in publish::listing(folder).or_bad_input()? {
        if !listed.contains_key(&name) && name != Path::new("SHA256SUMS") {
            found.differs(format!("{}: SHA256SUMS does not know it", folder.join(name).display()));
        }
    }
    let is_sound = found.differences.len() == before;
    if is_sound {
        found.fine(format!("{}: {} files have their SHA-256", folder.display(), listed.len()));
    }
    Ok(is_sound)
}

/// Every file of the folder against the same made from the evidence alone.
fn check_rebuilt(folder: &Path, files: &Files, found: &mut Findings) {
    let before = found.differences.len();
    for (name, bytes) in files {
        if std::fs::read(folder.join(name)).ok().as_ref() != Some(bytes) {
            let place = folder.join(name);
            found.differs(format!("{}: rebuilt from the evidence it has other bytes", place.display()));
        }
    }
    if found.differences.len() == before {
        found.fine(format!(
            "{}: rebuilt from the evidence, {} files are the same bytes",
            folder.display(),
            files.len()
        ));
    }
}

/// The lock file against evidence, recomputed studies and files.
fn check_lock(
    session: &Session<'_>,
    selected: &Selected,
    rebuilt: &Rebuilt,
    files: &Files,
    found: &mut Findings,
) -> Result<Option<Lock>, Failure> {
    let path = lock::path(&session.common.experiments, session.profile, &rebuilt.id);
    let Some(promised) = Lock::read(&path).or_bad_input()? else {
        found.differs(format!("{}: there is no lock file, but a report is committed", path.display()));
        return Ok(None);
    };
    let made = Lock {
        format: lock::FORMAT,
        experiment: rebuilt.id.clone(),
        profile: session.profile,
        manifest: selected.manifest.digest,
        worker: rebuilt.worker.clone(),
        fingerprints: promised.fingerprints.clone(),
        studies: Lock::studies_of(&rebuilt.studied),
        observed: rebuilt.studied.observed.clone(),
        trials: Lock::trials_of(&rebuilt.evidence).or_bad_input()?,
        files: Lock::files_of(&rebuilt.id, &publish::digests(files)),
    };
    let differences = lock::compare(&promised, &made);
    if differences.is_empty() {
        let (trials, studies) = (promised.trials.len(), promised.studies.len());
        let observed = match promised.observed.len() {
            0 => String::new(),
            count => format!("; {count} more derive from measured times, which are taken from the evidence"),
        };
        let line = format!("{trials} trials and {studies} recomputed studies are as promised{observed}");
        found.fine(format!("{}: {line}", path.display()));
    }
    for difference in differences {
        found.differs(format!("{}: {difference}", path.display()));
    }
    Ok(Some(promised))
}

/// Judge what each numeric class computed by the tier that it allows.
fn check_tiers(
    session: &Session<'_>,
    selected: &Selected,
    rebuilt: &Rebuilt,
    store: &Store,
    agreements: Vec<Agreement>,
    found: &mut Findings,
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
            None => verdicts_agree(session, selected, rebuilt, store, &agreement)?.then_some(Tier::Claim),
        };
        let line = match reached {
            Some(reached) => format!("{who}: expected tier {}, reached {reached}: {counts}", agreement.expected),
            None => format!("{who}: expected tier {}, reached none: {counts}", agreement.expected),
        };
        let is_fine = match agreement.expected {
            Tier::Bit => reached == Some(Tier::Bit),
            Tier::Numeric | Tier::Claim => reached.is_some(),
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
    let Ok(studied) = experiment.replay(store, &session.locations, session.jobs) else { return Ok(false) };
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

/// Compute promised trials again in an empty store, and judge them by tier.
fn rerun(
    session: &Session<'_>,
    selected: &Selected,
    rebuilt: &Rebuilt,
    lock: &Lock,
    sample: Option<usize>,
    found: &mut Findings,
) -> Result<(), Failure> {
    let again = Rerun::of(&rebuilt.evidence, sample).or_bad_input()?;
    let wanted = again.len();
    let folder = tempfile::tempdir().context("cannot make a folder for the empty store").or_run_failed()?;
    let store = Store::open(folder.path(), Access::Write).or_run_failed()?;
    let device = if session.common.device == "auto" { &lock.worker.device } else { &session.common.device };
    let pool = session.pool(&lock.worker, device)?;
    let say = if found.say { Say::Studies } else { Say::Trouble };
    let progress = Progress::new(&[], say, session.common.draws());
    let study = format!("rerun of {wanted} trials");
    progress.event(&renas_harness::event::Event::StudyStarted { study: study.clone(), trials: wanted });
    let bench = Workbench::new(&store, &pool, &session.locations, &progress);
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
    let agreements = tier::compare(&rebuilt.evidence, lock, &store, &selected.manifest.tolerances).or_run_failed()?;
    let who = format!("{} ({})", rebuilt.id, session.profile);
    let more = match wanted - again.drawn {
        0 => String::new(),
        more => format!(" and {more} whose tensors they read"),
    };
    found.fine(format!("{who}: {} trials{more} were computed again in an empty store", again.drawn));
    if unread > 0 {
        found.fine(format!("{who}: {unread} of them were not, since what they read came out otherwise here"));
    }
    check_tiers(session, selected, rebuilt, &store, agreements, found)
}
