//! Which nodes the value of another depends on.

use std::collections::BTreeMap;

use super::spec::{NetworkSpec, Operator};

/// Whether each node is one of those at `roots` (indices) or read by them, directly or through other nodes.
///
/// Nothing is followed through a node for which `is_followed` is false: the node itself counts, what it reads does not.
/// Inputs that name no earlier node are passed over.
pub fn dependencies(network: &NetworkSpec, roots: &[usize], is_followed: impl Fn(&Operator) -> bool) -> Vec<bool> {
    let places = network.nodes.iter().enumerate().map(|(index, node)| (node.name.as_str(), index));
    let places: BTreeMap<&str, usize> = places.collect();
    let mut used = vec![false; network.nodes.len()];
    roots.iter().for_each(|&root| used[root] = true);
    for (index, node) in network.nodes.iter().enumerate().rev() {
        if !used[index] || !is_followed(&node.operator) {
            continue;
        }
        let read = node.inputs.iter().filter_map(|input| places.get(input.as_str()));
        read.filter(|place| **place < index).for_each(|&place| used[place] = true);
    }
    used
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Activation;

    #[test]
    fn what_a_node_depends_on_stops_where_nothing_is_followed() {
        let network = NetworkSpec::perceptron(&[4], &[3, 3], Activation::Relu, 2);
        assert_eq!(dependencies(&network, &[1], |_| true), [true, true, false, false, false]);
        assert_eq!(dependencies(&network, &[4], Operator::has_weights), [false, false, false, true, true]);
    }
}
