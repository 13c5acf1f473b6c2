//! The variants of the experiment: where the paper and its code disagree, both are run.

use serde::{Deserialize, Serialize};

use super::trial::{Metrics, Trained};
use renas_task::Split;

/// Which reading of the paper a search follows. The manifest's audit lists every difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Variant {
    /// As the author's code behaves, faults included.
    Reference,
    /// As the paper is written.
    Paper,
    /// The textbook algorithm.
    Corrected,
}

impl Variant {
    /// All, in the order of the report.
    pub const ALL: [Self; 3] = [Self::Reference, Self::Paper, Self::Corrected];

    /// The name as it stands in studies and quantities.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Paper => "paper",
            Self::Corrected => "corrected",
        }
    }

    /// The samples that its objectives are measured on.
    ///
    /// The paper names no validation split, and its code measures on test.
    pub fn split(self) -> Split {
        match self {
            Self::Reference | Self::Paper => Split::Test,
            Self::Corrected => Split::Validation,
        }
    }

    /// Whether the cost of a network is computed, not predicted by a tree.
    pub fn counts_cost(self) -> bool {
        match self {
            Self::Reference | Self::Paper => false,
            Self::Corrected => true,
        }
    }

    /// Whether each search seed draws its own rows of the table.
    pub fn resamples_rows(self) -> bool {
        match self {
            Self::Reference => false,
            Self::Paper | Self::Corrected => true,
        }
    }

    /// The introspectability that it maximises.
    pub fn introspectability(self, metrics: &Metrics) -> f64 {
        match self {
            Self::Reference => metrics.similarity,
            Self::Paper | Self::Corrected => metrics.distance,
        }
    }

    /// Accuracy, introspectability and multiply-adds of a trained network, as this variant measures them.
    pub fn objectives(self, trained: &Trained) -> [f64; 3] {
        let metrics = match self.split() {
            Split::Validation => &trained.validation,
            Split::Train | Split::Test => &trained.test,
        };
        [metrics.accuracy, self.introspectability(metrics), trained.multiply_adds]
    }
}
