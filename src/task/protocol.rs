//! The JSON lines between the coordinator and a worker: one request at a time, one reply each.
//!
//! A worker says `Hello` on start, then answers every `Request` with a `Reply` of the same number, until its standard
//! input ends. Standard error is free text: its last lines become the worker's last words when it dies.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Task;
use super::outcome::Outcome;
use renas_base::digest::Digest;

/// The version of libtorch that workers are built against; part of every trial's key.
pub const LIBTORCH_VERSION: &str = "2.11.0";

/// A worker's first line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    /// Version of the worker's package.
    pub worker: String,
    /// Version of libtorch (`2.11.0`).
    pub libtorch: String,
    /// The pinned settings (`portable`, `avx2`, `native`, `cuda`).
    pub numerics: String,
    /// The kind of device: `cpu` or `cuda`.
    pub device: String,
    /// The numeric fingerprint: equal fingerprints are one numeric class.
    pub fingerprint: Digest,
    /// What libtorch says of itself and of the machine; for people.
    pub details: BTreeMap<String, String>,
}

/// One task for the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Chosen by the coordinator; the reply repeats it.
    pub number: u64,
    /// What to do.
    pub task: Task,
    /// Paths of the objects that the task names, by digest.
    pub objects: BTreeMap<Digest, PathBuf>,
    /// An existing, empty folder for the tensor files of the reply.
    pub out: PathBuf,
}

/// The answer to a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "snake_case", deny_unknown_fields)]
pub enum Reply {
    /// The task was done (a diverged network included).
    Done {
        /// The request's number.
        number: u64,
        /// The answer; every tensor object lies in the request's `out` folder under its name plus `.safetensors`.
        outcome: Outcome,
        /// Seconds that the task took: of the process's CPU time on a CPU; on a GPU, of which the host's time says nothing,
        /// of wall time between two synchronisations. Those of the process that measured for a `Latency` task.
        cpu_seconds: f64,
    },
    /// The task could not be done: bad data, an impossible network, a full disk. Retrying on the same machine is pointless.
    Failed {
        /// The request's number.
        number: u64,
        /// What was attempted, on what, and what to do.
        message: String,
    },
}
