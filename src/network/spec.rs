//! `NetworkSpec`: a serialisable graph of layers.
//!
//! It is part of every trial's key: adding an operator or an optional field (left out when absent) never changes the
//! canonical JSON of what exists, and a test pins the digests. There is no universal genotype: each paper has its own
//! type and turns it into a `NetworkSpec`.

use serde::{Deserialize, Serialize};

/// The name under which nodes refer to the network's input.
pub const INPUT: &str = "input";

/// A directed acyclic graph of layers in topological order: a node reads the input or nodes that stand before it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkSpec {
    /// The shape of one input sample without the batch: `[features]` or `[channels, height, width]`.
    pub input: Vec<usize>,
    /// The layers, each after everything that it reads.
    pub nodes: Vec<Node>,
    /// The name of the node whose value is the network's output: `[classes]` logits for a classifier. Every node with
    /// weights leads to it; where there are several outputs, it is a `Concat` of them (`task::heads`).
    pub output: String,
}

/// One layer and where its input comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// Unique within the network; it names the layer's weights (`<name>.weight`, `<name>.bias`) and probes.
    pub name: String,
    /// What the layer computes.
    pub operator: Operator,
    /// What it reads: `input` or names of earlier nodes. One name; two for `Multiply`, any number for `Concat` and `Add`.
    pub inputs: Vec<String>,
}

/// What a layer computes. Images are `[channels, height, width]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Operator {
    /// Affine map of a vector, with bias.
    Linear {
        /// Output features.
        units: usize,
    },
    /// Two-dimensional convolution with bias; square kernel.
    Conv2d {
        /// Output channels.
        filters: usize,
        /// Height and width of the kernel.
        kernel: usize,
        /// Step in both directions.
        stride: usize,
        /// Zeros added on each side.
        padding: usize,
        /// Distance between kernel elements; 1 is dense.
        dilation: usize,
        /// Channel groups; equal to the input channels for a depthwise convolution.
        groups: usize,
    },
    /// Two-dimensional convolution with bias, dense, whose kernel need not be square: `1 x 7`, say.
    Conv2dRect {
        /// Output channels.
        filters: usize,
        /// Height and width of the kernel.
        kernel: [usize; 2],
        /// Step in both directions.
        stride: usize,
        /// Zeros added above and below, and left and right.
        padding: [usize; 2],
    },
    /// Batch normalisation over channels (or features), with scale and shift; eps 1e-5, momentum 0.1.
    BatchNorm,
    /// An element-wise non-linearity.
    Activation {
        /// Which one.
        function: Activation,
    },
    /// Maximum over square windows.
    MaxPool2d {
        /// Height and width of the window.
        kernel: usize,
        /// Step in both directions.
        stride: usize,
        /// Cells of minus infinity added on each side; at most half the kernel.
        padding: usize,
    },
    /// Mean over square windows; padding counts as zeros and is included in the mean.
    AvgPool2d {
        /// Height and width of the window.
        kernel: usize,
        /// Step in both directions.
        stride: usize,
        /// Zeros added on each side; at most half the kernel.
        padding: usize,
    },
    /// Mean over height and width: image to vector. (The adaptive form has no deterministic backward pass on CUDA.)
    GlobalMeanPool,
    /// Image to vector, channels outermost.
    Flatten,
    /// Its inputs behind one another along the channels (or features), in the order of their names; one is passed on.
    Concat,
    /// The sum of its inputs, all of one shape; one is passed on.
    Add,
    /// The product of its two inputs: an image with a vector of as many features as it has channels, each channel times
    /// its feature; or two vectors of one length. With a sigmoid before the vector it is the scaling step of
    /// squeeze-and-excitation, Hu, Shen and Sun 2018, equation 4, <https://doi.org/10.1109/CVPR.2018.00745>.
    Multiply,
    /// Consecutive features of a vector: `start..start + length`.
    Slice {
        /// The first feature, from 0.
        start: usize,
        /// Number of features; at least 1.
        length: usize,
    },
    /// A draw from a diagonal normal distribution: of a vector of 2k features the first k are the means m, the others s
    /// the logarithms of the variances, and the value is `m + exp(s / 2) * e` with k standard normal numbers e.
    ///
    /// Which numbers e are, the task says (`task::heads`); wherever a value must not vary, e is 0 and the value m.
    /// Kingma and Welling 2013, section 2.4, <https://arxiv.org/abs/1312.6114>.
    LatentSample,
}

/// Element-wise non-linearities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// max(x, 0)
    Relu,
    /// 1 / (1 + exp(-x))
    Sigmoid,
    /// Hyperbolic tangent.
    Tanh,
    /// x * sigmoid(x); also called SiLU.
    Swish,
    /// x * Phi(x), exact form (erf).
    Gelu,
    /// x where it is positive, else exp(x) - 1.
    Elu,
    /// ln(1 + exp(x))
    Softplus,
    /// x / (1 + |x|)
    Softsign,
}

impl Node {
    /// The node of that name on these inputs.
    pub fn new(name: &str, operator: Operator, inputs: &[&str]) -> Self {
        Self { name: name.to_owned(), operator, inputs: inputs.iter().map(|&input| input.to_owned()).collect() }
    }
}

impl NetworkSpec {
    /// A chain of layers, each reading the one before it; the last is the output.
    ///
    /// Panics where `layers` is empty: a network without a layer is a bug of the caller.
    pub fn sequential(input: Vec<usize>, layers: Vec<(String, Operator)>) -> Self {
        let mut previous = INPUT.to_owned();
        let mut nodes = Vec::with_capacity(layers.len());
        for (name, operator) in layers {
            nodes.push(Node { name: name.clone(), operator, inputs: vec![std::mem::replace(&mut previous, name)] });
        }
        assert!(!nodes.is_empty(), "a network without a layer");
        Self { input, nodes, output: previous }
    }

    /// A perceptron: hidden layers `hidden_<i>` of the given sizes, each followed by `<function>_<i>` (ReLU:
    /// `relu_<i>`), counted from 1, then the linear layer `logits`.
    ///
    /// An image input is flattened first (`flatten`).
    pub fn perceptron(input: &[usize], hidden: &[usize], function: Activation, classes: usize) -> Self {
        let mut layers = Vec::new();
        if input.len() > 1 {
            layers.push(("flatten".to_owned(), Operator::Flatten));
        }
        for (index, &units) in hidden.iter().enumerate() {
            layers.push((format!("hidden_{}", index + 1), Operator::Linear { units }));
            layers.push((format!("{}_{}", function.name(), index + 1), Operator::Activation { function }));
        }
        layers.push(("logits".to_owned(), Operator::Linear { units: classes }));
        Self::sequential(input.to_vec(), layers)
    }
}

impl Activation {
    /// The name as it stands in specs and manifests.
    pub fn name(self) -> &'static str {
        match self {
            Self::Relu => "relu",
            Self::Sigmoid => "sigmoid",
            Self::Tanh => "tanh",
            Self::Swish => "swish",
            Self::Gelu => "gelu",
            Self::Elu => "elu",
            Self::Softplus => "softplus",
            Self::Softsign => "softsign",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use renas_base::digest::{Digest, canonical_json};

    /// Keys of trials contain these texts: a new operator or field may never change them.
    #[test]
    fn the_canonical_json_of_every_operator_is_pinned() {
        let convolution = Operator::Conv2d { filters: 8, kernel: 3, stride: 1, padding: 1, dilation: 2, groups: 1 };
        let activation = |function: Activation| (function.name(), Operator::Activation { function });
        let layers = [
            ("convolution", convolution),
            ("norm", Operator::BatchNorm),
            activation(Activation::Relu),
            ("max_pool", Operator::MaxPool2d { kernel: 3, stride: 2, padding: 1 }),
            activation(Activation::Swish),
            ("average_pool", Operator::AvgPool2d { kernel: 2, stride: 2, padding: 0 }),
            activation(Activation::Gelu),
            ("flatten", Operator::Flatten),
            ("hidden", Operator::Linear { units: 16 }),
            activation(Activation::Sigmoid),
            activation(Activation::Tanh),
            ("logits", Operator::Linear { units: 10 }),
        ];
        let layers = layers.map(|(name, operator)| (name.to_owned(), operator)).to_vec();
        let network = NetworkSpec::sequential(vec![1, 28, 28], layers);
        let digest = Digest::of_value(&network).expect("no floating-point numbers").to_string();
        assert_eq!(digest, "56c64128c77236f444e4da069bc8206b2775ea48731925f9bfb8e30dffba26a9");
        let pool = canonical_json(&Operator::GlobalMeanPool).expect("no floating-point numbers");
        assert_eq!(pool, r#"{"kind":"global_mean_pool"}"#);
        let concat = canonical_json(&Operator::Concat).expect("no floating-point numbers");
        assert_eq!(concat, r#"{"kind":"concat"}"#);
        let wide = Operator::Conv2dRect { filters: 8, kernel: [1, 7], stride: 1, padding: [0, 3] };
        let wide = canonical_json(&wide).expect("no floating-point numbers");
        assert_eq!(wide, r#"{"filters":8,"kernel":[1,7],"kind":"conv2d_rect","padding":[0,3],"stride":1}"#);
        let text = |operator: &Operator| canonical_json(operator).expect("no floating-point numbers");
        assert_eq!(text(&Operator::Add), r#"{"kind":"add"}"#);
        assert_eq!(text(&Operator::Multiply), r#"{"kind":"multiply"}"#);
        assert_eq!(text(&Operator::Slice { start: 2, length: 3 }), r#"{"kind":"slice","length":3,"start":2}"#);
        assert_eq!(text(&Operator::LatentSample), r#"{"kind":"latent_sample"}"#);
        for function in [Activation::Elu, Activation::Softplus, Activation::Softsign] {
            let expected = format!(r#"{{"function":"{}","kind":"activation"}}"#, function.name());
            assert_eq!(text(&Operator::Activation { function }), expected);
        }
    }

    #[test]
    fn a_perceptron_reads_as_the_documentation_says() {
        let network = NetworkSpec::perceptron(&[2], &[3], Activation::Relu, 2);
        let expected = concat!(
            r#"{"input":[2],"nodes":["#,
            r#"{"inputs":["input"],"name":"hidden_1","operator":{"kind":"linear","units":3}},"#,
            r#"{"inputs":["hidden_1"],"name":"relu_1","operator":{"function":"relu","kind":"activation"}},"#,
            r#"{"inputs":["relu_1"],"name":"logits","operator":{"kind":"linear","units":2}}],"output":"logits"}"#
        );
        assert_eq!(canonical_json(&network).expect("no floating-point numbers"), expected);
        assert_eq!(serde_json::from_str::<NetworkSpec>(expected).expect("own text"), network);
    }
}
