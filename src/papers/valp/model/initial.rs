//! Fresh weights of a VALP: weights from each layer's own law, biases 0.

use super::component::{Id, InitialLaw};
use super::graph::Valp;
use renas_network::assembly::{Assembly, Block, Law, Source};

/// Half the width of `InitialLaw::Uniform` (Networks.py:20-28 of the code).
const UNIFORM_BOUND: f64 = 0.1;
/// The standard deviation of `InitialLaw::Normal` (same place).
const NORMAL_DEVIATION: f64 = 0.03;

/// The assembly that draws all weights of a VALP and needs no old ones.
pub fn initial(valp: &Valp) -> Assembly {
    let mut assembly = Assembly::default();
    valp.networks().iter().for_each(|network| draw_network(&mut assembly, valp, network.id));
    assembly
}

/// Draw all weights of one sub-network.
pub(crate) fn draw_network(assembly: &mut Assembly, valp: &Valp, network: Id) {
    for layer in layers(valp, network) {
        draw_weight(assembly, &layer);
        assembly.tensors.insert(layer.bias(), vec![block([0, 0], [layer.units, 1], Source::Zeros)]);
    }
}

/// Draw the weight of one layer; its bias stays.
pub(crate) fn draw_weight(assembly: &mut Assembly, layer: &LayerShape) {
    let whole = block([0, 0], [layer.units, layer.features], layer.draw());
    assembly.tensors.insert(layer.weight(), vec![whole]);
}

/// A layer with weights, and what its weight is as a matrix: `[units, features]`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LayerShape {
    /// The node in the network.
    pub(crate) node: String,
    /// Rows.
    pub(crate) units: usize,
    /// Columns.
    pub(crate) features: usize,
    /// Where fresh weights come from.
    pub(crate) law: InitialLaw,
}

/// The layers of a sub-network, from input to output. Panics where there is no such sub-network.
pub(crate) fn layers(valp: &Valp, network: Id) -> Vec<LayerShape> {
    let mut features = valp.segments(network).iter().map(|segment| segment.width).sum();
    let nodes = valp.network(network).expect("callers name sub-networks of the graph").nodes();
    let layers = nodes.into_iter().map(|(node, units, law)| {
        let features = std::mem::replace(&mut features, units);
        LayerShape { node, units, features, law }
    });
    layers.collect()
}

impl LayerShape {
    pub(crate) fn weight(&self) -> String {
        format!("{}.weight", self.node)
    }

    pub(crate) fn bias(&self) -> String {
        format!("{}.bias", self.node)
    }

    /// Fresh values of the weight or of a part of it.
    pub(crate) fn draw(&self) -> Source {
        let law = match self.law {
            InitialLaw::Xavier => Law::Xavier { fan_in: self.features, fan_out: self.units },
            InitialLaw::Uniform => Law::Uniform { bound: UNIFORM_BOUND },
            InitialLaw::Normal => Law::Normal { deviation: NORMAL_DEVIATION },
        };
        Source::Initial { law }
    }

    /// The whole weight of another network's layer of this shape, times `scale`, and its bias.
    pub(crate) fn copy(&self, assembly: &mut Assembly, from: &LayerShape, scale: f64) {
        let whole = |name, columns| vec![block([0, 0], [self.units, columns], part(name, [0, 0], scale))];
        assembly.tensors.insert(self.weight(), whole(from.weight(), self.features));
        assembly.tensors.insert(self.bias(), whole(from.bias(), 1));
    }
}

/// Part of an old tensor.
pub(crate) fn part(name: String, at: [usize; 2], scale: f64) -> Source {
    Source::Tensor { name, at, scale }
}

/// A block of a new tensor.
pub(crate) fn block(at: [usize; 2], size: [usize; 2], from: Source) -> Block {
    Block { at, size, from }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::network::model;
    use crate::test_support::models::{losses, three_outputs};
    use renas_base::seed::Seed;
    use renas_network::assembly::assemble;
    use renas_network::weights::Tensors;

    #[test]
    fn every_weight_is_drawn_from_its_layers_law_and_every_bias_is_0() {
        let valp = three_outputs();
        let network = model(&valp, &[4], &losses()).network;
        let tensors = assemble(&network, &initial(&valp), &Tensors::new(), Seed::from_number(1)).expect("complete");
        assert_eq!(tensors.len(), 2 * 2 * 4);
        // Xavier of n0_1: 4 features, 3 units. Normal of n3_last.
        let bound = (6.0f32 / 7.0).sqrt();
        let largest = |name: &str| tensors[name].values.iter().fold(0.0f32, |most, value| most.max(value.abs()));
        assert!(largest("n0_1.weight") <= bound && largest("n0_1.weight") > 0.5 * bound);
        assert!(largest("n3_last.weight") < 0.15 && largest("n3_last.weight") > 0.01);
        for network in ["n0", "n1", "n2", "n3"] {
            assert_eq!(largest(&format!("{network}_1.bias")) + largest(&format!("{network}_last.bias")), 0.0);
        }
    }
}
