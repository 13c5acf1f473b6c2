//! Which outputs an edit may change at all.

use std::collections::BTreeSet;

use super::edit::Edit;
use crate::model::component::Id;
use crate::model::graph::Valp;

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
    use super::*;
    use crate::model::component::{Kind, OutputKind};
    use crate::test_support::models::{figure_2, id, network, output, parts};

    fn names<const N: usize>(names: [&str; N]) -> BTreeSet<Id> {
        names.map(id).into()
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
}
