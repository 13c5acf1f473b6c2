//! `add_connection`: a component feeds another that it did not feed (small_improvements.py:158-218 of the code).
//!
//! Aggressive: a receiving sub-network's new columns are drawn; a receiving output adds one value more. Gentle: the new
//! columns are 0, so that only a sub-network can receive; the public code has no gentle form. Where a decoder draws from
//! the source, no output changes, but the loss gains the new latent's term.

use super::columns::{Columns, rewire};
use super::edit::{Edit, Form, Variation};
use crate::model::component::{Connection, Id, Kind, Role};
use crate::model::graph::Valp;
use crate::model::validate::GraphError;
use renas_base::seed::Stream;
use renas_network::assembly::Assembly;

/// Probability that a decoder draws from what it newly reads, and is not conditional on it.
const LATENT: f64 = 0.7;

/// Between all components where the result is correct; in the code up to 50 random pairs are tried.
///
/// Deviation: an output is only fed by what has at least its units.
pub(super) fn edits(valp: &Valp, form: Form) -> Vec<Edit> {
    let inputs = valp.inputs().iter().map(|input| input.id);
    let sources: Vec<Id> = inputs.chain(valp.networks().iter().map(|network| network.id)).collect();
    let networks = valp.networks().iter().map(|network| network.id);
    let outputs = valp.outputs().iter().map(|output| output.id).filter(|_| form == Form::Aggressive);
    let mut edits = Vec::new();
    for to in networks.chain(outputs) {
        // What a decoder may draw from may also condition it.
        let role = if is_decoder(valp, to) { Role::Latent } else { Role::Value };
        let fits = |from: &&Id| graph(valp, Connection { to, from: **from, role }).is_ok();
        edits.extend(sources.iter().filter(fits).map(|&from| Edit::AddConnection { from, to }));
    }
    edits
}

pub(super) fn apply(valp: &Valp, from: Id, to: Id, form: Form, stream: &mut Stream) -> Result<Variation, GraphError> {
    let role = if is_decoder(valp, to) && stream.chance(LATENT) { Role::Latent } else { Role::Value };
    let new = graph(valp, Connection { to, from, role })?;
    let columns = match form {
        Form::Aggressive => Columns::Fresh,
        Form::Gentle => Columns::Zeros,
    };
    let mut assembly = Assembly::default();
    rewire(&mut assembly, valp, &new, to, |connection| (connection.from == from).then_some(columns));
    Ok(Variation { valp: new, assembly })
}

fn is_decoder(valp: &Valp, id: Id) -> bool {
    valp.network(id).is_some_and(|network| network.kind == Kind::Decoder)
}

fn graph(valp: &Valp, connection: Connection) -> Result<Valp, GraphError> {
    let mut parts = valp.parts();
    parts.connections.push(connection);
    Valp::new(parts)
}
