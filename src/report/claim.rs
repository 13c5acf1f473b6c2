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
    /// What is judged beside it and never combined with it: the size beside the direction, or the direction beside the size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beside: Option<Expectation>,
    /// What it compares with, which must have learned something.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub comparators: Vec<Comparator>,
    /// Why two CPU cores cannot carry what would decide it; none where they can, with more seeds if need be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub out_of_reach: Option<OutOfReach>,
    /// The day on which it was added after the first result (`2026-11-28`): a post-hoc claim. None where it was fixed
    /// before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub added: Option<String>,
    /// What was changed in it after the first result, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amended: Vec<Amendment>,
}

/// Why a claim is not among those that two CPU cores can decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutOfReach {
    /// The kind of obstacle.
    pub because: Obstacle,
    /// What it is here, in a sentence.
    pub why: String,
}

/// What keeps two CPU cores from deciding a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Obstacle {
    /// It is about other hardware.
    Hardware,
    /// It needs data that may not be passed on.
    Data,
    /// It is an absolute time of another machine.
    AbsoluteSeconds,
    /// It needs the scale of a GPU.
    GpuScale,
    /// No measurement can decide it as it is phrased.
    Undefined,
}

impl Obstacle {
    /// All of them, by their names.
    pub const ALL: [(&'static str, Self); 5] = [
        ("hardware", Self::Hardware),
        ("data", Self::Data),
        ("absolute_seconds", Self::AbsoluteSeconds),
        ("gpu_scale", Self::GpuScale),
        ("undefined", Self::Undefined),
    ];
}

impl Claim {
    /// A claim that any data and scale can carry, fixed before the first result.
    pub fn new(id: &str, source: &str, sentence: &str, expectation: Expectation) -> Self {
        Self {
            id: id.to_owned(),
            source: source.to_owned(),
            sentence: sentence.to_owned(),
            expectation,
            data: Vec::new(),
            profiles: Vec::new(),
            beside: None,
            comparators: Vec::new(),
            out_of_reach: None,
            added: None,
            amended: Vec::new(),
        }
    }
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
    /// The paper's number, one run of its own, lies within the 95 % prediction interval of one of our runs, and the foil's
    /// does not.
    OneRun {
        /// The quantity, over independent runs.
        quantity: String,
        /// The paper's number, in the quantity's unit.
        value: f64,
        /// The nearest other number of its table, which must not fit too.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        foil: Option<Foil>,
    },
    /// The 95 % interval of the quantity's mean lies wholly in `value` +- `tolerance`; of an exact number, itself.
    Within {
        /// The quantity.
        quantity: String,
        /// The paper's number.
        value: f64,
        /// Largest difference that counts as the same.
        tolerance: f64,
        /// What must not lie there too.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        foil: Option<Foil>,
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
        /// The paper's number: how far from the border the effect is said to be, for the number of clusters that decide.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        paper: Option<f64>,
        /// What must not lie there too; absent where labels or pairs are exchanged.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        foil: Option<Foil>,
    },
    /// Every single unit lies between the bounds, ends included: one counterexample refutes it.
    Every {
        /// The quantity.
        quantity: String,
        /// Lower bound.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        least: Option<f64>,
        /// Upper bound.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        most: Option<f64>,
    },
    /// The quantities' means stand in strictly rising or falling order, each beyond the one before it.
    Ordering {
        /// Quantities in the claimed order.
        quantities: Vec<String>,
        /// Whether they rise or fall.
        direction: Direction,
    },
    /// Over paired samples, the slope against position is positive or negative.
    Trend {
        /// Quantities in order, over the same clusters.
        quantities: Vec<String>,
        /// Whether they rise or fall.
        direction: Direction,
        /// Their positions (generations 8, 12, 15); absent: 0, 1, 2 and so on.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        at: Vec<f64>,
    },
    /// The ratio of two means agrees with the paper's within a relative tolerance, or lies beyond a bound.
    Ratio {
        /// Above the line.
        numerator: String,
        /// Below the line.
        denominator: String,
        /// The paper's ratio; where a bound is asked for, only how far from the border the effect is said to be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<f64>,
        /// Largest relative difference that counts as the same.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tolerance: Option<f64>,
        /// Lower bound.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        least: Option<f64>,
        /// Upper bound.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        most: Option<f64>,
        /// What must not lie there too; absent: no difference, or labels exchanged.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        foil: Option<Foil>,
    },
    /// Two quantities differ by less than a margin: the 90 % interval of the difference lies wholly within it (two one-sided
    /// tests at 5 %). With one quantity: it is less than the margin away from zero.
    Equivalence {
        /// The quantity, or one of two.
        left: String,
        /// The other; absent where `left` is a difference, a correlation or a slope itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        right: Option<String>,
        /// Largest difference that counts as none.
        margin: f64,
        /// Where the margin comes from: the paper's own numbers, or its field.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        from: String,
        /// What must not be alike too, in the place of `left`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        foil: Option<Foil>,
    },
    /// One quantity is not worse than another by a margin or more: the 90 % interval of the difference lies wholly on the
    /// better side of it (a one-sided test at 5 %). With one quantity: that is the difference.
    NonInferiority {
        /// What is said to be no worse, or the difference.
        left: String,
        /// Than this; absent where `left` is a difference itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        right: Option<String>,
        /// Smallest difference that counts as worse.
        margin: f64,
        /// Where the margin comes from: the paper's own numbers, or its field.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        from: String,
        /// Smaller numbers are better (an error, a cost).
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        smaller_is_better: bool,
        /// What must be worse, in the place of `left`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        foil: Option<Foil>,
    },
    /// A test tells things apart at 5 %. It never shows that they are alike.
    Differ {
        /// A quantity that is a p-value.
        test: String,
    },
    /// One statement of several parts: it holds where all do, and fails where one does.
    All(Vec<Expectation>),
    /// Several independent statements: some may hold while others fail.
    Parts(Vec<Expectation>),
    /// It holds where one of them does; each is tested at 5 % divided by their number.
    Any(Vec<Expectation>),
    /// The same statement on several readings of the data (with and without networks that learned nothing): where they
    /// differ, nothing is decided.
    Robust(Vec<Expectation>),
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

/// Something known to be false, which must not meet the same expectation: else the test has no severity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Foil {
    /// Another quantity in the place of the judged one: random search, the average of all.
    Quantity(String),
    /// A known number: chance, the nearest other row of the paper's table.
    Value {
        /// The number, in the quantity's unit.
        value: f64,
        /// What it is.
        is: String,
    },
}

/// A quantity that a claim compares with, which must have learned something: else the comparison says nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparator {
    /// The quantity.
    pub quantity: String,
    /// What every cluster of it must be above (chance and two points).
    pub above: f64,
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
    /// Our own runs, a severe test, the interval wholly on the claimed side.
    Reproduced,
    /// It agrees, but the test has little power, or the numbers are not our own runs alone.
    Consistent,
    /// Independent parts: some hold severely, some are contradicted.
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
    pub const ALL: [Self; 6] = [
        Self::Reproduced,
        Self::Consistent,
        Self::PartiallyReproduced,
        Self::NotReproduced,
        Self::Inconclusive,
        Self::NotTested,
    ];

    /// The name as people read it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reproduced => "reproduced",
            Self::Consistent => "consistent",
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
            Self::Consistent => "≈",
            Self::PartiallyReproduced => "◐",
            Self::NotReproduced => "✗",
            Self::Inconclusive => "?",
            Self::NotTested => "–",
        }
    }
}
