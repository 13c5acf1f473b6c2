//! The papers: each is one folder here and one manifest, and uses no other paper.

pub mod econas; // evolutionary search of perceptrons on precomputed objectives
pub mod fashion_ga; // aging evolution of sequential convolutional networks
pub mod hierarchical; // networks of a hierarchical space, judged with the shared weights of a supernet
pub mod popnas; // progressive search of cells on the front of predicted accuracy and time
pub mod valp; //   models of several networks and outputs, varied by operators that rules choose

use crate::harness::study::Paper;

/// All papers, in the order of lists.
pub fn all() -> [&'static dyn Paper; 5] {
    [
        &econas::paper::Econas,
        &popnas::paper::Popnas,
        &valp::paper::ValpPaper,
        &fashion_ga::paper::FashionGa,
        &hierarchical::paper::Hierarchical,
    ]
}

/// The paper of that id.
pub fn find(id: &str) -> Option<&'static dyn Paper> {
    all().into_iter().find(|paper| paper.id() == id)
}
