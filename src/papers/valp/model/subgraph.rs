//! Which sub-networks belong to which outputs: section III of the paper, and its Figure 2.

use std::collections::BTreeSet;

use super::component::Id;
use super::graph::Valp;

/// The subgraph of an output: all sub-networks whose change may alter its prediction.
pub fn output_subgraph(valp: &Valp, output: Id) -> BTreeSet<Id> {
    valp.ancestors(output).into_iter().filter(|id| matches!(id, Id::Network(_))).collect()
}

/// The exclusive subgraph of an output: those of its subgraph that alter no other output.
pub fn exclusive_subgraph(valp: &Valp, output: Id) -> BTreeSet<Id> {
    let alone = |network: &Id| outputs_of(valp, *network).len() == 1;
    output_subgraph(valp, output).into_iter().filter(alone).collect()
}

/// The outputs whose subgraph a sub-network belongs to; never empty.
pub fn outputs_of(valp: &Valp, network: Id) -> BTreeSet<Id> {
    valp.descendants(network).into_iter().filter(|id| matches!(id, Id::Output(_))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::models::{figure_2, id, three_outputs};

    fn names<const N: usize>(names: [&str; N]) -> BTreeSet<Id> {
        names.map(id).into()
    }

    /// The caption of Figure 2 and the paragraph on it.
    #[test]
    fn the_subgraphs_of_figure_2_are_those_of_the_paper() {
        let valp = figure_2();
        assert_eq!(exclusive_subgraph(&valp, id("o1")), names(["n1", "n3", "n5"]));
        assert_eq!(exclusive_subgraph(&valp, id("o2")), names(["n4"]));
        assert_eq!(output_subgraph(&valp, id("o1")), names(["n1", "n2", "n3", "n5", "n6"]));
        assert_eq!(output_subgraph(&valp, id("o2")), names(["n2", "n4", "n6"]));
    }

    #[test]
    fn a_sub_network_may_belong_to_every_output_and_an_output_to_no_exclusive_one() {
        let valp = three_outputs();
        assert_eq!(outputs_of(&valp, id("n0")), names(["o0", "o1", "o2"]));
        assert_eq!(outputs_of(&valp, id("n1")), names(["o0", "o2"]));
        assert!(exclusive_subgraph(&valp, id("o0")).is_empty());
        assert_eq!(exclusive_subgraph(&valp, id("o1")), names(["n2"]));
    }
}
