//! What is kept of a record of evidence.

use std::sync::Arc;

use crate::store::{Answer, Observation, Record, StoreError, WorkerIdentity};
use renas_base::digest::Digest;
use renas_task::kind::Kind;

/// What is kept of a record: its answer as text, and digests in place of what was asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    step: Arc<str>,
    worker: Option<Arc<WorkerIdentity>>,
    question: Digest,
    outcome: Option<Digest>,
    answer: Box<str>,
}

impl Kept {
    /// Of a record; `step` and `worker` are its own, shared.
    pub(super) fn of(record: &Record, step: Arc<str>, worker: Option<Arc<WorkerIdentity>>) -> Result<Self, StoreError> {
        let not_storable = |source| StoreError::NotStorable { step: step.as_ref().to_owned(), part: "result", source };
        let outcome = record.outcome().map(Digest::of_value).transpose().map_err(not_storable)?;
        let answer = Answer::text_of(&step, &record.result, record.observation.as_ref())?.into();
        let question = record.identity.question();
        Ok(Self { step, worker, question, outcome, answer })
    }

    /// Its answer, as it is written.
    pub(super) fn text(&self) -> &str {
        &self.answer
    }

    /// The step (`train`).
    pub fn step(&self) -> &str {
        &self.step
    }

    /// What computed it, where a worker did.
    pub fn worker(&self) -> Option<&WorkerIdentity> {
        self.worker.as_deref()
    }

    /// What was asked, whatever answers it (`Identity::question`).
    pub fn question(&self) -> Digest {
        self.question
    }

    /// The digest of a worker's answer; absent where the step was pure Rust.
    pub fn outcome(&self) -> Option<Digest> {
        self.outcome
    }

    /// Whether a worker's answer is a measured time, which never repeats.
    pub fn is_observed_time(&self) -> bool {
        Kind::names_observation(&self.step) && self.worker.is_some()
    }

    /// What was seen while a worker computed it, where that was kept.
    pub fn observation(&self) -> Option<Observation> {
        self.answer().observation
    }

    /// What came of it.
    pub fn answer(&self) -> Answer {
        Answer::parse(&self.answer).expect("it was made of an answer")
    }
}
