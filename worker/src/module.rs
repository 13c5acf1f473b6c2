//! A `NetworkSpec` as libtorch computes it.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use renas_network::parameter::{Parameter, parameters_of};
use renas_network::reach::dependencies;
use renas_network::shape::shapes;
use renas_network::spec::{Activation, INPUT, NetworkSpec, Operator};
use tch::{Device, Kind, Tensor};

use crate::parameters::Parameters;
use crate::shim;

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
    /// Whether it is computed at all.
    is_needed: bool,
    /// Those of its sources that no later layer reads: their values are freed after this one.
    read_for_the_last_time: Vec<usize>,
}

/// Whether batch normalisation uses the batch's statistics and updates the running ones.
#[derive(Clone, Copy, PartialEq)]
pub enum Mode {
    /// It does, with PyTorch's momentum.
    Training,
    /// It does, and replaces the running ones by a mean.
    Calibration {
        /// What the batch's statistics count for in the mean with those before, in 0..=1; 1 for the first batch.
        weight: f64,
    },
    /// It uses the running statistics.
    Evaluation,
}

impl Mode {
    /// What the batch's statistics count for beside the running ones.
    fn momentum(self) -> f64 {
        match self {
            Self::Training | Self::Evaluation => NORM_MOMENTUM,
            Self::Calibration { weight } => weight,
        }
    }
}

/// Standard normal numbers of latent samples: by index of the node, `[batch, units]`.
pub type Draws = BTreeMap<usize, Tensor>;

/// What latent samples make of standard normal numbers.
#[derive(Clone, Copy)]
pub enum Noise<'a> {
    /// There are none: each value is its mean.
    Absent,
    /// Each value is its mean plus a draw times its standard deviation.
    Added(&'a Draws),
    /// Each value is a draw; means and deviations are not looked at.
    Alone(&'a Draws),
}

impl Module {
    /// The network over the given tensors; every node is computed.
    pub fn new(network: &NetworkSpec, parameters: &Parameters) -> Result<Self> {
        Self::over(network, parameters.flat.device(), |parameter| parameters.get(&parameter.name))
    }

    /// The network over the tensors that `tensor` gives for their descriptions; every node is computed.
    pub fn over(network: &NetworkSpec, device: Device, tensor: impl Fn(&Parameter) -> Result<Tensor>) -> Result<Self> {
        let shapes = shapes(network)?;
        let parameters = parameters_of(network, &shapes);
        let mut layers: Vec<Layer> = Vec::with_capacity(network.nodes.len());
        for (index, (node, shape)) in network.nodes.iter().zip(&shapes).enumerate() {
            let own = parameters.iter().filter(|parameter| parameter.node == index);
            let mut tensors: Vec<Tensor> = own.map(&tensor).collect::<Result<_>>()?;
            if let (Operator::AvgPool2d { kernel, .. }, Device::Cpu) = (&node.operator, device) {
                tensors.push(averaging_kernel(shape[0], *kernel)?);
            }
            let source = |name: &String| (name != INPUT).then(|| node_index(network, name)).transpose();
            let sources = node.inputs.iter().map(source).collect::<Result<_>>()?;
            layers.push(Layer {
                operator: node.operator.clone(),
                sources,
                tensors,
                is_needed: true,
                read_for_the_last_time: Vec::new(),
            });
        }
        free_early(&mut layers);
        Ok(Self { layers, output: node_index(network, &network.output)? })
    }

    /// The same, but only what the nodes with the given indices depend on is computed: one of several outputs, say.
    ///
    /// `Encoders::LeftOut` is for `Noise::Alone`. `values` may be asked for what is computed, and nothing else.
    pub fn limited_to(mut self, network: &NetworkSpec, nodes: &[usize], encoders: Encoders) -> Self {
        let needed = dependencies(network, nodes, |operator| match encoders {
            Encoders::Kept => true,
            Encoders::LeftOut => *operator != Operator::LatentSample,
        });
        for (layer, needed) in self.layers.iter_mut().zip(needed) {
            layer.is_needed = needed;
        }
        free_early(&mut self.layers);
        self
    }

    /// Whether the node with this index is computed.
    pub fn computes(&self, node: usize) -> bool {
        self.layers[node].is_needed
    }

    /// The index of what a node reads first; absent where that is the network's input.
    pub fn source(&self, node: usize) -> Option<usize> {
        self.layers[node].sources.first().copied().flatten()
    }

    /// The network's output for a batch.
    pub fn forward(&self, input: &Tensor, mode: Mode) -> Result<Tensor> {
        let mut values = self.values(input, mode, Noise::Absent, &[Some(self.output)])?;
        values.pop().context("one value was asked for")
    }

    /// The output, then the values of the nodes with the given indices, for a batch.
    pub fn forward_with(&self, input: &Tensor, mode: Mode, nodes: &[usize]) -> Result<Vec<Tensor>> {
        let wanted: Vec<Option<usize>> = std::iter::once(self.output).chain(nodes.iter().copied()).map(Some).collect();
        self.values(input, mode, Noise::Absent, &wanted)
    }

    /// The values of the nodes with the given indices, for a batch; absent stands for the input itself.
    pub fn values(
        &self,
        input: &Tensor,
        mode: Mode,
        noise: Noise<'_>,
        wanted: &[Option<usize>],
    ) -> Result<Vec<Tensor>> {
        let mut values: Vec<Option<Tensor>> = Vec::with_capacity(self.layers.len());
        for (index, layer) in self.layers.iter().enumerate() {
            if !layer.is_needed {
                values.push(None);
                continue;
            }
            if let (Operator::LatentSample, Noise::Alone(draws)) = (&layer.operator, noise) {
                values.push(Some(draw_of(draws, index)?.shallow_clone()));
                continue;
            }
            let source = |source: &Option<usize>| match source {
                None => Ok(input),
                Some(index) => values[*index].as_ref().context("a value was dropped before its last use"),
            };
            let sources: Vec<&Tensor> = layer.sources.iter().map(source).collect::<Result<_>>()?;
            let value = if let (Operator::LatentSample, Noise::Added(draws)) = (&layer.operator, noise) {
                sample(sources[0], draw_of(draws, index)?)?
            } else {
                layer.forward(&sources, mode)?
            };
            for &index in layer.read_for_the_last_time.iter().filter(|index| !wanted.contains(&Some(**index))) {
                values[index] = None;
            }
            values.push(Some(value));
        }
        let value = |node: &Option<usize>| match node {
            None => Ok(input.shallow_clone()),
            Some(index) => values[*index].as_ref().map(Tensor::shallow_clone).context("a value is missing"),
        };
        wanted.iter().map(value).collect()
    }
}

/// Whether the nodes that lead to latent samples are computed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Encoders {
    /// They are.
    Kept,
    /// They are not, unless something else reads them.
    LeftOut,
}

/// Note for each layer that is computed which values it is the last to read.
fn free_early(layers: &mut [Layer]) {
    for index in 0..layers.len() {
        let later = &layers[index + 1..];
        let reads = |layer: &Layer, source| layer.is_needed && layer.sources.contains(&Some(source));
        let unread = |source: &usize| !later.iter().any(|layer| reads(layer, *source));
        let sources = layers[index].sources.iter().flatten().copied();
        layers[index].read_for_the_last_time = sources.filter(unread).collect();
    }
}

fn draw_of(draws: &Draws, node: usize) -> Result<&Tensor> {
    draws.get(&node).context("a latent sample has no draw")
}

/// Means and logarithms of variances `[batch, 2 units]` and standard normal numbers `[batch, units]` to values.
fn sample(x: &Tensor, draws: &Tensor) -> Result<Tensor> {
    let (mean, log_variance) = mean_and_log_variance(x)?;
    let deviation = log_variance.f_mul_scalar(0.5)?.f_exp()?;
    Ok(mean.f_addcmul(&deviation, draws)?)
}

/// The halves of what a latent sample reads, `[batch, units]` each.
pub fn mean_and_log_variance(x: &Tensor) -> Result<(Tensor, Tensor)> {
    let units = x.size2()?.1 / 2;
    Ok((x.f_narrow(1, 0, units)?, x.f_narrow(1, units, units)?))
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
                mode != Mode::Evaluation,
                mode.momentum(),
                NORM_EPSILON,
                true,
            )?,
            Operator::Activation { function } => activate(x, function)?,
            Operator::MaxPool2d { kernel, stride, padding } => shim::max_pool(x, kernel, stride, padding)?,
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
            Operator::Add => {
                let (first, others) = (x.shallow_clone(), &sources[1..]);
                others.iter().try_fold(first, |sum, source| sum.f_add(source))?
            }
            Operator::Multiply => multiply(x, sources.get(1).context("a product has two factors")?)?,
            Operator::Slice { start, length } => x.f_narrow(1, start as i64, length as i64)?,
            Operator::LatentSample => mean_and_log_variance(x)?.0,
        })
    }
}

/// Images `[batch, channels, height, width]` times `[batch, channels]`, channel by channel; or vectors times vectors.
fn multiply(x: &Tensor, factor: &Tensor) -> Result<Tensor> {
    if x.dim() == factor.dim() {
        return Ok(x.f_mul(factor)?);
    }
    let (batch, channels) = factor.size2()?;
    Ok(x.f_mul(&factor.f_reshape([batch, channels, 1, 1])?)?)
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
        Activation::Elu => x.f_elu()?,
        Activation::Softplus => x.f_softplus()?,
        Activation::Softsign => x.f_div(&x.f_abs()?.f_add_scalar(1.0)?)?,
    })
}
