//! What a paper says of its tables, dimensions and units before anything runs.

use std::collections::BTreeMap;

pub use super::member::Member;
use super::rows::Schema;

/// What is known of a paper's observations under some settings before anything runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frame {
    /// Its tables.
    pub tables: Vec<Schema>,
    /// The members of each dimension, in the order of tables and figures.
    pub dimensions: BTreeMap<String, Vec<Member>>,
    /// Texts that templates can name: numbers of the settings, sentences about the scale.
    pub constants: BTreeMap<String, String>,
    /// How many units are planned, by what one is (`search seed`).
    pub units: BTreeMap<String, usize>,
    /// Whether its times are computed from what networks cost, so that axes say so.
    pub is_time_modelled: bool,
    /// The data set that quantities are measured on, where a declaration names no other.
    pub data: String,
}

impl Frame {
    /// Add a dimension.
    pub fn dimension(&mut self, name: &str, members: impl IntoIterator<Item = Member>) {
        self.dimensions.insert(name.to_owned(), members.into_iter().collect());
    }

    /// The table of that name.
    pub fn table(&self, name: &str) -> Option<&Schema> {
        self.tables.iter().find(|table| table.name == name)
    }
}
