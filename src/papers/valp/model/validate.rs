//! What makes a VALP structurally correct, and the component that breaks a rule.

use std::collections::{BTreeMap, BTreeSet};

use super::component::{Connection, DataType, Id, Input, Kind, Output, Role, SubNetwork};
use super::parts::Parts;
use renas_task::recipe::Optimizer;

/// A rule that the parts of a VALP break.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// Two components have one name.
    #[error("{0}: another component has the same name")]
    Duplicate(Id),
    /// A component's name says that it is of another class.
    #[error("{id}: an {expected} is named `{letter}` and a number")]
    Name {
        /// The component.
        id: Id,
        /// What it is.
        expected: &'static str,
        /// How its name begins.
        letter: char,
    },
    /// There is nothing to predict.
    #[error("a VALP without an output")]
    NoOutput,
    /// A size is zero, or layers share a number.
    #[error("{id}: {rule}")]
    Component {
        /// The component.
        id: Id,
        /// What is wrong with it.
        rule: String,
    },
    /// A connection's end does not exist.
    #[error("{missing}: the connection from {from} to {to} names it, but there is no such component")]
    Unknown {
        /// Which end.
        missing: Id,
        /// The source.
        from: Id,
        /// The receiver.
        to: Id,
    },
    /// A connection breaks a rule.
    #[error("{to}: it cannot read {from}: {rule}")]
    Connection {
        /// The receiver.
        to: Id,
        /// The source.
        from: Id,
        /// Why not.
        rule: String,
    },
    /// Nothing feeds a sub-network or an output.
    #[error("{0}: nothing feeds it")]
    Unfed(Id),
    /// An input or a sub-network feeds nothing.
    #[error("{0}: it feeds nothing")]
    Unused(Id),
    /// A decoder has nothing to draw its latent from.
    #[error("{0}: a decoder needs a latent source")]
    NoLatent(Id),
    /// Data would flow in a circle.
    #[error("{0}: it feeds itself, directly or through others")]
    Cycle(Id),
    /// The training cannot be done.
    #[error("{component}: {rule}")]
    Training {
        /// The output, or `training` for the model's own.
        component: String,
        /// What is wrong.
        rule: String,
    },
}

/// Check the parts of a VALP, which are in the order of their names; the first rule broken is returned.
pub(super) fn validate(parts: &Parts) -> Result<(), GraphError> {
    names(parts)?;
    parts.inputs.iter().try_for_each(input)?;
    parts.networks.iter().try_for_each(network)?;
    parts.outputs.iter().try_for_each(output)?;
    training(parts)?;
    connections(parts)?;
    flow(parts)?;
    cycles(parts)
}

fn names(parts: &Parts) -> Result<(), GraphError> {
    if parts.outputs.is_empty() {
        return Err(GraphError::NoOutput);
    }
    let inputs = parts.inputs.iter().map(|input| (input.id, "input", 'i'));
    let networks = parts.networks.iter().map(|network| (network.id, "internal sub-network", 'n'));
    let outputs = parts.outputs.iter().map(|output| (output.id, "output", 'o'));
    let mut seen = BTreeSet::new();
    for (id, expected, letter) in inputs.chain(networks).chain(outputs) {
        if !id.to_string().starts_with(letter) {
            return Err(GraphError::Name { id, expected, letter });
        }
        if !seen.insert(id) {
            return Err(GraphError::Duplicate(id));
        }
    }
    Ok(())
}

fn component(id: Id, rule: impl Into<String>) -> GraphError {
    GraphError::Component { id, rule: rule.into() }
}

fn input(input: &Input) -> Result<(), GraphError> {
    if input.features == 0 { Err(component(input.id, "an input without features")) } else { Ok(()) }
}

fn output(output: &Output) -> Result<(), GraphError> {
    if output.units == 0 { Err(component(output.id, "an output without units")) } else { Ok(()) }
}

fn network(network: &SubNetwork) -> Result<(), GraphError> {
    if network.hidden.is_empty() {
        return Err(component(network.id, "a sub-network without a hidden layer"));
    }
    if network.last.units == 0 {
        return Err(component(network.id, "its last layer has no units"));
    }
    let mut seen = BTreeSet::new();
    for layer in &network.hidden {
        if layer.units == 0 {
            return Err(component(network.id, format!("its layer {} has no units", layer.number)));
        }
        if !seen.insert(layer.number) {
            return Err(component(network.id, format!("two of its layers have the number {}", layer.number)));
        }
    }
    Ok(())
}

fn training(parts: &Parts) -> Result<(), GraphError> {
    let check = |component: String, optimizer: &Optimizer| {
        let (rate, momentum) = match optimizer {
            Optimizer::Adam { learning_rate } => (*learning_rate, 0.0),
            Optimizer::Sgd { learning_rate, momentum } => (*learning_rate, *momentum),
        };
        if !(rate.is_finite() && rate > 0.0) {
            let rule = format!("the learning rate must be above 0, not {rate}");
            return Err(GraphError::Training { component, rule });
        }
        if !(0.0..1.0).contains(&momentum) {
            let rule = format!("the momentum must lie in 0..1, not {momentum}");
            return Err(GraphError::Training { component, rule });
        }
        Ok(())
    };
    check("training".to_owned(), &parts.training.optimizer)?;
    for output in &parts.outputs {
        output.optimizer.iter().try_for_each(|optimizer| check(output.id.to_string(), optimizer))?;
    }
    if parts.training.batch_size == 0 {
        let rule = "a batch needs at least one observation".to_owned();
        return Err(GraphError::Training { component: "training".to_owned(), rule });
    }
    Ok(())
}

/// Every connection joins components that exist and fit; the parts' connections are in order.
fn connections(parts: &Parts) -> Result<(), GraphError> {
    for (place, connection) in parts.connections.iter().enumerate() {
        let Connection { to, from, .. } = *connection;
        let error = |rule: String| Err(GraphError::Connection { to, from, rule });
        // Deviation: the code may join two components twice (small_improvements.py:158-218).
        if place > 0 && (parts.connections[place - 1].to, parts.connections[place - 1].from) == (to, from) {
            return error("it already does".to_owned());
        }
        let source = match from {
            Id::Output(_) => return error("an output feeds nothing".to_owned()),
            Id::Input(_) | Id::Network(_) => parts.value(from),
        };
        let Some(value) = source else { return Err(GraphError::Unknown { missing: from, from, to }) };
        let rule = match to {
            Id::Input(_) => Err("an input is fed by nothing".to_owned()),
            Id::Network(_) => match parts.networks.iter().find(|network| network.id == to) {
                Some(receiver) => reads(receiver.kind, value, connection.role),
                None => return Err(GraphError::Unknown { missing: to, from, to }),
            },
            Id::Output(_) => match parts.outputs.iter().find(|output| output.id == to) {
                Some(receiver) => adds(receiver, value, connection.role),
                None => return Err(GraphError::Unknown { missing: to, from, to }),
            },
        };
        rule.or_else(error)?;
    }
    Ok(())
}

/// Why a sub-network cannot read a value of that type and number of units.
fn reads(kind: Kind, (data, units): (DataType, usize), role: Role) -> Result<(), String> {
    if !kind.consumes(data) {
        return Err(format!("a sub-network of its kind does not read {data}"));
    }
    match (role, kind) {
        (Role::Value, _) => Ok(()),
        (Role::Latent, Kind::Decoder) if units >= 2 => Ok(()),
        (Role::Latent, Kind::Decoder) => Err("a latent is drawn from at least 2 units".to_owned()),
        (Role::Latent, Kind::Generic | Kind::Sampler | Kind::Discrete) => {
            Err("only a decoder draws a latent".to_owned())
        }
    }
}

/// Why an output cannot add a value of that type and number of units.
fn adds(output: &Output, (data, units): (DataType, usize), role: Role) -> Result<(), String> {
    let expected = output.kind.consumes();
    if data != expected {
        return Err(format!("it sums {expected}, and is offered {data}"));
    }
    if units < output.units {
        return Err(format!("it sums {} units, and is offered {units}", output.units));
    }
    match role {
        Role::Value => Ok(()),
        Role::Latent => Err("only a decoder draws a latent".to_owned()),
    }
}

/// Whatever is not an input is fed; whatever is not an output feeds something.
fn flow(parts: &Parts) -> Result<(), GraphError> {
    let fed: BTreeSet<Id> = parts.connections.iter().map(|connection| connection.to).collect();
    let used: BTreeSet<Id> = parts.connections.iter().map(|connection| connection.from).collect();
    let networks = || parts.networks.iter().map(|network| network.id);
    let mut receivers = networks().chain(parts.outputs.iter().map(|output| output.id));
    if let Some(unfed) = receivers.find(|id| !fed.contains(id)) {
        return Err(GraphError::Unfed(unfed));
    }
    let mut sources = parts.inputs.iter().map(|input| input.id).chain(networks());
    if let Some(unused) = sources.find(|id| !used.contains(id)) {
        return Err(GraphError::Unused(unused));
    }
    for decoder in parts.networks.iter().filter(|network| network.kind == Kind::Decoder) {
        let latent = |connection: &Connection| connection.to == decoder.id && connection.role == Role::Latent;
        if !parts.connections.iter().any(latent) {
            return Err(GraphError::NoLatent(decoder.id));
        }
    }
    Ok(())
}

/// Take away, again and again, what nothing that is left feeds; what remains lies on a circle or behind one. Behind the
/// last one back stands a sub-network on a circle.
fn cycles(parts: &Parts) -> Result<(), GraphError> {
    let mut feeders: BTreeMap<Id, BTreeSet<Id>> = parts.networks.iter().map(|n| (n.id, BTreeSet::new())).collect();
    for connection in &parts.connections {
        if matches!(connection.from, Id::Network(_)) {
            feeders.entry(connection.to).or_default().insert(connection.from);
        }
    }
    while let Some(free) = feeders.iter().find(|(_, sources)| sources.is_empty()).map(|(id, _)| *id) {
        feeders.remove(&free);
        feeders.values_mut().for_each(|sources| {
            sources.remove(&free);
        });
    }
    let Some(mut place) = feeders.keys().next().copied() else { return Ok(()) };
    let mut seen = BTreeSet::new();
    while seen.insert(place) {
        place = *feeders[&place].first().expect("what is left is fed by what is left");
    }
    Err(GraphError::Cycle(place))
}

#[cfg(test)]
mod tests;
