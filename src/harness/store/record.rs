//! A step's record: its identity (what the key is the digest of), its result, and what was observed while it ran.
//!
//! In a file the record is one line of JSON with its parts in canonical form and, last, the SHA-256 of all that stands
//! before, so that any altered byte shows:
//!
//! ```text
//! {"format":1,"identity":{..},"result":{..},"observation":{..},"digest":"<64 digits>"}
//! ```

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use super::answer::{Answer, Observation, StepResult};
use super::error::StoreError;
use super::identity::{Address, Identity, WorkerIdentity, observed_digest};
use super::inputs::Inputs;
pub use super::key::Key;
use renas_base::canonical::end_of_value;
use renas_base::digest::Digest;
use renas_task::outcome::Outcome;

/// The format of step records and of the store as a whole.
pub const FORMAT: u64 = 1;

/// A finished step.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// What its key is the digest of.
    pub identity: Identity,
    /// What came of it.
    pub result: StepResult,
    /// What was seen meanwhile; absent for what pure Rust computed, and in evidence that must repeat byte for byte.
    pub observation: Option<Observation>,
}

impl Record {
    /// The file's text; canonical, so that equal records are equal bytes.
    pub fn to_text(&self) -> Result<String, StoreError> {
        self.text(self.observation.as_ref())
    }

    /// The same without what was observed: the text repeats from run to run.
    pub fn to_unobserved_text(&self) -> Result<String, StoreError> {
        self.text(None)
    }

    /// Whether a line that was read as this record, with its digest, is what `to_text` gives; `answer` is the text of its answer.
    pub(crate) fn is_written_as(&self, line: &[u8], answer: &str) -> bool {
        let head = format!("{HEAD}{},{answer}{DIGEST}", self.identity.canonical());
        let rest = line.strip_prefix(head.as_bytes());
        rest.is_some_and(|rest| rest.len() == 64 + END.len() && !rest.iter().any(u8::is_ascii_uppercase))
    }

    fn text(&self, observation: Option<&Observation>) -> Result<String, StoreError> {
        let step = &self.identity.step;
        let answer = Answer::text_of(step, &self.result, observation)?;
        let mut text = format!("{HEAD}{},{answer}", self.identity.canonical());
        let digest = Digest::of(text.as_bytes());
        text.push_str(&format!("{DIGEST}{digest}{END}"));
        Ok(text)
    }

    /// The record that a file named `key` holds; the error says how the file is seen to be damaged.
    pub fn parse(bytes: &[u8], key: Key) -> Result<Self, String> {
        let (found, record) = Self::parse_line(bytes)?;
        if found != key {
            return Err(format!("it holds step {}, whose name is {found}", record.identity.step));
        }
        Ok(record)
    }

    /// The record of a line whose key is not known beforehand, and the key that its identity gives.
    pub fn parse_line(bytes: &[u8]) -> Result<(Key, Self), String> {
        let body = verified(bytes)?;
        if let Some(found) = Parts::of(body).and_then(Parts::record) {
            return Ok(found);
        }
        let parts: Tree = serde_json::from_str(&format!("{body}}}")).map_err(|e| format!("it does not parse: {e}"))?;
        if parts.format != FORMAT {
            return Err(format!("it says format {}, and this renas reads format {FORMAT}", parts.format));
        }
        let TreeIdentity { step, version, inputs, worker } = parts.identity;
        let plain = Identity::new(&step, version, &inputs).map_err(|e| e.to_string())?;
        let address = Identity { worker, ..plain }.address();
        // As `parse_known` has it: what one reader takes for intact, no other may call damaged.
        if !body.starts_with(&format!(r#"{{"format":{FORMAT},"identity":{},"#, address.identity().canonical())) {
            return Err("its identity is not as it was written".to_owned());
        }
        let (key, identity) = (address.key(), address.identity().clone());
        Ok((key, Self { identity, result: parts.result, observation: parts.observation }))
    }

    /// The key that a line's identity gives, where it is seen at once; the line is not verified.
    pub fn key_of_line(bytes: &[u8]) -> Option<Key> {
        let text = std::str::from_utf8(bytes).ok()?.strip_prefix(HEAD)?;
        let identity = &text[..end_of_value(text.as_bytes(), 0)?];
        Some(Key(Digest::of(identity.as_bytes())))
    }

    /// `parse` for a reader who knows the identity: it is compared as text, which is exact and several times faster.
    pub(super) fn parse_known(bytes: &[u8], address: &Address) -> Result<Self, String> {
        let body = verified(bytes)?;
        let rest = body
            .strip_prefix(HEAD)
            .and_then(|rest| rest.strip_prefix(address.identity().canonical().as_str()))
            .and_then(|rest| rest.strip_prefix(','))
            .ok_or("it holds another step, or another format, than its name says")?;
        let Answer { result, observation } = Answer::parse(rest)?;
        Ok(Self { identity: address.identity().clone(), result, observation })
    }

    /// The worker's answer; absent where the step was pure Rust.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.result.outcome()
    }

    /// The objects that the worker's answer names.
    pub fn objects(&self) -> impl Iterator<Item = &Digest> {
        self.outcome().into_iter().flat_map(|outcome| outcome.tensors.values())
    }

    /// Whether the worker's answer is a measured time: an observation, which never repeats.
    pub fn is_observed_time(&self) -> bool {
        self.identity.is_observed_time()
    }

    /// The digest of what was observed and never repeats: the answer where that is a measured time, else what was seen
    /// while it was computed. A study that used it knows by this whether it is still the same.
    pub fn observed_digest(&self) -> Result<Digest, StoreError> {
        observed_digest(&self.identity, self.outcome(), self.observation.as_ref())
    }

    /// The value of pure Rust; absent where a worker answered.
    pub fn value(&self) -> Option<&Value> {
        self.result.value()
    }

    /// Keys of the steps that a study used, where it is the record of one.
    pub(super) fn used(&self) -> Option<BTreeSet<Key>> {
        #[derive(Deserialize)]
        struct Used {
            used: BTreeSet<Key>,
        }
        self.value().and_then(|value| Used::deserialize(value).ok()).map(|study| study.used)
    }

    /// Seconds that a worker's device spent (`Observation::cpu_seconds`); 0 where none was observed.
    pub fn cpu_seconds(&self) -> f64 {
        self.observation.as_ref().map_or(0.0, |observation| observation.cpu_seconds)
    }
}

impl From<Record> for Answer {
    fn from(record: Record) -> Self {
        Self { result: record.result, observation: record.observation }
    }
}

/// What the text of a record begins with. (`FORMAT` is 1.)
const HEAD: &str = r#"{"format":1,"identity":"#;
const DIGEST: &str = r#","digest":""#;
const END: &str = "\"}\n";

/// A record that is not plainly in the form that it was written in, as serde reads it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tree {
    format: u64,
    identity: TreeIdentity,
    result: StepResult,
    observation: Option<Observation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TreeIdentity {
    step: String,
    version: u32,
    inputs: Value,
    worker: Option<WorkerIdentity>,
}

/// The texts of a record's parts.
struct Parts<'t> {
    identity: &'t str,
    inputs: &'t str,
    /// Step, version and worker, as the last members of an object.
    named: &'t str,
    /// Result and observation, likewise.
    answer: &'t str,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    step: String,
    version: u32,
    worker: Option<WorkerIdentity>,
}

impl<'t> Parts<'t> {
    /// The parts of a record whose identity is seen at once to be canonical.
    fn of(body: &'t str) -> Option<Self> {
        const INPUTS: &str = r#"{"inputs":"#;
        let text = body.strip_prefix(HEAD)?;
        let end = end_of_value(text.as_bytes(), 0)?;
        let (identity, answer) = (&text[..end], text[end..].strip_prefix(',')?);
        let rest = identity.strip_prefix(INPUTS)?;
        let end = end_of_value(rest.as_bytes(), 0)?;
        let named = rest[end..].strip_prefix(',')?;
        Some(Self { identity, inputs: &rest[..end], named, answer })
    }

    /// The record and its key; nothing where serde says what is wrong.
    fn record(self) -> Option<(Key, Record)> {
        let Named { step, version, worker } = serde_json::from_str(&format!("{{{}", self.named)).ok()?;
        let Answer { result, observation } = Answer::parse(self.answer).ok()?;
        let identity = Identity { step, version, inputs: Inputs::canonical(self.inputs), worker };
        Some((Key(Digest::of(self.identity.as_bytes())), Record { identity, result, observation }))
    }
}

/// The text before the digest, once the digest is seen to be its own.
pub(super) fn verified(bytes: &[u8]) -> Result<&str, String> {
    let text = std::str::from_utf8(bytes).map_err(|e| format!("it is not text: {e}"))?;
    let truncated = || "it does not end with its digest: it was cut off or altered".to_owned();
    let stated = text.strip_suffix(END).ok_or_else(truncated)?;
    let (head, stated) = stated.split_at_checked(stated.len().saturating_sub(64)).ok_or_else(truncated)?;
    let body = head.strip_suffix(DIGEST).ok_or_else(truncated)?;
    let stated: Digest = stated.parse().map_err(|_| truncated())?;
    let found = Digest::of(body.as_bytes());
    if found != stated {
        return Err(format!("its SHA-256 is {}.., and it states {}..", found.short(12), stated.short(12)));
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn record() -> Record {
        let worker = WorkerIdentity { numerics: "portable".into(), device: "cpu".into(), libtorch: "2.11.0".into() };
        let mut outcome = Outcome::default();
        outcome.scalars.insert("test.accuracy".into(), 0.1 + 0.2);
        outcome.tensors.insert("weights".into(), Digest::of(b"weights"));
        Record {
            identity: Identity {
                worker: Some(worker),
                ..Identity::new("train", 1, &json!({"seed": 7})).expect("it has canonical JSON")
            },
            result: StepResult::Outcome(outcome),
            observation: Some(Observation {
                cpu_seconds: 1.5,
                fingerprint: Digest::of(b"machine"),
                worker: "0.1.0".into(),
                surroundings: None,
                said: None,
            }),
        }
    }

    /// Keys name everything that was ever computed: this value may never change.
    #[test]
    fn the_key_of_an_identity_is_pinned() {
        let address = record().identity.address();
        assert_eq!(
            address.identity().canonical(),
            concat!(
                r#"{"inputs":{"seed":7},"step":"train","version":1,"#,
                r#""worker":{"device":"cpu","libtorch":"2.11.0","numerics":"portable"}}"#
            )
        );
        assert_eq!(address.key().to_string(), "10e76980b1e6f1b283c132917e548363eb4f9ef37b9e50b7543033a75ff9bd4f");
    }

    #[test]
    fn the_text_of_a_record_is_pinned_and_reads_back() {
        let text = record().to_text().expect("it can be stored");
        let (body, digest) = text.split_at(text.len() - 67);
        assert_eq!(body, PINNED);
        let before = PINNED.strip_suffix(DIGEST).expect("it ends with the name of the digest");
        assert_eq!(digest, format!("{}\"}}\n", Digest::of(before.as_bytes())));
        let address = record().identity.address();
        assert_eq!(Record::parse(text.as_bytes(), address.key()).expect("intact"), record());
        assert_eq!(Record::parse_known(text.as_bytes(), &address).expect("intact"), record());
    }

    const PINNED: &str = concat!(
        r#"{"format":1,"identity":{"inputs":{"seed":7},"step":"train","version":1,"#,
        r#""worker":{"device":"cpu","libtorch":"2.11.0","numerics":"portable"}},"#,
        r#""result":{"outcome":{"curves":{},"ending":{"how":"completed"},"#,
        r#""scalars":{"test.accuracy":0.30000000000000004},"#,
        r#""tensors":{"weights":"9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c"}}},"#,
        r#""observation":{"cpu_seconds":1.5,"#,
        r#""fingerprint":"bc020a35b7f9cb1382e7b534c68e3c531d849b119bf14f75ddead6cc45c3ccc1","worker":"0.1.0"},"#,
        r#""digest":""#
    );

    #[test]
    fn a_record_under_another_name_is_damaged() {
        let text = record().to_text().expect("it can be stored");
        let mut other = record().identity;
        other.version = 2;
        let other = other.address();
        assert!(Record::parse(text.as_bytes(), other.key()).is_err());
        assert!(Record::parse_known(text.as_bytes(), &other).is_err());
    }

    #[test]
    fn a_number_that_is_not_finite_is_refused_with_its_place() {
        let mut bad = record();
        bad.result = StepResult::Value(json!({"loss": f64::NAN}));
        let message = bad.to_text().expect_err("NaN has no JSON").to_string();
        assert!(message.contains("step train: the result") && message.contains(".value.loss"), "{message}");
    }
}
