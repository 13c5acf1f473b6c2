//! The space of VALPs: what is to be predicted from what, and the limits within which sub-networks are drawn.

use serde::{Deserialize, Serialize};

use super::component::{DataType, Id, InitialLaw, Input, Kind, LastLayer, Layer, Output, OutputKind, SubNetwork};
use super::parts::Training;
use renas_base::seed::Stream;
use renas_network::spec::Activation;

/// What may follow the linear map of a hidden layer (Networks.py of the code). Deviation: its later version lists a
/// softmax too, which makes a hidden layer's units compete; we leave it out.
pub const ACTIVATIONS: [Option<Activation>; 7] = [
    None,
    Some(Activation::Relu),
    Some(Activation::Elu),
    Some(Activation::Softplus),
    Some(Activation::Softsign),
    Some(Activation::Sigmoid),
    Some(Activation::Tanh),
];

/// Where fresh weights of a layer may come from.
pub const LAWS: [InitialLaw; 3] = [InitialLaw::Xavier, InitialLaw::Uniform, InitialLaw::Normal];

/// What a VALP is made of, and how large its parts may be. Ranges include both ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Space {
    /// The sources of data.
    pub inputs: Vec<Input>,
    /// The predictions.
    pub outputs: Vec<Output>,
    /// How models are trained that were not varied.
    pub training: Training,
    /// Hidden layers of a random sub-network: 1..=4 in the code of the first VALP paper, 2..=9 in the later one.
    pub hidden: [usize; 2],
    /// Units of a hidden layer: 4..=49 and 5..=99.
    pub width: [usize; 2],
    /// What a random sub-network passes on to others: 2..=49 or 2..=50.
    pub interface: [usize; 2],
    /// What a sub-network passes on that is inserted into a connection: 5..=49 or 5..=50.
    pub inserted_interface: [usize; 2],
    /// Widest value that a gentle insertion carries through identities; a wider one is no admissible place.
    pub carried: usize,
    /// What `change_lr` chooses from.
    pub learning_rates: Vec<f64>,
    /// What `change_sgd` chooses from.
    pub algorithms: Vec<Algorithm>,
    /// What `change_bs` chooses from.
    pub batch_sizes: Vec<usize>,
}

/// A way to follow the gradient; its learning rate stands elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case", deny_unknown_fields)]
pub enum Algorithm {
    /// Adam.
    Adam,
    /// Stochastic gradient descent.
    Sgd {
        /// 0 is plain gradient descent.
        momentum: f64,
    },
}

/// A space that no model can be drawn from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{setting}: {rule}")]
pub struct SpaceError {
    /// The field of `Space`.
    pub setting: &'static str,
    /// What is wrong with it.
    pub rule: &'static str,
}

impl Space {
    /// Whether models can be drawn: the first mistake in the order of the fields, but for what `Valp::new` finds.
    pub fn check(&self) -> Result<(), SpaceError> {
        let error = |setting, rule| Err(SpaceError { setting, rule });
        if self.inputs.is_empty() {
            return error("inputs", "a model reads at least one input");
        }
        if self.outputs.is_empty() {
            return error("outputs", "a model has at least one output");
        }
        let ranges = [
            ("hidden", self.hidden, 1),
            ("width", self.width, 1),
            // A latent is drawn from at least two units.
            ("interface", self.interface, 2),
            ("inserted_interface", self.inserted_interface, 2),
        ];
        for (setting, [low, high], least) in ranges {
            if low < least {
                return error(setting, if least == 1 { "it begins at 1 or above" } else { "it begins at 2 or above" });
            }
            if high < low {
                return error(setting, "it ends below its beginning");
            }
        }
        Ok(())
    }

    /// A random sub-network that passes on `units`: number of hidden layers, then of each its units, activation and law,
    /// then the law of the last layer; all uniform.
    pub fn sub_network(&self, id: Id, kind: Kind, units: usize, stream: &mut Stream) -> SubNetwork {
        let count = stream.between(self.hidden[0], self.hidden[1]);
        let hidden = (1..=count).map(|number| self.layer(number as u32, stream)).collect();
        SubNetwork { id, kind, hidden, last: LastLayer { units, law: law(stream) } }
    }

    /// A random hidden layer.
    pub fn layer(&self, number: u32, stream: &mut Stream) -> Layer {
        let units = stream.between(self.width[0], self.width[1]);
        let activation = ACTIVATIONS[stream.below(ACTIVATIONS.len())];
        Layer { number, units, activation, law: law(stream) }
    }

    /// What a sub-network of `kind` passes on to `receiver`: all that an output adds; a sample, where it produces
    /// samples; else a random number of units in `range`.
    pub fn units(&self, kind: Kind, receiver: Id, range: [usize; 2], stream: &mut Stream) -> usize {
        if let Some(output) = self.outputs.iter().find(|output| output.id == receiver) {
            return output.units;
        }
        let sample = match kind.produces() {
            DataType::Samples => self.outputs.iter().find(|output| output.kind == OutputKind::Samples),
            DataType::Features | DataType::Values | DataType::Discrete => None,
        };
        sample.map_or_else(|| stream.between(range[0], range[1]), |output| output.units)
    }
}

/// A random law.
fn law(stream: &mut Stream) -> InitialLaw {
    LAWS[stream.below(LAWS.len())]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::models::space;

    #[test]
    fn a_space_that_nothing_can_be_drawn_from_is_refused_by_its_setting() {
        let refused = |change: fn(&mut Space)| {
            let mut space = space();
            assert_eq!(space.check(), Ok(()));
            change(&mut space);
            space.check().expect_err("changed for the worse").to_string()
        };
        assert_eq!(refused(|space| space.inputs.clear()), "inputs: a model reads at least one input");
        assert_eq!(refused(|space| space.outputs.clear()), "outputs: a model has at least one output");
        assert_eq!(refused(|space| space.hidden = [0, 2]), "hidden: it begins at 1 or above");
        assert_eq!(refused(|space| space.width = [5, 4]), "width: it ends below its beginning");
        assert_eq!(refused(|space| space.interface = [1, 4]), "interface: it begins at 2 or above");
    }
}
