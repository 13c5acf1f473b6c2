//! `add_layer`: a hidden layer behind another (section V-A).
//!
//! Aggressive: a random layer with drawn weights; so are those of the layer that follows, where it reads another number
//! of units than before. Gentle: a layer that passes on what it reads, linear or with ReLU; where negative values reach a
//! ReLU, as a pair (see `identity`).

use super::edit::{Edit, Form, Variation};
use super::identity::scaled_identity;
use crate::model::component::{Id, Layer};
use crate::model::graph::Valp;
use crate::model::initial::{block, draw_weight, layers, part};
use crate::model::space::Space;
use crate::model::validate::GraphError;
use renas_base::seed::Stream;
use renas_network::assembly::{Assembly, Source};
use renas_network::spec::Activation;

/// Behind every hidden layer. The paper leaves the place open; before the first one an identity would be as wide as the
/// image.
pub(super) fn edits(valp: &Valp) -> Vec<Edit> {
    let behind = |network: Id, layer: &Layer| Edit::AddLayer { network, after: layer.number };
    let networks = valp.networks().iter();
    networks.flat_map(|network| network.hidden.iter().map(move |layer| behind(network.id, layer))).collect()
}

pub(super) fn apply(
    valp: &Valp,
    network: Id,
    after: u32,
    form: Form,
    space: &Space,
    stream: &mut Stream,
) -> Result<Variation, GraphError> {
    let mut parts = valp.parts();
    let no_layer = |rule: &str| GraphError::Component { id: network, rule: rule.to_owned() };
    let changed = parts.networks.iter_mut().find(|other| other.id == network);
    let changed = changed.ok_or_else(|| no_layer("there is no such sub-network"))?;
    let place = changed.hidden.iter().position(|layer| layer.number == after);
    let before = place.ok_or_else(|| no_layer("there is no such layer"))?;
    let mut layer = space.layer(changed.unused_number(), stream);
    let carried = changed.hidden[before].units;
    let mut paired = false;
    if form == Form::Gentle {
        layer.activation = stream.chance(0.5).then_some(Activation::Relu);
        paired = layer.activation.is_some() && !is_never_negative(changed.hidden[before].activation);
        layer.units = if paired { 2 * carried } else { carried };
    }
    changed.hidden.insert(before + 1, layer);
    let new = Valp::new(parts)?;
    let shapes = layers(&new, network);
    let (added, next) = (&shapes[before + 1], &shapes[before + 2]);
    let mut assembly = Assembly::default();
    assembly.tensors.insert(added.bias(), vec![block([0, 0], [added.units, 1], Source::Zeros)]);
    match form {
        Form::Aggressive => {
            draw_weight(&mut assembly, added);
            if next.features != carried {
                draw_weight(&mut assembly, next);
            }
        }
        Form::Gentle => {
            let mut identity = vec![scaled_identity([0, 0], carried, 1.0)];
            if paired {
                identity.push(scaled_identity([carried, 0], carried, -1.0));
                let half =
                    |column, scale| block([0, column], [next.units, carried], part(next.weight(), [0, 0], scale));
                assembly.tensors.insert(next.weight(), vec![half(0, 1.0), half(carried, -1.0)]);
            }
            assembly.tensors.insert(added.weight(), identity);
        }
    }
    Ok(Variation { valp: new, assembly })
}

/// Whether ReLU leaves all that comes out of an activation as it is.
fn is_never_negative(activation: Option<Activation>) -> bool {
    match activation {
        Some(Activation::Relu | Activation::Sigmoid | Activation::Softplus) => true,
        None
        | Some(Activation::Tanh | Activation::Swish | Activation::Gelu | Activation::Elu | Activation::Softsign) => {
            false
        }
    }
}
