//! Which promised trials are computed again in an empty store, and in which order.
//!
//! A trial that reads weights cannot run before the trial that made them: a sample is completed by all that it reads from.

use std::collections::{BTreeMap, BTreeSet};

use super::evidence::Evidence;
use super::store::{Key, StoreError};
use renas_base::digest::Digest;
use renas_task::Task;

/// Which trials are computed again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// All that a machine can repeat (measured times are none).
    All,
    /// So many of them, evenly over the keys, which are in random order: the same trials for every caller.
    Sample(usize),
    /// The one whose key begins with these digits.
    Trial(String),
}

/// Trials to compute again.
#[derive(Clone, Debug, PartialEq)]
pub struct Rerun {
    /// How many were drawn.
    pub drawn: usize,
    /// Drawn trials and those whose tensors they read; a wave reads only what the waves before it made.
    pub waves: Vec<Vec<Task>>,
}

/// The trials of evidence cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum RerunError {
    /// A record cannot be read.
    #[error(transparent)]
    Record(#[from] StoreError),
    /// A task does not parse.
    #[error(transparent)]
    Task(#[from] serde_json::Error),
    /// There is no such trial.
    #[error(
        "no trial of this report that can be repeated has a key that begins with `{0}` (`--only`, `--profile` name another report)"
    )]
    NoTrial(String),
}

impl Rerun {
    /// Trials of the evidence.
    pub fn of(evidence: &Evidence, which: &Which) -> Result<Self, RerunError> {
        let mut tasks: Vec<Task> = Vec::new();
        let mut keys: Vec<Key> = Vec::new();
        let mut made: BTreeMap<Digest, usize> = BTreeMap::new();
        for record in evidence.records() {
            let (key, record) = record?;
            let Some(outcome) = record.outcome().filter(|_| !record.is_observed_time()) else { continue };
            outcome.tensors.values().for_each(|digest| {
                made.entry(*digest).or_insert(tasks.len());
            });
            tasks.push(record.identity.inputs.read()?);
            keys.push(key);
        }
        let all = tasks.len();
        let mut open: Vec<usize> = match which {
            Which::All => (0..all).collect(),
            Which::Sample(count) => (0..*count.min(&all)).map(|index| index * all / count.min(&all)).collect(),
            Which::Trial(digits) => {
                let place = keys.iter().position(|key| key.0.to_string().starts_with(digits.as_str()));
                vec![place.ok_or_else(|| RerunError::NoTrial(digits.clone()))?]
            }
        };
        let drawn = open.len();
        let reads = |trial: usize| tasks[trial].objects().into_iter().filter_map(|digest| made.get(&digest).copied());
        let mut chosen: BTreeSet<usize> = BTreeSet::new();
        while let Some(trial) = open.pop() {
            if chosen.insert(trial) {
                open.extend(reads(trial));
            }
        }
        let mut waves = Vec::new();
        let mut done: BTreeSet<usize> = BTreeSet::new();
        while done.len() < chosen.len() {
            let is_ready = |trial: &&usize| !done.contains(*trial) && reads(**trial).all(|read| done.contains(&read));
            let wave: Vec<usize> = chosen.iter().filter(is_ready).copied().collect();
            // Keys hold the digests of what is read, so that no trial can read from itself.
            assert!(!wave.is_empty(), "trials that read from each other");
            done.extend(&wave);
            waves.push(wave.into_iter().map(|trial| tasks[trial].clone()).collect());
        }
        Ok(Self { drawn, waves })
    }

    /// Trials in all waves.
    pub fn len(&self) -> usize {
        self.waves.iter().map(Vec::len).sum()
    }

    /// Whether there is nothing to compute.
    pub fn is_empty(&self) -> bool {
        self.waves.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use serde_json::Value;

    use super::*;
    use crate::store::{Identity, Record, StepResult};
    use renas_base::seed::Seed;
    use renas_data::split::{DataChoice, SplitChoice};
    use renas_network::spec::{Activation, NetworkSpec};
    use renas_task::outcome::Outcome;
    use renas_task::{Evaluate, Probe, Split};

    /// A trial that reads one object and makes another, as a record.
    fn trial(reads: &str, makes: &str) -> Record {
        let split = SplitChoice { test: None, validation: 5, train: None, seed: Seed::from_number(1) };
        let task = Task::Evaluate(Evaluate {
            network: NetworkSpec::perceptron(&[2], &[3], Activation::Relu, 2),
            data: DataChoice { name: "digits".to_owned(), digest: Digest::of(b"samples"), split },
            weights: Digest::of(reads.as_bytes()),
            probes: vec![Probe::Score { split: Split::Validation }],
        });
        let outcome =
            Outcome { tensors: [("weights".to_owned(), Digest::of(makes.as_bytes()))].into(), ..Outcome::default() };
        let identity = Identity::new("evaluate", 1, &task).expect("a task is JSON");
        Record { identity, result: StepResult::Outcome(outcome), observation: None }
    }

    fn evidence() -> Evidence {
        // c reads what b makes, b what a makes; d reads what nobody here made.
        let records = [trial("none", "a"), trial("a", "b"), trial("b", "c"), trial("elsewhere", "d")];
        let keyed = records.into_iter().map(|record| {
            let key = record.identity.clone().address().key();
            (key, Arc::new(record))
        });
        Evidence::new(Path::new("e"), keyed).expect("no two differ")
    }

    fn read_by(task: &Task) -> Value {
        serde_json::to_value(task).expect("a task is JSON")["weights"].clone()
    }

    #[test]
    fn a_trial_comes_after_what_it_reads_from() {
        let rerun = Rerun::of(&evidence(), &Which::All).expect("own tasks");
        assert_eq!((rerun.drawn, rerun.len(), rerun.is_empty()), (4, 4, false));
        let waves: Vec<Vec<Value>> = rerun.waves.iter().map(|wave| wave.iter().map(read_by).collect()).collect();
        let digest = |text: &str| Value::String(Digest::of(text.as_bytes()).to_string());
        assert_eq!(waves.len(), 3);
        assert!(waves[0].len() == 2 && waves[0].contains(&digest("none")) && waves[0].contains(&digest("elsewhere")));
        assert_eq!(waves[1..], [vec![digest("a")], vec![digest("b")]]);
    }

    #[test]
    fn a_sample_is_completed_by_what_it_reads_from() {
        let all = Rerun::of(&evidence(), &Which::All).expect("own tasks");
        for sample in 0..=5 {
            let rerun = Rerun::of(&evidence(), &Which::Sample(sample)).expect("own tasks");
            assert_eq!(rerun.drawn, sample.min(4));
            assert!(rerun.len() >= rerun.drawn && rerun.len() <= all.len());
            // What is read and made within the evidence is made in an earlier wave.
            let makers =
                [("a", "none"), ("b", "a")].map(|(made, read)| [made, read].map(|text| Digest::of(text.as_bytes())));
            for (place, wave) in rerun.waves.iter().enumerate() {
                let earlier: Vec<Digest> = rerun.waves[..place].iter().flatten().flat_map(Task::objects).collect();
                for object in wave.iter().flat_map(Task::objects) {
                    let maker = makers.iter().find(|[made, _]| *made == object);
                    assert!(maker.is_none_or(|[_, read]| earlier.contains(read)), "sample {sample}, wave {place}");
                }
            }
        }
    }

    #[test]
    fn a_trial_that_is_named_is_computed_after_what_it_reads_from() {
        let evidence = evidence();
        let last = evidence
            .records()
            .map(|one| one.expect("sound"))
            .find(|(_, record)| record.outcome().is_some_and(|outcome| outcome.tensors["weights"] == Digest::of(b"c")));
        let (key, _) = last.expect("c is made");
        let rerun = Rerun::of(&evidence, &Which::Trial(key.0.short(12))).expect("it is there");
        assert_eq!((rerun.drawn, rerun.waves.iter().map(Vec::len).collect::<Vec<_>>()), (1, vec![1, 1, 1]));
        let unknown = Rerun::of(&evidence, &Which::Trial("no digits".to_owned())).expect_err("no key");
        assert!(unknown.to_string().contains("begins with `no digits`"), "{unknown}");
    }
}
