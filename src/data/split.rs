//! Which samples train, validate and test: named, seeded, recorded choices, part of every trial's key.

use serde::{Deserialize, Serialize};

use crate::base::digest::Digest;
use crate::base::seed::Seed;

/// A registered data set in one fixed order, and its split.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataChoice {
    /// The name in the registry (`digits`, `mnist`, `cifar10`).
    pub name: String,
    /// The ordered digest: SHA-256 over the samples in the order of use. The worker refuses data that differs.
    pub digest: Digest,
    /// How train, validation and test are drawn.
    pub split: SplitChoice,
}

/// A named, seeded choice of train, validation and test samples.
///
/// Test is the data set's official test part where it has one; a data set without one gives `test` samples of its
/// pool. Validation is drawn from what remains, then training samples; the rest is unused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SplitChoice {
    /// Samples drawn for the test split from a data set without an official one; absent where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<usize>,
    /// Samples drawn for validation.
    pub validation: usize,
    /// Training samples; absent means all that remain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub train: Option<usize>,
    /// Root of the draws.
    pub seed: Seed,
}

/// A part of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// What weights are fitted on.
    Train,
    /// What searches look at.
    Validation,
    /// What only final reports look at.
    Test,
}

impl Split {
    /// The name as it stands in scalars and curves.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}
