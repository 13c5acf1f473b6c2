//! `extend_layer`: more units in a hidden layer; the remaining layers stay the same (section V-A).
//!
//! What the new units read is drawn. What the next layer makes of them is drawn (aggressive) or 0 (gentle).

use super::edit::{Edit, Form, Variation};
use crate::model::component::{Id, Layer};
use crate::model::graph::Valp;
use crate::model::initial::{block, layers, part};
use crate::model::space::Space;
use crate::model::validate::GraphError;
use renas_base::seed::Stream;
use renas_network::assembly::{Assembly, Source};

/// Every hidden layer that is narrower than the space's widest.
pub(super) fn edits(valp: &Valp, space: &Space) -> Vec<Edit> {
    let narrow = |layer: &&Layer| layer.units < space.width[1];
    let edit = |network: Id, layer: u32| Edit::ExtendLayer { network, layer };
    let networks = valp.networks().iter();
    let layers = networks.flat_map(|network| network.hidden.iter().filter(narrow).map(move |l| (network.id, l.number)));
    layers.map(|(network, layer)| edit(network, layer)).collect()
}

/// The new number of units is uniform up to the space's widest.
pub(super) fn apply(
    valp: &Valp,
    network: Id,
    layer: u32,
    form: Form,
    space: &Space,
    stream: &mut Stream,
) -> Result<Variation, GraphError> {
    let mut parts = valp.parts();
    let changed = parts.networks.iter_mut().filter(|other| other.id == network).flat_map(|other| &mut other.hidden);
    for extended in changed.filter(|other| other.number == layer) {
        extended.units = stream.between(extended.units + 1, space.width[1]);
    }
    let new = Valp::new(parts)?;
    let mut assembly = Assembly::default();
    for (old, shape) in layers(valp, network).iter().zip(layers(&new, network)) {
        let (rows, columns) = (shape.units - old.units, shape.features - old.features);
        let kept = |name, columns| block([0, 0], [old.units, columns], part(name, [0, 0], 1.0));
        if rows > 0 {
            let added = block([old.units, 0], [rows, shape.features], shape.draw());
            assembly.tensors.insert(shape.weight(), vec![kept(old.weight(), old.features), added]);
            let added = block([old.units, 0], [rows, 1], Source::Zeros);
            assembly.tensors.insert(shape.bias(), vec![kept(old.bias(), 1), added]);
        }
        if columns > 0 {
            let from = match form {
                Form::Aggressive => shape.draw(),
                Form::Gentle => Source::Zeros,
            };
            let added = block([0, old.features], [shape.units, columns], from);
            assembly.tensors.insert(shape.weight(), vec![kept(old.weight(), old.features), added]);
        }
    }
    Ok(Variation { valp: new, assembly })
}
