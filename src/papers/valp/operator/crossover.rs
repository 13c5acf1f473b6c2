//! Exclusive subgraph crossover: a donor gives what only one of its outputs depends on, and it takes the place of the
//! host's (sections IV-D and V-D; described there and not run).

use std::collections::{BTreeMap, BTreeSet};

use super::edit::Variation;
use crate::model::component::{Connection, DataType, Id, Kind, Role};
use crate::model::graph::{Segment, Valp};
use crate::model::initial::{block, layers, part};
use crate::model::subgraph::exclusive_subgraph;
use crate::model::validate::GraphError;
use renas_base::seed::Stream;
use renas_network::assembly::{Assembly, Block, Source};
use renas_task::heads::DONOR;

/// A host cannot take what a donor has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CrossoverError {
    /// The donor has no sub-network that only this output depends on.
    #[error("{output}: no sub-network of the donor belongs to it alone")]
    Nothing {
        /// The output.
        output: Id,
    },
    /// A donated sub-network finds nothing to read in the host.
    #[error("{network}: nothing in the host can take the place of what it reads in the donor")]
    NoSource {
        /// Its name in the donor.
        network: Id,
    },
    /// The result is no correct model.
    #[error("the crossed model is not correct: {0}")]
    Graph(#[from] GraphError),
}

/// The host with the donor's exclusive subgraph of `output` in the place of its own.
///
/// Donated sub-networks get new names and keep their weights. What they read from the donor's inputs they read from the
/// host's of the same name; for a sub-network that is not donated, one of the host's is drawn that produces the same type
/// of data, else any component that may feed it, and the columns for it are drawn from the layer's law. What else feeds
/// the output in the host goes on feeding it.
pub fn crossover(host: &Valp, donor: &Valp, output: Id, stream: &mut Stream) -> Result<Variation, CrossoverError> {
    let donated = exclusive_subgraph(donor, output);
    if donated.is_empty() {
        return Err(CrossoverError::Nothing { output });
    }
    let replaced = exclusive_subgraph(host, output);
    let mut parts = host.parts();
    parts.networks.retain(|network| !replaced.contains(&network.id));
    parts.connections.retain(|c| !replaced.contains(&c.from) && !replaced.contains(&c.to));
    let names: BTreeMap<Id, Id> = donated.iter().copied().zip((host.unused_number()..).map(Id::Network)).collect();
    // New connections whose source is the same as in the donor, and its name there.
    let mut kept: BTreeMap<(Id, Id), Id> = BTreeMap::new();
    for (old, new) in &names {
        parts.networks.extend(donor.network(*old).map(|network| {
            let mut network = network.clone();
            network.id = *new;
            network
        }));
        let mut taken: BTreeSet<Id> = BTreeSet::new();
        for connection in donor.incoming(*old) {
            let source = match names.get(&connection.from) {
                Some(name) => Some(*name),
                None => stand_in(host, &replaced, donor, connection, &taken, stream),
            };
            let Some(from) = source else { continue };
            taken.insert(from);
            if names.contains_key(&connection.from) || from == connection.from && matches!(from, Id::Input(_)) {
                kept.insert((*new, from), connection.from);
            }
            parts.connections.push(Connection { to: *new, from, role: connection.role });
        }
        if taken.is_empty() {
            return Err(CrossoverError::NoSource { network: *old });
        }
    }
    for connection in donor.incoming(output) {
        let from = names.get(&connection.from).copied();
        parts.connections.extend(from.map(|from| Connection { from, ..*connection }));
    }
    let valp = Valp::new(parts)?;
    let mut assembly = Assembly::default();
    names.iter().for_each(|(old, new)| weights(&mut assembly, donor, *old, &valp, *new, &kept));
    Ok(Variation { valp, assembly })
}

/// What feeds a donated sub-network in the host instead of a component of the donor that is not donated; none where
/// nothing is left that may.
fn stand_in(
    host: &Valp,
    replaced: &BTreeSet<Id>,
    donor: &Valp,
    connection: &Connection,
    taken: &BTreeSet<Id>,
    stream: &mut Stream,
) -> Option<Id> {
    let kind = donor.network(connection.to)?.kind;
    let (data, _) = donor.value(connection.from)?;
    let reads = |id: &Id| {
        let value = host.value(*id).filter(|(data, units)| match connection.role {
            Role::Value => kind.consumes(*data),
            Role::Latent => kind == Kind::Decoder && kind.consumes(*data) && *units >= 2,
        });
        value.is_some() && !taken.contains(id) && !replaced.contains(id)
    };
    let inputs = host.inputs().iter().map(|input| input.id);
    let all: Vec<Id> = inputs.chain(host.networks().iter().map(|network| network.id)).filter(reads).collect();
    if data == DataType::Features && all.contains(&connection.from) {
        return Some(connection.from);
    }
    let same: Vec<Id> = all.iter().copied().filter(|id| host.value(*id).is_some_and(|(d, _)| d == data)).collect();
    let candidates = if same.is_empty() { all } else { same };
    if candidates.is_empty() { None } else { Some(candidates[stream.below(candidates.len())]) }
}

/// The donor's weights for a donated sub-network; fresh columns for what stands in for another source.
fn weights(assembly: &mut Assembly, donor: &Valp, old: Id, valp: &Valp, new: Id, kept: &BTreeMap<(Id, Id), Id>) {
    for (place, (from, to)) in layers(donor, old).iter().zip(layers(valp, new)).enumerate() {
        let given = |name: String, at| part(format!("{DONOR}{name}"), at, 1.0);
        let bias = block([0, 0], [to.units, 1], given(from.bias(), [0, 0]));
        assembly.tensors.insert(to.bias(), vec![bias]);
        let before = donor.segments(old);
        let column = |segment: &Segment| -> Block {
            let source = kept.get(&(new, segment.connection.from));
            let same =
                before.iter().find(|other| Some(&other.connection.from) == source && other.width == segment.width);
            let source: Source = match same {
                Some(same) => given(from.weight(), [0, same.start]),
                None => to.draw(),
            };
            block([0, segment.start], [to.units, segment.width], source)
        };
        let blocks = match place {
            0 => valp.segments(new).iter().map(column).collect(),
            _ => vec![block([0, 0], [to.units, to.features], given(from.weight(), [0, 0]))],
        };
        assembly.tensors.insert(to.weight(), blocks);
    }
}
