//! The shape of each node's value, and every mistake that a `NetworkSpec` can contain.
//!
//! A spec is data from outside (a manifest, a search, a stored request); everything else may rely on it once `shapes`
//! has accepted it. What one operator makes of its inputs is in `operator`.

use std::collections::BTreeMap;

use super::reach::dependencies;
use super::spec::{INPUT, NetworkSpec, Node};

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
        node.operator.check_number_of_inputs(node.inputs.len()).map_err(rule)?;
        let mut sources: Vec<&[usize]> = Vec::with_capacity(node.inputs.len());
        for source in &node.inputs {
            sources.push(match places.get(source.as_str()) {
                _ if source == INPUT => input,
                Some(&place) => &shapes[place],
                None => return Err(rule(format!("it reads `{source}`, which is neither `input` nor an earlier node"))),
            });
        }
        let shape = node.operator.output_shape(&sources).map_err(rule)?;
        if volume(&shape).is_none() {
            return Err(rule(format!("its value {shape:?} is larger than {LARGEST_VALUE} numbers")));
        }
        check_weights(&node.operator.weight_shape(sources[0][0])).map_err(rule)?;
        places.insert(&node.name, index);
        shapes.push(shape);
    }
    let output = places.get(network.output.as_str()).ok_or_else(|| ShapeError::Output(network.output.clone()))?;
    check_all_used(network, *output)?;
    Ok(shapes)
}

/// A node with weights that the output does not depend on would never be trained: a mistake in whatever made the spec.
///
/// One without weights may hang beside the way to the output, for probes: ReLU of the logits, say.
fn check_all_used(network: &NetworkSpec, output: usize) -> Result<(), ShapeError> {
    let used = dependencies(network, &[output], |_| true);
    let unused = |(node, used): &(&Node, bool)| !used && node.operator.has_weights();
    // The last one: what reads the others comes after them.
    match network.nodes.iter().zip(used).rev().find(unused) {
        Some((node, _)) => {
            let rule = format!("the output `{}` does not depend on it", network.output);
            Err(ShapeError::Node { node: node.name.clone(), rule })
        }
        None => Ok(()),
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
fn check_weights(sizes: &[usize]) -> Result<(), String> {
    match sizes.iter().try_fold(1usize, |product, &size| product.checked_mul(size)) {
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

#[cfg(test)]
mod tests;
