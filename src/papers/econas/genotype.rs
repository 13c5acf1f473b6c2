//! The genotype: the sizes of the hidden layers of a perceptron, and the network that it stands for.

use serde::{Deserialize, Serialize};

use renas_network::spec::{Activation, NetworkSpec, Node, Operator};

/// The node whose class means the reference code compares: ReLU of the logits.
///
/// It hangs beside the output, because the mean of ReLU(logits) over samples is not ReLU of their mean.
pub const RELU_LOGITS: &str = "relu_logits";

/// Units of each hidden layer, from input to output; at least one layer, none of them empty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Genotype(pub Vec<usize>);

impl Genotype {
    /// Number of hidden layers.
    pub fn depth(&self) -> usize {
        self.0.len()
    }

    /// Units of the widest hidden layer.
    pub fn widest(&self) -> usize {
        self.0.iter().copied().max().unwrap_or(0)
    }

    /// Multiply-adds of one forward pass of one sample: `inputs h_1 + sum h_i h_(i+1) + h_L outputs`.
    ///
    /// Equals `network::cost` of `network`, without building the graph; a search asks thousands of times.
    pub fn multiply_adds(&self, inputs: usize, outputs: usize) -> u64 {
        let mut total = 0;
        let mut previous = inputs as u64;
        for &units in &self.0 {
            total += previous * units as u64;
            previous = units as u64;
        }
        total + previous * outputs as u64
    }

    /// The perceptron with these hidden layers, each followed by ReLU, and beside its logits the node `RELU_LOGITS`.
    pub fn network(&self, input: &[usize], classes: usize) -> NetworkSpec {
        let mut network = NetworkSpec::perceptron(input, &self.0, Activation::Relu, classes);
        network.nodes.push(Node {
            name: RELU_LOGITS.to_owned(),
            operator: Operator::Activation { function: Activation::Relu },
            inputs: vec![network.output.clone()],
        });
        network
    }

    /// Names of the nodes after each hidden layer's ReLU, from input to output.
    pub fn hidden_activations(&self) -> Vec<String> {
        (1..=self.depth()).map(|layer| format!("{}_{layer}", Activation::Relu.name())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_network_ends_in_logits_and_shows_their_relu() {
        let genotype = Genotype(vec![5, 7]);
        let network = genotype.network(&[1, 2, 2], 3);
        let names: Vec<&str> = network.nodes.iter().map(|node| node.name.as_str()).collect();
        assert_eq!(names, ["flatten", "hidden_1", "relu_1", "hidden_2", "relu_2", "logits", "relu_logits"]);
        assert_eq!(network.output, "logits");
        assert_eq!(genotype.hidden_activations(), ["relu_1", "relu_2"]);
    }

    /// What the tool `thop` gives: in*h1 + sum h_i*h_(i+1) + 10*h_L, as in the author's published rows.
    #[test]
    fn multiply_adds_are_those_of_the_linear_layers() {
        assert_eq!(Genotype(vec![10, 20, 30]).multiply_adds(784, 10), 784 * 10 + 10 * 20 + 20 * 30 + 30 * 10);
    }
}
