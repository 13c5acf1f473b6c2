//! The network of a VALP: one graph of layers with a head per output.
//!
//! Weights belong to the nodes `<sub-network>_<layer>` and `<sub-network>_last`, whatever stands before or behind them:
//! a varied model inherits what it does not change by name.

use serde::{Deserialize, Serialize};

use super::component::{Id, Output, OutputKind, Role, SubNetwork};
use super::graph::{Segment, Valp};
use renas_network::spec::{INPUT, NetworkSpec, Node, Operator};
use renas_task::heads::{Head, HeadLoss, Latent, Target};

/// What a model is trained to minimise, as far as its graph does not say it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Losses {
    /// Of classifications: softmax cross entropy, or sigmoid cross entropy as in the code (Model_Building.py:87-102).
    pub discrete: HeadLoss,
    /// Of each latent's Kullback-Leibler term; 1 is the variational bound, the code has 1e-4 (5e-5 without the half).
    pub latent_weight: f64,
}

/// A network with several heads, as tasks want it.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// The graph of layers; its own output joins the heads.
    pub network: NetworkSpec,
    /// One per output, in their order and named as they are. Losses are added: section III of the paper.
    pub heads: Vec<Head>,
    /// One per latent source of each decoder.
    pub latents: Vec<Latent>,
}

/// The model of a VALP on observations of shape `input`: `[features]` or `[channels, height, width]`.
///
/// Panics where the VALP's inputs have not as many features as an observation: they come from the same experiment.
pub fn model(valp: &Valp, input: &[usize], losses: &Losses) -> Model {
    let features: usize = valp.inputs().iter().map(|input| input.features).sum();
    assert_eq!(features, input.iter().product::<usize>(), "the inputs of a VALP are the features of an observation");
    let mut graph = Graph { valp, nodes: Vec::new(), latents: Vec::new(), losses };
    graph.inputs(input);
    valp.order().into_iter().for_each(|network| graph.sub_network(network));
    let heads: Vec<Head> = valp.outputs().iter().map(|output| graph.head(output)).collect();
    let nodes = heads.iter().map(|head| head.node.clone()).collect();
    let output = graph.joined("outputs", Operator::Concat, nodes);
    let network = NetworkSpec { input: input.to_vec(), nodes: graph.nodes, output };
    Model { network, heads, latents: graph.latents }
}

/// The node whose value is a latent source's draw for a decoder.
fn latent_node(decoder: Id, source: Id) -> String {
    format!("{decoder}_latent_{source}")
}

struct Graph<'a> {
    valp: &'a Valp,
    nodes: Vec<Node>,
    latents: Vec<Latent>,
    losses: &'a Losses,
}

impl Graph<'_> {
    fn add(&mut self, name: String, operator: Operator, inputs: Vec<String>) -> String {
        self.nodes.push(Node { name: name.clone(), operator, inputs });
        name
    }

    /// One node is passed on as it is; several are joined by `operator`.
    fn joined(&mut self, name: &str, operator: Operator, mut nodes: Vec<String>) -> String {
        match nodes.len() {
            1 => nodes.remove(0),
            _ => self.add(name.to_owned(), operator, nodes),
        }
    }

    /// The first `length` of `units` features of a node.
    fn first(&mut self, name: String, node: String, units: usize, length: usize) -> String {
        if units == length {
            return node;
        }
        self.add(name, Operator::Slice { start: 0, length }, vec![node])
    }

    fn inputs(&mut self, shape: &[usize]) {
        if shape.len() > 1 {
            self.add("flatten".to_owned(), Operator::Flatten, vec![INPUT.to_owned()]);
        }
        let mut start = 0;
        let inputs = self.valp.inputs();
        for input in inputs.iter().filter(|_| inputs.len() > 1) {
            let slice = Operator::Slice { start, length: input.features };
            self.add(input.id.to_string(), slice, vec![flat(shape)]);
            start += input.features;
        }
    }

    /// The node whose value a source passes on.
    fn source(&self, id: Id) -> String {
        match self.valp.network(id) {
            Some(network) => network.last_node(),
            None if self.valp.inputs().len() > 1 => id.to_string(),
            None if self.nodes.first().is_some_and(|node| node.operator == Operator::Flatten) => "flatten".to_owned(),
            None => INPUT.to_owned(),
        }
    }

    /// What a sub-network reads of one connection.
    fn read(&mut self, segment: &Segment) -> String {
        let (to, from) = (segment.connection.to, segment.connection.from);
        let node = self.source(from);
        match segment.connection.role {
            Role::Value => node,
            // Deviation: the code joins all latent sources and splits the whole, so that every further source moves the
            // boundary between means and variances; here each source has its own.
            Role::Latent => {
                let units = self.valp.value(from).map_or(0, |(_, units)| units);
                let statistics = self.first(format!("{to}_statistics_{from}"), node, units, 2 * segment.width);
                let latent = self.add(latent_node(to, from), Operator::LatentSample, vec![statistics]);
                self.latents.push(Latent { node: latent.clone(), weight: self.losses.latent_weight });
                latent
            }
        }
    }

    fn sub_network(&mut self, network: &SubNetwork) {
        let segments = self.valp.segments(network.id);
        let values = segments.iter().map(|segment| self.read(segment)).collect();
        let mut last = self.joined(&format!("{}_read", network.id), Operator::Concat, values);
        for layer in &network.hidden {
            let node = network.node(layer);
            last = self.add(node.clone(), Operator::Linear { units: layer.units }, vec![last]);
            if let Some(function) = layer.activation {
                let name = format!("{node}_{}", function.name());
                last = self.add(name, Operator::Activation { function }, vec![last]);
            }
        }
        self.add(network.last_node(), Operator::Linear { units: network.last.units }, vec![last]);
    }

    /// Outputs sum the first units of all that feeds them (Model_Building.py:164-169 of the code).
    fn head(&mut self, output: &Output) -> Head {
        let sources: Vec<Id> = self.valp.incoming(output.id).map(|connection| connection.from).collect();
        let values = sources.into_iter().map(|from| {
            let units = self.valp.value(from).map_or(0, |(_, units)| units);
            self.first(format!("{}_{from}", output.id), self.source(from), units, output.units)
        });
        let values = values.collect();
        let node = self.joined(&output.id.to_string(), Operator::Add, values);
        let (target, loss) = match output.kind {
            OutputKind::Values => (Target::Histogram { bins: output.units }, HeadLoss::MeanSquaredError),
            OutputKind::Discrete => (Target::Labels, self.losses.discrete),
            OutputKind::Samples => (Target::Image, HeadLoss::MeanSquaredError),
        };
        Head { name: output.id.to_string(), node, target, loss, optimizer: output.optimizer.clone() }
    }
}

/// The node that holds an observation as a vector.
fn flat(shape: &[usize]) -> String {
    if shape.len() > 1 { "flatten".to_owned() } else { INPUT.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::graph::Valp;
    use crate::test_support::models::{connection, losses, three_outputs};
    use renas_network::shape::shapes;

    fn reads(model: &Model, node: &str) -> String {
        model.network.nodes.iter().find(|other| other.name == node).expect("a node").inputs.join(" ")
    }

    #[test]
    fn sub_networks_concatenate_what_they_read_and_outputs_add_what_feeds_them() {
        let model = model(&three_outputs(), &[4], &losses());
        shapes(&model.network).expect("sound");
        assert_eq!(reads(&model, "n0_1"), "input");
        assert_eq!(reads(&model, "n0_1_relu"), "n0_1");
        assert_eq!(reads(&model, "n0_last"), "n0_1_relu");
        // Of the five units of n0 the last is left out, and two means and two variances remain.
        assert_eq!(reads(&model, "n3_statistics_n0"), "n0_last");
        assert_eq!(reads(&model, "n3_latent_n0"), "n3_statistics_n0");
        assert_eq!(reads(&model, "n3_read"), "n3_latent_n0 n1_last");
        assert_eq!(reads(&model, "o1"), "o1_n0 n2_last");
        assert_eq!(reads(&model, "outputs"), "n1_last o1 n3_last");
        let heads: Vec<(&str, &str)> = model.heads.iter().map(|head| (&head.name[..], &head.node[..])).collect();
        assert_eq!(heads, [("o0", "n1_last"), ("o1", "o1"), ("o2", "n3_last")]);
        assert_eq!(model.heads[1].target, Target::Histogram { bins: 2 });
        assert_eq!(model.latents.len(), 1);
        let shapes = shapes(&model.network).expect("sound");
        let place = model.network.nodes.iter().position(|node| node.name == "n3_read").expect("a node");
        assert_eq!(shapes[place], [2 + 3]);
    }

    #[test]
    fn images_are_flattened_and_inputs_are_parts_of_what_comes_of_it() {
        let mut parts = three_outputs().parts();
        parts.inputs[0].features = 6;
        let image = model(&Valp::new(parts.clone()).expect("correct"), &[1, 2, 3], &losses());
        assert_eq!(reads(&image, "n0_1"), "flatten");
        parts.inputs = vec![
            crate::model::component::Input { id: Id::Input(0), features: 2 },
            crate::model::component::Input { id: Id::Input(1), features: 4 },
        ];
        parts.connections.push(connection("i1 > n2"));
        let two = model(&Valp::new(parts).expect("correct"), &[1, 2, 3], &losses());
        assert_eq!(reads(&two, "n2_read"), "i1 n0_last");
        let slice = two.network.nodes.iter().find(|node| node.name == "i1").expect("a node");
        assert_eq!(slice.operator, Operator::Slice { start: 2, length: 4 });
        shapes(&two.network).expect("sound");
    }
}
