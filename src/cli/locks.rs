//! Lock files at the command line: what a run or a report promises, and what is said of it beside what was promised.

use std::path::Path;

use super::exit::{Classify as _, Failure};
use super::session::Session;
use renas_harness::ledger;
use renas_harness::lockfile::{self, Difference, Lock, Subject};
use renas_harness::seal::Seal;

/// Append what these locks say of claims to what the lock files say; an error names every change that nobody
/// declared, before anything is written.
pub fn declare(session: &Session<'_>, locks: &mut [Lock]) -> Result<(), Failure> {
    let mut problems = Vec::new();
    for lock in locks {
        let path = lockfile::path(&session.common.experiments, session.profile, &lock.experiment);
        let old = Lock::read(&path).or_bad_input()?;
        if let Some(old) = old.as_ref().filter(|old| lock.fingerprints.is_empty() && old.trials == lock.trials) {
            // Evidence without observations does not say which machines computed it: those that did are still the same.
            lock.fingerprints.clone_from(&old.fingerprints);
        }
        let selected = session.experiments.iter().find(|one| one.manifest.id == lock.experiment);
        let selected = selected.expect("only what was selected is run");
        let manifest = &selected.manifest;
        if let Some((seal, old)) = old.as_ref().and_then(|old| Some((old.sealed.as_ref()?, old))) {
            let promise = selected.promise(selected.settings(session.profile)?)?;
            let now = Seal::of(manifest, &promise).or_bad_input()?;
            let undeclared = seal.undeclared(&now, &manifest.claims, &old.claims);
            problems.extend(undeclared.into_iter().map(|problem| format!("{}: {problem}", manifest.file.display())));
            lock.sealed = Some(seal.clone());
        }
        let before = old.map(|old| old.claims).unwrap_or_default();
        let now = lock.claims.iter().filter_map(|(id, history)| Some((id.clone(), history.last()?.clone()))).collect();
        match ledger::extended(&before, &manifest.claims, &now, session.profile.name()) {
            Ok(claims) => lock.claims = claims,
            Err(found) => {
                problems.extend(found.into_iter().map(|problem| format!("{}: {problem}", manifest.file.display())));
            }
        }
    }
    match problems.len() {
        0 => Ok(()),
        _ => Err(anyhow::anyhow!("no lock file is written\n{}", problems.join("\n"))).or_bad_input(),
    }
}

/// Evidence without observations does not say which machines computed it: those that the lock file names still did, where trials
/// of it are there.
pub fn inherit(session: &Session<'_>, lock: &mut Lock) -> Result<(), lockfile::LockError> {
    let old = Lock::read(&lockfile::path(&session.common.experiments, session.profile, &lock.experiment))?;
    if let Some(old) = old.filter(|old| lock.trials.iter().any(|(key, digest)| old.trials.get(key) == Some(digest))) {
        lock.fingerprints.extend(old.fingerprints);
    }
    Ok(())
}

/// Have the lock file at `path` promise this run; what is said of it.
pub fn write(path: &Path, found: &Lock) -> Result<String, Failure> {
    let replaced = replaced(path, found)?;
    found.write(path).or_run_failed()?;
    Ok(format!("{} is written: it promises this run{replaced}", path.display()))
}

/// What is said of this run beside the lock file at `path`: differences are no failure, since on a machine of another
/// numeric class they are expected.
pub fn compare(path: &Path, found: &Lock, verbose: bool) -> Result<Vec<String>, Failure> {
    let Some(promised) = Lock::read(path).or_bad_input()? else {
        return Ok(vec![format!("{} does not exist: nothing was promised (--update-lock writes it)", path.display())]);
    };
    if promised.is_seal() {
        let path = path.display();
        return Ok(vec![format!("{path} seals what is claimed, and promises no result yet (--update-lock does)")]);
    }
    Ok(differences(path, &promised, found, verbose))
}

/// What becomes of the promises of the lock file that is written anew; a damaged or a later program's file is not replaced.
fn replaced(path: &Path, found: &Lock) -> Result<String, Failure> {
    match Lock::read(path) {
        Ok(None) => Ok(String::new()),
        Ok(Some(old)) if old.is_seal() => Ok(", as it was sealed or amended".to_owned()),
        Ok(Some(old)) => match lockfile::compare(&old, found).len() {
            0 => Ok(", as it did before".to_owned()),
            count => Ok(format!("; {count} digests that it promised before were others, or are promised no more")),
        },
        Err(error) => Err(error).or_bad_input(),
    }
}

/// What is said of a run beside its lock file at `path`.
pub fn differences(path: &Path, promised: &Lock, found: &Lock, verbose: bool) -> Vec<String> {
    let differences = lockfile::compare_runs(promised, found);
    let observed = match found.observed.len() {
        0 => None,
        count => Some(format!("{}: {count} studies derive from observed times and cannot be compared", path.display())),
    };
    if differences.is_empty() {
        let what = if observed.is_none() { "every digest" } else { "every digest that can be compared" };
        let equal = format!("{}: {what} is as promised", path.display());
        return std::iter::once(equal).chain(observed).collect();
    }
    if let [Difference { subject: Subject::Setting, name, .. }] = &differences[..]
        && name == lockfile::FINGERPRINT
    {
        let equal = format!("{}: every digest is as promised, though on another numeric class", path.display());
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

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use renas_base::digest::Digest;
    use renas_harness::manifest::model::Profile;
    use renas_harness::store::WorkerIdentity;

    #[test]
    fn studies_of_observed_times_are_counted_in_one_line_and_not_listed_as_differences() {
        let digest = |text: &str| Digest::of(text.as_bytes());
        let promised = Lock {
            format: lockfile::FORMAT,
            experiment: "toy".to_owned(),
            profile: Profile::Reduced,
            manifest: digest("manifest"),
            worker: WorkerIdentity { numerics: "avx2".into(), device: "cpu".into(), libtorch: "2.11.0".into() },
            fingerprints: BTreeSet::from([digest("machine")]),
            studies: BTreeMap::from([("plain".to_owned(), digest("plain"))]),
            observed: BTreeSet::from(["search".to_owned(), "times".to_owned()]),
            trials: BTreeMap::new(),
            claims: BTreeMap::new(),
            sealed: None,
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
        let elsewhere = Lock { fingerprints: BTreeSet::from([digest("other machine")]), ..promised.clone() };
        let notes = differences(Path::new("LOCK"), &promised, &elsewhere, false);
        assert_eq!(notes, ["LOCK: every digest is as promised, though on another numeric class", said]);
        let without = Lock { observed: BTreeSet::new(), ..promised };
        assert_eq!(
            differences(Path::new("LOCK"), &without, &without.clone(), false),
            ["LOCK: every digest is as promised"]
        );
    }
}
