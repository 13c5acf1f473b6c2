//! `clone_network`: a second sub-network like the first, with the same sources and receivers (operators.py:13-61 of the
//! code).
//!
//! Aggressive: the clone's weights and the receivers' new columns are drawn. Gentle: the clone has the weights of the
//! original, and the two share what the original said:
//!
//! - Receivers that read values: each takes half of both (half the columns, twice), as in the code.
//! - Outputs: they add what they are fed, so that the code doubles them. Deviation: both sub-networks say half (their
//!   last layers are halved), and receiving sub-networks hear both in full.
//! - A decoder that draws from it: the code splits the joint statistics elsewhere. Deviation: the clone brings draws of
//!   its own, and two draws cannot stand for one by any weights (means ask for a + b = 1, variances for a^2 + b^2 = 1 with
//!   neither 0), so that the decoder does not hear the clone at first: its columns are 0, and training moves them.
//! - Where an output and a decoder's latent receive, or where the original is a decoder, which draws anew in its clone:
//!   the clone is silent at first (its last layer is 0), and no receiver's latent hears it.

use super::columns::{Columns, rewire};
use super::edit::{Edit, Form, Variation};
use crate::model::component::{Connection, Id, Kind, Role};
use crate::model::graph::Valp;
use crate::model::initial::{block, draw_network, layers};
use crate::model::validate::GraphError;
use renas_network::assembly::{Assembly, Source};

/// All sub-networks.
pub(super) fn edits(valp: &Valp) -> Vec<Edit> {
    valp.networks().iter().map(|network| Edit::CloneNetwork { network: network.id }).collect()
}

pub(super) fn apply(valp: &Valp, network: Id, form: Form) -> Result<Variation, GraphError> {
    let clone = Id::Network(valp.unused_number());
    let new = graph(valp, network, clone)?;
    let mut assembly = Assembly::default();
    let share = match form {
        Form::Aggressive => {
            draw_network(&mut assembly, &new, clone);
            None
        }
        Form::Gentle => {
            let share = Share::of(valp, network);
            copy(&mut assembly, &new, network, clone, share);
            Some(share)
        }
    };
    for receiver in valp.outgoing(network).map(|connection| connection.to) {
        rewire(&mut assembly, valp, &new, receiver, |connection| columns(connection, network, clone, share));
    }
    Ok(Variation { valp: new, assembly })
}

fn graph(valp: &Valp, network: Id, clone: Id) -> Result<Valp, GraphError> {
    let mut parts = valp.parts();
    let same = parts.networks.iter().find(|other| other.id == network).cloned();
    parts.networks.extend(same.map(|mut same| {
        same.id = clone;
        same
    }));
    let before = valp.incoming(network).map(|connection| Connection { to: clone, ..*connection });
    let behind = valp.outgoing(network).map(|connection| Connection { from: clone, ..*connection });
    parts.connections.extend(before.chain(behind));
    Valp::new(parts)
}

/// How original and clone share what the original said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Share {
    /// Receivers halve it.
    Columns,
    /// Both say half of it.
    Values,
    /// The original says it.
    Original,
}

impl Share {
    fn of(valp: &Valp, network: Id) -> Self {
        let decoder = valp.network(network).is_some_and(|network| network.kind == Kind::Decoder);
        let output = valp.outgoing(network).any(|connection| matches!(connection.to, Id::Output(_)));
        let latent = valp.outgoing(network).any(|connection| connection.role == Role::Latent);
        match (decoder, output, latent) {
            (false, false, _) => Self::Columns,
            (false, true, false) => Self::Values,
            (false, true, true) | (true, _, _) => Self::Original,
        }
    }
}

/// Weights of the clone, and of the original where they change.
fn copy(assembly: &mut Assembly, new: &Valp, network: Id, clone: Id, share: Share) {
    let (original, copies) = (layers(new, network), layers(new, clone));
    original.iter().zip(&copies).for_each(|(from, to)| to.copy(assembly, from, 1.0));
    let last = original.last().zip(copies.last()).expect("a sub-network has layers");
    match share {
        Share::Columns => {}
        Share::Values => [last.0, last.1].into_iter().for_each(|layer| layer.copy(assembly, last.0, 0.5)),
        Share::Original => {
            let zeros = |columns| vec![block([0, 0], [last.1.units, columns], Source::Zeros)];
            assembly.tensors.insert(last.1.weight(), zeros(last.1.features));
            assembly.tensors.insert(last.1.bias(), zeros(1));
        }
    }
}

/// What a receiver makes of original and clone; `share`: none for the aggressive form.
fn columns(connection: &Connection, network: Id, clone: Id, share: Option<Share>) -> Option<Columns> {
    let (is_original, is_clone) = (connection.from == network, connection.from == clone);
    let of = |scale| Some(Columns::Of { source: network, scale });
    match (share, connection.role) {
        (None, _) => is_clone.then_some(Columns::Fresh),
        (Some(_), Role::Latent) => is_clone.then_some(Columns::Zeros),
        (Some(Share::Columns), Role::Value) if is_original || is_clone => of(0.5),
        (Some(Share::Values | Share::Original), Role::Value) if is_clone => of(1.0),
        (Some(Share::Columns | Share::Values | Share::Original), Role::Value) => None,
    }
}
