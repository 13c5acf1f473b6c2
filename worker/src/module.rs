//! A `NetworkSpec` as libtorch computes it.

use anyhow::{Context as _, Result};
use renas::network::shape::shapes;
use renas::network::spec::{Activation, INPUT, NetworkSpec, Operator};
use tch::{Device, Kind, Tensor};

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
    /// Indices of the layers that are read; the network's input where absent.
    sources: Vec<Option<usize>>,
    tensors: Vec<Tensor>,
    /// Those of its sources that no later layer reads: their values are freed after this one.
    read_for_the_last_time: Vec<usize>,
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
        let shapes = shapes(network)?;
        let device = parameters.flat.device();
        let mut layers: Vec<Layer> = Vec::with_capacity(network.nodes.len());
        for (node, shape) in network.nodes.iter().zip(&shapes) {
            let suffixes: &[&str] = match node.operator {
                Operator::Linear { .. } | Operator::Conv2d { .. } | Operator::Conv2dRect { .. } => &["weight", "bias"],
                Operator::BatchNorm => &["weight", "bias", "running_mean", "running_var"],
                Operator::Activation { .. }
                | Operator::MaxPool2d { .. }
                | Operator::AvgPool2d { .. }
                | Operator::GlobalMeanPool
                | Operator::Flatten
                | Operator::Concat => &[],
            };
            let names = suffixes.iter().map(|suffix| format!("{}.{suffix}", node.name));
            let mut tensors: Vec<Tensor> = names.map(|name| parameters.get(&name)).collect::<Result<_>>()?;
            if let (Operator::AvgPool2d { kernel, .. }, Device::Cpu) = (&node.operator, device) {
                tensors.push(averaging_kernel(shape[0], *kernel)?);
            }
            let source = |name: &String| (name != INPUT).then(|| node_index(network, name)).transpose();
            let sources = node.inputs.iter().map(source).collect::<Result<_>>()?;
            layers.push(Layer {
                operator: node.operator.clone(),
                sources,
                tensors,
                read_for_the_last_time: Vec::new(),
            });
        }
        for index in 0..layers.len() {
            let later = &layers[index + 1..];
            let unread = |source: &usize| !later.iter().any(|layer| layer.sources.contains(&Some(*source)));
            let sources = layers[index].sources.iter().flatten().copied();
            layers[index].read_for_the_last_time = sources.filter(unread).collect();
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
            let source = |source: &Option<usize>| match source {
                None => Ok(input),
                Some(index) => values[*index].as_ref().context("a value was dropped before its last use"),
            };
            let sources: Vec<&Tensor> = layer.sources.iter().map(source).collect::<Result<_>>()?;
            let value = layer.forward(&sources, mode)?;
            for &index in layer.read_for_the_last_time.iter().filter(|index| !wanted.contains(index)) {
                values[index] = None;
            }
            values.push(Some(value));
        }
        let value = |&index: &usize| values[index].as_ref().map(Tensor::shallow_clone).context("a value is missing");
        wanted.iter().map(value).collect()
    }
}

/// A depthwise convolution with this constant kernel is the mean over windows, padding counted as zeros, and on a CPU it
/// takes a quarter of the time that `avg_pool2d` takes (128 x 8 x 32 x 32, 3 x 3, both passes, `avx2`: 2.5 of 9.6 ms).
fn averaging_kernel(channels: usize, kernel: usize) -> Result<Tensor> {
    let shape = [channels, 1, kernel, kernel].map(|size| size as i64);
    Ok(Tensor::f_full(shape, 1.0 / (kernel * kernel) as f64, (Kind::Float, Device::Cpu))?)
}

/// The index of the node of that name.
pub fn node_index(network: &NetworkSpec, name: &str) -> Result<usize> {
    let index = network.nodes.iter().position(|node| node.name == name);
    index.with_context(|| format!("the network has no node `{name}`"))
}

impl Layer {
    fn forward(&self, sources: &[&Tensor], mode: Mode) -> Result<Tensor> {
        let x = *sources.first().context("a layer reads at least one value")?;
        let square = |size: usize| [size as i64; 2];
        Ok(match self.operator {
            Operator::Linear { .. } => x.f_linear(&self.tensors[0], Some(&self.tensors[1]))?,
            Operator::Conv2d { kernel: 1, stride, padding: 0, groups: 1, .. } if stride > 1 => every_nth(x, stride)?
                .f_conv2d(&self.tensors[0], Some(&self.tensors[1]), square(1), square(0), square(1), 1)?,
            Operator::Conv2d { stride, padding, dilation, groups, .. } => x.f_conv2d(
                &self.tensors[0],
                Some(&self.tensors[1]),
                square(stride),
                square(padding),
                square(dilation),
                groups as i64,
            )?,
            Operator::Conv2dRect { stride, padding, .. } => x.f_conv2d(
                &self.tensors[0],
                Some(&self.tensors[1]),
                square(stride),
                padding.map(|size| size as i64),
                square(1),
                1,
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
            Operator::AvgPool2d { kernel, stride, padding } => match self.tensors.first() {
                Some(averaging) => {
                    let channels = averaging.size()[0];
                    x.f_conv2d(averaging, None::<&Tensor>, square(stride), square(padding), square(1), channels)?
                }
                None => x.f_avg_pool2d(square(kernel), square(stride), square(padding), false, true, None)?,
            },
            Operator::GlobalMeanPool => x.f_mean_dim(&[2i64, 3][..], false, None)?,
            Operator::Flatten => x.f_flatten(1, -1)?,
            Operator::Concat => Tensor::f_cat(sources, 1)?,
        })
    }
}

/// Every n-th row and column of images, from the first: all that a 1 x 1 convolution of stride n reads.
///
/// oneDNN's own strided 1 x 1 convolution writes outside its memory under `avx2` where an image has fewer than eight
/// channels (libtorch 2.11.0; glibc's `MALLOC_CHECK_=3` shows it), so that it is never asked.
fn every_nth(images: &Tensor, n: usize) -> Result<Tensor> {
    let n = n as i64;
    Ok(images.f_slice(2, None, None, n)?.f_slice(3, None, None, n)?)
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
