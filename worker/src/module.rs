//! A `NetworkSpec` as libtorch computes it.

use anyhow::{Context as _, Result};
use renas::network::shape::shapes;
use renas::network::spec::{Activation, INPUT, NetworkSpec, Operator};
use tch::Tensor;

use crate::parameters::Parameters;

/// PyTorch's defaults of batch normalisation.
const NORM_MOMENTUM: f64 = 0.1;
const NORM_EPSILON: f64 = 1e-5;

/// A network that is ready to compute.
pub struct Module {
    layers: Vec<Layer>,
    output: usize,
}

struct Layer {
    operator: Operator,
    /// Index of the layer that is read; the network's input where absent.
    source: Option<usize>,
    tensors: Vec<Tensor>,
    /// No layer after this one reads its value.
    last_reader_of_source: bool,
}

/// Whether batch normalisation uses the batch's statistics and updates the running ones.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It does.
    Training,
    /// It uses the running statistics.
    Evaluation,
}

impl Module {
    /// The network over the given tensors.
    pub fn new(network: &NetworkSpec, parameters: &Parameters) -> Result<Self> {
        shapes(network)?;
        let mut layers: Vec<Layer> = Vec::with_capacity(network.nodes.len());
        for node in &network.nodes {
            let suffixes: &[&str] = match node.operator {
                Operator::Linear { .. } | Operator::Conv2d { .. } => &["weight", "bias"],
                Operator::BatchNorm => &["weight", "bias", "running_mean", "running_var"],
                Operator::Activation { .. }
                | Operator::MaxPool2d { .. }
                | Operator::AvgPool2d { .. }
                | Operator::GlobalMeanPool
                | Operator::Flatten => &[],
            };
            let names = suffixes.iter().map(|suffix| format!("{}.{suffix}", node.name));
            let tensors = names.map(|name| parameters.get(&name)).collect::<Result<_>>()?;
            let source = node.inputs.first().filter(|name| *name != INPUT);
            let source = source.map(|name| node_index(network, name)).transpose()?;
            layers.push(Layer { operator: node.operator.clone(), source, tensors, last_reader_of_source: false });
        }
        for index in 0..layers.len() {
            let source = layers[index].source;
            layers[index].last_reader_of_source = !layers[index + 1..].iter().any(|later| later.source == source);
        }
        Ok(Self { layers, output: node_index(network, &network.output)? })
    }

    /// The network's output for a batch.
    pub fn forward(&self, input: &Tensor, mode: Mode) -> Result<Tensor> {
        let mut values = self.forward_to(input, mode, &[self.output])?;
        values.pop().context("one value was asked for")
    }

    /// The output, then the values of the nodes with the given indices, for a batch.
    pub fn forward_with(&self, input: &Tensor, mode: Mode, nodes: &[usize]) -> Result<Vec<Tensor>> {
        let wanted: Vec<usize> = std::iter::once(self.output).chain(nodes.iter().copied()).collect();
        self.forward_to(input, mode, &wanted)
    }

    fn forward_to(&self, input: &Tensor, mode: Mode, wanted: &[usize]) -> Result<Vec<Tensor>> {
        let mut values: Vec<Option<Tensor>> = Vec::with_capacity(self.layers.len());
        for layer in &self.layers {
            let source = match layer.source {
                None => input,
                Some(index) => values[index].as_ref().context("a value was dropped before its last use")?,
            };
            let value = layer.forward(source, mode)?;
            if let Some(index) = layer.source.filter(|index| layer.last_reader_of_source && !wanted.contains(index)) {
                values[index] = None;
            }
            values.push(Some(value));
        }
        let value = |&index: &usize| values[index].as_ref().map(Tensor::shallow_clone).context("a value is missing");
        wanted.iter().map(value).collect()
    }
}

/// The index of the node of that name.
pub fn node_index(network: &NetworkSpec, name: &str) -> Result<usize> {
    let index = network.nodes.iter().position(|node| node.name == name);
    index.with_context(|| format!("the network has no node `{name}`"))
}

impl Layer {
    fn forward(&self, x: &Tensor, mode: Mode) -> Result<Tensor> {
        let square = |size: usize| [size as i64; 2];
        Ok(match self.operator {
            Operator::Linear { .. } => x.f_linear(&self.tensors[0], Some(&self.tensors[1]))?,
            Operator::Conv2d { stride, padding, dilation, groups, .. } => x.f_conv2d(
                &self.tensors[0],
                Some(&self.tensors[1]),
                square(stride),
                square(padding),
                square(dilation),
                groups as i64,
            )?,
            Operator::BatchNorm => x.f_batch_norm(
                Some(&self.tensors[0]),
                Some(&self.tensors[1]),
                Some(&self.tensors[2]),
                Some(&self.tensors[3]),
                mode == Mode::Training,
                NORM_MOMENTUM,
                NORM_EPSILON,
                true,
            )?,
            Operator::Activation { function } => activate(x, function)?,
            Operator::MaxPool2d { kernel, stride, padding } => {
                x.f_max_pool2d(square(kernel), square(stride), square(padding), square(1), false)?
            }
            Operator::AvgPool2d { kernel, stride, padding } => {
                x.f_avg_pool2d(square(kernel), square(stride), square(padding), false, true, None)?
            }
            Operator::GlobalMeanPool => x.f_mean_dim(&[2i64, 3][..], false, None)?,
            Operator::Flatten => x.f_flatten(1, -1)?,
        })
    }
}

fn activate(x: &Tensor, function: Activation) -> Result<Tensor> {
    Ok(match function {
        Activation::Relu => x.f_relu()?,
        Activation::Sigmoid => x.f_sigmoid()?,
        Activation::Tanh => x.f_tanh()?,
        Activation::Swish => x.f_silu()?,
        Activation::Gelu => x.f_gelu("none")?,
    })
}
