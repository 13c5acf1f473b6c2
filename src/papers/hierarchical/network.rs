//! The layers of blocks as nodes of a network: one way through a slot of the supernet.
//!
//! Names say which tensors are shared: a stage's layer has tensors of its own for every block, and in the first layer of a
//! stage for both ways to halve the image; at every kernel and expansion, with and without attention or skip, it has the
//! same.

use super::block::{Block, Layer, Place};
use renas_network::spec::{Activation, NetworkSpec, Node, Operator};
use renas_network::supernet::PREVIOUS;

/// Channels of squeeze-and-excitation's inner layer are a quarter of those that it scales. (Hu et al. take a 16th of
/// hundreds of channels.)
const SQUEEZE: usize = 4;

/// Channels that a layer reads and makes, at full width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Channels {
    /// Of what it reads.
    pub from: usize,
    /// Of what it makes.
    pub to: usize,
}

/// The nodes of a layer at a place, reading `previous`.
pub fn nodes(layer: Layer, place: Place, channels: Channels) -> Vec<Node> {
    let Layer { block, operations } = layer;
    let Place { stage, layer: number } = place;
    let pooled = place.halves() && operations.pool;
    let manner = if pooled { "_pooled" } else { "" };
    let name = format!("stage{}/layer{}/{}{manner}", stage + 1, number + 1, block.name());
    let mut chain = Chain::new(name, PREVIOUS);
    if pooled {
        chain.add("pool", Operator::MaxPool2d { kernel: 3, stride: 2, padding: 1 });
    }
    let stride = if place.halves() && !pooled { 2 } else { 1 };
    let kernel = operations.kernel;
    let Channels { from, to } = channels;
    match block {
        Block::Standard => chain.convolution("dense", Convolution { filters: to, kernel, stride, groups: 1 }).relu(),
        Block::Separable => {
            let depthwise = Convolution { filters: from, kernel, stride, groups: from };
            chain.convolution("depthwise", depthwise).relu().convolution("pointwise", pointwise(to)).relu()
        }
        Block::Bottleneck => {
            let inner = to.div_ceil(operations.expansion);
            let dense = Convolution { filters: inner, kernel, stride, groups: 1 };
            chain.convolution("reduce", pointwise(inner)).relu().convolution("dense", dense).relu();
            chain.convolution("restore", pointwise(to)).relu()
        }
        Block::Inverted => {
            let inner = from * operations.expansion;
            let depthwise = Convolution { filters: inner, kernel, stride, groups: inner };
            chain.convolution("expand", pointwise(inner)).relu().convolution("depthwise", depthwise).relu();
            chain.convolution("project", pointwise(to))
        }
    };
    if operations.attention {
        chain.attention(to);
    }
    if operations.skip && !place.is_first() {
        chain.add_with("sum", Operator::Add, PREVIOUS);
    }
    chain.nodes
}

/// What a convolution of a block has beside its padding, which keeps the size but for the stride.
#[derive(Clone, Copy)]
pub(super) struct Convolution {
    pub(super) filters: usize,
    pub(super) kernel: usize,
    pub(super) stride: usize,
    pub(super) groups: usize,
}

/// A dense 1 x 1 convolution.
pub(super) fn pointwise(filters: usize) -> Convolution {
    Convolution { filters, kernel: 1, stride: 1, groups: 1 }
}

/// Nodes in a row, under one name.
pub(super) struct Chain {
    name: String,
    pub(super) nodes: Vec<Node>,
    last: String,
}

impl Chain {
    /// Nothing yet; the first node reads `source`.
    pub(super) fn new(name: String, source: &str) -> Self {
        Self { name, nodes: Vec::new(), last: source.to_owned() }
    }

    /// The name of what the next node reads.
    pub(super) fn last(&self) -> String {
        self.last.clone()
    }

    /// Let the next node read another one.
    pub(super) fn continue_from(&mut self, node: String) {
        self.last = node;
    }

    /// The nodes as a network, whose output is the last one.
    pub(super) fn network(self, input: Vec<usize>) -> NetworkSpec {
        NetworkSpec { input, nodes: self.nodes, output: self.last }
    }

    /// A node that reads the last one.
    pub(super) fn add(&mut self, suffix: &str, operator: Operator) -> &mut Self {
        self.add_reading(suffix, operator, vec![self.last.clone()])
    }

    /// A node that reads the last one and another.
    pub(super) fn add_with(&mut self, suffix: &str, operator: Operator, other: &str) -> &mut Self {
        self.add_reading(suffix, operator, vec![self.last.clone(), other.to_owned()])
    }

    fn add_reading(&mut self, suffix: &str, operator: Operator, inputs: Vec<String>) -> &mut Self {
        self.last = format!("{}/{suffix}", self.name);
        self.nodes.push(Node { name: self.last.clone(), operator, inputs });
        self
    }

    /// A convolution and its batch normalisation.
    pub(super) fn convolution(&mut self, suffix: &str, convolution: Convolution) -> &mut Self {
        let Convolution { filters, kernel, stride, groups } = convolution;
        self.add(suffix, Operator::Conv2d { filters, kernel, stride, padding: kernel / 2, dilation: 1, groups });
        self.add(&format!("{suffix}_norm"), Operator::BatchNorm)
    }

    /// ReLU of the last node, under its name.
    pub(super) fn relu(&mut self) -> &mut Self {
        let suffix = self.last.rsplit('/').next().unwrap_or_default().trim_end_matches("_norm").to_owned();
        self.add(&format!("{suffix}_relu"), Operator::Activation { function: Activation::Relu })
    }

    /// Squeeze-and-excitation of the last node's channels.
    fn attention(&mut self, channels: usize) -> &mut Self {
        let image = self.last.clone();
        self.add("means", Operator::GlobalMeanPool);
        self.add("squeeze", Operator::Linear { units: channels.div_ceil(SQUEEZE) }).relu();
        self.add("excite", Operator::Linear { units: channels });
        self.add("gate", Operator::Activation { function: Activation::Sigmoid });
        let gate = self.last.clone();
        self.add_reading("scaled", Operator::Multiply, vec![image, gate])
    }
}
