//! What checks of an import name and the page shows: how many units each arm has, what was lost, what is equal.

use serde::{Deserialize, Serialize};

/// What the page says of an import.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Found {
    /// What each arm has, in the order of the manifest.
    pub(crate) arms: Vec<Arm>,
    /// What was lost, and what is equal, each with a few examples.
    pub(crate) named: Vec<Named>,
}

/// Rows of the same words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arm {
    /// Its words.
    pub(crate) name: String,
    /// How many units of replication it has.
    pub(crate) units: usize,
    pub(crate) rows: usize,
    /// Rows that lost a number because something failed, and because it is missing.
    pub(crate) failed: usize,
    pub(crate) missing: usize,
}

/// Something that is named.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Named {
    pub(crate) what: String,
    pub(crate) count: usize,
    /// The first ones.
    pub(crate) examples: String,
}
