//! What a task answers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use renas_base::digest::Digest;

/// The answer to a task: small numbers inline, tensors as objects.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// How the task ended.
    pub ending: Ending,
    /// Single numbers by name (`validation.accuracy`); all finite.
    pub scalars: BTreeMap<String, f64>,
    /// Numbers per epoch by name (`train.loss`); all finite.
    pub curves: BTreeMap<String, Vec<f64>>,
    /// Tensor objects (safetensors) by name (`weights`, `class_means.test`).
    pub tensors: BTreeMap<String, Digest>,
}

impl Outcome {
    /// Whether its loss stopped being finite.
    pub fn is_diverged(&self) -> bool {
        matches!(self.ending, Ending::Diverged { .. })
    }
}

/// How a task ended. Failure is data: a diverged network is a result, not an error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "snake_case", deny_unknown_fields)]
pub enum Ending {
    /// As asked.
    #[default]
    Completed,
    /// The loss stopped being finite; curves hold the epochs before it, scalars and tensors are absent.
    Diverged {
        /// The optimiser step, from 0, whose loss was not finite.
        step: usize,
    },
}

impl Ending {
    /// In words: `completed`, `diverged at step 12`.
    pub fn in_words(&self) -> String {
        match self {
            Self::Completed => "completed".to_owned(),
            Self::Diverged { step } => format!("diverged at step {step}"),
        }
    }
}
