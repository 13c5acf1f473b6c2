//! The tensors that a network owns: their names, shapes and initial values, in one fixed order.
//!
//! Cost counts them, the worker creates them, safetensors objects hold them: one list for all three.

pub use super::initial::Initial;
use super::operator::OwnTensor;
use super::shape::{ShapeError, shapes};
use super::spec::{INPUT, NetworkSpec};

/// One tensor of a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// `<node>.weight`, `<node>.bias`, `<node>.running_mean` or `<node>.running_var`.
    pub name: String,
    /// Index of the node that it belongs to.
    pub node: usize,
    /// Sizes; PyTorch's layout (`[units, features]`, `[filters, channels / groups, height, width]`).
    pub shape: Vec<usize>,
    /// Where fresh values come from.
    pub initial: Initial,
    /// Whether an optimiser moves it; running statistics of batch normalisation are not moved by one.
    pub trainable: bool,
}

impl Parameter {
    /// Number of values.
    pub fn size(&self) -> usize {
        self.shape.iter().product()
    }
}

/// The tensors of `network` in the order of its nodes; within a node weight, bias, running mean, running variance.
pub fn parameters(network: &NetworkSpec) -> Result<Vec<Parameter>, ShapeError> {
    Ok(parameters_of(network, &shapes(network)?))
}

/// The same of a network whose nodes have these shapes: for callers that have them already.
pub fn parameters_of(network: &NetworkSpec, shapes: &[Vec<usize>]) -> Vec<Parameter> {
    let mut parameters = Vec::new();
    for (index, node) in network.nodes.iter().enumerate() {
        let channels = source_shape(network, shapes, index)[0];
        parameters.extend(node.operator.tensors(channels).into_iter().map(|tensor| {
            let OwnTensor { suffix, shape, initial, trainable } = tensor;
            Parameter { name: format!("{}.{suffix}", node.name), node: index, shape, initial, trainable }
        }));
    }
    parameters
}

/// The shape of what node `index` of a valid network reads; of the first value where it reads several.
pub(super) fn source_shape<'a>(network: &'a NetworkSpec, shapes: &'a [Vec<usize>], index: usize) -> &'a [usize] {
    let source = network.nodes[index].inputs.first().expect("`shapes` has checked the number of inputs");
    if source == INPUT {
        return &network.input;
    }
    let place = network.nodes.iter().position(|node| node.name == *source);
    &shapes[place.expect("`shapes` has checked that inputs exist")]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Activation, Operator};

    #[test]
    fn a_perceptron_owns_weights_and_biases_in_the_order_of_its_layers() {
        let network = NetworkSpec::perceptron(&[4], &[3], Activation::Relu, 2);
        let all = parameters(&network).expect("valid");
        let names: Vec<_> = all.iter().map(|parameter| (parameter.name.as_str(), parameter.size())).collect();
        assert_eq!(names, [("hidden_1.weight", 12), ("hidden_1.bias", 3), ("logits.weight", 6), ("logits.bias", 2)]);
        assert_eq!(all[2].initial, Initial::Uniform { fan_in: 3 });
    }

    #[test]
    fn a_depthwise_convolution_has_one_input_channel_per_filter() {
        let depthwise = Operator::Conv2d { filters: 6, kernel: 3, stride: 1, padding: 1, dilation: 1, groups: 3 };
        let layers = vec![("depthwise".to_owned(), depthwise), ("norm".to_owned(), Operator::BatchNorm)];
        let all = parameters(&NetworkSpec::sequential(vec![3, 8, 8], layers)).expect("valid");
        assert_eq!(all[0].shape, [6, 1, 3, 3]);
        assert_eq!(all[0].initial, Initial::Uniform { fan_in: 9 });
        assert_eq!(all[2..].iter().filter(|parameter| parameter.trainable).count(), 2);
        assert_eq!(all.last().expect("six tensors").name, "norm.running_var");
    }
}
