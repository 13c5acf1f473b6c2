//! What can go wrong with data: every message says what was looked for, what was found, and which command helps.

use std::path::PathBuf;

use renas_base::digest::Digest;

use super::split::SplitError;

/// Data is missing, differs from its pin, or was asked for in a way that it cannot give.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// No data set has this name.
    #[error("unknown data set `{name}`; {hint}Known: {}", .known.join(", "))]
    Unknown {
        /// The name.
        name: String,
        /// What may have been meant, or how a data set becomes known; ended by a space.
        hint: String,
        /// The names that exist.
        known: Vec<String>,
    },
    /// A description of this data set is there, and makes it not known.
    #[error("the data set `{name}` cannot be used: {why}")]
    Unusable {
        /// The name.
        name: String,
        /// What is wrong with the description, and what to do.
        why: String,
    },
    /// A table was asked for images.
    #[error("`{name}` is a table, not a data set of images; `renas data list` shows which is what")]
    NotImages {
        /// The data set.
        name: String,
    },
    /// A data set of images was asked for a table.
    #[error("`{name}` is a data set of images, not a table; `renas data list` shows which is what")]
    NotTable {
        /// The data set.
        name: String,
    },
    /// No place holds all files.
    #[error("the data set `{name}` is not there; {remedy}\nlooked in:{}", lines(.looked))]
    Missing {
        /// The data set.
        name: String,
        /// What to do.
        remedy: String,
        /// Where was looked, and what was missing there.
        looked: Vec<String>,
    },
    /// A file cannot be read.
    #[error("cannot read {}: {error}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A file, or several together, are not what their pin says.
    #[error(transparent)]
    Altered(Box<Mismatch>),
    /// A file has its registered digest, yet does not read as its format: the registry is wrong.
    #[error("{path} of `{name}` cannot be read as {format}: {reason}")]
    Malformed {
        /// The data set.
        name: String,
        /// The file.
        path: String,
        /// The format.
        format: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// Files that a manifest brings are not written as it says.
    #[error("the results of `{name}` cannot be read as the manifest declares them: {mistakes}")]
    Results {
        /// The study.
        name: String,
        /// All that is wrong, with file, line and column.
        mistakes: String,
    },
    /// The samples do not have the registered ordered digest, though each file has its pin: the registry is wrong.
    #[error("the samples of `{name}` have the ordered digest {found}; registered is {expected}")]
    Order {
        /// The data set.
        name: String,
        /// As registered.
        expected: Digest,
        /// As computed.
        found: Digest,
    },
    /// The data set cannot be split like this.
    #[error("data set `{name}`: {error}")]
    Split {
        /// The data set.
        name: String,
        /// Why not.
        error: SplitError,
    },
}

/// Content that differs from its pin.
#[derive(Debug, thiserror::Error)]
#[error("{path}: not the registered content of `{name}`: expected {expected}, found {found}; {remedy}")]
pub struct Mismatch {
    /// The data set.
    pub name: String,
    /// The file, or the files that are pinned together.
    pub path: String,
    /// Length and digest that it should have.
    pub expected: String,
    /// Length and digest that it has, and where reading ended early.
    pub found: String,
    /// What to do.
    pub remedy: String,
}

impl DataError {
    /// `name` is not registered; `nearest` may be what was meant.
    pub(super) fn unknown(name: &str, nearest: Option<&str>, known: Vec<String>) -> Self {
        let own = "images of your own become known by `renas data pack`. ".to_owned();
        let hint = nearest.map_or(own, |near| format!("did you mean `{near}`? "));
        Self::Unknown { name: name.to_owned(), hint, known }
    }
}

fn lines(entries: &[String]) -> String {
    entries.iter().map(|entry| format!("\n  {entry}")).collect()
}
