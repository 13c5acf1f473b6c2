//! The studies of a declared experiment, each with the type of its result.

use std::collections::BTreeMap;

use renas_harness::study::Handle;

use super::import::stored::Stored;

/// What the study of a command gives: its columns.
pub(crate) type Columns = BTreeMap<String, Vec<f64>>;

/// The study that reads an import.
pub(crate) fn imported(name: &str) -> Handle<Stored> {
    Handle::new(name)
}

/// The study that runs a command once.
pub(crate) fn ran(id: &str) -> Handle<Columns> {
    Handle::new(id)
}
