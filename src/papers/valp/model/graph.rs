//! A VALP: a directed acyclic graph of components that is structurally correct, or does not exist.
//!
//! Section III of the paper: every output has data of its type; whatever is not an input is fed, whatever is not an
//! output feeds something; no recurrent connections. The constructor checks it, and operators make new graphs through it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::component::{Connection, DataType, Id, Input, Output, Role, SubNetwork};
use super::parts::{Parts, Training};
use super::validate::{GraphError, validate};

/// A structurally correct VALP; components and connections in the order of their names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct Valp(Parts);

/// A contiguous part of what the first layer of a sub-network reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Where it comes from.
    pub connection: Connection,
    /// Its first column in the first layer's weights.
    pub start: usize,
    /// Its columns: the source's units; half of them, rounded down, where a latent is drawn.
    pub width: usize,
}

impl Valp {
    /// The VALP of these parts, or the first rule that they break, with the component that breaks it.
    pub fn new(mut parts: Parts) -> Result<Self, GraphError> {
        parts.inputs.sort_by_key(|input| input.id);
        parts.networks.sort_by_key(|network| network.id);
        parts.outputs.sort_by_key(|output| output.id);
        parts.connections.sort_unstable();
        validate(&parts)?;
        Ok(Self(parts))
    }

    /// Its parts, to make another of.
    pub fn parts(&self) -> Parts {
        self.0.clone()
    }

    /// Sources of data.
    pub fn inputs(&self) -> &[Input] {
        &self.0.inputs
    }

    /// Sub-networks.
    pub fn networks(&self) -> &[SubNetwork] {
        &self.0.networks
    }

    /// Predictions.
    pub fn outputs(&self) -> &[Output] {
        &self.0.outputs
    }

    /// Connections by receiver, then source.
    pub fn connections(&self) -> &[Connection] {
        &self.0.connections
    }

    /// How it is trained.
    pub fn training(&self) -> &Training {
        &self.0.training
    }

    /// The sub-network of that name.
    pub fn network(&self, id: Id) -> Option<&SubNetwork> {
        self.0.networks.iter().find(|network| network.id == id)
    }

    /// The output of that name.
    pub fn output(&self, id: Id) -> Option<&Output> {
        self.0.outputs.iter().find(|output| output.id == id)
    }

    /// The connections that feed a component, in the order of their sources.
    pub fn incoming(&self, id: Id) -> impl Iterator<Item = &Connection> {
        self.0.connections.iter().filter(move |connection| connection.to == id)
    }

    /// The connections that a component feeds, in the order of their receivers.
    pub fn outgoing(&self, id: Id) -> impl Iterator<Item = &Connection> {
        self.0.connections.iter().filter(move |connection| connection.from == id)
    }

    /// Whether one feeds the other directly.
    pub fn connected(&self, from: Id, to: Id) -> bool {
        self.incoming(to).any(|connection| connection.from == from)
    }

    /// What a source passes on: its type and number of units; none for outputs and unknown names.
    pub fn value(&self, source: Id) -> Option<(DataType, usize)> {
        self.0.value(source)
    }

    /// What the first layer of a sub-network reads: one segment per connection, in their order.
    pub fn segments(&self, network: Id) -> Vec<Segment> {
        let mut start = 0;
        let segments = self.incoming(network).map(|connection| {
            let units = self.value(connection.from).map_or(0, |(_, units)| units);
            let width = match connection.role {
                Role::Value => units,
                Role::Latent => units / 2,
            };
            start += width;
            Segment { connection: *connection, start: start - width, width }
        });
        segments.collect()
    }

    /// Everything that data from `id` flows into, itself not included.
    pub fn descendants(&self, id: Id) -> BTreeSet<Id> {
        let mut found = BTreeSet::new();
        let mut open = vec![id];
        while let Some(next) = open.pop() {
            open.extend(self.outgoing(next).map(|connection| connection.to).filter(|to| found.insert(*to)));
        }
        found
    }

    /// Everything that data flows into `id` from, itself not included.
    pub fn ancestors(&self, id: Id) -> BTreeSet<Id> {
        let mut found = BTreeSet::new();
        let mut open = vec![id];
        while let Some(next) = open.pop() {
            open.extend(self.incoming(next).map(|connection| connection.from).filter(|from| found.insert(*from)));
        }
        found
    }

    /// Sub-networks, each after all that feed it; where several could follow, the first name does.
    pub fn order(&self) -> Vec<&SubNetwork> {
        let mut waiting: BTreeMap<Id, &SubNetwork> = self.0.networks.iter().map(|n| (n.id, n)).collect();
        let mut order = Vec::with_capacity(waiting.len());
        while !waiting.is_empty() {
            let fed = |id: Id| self.incoming(id).all(|connection| !waiting.contains_key(&connection.from));
            let next = waiting.keys().copied().find(|id| fed(*id)).expect("the constructor admits no cycle");
            order.extend(waiting.remove(&next));
        }
        order
    }

    /// The smallest number above those of all sub-networks: the name of a further one.
    pub fn unused_number(&self) -> u32 {
        let numbers = self.0.networks.iter().filter_map(|network| match network.id {
            Id::Network(number) => Some(number),
            Id::Input(_) | Id::Output(_) => None,
        });
        numbers.max().map_or(0, |number| number + 1)
    }
}

impl TryFrom<Parts> for Valp {
    type Error = GraphError;

    fn try_from(parts: Parts) -> Result<Self, GraphError> {
        Self::new(parts)
    }
}

impl From<Valp> for Parts {
    fn from(valp: Valp) -> Self {
        valp.0
    }
}
