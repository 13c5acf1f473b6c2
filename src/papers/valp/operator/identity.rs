//! Sub-networks and layers that pass on exactly what they read: network morphism (Wei et al. 2016,
//! <https://arxiv.org/abs/1603.01670>) with layers that are linear or have ReLU.
//!
//! Behind ReLU a value travels as a pair: x = relu(x) - relu(-x). A linear layer makes one value of the pair again.

use crate::model::component::{Id, Kind, LastLayer, SubNetwork};
use crate::model::graph::Valp;
use crate::model::initial::{block, layers};
use crate::model::space::Space;
use renas_base::seed::Stream;
use renas_network::assembly::{Assembly, Block, Source};
use renas_network::spec::Activation;

/// A random sub-network that can carry `carried` units: number of layers and laws as of any, each layer linear or with
/// ReLU with equal chances, all as wide as what they carry or, behind a ReLU, twice as wide.
pub(super) fn carrier(id: Id, kind: Kind, carried: usize, space: &Space, stream: &mut Stream) -> SubNetwork {
    let mut network = space.sub_network(id, kind, carried, stream);
    for layer in &mut network.hidden {
        let paired = stream.chance(0.5);
        layer.activation = paired.then_some(Activation::Relu);
        layer.units = if paired { 2 * carried } else { carried };
    }
    SubNetwork { last: LastLayer { units: carried, ..network.last }, ..network }
}

/// Let `network`, made by `carrier`, carry the value of a linear map of what it reads.
///
/// `map(row, scale)`: blocks of that map times `scale` in the rows of the first layer from `row` on, as many as are
/// carried.
pub(super) fn carry(assembly: &mut Assembly, valp: &Valp, network: Id, map: impl Fn(usize, f64) -> Vec<Block>) {
    let carrier = valp.network(network).expect("the carrier is in the graph");
    let carried = carrier.last.units;
    let mut paired = false;
    for (place, layer) in layers(valp, network).iter().enumerate() {
        let pairs = carrier.hidden.get(place).is_some_and(|hidden| hidden.activation.is_some());
        let piece = |at: [usize; 2], scale| match place {
            0 => map(at[0], scale),
            _ => vec![scaled_identity(at, carried, scale)],
        };
        let blocks = match (paired, pairs) {
            (false, false) => piece([0, 0], 1.0),
            (false, true) => [piece([0, 0], 1.0), piece([carried, 0], -1.0)].concat(),
            (true, false) => [piece([0, 0], 1.0), piece([0, carried], -1.0)].concat(),
            (true, true) => vec![scaled_identity([0, 0], 2 * carried, 1.0)],
        };
        assembly.tensors.insert(layer.weight(), blocks);
        assembly.tensors.insert(layer.bias(), vec![block([0, 0], [layer.units, 1], Source::Zeros)]);
        paired = pairs;
    }
}

/// A square block that passes on `units` units, times `scale`.
pub(super) fn scaled_identity(at: [usize; 2], units: usize, scale: f64) -> Block {
    block(at, [units, units], Source::Identity { scale })
}
