//! The identity of a step: what its key is the digest of.

use serde::{Deserialize, Serialize};

use super::answer::Observation;
use super::error::StoreError;
use super::inputs::Inputs;
use super::key::Key;
use super::step::version_of;
use renas_base::digest::{Digest, canonical_json};
use renas_task::Task;
use renas_task::kind::Kind;
use renas_task::outcome::Outcome;

/// The step of a study: pure Rust, made of the records of other steps.
pub const STUDY: &str = "study";

/// All that a step's result depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct Identity {
    /// What is computed (`train`).
    pub step: String,
    /// The version of its meaning.
    pub version: u32,
    /// What it is computed from, data digests included.
    pub inputs: Inputs,
    /// What computes it, where a worker does; pure Rust gives the same result everywhere.
    pub worker: Option<WorkerIdentity>,
}

/// The part of a worker that results depend on by name. The machine is not part of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkerIdentity {
    /// The pinned settings (`portable`).
    pub numerics: String,
    /// The kind of device: `cpu` or `cuda`.
    pub device: String,
    /// Version of libtorch (`2.11.0`).
    pub libtorch: String,
}

impl WorkerIdentity {
    /// That of an experiment which no worker computes.
    pub fn none() -> Self {
        let none = || "none".to_owned();
        Self { numerics: none(), device: none(), libtorch: none() }
    }
}

impl Identity {
    /// The identity of a step that pure Rust computes.
    pub fn new(step: &str, version: u32, inputs: &(impl Serialize + ?Sized)) -> Result<Self, StoreError> {
        let not_storable = |source| StoreError::NotStorable { step: step.to_owned(), part: "inputs", source };
        let inputs = Inputs::of(inputs).map_err(not_storable)?;
        Ok(Self { step: step.to_owned(), version, inputs, worker: None })
    }

    /// The identity of a task that a worker does.
    pub fn of_task(task: &Task, worker: &WorkerIdentity) -> Result<Self, StoreError> {
        let plain = Self::new(task.kind().name(), version_of(task.kind()), task)?;
        Ok(Self { worker: Some(worker.clone()), ..plain })
    }

    /// The identity with the key that follows from it.
    pub fn address(self) -> Address {
        let key = Key(Digest::of(self.canonical().as_bytes()));
        Address { identity: self, key }
    }

    /// What was asked, whatever answers it: the digest of the identity without the worker.
    pub fn question(&self) -> Digest {
        Digest::of((self.asked() + "}").as_bytes())
    }

    /// Its canonical JSON, put together from that of its parts.
    pub(super) fn canonical(&self) -> String {
        let mut text = self.asked();
        if let Some(worker) = &self.worker {
            text.push_str(r#","worker":"#);
            text.push_str(&canonical_json(worker).expect("a worker's names are text"));
        }
        text.push('}');
        text
    }

    fn asked(&self) -> String {
        let Self { step, version, inputs, worker: _ } = self;
        let step = serde_json::to_string(step).expect("text is JSON");
        format!(r#"{{"inputs":{},"step":{step},"version":{version}"#, inputs.text())
    }
}

/// An identity together with the key that follows from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Address {
    identity: Identity,
    key: Key,
}

impl Address {
    /// The identity.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The SHA-256 of the identity's canonical JSON.
    pub fn key(&self) -> Key {
        self.key
    }
}

impl Identity {
    /// Whether what a worker answers is a measured time.
    pub fn is_observed_time(&self) -> bool {
        Kind::names_observation(&self.step) && self.worker.is_some()
    }
}

/// `Record::observed_digest` of a record's parts.
pub(crate) fn observed_digest(
    identity: &Identity,
    outcome: Option<&Outcome>,
    observation: Option<&Observation>,
) -> Result<Digest, StoreError> {
    let digest = match identity.is_observed_time() {
        true => Digest::of_value(&outcome),
        false => Digest::of_value(&Vec::from_iter(observation)),
    };
    let step = &identity.step;
    digest.map_err(|source| StoreError::NotStorable { step: step.to_owned(), part: "observation", source })
}
