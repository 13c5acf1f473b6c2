//! The ways to search: at random, or guided by one of the readings of the rules.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::rules::{RuleSet, Rules};
use crate::diagnosis::intervention::Reading;
use crate::diagnosis::sub_loss::Thresholds;
use crate::operator::edit::Form;

/// How a search chooses operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arm {
    /// At random.
    Random,
    /// By section VII-B; relevant is what makes an output suffer by more than 20 %.
    Guided,
    /// The same with section VII-C's sentence on relevance to the letter: by 20 % or less.
    GuidedWritten,
    /// The same with the code's threshold, 3 %.
    GuidedReference,
    /// By section IV-E; relevance as `Guided` has it.
    GuidedPrinciples,
}

impl Arm {
    /// Every arm, in the order of tables.
    pub const ALL: [Self; 5] =
        [Self::Random, Self::Guided, Self::GuidedWritten, Self::GuidedReference, Self::GuidedPrinciples];

    /// The name in manifests and quantities.
    pub fn name(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Guided => "guided",
            Self::GuidedWritten => "guided_written",
            Self::GuidedReference => "guided_reference",
            Self::GuidedPrinciples => "guided_principles",
        }
    }

    /// The rules that it follows; none where chance decides.
    ///
    /// Deviation: section VII-B names no form of `add_connection` and `insert_network`. Section VII-A praises the gentle
    /// form of the first, and says of the second that a dramatic loss does not hurt an output that is stuck.
    pub fn rules(self, thresholds: Thresholds) -> Option<Rules> {
        let (set, reading) = match self {
            Self::Random => return None,
            Self::Guided => (RuleSet::Operators, Reading::Inverted),
            Self::GuidedWritten => (RuleSet::Operators, Reading::AsWritten),
            Self::GuidedReference => (RuleSet::Operators, Reading::Code),
            Self::GuidedPrinciples => (RuleSet::Principles, Reading::Inverted),
        };
        Some(Rules { set, reading, thresholds, connection: Form::Gentle, insertion: Form::Aggressive })
    }
}

impl fmt::Display for Arm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_random_arm_has_no_rules_and_no_two_arms_have_the_same() {
        let rules = Arm::ALL.map(|arm| arm.rules(Thresholds::PAPER));
        assert!(rules[0].is_none() && rules[1..].iter().all(Option::is_some));
        for (index, one) in rules.iter().enumerate() {
            assert!(!rules[..index].contains(one), "{}", Arm::ALL[index]);
        }
    }
}
