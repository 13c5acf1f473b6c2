//! `delete_network`: what fed the sub-network feeds all that it fed (bypass, small_improvements.py:287-347 of the code).
//!
//! The columns of the new connections are drawn.

use super::columns::{Columns, rewire};
use super::edit::{Edit, Variation};
use crate::model::component::{Connection, Id};
use crate::model::graph::Valp;
use crate::model::validate::GraphError;
use renas_network::assembly::Assembly;

/// All sub-networks whose sources may feed their receivers: never one that stands alone between an input and an output
/// (section V-B).
///
/// Deviation: the code asks for equal types before and behind it, or for one of three pairs of types; we ask for a
/// correct model, which forbids as much and no more.
pub(super) fn edits(valp: &Valp) -> Vec<Edit> {
    let possible = valp.networks().iter().map(|network| network.id).filter(|id| graph(valp, *id).is_ok());
    possible.map(|network| Edit::DeleteNetwork { network }).collect()
}

pub(super) fn apply(valp: &Valp, network: Id) -> Result<Variation, GraphError> {
    let new = graph(valp, network)?;
    let mut assembly = Assembly::default();
    for receiver in valp.outgoing(network).map(|connection| connection.to) {
        rewire(&mut assembly, valp, &new, receiver, |connection| {
            (!valp.connected(connection.from, receiver)).then_some(Columns::Fresh)
        });
    }
    Ok(Variation { valp: new, assembly })
}

/// The model without it; a receiver uses what it newly reads as it used the sub-network.
fn graph(valp: &Valp, network: Id) -> Result<Valp, GraphError> {
    let mut parts = valp.parts();
    parts.networks.retain(|other| other.id != network);
    parts.connections.retain(|connection| connection.from != network && connection.to != network);
    for behind in valp.outgoing(network) {
        let before = valp.incoming(network).map(|connection| connection.from);
        let new = before.filter(|from| !valp.connected(*from, behind.to));
        parts.connections.extend(new.map(|from| Connection { to: behind.to, from, role: behind.role }));
    }
    Valp::new(parts)
}
