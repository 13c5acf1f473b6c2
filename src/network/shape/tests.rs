//! What networks are valid, and what is said of the others.

use super::*;
use crate::spec::{Activation, Operator};

fn conv(filters: usize, kernel: usize, stride: usize, padding: usize, dilation: usize, groups: usize) -> Operator {
    Operator::Conv2d { filters, kernel, stride, padding, dilation, groups }
}

fn chain(input: &[usize], operators: Vec<Operator>) -> NetworkSpec {
    let layers = operators.into_iter().enumerate().map(|(index, operator)| (format!("node_{index}"), operator));
    NetworkSpec::sequential(input.to_vec(), layers.collect())
}

fn rule_broken(network: &NetworkSpec) -> String {
    shapes(network).expect_err("the network is wrong").to_string()
}

#[test]
fn a_perceptron_on_images_is_flattened_first() {
    let network = NetworkSpec::perceptron(&[1, 28, 28], &[100, 50], Activation::Relu, 10);
    let all = shapes(&network).expect("valid");
    assert_eq!(all, vec![vec![784], vec![100], vec![100], vec![50], vec![50], vec![10]]);
}

/// Sizes that PyTorch 2.11 gives for the same layers.
#[test]
fn convolutions_and_pools_have_pytorchs_sizes() {
    let network = chain(
        &[3, 32, 30],
        vec![
            conv(8, 3, 2, 1, 1, 1),
            conv(8, 3, 1, 0, 2, 8),
            Operator::MaxPool2d { kernel: 3, stride: 2, padding: 1 },
            Operator::AvgPool2d { kernel: 2, stride: 2, padding: 0 },
            Operator::GlobalMeanPool,
        ],
    );
    let all = shapes(&network).expect("valid");
    assert_eq!(all, vec![vec![8, 16, 15], vec![8, 12, 11], vec![8, 6, 6], vec![8, 3, 3], vec![8]]);
}

fn wide(kernel: [usize; 2], stride: usize, padding: [usize; 2]) -> Operator {
    Operator::Conv2dRect { filters: 4, kernel, stride, padding }
}

fn concat(inputs: &[&str]) -> Node {
    let inputs = inputs.iter().map(|&name| name.to_owned()).collect();
    Node { name: "concat".to_owned(), operator: Operator::Concat, inputs }
}

/// 1 x 7, then 7 x 1, keeps the size; halves it with stride 2 (PyTorch 2.11: 15 becomes 8).
#[test]
fn kernels_that_are_not_square_pad_each_side_by_its_own() {
    let both = |stride| chain(&[3, 16, 15], vec![wide([1, 7], stride, [0, 3]), wide([7, 1], 1, [3, 0])]);
    assert_eq!(shapes(&both(1)).expect("valid"), [vec![4, 16, 15], vec![4, 16, 15]]);
    assert_eq!(shapes(&both(2)).expect("valid"), [vec![4, 8, 8], vec![4, 8, 8]]);
}

#[test]
fn a_concatenation_adds_the_channels_of_what_it_reads() {
    let mut network = chain(&[3, 8, 8], vec![conv(5, 3, 1, 1, 1, 1), conv(2, 3, 2, 1, 1, 1)]);
    network.output = "concat".to_owned();
    network.nodes.push(concat(&["node_0", "input", "node_0"]));
    network.nodes[1].inputs = vec!["concat".to_owned()];
    network.nodes.swap(1, 2);
    network.output = "node_1".to_owned();
    assert_eq!(shapes(&network).expect("valid"), [vec![5, 8, 8], vec![13, 8, 8], vec![2, 4, 4]]);

    network.nodes[1].inputs.clear();
    assert!(rule_broken(&network).contains("`concat`: its operator reads at least 1 input, but none is named"));
    let mut sizes = chain(&[3, 8, 8], vec![conv(5, 3, 2, 1, 1, 1)]);
    sizes.nodes.push(concat(&["input", "node_0"]));
    sizes.output = "concat".to_owned();
    assert!(rule_broken(&sizes).contains("`concat`: [5, 4, 4] and [3, 8, 8] differ in more than their channels"));
    let mut vector = chain(&[3, 8, 8], vec![Operator::GlobalMeanPool]);
    vector.nodes.push(concat(&["node_0", "input"]));
    vector.output = "concat".to_owned();
    assert!(rule_broken(&vector).contains("[3, 8, 8] and [3] differ in more than"));
    vector.nodes[1].inputs = vec!["node_0".to_owned(); 2];
    assert_eq!(shapes(&vector).expect("vectors").last(), Some(&vec![6]));
}

#[test]
fn sums_slices_and_latent_samples_have_their_sizes() {
    let mut network = chain(&[8], vec![Operator::Slice { start: 2, length: 6 }, Operator::LatentSample]);
    network.nodes.push(Node { operator: Operator::Add, ..concat(&["node_1", "node_1"]) });
    assert_eq!(shapes(&network).expect("valid"), [vec![6], vec![3], vec![3]]);
    network.nodes[2].inputs[1] = "node_0".to_owned();
    assert!(rule_broken(&network).contains("`concat`: [6] and [3] differ and cannot be added"));
    network.nodes[2].inputs.clear();
    assert!(rule_broken(&network).contains("`concat`: its operator reads at least 1 input"));
}

#[test]
fn a_product_scales_each_channel_by_its_feature() {
    let mut network = chain(&[3, 8, 8], vec![Operator::GlobalMeanPool]);
    let multiply = |inputs: &[&str]| Node { operator: Operator::Multiply, ..concat(inputs) };
    network.output = "concat".to_owned();
    network.nodes.push(multiply(&["input", "node_0"]));
    assert_eq!(shapes(&network).expect("valid"), [vec![3], vec![3, 8, 8]]);
    network.nodes[1] = multiply(&["node_0", "node_0"]);
    assert_eq!(shapes(&network).expect("vectors"), [vec![3], vec![3]]);
    network.nodes[1] = multiply(&["node_0", "input"]);
    assert!(rule_broken(&network).contains("`concat`: [3] and [3, 8, 8] cannot be multiplied channel by channel"));
    network.nodes[1] = multiply(&["input", "node_0", "node_0"]);
    assert!(rule_broken(&network).contains("`concat`: its operator reads 2 inputs, but 3 are named"));
    network.nodes[0].operator = conv(4, 3, 2, 1, 1, 1);
    network
        .nodes
        .insert(1, Node { name: "four".to_owned(), operator: Operator::GlobalMeanPool, ..concat(&["node_0"]) });
    network.nodes[2] = multiply(&["input", "four"]);
    assert!(rule_broken(&network).contains("`concat`: [3, 8, 8] and [4] cannot be multiplied"));
}

#[test]
fn every_mistake_names_the_node_and_the_rule() {
    let linear = |units| Operator::Linear { units };
    let slice = |start, length| Operator::Slice { start, length };
    let max_pool = |kernel, stride, padding| Operator::MaxPool2d { kernel, stride, padding };
    let cases = [
        (chain(&[1, 8, 8], vec![linear(3)]), "`node_0`: linear reads a vector, not [1, 8, 8]"),
        (chain(&[8], vec![linear(0)]), "`node_0`: units must be at least 1"),
        (chain(&[8], vec![conv(1, 1, 1, 0, 1, 1)]), "`node_0`: its operator reads an image"),
        (chain(&[3, 8, 8], vec![conv(4, 3, 1, 1, 1, 2)]), "`node_0`: 2 groups do not divide 3 input channels"),
        (chain(&[3, 8, 8], vec![conv(4, 3, 0, 1, 1, 1)]), "`node_0`: stride must be at least 1"),
        (chain(&[3, 8, 8], vec![conv(4, 5, 1, 0, 2, 1)]), "`node_0`: a window of 9 cells does not fit into 8"),
        (chain(&[3, 8, 8], vec![wide([1, 0], 1, [0, 3])]), "`node_0`: kernel[1] must be at least 1"),
        (chain(&[3, 8, 8], vec![wide([9, 1], 1, [0, 0])]), "`node_0`: a window of 9 cells does not fit into 8"),
        (chain(&[3, 8, 8], vec![max_pool(3, 1, 2)]), "`node_0`: padding 2 is more than half of kernel 3"),
        (chain(&[3, 8, 8], vec![conv(1 << 30, 3, 1, 1, 1, 1)]), "`node_0`: its value [1073741824, 8, 8] is larger"),
        (chain(&[8], vec![slice(3, 6)]), "`node_0`: 6 features from 3 on are not within its input's 8"),
        (chain(&[8], vec![slice(3, 0)]), "`node_0`: length must be at least 1"),
        (chain(&[1, 8, 8], vec![slice(0, 1)]), "`node_0`: its operator reads a vector, not [1, 8, 8]"),
        (chain(&[7], vec![Operator::LatentSample]), "`node_0`: it reads as many means as variances, but its input"),
        (chain(&[3, 8, 8], vec![Operator::Flatten, Operator::Flatten]), "`node_1`: its operator reads an image"),
    ];
    for (network, message) in cases {
        let rule = rule_broken(&network);
        assert!(rule.contains(message), "{rule} does not contain {message}");
    }
}

#[test]
fn what_hangs_beside_the_output_has_no_weights() {
    let mut network = NetworkSpec::perceptron(&[4], &[3], Activation::Relu, 2);
    let function = Activation::Relu;
    let beside =
        |name: &str, operator, source: &str| Node { name: name.to_owned(), operator, inputs: vec![source.to_owned()] };
    network.nodes.push(beside("relu_logits", Operator::Activation { function }, "logits"));
    assert_eq!(shapes(&network).expect("a probe").last(), Some(&vec![2]));
    network.nodes.push(beside("never_trained", Operator::Linear { units: 2 }, "relu_logits"));
    network.nodes.push(beside("relu_of_it", Operator::Activation { function }, "never_trained"));
    assert!(rule_broken(&network).contains("`never_trained`: the output `logits` does not depend on it"));
}

#[test]
fn names_and_wires_are_checked() {
    let network = || NetworkSpec::perceptron(&[4], &[3], Activation::Tanh, 2);
    let mut same_name = network();
    same_name.nodes[1].name = "hidden_1".to_owned();
    assert!(rule_broken(&same_name).contains("`hidden_1`: another node before it has the same name"));
    let mut reserved = network();
    reserved.nodes[0].name = "input".to_owned();
    assert!(rule_broken(&reserved).contains("stands for the network's input"));
    let mut dotted = network();
    dotted.nodes[0].name = "a.b".to_owned();
    assert!(rule_broken(&dotted).contains("`a.b`: a name consists of"));
    let mut forward = network();
    forward.nodes[0].inputs = vec!["logits".to_owned()];
    assert!(rule_broken(&forward).contains("it reads `logits`, which is neither"));
    let mut two_inputs = network();
    two_inputs.nodes[1].inputs.push("input".to_owned());
    assert!(rule_broken(&two_inputs).contains("reads 1 input, but 2 are named"));
    let mut unused = network();
    unused.output = "hidden_1".to_owned();
    assert!(rule_broken(&unused).contains("`logits`: the output `hidden_1` does not depend on it"));
    let mut no_output = network();
    no_output.output = "softmax".to_owned();
    assert!(rule_broken(&no_output).contains("output `softmax`: there is no node"));
    let mut no_input = network();
    no_input.input = vec![0];
    assert!(rule_broken(&no_input).contains("input [0]"));
}

/// A padding as wide as the kernel leaves a small value, whatever the size of both.
#[test]
fn weights_that_nothing_could_hold_are_refused_before_their_sizes_are_multiplied() {
    let side = 1 << 32;
    let square = chain(&[2, 8, 8], vec![conv(4, side + 1, side, side / 2, 1, 1)]);
    let said = "network node `node_0`: its weights [4, 2, 4294967297, 4294967297] are more than 2147483648 numbers";
    assert_eq!(rule_broken(&square), said);
    let flat = chain(&[2, 8, 8], vec![wide([side, side], side, [side / 2, side / 2])]);
    assert!(rule_broken(&flat).contains("[4, 2, 4294967296, 4294967296]"));
    let full = chain(&[1 << 20], vec![Operator::Linear { units: 1 << 12 }]);
    assert!(rule_broken(&full).contains("[4096, 1048576]"));
    assert!(shapes(&chain(&[1 << 20], vec![Operator::Linear { units: 1 << 11 }])).is_ok());
}
