//! What differs between two lock files, or between one and another run.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::Lock;
use crate::ledger::Entry;
use renas_base::digest::Digest;

/// The setting that names the numeric class of the machine: the only one that says nothing of the results themselves.
pub const FINGERPRINT: &str = "fingerprint";

/// Something that differs between what was promised and what was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// What kind of thing.
    pub subject: Subject,
    /// Its name: of the setting, the study's id, the trial's key, the file's path.
    pub name: String,
    /// What was promised; absent where the lock file does not know it.
    pub promised: Option<String>,
    /// What was found; absent where there is nothing of that name.
    pub found: Option<String>,
}

/// What can differ between two locks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// What the results depend on: the manifest, numerics, device, libtorch, the machine's fingerprint.
    Setting,
    /// The outcome of a trial.
    Trial,
    /// The result of a study.
    Study,
    /// What is expected of a claim, and what became of it.
    Claim,
    /// A file of the report.
    File,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (subject, what) = match self.subject {
            Subject::Setting => ("", "value"),
            Subject::Trial => ("trial ", "outcome"),
            Subject::Study => ("study ", "result"),
            Subject::Claim => ("claim ", "entry"),
            Subject::File => ("file ", "content"),
        };
        write!(f, "{subject}{}: ", self.name)?;
        match (&self.promised, &self.found) {
            (Some(promised), Some(found)) => write!(f, "{what} {promised} was promised, {found} was found"),
            (Some(_), None) => f.write_str("was promised, is not there"),
            (None, Some(_)) => f.write_str("is there, was not promised"),
            (None, None) => f.write_str("is unknown on both sides"),
        }
    }
}

/// All that differs between what was promised and what its own evidence gives: settings first, then from cause to
/// consequence: trials, studies, claims, files. Empty where all is equal.
pub fn compare(promised: &Lock, found: &Lock) -> Vec<Difference> {
    let mut differences = by_name(Subject::Setting, &promised.settings(), &found.settings());
    differences.extend(by_name(Subject::Trial, &promised.trials, &found.trials));
    differences.extend(by_name(Subject::Study, &promised.results(), &found.results()));
    differences.extend(by_name(Subject::Claim, &promised.judged(), &found.judged()));
    differences.extend(by_name(Subject::File, &promised.files, &found.files));
    differences
}

/// `compare` for another run, less what derives from measured times.
///
/// Where anything does, a study may have asked for other trials because of its times, and pages show other numbers: then
/// files are not compared, and trials where both runs have them.
pub fn compare_runs(promised: &Lock, found: &Lock) -> Vec<Difference> {
    let mut differences = compare(promised, found);
    let is_observed = !promised.observed.is_empty() || !found.observed.is_empty();
    differences.retain(|difference| match difference.subject {
        Subject::Setting | Subject::Study => true,
        Subject::Trial => !is_observed || (difference.promised.is_some() && difference.found.is_some()),
        Subject::Claim | Subject::File => !is_observed,
    });
    differences
}

impl Lock {
    /// What is said of each study, by id.
    fn results(&self) -> BTreeMap<&str, String> {
        let digests = self.studies.iter().map(|(id, digest)| (id.as_str(), digest.to_string()));
        let observed = self.observed.iter().map(|id| (id.as_str(), "derived from a measured time".to_owned()));
        digests.chain(observed).collect()
    }

    /// The last that is said of each claim, by id; a lock file that says nothing of claims promises nothing of them.
    fn judged(&self) -> BTreeMap<&str, String> {
        let last = |history: &Vec<Entry>| {
            let entry = history.last()?;
            let (expectation, rules) = (entry.expectation.short(12), entry.rules);
            let verdict = entry.verdict.name();
            Some(format!("\"{verdict}\" on expectation {expectation}.. by rules {rules}"))
        };
        self.claims.iter().filter_map(|(id, history)| Some((id.as_str(), last(history)?))).collect()
    }

    fn settings(&self) -> BTreeMap<&'static str, String> {
        let fingerprints: Vec<String> = self.fingerprints.iter().map(Digest::to_string).collect();
        BTreeMap::from([
            ("device", self.worker.device.clone()),
            ("experiment", self.experiment.clone()),
            (FINGERPRINT, fingerprints.join(" ")),
            ("libtorch", self.worker.libtorch.clone()),
            ("manifest", self.manifest.to_string()),
            ("numerics", self.worker.numerics.clone()),
            ("profile", self.profile.to_string()),
        ])
    }
}

fn by_name<K: Ord + fmt::Display, V: PartialEq + fmt::Display>(
    subject: Subject,
    promised: &BTreeMap<K, V>,
    found: &BTreeMap<K, V>,
) -> Vec<Difference> {
    let names: BTreeSet<&K> = promised.keys().chain(found.keys()).collect();
    names
        .into_iter()
        .filter(|name| promised.get(name) != found.get(name))
        .map(|name| Difference {
            subject,
            name: name.to_string(),
            promised: promised.get(name).map(V::to_string),
            found: found.get(name).map(V::to_string),
        })
        .collect()
}
