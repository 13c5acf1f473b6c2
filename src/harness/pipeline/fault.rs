//! Whose fault an error is: what to do about it depends on that.

use crate::executor::ExecuteError;
use renas_data::error::DataError;

/// Why something did not end well.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// What was given cannot be worked with: a manifest, a data file, evidence.
    #[error(transparent)]
    Input(anyhow::Error),
    /// A run stopped: a worker, the disk, a study.
    #[error(transparent)]
    Run(anyhow::Error),
    /// It was cancelled; finished trials are kept.
    #[error("cancelled: finished trials are kept")]
    Cancelled,
}

impl Fault {
    /// Of an error of studies: cancelled, missing data, or a failure of the run.
    pub(super) fn of_studies(error: anyhow::Error) -> Self {
        let is_cancelled =
            error.chain().any(|cause| matches!(cause.downcast_ref::<ExecuteError>(), Some(ExecuteError::Cancelled)));
        let is_untrusted =
            |cause: &ExecuteError| matches!(cause, ExecuteError::Untrusted { .. } | ExecuteError::Stage { .. });
        let is_data = error
            .chain()
            .any(|cause| cause.is::<DataError>() || cause.downcast_ref::<ExecuteError>().is_some_and(is_untrusted));
        match (is_cancelled, is_data) {
            (true, _) => Self::Cancelled,
            (false, true) => Self::Input(error),
            (false, false) => Self::Run(error),
        }
    }
}

/// Says whose fault an error is.
pub trait Classify<T> {
    /// The input's.
    fn or_bad_input(self) -> Result<T, Fault>;
    /// The run's.
    fn or_run_failed(self) -> Result<T, Fault>;
}

impl<T, E: Into<anyhow::Error>> Classify<T> for Result<T, E> {
    fn or_bad_input(self) -> Result<T, Fault> {
        self.map_err(|error| Fault::Input(error.into()))
    }

    fn or_run_failed(self) -> Result<T, Fault> {
        self.map_err(|error| Fault::Run(error.into()))
    }
}
