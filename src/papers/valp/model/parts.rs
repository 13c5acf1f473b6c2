//! All components of a VALP, their connections and how it is trained: what a structurally correct one is made of.

use serde::{Deserialize, Serialize};

use super::component::{Connection, DataType, Id, Input, Output, SubNetwork};
use renas_task::recipe::Optimizer;

/// How a model is trained, but for what its outputs say otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// How weights move.
    pub optimizer: Optimizer,
    /// Observations per step.
    pub batch_size: usize,
}

/// The parts of a VALP, which may yet be wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parts {
    /// Sources of data.
    pub inputs: Vec<Input>,
    /// Sub-networks.
    pub networks: Vec<SubNetwork>,
    /// Predictions.
    pub outputs: Vec<Output>,
    /// What flows from where to where.
    pub connections: Vec<Connection>,
    /// How it is trained.
    pub training: Training,
}

impl Parts {
    /// What a source passes on: its type and number of units; none for outputs and unknown names.
    pub(super) fn value(&self, source: Id) -> Option<(DataType, usize)> {
        match source {
            Id::Input(_) => {
                let input = self.inputs.iter().find(|input| input.id == source)?;
                Some((DataType::Features, input.features))
            }
            Id::Network(_) => {
                let network = self.networks.iter().find(|network| network.id == source)?;
                Some((network.kind.produces(), network.last.units))
            }
            Id::Output(_) => None,
        }
    }
}
