//! Which sub-networks belong to which outputs: section III of the paper, and its Figure 2.

use std::collections::BTreeSet;

use super::component::Id;
use super::graph::Valp;
use super::operator::edit::Edit;

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

/// The outputs that a change may reach, be it through joint training alone: those that share a sub-network, directly or by
/// way of other outputs, with what the edit names. All others train as they would without it, bit for bit.
pub fn reached_outputs(valp: &Valp, edit: &Edit) -> BTreeSet<Id> {
    let place = edit.place();
    let all = || valp.outputs().iter().map(|output| output.id);
    if place.is_empty() {
        return all().collect();
    }
    let trains = |id: &Id| !matches!(id, Id::Input(_));
    let mut joined: BTreeSet<Id> = place.into_iter().filter(trains).collect();
    loop {
        let ends = valp.connections().iter().map(|one| [one.from, one.to]).filter(|ends| ends.iter().all(trains));
        let next: Vec<Id> = ends.filter(|ends| ends.iter().any(|end| joined.contains(end))).flatten().collect();
        let before = joined.len();
        joined.extend(next);
        if joined.len() == before {
            return all().filter(|output| joined.contains(output)).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::component::{Kind, OutputKind};
    use super::super::fixture::{figure_2, id, network, output, parts, three_outputs};
    use super::*;

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

    /// Two outputs that share no sub-network but the input: a change of one leaves the other alone, until a new connection
    /// joins them.
    #[test]
    fn a_change_reaches_what_is_trained_together_and_nothing_else() {
        let networks = ["n1", "n2", "n3"].map(|name| network(name, Kind::Generic, 2)).to_vec();
        let outputs = vec![output("o1", OutputKind::Values, 2), output("o2", OutputKind::Values, 2)];
        let apart = parts(networks, outputs, "i0 > n1, i0 > n2, n1 > n3, n3 > o1, n2 > o2");
        let apart = Valp::new(apart).expect("correct");
        let reached = |edit: Edit| reached_outputs(&apart, &edit);
        assert_eq!(reached(Edit::CloneNetwork { network: id("n1") }), names(["o1"]));
        assert_eq!(reached(Edit::InsertNetwork { from: id("i0"), to: id("n2") }), names(["o2"]));
        assert_eq!(reached(Edit::AddConnection { from: id("n1"), to: id("n2") }), names(["o1", "o2"]));
        assert_eq!(reached(Edit::ChangeLr { output: id("o1") }), names(["o1"]));
        assert_eq!(reached(Edit::ChangeBs), names(["o1", "o2"]));
        assert_eq!(reached_outputs(&figure_2(), &Edit::CloneNetwork { network: id("n4") }), names(["o1", "o2"]));
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
