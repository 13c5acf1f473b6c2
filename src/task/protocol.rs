//! The JSON lines between the coordinator and a worker: one request at a time, one reply each.
//!
//! A worker says `Hello` on start, then answers every `Request` with a `Reply` of the same number, until its standard
//! input ends. While it works on a request it says every `ALIVE_EVERY` that it lives, so that a long training can be told
//! from a process that stopped. Standard error is free text: its last lines are shown when it dies.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Task;
use super::outcome::Outcome;
use renas_base::digest::Digest;

/// The version of libtorch that workers are built against; part of every trial's key.
pub const LIBTORCH_VERSION: &str = "2.11.0";

/// The version of this protocol: 2 since workers say that they are alive.
pub const PROTOCOL: u32 = 2;

/// How often a worker with a request says that it is alive.
pub const ALIVE_EVERY: Duration = Duration::from_secs(10);

/// The protocol of workers whose hello names none.
fn first_protocol() -> u32 {
    1
}

/// A worker's first line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    /// The version of the protocol that it speaks.
    #[serde(default = "first_protocol")]
    pub protocol: u32,
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
    /// It is being worked on: no answer yet, another line follows.
    Alive {
        /// The request's number.
        number: u64,
    },
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

impl Reply {
    /// The number of the request that it is about.
    pub fn number(&self) -> u64 {
        match self {
            Self::Alive { number } | Self::Done { number, .. } | Self::Failed { number, .. } => *number,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Workers of other versions are refused by what they say, so it must be readable.
    #[test]
    fn a_hello_that_names_no_protocol_is_of_the_first_one() {
        let fingerprint = Digest::of(b"one");
        let old = format!(
            r#"{{"worker":"0.1.0","libtorch":"2.11.0","numerics":"portable","device":"cpu","fingerprint":"{fingerprint}","details":{{}}}}"#
        );
        let hello: Hello = serde_json::from_str(&old).expect("a hello");
        assert_eq!(hello.protocol, 1);
        let text = serde_json::to_string(&Hello { protocol: PROTOCOL, ..hello }).expect("JSON");
        assert!(text.starts_with(r#"{"protocol":2,"worker":"#), "{text}");
        let alive = serde_json::to_string(&Reply::Alive { number: 7 }).expect("JSON");
        assert_eq!(alive, r#"{"reply":"alive","number":7}"#);
    }
}
