//! `delete_connection`: the source feeds others, and others feed the receiver (small_improvements.py:268-284 of the code).

use super::columns::rewire;
use super::edit::{Edit, Variation};
use crate::model::component::Id;
use crate::model::graph::Valp;
use crate::model::validate::GraphError;
use renas_network::assembly::Assembly;

/// All connections that the model is correct without.
///
/// Deviation: the code compares names by substrings, so that `c1` is passed over where `c12` is tested (line 278).
pub(super) fn edits(valp: &Valp) -> Vec<Edit> {
    let all = valp.connections().iter().map(|connection| (connection.from, connection.to));
    let possible = all.filter(|(from, to)| graph(valp, *from, *to).is_ok());
    possible.map(|(from, to)| Edit::DeleteConnection { from, to }).collect()
}

pub(super) fn apply(valp: &Valp, from: Id, to: Id) -> Result<Variation, GraphError> {
    let new = graph(valp, from, to)?;
    let mut assembly = Assembly::default();
    rewire(&mut assembly, valp, &new, to, |_| None);
    Ok(Variation { valp: new, assembly })
}

fn graph(valp: &Valp, from: Id, to: Id) -> Result<Valp, GraphError> {
    let mut parts = valp.parts();
    parts.connections.retain(|connection| (connection.from, connection.to) != (from, to));
    Valp::new(parts)
}
