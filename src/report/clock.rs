//! Where training times come from.

use serde::{Deserialize, Serialize};

/// Where training times come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// Computed from the network's cost: synthetic, exact, and no evidence about time.
    CostModel,
    /// Measured on the machine: an observation that will not repeat.
    Measured,
    /// Nowhere: renas takes no times of an experiment that is declared, and its seconds are numbers like any other.
    Unused,
}

impl Clock {
    /// The name as it stands in manifests.
    pub fn name(self) -> &'static str {
        match self {
            Self::CostModel => "cost_model",
            Self::Measured => "measured",
            Self::Unused => "unused",
        }
    }
}
