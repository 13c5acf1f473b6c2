//! Exit codes, and which failure gets which.

use std::fmt;
use std::process::ExitCode;

use renas_harness::pipeline::Fault;

/// What becomes of an interrupted run.
pub(super) const KEPT: &str = "finished trials are kept: the same command goes on from there";

/// Why a command did not end well; its code is part of the interface.
#[derive(Debug)]
pub enum Failure {
    /// 1: a claim is not reproduced, and `--strict` was given.
    NotReproduced(usize),
    /// 2: what the user gave cannot be worked with: a manifest, a flag, a data file, an installation.
    BadInput(anyhow::Error),
    /// 3: a run stopped: a worker, the disk, a study.
    RunFailed(anyhow::Error),
    /// 4: verification found a difference; how many.
    Differs(usize),
    /// 130: Ctrl-C or a termination signal; and what becomes of the work so far.
    Interrupted(&'static str),
}

impl Failure {
    /// The exit code.
    pub fn code(&self) -> u8 {
        match self {
            Self::NotReproduced(_) => 1,
            Self::BadInput(_) => 2,
            Self::RunFailed(_) => 3,
            Self::Differs(_) => 4,
            Self::Interrupted(_) => 130,
        }
    }

    /// Say what happened on standard error and give the exit code.
    pub fn report(&self) -> ExitCode {
        errln!("renas: {self}");
        ExitCode::from(self.code())
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Input(error) => Self::BadInput(error),
            Fault::Run(error) => Self::RunFailed(error),
            Fault::Cancelled => Self::Interrupted(KEPT),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotReproduced(count) => write!(f, "{count} claims are not reproduced (asked to be strict about it)"),
            Self::BadInput(error) | Self::RunFailed(error) => f.write_str(&told_once(error)),
            Self::Differs(count) => write!(f, "verification found {count} differences, named above"),
            Self::Interrupted(so_far) => write!(f, "interrupted; {so_far}"),
        }
    }
}

/// An error with its causes, each said once: many of our messages hold their cause already.
fn told_once(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if text.is_empty() {
            text = cause;
        } else if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

/// Turns an error into a failure with a code.
pub trait Classify<T> {
    /// The error is the input's: exit code 2.
    fn or_bad_input(self) -> Result<T, Failure>;
    /// The error is the run's: exit code 3.
    fn or_run_failed(self) -> Result<T, Failure>;
}

impl<T, E: Into<anyhow::Error>> Classify<T> for Result<T, E> {
    fn or_bad_input(self) -> Result<T, Failure> {
        self.map_err(|error| Failure::BadInput(error.into()))
    }

    fn or_run_failed(self) -> Result<T, Failure> {
        self.map_err(|error| Failure::RunFailed(error.into()))
    }
}
