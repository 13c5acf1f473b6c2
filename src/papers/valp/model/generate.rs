//! Random VALPs: the recursive creator of the code (ModelDescriptor.py:82-159, FACTS 002 section 1).
//!
//! Sub-networks are added in front of outputs and of each other while there are enough left to feed every output and
//! decoder; then all that is still unfed gets its source.

use super::component::{Connection, DataType, Id, Kind, OutputKind, Role, SubNetwork};
use super::graph::Valp;
use super::parts::Parts;
use super::space::{Space, SpaceError};
use super::validate::GraphError;
use renas_base::seed::Stream;

/// Probability that a receiver gets a new source although an existing component could feed it.
const NEW_SOURCE: f64 = 0.5;
/// Probability that a new source of values is a classifier where it feeds a sub-network that is fed already.
const DISCRETE_SOURCE: f64 = 0.1;
/// Probability that a further source of a decoder is a condition and not a latent.
const CONDITION: f64 = 0.3;

/// No VALP can be drawn.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GenerateError {
    /// Fewer sub-networks are asked for than there are outputs.
    #[error("a VALP with {outputs} outputs has at least {outputs} sub-networks, not {networks}")]
    TooFew {
        /// Outputs of the space.
        outputs: usize,
        /// Sub-networks asked for.
        networks: usize,
    },
    /// The limits of the space leave nothing to draw.
    #[error("the space of VALPs: {0}")]
    Space(#[from] SpaceError),
    /// An input, an output or the training of the space is wrong.
    #[error("the space of VALPs: {0}")]
    Graph(#[from] GraphError),
}

/// A random VALP of exactly `networks` sub-networks; at least as many as there are outputs.
///
/// As in the code, outputs and decoders only ever get new sub-networks: the code compares components by identity and
/// never finds one to use again. Deviation: where none is left for a new decoder, an existing sub-network feeds it, so
/// that the limit holds; the code adds one.
pub fn generate(space: &Space, networks: usize, stream: &mut Stream) -> Result<Valp, GenerateError> {
    if networks < space.outputs.len() {
        return Err(GenerateError::TooFew { outputs: space.outputs.len(), networks });
    }
    space.check()?;
    let mut creator = Creator::new(space, networks, stream);
    while creator.spare() > 0 {
        let receiver = creator.random_receiver();
        let sources = creator.existing_sources(receiver);
        if sources.is_empty() || creator.stream.chance(NEW_SOURCE) {
            creator.new_source(receiver);
        } else {
            let source = sources[creator.stream.below(sources.len())];
            creator.connect(source, receiver);
        }
    }
    for receiver in creator.waiting() {
        creator.new_source(receiver);
    }
    Ok(creator.complete()?)
}

/// A VALP that is being built; acyclic at all times.
struct Creator<'a> {
    space: &'a Space,
    /// Sub-networks that there shall be.
    networks: usize,
    stream: &'a mut Stream,
    parts: Parts,
}

impl<'a> Creator<'a> {
    fn new(space: &'a Space, networks: usize, stream: &'a mut Stream) -> Self {
        let (inputs, outputs) = (space.inputs.clone(), space.outputs.clone());
        let training = space.training.clone();
        let parts = Parts { inputs, networks: Vec::new(), outputs, connections: Vec::new(), training };
        Self { space, networks, stream, parts }
    }

    /// Sub-networks that may be added beyond one for each output and decoder that waits; never below 0.
    fn spare(&self) -> usize {
        self.networks - self.parts.networks.len() - self.waiting().len()
    }

    fn is_fed(&self, id: Id) -> bool {
        self.parts.connections.iter().any(|connection| connection.to == id)
    }

    fn kind(&self, id: Id) -> Option<Kind> {
        self.parts.networks.iter().find(|network| network.id == id).map(|network| network.kind)
    }

    /// Outputs and decoders that nothing feeds: no model input may, so that each takes a sub-network.
    fn waiting(&self) -> Vec<Id> {
        let outputs = self.parts.outputs.iter().map(|output| output.id);
        let decoders = self.parts.networks.iter().filter(|n| n.kind == Kind::Decoder).map(|n| n.id);
        outputs.chain(decoders).filter(|id| !self.is_fed(*id)).collect()
    }

    fn random_receiver(&mut self) -> Id {
        let networks = self.parts.networks.iter().map(|network| network.id);
        let all: Vec<Id> = networks.chain(self.parts.outputs.iter().map(|output| output.id)).collect();
        all[self.stream.below(all.len())]
    }

    /// Inputs and sub-networks that a sub-network could read, that it does not read yet and that it does not feed;
    /// none for outputs and decoders, as in the code.
    fn existing_sources(&self, receiver: Id) -> Vec<Id> {
        match self.kind(receiver) {
            None | Some(Kind::Decoder) => return Vec::new(),
            Some(Kind::Generic | Kind::Sampler | Kind::Discrete) => {}
        }
        let inputs = self.parts.inputs.iter().map(|input| input.id);
        let networks = self.parts.networks.iter().map(|network| network.id);
        inputs.chain(networks).filter(|source| self.may_feed(*source, receiver)).collect()
    }

    /// Whether `source` does not yet feed `receiver`, and nothing flows from `receiver` to it.
    fn may_feed(&self, source: Id, receiver: Id) -> bool {
        !self.flows(receiver, source) && !self.parts.connections.iter().any(|c| c.to == receiver && c.from == source)
    }

    /// Whether data flows from one to the other; to itself it does.
    fn flows(&self, from: Id, to: Id) -> bool {
        let receivers = self.parts.connections.iter().filter(|c| c.from == from);
        from == to || receivers.map(|c| c.to).any(|next| self.flows(next, to))
    }

    /// A new sub-network in front of `receiver`, of a kind that its type asks for.
    fn new_source(&mut self, receiver: Id) {
        let output = self.parts.outputs.iter().find(|output| output.id == receiver).map(|output| output.kind);
        match (output, self.kind(receiver)) {
            (Some(OutputKind::Values), _) => self.add(Kind::Generic, receiver),
            (Some(OutputKind::Discrete), _) | (None, Some(Kind::Discrete)) => self.add(Kind::Discrete, receiver),
            (Some(OutputKind::Samples), _) | (None, Some(Kind::Sampler)) => self.new_source_of_samples(receiver),
            (None, Some(Kind::Generic | Kind::Decoder) | None) => {
                let discrete = self.is_fed(receiver) && self.stream.chance(DISCRETE_SOURCE);
                self.add(if discrete { Kind::Discrete } else { Kind::Generic }, receiver);
            }
        }
    }

    /// A decoder or a sampler with equal chances. A decoder waits for a new sub-network where one is left, else an
    /// existing one feeds it; where there is none either, it is a sampler.
    fn new_source_of_samples(&mut self, receiver: Id) {
        let waits = matches!(receiver, Id::Output(_)) && !self.is_fed(receiver);
        let can_wait = self.spare() >= if waits { 1 } else { 2 };
        let sources: Vec<Id> = self.latents().filter(|id| !self.flows(receiver, *id)).collect();
        if !self.stream.chance(0.5) || !can_wait && sources.is_empty() {
            return self.add(Kind::Sampler, receiver);
        }
        let decoder = self.unused();
        self.add(Kind::Decoder, receiver);
        if !can_wait {
            let source = sources[self.stream.below(sources.len())];
            self.connect(source, decoder);
        }
    }

    /// Sub-networks that a decoder can draw from.
    fn latents(&self) -> impl Iterator<Item = Id> {
        let fits = |network: &&SubNetwork| Kind::Decoder.consumes(network.kind.produces()) && network.last.units >= 2;
        self.parts.networks.iter().filter(fits).map(|network| network.id)
    }

    fn unused(&self) -> Id {
        Id::Network(self.parts.networks.len() as u32)
    }

    fn add(&mut self, kind: Kind, receiver: Id) {
        let units = self.space.units(kind, receiver, self.space.interface, self.stream);
        let network = self.space.sub_network(self.unused(), kind, units, self.stream);
        self.connect(network.id, receiver);
        self.parts.networks.push(network);
    }

    fn connect(&mut self, from: Id, to: Id) {
        let decoder = self.kind(to) == Some(Kind::Decoder);
        let latent = decoder && (!self.is_fed(to) || !self.stream.chance(CONDITION));
        let role = if latent { Role::Latent } else { Role::Value };
        self.parts.connections.push(Connection { to, from, role });
    }

    /// Feed what is still unfed by a model input, then let every input feed something.
    fn complete(mut self) -> Result<Valp, GraphError> {
        let inputs: Vec<Id> = self.parts.inputs.iter().map(|input| input.id).collect();
        let unfed: Vec<Id> = self.parts.networks.iter().map(|n| n.id).filter(|id| !self.is_fed(*id)).collect();
        for receiver in unfed {
            let source = inputs[self.stream.below(inputs.len())];
            self.connect(source, receiver);
        }
        for input in inputs {
            if self.parts.connections.iter().any(|c| c.from == input) {
                continue;
            }
            let readers = self.parts.networks.iter().filter(|network| network.kind.consumes(DataType::Features));
            let readers: Vec<Id> = readers.map(|network| network.id).collect();
            let reader = readers[self.stream.below(readers.len())];
            self.connect(input, reader);
        }
        Valp::new(self.parts)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::component::Input;
    use crate::test_support::models::space;
    use renas_base::digest::Digest;
    use renas_base::seed::Seed;

    proptest! {
        #[test]
        fn every_random_valp_is_correct_and_has_the_sub_networks_asked_for(seed: u64, networks in 3..12usize) {
            let mut stream = Seed::from_number(seed).stream("generate");
            let valp = generate(&space(), networks, &mut stream).expect("three outputs");
            prop_assert_eq!(valp.networks().len(), networks);
            for network in valp.networks() {
                prop_assert!((2..=4).contains(&network.hidden.len()));
                prop_assert!(network.hidden.iter().all(|layer| (5..=9).contains(&layer.units)));
            }
            let again = generate(&space(), networks, &mut Seed::from_number(seed).stream("generate"));
            prop_assert_eq!(again.expect("three outputs"), valp);
        }
    }

    /// Of 300 models of six sub-networks: how often each kind occurs, that outputs never share a source, that decoders
    /// come to have conditions, and that inner connections beyond those of a tree exist.
    #[test]
    fn random_valps_cover_the_space() {
        let mut stream = Seed::from_number(1).stream("generate");
        let valps: Vec<Valp> = (0..300).map(|_| generate(&space(), 6, &mut stream).expect("enough")).collect();
        for kind in Kind::ALL {
            let having = valps.iter().filter(|valp| valp.networks().iter().any(|n| n.kind == kind)).count();
            assert!(having > 60, "{having} of 300 have a {kind:?}");
        }
        let outputs = |valp: &Valp, id: Id| valp.outgoing(id).filter(|c| matches!(c.to, Id::Output(_))).count();
        assert!(valps.iter().all(|valp| valp.networks().iter().all(|n| outputs(valp, n.id) <= 1)));
        let conditional = |valp: &Valp| {
            let decoder = |id: Id| valp.network(id).is_some_and(|n| n.kind == Kind::Decoder);
            valp.connections().iter().any(|c| decoder(c.to) && c.role == Role::Value)
        };
        assert!(valps.iter().any(conditional));
        let several = |valp: &Valp| valp.networks().iter().any(|n| valp.outgoing(n.id).count() > 1);
        assert!(valps.iter().filter(|valp| several(valp)).count() > 30);
    }

    #[test]
    fn every_input_is_read() {
        let mut two = space();
        two.inputs.push(Input { id: Id::Input(1), features: 3 });
        let mut stream = Seed::from_number(2).stream("generate");
        for networks in (3..9).cycle().take(60) {
            let valp = generate(&two, networks, &mut stream).expect("enough");
            assert!(valp.outgoing(Id::Input(0)).count() > 0 && valp.outgoing(Id::Input(1)).count() > 0);
        }
    }

    #[test]
    fn too_few_sub_networks_are_refused() {
        let mut stream = Seed::from_number(1).stream("generate");
        let error = generate(&space(), 2, &mut stream).expect_err("three outputs").to_string();
        assert_eq!(error, "a VALP with 3 outputs has at least 3 sub-networks, not 2");
        let mut wrong = space();
        wrong.training.batch_size = 0;
        let error = generate(&wrong, 3, &mut stream).expect_err("no batch").to_string();
        assert_eq!(error, "the space of VALPs: training: a batch needs at least one observation");
    }

    /// Models are part of keys and results: what a seed draws, and how it is written, may never change.
    #[test]
    fn a_drawn_model_is_pinned() {
        let mut stream = Seed::from_number(7).stream("generate");
        let valp = generate(&space(), 6, &mut stream).expect("enough");
        let digest = Digest::of_value(&valp).expect("finite numbers").to_string();
        assert_eq!(digest, "d91c81369a169b3e21cfa6fd1062a4becd7b3705f39e2718f7a9a660c1bf01fe");
    }
}
