//! Three readings of the method: the text, the code, and the text without its faults.

use serde::{Deserialize, Serialize};

/// How the method is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Variant {
    /// As the paper writes it.
    Paper,
    /// As the public code behaves.
    Reference,
    /// As the paper writes it, without cells that compute the same as another.
    Corrected,
}

impl Variant {
    /// Whether cells are followed by a projection to the stage's filters, so that channels do not multiply.
    pub fn projects(self) -> bool {
        self != Self::Reference
    }

    /// The variant whose children are trained alike: what is trained does not know of equivalents.
    pub fn building(self) -> Self {
        match self {
            Self::Reference => Self::Reference,
            Self::Paper | Self::Corrected => Self::Paper,
        }
    }
}
