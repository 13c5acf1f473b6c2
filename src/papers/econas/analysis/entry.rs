//! One quantity of the catalogue: its name, what it is, and how it is read from the evidence.

use anyhow::Result;

use super::evidence::Evidence;
use crate::trial::Trained;
use renas_base::metric::Unit;
use renas_report::findings::Measured;
use renas_report::range::Range;

/// Units of accuracy, introspectability and multiply-adds.
pub const UNITS: [Unit; 3] = [Unit::Fraction, Unit::One, Unit::MultiplyAdds];

/// What accuracy, introspectability (a cosine of what is never negative) and multiply-adds can be.
pub const RANGES: [Range; 3] = [Range::SHARE, Range::SHARE, Range::NOT_NEGATIVE];

/// What differences of accuracy, introspectability and multiply-adds can be.
pub const DIFFERENCES: [Range; 3] = [Range::CORRELATION, Range::CORRELATION, Range::ANY];

/// Words for accuracy, introspectability and multiply-adds.
pub const WORDS: [&str; 3] = ["accuracy", "introspectability", "multiply-adds"];

/// Searches from different seeds; all of one arm and data set read one table, and say nothing about others.
pub const SEARCH_SEED: &str = "search seed";

/// Networks trained from seeds of their own.
pub const NETWORK: &str = "network";

/// A network of a table stands for itself; its name says of which, since networks of two tables are no pairs.
pub fn network_of(data: &str) -> String {
    format!("network of {data}")
}

/// The search whose final population was really trained: its networks are relatives.
pub const RETRAINED_SEARCH: &str = "retrained search";

/// One table of trained networks: however often it is split, it is one.
pub const TABLE: &str = "table";

/// Samples of the rows of one table.
pub const SAMPLE_OF_ROWS: &str = "sample of rows";

/// Reads a quantity; nothing where the evidence has too little of it.
pub type Read<'a> = Box<dyn Fn(&Evidence) -> Result<Option<Measured>> + 'a>;

/// One quantity.
pub struct Entry<'a> {
    /// The dotted name.
    pub name: String,
    /// What it is, for people.
    pub label: String,
    /// Its unit.
    pub unit: Unit,
    /// The registry name of what it was measured on.
    pub data: String,
    /// What it can be.
    pub range: Range,
    /// The unit of replication.
    pub over: &'static str,
    /// What these units share or are nested in.
    pub cluster: String,
    /// Whether it rests on a table that the author published.
    pub imported: bool,
    /// How it is read.
    pub read: Read<'a>,
}

/// Which networks a statistic counts: a network that learned nothing says nothing about trade-offs, and a few of them
/// can make a correlation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// All of them.
    All,
    /// Those that learned something.
    Learned,
}

/// Above chance by less than this, a network learned nothing.
const LEARNED_BEYOND_CHANCE: f64 = 0.02;

impl Group {
    /// Both, in the order of the report.
    pub const BOTH: [Self; 2] = [Self::All, Self::Learned];

    /// What stands before the last parts of a quantity's name.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Learned => "learned.",
        }
    }

    /// What a label says of it.
    pub fn words(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Learned => ", without networks that learned nothing",
        }
    }

    /// Whether it counts a network of a task of that many classes.
    pub fn holds(self, network: &Trained, classes: usize) -> bool {
        match self {
            Self::All => true,
            Self::Learned => has_learned(network, classes),
        }
    }
}

/// Whether a network is right more often, on test samples, than one that guesses, by more than two points.
pub fn has_learned(network: &Trained, classes: usize) -> bool {
    network.test.accuracy > 1.0 / classes as f64 + LEARNED_BEYOND_CHANCE
}
