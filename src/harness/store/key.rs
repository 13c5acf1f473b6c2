//! The names of step records.

use std::fmt;

use serde::{Deserialize, Serialize};

use renas_base::digest::Digest;

/// The name of a step's record: the SHA-256 of the canonical JSON of its identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(pub Digest);

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
