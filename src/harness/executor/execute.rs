//! What a study's context needs of what computes trials.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use crate::event::Observer;
use crate::store::{Observation, WorkerIdentity};
use renas_base::digest::Digest;
use renas_task::Task;
use renas_task::answer::Misfit;
use renas_task::outcome::Outcome;

/// How often a trial is given to a worker before it is given up: once, and twice again when the worker dies.
pub const ATTEMPTS: usize = 3;

/// One trial to compute.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// Its name, for messages (`train 0f3a5c7d9e1b`).
    pub trial: &'a str,
    /// What to do.
    pub task: &'a Task,
    /// Paths of the objects that the task names, verified.
    pub objects: &'a BTreeMap<Digest, PathBuf>,
    /// An empty folder for tensor files, each `<name>.safetensors`.
    pub out: &'a std::path::Path,
}

/// A computed trial.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The result.
    pub outcome: Outcome,
    /// What was seen meanwhile.
    pub observation: Observation,
}

/// What computes trials.
pub trait Execute: Sync {
    /// How many trials are computed at a time.
    fn jobs(&self) -> usize;

    /// What the results depend on by name: part of every trial's key.
    fn identity(&self) -> &WorkerIdentity;

    /// Compute one trial; waits for a free worker. Called from several threads.
    fn execute(&self, job: Job, observer: &dyn Observer) -> Result<Answer, ExecuteError>;

    /// Whether the run was cancelled: nothing new is to be started.
    fn is_cancelled(&self) -> bool;
}

/// A trial could not be computed.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError {
    /// The worker's program does not start.
    #[error("cannot start the worker {program}: {why}; {remedy}", program = program.display())]
    Start {
        /// The program.
        program: PathBuf,
        /// What the operating system said.
        why: io::Error,
        /// What to do.
        remedy: &'static str,
    },
    /// A worker is not the one that was asked for.
    #[error(
        "the worker {program} says {what} `{said}`, and `{asked}` was asked for: build it anew with `make setup` and \
         `cargo build --release`",
        program = program.display()
    )]
    OtherWorker {
        /// The program.
        program: PathBuf,
        /// What differs: `numerics`, `device`, `libtorch` or `protocol`.
        what: &'static str,
        /// What it says of itself.
        said: String,
        /// What the keys of this run say.
        asked: String,
    },
    /// Two workers of one run compute differently.
    #[error("workers of this run are of two numeric classes ({first}.. and {second}..): use machines of one kind",
            first = first.short(12), second = second.short(12))]
    TwoClasses {
        /// Fingerprint of the first worker.
        first: Digest,
        /// Fingerprint of a later one.
        second: Digest,
    },
    /// Every worker that was given the trial died.
    #[error("{trial}: {ATTEMPTS} workers died on it; the last {how}{}", told(stderr_end))]
    Died {
        /// The trial.
        trial: String,
        /// How the last one ended (`was killed by signal 9 (SIGKILL)`).
        how: String,
        /// Its last lines on standard error.
        stderr_end: String,
    },
    /// The worker says that the trial cannot be done.
    #[error("{trial}: {message}")]
    Failed {
        /// The trial.
        trial: String,
        /// What the worker says.
        message: String,
    },
    /// The worker answered something that is no answer to the task.
    #[error(
        "{trial}: the worker's answer does not fit its task: {misfit}; nothing was stored: the worker is damaged or of \
         another version; build it anew (`make build`) and start the same command again"
    )]
    Misfit {
        /// The trial.
        trial: String,
        /// How it does not fit.
        misfit: Misfit,
    },
    /// Nobody allowed that commands are run.
    #[error(
        "{trial}: it runs the command `{argv}` of {manifest}, and nothing of the kind is run unless you say so: read the manifest and the files that it names, then add --trust-commands"
    )]
    Untrusted {
        /// The trial.
        trial: String,
        /// The command.
        argv: String,
        /// Where it is declared.
        manifest: String,
    },
    /// A command did not do what its manifest says.
    #[error("{trial}: the command `{argv}` {why}; nothing of it was stored{}", told(stderr_end))]
    Command {
        /// The trial.
        trial: String,
        /// The command.
        argv: String,
        /// What it did instead.
        why: String,
        /// Its last lines on standard error.
        stderr_end: String,
    },
    /// The folder of a command cannot be made.
    #[error("{trial}: cannot put {} into the folder of the command: {why}", path.display())]
    Stage {
        /// The trial.
        trial: String,
        /// What was to be there.
        path: PathBuf,
        /// Why it cannot be.
        why: String,
    },
    /// The folder for a worker's files cannot be prepared.
    #[error("cannot empty {path} for the next attempt: {why}", path = path.display())]
    Scratch {
        /// The folder.
        path: PathBuf,
        /// What the operating system said.
        why: io::Error,
    },
    /// The run was cancelled; what was finished before is in the store.
    #[error("interrupted; everything completed is kept: the same command goes on from here")]
    Cancelled,
}

/// The end of a worker's standard error, as they follow how it ended.
pub(super) fn told(stderr_end: &str) -> String {
    match stderr_end {
        "" => "; it said nothing on standard error".to_owned(),
        words => format!("; the end of its standard error:\n{words}"),
    }
}
