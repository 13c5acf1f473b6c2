//! What one forward pass of one sample costs, computed from the spec alone.
//!
//! Convention: one multiply-add is one multiplication together with its addition. Only linear layers and convolutions
//! are counted; bias, normalisation, activation functions, pooling and reshaping are not (as the tool `thop` counts a
//! bias-free affine map, <https://github.com/Lyken17/pytorch-OpCounter>). Floating-point operations in the other common
//! convention are twice this number.
//!
//! From the same counts follow the seconds of a training step under a cost model: synthetic, exact, the same everywhere.

use serde::{Deserialize, Serialize};

use super::parameter::{parameters, source_shape};
use super::shape::{ShapeError, shapes};
use super::spec::NetworkSpec;

/// The cost of a network, node by node and in total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Costs of the nodes, in the order of the network's nodes.
    pub nodes: Vec<NodeCost>,
    /// Their sum.
    pub total: NodeCost,
}

/// The cost of one node, or the sum over nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NodeCost {
    /// Values that an optimiser moves.
    pub parameters: u64,
    /// Multiply-adds of linear layers and convolutions for one sample.
    pub multiply_adds: u64,
    /// Values that the nodes pass on for one sample; times four bytes, the memory of the activations.
    pub activations: u64,
}

/// The cost of `network`, with the first mistake where it is not valid.
pub fn cost(network: &NetworkSpec) -> Result<Cost, ShapeError> {
    let shapes = shapes(network)?;
    let mut nodes: Vec<NodeCost> = (0..shapes.len()).map(|index| node_cost(network, &shapes, index)).collect();
    for parameter in parameters(network)?.iter().filter(|parameter| parameter.trainable) {
        nodes[parameter.node].parameters += parameter.size() as u64;
    }
    let mut total = NodeCost::default();
    for node in &nodes {
        total.parameters += node.parameters;
        // Each is below 2^62, and four of that size are more than the type holds: no network that anybody can compute.
        total.multiply_adds = total.multiply_adds.saturating_add(node.multiply_adds);
        total.activations += node.activations;
    }
    Ok(Cost { nodes, total })
}

/// Constants of the cost model of time: seconds of a step = sum over nodes of (overhead + multiply-adds / rate + bytes /
/// bandwidth).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CostModel {
    /// Seconds per node and step, whatever the node does.
    pub overhead_seconds: f64,
    /// Multiply-adds per second.
    pub multiply_adds_per_second: f64,
    /// Bytes per second.
    pub bytes_per_second: f64,
}

/// Passes over a node in one training step: forward, backward to its inputs, backward to its weights.
const PASSES: f64 = 3.0;

/// Bytes of an f32 value.
const VALUE_BYTES: f64 = 4.0;

/// Seconds of one training step of `network` on `batch` samples under a cost model.
///
/// The multiply-adds of a node are those of `cost` times the batch. Its bytes are four for every activation that it passes
/// on, times the batch, and four for every value that an optimiser moves, once. Both count three times: forward, and
/// backward to inputs and to weights, each as large as the forward pass. The overhead counts once. Optimiser and loading
/// of samples are in the constants or nowhere. Only sums, products and quotients: the same bits on every machine.
pub fn step_seconds(network: &NetworkSpec, batch: usize, model: &CostModel) -> Result<f64, ShapeError> {
    seconds(network, batch, PASSES, 1, model)
}

/// Seconds of one forward pass of `network` on `batch` samples under a cost model, with so many threads.
///
/// As `step_seconds`, but the multiply-adds and bytes of a node count once, for the pass forward, and are shared among the
/// threads evenly; its overhead is not shared. `threads` is at least 1.
pub fn pass_seconds(network: &NetworkSpec, batch: usize, threads: usize, model: &CostModel) -> Result<f64, ShapeError> {
    seconds(network, batch, 1.0, threads, model)
}

/// Seconds of so many passes over every node.
fn seconds(
    network: &NetworkSpec,
    batch: usize,
    passes: f64,
    threads: usize,
    model: &CostModel,
) -> Result<f64, ShapeError> {
    let (batch, threads) = (batch as f64, threads as f64);
    let of_node = |node: &NodeCost| {
        let multiply_adds = passes * node.multiply_adds as f64 * batch;
        let bytes = passes * VALUE_BYTES * (node.activations as f64 * batch + node.parameters as f64);
        let (computing, moving) = (multiply_adds / model.multiply_adds_per_second, bytes / model.bytes_per_second);
        model.overhead_seconds + computing / threads + moving / threads
    };
    Ok(cost(network)?.nodes.iter().map(of_node).sum())
}

fn node_cost(network: &NetworkSpec, shapes: &[Vec<usize>], index: usize) -> NodeCost {
    let activations = shapes[index].iter().product::<usize>() as u64;
    let channels = source_shape(network, shapes, index)[0];
    let multiply_adds = activations * network.nodes[index].operator.multiply_adds_per_value(channels) as u64;
    NodeCost { parameters: 0, multiply_adds, activations }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Activation, INPUT, Node, Operator};

    /// By hand: 784 x 100 + 9 layers of 100 x 100 + 100 x 10, and one bias per unit.
    #[test]
    fn ten_layers_of_100_units_on_mnist_cost_what_the_hand_count_says() {
        let network = NetworkSpec::perceptron(&[1, 28, 28], &[100; 10], Activation::Relu, 10);
        let total = cost(&network).expect("valid").total;
        assert_eq!(total.multiply_adds, 78_400 + 9 * 10_000 + 1_000);
        assert_eq!(total.parameters, total.multiply_adds + 10 * 100 + 10);
        assert_eq!(total.activations, 784 + 10 * 200 + 10);
    }

    /// PyTorch 2.11: `sum(p.numel() for p in model.parameters())` of Conv2d(3, 8, 3, padding=1), BatchNorm2d(8), ReLU,
    /// Conv2d(8, 16, 3, stride=2, groups=4), AvgPool2d(3), Flatten, Linear(64, 10) is 1,194; multiply-adds are
    /// 8 x 16 x 16 x 27, then 16 x 7 x 7 x 18 and 64 x 10.
    #[test]
    fn a_small_convolutional_network_costs_what_pytorch_counts() {
        let conv = |filters, stride, padding, groups| Operator::Conv2d {
            filters,
            kernel: 3,
            stride,
            padding,
            dilation: 1,
            groups,
        };
        let layers = vec![
            ("first".to_owned(), conv(8, 1, 1, 1)),
            ("norm".to_owned(), Operator::BatchNorm),
            ("relu".to_owned(), Operator::Activation { function: Activation::Relu }),
            ("second".to_owned(), conv(16, 2, 0, 4)),
            ("pool".to_owned(), Operator::AvgPool2d { kernel: 3, stride: 3, padding: 0 }),
            ("flatten".to_owned(), Operator::Flatten),
            ("logits".to_owned(), Operator::Linear { units: 10 }),
        ];
        let cost = cost(&NetworkSpec::sequential(vec![3, 16, 16], layers)).expect("valid");
        assert_eq!(cost.total.parameters, 1_194);
        assert_eq!(cost.total.multiply_adds, 55_296 + 14_112 + 640);
        assert_eq!(cost.nodes[3], NodeCost { parameters: 304, multiply_adds: 14_112, activations: 784 });
    }

    /// By hand, on 3 x 8 x 8: 1 x 7 to 4 channels is 4 x 3 x 7 weights and as many multiply-adds per pixel, 7 x 1 is
    /// 4 x 4 x 7; a depthwise 5 x 5 is 3 x 25 and its pointwise partner 4 x 3; a dilated 3 x 3 is 5 x 3 x 9; the mean
    /// pool and the concatenation of 4 + 4 + 5 + 3 channels have none; the projection is 6 x 16.
    #[test]
    fn a_cell_of_branches_costs_what_the_hand_count_says() {
        let rect = |kernel, padding| Operator::Conv2dRect { filters: 4, kernel, stride: 1, padding };
        let conv = |filters, kernel, padding, dilation, groups| Operator::Conv2d {
            filters,
            kernel,
            stride: 1,
            padding,
            dilation,
            groups,
        };
        let node = |name: &str, operator, inputs: &[&str]| Node {
            name: name.to_owned(),
            operator,
            inputs: inputs.iter().map(|&input| input.to_owned()).collect(),
        };
        let nodes = vec![
            node("wide", rect([1, 7], [0, 3]), &[INPUT]),
            node("tall", rect([7, 1], [3, 0]), &["wide"]),
            node("depthwise", conv(3, 5, 2, 1, 3), &[INPUT]),
            node("pointwise", conv(4, 1, 0, 1, 1), &["depthwise"]),
            node("dilated", conv(5, 3, 2, 2, 1), &[INPUT]),
            node("mean", Operator::AvgPool2d { kernel: 3, stride: 1, padding: 1 }, &[INPUT]),
            node("concat", Operator::Concat, &["tall", "pointwise", "dilated", "mean"]),
            node("projection", conv(6, 1, 0, 1, 1), &["concat"]),
        ];
        let network = NetworkSpec { input: vec![3, 8, 8], nodes, output: "projection".to_owned() };
        let cost = cost(&network).expect("valid");
        let weights = [84, 112, 75, 12, 135, 0, 0, 96];
        let biases = [4, 4, 3, 4, 5, 0, 0, 6];
        let channels = [4, 4, 3, 4, 5, 3, 16, 6];
        for (index, node) in cost.nodes.iter().enumerate() {
            let parameters = weights[index] + biases[index];
            let expected =
                NodeCost { parameters, multiply_adds: 64 * weights[index], activations: 64 * channels[index] };
            assert_eq!(*node, expected, "{}", network.nodes[index].name);
        }
        assert_eq!(cost.total, NodeCost { parameters: 540, multiply_adds: 32_896, activations: 2_880 });
    }

    /// A kernel of 2^15 x 2^15 on an image of that size has 2^60 multiply-adds: 17 of them are more than 2^64.
    #[test]
    fn what_is_too_much_to_be_counted_is_as_much_as_can_be() {
        let side = 1 << 15;
        let kernel = Operator::Conv2dRect { filters: 1, kernel: [side; 2], stride: 1, padding: [side / 2; 2] };
        let layers = |count| (0..count).map(|index| (format!("layer_{index}"), kernel.clone())).collect();
        let total = |count| {
            let network = NetworkSpec::sequential(vec![1, side, side], layers(count));
            cost(&network).expect("valid").total.multiply_adds
        };
        assert!((1 << 60..1 << 61).contains(&total(1)));
        assert_eq!(total(17), u64::MAX);
    }

    /// Powers of two as constants, so that the sum by hand is exact. Linear(4, 3): 12 multiply-adds, 15 parameters, 3
    /// activations; ReLU: 3 activations; Linear(3, 2): 6 multiply-adds, 8 parameters, 2 activations. A batch of 10.
    #[test]
    fn seconds_of_a_step_are_what_the_hand_count_says() {
        let network = NetworkSpec::perceptron(&[4], &[3], Activation::Relu, 2);
        let model = |overhead_seconds, multiply_adds, bytes| CostModel {
            overhead_seconds,
            multiply_adds_per_second: multiply_adds,
            bytes_per_second: bytes,
        };
        let seconds = |model| step_seconds(&network, 10, &model).expect("valid");
        let never = f64::INFINITY;
        assert_eq!(seconds(model(0.25, never, never)), 0.75);
        assert_eq!(seconds(model(0.0, 16.0, never)), 3.0 * 10.0 * (12.0 + 6.0) / 16.0);
        assert_eq!(seconds(model(0.0, never, 8.0)), 3.0 * 4.0 * (10.0 * (3.0 + 3.0 + 2.0) + 15.0 + 8.0) / 8.0);
        let all = seconds(model(0.25, 16.0, 8.0));
        assert_eq!(all, 0.75 + 33.75 + 154.5);
        assert!(step_seconds(&network, 20, &model(0.25, 16.0, 8.0)).expect("valid") > all);
    }

    /// The same network: 18 multiply-adds and 8 activations of one sample, 23 parameters, three nodes.
    #[test]
    fn seconds_of_a_forward_pass_are_what_the_hand_count_says_and_threads_share_all_but_the_overhead() {
        let network = NetworkSpec::perceptron(&[4], &[3], Activation::Relu, 2);
        let model = CostModel { overhead_seconds: 0.25, multiply_adds_per_second: 16.0, bytes_per_second: 8.0 };
        let seconds = |threads| pass_seconds(&network, 10, threads, &model).expect("valid");
        let (overhead, shared) = (3.0 * 0.25, 10.0 * 18.0 / 16.0 + 4.0 * (10.0 * 8.0 + 23.0) / 8.0);
        assert_eq!([1, 2, 4].map(seconds), [overhead + shared, overhead + shared / 2.0, overhead + shared / 4.0]);
    }
}
