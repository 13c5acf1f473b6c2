//! What came of a step, apart from what it is: the part of a record that replays read.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::StoreError;
use super::step::without_null;
use renas_base::digest::{Digest, canonical_json};
use renas_task::outcome::Outcome;

/// What a step gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepResult {
    /// The answer of a worker; its tensors are objects.
    Outcome(Outcome),
    /// A value that pure Rust computed.
    Value(#[serde(deserialize_with = "without_null")] Value),
}

/// What was seen while a worker computed; another run sees something else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observation {
    /// Seconds that the task took on its device: of process CPU time on a CPU, of wall time between two synchronisations
    /// on a GPU.
    pub cpu_seconds: f64,
    /// The machine's numeric fingerprint.
    pub fingerprint: Digest,
    /// Version of the worker's package.
    pub worker: String,
    /// What else the machine did, where the answer is a measured time; absent too where an older renas took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surroundings: Option<Surroundings>,
    /// What a command said meanwhile; absent of everything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Said>,
}

/// The ends of what a command wrote while it ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// On standard output.
    pub stdout: String,
    /// On standard error.
    pub stderr: String,
}

/// What else a machine did while times were taken.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Surroundings {
    /// Wall seconds from giving the task to a worker to its answer.
    pub wall_seconds: f64,
    /// CPU seconds that all processes of the machine but the worker took meanwhile, the coordinator among them, in
    /// hundredths; absent where the system does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_cpu_seconds: Option<f64>,
    /// Whether the machine's lock was held, so that no other process of renas computed meanwhile.
    pub exclusive: bool,
}

impl StepResult {
    /// The worker's answer; absent where the step was pure Rust.
    pub fn outcome(&self) -> Option<&Outcome> {
        match self {
            Self::Outcome(outcome) => Some(outcome),
            Self::Value(_) => None,
        }
    }

    /// The value of pure Rust; absent where a worker answered.
    pub fn value(&self) -> Option<&Value> {
        match self {
            Self::Outcome(_) => None,
            Self::Value(value) => Some(value),
        }
    }
}

/// What came of a step.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// What it gave.
    pub result: StepResult,
    /// What was seen meanwhile; absent for what pure Rust computed, and in evidence that must repeat byte for byte.
    pub observation: Option<Observation>,
}

impl Answer {
    /// The answer of a text as `text_of` makes it.
    pub(crate) fn parse(members: &str) -> Result<Self, String> {
        serde_json::from_str(&format!("{{{members}}}")).map_err(|e| format!("it does not parse: {e}"))
    }

    /// An answer to a step as text: members of an object, each canonical.
    pub(crate) fn text_of(
        step: &str,
        result: &StepResult,
        observation: Option<&Observation>,
    ) -> Result<String, StoreError> {
        let mut text = format!(r#""result":{}"#, canonical(step, "result", result)?);
        if let Some(observation) = observation {
            text.push_str(r#","observation":"#);
            text.push_str(&canonical(step, "observation", observation)?);
        }
        Ok(text)
    }
}

fn canonical<T: Serialize>(step: &str, part: &'static str, value: &T) -> Result<String, StoreError> {
    canonical_json(value).map_err(|source| StoreError::NotStorable { step: step.to_owned(), part, source })
}
