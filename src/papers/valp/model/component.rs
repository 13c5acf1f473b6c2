//! The components of a VALP: model inputs, sub-networks and model outputs, and which of them may feed which.
//!
//! Section III of the paper; kinds and their compatibility as in its code (FACTS 002, section 1). Encoders, generators of
//! GANs and convolutional kinds exist in the code, but nothing ever creates one.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use renas_network::spec::Activation;
use renas_task::recipe::Optimizer;

/// The name of a component: `i0`, `n3`, `o1`. Inputs stand before sub-networks, sub-networks before outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Id {
    /// A source of data.
    Input(u32),
    /// A sub-network.
    Network(u32),
    /// A prediction.
    Output(u32),
}

/// What a component passes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DataType {
    /// A model input, as it is.
    Features,
    /// Real numbers.
    Values,
    /// One logit per class.
    Discrete,
    /// Something like an observation: an image's pixels.
    Samples,
}

/// A source of data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Its name.
    pub id: Id,
    /// Numbers per observation; several inputs lie behind one another in the data, in the order of their names.
    pub features: usize,
}

/// What a sub-network is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Produces values.
    Generic,
    /// A generic sub-network that produces samples.
    Sampler,
    /// Produces logits: the softmax that the code lists as its last activation is never applied.
    Discrete,
    /// Produces samples from a latent that is drawn around what its latent sources say, as in a variational autoencoder.
    Decoder,
}

/// Where fresh weights of a layer come from; fresh biases are 0 (Networks.py:20-28 of the code).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InitialLaw {
    /// Uniform within +-sqrt(6 / (fan in + fan out)).
    Xavier,
    /// Uniform within +-0.1.
    Uniform,
    /// Normal with standard deviation 0.03.
    Normal,
}

/// A hidden layer of a sub-network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// Unique within the sub-network and kept for life, so that weights are inherited by name. Not a position.
    pub number: u32,
    /// Its units.
    pub units: usize,
    /// What follows the linear map; absent: nothing does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activation: Option<Activation>,
    /// Where fresh weights come from.
    pub law: InitialLaw,
}

/// The last layer of a sub-network, which is always linear.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LastLayer {
    /// Its units: what the sub-network passes on.
    pub units: usize,
    /// Where fresh weights come from.
    pub law: InitialLaw,
}

/// A perceptron within the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubNetwork {
    /// Its name.
    pub id: Id,
    /// What it is made for.
    pub kind: Kind,
    /// Its hidden layers, from input to output; at least one.
    pub hidden: Vec<Layer>,
    /// What follows them.
    pub last: LastLayer,
}

/// What a model output predicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutputKind {
    /// A regression: the histogram of the image's pixels, one bin per unit.
    Values,
    /// A classification, one logit per class.
    Discrete,
    /// Images like those in the data, one unit per pixel.
    Samples,
}

/// A prediction: the sum of the first `units` units of every sub-network that feeds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// Its name.
    pub id: Id,
    /// What it predicts.
    pub kind: OutputKind,
    /// Numbers per observation.
    pub units: usize,
    /// How the weights that only this output reaches are trained; absent: as all others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub optimizer: Option<Optimizer>,
}

/// How a receiver uses what a source passes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sub-networks read it beside what else they read (a decoder: what it is conditional on), outputs add it.
    Value,
    /// A decoder draws from it: the first half are means, the second logarithms of variances. The last unit of an odd
    /// number is not used.
    Latent,
}

/// Data that flows from one component to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Connection {
    /// The receiver: a sub-network or an output.
    pub to: Id,
    /// The source: an input or a sub-network.
    pub from: Id,
    /// How the receiver uses it.
    pub role: Role,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Generic, Self::Sampler, Self::Discrete, Self::Decoder];

    /// What it passes on.
    pub fn produces(self) -> DataType {
        match self {
            Self::Generic => DataType::Values,
            Self::Sampler | Self::Decoder => DataType::Samples,
            Self::Discrete => DataType::Discrete,
        }
    }

    /// Whether it can read data of that type (small_improvements.py:33-36 of the code).
    pub fn consumes(self, data: DataType) -> bool {
        match self {
            Self::Generic | Self::Sampler | Self::Discrete => true,
            Self::Decoder => match data {
                DataType::Values | DataType::Discrete => true,
                DataType::Features | DataType::Samples => false,
            },
        }
    }
}

impl OutputKind {
    /// The one type of data that it sums.
    pub fn consumes(self) -> DataType {
        match self {
            Self::Values => DataType::Values,
            Self::Discrete => DataType::Discrete,
            Self::Samples => DataType::Samples,
        }
    }
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Features => "features",
            Self::Values => "values",
            Self::Discrete => "discrete",
            Self::Samples => "samples",
        })
    }
}

impl SubNetwork {
    /// The node of a hidden layer in a `NetworkSpec`; its weights are `<node>.weight` and `<node>.bias`.
    pub fn node(&self, layer: &Layer) -> String {
        format!("{}_{}", self.id, layer.number)
    }

    /// The node of the last layer.
    pub fn last_node(&self) -> String {
        format!("{}_last", self.id)
    }

    /// Nodes that own weights, from input to output, each with its units and law.
    pub fn nodes(&self) -> Vec<(String, usize, InitialLaw)> {
        let hidden = self.hidden.iter().map(|layer| (self.node(layer), layer.units, layer.law));
        hidden.chain([(self.last_node(), self.last.units, self.last.law)]).collect()
    }

    /// A number that no layer has.
    pub fn unused_number(&self) -> u32 {
        1 + self.hidden.iter().map(|layer| layer.number).max().unwrap_or(0)
    }
}

/// A text names no component.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` names no component: a name is `i`, `n` or `o` (input, sub-network, output) and a number, as in `n3`")]
pub struct IdError(String);

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input(number) => write!(f, "i{number}"),
            Self::Network(number) => write!(f, "n{number}"),
            Self::Output(number) => write!(f, "o{number}"),
        }
    }
}

impl FromStr for Id {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let error = || IdError(text.to_owned());
        let (kind, number) = text.split_at_checked(1).ok_or_else(error)?;
        let id = match (kind, number.parse()) {
            ("i", Ok(number)) => Self::Input(number),
            ("n", Ok(number)) => Self::Network(number),
            ("o", Ok(number)) => Self::Output(number),
            _ => return Err(error()),
        };
        // One text per name: `n03` and `n+3` are none.
        if id.to_string() == text { Ok(id) } else { Err(error()) }
    }
}

impl TryFrom<String> for Id {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<Id> for String {
    fn from(id: Id) -> Self {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_and_other_texts_are_no_names() {
        for id in [Id::Input(0), Id::Network(17), Id::Output(2)] {
            assert_eq!(id.to_string().parse(), Ok(id));
        }
        for text in ["", "n", "n03", "n+3", "m1", "n-1", "n1.5", "ñ1", "n4294967296"] {
            let error = text.parse::<Id>().expect_err("no name").to_string();
            assert!(error.starts_with(&format!("`{text}` names no component")), "{error}");
        }
    }

    /// FACTS 002, section 1: who consumes what.
    #[test]
    fn only_decoders_refuse_features_and_samples() {
        for kind in [Kind::Generic, Kind::Sampler, Kind::Discrete] {
            let all = [DataType::Features, DataType::Values, DataType::Discrete, DataType::Samples];
            assert!(all.into_iter().all(|data| kind.consumes(data)), "{kind:?}");
        }
        let decoder = |data| Kind::Decoder.consumes(data);
        assert!(decoder(DataType::Values) && decoder(DataType::Discrete));
        assert!(!decoder(DataType::Features) && !decoder(DataType::Samples));
    }
}
