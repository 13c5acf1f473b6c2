//! `insert_network`: a sub-network into a connection (`divide_connection`, small_improvements.py:92-155 of the code).
//!
//! Aggressive: a random sub-network of a kind that fits, with drawn weights; so are the receiver's columns for it.
//! Gentle, which the public code has not: a sub-network of linear and ReLU layers that passes on what it reads. Where the
//! receiver's first layer is narrower than what it reads, the new sub-network computes that layer's share, with its
//! weights, and the layer's columns become an identity: an image of 784 pixels is not carried pixel by pixel.

use super::columns::{Columns, first_layer, rewire};
use super::edit::{Edit, Form, Variation};
use super::identity::{carrier, carry, scaled_identity};
use crate::model::component::{Connection, Id, Kind, OutputKind, Role, SubNetwork};
use crate::model::graph::Valp;
use crate::model::initial::{block, draw_network, part};
use crate::model::space::Space;
use crate::model::validate::GraphError;
use renas_base::seed::Stream;
use renas_network::assembly::{Assembly, Source};

/// Into all connections that a kind of sub-network fits; gentle, where no more than the space's `carried` units pass.
pub(super) fn edits(valp: &Valp, form: Form, space: &Space) -> Vec<Edit> {
    let fits = |connection: &&Connection| match form {
        Form::Aggressive => !kinds(valp, connection, space).is_empty(),
        Form::Gentle => Passing::of(valp, connection).units() <= space.carried,
    };
    let edit = |connection: &Connection| Edit::InsertNetwork { from: connection.from, to: connection.to };
    valp.connections().iter().filter(fits).map(edit).collect()
}

pub(super) fn apply(
    valp: &Valp,
    from: Id,
    to: Id,
    form: Form,
    space: &Space,
    stream: &mut Stream,
) -> Result<Variation, GraphError> {
    let unknown = GraphError::Unknown { missing: from, from, to };
    let connection = *valp.incoming(to).find(|connection| connection.from == from).ok_or(unknown)?;
    let id = Id::Network(valp.unused_number());
    match form {
        Form::Aggressive => {
            let kinds = kinds(valp, &connection, space);
            let kind = kinds[stream.below(kinds.len())];
            let units = space.units(kind, to, space.inserted_interface, stream);
            let new = graph(valp, connection, space.sub_network(id, kind, units, stream))?;
            let mut assembly = Assembly::default();
            draw_network(&mut assembly, &new, id);
            rewire(&mut assembly, valp, &new, to, |other| (other.from == id).then_some(Columns::Fresh));
            Ok(Variation { valp: new, assembly })
        }
        Form::Gentle => gentle(valp, connection, id, space, stream),
    }
}

fn gentle(
    valp: &Valp,
    connection: Connection,
    id: Id,
    space: &Space,
    stream: &mut Stream,
) -> Result<Variation, GraphError> {
    let Connection { from, to, .. } = connection;
    let kind = match valp.output(to).map(|output| output.kind) {
        Some(OutputKind::Discrete) => Kind::Discrete,
        Some(OutputKind::Samples) => Kind::Sampler,
        Some(OutputKind::Values) | None => Kind::Generic,
    };
    let passing = Passing::of(valp, &connection);
    let units = passing.units();
    let new = graph(valp, connection, carrier(id, kind, units, space, stream))?;
    let mut assembly = Assembly::default();
    let read = valp.value(from).map_or(0, |(_, units)| units);
    let columns = match passing {
        Passing::Value { .. } => {
            carry(&mut assembly, &new, id, |row, scale| {
                let rest = (read > units).then(|| block([row, units], [units, read - units], Source::Zeros));
                [scaled_identity([row, 0], units, scale)].into_iter().chain(rest).collect()
            });
            Columns::Of { source: from, scale: 1.0 }
        }
        Passing::Image { start, .. } => {
            let weight = first_layer(valp, to).weight();
            carry(&mut assembly, &new, id, |row, scale| {
                vec![block([row, 0], [units, read], part(weight.clone(), [0, start], scale))]
            });
            Columns::Identity
        }
    };
    rewire(&mut assembly, valp, &new, to, |other| (other.from == id).then_some(columns));
    Ok(Variation { valp: new, assembly })
}

/// What a gentle insertion passes on.
enum Passing {
    /// The first units of the source: all that the receiver uses.
    Value { units: usize },
    /// What the receiver's first layer makes of them by its columns from `start` on.
    Image { units: usize, start: usize },
}

impl Passing {
    fn of(valp: &Valp, connection: &Connection) -> Self {
        if let Some(output) = valp.output(connection.to) {
            return Self::Value { units: output.units };
        }
        let segments = valp.segments(connection.to);
        let segment = segments.iter().find(|segment| segment.connection == *connection);
        let segment = segment.expect("the connection is in the graph");
        let first = first_layer(valp, connection.to).units;
        match connection.role {
            Role::Latent => Self::Value { units: 2 * segment.width },
            Role::Value if first < segment.width => Self::Image { units: first, start: segment.start },
            Role::Value => Self::Value { units: segment.width },
        }
    }

    fn units(&self) -> usize {
        match *self {
            Self::Value { units } | Self::Image { units, .. } => units,
        }
    }
}

/// Kinds that read what the source passes on and pass on what the receiver reads.
fn kinds(valp: &Valp, connection: &Connection, space: &Space) -> Vec<Kind> {
    let network =
        valp.networks().first().map(|network| SubNetwork { id: Id::Network(valp.unused_number()), ..network.clone() });
    let fits = |kind: &Kind| {
        network.clone().is_some_and(|mut network| {
            network.kind = *kind;
            let output = valp.output(connection.to).map(|output| output.units);
            network.last.units = output.unwrap_or(space.inserted_interface[0].max(2));
            graph(valp, *connection, network).is_ok()
        })
    };
    Kind::ALL.into_iter().filter(fits).collect()
}

/// The model with `network` in the connection; the receiver uses it as it used the source.
fn graph(valp: &Valp, connection: Connection, network: SubNetwork) -> Result<Valp, GraphError> {
    let mut parts = valp.parts();
    let role = if network.kind == Kind::Decoder { Role::Latent } else { Role::Value };
    parts.connections.retain(|other| *other != connection);
    parts.connections.push(Connection { to: network.id, from: connection.from, role });
    parts.connections.push(Connection { from: network.id, ..connection });
    parts.networks.push(network);
    Valp::new(parts)
}
