//! The ways to search.

use serde::{Deserialize, Serialize};

/// One way to search; all evaluate as many networks with the same supernet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arm {
    /// NSGA-II on error, multiply-adds and memory, as the paper describes its selection.
    Nsga2,
    /// The same selection on the single number of equation 2.
    WeightedSum,
    /// The same selection on the error alone.
    AccuracyOnly,
    /// Random networks of the hierarchical space.
    Random,
    /// NSGA-II in the flat space.
    Nsga2Flat,
}

impl Arm {
    /// All arms, in the order of tables.
    pub const ALL: [Self; 5] = [Self::Nsga2, Self::WeightedSum, Self::AccuracyOnly, Self::Random, Self::Nsga2Flat];

    /// The name as it stands in ids of studies and names of quantities.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nsga2 => "nsga2",
            Self::WeightedSum => "weighted_sum",
            Self::AccuracyOnly => "accuracy_only",
            Self::Random => "random",
            Self::Nsga2Flat => "nsga2_flat",
        }
    }
}
