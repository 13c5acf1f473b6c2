//! How far the trials of two machines agree: bit, number by number, or only in the verdicts.
//!
//! Machines of one numeric class must agree bit for bit. Others agree when every promised scalar lies within the
//! manifest's tolerance; where it does not, searches may still reach the same verdicts, which the caller judges. Measured
//! times agree with nothing, and are left out.

use std::collections::BTreeMap;
use std::fmt;

use super::lockfile::Lock;
use super::store::{Evidence, Identity, Record, Store, StoreError, WorkerIdentity};
use renas_base::digest::Digest;
use renas_task::outcome::Outcome;

/// How far results agree, from weakest to strongest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The verdicts agree.
    Claim,
    /// Every scalar lies within the tolerances.
    Numeric,
    /// Every digest is equal.
    Bit,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Claim => "claim",
            Self::Numeric => "numeric",
            Self::Bit => "bit",
        })
    }
}

/// Who computed trials: machines of one class, doing what one name says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Class {
    /// Numerics name, device kind, libtorch version.
    pub worker: WorkerIdentity,
    /// The numeric fingerprint.
    pub fingerprint: Digest,
}

/// The promised trials against those that one class computed.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreement {
    /// Who computed.
    pub class: Class,
    /// The level that the classes allow.
    pub expected: Level,
    /// Promised trials that this class computed too.
    pub compared: usize,
    /// Of these, equal in every digest.
    pub equal: usize,
    /// Of the others, those outside the tolerances: which trial, and how.
    pub outside: Vec<String>,
    /// Of the unequal ones, those within the tolerances: which trial, and how.
    pub unequal: Vec<String>,
}

impl Agreement {
    /// The level that the trials alone reach; nothing where only the verdicts can still agree.
    pub fn reached(&self) -> Option<Level> {
        match (self.equal == self.compared, self.outside.is_empty()) {
            (true, _) => Some(Level::Bit),
            (false, true) => Some(Level::Numeric),
            (false, false) => None,
        }
    }
}

/// Compare the promised trials with all of the same in `store`, class by class.
///
/// `tolerances`: largest absolute difference by the name of the scalar; a scalar without one is not compared.
pub fn compare(
    promised: &Evidence,
    lock: &Lock,
    store: &Store,
    tolerances: &BTreeMap<String, f64>,
) -> Result<Vec<Agreement>, StoreError> {
    let mut wanted: BTreeMap<Digest, &Outcome> = BTreeMap::new();
    for record in promised.records().values().filter(|record| !record.is_observed_time()) {
        if let Some(outcome) = record.outcome() {
            wanted.insert(question(record)?, outcome);
        }
    }
    let mut agreements: BTreeMap<Class, Agreement> = BTreeMap::new();
    for key in store.keys() {
        // What is damaged is named by `Store::verify_all`.
        let Ok(record) = store.record(key) else { continue };
        let (Some(outcome), Some(worker), Some(observation)) =
            (record.outcome(), &record.identity.worker, &record.observation)
        else {
            continue;
        };
        let Some(expected) = wanted.get(&question(&record)?) else { continue };
        let class = Class { worker: worker.clone(), fingerprint: observation.fingerprint };
        let is_same = lock.worker == class.worker && lock.fingerprints.contains(&class.fingerprint);
        let agreement = agreements.entry(class.clone()).or_insert_with(|| Agreement {
            class,
            expected: if is_same { Level::Bit } else { Level::Numeric },
            compared: 0,
            equal: 0,
            outside: Vec::new(),
            unequal: Vec::new(),
        });
        agreement.compared += 1;
        let name = format!("{} {}", record.identity.step, key.0.short(12));
        match difference(expected, outcome, tolerances) {
            None => agreement.equal += 1,
            Some(Apart::Within(how)) => agreement.unequal.push(format!("{name}: {how}")),
            Some(Apart::Outside(how)) => agreement.outside.push(format!("{name}: {how}")),
        }
    }
    Ok(agreements.into_values().collect())
}

/// What was asked, whatever answers it: a trial's identity without the worker.
fn question(record: &Record) -> Result<Digest, StoreError> {
    let identity = Identity { worker: None, ..record.identity.clone() };
    Ok(identity.address()?.key().0)
}

enum Apart {
    Within(String),
    Outside(String),
}

/// How two outcomes of one question differ; nothing where every digest is equal.
fn difference(promised: &Outcome, found: &Outcome, tolerances: &BTreeMap<String, f64>) -> Option<Apart> {
    if promised == found {
        return None;
    }
    if promised.ending != found.ending {
        return Some(Apart::Outside(format!("ended as {:?} instead of {:?}", found.ending, promised.ending)));
    }
    let mut largest: Option<(f64, String)> = None;
    for (name, tolerance) in tolerances {
        let (Some(a), Some(b)) = (promised.scalars.get(name), found.scalars.get(name)) else { continue };
        let apart = (a - b).abs();
        if apart > *tolerance {
            return Some(Apart::Outside(format!("{name} is {b} instead of {a}, more than {tolerance} apart")));
        }
        if apart > 0.0 && largest.as_ref().is_none_or(|(most, _)| apart / tolerance > *most) {
            largest = Some((apart / tolerance, format!("{name} is {b} instead of {a}")));
        }
    }
    let how = largest.map_or_else(|| "tensors or curves differ in bits".to_owned(), |(_, how)| how);
    Some(Apart::Within(how))
}

#[cfg(test)]
mod tests {
    use super::*;
    use renas_task::outcome::Ending;

    fn outcome(accuracy: f64) -> Outcome {
        Outcome { scalars: [("accuracy".to_owned(), accuracy)].into(), ..Outcome::default() }
    }

    #[test]
    fn outcomes_are_equal_within_or_outside_the_tolerance() {
        let tolerances = BTreeMap::from([("accuracy".to_owned(), 0.01)]);
        assert!(difference(&outcome(0.9), &outcome(0.9), &tolerances).is_none());
        assert!(matches!(difference(&outcome(0.9), &outcome(0.905), &tolerances), Some(Apart::Within(_))));
        let Some(Apart::Outside(how)) = difference(&outcome(0.9), &outcome(0.8), &tolerances) else {
            panic!("0.1 is more than 0.01")
        };
        assert_eq!(how, "accuracy is 0.8 instead of 0.9, more than 0.01 apart");
        let diverged = Outcome { ending: Ending::Diverged { step: 3 }, ..outcome(0.9) };
        assert!(matches!(difference(&outcome(0.9), &diverged, &tolerances), Some(Apart::Outside(_))));
    }

    #[test]
    fn a_tensor_of_other_bits_alone_is_within_every_tolerance() {
        let mut other = outcome(0.9);
        other.tensors.insert("weights".to_owned(), Digest::of(b"other"));
        let Some(Apart::Within(how)) = difference(&outcome(0.9), &other, &BTreeMap::new()) else {
            panic!("no scalar differs")
        };
        assert_eq!(how, "tensors or curves differ in bits");
    }
}
