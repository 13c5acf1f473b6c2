//! Two sets of records, of stores or of evidence: what each lacks, and what both have with other answers.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::store::{Key, WorkerIdentity};
use renas_base::digest::Digest;

/// A record, as far as two sets are compared by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What was asked, whatever answers it.
    pub question: Digest,
    /// The digest of what was answered, measured times apart.
    pub answer: Option<Digest>,
    /// Who answered.
    pub worker: Option<WorkerIdentity>,
    /// The numeric fingerprint of the machine that answered, where it was kept.
    pub fingerprint: Option<Digest>,
}

/// A question that both sides answer differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// The key on the first side.
    pub a: Key,
    /// The key on the second.
    pub b: Key,
    /// Whether that was to be expected, since the machines are of different numeric classes; not known where a fingerprint was not kept.
    pub is_expected: Option<bool>,
}

/// What two sets share.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Overlap {
    /// Questions that only the first side answers.
    pub only_a: usize,
    /// Questions that only the second answers.
    pub only_b: usize,
    /// Questions that both answer alike.
    pub equal: usize,
    /// Questions that both answer differently, in the order of the first side's keys.
    pub conflicts: Vec<Conflict>,
}

/// Compare two sets of records question by question. What has no answer that repeats (a measured time) is left out.
pub fn overlap(a: &BTreeMap<Key, Entry>, b: &BTreeMap<Key, Entry>) -> Overlap {
    let by_question = |side: &BTreeMap<Key, Entry>| -> BTreeMap<Digest, (Key, Entry)> {
        let answered = side.iter().filter(|(_, entry)| entry.answer.is_some());
        answered.map(|(key, entry)| (entry.question, (*key, entry.clone()))).collect()
    };
    let (a, b) = (by_question(a), by_question(b));
    let mut overlap = Overlap {
        only_a: a.keys().filter(|question| !b.contains_key(question)).count(),
        only_b: b.keys().filter(|question| !a.contains_key(question)).count(),
        ..Overlap::default()
    };
    for (question, (key, entry)) in &a {
        let Some((other_key, other)) = b.get(question) else { continue };
        if entry.answer == other.answer {
            overlap.equal += 1;
            continue;
        }
        let is_expected = match (entry.fingerprint, other.fingerprint) {
            _ if entry.worker != other.worker => Some(true),
            (Some(one), Some(other)) => Some(one != other),
            _ => None,
        };
        overlap.conflicts.push(Conflict { a: *key, b: *other_key, is_expected });
    }
    overlap.conflicts.sort_by_key(|conflict| conflict.a);
    overlap
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(question: &str, answer: &str, numerics: &str) -> (Key, Entry) {
        let worker =
            WorkerIdentity { numerics: numerics.to_owned(), device: "cpu".to_owned(), libtorch: "2.11.0".to_owned() };
        let key = Key(Digest::of(format!("{question} {numerics}").as_bytes()));
        let [question, answer] = [question, answer].map(|text| Digest::of(text.as_bytes()));
        (key, Entry { question, answer: Some(answer), worker: Some(worker), fingerprint: None })
    }

    #[test]
    fn other_answers_are_expected_of_two_numeric_classes_and_never_of_one() {
        let a = [entry("one", "x", "avx2"), entry("two", "x", "avx2"), entry("three", "x", "avx2")];
        let b = [entry("one", "x", "portable"), entry("two", "y", "portable"), entry("four", "x", "portable")];
        let found = overlap(&a.clone().into(), &b.into());
        assert_eq!((found.only_a, found.only_b, found.equal), (1, 1, 1));
        assert_eq!(
            found.conflicts,
            [Conflict { a: a[1].0, b: entry("two", "", "portable").0, is_expected: Some(true) }]
        );
        let same = overlap(&a.into(), &[entry("two", "z", "avx2")].into());
        assert_eq!(same.conflicts[0].is_expected, None, "no fingerprint was kept");
        let seen = |(key, entry): (Key, Entry), machine: &str| {
            (key, Entry { fingerprint: Some(Digest::of(machine.as_bytes())), ..entry })
        };
        let class = |machine: &str| {
            let of_a = [seen(entry("two", "x", "avx2"), "one machine")];
            let of_b = [seen(entry("two", "z", "avx2"), machine)];
            overlap(&of_a.into(), &of_b.into()).conflicts[0].is_expected
        };
        assert_eq!([class("one machine"), class("another")], [Some(false), Some(true)]);
    }
}
