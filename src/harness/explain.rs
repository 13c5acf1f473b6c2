//! Why two results differ: the first input that does, else the first epoch, the tensors, the scalars.
//!
//! Everything here is said of two sides, `A` and `B`, in the order in which the caller names them. Nothing is computed again.

mod claims; //  two findings.json: the verdicts that differ, and what they rest on
mod sets; //    two sets of records: what each lacks, and what both have with other answers
mod tensors; // two tensor objects: how far apart, in units of the last place

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;
use serde_json::Value;

use super::store::{Identity, Record, StepResult};
use renas_base::digest::Digest;
use renas_task::outcome::Outcome;

pub use claims::{Flip, Verdicts, verdicts};
pub use sets::{Conflict, Entry, Overlap, overlap};
pub use tensors::{Apart, tensors};

/// Something that two sides have in one place, and that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The place: `inputs.recipe.seed`, `train.loss, epoch 3`.
    pub place: String,
    /// What the first side has; `nothing` where it lacks it.
    pub a: String,
    /// What the second has.
    pub b: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} and {}", self.place, self.a, self.b)
    }
}

/// All that differs in what two steps are computed from, in the order of their canonical text.
pub fn inputs(a: &Identity, b: &Identity) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut compare = |place: &str, a: &str, b: &str| {
        if a != b {
            found.push(Difference { place: place.to_owned(), a: a.to_owned(), b: b.to_owned() });
        }
    };
    compare("step", &a.step, &b.step);
    compare("version of the step", &a.version.to_string(), &b.version.to_string());
    let worker = |identity: &Identity| {
        let worker = identity.worker.clone();
        worker.map_or([NOTHING; 3].map(str::to_owned), |worker| [worker.numerics, worker.device, worker.libtorch])
    };
    let (of_a, of_b) = (worker(a), worker(b));
    for (place, (a, b)) in ["numerics", "device", "libtorch"].into_iter().zip(of_a.iter().zip(&of_b)) {
        compare(place, a, b);
    }
    walk("inputs", Some(&tree(a)), Some(&tree(b)), &mut found);
    found
}

const NOTHING: &str = "nothing";

fn tree(identity: &Identity) -> Value {
    serde_json::from_str(identity.inputs.text()).expect("canonical JSON")
}

/// The leaves that differ below one place of two trees; a missing one is nothing.
fn walk(place: &str, a: Option<&Value>, b: Option<&Value>, found: &mut Vec<Difference>) {
    if a == b {
        return;
    }
    match (a, b) {
        (Some(Value::Object(left)), Some(Value::Object(right))) => {
            let keys: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
            keys.into_iter().for_each(|key| walk(&format!("{place}.{key}"), left.get(key), right.get(key), found));
        }
        (Some(Value::Array(left)), Some(Value::Array(right))) => {
            let longest = left.len().max(right.len());
            (0..longest).for_each(|at| walk(&format!("{place}[{at}]"), left.get(at), right.get(at), found));
        }
        _ => {
            let text = |side: Option<&Value>| side.map_or(NOTHING.to_owned(), shortened);
            found.push(Difference { place: place.to_owned(), a: text(a), b: text(b) });
        }
    }
}

/// A value as JSON, cut where it is long.
fn shortened(value: &Value) -> String {
    const MOST: usize = 60;
    let text = value.to_string();
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

/// What differs in what two workers answered to one question, from cause to consequence: the first epoch that differs, in every curve
/// that differs there; how they ended; tensors; scalars.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Answers {
    /// The first epoch, from 1, in which a curve differs.
    pub first_epoch: Option<usize>,
    /// The curves that differ there.
    pub curves: Vec<Difference>,
    /// The ending, where it differs.
    pub ending: Option<Difference>,
    /// The digests of tensors that differ.
    pub tensors: Vec<Difference>,
    /// The scalars that differ.
    pub scalars: Vec<Difference>,
}

impl Answers {
    /// Whether nothing differs.
    pub fn are_equal(&self) -> bool {
        *self == Self::default()
    }

    /// The first that differs, for a line.
    pub fn first(&self) -> Option<&Difference> {
        self.curves.first().or(self.ending.as_ref()).or(self.tensors.first()).or(self.scalars.first())
    }
}

/// Compare two answers to one question.
pub fn answers(a: &Outcome, b: &Outcome) -> Answers {
    let at = |outcome: &Outcome, name: &str, epoch: usize| outcome.curves.get(name)?.get(epoch).copied();
    let names: BTreeSet<&String> = a.curves.keys().chain(b.curves.keys()).collect();
    let epochs = a.curves.values().chain(b.curves.values()).map(Vec::len).max().unwrap_or(0);
    let differing = |epoch: usize| -> Vec<Difference> {
        let one = |name: &&String| {
            let (a, b) = (at(a, name, epoch), at(b, name, epoch));
            let place = format!("{name}, epoch {}", epoch + 1);
            (a.map(f64::to_bits) != b.map(f64::to_bits)).then(|| Difference { place, a: number(a), b: number(b) })
        };
        names.iter().filter_map(one).collect()
    };
    let first = (0..epochs).map(|epoch| (epoch + 1, differing(epoch))).find(|(_, found)| !found.is_empty());
    let (first_epoch, curves) = first.map_or((None, Vec::new()), |(epoch, found)| (Some(epoch), found));
    let ending = |outcome: &Outcome| outcome.ending.in_words();
    Answers {
        first_epoch,
        curves,
        ending: (a.ending != b.ending).then(|| Difference { place: "ending".to_owned(), a: ending(a), b: ending(b) }),
        tensors: by_name(&a.tensors, &b.tensors, |digest: &Digest| digest.to_string()),
        scalars: by_name(&a.scalars, &b.scalars, |value: &f64| number(Some(*value))),
    }
}

fn number(value: Option<f64>) -> String {
    value.map_or(NOTHING.to_owned(), |value| format!("{value}"))
}

fn by_name<T: PartialEq>(
    a: &BTreeMap<String, T>,
    b: &BTreeMap<String, T>,
    shown: impl Fn(&T) -> String,
) -> Vec<Difference> {
    let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    let text = |side: &BTreeMap<String, T>, name: &String| side.get(name).map_or(NOTHING.to_owned(), &shown);
    let differing = names.into_iter().filter(|name| a.get(*name) != b.get(*name));
    differing.map(|name| Difference { place: name.clone(), a: text(a, name), b: text(b, name) }).collect()
}

/// Why two records differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// They are the same, digest by digest.
    Same,
    /// They are computed from different things: the first that differs, and how many do.
    Inputs {
        /// The first.
        first: Difference,
        /// All of them.
        count: usize,
    },
    /// Of one question there are two answers: machines of two numeric classes, or what is not deterministic.
    Answers(Answers),
    /// Of one question there are two values that pure Rust computed, which no machine may do: where they differ first.
    Values(Difference),
}

/// Why two records differ; who computed them counts as an input only where nothing else differs and the answers are equal.
pub fn records(a: &Record, b: &Record) -> Reason {
    let differing = inputs(&a.identity, &b.identity);
    let is_same_question = a.identity.question() == b.identity.question();
    let by_inputs = || {
        differing.first().map_or(Reason::Same, |first| Reason::Inputs { first: first.clone(), count: differing.len() })
    };
    if !is_same_question {
        return by_inputs();
    }
    match (&a.result, &b.result) {
        (StepResult::Outcome(one), StepResult::Outcome(other)) => match answers(one, other) {
            equal if equal.are_equal() => by_inputs(),
            apart => Reason::Answers(apart),
        },
        (StepResult::Value(one), StepResult::Value(other)) => {
            let mut found = Vec::new();
            walk("value", Some(one), Some(other), &mut found);
            found.into_iter().next().map_or_else(by_inputs, Reason::Values)
        }
        (StepResult::Outcome(_), StepResult::Value(_)) | (StepResult::Value(_), StepResult::Outcome(_)) => {
            let kind = |result: &StepResult| match result {
                StepResult::Outcome(_) => "the answer of a worker".to_owned(),
                StepResult::Value(_) => "a value".to_owned(),
            };
            Reason::Values(Difference { place: "result".to_owned(), a: kind(&a.result), b: kind(&b.result) })
        }
    }
}

#[cfg(test)]
mod tests;
