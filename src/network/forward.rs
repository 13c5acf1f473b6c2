//! A small forward pass in plain Rust: for tests that two networks compute the same, where no libtorch is available.
//!
//! One sample at a time, everything in f64, without regard to speed. It knows the layers of networks of vectors:
//! linear layers, activation functions, concatenation, sum, product, slice, flattening, and latent samples without noise. A test
//! of the worker holds it against libtorch.

use std::collections::BTreeMap;

use super::shape::{ShapeError, shapes};
use super::spec::{Activation, INPUT, NetworkSpec, Node, Operator};
use super::weights::{Tensor, Tensors};

/// A value of a network cannot be computed here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ForwardError {
    /// The network is none.
    #[error(transparent)]
    Network(#[from] ShapeError),
    /// The sample is not one that the network reads.
    #[error("the network reads {expected} values, but the sample has {found}")]
    Input {
        /// Values of one sample.
        expected: usize,
        /// Values that were given.
        found: usize,
    },
    /// A layer is of a kind that only the worker computes.
    #[error("network node `{0}`: its operator is not known to the forward pass in plain Rust; ask the worker")]
    Operator(String),
    /// A tensor is missing or has another shape.
    #[error("tensor `{name}` must have shape {expected:?}, but {found}")]
    Tensor {
        /// The tensor.
        name: String,
        /// Its shape in the network.
        expected: Vec<usize>,
        /// What the weights hold instead.
        found: String,
    },
}

/// The value of every node for one sample, by name; images as they lie in memory, channels outermost.
///
/// `sample`: as many values as the product of `network.input`. A latent sample has the value of its mean.
pub fn forward(
    network: &NetworkSpec,
    weights: &Tensors,
    sample: &[f64],
) -> Result<BTreeMap<String, Vec<f64>>, ForwardError> {
    shapes(network)?;
    let expected = network.input.iter().product();
    if sample.len() != expected {
        return Err(ForwardError::Input { expected, found: sample.len() });
    }
    let mut values: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for node in &network.nodes {
        let source = |name: &String| if name == INPUT { sample } else { values[name].as_slice() };
        let sources: Vec<&[f64]> = node.inputs.iter().map(source).collect();
        let value = node_value(node, &sources, weights)?;
        values.insert(node.name.clone(), value);
    }
    Ok(values)
}

fn node_value(node: &Node, sources: &[&[f64]], weights: &Tensors) -> Result<Vec<f64>, ForwardError> {
    let x = sources[0];
    Ok(match node.operator {
        Operator::Linear { units } => linear(node, x, units, weights)?,
        Operator::Activation { function } => x.iter().map(|&x| activation(function, x)).collect(),
        Operator::Flatten => x.to_vec(),
        Operator::Concat => sources.concat(),
        Operator::Add => (0..x.len()).map(|index| sources.iter().map(|source| source[index]).sum()).collect(),
        Operator::Multiply => x.iter().zip(sources[1]).map(|(x, y)| x * y).collect(),
        Operator::Slice { start, length } => x[start..start + length].to_vec(),
        Operator::LatentSample => x[..x.len() / 2].to_vec(),
        Operator::Conv2d { .. }
        | Operator::Conv2dRect { .. }
        | Operator::BatchNorm
        | Operator::MaxPool2d { .. }
        | Operator::AvgPool2d { .. }
        | Operator::GlobalMeanPool => return Err(ForwardError::Operator(node.name.clone())),
    })
}

fn linear(node: &Node, x: &[f64], units: usize, weights: &Tensors) -> Result<Vec<f64>, ForwardError> {
    let weight = tensor(weights, format!("{}.weight", node.name), vec![units, x.len()])?;
    let bias = tensor(weights, format!("{}.bias", node.name), vec![units])?;
    let unit = |(row, &bias): (&[f32], &f32)| {
        f64::from(bias) + row.iter().zip(x).map(|(&weight, x)| f64::from(weight) * x).sum::<f64>()
    };
    Ok(weight.values.chunks_exact(x.len()).zip(&bias.values).map(unit).collect())
}

fn tensor(weights: &Tensors, name: String, expected: Vec<usize>) -> Result<&Tensor, ForwardError> {
    let found = match weights.get(&name) {
        Some(tensor) if tensor.shape == expected => return Ok(tensor),
        Some(tensor) => format!("has shape {:?}", tensor.shape),
        None => "is not among the weights".to_owned(),
    };
    Err(ForwardError::Tensor { name, expected, found })
}

fn activation(function: Activation, x: f64) -> f64 {
    let sigmoid = |x: f64| 1.0 / (1.0 + libm::exp(-x));
    match function {
        Activation::Relu => x.max(0.0),
        Activation::Sigmoid => sigmoid(x),
        Activation::Tanh => libm::tanh(x),
        Activation::Swish => x * sigmoid(x),
        Activation::Gelu => 0.5 * x * (1.0 + libm::erf(x / std::f64::consts::SQRT_2)),
        Activation::Elu => {
            if x > 0.0 {
                x
            } else {
                libm::expm1(x)
            }
        }
        // The same without overflow for large x.
        Activation::Softplus => x.max(0.0) + libm::log1p(libm::exp(-x.abs())),
        Activation::Softsign => x / (1.0 + x.abs()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tensors(all: &[(&str, &[usize], &[f32])]) -> Tensors {
        let tensor = |(name, shape, values): &(&str, &[usize], &[f32])| {
            (name.to_string(), Tensor { shape: shape.to_vec(), values: values.to_vec() })
        };
        all.iter().map(tensor).collect()
    }

    /// Two features, (1, 2): by hand.
    #[test]
    fn every_layer_of_vectors_has_the_value_of_the_hand_count() {
        let nodes = vec![
            Node::new("linear", Operator::Linear { units: 2 }, &[INPUT]),
            Node::new("both", Operator::Concat, &["linear", INPUT]),
            Node::new("relu", Operator::Activation { function: Activation::Relu }, &["both"]),
            Node::new("middle", Operator::Slice { start: 1, length: 2 }, &["relu"]),
            Node::new("latent", Operator::LatentSample, &["both"]),
            Node::new("sum", Operator::Add, &["middle", "latent", INPUT]),
            Node::new("product", Operator::Multiply, &["sum", INPUT]),
        ];
        let network = NetworkSpec { input: vec![2], nodes, output: "product".to_owned() };
        let weights =
            tensors(&[("linear.weight", &[2, 2], &[1.0, -1.0, 0.5, 2.0]), ("linear.bias", &[2], &[-1.0, 0.25])]);
        let values = forward(&network, &weights, &[1.0, 2.0]).expect("valid");
        assert_eq!(values["linear"], [-2.0, 4.75]);
        assert_eq!(values["both"], [-2.0, 4.75, 1.0, 2.0]);
        assert_eq!(values["relu"], [0.0, 4.75, 1.0, 2.0]);
        assert_eq!(values["middle"], [4.75, 1.0]);
        assert_eq!(values["latent"], [-2.0, 4.75]);
        assert_eq!(values["sum"], [3.75, 7.75]);
        assert_eq!(values["product"], [3.75, 15.5]);
    }

    /// Values of PyTorch 2.11.0 in f64 (`torch.nn.functional`) at -1.5 and 0.75.
    #[test]
    fn activation_functions_have_pytorchs_values() {
        let cases = [
            (Activation::Relu, [0.0, 0.75]),
            (Activation::Sigmoid, [0.18242552380635635, 0.679178699175393]),
            (Activation::Tanh, [-0.9051482536448664, 0.6351489523872873]),
            (Activation::Swish, [-0.2736382857095345, 0.5093840243815447]),
            (Activation::Gelu, [-0.10021080190328704, 0.5800294857173489]),
            (Activation::Elu, [-0.7768698398515702, 0.75]),
            (Activation::Softplus, [0.2014132779827524, 1.1368710061148999]),
            (Activation::Softsign, [-0.6, 0.42857142857142855]),
        ];
        for (function, expected) in cases {
            for (x, expected) in [-1.5, 0.75].into_iter().zip(expected) {
                let found = activation(function, x);
                assert!((found - expected).abs() < 1e-14, "{function:?}({x}): {found} instead of {expected}");
            }
        }
        assert_eq!(activation(Activation::Softplus, 1000.0), 1000.0);
    }

    #[test]
    fn what_cannot_be_computed_is_named() {
        let network = NetworkSpec::perceptron(&[2], &[], Activation::Relu, 1);
        let message =
            |weights: &Tensors, sample: &[f64]| forward(&network, weights, sample).expect_err("it cannot").to_string();
        let none = Tensors::new();
        assert!(message(&none, &[1.0]).contains("reads 2 values, but the sample has 1"));
        assert!(message(&none, &[1.0, 2.0]).contains("`logits.weight` must have shape [1, 2], but is not among"));
        let other = tensors(&[("logits.weight", &[1, 3], &[0.0; 3])]);
        assert!(message(&other, &[1.0, 2.0]).contains("`logits.weight` must have shape [1, 2], but has shape [1, 3]"));
        let norm = NetworkSpec::sequential(vec![2], vec![("norm".to_owned(), Operator::BatchNorm)]);
        let error = forward(&norm, &none, &[1.0, 2.0]).expect_err("not known here").to_string();
        assert!(error.contains("network node `norm`"), "{error}");
    }
}
