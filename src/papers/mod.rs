//! The papers: each is one folder here and one manifest, and uses no other paper.

use crate::harness::study::Paper;

/// All papers, in the order of lists.
pub fn all() -> [&'static dyn Paper; 0] {
    []
}

/// The paper of that id.
pub fn find(id: &str) -> Option<&'static dyn Paper> {
    all().into_iter().find(|paper| paper.id() == id)
}
