//! How far the trials of two machines agree: bit, number by number, or only in the verdicts.
//!
//! Machines of one numeric class must agree bit for bit. Others agree when every promised scalar lies within the
//! manifest's tolerance; where it does not, searches may still reach the same verdicts, which the caller judges. Measured
//! times agree with nothing, and are left out.

use std::collections::BTreeMap;
use std::fmt;

use super::evidence::{Evidence, Kept};
use super::lockfile::Lock;
use super::store::{Key, Record, Store, WorkerIdentity};
use renas_base::digest::Digest;
use renas_base::parallel;
use renas_task::kind::Kind;
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

/// A trial of a store, as far as every record of it has to be read to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trial {
    /// Its key.
    pub key: Key,
    /// What was asked (`Identity::question`).
    pub question: Digest,
    /// The digest of its outcome.
    pub outcome: Digest,
}

/// The trials of a store by who computed them, each class in the order of its keys: a store is read once, and its trials are
/// compared with those of any number of experiments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trials(BTreeMap<Class, Vec<Trial>>);

impl Trials {
    /// The trials of a store; what is damaged is left out, and named by `Store::verify_all`.
    pub fn of(store: &Store) -> Self {
        let known = |key: &Key| trial_of(*key, &store.record(*key).ok()?);
        let mut trials = Self::default();
        for (class, trial) in parallel::map(&store.keys(), parallel::cores(), known).into_iter().flatten() {
            trials.0.entry(class).or_default().push(trial);
        }
        trials
    }
}

/// The trial that a record is of, and who computed it; nothing where it is of no trial.
fn trial_of(key: Key, record: &Record) -> Option<(Class, Trial)> {
    let (outcome, worker) = (record.outcome()?, record.identity.worker.as_ref()?);
    let class = Class { worker: worker.clone(), fingerprint: record.observation.as_ref()?.fingerprint };
    let (question, outcome) = (record.identity.question(), Digest::of_value(outcome).ok()?);
    Some((class, Trial { key, question, outcome }))
}

/// Compare the promised trials with all of the same in `store`, whose `trials` are these, class by class.
///
/// `tolerances`: largest absolute difference by the name of the scalar; a scalar without one is not compared.
pub fn compare(
    promised: &Evidence,
    lock: &Lock,
    (store, trials): (&Store, &Trials),
    tolerances: &BTreeMap<String, f64>,
) -> Vec<Agreement> {
    let repeats = promised.kept().values().filter(|kept| !kept.is_observed_time());
    let wanted: BTreeMap<Digest, &Kept> =
        repeats.filter(|kept| kept.outcome().is_some()).map(|kept| (kept.question(), kept)).collect();
    let mut agreements = Vec::new();
    for (class, trials) in &trials.0 {
        // What a command computes has the bits of its machine, whichever that is: its manifest says how far they may differ.
        let is_command = class.worker == WorkerIdentity::none();
        let is_same = !is_command && lock.worker == class.worker && lock.fingerprints.contains(&class.fingerprint);
        let mut agreement = Agreement {
            class: class.clone(),
            expected: if is_same { Level::Bit } else { Level::Numeric },
            compared: 0,
            equal: 0,
            outside: Vec::new(),
            unequal: Vec::new(),
        };
        for trial in trials {
            let Some(expected) = wanted.get(&trial.question) else { continue };
            agreement.compared += 1;
            if expected.outcome() == Some(trial.outcome) {
                agreement.equal += 1;
                continue;
            }
            // Only now is it looked into. What was damaged meanwhile is none of its class.
            let (Ok(found), promised) = (store.record(trial.key), expected.answer().result) else {
                agreement.compared -= 1;
                continue;
            };
            let (Some(found), Some(promised)) = (found.outcome(), promised.outcome()) else { continue };
            let name = format!("{} {}", expected.step(), trial.key.0.short(12));
            let compared = match expected.step() == Kind::Command.name() {
                true => difference_of_rows(promised, found, tolerances),
                false => difference(promised, found, tolerances),
            };
            match compared {
                None => agreement.equal += 1,
                Some(Apart::Within(how)) => agreement.unequal.push(format!("{name}: {how}")),
                Some(Apart::Outside(how)) => agreement.outside.push(format!("{name}: {how}")),
            }
        }
        if agreement.compared > 0 {
            agreements.push(agreement);
        }
    }
    agreements
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

/// How the rows of two runs of one command differ, column by column; a column without a tolerance must be equal.
fn difference_of_rows(promised: &Outcome, found: &Outcome, tolerances: &BTreeMap<String, f64>) -> Option<Apart> {
    let mut within = None;
    for (name, promised) in &promised.curves {
        let found = found.curves.get(name).map_or(&[][..], Vec::as_slice);
        if found.len() != promised.len() {
            return Some(Apart::Outside(format!("{} rows instead of {}", found.len(), promised.len())));
        }
        let tolerance = tolerances.get(name).copied().unwrap_or(0.0);
        let apart = |(row, (one, other)): (usize, (&f64, &f64))| ((one - other).abs(), row, *one, *other);
        let most = promised.iter().zip(found).enumerate().map(apart).max_by(|one, other| one.0.total_cmp(&other.0));
        let Some((apart, row, one, other)) = most.filter(|(apart, ..)| *apart > 0.0) else { continue };
        let how = format!("{name} of row {} is {other} instead of {one}", row + 1);
        if apart > tolerance {
            return Some(Apart::Outside(format!("{how}, more than {tolerance} apart")));
        }
        within.get_or_insert(how);
    }
    within.map(Apart::Within)
}

#[cfg(test)]
mod tests {
    use super::*;
    use renas_task::outcome::Ending;

    #[test]
    fn rows_of_commands_are_compared_column_by_column() {
        let rows = |test: &[f64], step: &[f64]| Outcome {
            curves: [("test".to_owned(), test.to_vec()), ("step".to_owned(), step.to_vec())].into(),
            ..Outcome::default()
        };
        let tolerances = BTreeMap::from([("test".to_owned(), 0.01)]);
        let (steps, promised) = ([0.0, 1.0], rows(&[0.5, 0.6], &[0.0, 1.0]));
        assert!(difference_of_rows(&promised, &promised.clone(), &tolerances).is_none());
        let within = difference_of_rows(&promised, &rows(&[0.5, 0.605], &steps), &tolerances);
        assert!(matches!(within, Some(Apart::Within(how)) if how == "test of row 2 is 0.605 instead of 0.6"));
        for other in [rows(&[0.5, 0.7], &steps), rows(&[0.5, 0.6], &[0.0, 1.5]), rows(&[0.5], &[0.0])] {
            assert!(matches!(difference_of_rows(&promised, &other, &tolerances), Some(Apart::Outside(_))));
        }
    }

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
