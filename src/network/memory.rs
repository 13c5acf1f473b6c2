//! How many values a forward pass holds at once.
//!
//! The definition is ours, since papers say "memory" without one: nodes are computed one after the other in the order of
//! the spec, each into values of its own; a value is let go once the last node that reads it is computed. Weights are not
//! counted here, and no layer works in place.

use std::collections::BTreeMap;

use super::shape::{ShapeError, shapes};
use super::spec::{INPUT, NetworkSpec};

/// The largest number of values, the network's input among them, that are held at once for one sample; four bytes each.
pub fn peak_activations(network: &NetworkSpec) -> Result<u64, ShapeError> {
    let sizes: Vec<u64> = shapes(network)?.iter().map(|shape| shape.iter().product::<usize>() as u64).collect();
    // Where each value is read for the last time; the input's size stands for itself.
    let mut last_reads: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, node) in network.nodes.iter().enumerate() {
        node.inputs.iter().for_each(|input| {
            last_reads.insert(input, index);
        });
    }
    // The output is passed on, so that it is never let go.
    last_reads.insert(&network.output, network.nodes.len());
    let mut held: BTreeMap<&str, u64> = BTreeMap::new();
    held.insert(INPUT, network.input.iter().product::<usize>() as u64);
    let mut peak = 0;
    for (index, (node, &size)) in network.nodes.iter().zip(&sizes).enumerate() {
        held.insert(&node.name, size);
        peak = peak.max(held.values().sum());
        held.retain(|name, _| last_reads.get(name).is_some_and(|&last| last > index));
    }
    Ok(peak)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Activation, Node, Operator};

    /// A chain holds what a layer reads and what it makes: 4 + 8, 8 + 8, 8 + 3.
    #[test]
    fn a_chain_holds_two_neighbouring_values() {
        let network = NetworkSpec::perceptron(&[4], &[8], Activation::Relu, 3);
        assert_eq!(peak_activations(&network), Ok(16));
    }

    /// By hand, on 2 x 4 x 4 = 32 values: the expansion holds 32 + 96, its ReLU 32 + 96 + 96, the projection 32 + 96 + 32
    /// and the sum 32 + 32 + 32, since the input is read again; then 32 + 2 and 2 + 10.
    #[test]
    fn a_skip_holds_what_it_adds_until_the_sum() {
        let convolution =
            |filters| Operator::Conv2d { filters, kernel: 1, stride: 1, padding: 0, dilation: 1, groups: 1 };
        let mut nodes = vec![
            Node::new("expand", convolution(6), &[INPUT]),
            Node::new("relu", Operator::Activation { function: Activation::Relu }, &["expand"]),
            Node::new("project", convolution(2), &["relu"]),
            Node::new("sum", Operator::Add, &["project", INPUT]),
            Node::new("mean", Operator::GlobalMeanPool, &["sum"]),
            Node::new("logits", Operator::Linear { units: 10 }, &["mean"]),
        ];
        let network =
            |nodes: &[Node]| NetworkSpec { input: vec![2, 4, 4], nodes: nodes.to_vec(), output: "logits".to_owned() };
        assert_eq!(peak_activations(&network(&nodes)), Ok(32 + 96 + 96));
        // Without the skip the input is let go after the expansion.
        nodes[3].inputs = vec!["project".to_owned()];
        assert_eq!(peak_activations(&network(&nodes)), Ok(96 + 96));
    }

    #[test]
    fn a_value_that_nothing_reads_is_let_go_at_once() {
        let mut network = NetworkSpec::perceptron(&[4], &[8], Activation::Relu, 3);
        network.nodes.push(Node::new("beside", Operator::Activation { function: Activation::Relu }, &["logits"]));
        assert_eq!(peak_activations(&network), Ok(16));
        network.output = "softmax".to_owned();
        assert!(peak_activations(&network).is_err());
    }
}
