//! The reports of a profile: their files, their evidence and what is rebuilt from it, their lock files. What is missing of
//! that is named, and every item is judged whatever the others are like.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::Verification;
use super::agreement::{check_levels, rerun};
use super::found::Found;
use crate::agreement::{self, Trials};
use crate::ledger;
use crate::lockfile::{self, Lock};
use crate::manifest::model::Profile;
use crate::pipeline::fault::Fault;
use crate::pipeline::pages::{pages, rebuild_each};
use crate::pipeline::rebuild::{Origin, Rebuilt};
use crate::pipeline::{Part, Selected};
use crate::publish;
use crate::report_folder::{SUMS, Sums, listing};
use crate::seal::Seal;
use crate::store::Store;
use renas_base::digest::Digest;
use renas_base::files;
use renas_report::render::Files;

/// Check the reports of a profile. The failure is of a machine that could not compute trials again.
pub(super) fn check(
    verification: &Verification<'_>,
    profile: Profile,
    store: Option<&(Store, Trials)>,
    found: &mut Found<'_>,
) -> Result<(), Fault> {
    let folder = verification.reports.join(profile.name());
    let promised = promised(verification, profile, found);
    // An empty folder is no report: version control does not keep it either.
    if listing(&folder).is_ok_and(|files| files.is_empty()) {
        check_without_report(verification, profile, &promised, found);
        return Ok(());
    }
    check_sums(&folder, found);
    let (rebuilt, mut is_whole) = rebuilt(verification, profile, &promised, found);
    is_whole &= !name_unknown(verification, &folder, &promised, found);
    found.checked.reports += rebuilt.len();
    let made = match remade(verification, profile, &folder, &rebuilt) {
        Ok(files) => files,
        Err(failure) => {
            found.differs(format!("{}: cannot be rebuilt: {failure}", folder.display()));
            return Ok(());
        }
    };
    check_rebuilt(&folder, &made, is_whole, found);
    for one in &rebuilt {
        check_promise((verification, profile), one, promised.get(&one.id), (store, &made), found)?;
    }
    Ok(())
}

/// The lock files of a profile that has no report.
fn check_without_report(
    verification: &Verification<'_>,
    profile: Profile,
    promised: &BTreeMap<String, Option<Lock>>,
    found: &mut Found<'_>,
) {
    let folder = verification.reports.join(profile.name());
    for (id, lock) in promised {
        let Some(lock) = lock else { continue };
        found.checked.locks += 1;
        let path = lockfile::path(verification.manifests, profile, id);
        if lock.is_seal() {
            found.fine(format!("{}: what is claimed is sealed, and there is no result yet", path.display()));
            check_seal(verification, (profile, id.as_str()), lock, found);
            continue;
        }
        let (files, at) = (lock.files.len(), folder.display());
        found.differs(format!("{at}: it is not there, and {} promises {files} files of {id} in it", path.display()));
    }
}

/// Every experiment rebuilt from the evidence of its report, and whether that is all of them.
fn rebuilt(
    verification: &Verification<'_>,
    profile: Profile,
    promised: &BTreeMap<String, Option<Lock>>,
    found: &mut Found<'_>,
) -> (Vec<Rebuilt>, bool) {
    let folder = verification.reports.join(profile.name());
    let (mut rebuilt, mut is_whole) = (Vec::new(), !verification.is_part);
    let from = (folder.as_path(), Origin::Report);
    let all = rebuild_each(verification.experiments, profile, from, verification.threads);
    for (selected, one) in verification.experiments.iter().zip(all) {
        let id = &selected.manifest.id;
        let at = folder.join(id);
        let why = match one {
            Ok(Some(one)) => {
                rebuilt.push(one);
                continue;
            }
            Ok(None) if promised.get(id).is_none_or(|lock| lock.as_ref().is_some_and(Lock::is_seal)) => continue,
            Ok(None) => {
                let path = lockfile::path(verification.manifests, profile, id);
                format!("{}: its evidence is not there, and {} promises it", at.display(), path.display())
            }
            Err(failure) => format!("{}: cannot be rebuilt: {failure}", at.display()),
        };
        is_whole = false;
        found.differs(why);
    }
    (rebuilt, is_whole)
}

/// An experiment that was rebuilt, against its lock file; trials that the store has, or that are computed again, against those that
/// are promised.
fn check_promise(
    (verification, profile): (&Verification<'_>, Profile),
    rebuilt: &Rebuilt,
    lock: Option<&Option<Lock>>,
    (store, made): (Option<&(Store, Trials)>, &Files),
    found: &mut Found<'_>,
) -> Result<(), Fault> {
    let selected = verification.experiments.iter().find(|selected| selected.manifest.id == rebuilt.id);
    let selected = selected.expect("what was rebuilt was selected");
    check_answers(rebuilt, found);
    let path = lockfile::path(verification.manifests, profile, &rebuilt.id);
    let lock = match lock {
        Some(Some(lock)) => lock,
        Some(None) => return Ok(()),
        None => {
            found.differs(format!("{}: there is no lock file, but a report is committed", path.display()));
            return Ok(());
        }
    };
    check_seal(verification, (profile, rebuilt.id.as_str()), lock, found);
    if lock.is_seal() {
        found.checked.locks += 1;
        let path = path.display();
        found.differs(format!("{path}: it seals what is claimed, and no lock file promises the report that is there"));
        return Ok(());
    }
    check_lock((verification, profile), selected, rebuilt, lock, made, found);
    if let Some((store, trials)) = store {
        let tolerances = &selected.manifest.tolerances;
        let agreements = agreement::compare(&rebuilt.evidence, lock, (store, trials), tolerances);
        check_levels((verification, profile), selected, rebuilt, store, agreements, found)?;
    }
    if let Some(which) = &verification.rerun {
        rerun((verification, profile), selected, rebuilt, lock, which, found)?;
    }
    Ok(())
}

/// The pages about all profiles, where there are any, against the same made of the reports.
pub(super) fn check_board(verification: &Verification<'_>, found: &mut Found<'_>) {
    let reports = verification.reports;
    let is_there = publish::PAGES.iter().any(|name| reports.join(name).exists());
    if verification.is_part || !verification.mistakes.is_empty() || !is_there {
        return;
    }
    let manifests = verification.experiments.iter().map(|selected| &selected.manifest);
    let made = match publish::board(reports, manifests) {
        Ok(made) => made.unwrap_or_default(),
        Err(error) => {
            let path = reports.join(publish::BOARD);
            return found.differs(format!("{}: cannot be made again: {error:#}", path.display()));
        }
    };
    for name in publish::PAGES {
        let path = reports.join(name);
        match files::read(&path).ok() {
            bytes if bytes.as_ref() == made.get(name) => {
                found.fine(format!("{}: made of the reports beside it, it is the same bytes", path.display()));
            }
            None => found.differs(format!("{}: is missing; `renas report` makes it", path.display())),
            Some(_) => found.differs(format!("{}: made of the reports beside it, it has other bytes", path.display())),
        }
    }
}

/// The pages made of what was rebuilt; no pages of nothing.
fn remade(
    verification: &Verification<'_>,
    profile: Profile,
    folder: &Path,
    rebuilt: &[Rebuilt],
) -> Result<Files, Fault> {
    let Some(first) = rebuilt.first() else { return Ok(Files::new()) };
    let selected = verification.experiments.iter().find(|selected| selected.manifest.id == first.id);
    let settings = selected.expect("what was rebuilt was selected").settings(profile)?;
    let sections = rebuilt.iter().map(|rebuilt| rebuilt.section.clone()).collect();
    let nothing_else: (&[Selected], _, _) = (&[], profile, folder);
    pages(publish::profile(profile, settings, &first.worker), sections, nothing_else, verification.threads)
}

/// The lock files of the profile that the command is about, by experiment; nothing for one that cannot be read, which is
/// named.
fn promised(
    verification: &Verification<'_>,
    profile: Profile,
    found: &mut Found<'_>,
) -> BTreeMap<String, Option<Lock>> {
    let is_known = |id: &str| verification.experiments.iter().any(|one| one.manifest.id == id);
    let asked = |id: &str| !verification.is_part || is_known(id);
    let folder = lockfile::path(verification.manifests, profile, "any");
    let folder = folder.parent().unwrap_or(verification.manifests);
    let names = match listing(folder) {
        Ok(names) => names,
        Err(error) => {
            found.differs(error.to_string());
            return BTreeMap::new();
        }
    };
    let ids = names.iter().filter(|path| path.extension().is_some_and(|end| end == "json"));
    let ids = ids.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).filter(|id| asked(id));
    let mut locks = BTreeMap::new();
    for id in ids {
        let lock = match Lock::read(&lockfile::path(verification.manifests, profile, &id)) {
            Ok(lock) => lock,
            Err(error) => {
                found.differs(error.to_string());
                None
            }
        };
        locks.insert(id, lock);
    }
    locks
}

/// Name experiments that are promised or reported, and that no manifest describes; whether there are any.
fn name_unknown(
    verification: &Verification<'_>,
    folder: &Path,
    promised: &BTreeMap<String, Option<Lock>>,
    found: &mut Found<'_>,
) -> bool {
    if verification.is_part {
        return false;
    }
    let reported = Sums::of(folder).map(|sums| sums.experiments()).unwrap_or_default();
    let all: BTreeSet<&String> = promised.keys().chain(&reported).collect();
    let known: BTreeSet<&String> = verification.experiments.iter().map(|selected| &selected.manifest.id).collect();
    let unknown: Vec<&&String> = all.difference(&known).collect();
    for id in &unknown {
        let (at, experiments) = (folder.join(id), verification.manifests.display());
        found.differs(format!("{}: it cannot be judged: {experiments} has no sound manifest of {id}", at.display()));
    }
    !unknown.is_empty()
}

/// Every file against `SHA256SUMS`.
fn check_sums(folder: &Path, found: &mut Found<'_>) {
    let path = folder.join(SUMS);
    let sums = match files::read(&path) {
        Ok(bytes) => Sums::parse(&String::from_utf8_lossy(&bytes)),
        Err(error) => {
            let why = match error.kind() {
                std::io::ErrorKind::NotFound => "it is not there".to_owned(),
                _ => format!("it cannot be read: {error}"),
            };
            found.differs(format!("{}: {why}; nothing says which bytes the files of this folder had", path.display()));
            return;
        }
    };
    let before = found.count();
    for line in &sums.odd_lines {
        found.differs(format!("{}: the line `{line}` names no file", path.display()));
    }
    for (name, digest) in &sums.promised {
        let place = folder.join(name);
        match files::read(&place) {
            Ok(bytes) if Digest::of(&bytes).to_string() == *digest => {}
            Ok(_) => found.differs(format!("{}: its SHA-256 is not the one in {SUMS}", files::shown(&place))),
            Err(error) => found.differs(format!("{}: {error}, and {SUMS} promises it", files::shown(&place))),
        }
    }
    found.checked.report_files += sums.promised.len();
    match listing(folder) {
        Ok(names) => {
            for name in names.iter().filter(|name| name.as_path() != Path::new(SUMS)) {
                if !sums.promised.contains_key(name) {
                    found.differs(format!("{}: {SUMS} does not know it", files::shown(&folder.join(name))));
                }
            }
        }
        Err(error) => found.differs(error.to_string()),
    }
    if found.count() == before {
        found.fine(format!("{}: {} files have their SHA-256", folder.display(), sums.promised.len()));
    }
}

/// Every file of the folder against the same made from the evidence alone. Where an experiment could not be rebuilt, the
/// pages about all of them cannot be compared.
fn check_rebuilt(folder: &Path, files: &Files, is_whole: bool, found: &mut Found<'_>) {
    let before = found.count();
    let compared = files.iter().filter(|(name, _)| is_whole || name.components().count() > 1);
    let mut count = 0;
    for (name, bytes) in compared {
        count += 1;
        if files::read(&folder.join(name)).ok().as_ref() != Some(bytes) {
            let place = folder.join(name);
            found.differs(format!("{}: rebuilt from the evidence it has other bytes", place.display()));
        }
    }
    if found.count() == before && count > 0 {
        found.fine(format!("{}: rebuilt from the evidence, {count} files are the same bytes", folder.display()));
    }
}

/// Every answer of the evidence against the task that it answers.
fn check_answers(rebuilt: &Rebuilt, found: &mut Found<'_>) {
    for (key, why) in rebuilt.evidence.misfits() {
        let step = rebuilt.evidence.kept()[key].step();
        found.differs(format!("{}: evidence of step {step} {}..: {why}", rebuilt.id, key.0.short(12)));
    }
}

/// What is claimed, how it is measured and which files are pinned now, against what was sealed before the first result.
fn check_seal(verification: &Verification<'_>, (profile, id): (Profile, &str), lock: &Lock, found: &mut Found<'_>) {
    let selected = verification.experiments.iter().find(|selected| selected.manifest.id == id);
    let Some((seal, selected)) = lock.sealed.as_ref().zip(selected) else { return };
    let path = lockfile::path(verification.manifests, profile, id);
    let path = path.display();
    let now = selected.settings(profile).and_then(|settings| selected.promise(settings));
    let now = now
        .map_err(|fault| fault.to_string())
        .and_then(|promise| Seal::of(&selected.manifest, &promise).map_err(|error| error.to_string()));
    let now = match now {
        Ok(now) => now,
        Err(why) => return found.differs(format!("{path}: its seal cannot be compared: {why}")),
    };
    let differences = seal.differences(&now);
    if differences.is_empty() {
        found.fine(format!("{path}: {} are as they were sealed before the first result", seal.in_words()));
    }
    differences.iter().for_each(|difference| found.fine(format!("{path}: amended since the seal: {difference}")));
    for problem in seal.undeclared(&now, &selected.manifest.claims, &lock.claims) {
        found.differs(format!("{path}: {problem}"));
    }
}

/// The lock file against evidence, recomputed studies and files.
fn check_lock(
    (verification, profile): (&Verification<'_>, Profile),
    selected: &Selected,
    rebuilt: &Rebuilt,
    promised: &Lock,
    files: &Files,
    found: &mut Found<'_>,
) {
    let path = lockfile::path(verification.manifests, profile, &rebuilt.id);
    found.checked.locks += 1;
    found.checked.trials += promised.trials.len();
    let fingerprints = promised.fingerprints.clone();
    let files = Lock::files_of(&rebuilt.id, &publish::digests(files));
    let made = Lock { fingerprints, files, ..rebuilt.lock.clone() };
    for problem in ledger::problems(&promised.claims, &selected.manifest.claims, profile.name()) {
        found.differs(format!("{}: {problem}", path.display()));
    }
    let differences = lockfile::compare(promised, &made);
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
}

/// An error where studies were asked for and the plan has none of them.
pub(super) fn refuse_empty_selection(verification: &Verification<'_>) -> Result<(), Fault> {
    for selected in verification.experiments.iter().filter(|selected| selected.part != Part::Whole) {
        selected.plan(selected.settings(verification.first_profile())?)?;
    }
    Ok(())
}
