//! What is wrong with the heads of a model, said before anything is computed; and which nodes belong to which head.
//!
//! A paper that builds tasks may ask here in its tests; the worker asks before every task.

use super::heads::{Assembled, EvaluateHeads, Generate, Head, HeadLoss, Intervention, Latent, Target, TrainHeads};
use super::recipe::Optimizer;
use renas_network::reach::dependencies;
use renas_network::shape::{ShapeError, shapes};
use renas_network::spec::{NetworkSpec, Operator};

/// The name that the sum of the latents' terms has among the heads.
pub const LATENT: &str = "latent";

/// Heads, latents or what is asked of them do not fit their network or their data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeadsError {
    /// The network is none.
    #[error(transparent)]
    Network(#[from] ShapeError),
    /// A head does not fit.
    #[error("head `{name}`: {rule}")]
    Head {
        /// Its name.
        name: String,
        /// The rule that it breaks.
        rule: String,
    },
    /// A latent does not fit.
    #[error("latent `{node}`: {rule}")]
    Latent {
        /// Its node.
        node: String,
        /// The rule that it breaks.
        rule: String,
    },
    /// An intervention does not fit.
    #[error("intervention `{name}`: {rule}")]
    Intervention {
        /// Its name.
        name: String,
        /// The rule that it breaks.
        rule: String,
    },
    /// A node with weights would not be trained.
    #[error("network node `{0}`: no head and no latent depends on it, so that it would never be trained")]
    Untrained(String),
    /// A node that is asked for does not exist, or its value does not fit.
    #[error("node `{node}`: {rule}")]
    Node {
        /// Its name.
        node: String,
        /// The rule that it breaks.
        rule: String,
    },
    /// A number of the task is out of range.
    #[error("{0}")]
    Number(String),
}

/// The sizes of the samples that a task reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SampleSizes {
    /// Classes of the labels.
    pub classes: usize,
    /// Pixels of an image, of all its channels.
    pub pixels: usize,
}

/// Who moves the weights of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Several heads lead to it, or latents alone.
    Shared,
    /// The head with this index, and no other, depends on it.
    Head(usize),
    /// No head and no latent depends on it.
    Nobody,
}

/// Whether a training can be done as it is described.
pub fn check_train(task: &TrainHeads, sizes: SampleSizes) -> Result<(), HeadsError> {
    let TrainHeads { network, start: Assembled { .. }, heads, latents, batch_size, steps, every, .. } = task;
    check_heads(network, heads, latents, sizes)?;
    let wrong = |what: String| Err(HeadsError::Number(what));
    if *batch_size == 0 {
        return wrong("batch_size must be at least 1".to_owned());
    }
    if *every == 0 || !steps.is_multiple_of(*every) {
        return wrong(format!("steps {steps} must be a multiple of every {every}: each point is a mean of so many"));
    }
    check_optimizer("optimizer", &task.optimizer).map_err(HeadsError::Number)?;
    let owners = owners(network, heads, latents)?;
    match network.nodes.iter().zip(owners).find(|(node, owner)| node.operator.has_weights() && *owner == Owner::Nobody)
    {
        Some((node, _)) => Err(HeadsError::Untrained(node.name.clone())),
        None => Ok(()),
    }
}

/// Whether a model can be scored as it is described.
pub fn check_evaluate(task: &EvaluateHeads, sizes: SampleSizes) -> Result<(), HeadsError> {
    let EvaluateHeads { network, heads, latents, interventions, values, nodes, .. } = task;
    check_heads(network, heads, latents, sizes)?;
    for (index, intervention) in interventions.iter().enumerate() {
        let Intervention { name, features, .. } = intervention;
        let wrong = |rule: String| Err(HeadsError::Intervention { name: name.clone(), rule });
        if !is_name(name) {
            return wrong(NAME_RULE.to_owned());
        }
        if interventions[..index].iter().any(|other| other.name == *name) {
            return wrong("another one before it has the same name".to_owned());
        }
        let inputs: usize = network.input.iter().product();
        if let Some(features) = features.filter(|features| features.from >= features.to || features.to > inputs) {
            return wrong(format!("features {}..{} are none of the {inputs} inputs", features.from, features.to));
        }
    }
    if values.is_some() == nodes.is_empty() {
        return Err(HeadsError::Number("`values` names a split exactly where `nodes` names nodes".to_owned()));
    }
    for (index, name) in nodes.iter().enumerate() {
        node_index(network, name).map_err(|rule| HeadsError::Node { node: name.clone(), rule })?;
        if nodes[..index].contains(name) {
            return Err(HeadsError::Node { node: name.clone(), rule: "its values are asked for twice".to_owned() });
        }
    }
    Ok(())
}

/// Whether images can be drawn as it is described; `available`: the test samples.
pub fn check_generate(task: &Generate, sizes: SampleSizes, available: usize) -> Result<(), HeadsError> {
    let Generate { network, node, count, .. } = task;
    let shapes = shapes(network)?;
    let wrong = |rule: String| HeadsError::Node { node: node.clone(), rule };
    let index = node_index(network, node).map_err(wrong)?;
    let features: usize = shapes[index].iter().product();
    if features != sizes.pixels {
        return Err(wrong(format!(
            "its {features} values are no image of the data, which has {} pixels",
            sizes.pixels
        )));
    }
    if !(1..=available).contains(count) {
        let why = "each image is made beside one of them";
        return Err(HeadsError::Number(format!("count is {count}, but there are {available} test samples: {why}")));
    }
    Ok(())
}

/// Who moves the weights of each node, in the order of `network.nodes`. The heads must have passed a check.
pub fn owners(network: &NetworkSpec, heads: &[Head], latents: &[Latent]) -> Result<Vec<Owner>, HeadsError> {
    let mut owners = vec![Owner::Nobody; network.nodes.len()];
    let reached_from = |name: &str| -> Result<Vec<bool>, HeadsError> {
        let index = node_index(network, name).map_err(|rule| HeadsError::Node { node: name.to_owned(), rule })?;
        Ok(dependencies(network, &[index], |_| true))
    };
    for (number, head) in heads.iter().enumerate() {
        let reached = reached_from(&head.node)?;
        for (owner, _) in owners.iter_mut().zip(reached).filter(|(_, reached)| *reached) {
            *owner = match owner {
                Owner::Nobody => Owner::Head(number),
                Owner::Head(_) | Owner::Shared => Owner::Shared,
            };
        }
    }
    for latent in latents {
        let reached = reached_from(&latent.node)?;
        for (owner, _) in owners.iter_mut().zip(reached).filter(|(_, reached)| *reached) {
            *owner = match owner {
                Owner::Nobody => Owner::Shared,
                Owner::Head(_) | Owner::Shared => *owner,
            };
        }
    }
    Ok(owners)
}

/// Whether heads and latents fit the network and the samples.
pub fn check_heads(
    network: &NetworkSpec,
    heads: &[Head],
    latents: &[Latent],
    sizes: SampleSizes,
) -> Result<(), HeadsError> {
    let shapes = shapes(network)?;
    if heads.is_empty() {
        return Err(HeadsError::Number("`heads` must name at least one output".to_owned()));
    }
    for (index, head) in heads.iter().enumerate() {
        let wrong = |rule: String| HeadsError::Head { name: head.name.clone(), rule };
        if !is_name(&head.name) || head.name == LATENT {
            return Err(wrong(format!("{NAME_RULE}, and `{LATENT}` stands for the latents")));
        }
        if heads[..index].iter().any(|other| other.name == head.name) {
            return Err(wrong("another one before it has the same name".to_owned()));
        }
        check_head(head, network, &shapes, sizes).map_err(wrong)?;
    }
    for (index, latent) in latents.iter().enumerate() {
        let wrong = |rule: String| HeadsError::Latent { node: latent.node.clone(), rule };
        let place = node_index(network, &latent.node).map_err(wrong)?;
        if network.nodes[place].operator != Operator::LatentSample {
            return Err(wrong("it is no latent sample".to_owned()));
        }
        if latents[..index].iter().any(|other| other.node == latent.node) {
            return Err(wrong("it is named twice".to_owned()));
        }
        if !latent.weight.is_finite() {
            return Err(wrong(format!("its weight is {}", latent.weight)));
        }
    }
    Ok(())
}

fn check_head(head: &Head, network: &NetworkSpec, shapes: &[Vec<usize>], sizes: SampleSizes) -> Result<(), String> {
    let shape = &shapes[node_index(network, &head.node)?];
    let target = match (head.loss, head.target) {
        (_, Target::Histogram { bins: 0 }) => return Err("its histogram has no bins".to_owned()),
        (HeadLoss::SoftmaxCrossEntropy | HeadLoss::SigmoidCrossEntropy, Target::Labels) => head.target,
        (HeadLoss::MeanSquaredError, Target::Histogram { .. } | Target::Image) => head.target,
        (HeadLoss::SoftmaxCrossEntropy | HeadLoss::SigmoidCrossEntropy, Target::Histogram { .. } | Target::Image) => {
            return Err("cross entropies need the target `labels`".to_owned());
        }
        (HeadLoss::MeanSquaredError, Target::Labels) => {
            return Err("the mean squared error needs the target `histogram` or `image`".to_owned());
        }
    };
    let size = target.size(sizes.classes, sizes.pixels);
    if *shape != [size] {
        return Err(format!("node `{}` has the value {shape:?}, but its target has {size} values", head.node));
    }
    head.optimizer.as_ref().map_or(Ok(()), |optimizer| check_optimizer("its optimizer", optimizer))
}

/// Whether rates and momenta are in range.
pub fn check_optimizer(place: &str, optimizer: &Optimizer) -> Result<(), String> {
    let (Optimizer::Adam { learning_rate } | Optimizer::Sgd { learning_rate, .. }) = optimizer;
    if !(learning_rate.is_finite() && *learning_rate >= 0.0) {
        return Err(format!("{place}.learning_rate is {learning_rate}; it must be at least 0"));
    }
    match optimizer {
        Optimizer::Sgd { momentum, .. } if !(0.0..1.0).contains(momentum) => {
            Err(format!("{place}.momentum is {momentum}; it must be in 0..1"))
        }
        Optimizer::Sgd { .. } | Optimizer::Adam { .. } => Ok(()),
    }
}

fn node_index(network: &NetworkSpec, name: &str) -> Result<usize, String> {
    let index = network.nodes.iter().position(|node| node.name == name);
    index.ok_or_else(|| format!("the network has no node `{name}`"))
}

const NAME_RULE: &str = "a name consists of ASCII letters, digits, `_`, `-` and `/`";

/// Names become parts of names of scalars (`<split>.<head>.loss`), so they hold no dot.
fn is_name(name: &str) -> bool {
    let valid = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '/');
    !name.is_empty() && name.chars().all(valid)
}

#[cfg(test)]
mod tests;
