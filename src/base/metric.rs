//! The unit of a measured number.

use serde::{Deserialize, Serialize};

use super::word::Word;

/// The unit of a metric; accuracies are fractions everywhere, percent exists only in rendering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A fraction in 0..=1 that people read in percent (accuracy, share).
    Fraction,
    /// A difference of such fractions, which people read in percentage points.
    Points,
    /// A number without a unit (a correlation, an index, a loss).
    One,
    /// A count of things (parameters, layers, evaluations).
    Count,
    /// Multiply-accumulate operations of one forward pass of one sample.
    MultiplyAdds,
    /// Seconds.
    Seconds,
    /// A unit that a manifest names (`joules`).
    Own(Word),
}

impl Unit {
    /// The unit of a difference of two numbers of this unit.
    pub fn of_difference(self) -> Self {
        match self {
            Self::Fraction | Self::Points => Self::Points,
            Self::One | Self::Count | Self::MultiplyAdds | Self::Seconds | Self::Own(_) => self,
        }
    }
}
