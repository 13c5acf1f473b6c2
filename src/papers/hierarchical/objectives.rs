//! What is minimised: the error, multiply-adds and memory.
//!
//! The paper's "FLOPs" are read as multiply-adds, which fits its own baselines (ResNet-56: 125 M), and its memory, which it
//! does not define, as four bytes for every parameter and every value of the most that a forward pass of one image holds at
//! once.

use serde::{Deserialize, Serialize};

use renas_harness::parameters;
use renas_network::cost::cost;
use renas_network::memory::peak_activations;
use renas_network::shape::ShapeError;
use renas_network::spec::NetworkSpec;

/// Bytes of an f32 value.
const VALUE_BYTES: u64 = 4;

/// What a network costs for one image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Values that an optimiser moves.
    pub parameters: u64,
    /// Multiply-adds of a forward pass.
    pub multiply_adds: u64,
    /// Most values that a forward pass holds at once (`network::memory`).
    pub peak: u64,
}

impl Price {
    /// The price of a network, with the first mistake where it is not valid.
    pub fn of(network: &NetworkSpec) -> Result<Self, ShapeError> {
        let total = cost(network)?.total;
        let peak = peak_activations(network)?;
        Ok(Self { parameters: total.parameters, multiply_adds: total.multiply_adds, peak })
    }

    /// Bytes of parameters and of the values that are held at once.
    pub fn memory_bytes(&self) -> u64 {
        VALUE_BYTES * (self.parameters + self.peak)
    }

    /// The three objectives of a network of this accuracy, a fraction; all minimised.
    pub fn objectives(&self, accuracy: f64) -> [f64; 3] {
        [1.0 - accuracy, self.multiply_adds as f64, self.memory_bytes() as f64]
    }
}

parameters! {
    /// Weights of the objectives in equation 2.
    #[derive(Copy)]
    pub struct Weights {
        /// Lambda 1, of the accuracy.
        pub accuracy: f64 = number(0.0..=1e6),
        /// Lambda 2, of the multiply-adds as a share of `unit`'s.
        pub multiply_adds: f64 = number(0.0..=1e6),
        /// Lambda 3, of the memory as a share of `unit`'s.
        pub memory: f64 = number(0.0..=1e6),
    }
}

/// Equation 2 with its sign turned, so that it is minimised, and without the constant `lambda 1`.
///
/// `objectives`: error, multiply-adds and bytes. The paper does not say in what units FLOPs and memory enter; here they are
/// shares of those of one network, `unit`.
pub fn weighted_sum(objectives: &[f64; 3], weights: &Weights, unit: &Price) -> f64 {
    let [error, multiply_adds, bytes] = *objectives;
    weights.accuracy * error
        + weights.multiply_adds * multiply_adds / unit.multiply_adds as f64
        + weights.memory * bytes / unit.memory_bytes() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use renas_network::spec::Activation;

    /// By hand: 4 x 8 + 8 + 8 x 2 + 2 parameters, 32 + 16 multiply-adds, 8 + 8 values held at once.
    #[test]
    fn the_price_of_a_perceptron_is_that_of_the_hand_count() {
        let price = Price::of(&NetworkSpec::perceptron(&[4], &[8], Activation::Relu, 2)).expect("valid");
        assert_eq!(price, Price { parameters: 58, multiply_adds: 48, peak: 16 });
        assert_eq!(price.memory_bytes(), 4 * (58 + 16));
        assert_eq!(price.objectives(0.75), [0.25, 48.0, 296.0]);
    }

    #[test]
    fn a_weighted_sum_counts_shares_of_the_unit() {
        let unit = Price { parameters: 60, multiply_adds: 200, peak: 40 };
        let weights = Weights { accuracy: 2.0, multiply_adds: 0.5, memory: 0.25 };
        assert_eq!(weighted_sum(&[0.25, 100.0, 100.0], &weights, &unit), 0.5 + 0.25 + 0.0625);
    }
}
