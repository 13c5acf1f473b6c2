//! A supernet: many networks in one, whose layers of the same name share their weights.
//!
//! It is a row of slots. Each slot has alternatives, small graphs of layers of which a path takes one, and all layers are
//! as wide as one of the supernet's widths says. A path is an ordinary `NetworkSpec`; its tensors are slices of
//! the supernet's tensors of the same names, each of which is as large as the widest path needs: the first channels, and
//! the centre of the kernels. One-shot weight sharing: Bender et al. 2018,
//! <https://proceedings.mlr.press/v80/bender18a.html>; the first channels: Yu et al. 2019, section 3,
//! <https://arxiv.org/abs/1812.08928>; the centre of kernels: Cai et al. 2020, section 3.2,
//! <https://arxiv.org/abs/1908.09791>.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::parameter::{Initial, Parameter, parameters, parameters_of};
use super::shape::{ShapeError, shapes};
use super::spec::{INPUT, NetworkSpec, Node, Operator};
use super::weights::{Tensor, Tensors};
pub use draw::{Group, Layout};

mod draw; // paths at random

/// The name under which the nodes of an alternative refer to what the slot before passes on: to the network's input in
/// the first slot.
pub const PREVIOUS: &str = "previous";

/// All networks that one set of weights is trained for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Supernet {
    /// The shape of one input sample: `[features]` or `[channels, height, width]`.
    pub input: Vec<usize>,
    /// Widths, in `denominator`-ths of the numbers that stand in the alternatives; ascending.
    pub widths: Vec<usize>,
    /// What widths are counted in.
    pub denominator: usize,
    /// The slots, in the order in which a sample passes them. The last one holds the output; nothing in it is scaled.
    pub slots: Vec<Slot>,
    /// Slots that are drawn as one; empty where each is drawn by itself. They say how paths are drawn, not which there are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
}

/// A place of a supernet where a path takes one of several ways.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// For messages.
    pub name: String,
    /// The ways: nodes in topological order, which read `previous` or earlier nodes of the same way; the last one is what
    /// the next slot reads. Without nodes it passes on what it reads. All ways pass on values of one shape.
    ///
    /// Two ways of one slot may have nodes of one name: these share their tensors, and differ at most in their numbers of
    /// filters, units or groups, and in odd kernels that are padded to keep the size. Nodes of different slots have
    /// different names.
    pub alternatives: Vec<Vec<Node>>,
    /// How often each way is drawn, relative to the others: positive, one number per way. Empty where all are as likely.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<usize>,
}

/// One path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Index of the width.
    pub width: usize,
    /// Index of the alternative of every slot.
    pub slots: Vec<usize>,
}

/// What is wrong with a supernet or a choice.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SupernetError {
    /// The widths are none.
    #[error("supernet widths {widths:?}/{denominator}: they must be positive and in ascending order, at least one")]
    Widths {
        /// The widths.
        widths: Vec<usize>,
        /// What they are counted in.
        denominator: usize,
    },
    /// An alternative is no network, or does not fit beside the others.
    #[error("supernet slot `{slot}`, alternative {alternative}: {rule}")]
    Alternative {
        /// Name of the slot.
        slot: String,
        /// Index of the alternative.
        alternative: usize,
        /// The rule that it breaks.
        rule: String,
    },
    /// There is nothing to choose from.
    #[error("supernet slot `{0}` has no alternative")]
    Empty(String),
    /// The shares of a slot's alternatives are not one positive number for each.
    #[error(
        "supernet slot `{slot}`: shares {shares:?} are not one positive number for each of {alternatives} alternatives"
    )]
    Shares {
        /// Name of the slot.
        slot: String,
        /// The shares.
        shares: Vec<usize>,
        /// Alternatives that the slot has.
        alternatives: usize,
    },
    /// A group of slots cannot be drawn.
    #[error("supernet group {group} (counted from 0): {rule}")]
    Group {
        /// Index of the group.
        group: usize,
        /// The rule that it breaks.
        rule: String,
    },
    /// There is no slot, or all ways through the slots are empty.
    #[error("the supernet has no layer that every path passes")]
    NoLayer,
    /// A choice is not one of this supernet.
    #[error("no path of the supernet is {0:?}: an index is out of range, or there are not as many as slots")]
    Choice(Choice),
    /// A path is no network.
    #[error(transparent)]
    Path(#[from] ShapeError),
}

impl Supernet {
    /// The network of a choice: its nodes are those of the chosen alternatives, in the order of the slots.
    pub fn path(&self, choice: &Choice) -> Result<NetworkSpec, SupernetError> {
        let wrong = || SupernetError::Choice(choice.clone());
        let width = *self.widths.get(choice.width).ok_or_else(wrong)?;
        if choice.slots.len() != self.slots.len() {
            return Err(wrong());
        }
        let mut previous = INPUT.to_owned();
        let mut nodes: Vec<Node> = Vec::new();
        for (index, (slot, &alternative)) in self.slots.iter().zip(&choice.slots).enumerate() {
            let fragment = slot.alternatives.get(alternative).ok_or_else(wrong)?;
            nodes.extend(self.scaled(index, width, fragment, &previous));
            if let Some(last) = fragment.last() {
                previous.clone_from(&last.name);
            }
        }
        let output = nodes.last().ok_or(SupernetError::NoLayer)?.name.clone();
        let network = NetworkSpec { input: self.input.clone(), nodes, output };
        shapes(&network)?;
        Ok(network)
    }

    /// Every shared tensor at its largest shape, in the order in which their nodes first appear, `node` counting these;
    /// with the first mistake where any path would not be valid.
    ///
    /// Fresh values are those that the widest path's layer starts from.
    pub fn tensors(&self) -> Result<Vec<Parameter>, SupernetError> {
        let ascending = self.widths.windows(2).all(|pair| pair[0] < pair[1]);
        if self.denominator == 0 || !ascending || self.widths.first().is_none_or(|&width| width == 0) {
            return Err(SupernetError::Widths { widths: self.widths.clone(), denominator: self.denominator });
        }
        let mut shared = Shared::default();
        for &width in &self.widths {
            let mut shape = self.input.clone();
            for (index, slot) in self.slots.iter().enumerate() {
                shape = self.check_slot(index, slot, width, &shape, &mut shared)?;
            }
        }
        if self.slots.last().is_none_or(|slot| slot.alternatives.iter().any(Vec::is_empty)) {
            return Err(SupernetError::NoLayer);
        }
        self.check_groups()?;
        Ok(shared.tensors)
    }

    /// The shape that a slot passes on, once all its alternatives are seen to do so.
    fn check_slot(
        &self,
        index: usize,
        slot: &Slot,
        width: usize,
        input: &[usize],
        shared: &mut Shared,
    ) -> Result<Vec<usize>, SupernetError> {
        let Slot { alternatives, shares, .. } = slot;
        let sum = shares.iter().try_fold(0usize, |sum, share| sum.checked_add(*share));
        if !shares.is_empty() && (shares.len() != alternatives.len() || shares.contains(&0) || sum.is_none()) {
            let (slot, shares, alternatives) = (slot.name.clone(), shares.clone(), alternatives.len());
            return Err(SupernetError::Shares { slot, shares, alternatives });
        }
        let mut passed_on: Option<Vec<usize>> = None;
        for (alternative, fragment) in slot.alternatives.iter().enumerate() {
            let wrong = |rule: String| SupernetError::Alternative { slot: slot.name.clone(), alternative, rule };
            if let Some(node) = fragment.iter().find(|node| node.inputs.iter().any(|input| input == INPUT)) {
                return Err(wrong(format!("node `{}` reads `input`; what it reads is called `{PREVIOUS}`", node.name)));
            }
            let mut shape = input.to_vec();
            if let Some(last) = fragment.last() {
                let nodes = self.scaled(index, width, fragment, INPUT).collect();
                let network = NetworkSpec { input: input.to_vec(), nodes, output: last.name.clone() };
                let all = shapes(&network).map_err(|error| wrong(error.to_string()))?;
                shape = all.last().expect("as many shapes as nodes").clone();
                shared.add(index, &network, &all).map_err(wrong)?;
            }
            match &passed_on {
                Some(other) if *other != shape => {
                    return Err(wrong(format!("it passes on {shape:?}, but another alternative {other:?}")));
                }
                Some(_) | None => passed_on = Some(shape),
            }
        }
        passed_on.ok_or_else(|| SupernetError::Empty(slot.name.clone()))
    }

    /// The nodes of an alternative at a width, reading `previous` from where that is. `tensors` and `shapes` judge them.
    fn scaled<'a>(
        &'a self,
        slot: usize,
        width: usize,
        fragment: &'a [Node],
        previous: &'a str,
    ) -> impl Iterator<Item = Node> + 'a {
        let is_last = slot + 1 == self.slots.len();
        let scaled = move |size: usize| size.saturating_mul(width).div_ceil(self.denominator.max(1));
        let scale = move |size: usize| if is_last { size } else { scaled(size) };
        fragment.iter().map(move |node| Node {
            name: node.name.clone(),
            operator: node.operator.scaled(scale),
            inputs: node.inputs.iter().map(|name| if name == PREVIOUS { previous } else { name }.to_owned()).collect(),
        })
    }
}

/// The operator with sizes that may differ where tensors are shared at their least.
fn without_sizes(operator: &Operator) -> Operator {
    match operator.scaled(|_| 1) {
        Operator::Conv2d { filters, kernel, stride, padding, dilation: 1, groups }
            if kernel % 2 == 1 && padding == kernel / 2 =>
        {
            Operator::Conv2d { filters, kernel: 1, stride, padding: 0, dilation: 1, groups }
        }
        other => other,
    }
}

/// The shared tensors that were met so far.
#[derive(Default)]
struct Shared {
    tensors: Vec<Parameter>,
    /// By name of a node: its slot, its operator without sizes, its number.
    nodes: BTreeMap<String, (usize, Operator, usize)>,
    /// Places in `tensors` by name.
    places: BTreeMap<String, usize>,
}

impl Shared {
    fn add(&mut self, slot: usize, fragment: &NetworkSpec, shapes: &[Vec<usize>]) -> Result<(), String> {
        let mut numbers = Vec::with_capacity(fragment.nodes.len());
        for node in &fragment.nodes {
            let operator = without_sizes(&node.operator);
            let number = self.nodes.len();
            let known = self.nodes.entry(node.name.clone()).or_insert((slot, operator.clone(), number));
            if known.0 != slot {
                return Err(format!("node `{}` has the name of a node of another slot", node.name));
            }
            if known.1 != operator {
                return Err(format!(
                    "nodes `{}` differ in more than filters, units, groups and kernels that keep the size",
                    node.name
                ));
            }
            numbers.push(known.2);
        }
        for parameter in parameters_of(fragment, shapes) {
            let node = numbers[parameter.node];
            match self.places.get(&parameter.name) {
                Some(&place) => enlarge(&mut self.tensors[place], &parameter)?,
                None => {
                    self.places.insert(parameter.name.clone(), self.tensors.len());
                    self.tensors.push(Parameter { node, ..parameter });
                }
            }
        }
        Ok(())
    }
}

/// Make `shared` large enough for another tensor of its name.
fn enlarge(shared: &mut Parameter, other: &Parameter) -> Result<(), String> {
    if shared.shape.len() != other.shape.len() {
        return Err(format!("tensor `{}` has shapes {:?} and {:?}", shared.name, shared.shape, other.shape));
    }
    for (size, &other) in shared.shape.iter_mut().zip(&other.shape) {
        *size = (*size).max(other);
    }
    if let (Initial::Uniform { fan_in }, Initial::Uniform { fan_in: other }) = (&mut shared.initial, other.initial) {
        *fan_in = (*fan_in).max(other);
    }
    Ok(())
}

/// The part of `shared` that is of `shape`: of channels (the first two dimensions) the first, of kernels (those after) the
/// centre; absent where `shared` is smaller.
pub fn slice(shared: &Tensor, shape: &[usize]) -> Option<Tensor> {
    if shared.shape.len() != shape.len() || shared.shape.iter().zip(shape).any(|(size, wanted)| size < wanted) {
        return None;
    }
    // Starts of the runs of consecutive values, dimension by dimension from the outermost.
    let mut starts = vec![0];
    for (dimension, &wanted) in shape.iter().enumerate() {
        let stride: usize = shared.shape[dimension + 1..].iter().product();
        let first = first_index(dimension, shared.shape[dimension], wanted);
        let indices = first..first + wanted;
        starts = starts.iter().flat_map(|start| indices.clone().map(move |index| start + index * stride)).collect();
    }
    Some(Tensor { shape: shape.to_vec(), values: starts.into_iter().map(|start| shared.values[start]).collect() })
}

/// The first of `wanted` indices out of `size` that a slice holds along a dimension.
pub fn first_index(dimension: usize, size: usize, wanted: usize) -> usize {
    if dimension < 2 { 0 } else { (size - wanted) / 2 }
}

/// The trainable tensors of `network`, sliced from those of a supernet; running statistics have the values of a fresh
/// network.
pub fn inherited(network: &NetworkSpec, shared: &Tensors) -> Result<Tensors, InheritError> {
    let mut tensors = Tensors::new();
    for Parameter { name, shape, trainable, initial, .. } in parameters(network)? {
        let tensor = match shared.get(&name) {
            Some(tensor) if trainable => slice(tensor, &shape).ok_or_else(|| InheritError::Small {
                name: name.clone(),
                found: tensor.shape.clone(),
                shape: shape.clone(),
            })?,
            None if trainable => return Err(InheritError::Missing(name)),
            Some(_) | None => {
                let value = if initial == Initial::Ones { 1.0 } else { 0.0 };
                Tensor { values: vec![value; shape.iter().product()], shape }
            }
        };
        tensors.insert(name, tensor);
    }
    Ok(tensors)
}

/// A network cannot take its tensors from those of a supernet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InheritError {
    /// The network is none.
    #[error(transparent)]
    Network(#[from] ShapeError),
    /// There is no such tensor.
    #[error("the weights hold no tensor `{0}`, which the network needs a slice of")]
    Missing(String),
    /// A tensor is smaller than its slice.
    #[error("tensor `{name}` has shape {found:?}, of which {shape:?} is no slice")]
    Small {
        /// The tensor.
        name: String,
        /// Its shape among the weights.
        found: Vec<usize>,
        /// Its shape in the network.
        shape: Vec<usize>,
    },
}

#[cfg(test)]
mod tests;
