//! The claims of a paper, what is expected of each, and the verdicts.
//!
//! Claims and expectations come from the manifest and are fixed before the first result. `judge` is pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One claim of the paper.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// Unique in the manifest (`table2-mnist-g15-accuracy`).
    pub id: String,
    /// Where the paper says it: table, row, column; section and sentence.
    pub source: String,
    /// What the paper says, in our words.
    pub sentence: String,
    /// What must hold for the claim to count as reproduced.
    pub expectation: Expectation,
    /// Data sets (registry names) that the claim is about: where the profile ran none of them, it is not tested. Empty
    /// for a claim about the method, which any data set can carry.
    #[serde(default)]
    pub data: Vec<String>,
    /// Profiles at whose scale the claim is about: at any other it is not tested. Empty for a claim that any scale can
    /// carry; a number that depends on how long and on how much was trained names the paper's own scale.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub profiles: Vec<String>,
    /// The day on which it was added after the first result (`2026-11-28`): a post-hoc claim. None where it was fixed
    /// before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub added: Option<String>,
    /// What was changed in it after the first result, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amended: Vec<Amendment>,
}

/// A correction of a claim or of its expectation after the first result, which everybody sees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amendment {
    /// The day (`2026-11-28`).
    pub on: String,
    /// What was expected or said before, in words.
    pub was: String,
    /// Why that was wrong: the rule that it breaks, or what the paper says instead.
    pub because: String,
    /// The verdict before, by profile: of every profile that had one.
    pub verdict_before: BTreeMap<String, Verdict>,
}

/// What must hold. Names of quantities are dotted names of `Findings::quantities`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Expectation {
    /// The paper's number, one run of its own, lies within the 95 % prediction interval of one of our runs.
    OneRun {
        /// The quantity, over independent runs.
        quantity: String,
        /// The paper's number, in the quantity's unit.
        value: f64,
    },
    /// The 95 % interval of the quantity's mean lies wholly in `value` +- `tolerance`.
    Within {
        /// The quantity.
        quantity: String,
        /// The paper's number.
        value: f64,
        /// Largest difference that counts as the same.
        tolerance: f64,
    },
    /// The 95 % interval of the quantity's mean lies wholly above (`least`) or below (`most`) a bound.
    Bound {
        /// The quantity.
        quantity: String,
        /// Lower bound.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        least: Option<f64>,
        /// Upper bound.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        most: Option<f64>,
    },
    /// The quantities' means stand in strictly rising or falling order; neighbours are compared pair by pair where
    /// they are over the same seeds; Holm-corrected over the neighbours.
    Ordering {
        /// Quantities in the claimed order.
        quantities: Vec<String>,
        /// Whether they rise or fall.
        direction: Direction,
    },
    /// Over paired samples, the slope against position is positive or negative.
    Trend {
        /// Quantities in order, over the same seeds.
        quantities: Vec<String>,
        /// Whether they rise or fall.
        direction: Direction,
    },
    /// The ratio of two means agrees with the paper's within a relative tolerance.
    Ratio {
        /// Above the line.
        numerator: String,
        /// Below the line.
        denominator: String,
        /// The paper's ratio.
        value: f64,
        /// Largest relative difference that counts as the same.
        tolerance: f64,
    },
    /// Two quantities differ by less than a margin (two one-sided tests at 5 %).
    Equivalence {
        /// One quantity.
        left: String,
        /// The other.
        right: String,
        /// Largest difference that counts as none.
        margin: f64,
    },
    /// All parts hold: reproduced; some: partially reproduced.
    All(Vec<Expectation>),
    /// The quantities bear on the claim and cannot decide it, whatever they are: inconclusive, with them as evidence.
    Undecided {
        /// What was measured; at least one.
        quantities: Vec<String>,
        /// Why they decide nothing.
        reason: String,
    },
    /// The claim cannot be tested by this project at any profile.
    Untestable {
        /// Why not.
        reason: String,
    },
}

/// Rising or falling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Each is larger than the one before.
    Rising,
    /// Each is smaller than the one before.
    Falling,
}

/// What became of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// What was expected holds.
    Reproduced,
    /// Some parts hold.
    PartiallyReproduced,
    /// The evidence says otherwise.
    NotReproduced,
    /// The evidence does not decide.
    Inconclusive,
    /// This profile, data or hardware cannot test it.
    NotTested,
}

impl Verdict {
    /// Every verdict, the best first.
    pub const ALL: [Self; 5] =
        [Self::Reproduced, Self::PartiallyReproduced, Self::NotReproduced, Self::Inconclusive, Self::NotTested];

    /// The name as people read it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reproduced => "reproduced",
            Self::PartiallyReproduced => "partially reproduced",
            Self::NotReproduced => "not reproduced",
            Self::Inconclusive => "inconclusive",
            Self::NotTested => "not tested",
        }
    }

    /// A sign beside the name, so that no verdict is told by colour alone.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Reproduced => "✓",
            Self::PartiallyReproduced => "◐",
            Self::NotReproduced => "✗",
            Self::Inconclusive => "?",
            Self::NotTested => "–",
        }
    }
}
