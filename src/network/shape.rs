//! The shape of each node's value, and every mistake that a `NetworkSpec` can contain.
//!
//! A spec is data from outside (a manifest, a search, a stored request); everything else may rely on it once `shapes`
//! has accepted it. Sizes follow PyTorch's rules (floor division), so that the worker builds exactly this network.

use std::collections::BTreeMap;

use super::reach::{dependencies, has_weights};
use super::spec::{INPUT, NetworkSpec, Node, Operator};

/// The largest number of values that one node may have per sample; what is above is a mistake, not a network.
pub const LARGEST_VALUE: usize = 1 << 31;

/// The largest number of values that one tensor of weights may have.
pub const LARGEST_TENSOR: usize = 1 << 31;

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
        check_weights(&node.operator, sources[0]).map_err(rule)?;
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

/// One input; two for a product, any positive number of them for a concatenation or a sum.
fn check_number_of_inputs(node: &Node) -> Result<(), String> {
    match (&node.operator, node.inputs.len()) {
        (Operator::Concat, 0) => Err("`concat` reads at least 1 input, but none is named".to_owned()),
        (Operator::Add, 0) => Err("`add` reads at least 1 input, but none is named".to_owned()),
        (Operator::Concat | Operator::Add, _) | (Operator::Multiply, 2) => Ok(()),
        (Operator::Multiply, number) => Err(format!("`multiply` reads 2 inputs, but {number} are named")),
        (_, 1) => Ok(()),
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

/// A kernel may be as large as its padding, which no value shows: the weights are looked at too. What reads them may
/// multiply their sizes.
fn check_weights(operator: &Operator, source: &[usize]) -> Result<(), String> {
    let sizes = match *operator {
        Operator::Linear { units } => [units, source[0], 1, 1],
        Operator::Conv2d { filters, kernel, groups, .. } => [filters, source[0] / groups, kernel, kernel],
        Operator::Conv2dRect { filters, kernel: [height, width], .. } => [filters, source[0], height, width],
        Operator::BatchNorm
        | Operator::Activation { .. }
        | Operator::MaxPool2d { .. }
        | Operator::AvgPool2d { .. }
        | Operator::GlobalMeanPool
        | Operator::Flatten
        | Operator::Concat
        | Operator::Add
        | Operator::Multiply
        | Operator::Slice { .. }
        | Operator::LatentSample => return Ok(()),
    };
    let values = sizes.iter().try_fold(1usize, |product, &size| product.checked_mul(size));
    match values {
        Some(values) if values <= LARGEST_TENSOR => Ok(()),
        Some(_) | None => Err(format!("its weights {sizes:?} are more than {LARGEST_TENSOR} numbers")),
    }
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
        Operator::Multiply => match (source, sources[1]) {
            ([channels, _, _] | [channels], [features]) if channels == features => Ok(source.to_vec()),
            (first, second) => Err(format!("{first:?} and {second:?} cannot be multiplied channel by channel")),
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
mod tests;
