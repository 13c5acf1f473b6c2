//! Operators, their two forms, and edits: an operator at a place of a model.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::component::Id;
use crate::model::graph::Valp;
use renas_network::assembly::Assembly;

/// What an operator does; the names of the paper's section V, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operator {
    /// Add a hidden layer to a sub-network.
    AddLayer,
    /// Remove a hidden layer.
    RemoveLayer,
    /// Add units to a hidden layer.
    ExtendLayer,
    /// Let a component feed another.
    AddConnection,
    /// Delete a connection.
    DeleteConnection,
    /// Insert a sub-network into a connection; the code calls it `divide_connection`.
    InsertNetwork,
    /// Delete a sub-network; what fed it feeds all that it fed. The code calls it `bypass`.
    DeleteNetwork,
    /// Duplicate a sub-network and its connections.
    CloneNetwork,
    /// Another learning rate for an output.
    ChangeLr,
    /// Another way to follow the gradient for an output.
    ChangeSgd,
    /// Another batch size for the model.
    ChangeBs,
}

/// Whether the outputs stay as they are (section IV-C).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// New weights are drawn.
    Aggressive,
    /// No output changes.
    Gentle,
}

/// What becomes of the number of weights (section IV-C), as the paper sorts its operators. Single edits may differ: a
/// narrow sub-network inserted behind a wide image saves weights, and a receiver of a bypassed one may read more than
/// before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// There are fewer.
    Reducer,
    /// There are more.
    Expander,
    /// There are as many.
    Neither,
}

/// An operator at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "operator", rename_all = "snake_case", deny_unknown_fields)]
pub enum Edit {
    /// Behind a hidden layer.
    AddLayer {
        /// The sub-network.
        network: Id,
        /// Number of the layer that the new one follows.
        after: u32,
    },
    /// A hidden layer, not the only one.
    RemoveLayer {
        /// The sub-network.
        network: Id,
        /// Number of the layer.
        layer: u32,
    },
    /// A hidden layer below the largest width.
    ExtendLayer {
        /// The sub-network.
        network: Id,
        /// Number of the layer.
        layer: u32,
    },
    /// Between two components that no connection joins.
    AddConnection {
        /// The source.
        from: Id,
        /// The receiver.
        to: Id,
    },
    /// A connection whose source feeds others and whose receiver others feed.
    DeleteConnection {
        /// The source.
        from: Id,
        /// The receiver.
        to: Id,
    },
    /// Into a connection.
    InsertNetwork {
        /// The source.
        from: Id,
        /// The receiver.
        to: Id,
    },
    /// A sub-network whose sources may feed its receivers.
    DeleteNetwork {
        /// The sub-network.
        network: Id,
    },
    /// Any sub-network.
    CloneNetwork {
        /// The sub-network.
        network: Id,
    },
    /// An output.
    ChangeLr {
        /// The output.
        output: Id,
    },
    /// An output.
    ChangeSgd {
        /// The output.
        output: Id,
    },
    /// The model.
    ChangeBs,
}

/// A changed model, and where its weights come from; those that the assembly does not name are inherited.
#[derive(Clone, Debug, PartialEq)]
pub struct Variation {
    /// The model.
    pub valp: Valp,
    /// Its weights, from those of the model before.
    pub assembly: Assembly,
}

impl Operator {
    /// All operators.
    pub const ALL: [Self; 11] = [
        Self::AddLayer,
        Self::RemoveLayer,
        Self::ExtendLayer,
        Self::AddConnection,
        Self::DeleteConnection,
        Self::InsertNetwork,
        Self::DeleteNetwork,
        Self::CloneNetwork,
        Self::ChangeLr,
        Self::ChangeSgd,
        Self::ChangeBs,
    ];

    /// Those of section V-B, which the paper's experiments are limited to (VI-B and VI-C).
    pub const STRUCTURAL: [Self; 5] =
        [Self::AddConnection, Self::DeleteConnection, Self::InsertNetwork, Self::DeleteNetwork, Self::CloneNetwork];

    /// The forms that it has: reducers are aggressive, hyper-parameters gentle.
    pub fn forms(self) -> &'static [Form] {
        match self {
            Self::AddLayer | Self::ExtendLayer | Self::AddConnection | Self::InsertNetwork | Self::CloneNetwork => {
                &[Form::Aggressive, Form::Gentle]
            }
            Self::RemoveLayer | Self::DeleteConnection | Self::DeleteNetwork => &[Form::Aggressive],
            Self::ChangeLr | Self::ChangeSgd | Self::ChangeBs => &[Form::Gentle],
        }
    }

    /// What becomes of the number of weights.
    pub fn effect(self) -> Effect {
        match self {
            Self::AddLayer | Self::ExtendLayer | Self::AddConnection | Self::InsertNetwork | Self::CloneNetwork => {
                Effect::Expander
            }
            Self::RemoveLayer | Self::DeleteConnection | Self::DeleteNetwork => Effect::Reducer,
            Self::ChangeLr | Self::ChangeSgd | Self::ChangeBs => Effect::Neither,
        }
    }

    /// Its name in the paper.
    pub fn name(self) -> &'static str {
        match self {
            Self::AddLayer => "add_layer",
            Self::RemoveLayer => "remove_layer",
            Self::ExtendLayer => "extend_layer",
            Self::AddConnection => "add_connection",
            Self::DeleteConnection => "delete_connection",
            Self::InsertNetwork => "insert_network",
            Self::DeleteNetwork => "delete_network",
            Self::CloneNetwork => "clone_network",
            Self::ChangeLr => "change_lr",
            Self::ChangeSgd => "change_sgd",
            Self::ChangeBs => "change_bs",
        }
    }
}

impl Edit {
    /// Its operator.
    pub fn operator(&self) -> Operator {
        match self {
            Self::AddLayer { .. } => Operator::AddLayer,
            Self::RemoveLayer { .. } => Operator::RemoveLayer,
            Self::ExtendLayer { .. } => Operator::ExtendLayer,
            Self::AddConnection { .. } => Operator::AddConnection,
            Self::DeleteConnection { .. } => Operator::DeleteConnection,
            Self::InsertNetwork { .. } => Operator::InsertNetwork,
            Self::DeleteNetwork { .. } => Operator::DeleteNetwork,
            Self::CloneNetwork { .. } => Operator::CloneNetwork,
            Self::ChangeLr { .. } => Operator::ChangeLr,
            Self::ChangeSgd { .. } => Operator::ChangeSgd,
            Self::ChangeBs => Operator::ChangeBs,
        }
    }

    /// The components that it names, sources first.
    pub fn place(&self) -> Vec<Id> {
        match *self {
            Self::AddLayer { network, .. } | Self::RemoveLayer { network, .. } | Self::ExtendLayer { network, .. } => {
                vec![network]
            }
            Self::AddConnection { from, to }
            | Self::DeleteConnection { from, to }
            | Self::InsertNetwork { from, to } => vec![from, to],
            Self::DeleteNetwork { network } | Self::CloneNetwork { network } => vec![network],
            Self::ChangeLr { output } | Self::ChangeSgd { output } => vec![output],
            Self::ChangeBs => Vec::new(),
        }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Aggressive => "aggressive",
            Self::Gentle => "gentle",
        })
    }
}
