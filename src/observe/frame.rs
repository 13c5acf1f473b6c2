//! What a paper says of its tables, dimensions and units before anything runs.

use std::collections::BTreeMap;

use super::rows::Schema;

/// A member of a dimension: an arm, a number of layers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Member {
    /// What stands in names.
    pub name: String,
    /// What else templates can say of it, by name: `{arm.words}`.
    pub attributes: BTreeMap<String, String>,
}

impl From<&str> for Member {
    fn from(name: &str) -> Self {
        Self { name: name.to_owned(), attributes: BTreeMap::new() }
    }
}

impl Member {
    /// The member with one attribute more.
    #[must_use]
    pub fn with(mut self, attribute: &str, text: impl Into<String>) -> Self {
        self.attributes.insert(attribute.to_owned(), text.into());
        self
    }
}

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
