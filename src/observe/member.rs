//! A member of a dimension.

use std::collections::BTreeMap;

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
