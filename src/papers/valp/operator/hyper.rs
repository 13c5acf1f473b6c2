//! `change_lr`, `change_sgd`, `change_bs`: another learning rate or algorithm for an output, another batch size for the
//! model (section V-C). The weights stay as they are: all are gentle.
//!
//! The paper names no values; the space lists them, and one that differs from the present one is drawn uniformly.

use super::edit::{Edit, Variation};
use crate::model::component::{Id, Output};
use crate::model::graph::Valp;
use crate::model::parts::Parts;
use crate::model::space::{Algorithm, Space};
use crate::model::validate::GraphError;
use renas_base::seed::Stream;
use renas_network::assembly::Assembly;
use renas_task::recipe::Optimizer;

pub(super) fn learning_rate_edits(valp: &Valp, space: &Space) -> Vec<Edit> {
    let changeable = valp.outputs().iter().filter(|output| !other_rates(valp, output, space).is_empty());
    changeable.map(|output| Edit::ChangeLr { output: output.id }).collect()
}

pub(super) fn algorithm_edits(valp: &Valp, space: &Space) -> Vec<Edit> {
    let changeable = valp.outputs().iter().filter(|output| !other_algorithms(valp, output, space).is_empty());
    changeable.map(|output| Edit::ChangeSgd { output: output.id }).collect()
}

pub(super) fn batch_size_edits(valp: &Valp, space: &Space) -> Vec<Edit> {
    if other_batch_sizes(valp, space).is_empty() { Vec::new() } else { vec![Edit::ChangeBs] }
}

pub(super) fn change_learning_rate(
    valp: &Valp,
    output: Id,
    space: &Space,
    stream: &mut Stream,
) -> Result<Variation, GraphError> {
    change_optimizer(valp, output, |present| {
        let rates = other_rates(valp, present, space);
        let (algorithm, _) = split(optimizer(valp, present));
        join(algorithm, rates[stream.below(rates.len())])
    })
}

pub(super) fn change_algorithm(
    valp: &Valp,
    output: Id,
    space: &Space,
    stream: &mut Stream,
) -> Result<Variation, GraphError> {
    change_optimizer(valp, output, |present| {
        let algorithms = other_algorithms(valp, present, space);
        let (_, learning_rate) = split(optimizer(valp, present));
        join(algorithms[stream.below(algorithms.len())], learning_rate)
    })
}

pub(super) fn change_batch_size(valp: &Valp, space: &Space, stream: &mut Stream) -> Result<Variation, GraphError> {
    let sizes = other_batch_sizes(valp, space);
    let mut parts = valp.parts();
    parts.training.batch_size = sizes[stream.below(sizes.len())];
    changed(parts)
}

fn change_optimizer(
    valp: &Valp,
    output: Id,
    mut other: impl FnMut(&Output) -> Optimizer,
) -> Result<Variation, GraphError> {
    let mut parts = valp.parts();
    for output in parts.outputs.iter_mut().filter(|present| present.id == output) {
        output.optimizer = Some(other(output));
    }
    changed(parts)
}

fn changed(parts: Parts) -> Result<Variation, GraphError> {
    Ok(Variation { valp: Valp::new(parts)?, assembly: Assembly::default() })
}

fn other_rates(valp: &Valp, output: &Output, space: &Space) -> Vec<f64> {
    let (_, present) = split(optimizer(valp, output));
    space.learning_rates.iter().copied().filter(|rate| *rate != present).collect()
}

fn other_algorithms(valp: &Valp, output: &Output, space: &Space) -> Vec<Algorithm> {
    let (present, _) = split(optimizer(valp, output));
    space.algorithms.iter().copied().filter(|algorithm| *algorithm != present).collect()
}

fn other_batch_sizes(valp: &Valp, space: &Space) -> Vec<usize> {
    space.batch_sizes.iter().copied().filter(|size| *size != valp.training().batch_size).collect()
}

/// How an output is trained at present.
fn optimizer<'a>(valp: &'a Valp, output: &'a Output) -> &'a Optimizer {
    output.optimizer.as_ref().unwrap_or(&valp.training().optimizer)
}

fn split(optimizer: &Optimizer) -> (Algorithm, f64) {
    match *optimizer {
        Optimizer::Adam { learning_rate } => (Algorithm::Adam, learning_rate),
        Optimizer::Sgd { learning_rate, momentum } => (Algorithm::Sgd { momentum }, learning_rate),
    }
}

fn join(algorithm: Algorithm, learning_rate: f64) -> Optimizer {
    match algorithm {
        Algorithm::Adam => Optimizer::Adam { learning_rate },
        Algorithm::Sgd { momentum } => Optimizer::Sgd { learning_rate, momentum },
    }
}
