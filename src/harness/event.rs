//! What happens during a run, told as it happens: the interface between execution and what shows progress.

use std::path::PathBuf;

/// Something that happened. Observers must not influence results.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A study begins.
    StudyStarted {
        /// Its id.
        study: String,
        /// Number of worker tasks that it is expected to ask for.
        trials: usize,
    },
    /// A study asked for a trial, and its outcome is there. A trial asked for again by the same study is not told.
    TrialFinished {
        /// The study that asked.
        study: String,
        /// The trial (`train 0f3a5c7d9e1b`).
        trial: String,
        /// Where its outcome came from.
        source: Source,
        /// Device seconds that it took when it was computed (`Observation::cpu_seconds`).
        cpu_seconds: f64,
    },
    /// Another process, or another study, computes a trial that this study needs, and nothing else is left to do.
    Waiting {
        /// The study that waits.
        study: String,
        /// The trial.
        trial: String,
    },
    /// A trial waits for other processes of renas on this machine: they take times, or it does.
    MachineBusy {
        /// The trial.
        trial: String,
    },
    /// A study ended.
    StudyFinished {
        /// Its id.
        study: String,
        /// Whether its result was in the store already.
        hit: bool,
    },
    /// A worker died during a trial.
    WorkerDied {
        /// The trial.
        trial: String,
        /// Which attempt at the trial this was, from 1.
        attempt: usize,
        /// After how many attempts the trial is given up.
        attempts: usize,
        /// How it ended (`was killed by signal 9 (SIGKILL)`).
        how: String,
        /// The last lines that it wrote to standard error; empty where it wrote none.
        stderr_end: String,
    },
    /// A damaged file was moved out of the way; what depends on it is computed again.
    SetAside {
        /// Where it was.
        path: PathBuf,
        /// Where it is now.
        to: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// What an unfinished run used so far was written where any machine can go on from it.
    Kept {
        /// The file.
        path: PathBuf,
        /// How many records it holds.
        records: usize,
    },
    /// That could not be done.
    NotKept {
        /// What was attempted, and why it failed.
        why: String,
    },
    /// Objects of a finished trial were missing or damaged and are computed again.
    Recomputed {
        /// The trial.
        trial: String,
    },
}

/// Where the outcome of a trial came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A worker computed it.
    Worker,
    /// It was in the store.
    Store,
    /// It was in the evidence of a report, or of a run that was cut off.
    Evidence,
}

/// An observer of what happens; called from several threads.
pub trait Observer: Sync {
    /// Told once per event, in the order in which each thread sees them.
    fn event(&self, event: &Event);
}

/// An observer who does not care.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn event(&self, _event: &Event) {}
}
