//! Where in a manifest something is declared: what a mistake names.

/// Where something is declared.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line, from 1.
    pub line: usize,
    /// The path of the key.
    pub path: String,
}
