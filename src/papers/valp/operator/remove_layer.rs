//! `remove_layer`: a hidden layer less; the remaining layers stay the same (section V-A).
//!
//! The weight of the layer that follows is drawn where it reads another number of units than before.

use super::edit::{Edit, Variation};
use crate::model::component::Id;
use crate::model::graph::Valp;
use crate::model::initial::{draw_weight, layers};
use crate::model::validate::GraphError;
use renas_network::assembly::Assembly;

/// Every hidden layer that is not the only one of its sub-network.
pub(super) fn edits(valp: &Valp) -> Vec<Edit> {
    let several = valp.networks().iter().filter(|network| network.hidden.len() > 1);
    let edit = |network: Id, layer: u32| Edit::RemoveLayer { network, layer };
    several.flat_map(|network| network.hidden.iter().map(move |layer| edit(network.id, layer.number))).collect()
}

pub(super) fn apply(valp: &Valp, network: Id, layer: u32) -> Result<Variation, GraphError> {
    let mut parts = valp.parts();
    for changed in parts.networks.iter_mut().filter(|other| other.id == network) {
        changed.hidden.retain(|other| other.number != layer);
    }
    let new = Valp::new(parts)?;
    let before = layers(valp, network);
    let mut assembly = Assembly::default();
    for shape in layers(&new, network) {
        let same = before.iter().find(|old| old.node == shape.node);
        if same.is_some_and(|old| old.features != shape.features) {
            draw_weight(&mut assembly, &shape);
        }
    }
    Ok(Variation { valp: new, assembly })
}
