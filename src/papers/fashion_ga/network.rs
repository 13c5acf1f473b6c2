//! The network of a row of convolutions: each padded to keep its size but for the stride and followed by its activation
//! function, then the mean over height and width, 64 units with ReLU, and 10 logits.

use super::genome::{CLASSES, UNITS};
use super::layer::Layer;
use renas_network::cost::{NodeCost, cost};
use renas_network::spec::{Activation, NetworkSpec, Operator};

/// The network of these layers on images `[channels, height, width]`.
pub fn network(input: &[usize], layers: &[Layer]) -> NetworkSpec {
    let mut nodes = Vec::with_capacity(2 * layers.len() + 4);
    for (place, layer) in (1..).zip(layers) {
        let Layer { kind, filters, kernel, function } = *layer;
        let convolution =
            Operator::Conv2d { filters, kernel, stride: kind.stride(), padding: kernel / 2, dilation: 1, groups: 1 };
        nodes.push((format!("convolution_{place}"), convolution));
        nodes.push((format!("{}_{place}", function.name()), Operator::Activation { function }));
    }
    nodes.push(("mean".to_owned(), Operator::GlobalMeanPool));
    nodes.push(("hidden".to_owned(), Operator::Linear { units: UNITS }));
    nodes.push(("relu".to_owned(), Operator::Activation { function: Activation::Relu }));
    nodes.push(("logits".to_owned(), Operator::Linear { units: CLASSES }));
    NetworkSpec::sequential(input.to_vec(), nodes)
}

/// What the network of these layers costs.
///
/// Panics where `input` is not `[channels, height, width]`, which settings refuse.
pub fn cost_of(input: &[usize], layers: &[Layer]) -> NodeCost {
    cost(&network(input, layers)).expect("padded convolutions fit any image").total
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genome::Genome;

    fn count(text: &str) -> (u64, u64) {
        let genome: Genome = text.parse().expect("a genome");
        let cost = cost_of(&[1, 28, 28], genome.layers());
        (cost.parameters, cost.multiply_adds)
    }

    /// By hand: a convolution from c to f channels has k k c f + f parameters and k k c f multiply-adds per pixel; images
    /// of 28, 14 and 7 pixels; 64 units on f features, 10 on 64.
    #[test]
    fn genomes_cost_what_a_hand_count_says() {
        let parameters = (9 + 1) + (9 + 1) + (64 + 64) + 650;
        let multiply_adds = 14 * 14 * 9 + 7 * 7 * 9 + 64 + 640;
        assert_eq!(count("RC:1:3:relu-RC:1:3:relu-GAP-FC:64-FC:10"), (parameters, multiply_adds));
        let parameters = (9 * 16 + 16) + (9 * 16 * 32 + 32) + (25 * 32 * 64 + 64) + (64 * 64 + 64) + 650;
        let multiply_adds = 784 * 9 * 16 + 196 * 9 * 16 * 32 + 49 * 25 * 32 * 64 + 64 * 64 + 640;
        assert_eq!(count("NC:16:3:relu-RC:32:3:tanh-RC:64:5:gelu-GAP-FC:64-FC:10"), (parameters, multiply_adds));
    }

    /// Odd sizes are halved upwards, as padded convolutions of stride 2 do: 28, 14, 7 and for digits 8, 4, 2.
    #[test]
    fn a_reduction_halves_and_a_normal_convolution_keeps_the_size() {
        let genome: Genome = "RC:8:11:relu-NC:8:1:tanh-RC:8:5:relu-GAP-FC:64-FC:10".parse().expect("a genome");
        let shapes = |side: usize| {
            let network = network(&[1, side, side], genome.layers());
            let shapes = renas_network::shape::shapes(&network).expect("a sound network");
            [0, 2, 4].map(|place| shapes[place][1])
        };
        assert_eq!(shapes(28), [14, 14, 7]);
        assert_eq!(shapes(7), [4, 4, 2]);
        assert_eq!(shapes(8), [4, 4, 2]);
    }
}
