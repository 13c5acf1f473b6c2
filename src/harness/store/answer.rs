//! What came of a step, apart from what it is: the part of a record that replays read.

use serde::Deserialize;

use super::error::StoreError;
use super::record::{Observation, Record, StepResult, canonical};

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

    /// The answer of a record as text: members of an object.
    pub(crate) fn text_of(record: &Record) -> Result<String, StoreError> {
        let step = &record.identity.step;
        let mut text = format!(r#""result":{}"#, canonical(step, "result", &record.result)?);
        if let Some(observation) = &record.observation {
            text.push_str(r#","observation":"#);
            text.push_str(&canonical(step, "observation", observation)?);
        }
        Ok(text)
    }
}

impl From<Record> for Answer {
    fn from(record: Record) -> Self {
        Self { result: record.result, observation: record.observation }
    }
}
