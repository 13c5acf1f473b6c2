//! The shape of each node's value, and every mistake that a `NetworkSpec` can contain.
//!
//! A spec is data from outside (a manifest, a search, a stored request); everything else may rely on it once `shapes`
//! has accepted it. Sizes follow PyTorch's rules (floor division), so that the worker builds exactly this network.

use std::collections::BTreeMap;

use super::reach::{dependencies, has_weights};
use super::spec::{INPUT, NetworkSpec, Node, Operator};

/// The largest number of values that one node may have per sample; what is above is a mistake, not a network.
pub const LARGEST_VALUE: usize = 1 << 31;

/// What is wrong with a network, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// The input's shape is neither a vector's nor an image's.
    #[error("network input {0:?}: the shape must be [features] or [channels, height, width], all positive")]
    Input(Vec<usize>),
    /// The output names no node.
    #[error("network output `{0}`: there is no node of that name")]
    Output(String),
    /// One node breaks a rule.
    #[error("network node `{node}`: {rule}")]
    Node {
        /// The node's name.
        node: String,
        /// The rule that it breaks, with the numbers that break it.
        rule: String,
    },
}

/// Shapes of the values of all nodes of a valid network, without the batch, in the order of `network.nodes`.
///
/// A vector is `[features]`, an image `[channels, height, width]`. The first mistake in the order of the nodes is
/// returned.
pub fn shapes(network: &NetworkSpec) -> Result<Vec<Vec<usize>>, ShapeError> {
    let input = &network.input;
    if !matches!(input.len(), 1 | 3) || volume(input).is_none() {
        return Err(ShapeError::Input(input.clone()));
    }
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut shapes: Vec<Vec<usize>> = Vec::with_capacity(network.nodes.len());
    for (index, node) in network.nodes.iter().enumerate() {
        let rule = |rule: String| ShapeError::Node { node: node.name.clone(), rule };
        check_name(&node.name).map_err(rule)?;
        if places.contains_key(node.name.as_str()) {
            return Err(rule("another node before it has the same name".to_owned()));
        }
        check_number_of_inputs(node).map_err(rule)?;
        let mut sources: Vec<&[usize]> = Vec::with_capacity(node.inputs.len());
        for source in &node.inputs {
            sources.push(match places.get(source.as_str()) {
                _ if source == INPUT => input,
                Some(&place) => &shapes[place],
                None => return Err(rule(format!("it reads `{source}`, which is neither `input` nor an earlier node"))),
            });
        }
        let shape = output_shape(&node.operator, &sources).map_err(rule)?;
        if volume(&shape).is_none() {
            return Err(rule(format!("its value {shape:?} is larger than {LARGEST_VALUE} numbers")));
        }
        places.insert(&node.name, index);
        shapes.push(shape);
    }
    let output = places.get(network.output.as_str()).ok_or_else(|| ShapeError::Output(network.output.clone()))?;
    check_all_used(network, *output)?;
    Ok(shapes)
}

/// A node with weights that the output does not depend on would never be trained: a mistake of whoever made the spec.
///
/// One without weights may hang beside the way to the output, for probes: ReLU of the logits, say.
fn check_all_used(network: &NetworkSpec, output: usize) -> Result<(), ShapeError> {
    let used = dependencies(network, &[output], |_| true);
    let unused = |(node, used): &(&Node, bool)| !used && has_weights(&node.operator);
    // The last one: what reads the others comes after them.
    match network.nodes.iter().zip(used).rev().find(unused) {
        Some((node, _)) => {
            let rule = format!("the output `{}` does not depend on it", network.output);
            Err(ShapeError::Node { node: node.name.clone(), rule })
        }
        None => Ok(()),
    }
}

/// One input, or any positive number of them for a concatenation or a sum.
fn check_number_of_inputs(node: &Node) -> Result<(), String> {
    match (&node.operator, node.inputs.len()) {
        (Operator::Concat, 0) => Err("`concat` reads at least 1 input, but none is named".to_owned()),
        (Operator::Add, 0) => Err("`add` reads at least 1 input, but none is named".to_owned()),
        (Operator::Concat | Operator::Add, _) | (_, 1) => Ok(()),
        (_, number) => Err(format!("its operator reads 1 input, but {number} are named")),
    }
}

/// Product of the sizes; absent where one is zero or the product is above `LARGEST_VALUE`.
fn volume(shape: &[usize]) -> Option<usize> {
    shape
        .iter()
        .try_fold(1usize, |product, &size| product.checked_mul(size))
        .filter(|&product| (1..=LARGEST_VALUE).contains(&product))
}

/// Names become tensor names (`<name>.weight`), so they hold no dot.
fn check_name(name: &str) -> Result<(), String> {
    let valid = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '/');
    if name == INPUT {
        return Err("the name `input` stands for the network's input".to_owned());
    }
    if name.is_empty() || !name.chars().all(valid) {
        return Err("a name consists of ASCII letters, digits, `_`, `-` and `/`".to_owned());
    }
    Ok(())
}

/// `sources`: the shapes of what the operator reads, as many as it may have.
fn output_shape(operator: &Operator, sources: &[&[usize]]) -> Result<Vec<usize>, String> {
    let source = sources[0];
    match *operator {
        Operator::Linear { units } => {
            positive(&[("units", units)])?;
            match source {
                [_] => Ok(vec![units]),
                _ => Err(format!("linear reads a vector, not {source:?}; put `flatten` or a global pool before it")),
            }
        }
        Operator::Conv2d { filters, kernel, stride, padding, dilation, groups } => {
            let [channels, height, width] = image(source)?;
            positive(&[("filters", filters), ("kernel", kernel), ("stride", stride)])?;
            positive(&[("dilation", dilation), ("groups", groups)])?;
            if channels % groups != 0 || filters % groups != 0 {
                return Err(format!("{groups} groups do not divide {channels} input channels and {filters} filters"));
            }
            let extent = (kernel - 1).checked_mul(dilation).and_then(|reach| reach.checked_add(1));
            let extent = extent.ok_or("its kernel is too large")?;
            let size = |size| windows(size, extent, stride, padding);
            Ok(vec![filters, size(height)?, size(width)?])
        }
        Operator::Conv2dRect { filters, kernel, stride, padding } => {
            let [_, height, width] = image(source)?;
            positive(&[("filters", filters), ("kernel[0]", kernel[0]), ("kernel[1]", kernel[1]), ("stride", stride)])?;
            let height = windows(height, kernel[0], stride, padding[0])?;
            Ok(vec![filters, height, windows(width, kernel[1], stride, padding[1])?])
        }
        Operator::BatchNorm | Operator::Activation { .. } => Ok(source.to_vec()),
        Operator::MaxPool2d { kernel, stride, padding } | Operator::AvgPool2d { kernel, stride, padding } => {
            let [channels, height, width] = image(source)?;
            positive(&[("kernel", kernel), ("stride", stride)])?;
            if padding > kernel / 2 {
                return Err(format!("padding {padding} is more than half of kernel {kernel}"));
            }
            let size = |size| windows(size, kernel, stride, padding);
            Ok(vec![channels, size(height)?, size(width)?])
        }
        Operator::GlobalMeanPool => image(source).map(|[channels, _, _]| vec![channels]),
        Operator::Flatten => image(source).map(|[channels, height, width]| vec![channels * height * width]),
        Operator::Concat => concatenated(sources),
        Operator::Add => match sources.iter().find(|shape| **shape != source) {
            Some(other) => Err(format!("{other:?} and {source:?} differ and cannot be added")),
            None => Ok(source.to_vec()),
        },
        Operator::Slice { start, length } => {
            positive(&[("length", length)])?;
            let features = vector(source)?;
            match start.checked_add(length) {
                Some(end) if end <= features => Ok(vec![length]),
                _ => Err(format!("{length} features from {start} on are not within its input's {features}")),
            }
        }
        Operator::LatentSample => match vector(source)? {
            features if features.is_multiple_of(2) => Ok(vec![features / 2]),
            features => Err(format!("it reads as many means as variances, but its input has {features} features")),
        },
    }
}

fn vector(source: &[usize]) -> Result<usize, String> {
    let [features] = source else { return Err(format!("its operator reads a vector, not {source:?}")) };
    Ok(*features)
}

/// The channels (or features) of all sources behind one another; everything else must agree.
fn concatenated(sources: &[&[usize]]) -> Result<Vec<usize>, String> {
    let first = sources[0];
    if let Some(other) = sources.iter().find(|shape| shape.len() != first.len() || shape[1..] != first[1..]) {
        return Err(format!("{other:?} and {first:?} differ in more than their channels and cannot be concatenated"));
    }
    let channels = sources.iter().try_fold(0usize, |sum, shape| sum.checked_add(shape[0]));
    let channels = channels.ok_or("its inputs have too many channels")?;
    Ok(std::iter::once(channels).chain(first[1..].iter().copied()).collect())
}

fn image(source: &[usize]) -> Result<[usize; 3], String> {
    source.try_into().map_err(|_| format!("its operator reads an image [channels, height, width], not {source:?}"))
}

fn positive(sizes: &[(&str, usize)]) -> Result<(), String> {
    match sizes.iter().find(|(_, size)| *size == 0) {
        Some((name, _)) => Err(format!("{name} must be at least 1")),
        None => Ok(()),
    }
}

/// Number of windows of `extent` cells along `size` cells with zeros on both sides.
fn windows(size: usize, extent: usize, stride: usize, padding: usize) -> Result<usize, String> {
    let padded = padding.checked_mul(2).and_then(|both| both.checked_add(size)).ok_or("its padding is too large")?;
    if extent > padded {
        return Err(format!("a window of {extent} cells does not fit into {size} cells with padding {padding}"));
    }
    Ok((padded - extent) / stride + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::spec::Activation;

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
        assert!(rule_broken(&network).contains("`concat`: `concat` reads at least 1 input, but none is named"));
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
        assert!(rule_broken(&network).contains("`concat`: `add` reads at least 1 input"));
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
        let beside = |name: &str, operator, source: &str| Node {
            name: name.to_owned(),
            operator,
            inputs: vec![source.to_owned()],
        };
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
}
