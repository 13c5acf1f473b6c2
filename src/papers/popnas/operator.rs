//! The operators of a block, and the order in which each variant counts them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a block does to one of its inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operator {
    /// 3x3 average pooling.
    Avg3,
    /// 3x3 max pooling.
    Max3,
    /// The input itself.
    Identity,
    /// 3x3 convolution with dilation 2.
    Dil3,
    /// 3x3 depthwise separable convolution.
    Dw3,
    /// 5x5 depthwise separable convolution.
    Dw5,
    /// 7x7 depthwise separable convolution.
    Dw7,
    /// 1x7 convolution followed by a 7x1 convolution.
    Conv1x7,
    /// 3x3 convolution; in the reference's list only.
    Conv3,
}

use Operator::{Avg3, Conv1x7, Conv3, Dil3, Dw3, Dw5, Dw7, Identity, Max3};

/// The paper's list in the order of section 3.1.1: by the time that they are said to take.
pub const PAPER: [Operator; 8] = [Avg3, Max3, Identity, Dil3, Dw3, Dw5, Dw7, Conv1x7];

/// The paper's list in the order of the code's, before re-ordering: the dilated convolution stands where the code has a
/// plain one.
pub const UNORDERED: [Operator; 8] = [Identity, Dw3, Dw5, Dw7, Conv1x7, Dil3, Max3, Avg3];

/// The code's list in its order.
pub const REFERENCE: [Operator; 8] = [Identity, Dw3, Dw5, Dw7, Conv1x7, Conv3, Max3, Avg3];

const NAMES: [(Operator, &str); 9] = [
    (Avg3, "avg3"),
    (Max3, "max3"),
    (Identity, "identity"),
    (Dil3, "dil3"),
    (Dw3, "dw3"),
    (Dw5, "dw5"),
    (Dw7, "dw7"),
    (Conv1x7, "conv1x7"),
    (Conv3, "conv3"),
];

impl Operator {
    /// All operators, in the order of the enumeration.
    pub const ALL: [Self; 9] = [Avg3, Max3, Identity, Dil3, Dw3, Dw5, Dw7, Conv1x7, Conv3];

    /// The name in cells, quantities and reports.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(operator, _)| *operator == self).map_or("", |(_, name)| name)
    }

    /// Whether it pools.
    pub fn is_pooling(self) -> bool {
        matches!(self, Avg3 | Max3)
    }

    /// Whether it convolves.
    pub fn is_convolution(self) -> bool {
        !self.is_pooling() && self != Identity
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// There is no operator of that name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no operator `{0}`; operators are avg3, max3, identity, dil3, dw3, dw5, dw7, conv1x7 and conv3")]
pub struct OperatorError(String);

impl FromStr for Operator {
    type Err = OperatorError;

    fn from_str(text: &str) -> Result<Self, OperatorError> {
        let found = NAMES.iter().find(|(_, name)| *name == text);
        found.map(|(operator, _)| *operator).ok_or_else(|| OperatorError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_and_are_those_of_the_stored_form() {
        assert!(Operator::ALL.iter().enumerate().all(|(place, &operator)| operator as usize == place));
        for (operator, name) in NAMES {
            assert_eq!(name.parse(), Ok(operator));
            assert_eq!(serde_json::to_value(operator).expect("a name"), name);
        }
        let error = "dw9".parse::<Operator>().expect_err("there is none").to_string();
        assert!(error.starts_with("no operator `dw9`"), "{error}");
    }

    #[test]
    fn every_list_has_eight_different_operators() {
        for list in [PAPER, UNORDERED, REFERENCE] {
            let mut sorted = list.to_vec();
            sorted.sort_unstable();
            sorted.dedup();
            assert_eq!(sorted.len(), 8);
        }
    }
}
