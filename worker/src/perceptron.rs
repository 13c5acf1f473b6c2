//! Perceptrons without autograd: the same kernels of libtorch that autograd would call, in the same order, on buffers that
//! are kept from step to step.
//!
//! Bits are those of autograd (a test compares them under every numerics): its formulas for a linear layer are one product
//! of matrices for the weights, one for what the layer reads, and one sum for the biases; for an activation one kernel.
//! Without a pinned mode MKL's products depend on where their result begins, so that each is written to an address like those
//! of libtorch's allocator.
//!
//! What autograd costs beside those kernels are graphs, dispatch and new memory at every step: a quarter of the time of a
//! step of an EcoNAS network on MNIST (`benches/training.rs`).

use anyhow::{Context as _, Result};
use renas_network::spec::{Activation, INPUT, NetworkSpec, Operator};
use tch::{Device, Kind, Reduction, Tensor};

use crate::module::node_index;
use crate::parameters::Parameters;

/// Values from one address that libtorch's allocator gives to the next: 64 bytes.
const ALIGNMENT: i64 = 16;

/// A chain of linear layers, each with at most one activation behind it, and softmax cross entropy behind the last.
pub struct Perceptron {
    layers: Vec<Dense>,
    /// By number of samples: an epoch has batches of one size, and perhaps a smaller last one.
    passes: Vec<Pass>,
}

/// A linear layer and what follows it.
struct Dense {
    /// `[units, features]`, and the same memory as `[features, units]`.
    weight: Tensor,
    transposed: Tensor,
    bias: Tensor,
    /// Views into the flat gradient: `[units, features]` and `[1, units]`.
    weight_gradient: Tensor,
    bias_gradient: Tensor,
    /// Where the weights' gradient is computed, if that view does not begin as a tensor of its own would.
    aligned: Option<Tensor>,
    activation: Option<Activation>,
    features: i64,
    units: i64,
}

/// The values of one forward and backward pass over so many samples.
struct Pass {
    samples: i64,
    layers: Vec<Values>,
    log_probabilities: Tensor,
    /// Of the loss by each log probability.
    from_loss: Tensor,
    /// The divisor of the loss's mean, as its kernel reads it.
    total: Tensor,
    one: Tensor,
}

/// Of one layer, each `[samples, units]`.
struct Values {
    /// Before the activation. Those with a derivative in terms of their result are computed in place.
    sums: Tensor,
    /// After it; the same memory where it was in place.
    output: Tensor,
    /// Of the loss by the output, then by the sums.
    gradient: Tensor,
    /// The same memory as `[units, samples]`.
    transposed: Tensor,
}

impl Perceptron {
    /// The chain that leads to the network's output, whose gradients go to `gradient`, laid out as `parameters.flat`.
    ///
    /// Absent where that is anything else: other layers, several inputs, an activation without a single kernel for its
    /// derivative (softsign), or a GPU.
    pub fn of(network: &NetworkSpec, parameters: &Parameters, gradient: &Tensor) -> Result<Option<Self>> {
        let Some(chain) = chain(network)? else { return Ok(None) };
        if parameters.flat.device() != Device::Cpu || parameters.leaves.len() != 2 * chain.len() {
            return Ok(None);
        }
        let (mut layers, mut start) = (Vec::new(), 0);
        for (tensors, activation) in parameters.leaves.chunks_exact(2).zip(chain) {
            let (weight, bias) = (tensors[0].f_detach()?, tensors[1].f_detach()?);
            let (units, features) = weight.size2()?;
            let weight_gradient = gradient.f_narrow(0, start, units * features)?.f_view([units, features])?;
            let aligned = (start % ALIGNMENT != 0).then(|| weight_gradient.f_empty_like()).transpose()?;
            start += units * features;
            let bias_gradient = gradient.f_narrow(0, start, units)?.f_view([1, units])?;
            start += units;
            let transposed = weight.f_tr()?;
            layers.push(Dense {
                weight,
                transposed,
                bias,
                weight_gradient,
                bias_gradient,
                aligned,
                activation,
                features,
                units,
            });
        }
        Ok(Some(Self { layers, passes: Vec::new() }))
    }

    /// Whether a batch of so many samples has the bits here that autograd gives. A single sample has not under `avx2` on an Intel
    /// Xeon, where a weight differed after two steps; larger batches do wherever they were compared.
    pub fn has_bits_of_autograd(samples: i64) -> bool {
        samples > 1
    }

    /// The loss of a batch, a single f32; its gradient is written where `of` was told.
    ///
    /// `input`: `[samples, ...]` f32, a sample's values behind one another; `labels`: `[samples]` i64.
    pub fn loss_and_gradient(&mut self, input: &Tensor, labels: &Tensor) -> Result<Tensor> {
        let _no_grad = tch::no_grad_guard();
        let samples = labels.size1()?;
        let place = match self.passes.iter().position(|pass| pass.samples == samples) {
            Some(place) => place,
            None => {
                self.passes.push(Pass::new(&self.layers, samples)?);
                self.passes.len() - 1
            }
        };
        let first = self.layers.first().context("a perceptron has at least one layer")?;
        let input = input.f_view([samples, first.features])?;
        let pass = &mut self.passes[place];
        let loss = pass.forward(&self.layers, &input, labels)?;
        pass.backward(&self.layers, &input, labels)?;
        Ok(loss)
    }
}

/// The activations behind the linear layers of the network's output, from the input on; absent where it is no such chain.
fn chain(network: &NetworkSpec) -> Result<Option<Vec<Option<Activation>>>> {
    let (mut layers, mut activation, mut name) = (Vec::new(), None, network.output.as_str());
    while name != INPUT {
        let node = &network.nodes[node_index(network, name)?];
        match node.operator {
            Operator::Linear { .. } => layers.push(activation.take()),
            Operator::Activation { function } if activation.is_none() && function != Activation::Softsign => {
                activation = Some(function);
            }
            // Of the network's input alone: behind a linear layer there is nothing to flatten.
            Operator::Flatten if activation.is_none() && node.inputs[0] == INPUT => {}
            _ => return Ok(None),
        }
        name = &node.inputs[0];
    }
    layers.reverse();
    Ok((activation.is_none() && !layers.is_empty()).then_some(layers))
}

impl Pass {
    fn new(layers: &[Dense], samples: i64) -> Result<Self> {
        let empty = |units| Tensor::f_empty([samples, units], (Kind::Float, Device::Cpu));
        let values = |layer: &Dense| -> Result<Values> {
            let (sums, gradient) = (empty(layer.units)?, empty(layer.units)?);
            let output = match layer.activation {
                None | Some(Activation::Relu | Activation::Sigmoid | Activation::Tanh) => sums.shallow_clone(),
                Some(_) => empty(layer.units)?,
            };
            Ok(Values { sums, output, transposed: gradient.f_tr()?, gradient })
        };
        let classes = layers.last().context("a perceptron has at least one layer")?.units;
        Ok(Self {
            samples,
            layers: layers.iter().map(values).collect::<Result<_>>()?,
            log_probabilities: empty(classes)?,
            from_loss: empty(classes)?,
            total: Tensor::from(samples as f32),
            one: Tensor::from(1f32),
        })
    }

    fn forward(&self, layers: &[Dense], input: &Tensor, labels: &Tensor) -> Result<Tensor> {
        let mut input = input;
        for (layer, values) in layers.iter().zip(&self.layers) {
            let _ = layer.bias.f_addmm_out(&values.sums, input, &layer.transposed)?;
            activate(layer.activation, values)?;
            input = &values.output;
        }
        let log_probabilities = input.f_internal_log_softmax_out(&self.log_probabilities, 1, false)?;
        Ok(log_probabilities.f_nll_loss::<Tensor>(labels, None, Reduction::Mean, -100)?)
    }

    fn backward(&self, layers: &[Dense], input: &Tensor, labels: &Tensor) -> Result<()> {
        let last = self.layers.last().context("a perceptron has at least one layer")?;
        // The kernel writes one value per sample.
        let _ = self.log_probabilities.f_nll_loss_backward_grad_input::<Tensor>(
            &self.from_loss,
            &self.one,
            labels,
            None,
            Reduction::Mean,
            -100,
            &self.total,
        )?;
        let log_probabilities = &self.log_probabilities;
        let (gradient, kind) = (&last.gradient, Kind::Float);
        let _ =
            Tensor::f_internal_log_softmax_backward_data_out(gradient, &self.from_loss, log_probabilities, 1, kind)?;
        for (index, (layer, values)) in layers.iter().zip(&self.layers).enumerate().rev() {
            derive(layer.activation, values)?;
            let source = if index == 0 { input } else { &self.layers[index - 1].output };
            match &layer.aligned {
                None => drop(values.transposed.f_mm_out(&layer.weight_gradient, source)?),
                Some(aligned) => {
                    let product = values.transposed.f_mm_out(aligned, source)?;
                    layer.weight_gradient.shallow_clone().f_copy_(&product)?;
                }
            }
            let _ = values.gradient.f_sum_intlist_out(&layer.bias_gradient, &[0i64][..], true, kind)?;
            if index > 0 {
                let _ = values.gradient.f_mm_out(&self.layers[index - 1].gradient, &layer.weight)?;
            }
        }
        Ok(())
    }
}

/// Sums to outputs.
fn activate(function: Option<Activation>, values: &Values) -> Result<()> {
    let Values { sums, output, .. } = values;
    let Some(function) = function else { return Ok(()) };
    let _ = match function {
        Activation::Relu => sums.shallow_clone().f_relu_()?,
        Activation::Sigmoid => sums.f_sigmoid_out(output)?,
        Activation::Tanh => sums.f_tanh_out(output)?,
        Activation::Swish => sums.f_silu_out(output)?,
        Activation::Gelu => sums.f_gelu_out(output, "none")?,
        Activation::Elu => sums.f_elu_out(output)?,
        Activation::Softplus => sums.f_softplus_out(output)?,
        Activation::Softsign => unreachable!("`chain` refuses it"),
    };
    Ok(())
}

/// The gradient by the outputs to that by the sums, in place.
fn derive(function: Option<Activation>, values: &Values) -> Result<()> {
    let Values { sums, output, gradient, .. } = values;
    let Some(function) = function else { return Ok(()) };
    let _ = match function {
        Activation::Relu => output.f_threshold_backward_grad_input(gradient, gradient, 0)?,
        Activation::Sigmoid => Tensor::f_sigmoid_backward_grad_input(gradient, gradient, output)?,
        Activation::Tanh => Tensor::f_tanh_backward_grad_input(gradient, gradient, output)?,
        Activation::Swish => sums.f_silu_backward_grad_input(gradient, gradient)?,
        Activation::Gelu => sums.f_gelu_backward_grad_input(gradient, gradient, "none")?,
        Activation::Elu => Tensor::f_elu_backward_grad_input(gradient, gradient, 1, 1, 1, false, sums)?,
        Activation::Softplus => sums.f_softplus_backward_grad_input(gradient, gradient, 1, 20)?,
        Activation::Softsign => unreachable!("`chain` refuses it"),
    };
    Ok(())
}
