//! Diagnostics of a trained model: which outputs suffer when a sub-network or a band of features is disturbed, and how
//! much of an output the value of a sub-network tells.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use super::training_protocol::TrainingProtocol;
use crate::diagnosis::dependency::linear_error;
use crate::diagnosis::intervention::{module_intervention, relevance};
use crate::model::component::{DataType, Id, OutputKind};
use crate::model::graph::Valp;
use crate::model::network::Model;
use crate::model::subgraph::outputs_of;
use renas_base::digest::Digest;
use renas_base::seed::Seed;
use renas_harness::study::{Context, Step, memoize};
use renas_network::assembly::Assembly;
use renas_network::weights::{Tensors, decode};
use renas_surrogate::Features;
use renas_task::heads::{EvaluateHeads, Intervention, ShuffledFeatures};
use renas_task::outcome::{Ending, Outcome};
use renas_task::{Split, Task};

/// Raised whenever the same values would give other dependencies.
const DEPENDENCY: Step = Step { name: "dependency", version: 1 };

/// Validation samples that a linear estimator is fitted to.
const DEPENDENCY_ROWS: usize = 500;

/// Smallest loss that a ratio is taken of: none is so small but by underflow.
const SMALLEST_LOSS: f64 = 1e-12;

/// The name of the intervention that changes nothing.
const UNCHANGED: &str = "unchanged";

/// By component, then output of its subgraph.
pub type ByOutput = BTreeMap<Id, BTreeMap<Id, f64>>;

/// Which outputs suffer from what, as factors of their error or loss.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Diagnostics {
    /// Of every sub-network, for the outputs of its subgraph.
    pub modules: ByOutput,
    /// Of every band of features, for every output.
    pub bands: Vec<BTreeMap<Id, f64>>,
    /// Share of the variance of an output that a linear estimate from a sub-network's value explains.
    pub dependency: ByOutput,
    /// Multiply-adds of the evaluations.
    pub multiply_adds: f64,
}

/// How much of a model is diagnosed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Module interventions: what the rules read.
    Modules,
    /// Bands of features and dependencies as well.
    All,
}

/// The diagnostics of a model whose weights exist; one task. Empty where an intervention left no finite loss.
pub fn run_diagnostics(
    protocol: &TrainingProtocol,
    valp: &Valp,
    weights: Digest,
    depth: Depth,
    seed: Seed,
    context: &dyn Context,
) -> Result<Diagnostics> {
    let model = protocol.model(valp);
    let interventions = interventions(protocol, valp, depth);
    let nodes = match depth {
        Depth::Modules => Vec::new(),
        Depth::All => values(valp, &model),
    };
    let passes = interventions.len() as f64;
    let task = Task::EvaluateHeads(EvaluateHeads {
        network: model.network.clone(),
        data: protocol.choice(context)?,
        weights,
        heads: model.heads.clone(),
        latents: model.latents.clone(),
        seed,
        interventions,
        scores: vec![Split::Validation],
        values: (!nodes.is_empty()).then_some(Split::Validation),
        nodes,
    });
    let outcomes = context.outcomes(&[task])?;
    let outcome = outcomes.first().context("one evaluation was asked for")?;
    let (pass, _) = protocol.size(valp)?;
    let mut diagnostics =
        Diagnostics { multiply_adds: pass * passes * protocol.split.validation as f64, ..Diagnostics::default() };
    match outcome.ending {
        // An intervention that leaves no finite loss hides all others: nothing is known, and all counts as relevant.
        Ending::Diverged { .. } => return Ok(diagnostics),
        Ending::Completed => {}
    }
    for network in valp.networks().iter().map(|network| network.id) {
        let of = |output| Ok((output, degradation(protocol, outcome, &module_name(network), output)?));
        let degradation: Result<BTreeMap<Id, f64>> = outputs_of(valp, network).into_iter().map(of).collect();
        diagnostics.modules.insert(network, degradation?);
    }
    if depth == Depth::All {
        for band in 0..protocol.bands {
            let outputs = valp.outputs().iter().map(|output| output.id);
            let of = |output| Ok((output, degradation(protocol, outcome, &band_name(band), output)?));
            diagnostics.bands.push(outputs.map(of).collect::<Result<_>>()?);
        }
        diagnostics.dependency = dependencies(valp, &model, &outcome.values(Split::Validation)?, context)?;
    }
    Ok(diagnostics)
}

/// None first: what all others are compared with.
fn interventions(protocol: &TrainingProtocol, valp: &Valp, depth: Depth) -> Vec<Intervention> {
    let unchanged = Intervention { name: UNCHANGED.to_owned(), assembly: Assembly::default(), features: None };
    let modules = valp.networks().iter().map(|network| Intervention {
        name: module_name(network.id),
        assembly: module_intervention(valp, network.id),
        features: None,
    });
    let mut interventions: Vec<Intervention> = [unchanged].into_iter().chain(modules).collect();
    if depth == Depth::All {
        interventions.extend(bands(protocol));
    }
    interventions
}

fn module_name(network: Id) -> String {
    format!("module_{network}")
}

fn band_name(band: usize) -> String {
    format!("band_{band}")
}

/// Equal parts of the features, as far as their number allows, whose values are exchanged between observations.
///
/// Deviation: the paper sets features at random; values of other observations keep their distribution.
fn bands(protocol: &TrainingProtocol) -> impl Iterator<Item = Intervention> {
    let (features, count) = (protocol.input.iter().product::<usize>(), protocol.bands);
    (0..count).map(move |band| Intervention {
        name: band_name(band),
        assembly: Assembly::default(),
        features: Some(ShuffledFeatures { from: features * band / count, to: features * (band + 1) / count }),
    })
}

/// The factor by which an output is worse under an intervention: its error where it is a classification, else its loss.
///
/// Deviation: the sampling output is judged by its reconstruction loss, since a distance of samples for each intervention
/// would cost more than the training of a candidate.
fn degradation(protocol: &TrainingProtocol, outcome: &Outcome, intervention: &str, output: Id) -> Result<f64> {
    let is_classification = protocol.output(OutputKind::Discrete)? == output;
    let measure = |intervention: &str| {
        let (intervention, split) = (Some(intervention), Split::Validation);
        if is_classification {
            outcome.head_error(intervention, split, output).map(|error| error.max(protocol.floor))
        } else {
            outcome.head_loss(intervention, split, output).map(|loss| loss.max(SMALLEST_LOSS))
        }
    };
    Ok(relevance(measure(UNCHANGED)?, measure(intervention)?))
}

/// Nodes whose values dependencies are measured on: outputs that are no images, and sub-networks that pass on none.
///
/// Deviation: images are left out: their values at 10,000 samples would be a hundred times as large as the weights.
fn values(valp: &Valp, model: &Model) -> Vec<String> {
    let outputs = valp.outputs().iter().filter(|output| output.kind != OutputKind::Samples).map(|output| output.id);
    let heads = outputs.filter_map(|output| head_node(model, output));
    let mut nodes: Vec<String> = sources(valp).map(|(_, node)| node).chain(heads).collect();
    nodes.sort_unstable();
    nodes.dedup();
    nodes
}

fn sources(valp: &Valp) -> impl Iterator<Item = (Id, String)> {
    let small = valp.networks().iter().filter(|network| network.kind.produces() != DataType::Samples);
    small.map(|network| (network.id, network.last_node()))
}

fn head_node(model: &Model, output: Id) -> Option<String> {
    model.heads.iter().find(|head| head.name == output.to_string()).map(|head| head.node.clone())
}

fn dependencies(valp: &Valp, model: &Model, object: &Digest, context: &dyn Context) -> Result<ByOutput> {
    memoize(context, DEPENDENCY, &(object, DEPENDENCY_ROWS), || {
        let tensors = decode(&context.object(object)?)?;
        let mut found = ByOutput::new();
        for (network, node) in sources(valp) {
            let values = table(&tensors, &node)?;
            for output in outputs_of(valp, network) {
                let is_image = valp.output(output).is_none_or(|output| output.kind == OutputKind::Samples);
                let Some(head) = head_node(model, output).filter(|_| !is_image) else { continue };
                let explained = explained(&values, &table(&tensors, &head)?)
                    .with_context(|| format!("dependency of {output} on {network}"))?;
                found.entry(network).or_default().insert(output, explained);
            }
        }
        Ok(found)
    })
}

/// The first rows of a tensor, and its number of columns.
fn table(tensors: &Tensors, node: &str) -> Result<(Vec<f64>, usize)> {
    let tensor = tensors.get(node).with_context(|| format!("the worker answered no value of node `{node}`"))?;
    let columns = tensor.shape.last().copied().unwrap_or(1);
    let values = tensor.values.iter().take(DEPENDENCY_ROWS * columns).map(|value| f64::from(*value));
    Ok((values.collect(), columns))
}

/// 1 minus the mean squared error of the linear estimate over the variance; 0 where nothing varies.
fn explained(values: &(Vec<f64>, usize), targets: &(Vec<f64>, usize)) -> Result<f64> {
    let error = linear_error(&Features::new(&values.0, values.1)?, &Features::new(&targets.0, targets.1)?)?;
    let (rows, columns) = (targets.0.len() / targets.1, targets.1);
    let mut variance = 0.0;
    for column in 0..columns {
        let of_column = || targets.0.iter().skip(column).step_by(columns);
        let mean = of_column().sum::<f64>() / rows as f64;
        variance += of_column().map(|value| (value - mean) * (value - mean)).sum::<f64>();
    }
    let variance = variance / (rows * columns) as f64;
    Ok(if variance > 0.0 { 1.0 - error / variance } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_a_linear_function_explains_all_and_one_that_never_varies_nothing() {
        let x = (vec![0.0, 1.0, 2.0, 4.0], 1);
        let twice = (vec![1.0, 3.0, 5.0, 9.0], 1);
        assert!((explained(&x, &twice).expect("a fit") - 1.0).abs() < 1e-6);
        assert_eq!(explained(&x, &(vec![2.0; 4], 1)).expect("a fit"), 0.0);
        assert!(explained(&(vec![1.0, 1.0, 1.0, 1.0], 1), &twice).expect("a fit").abs() < 1e-9);
    }
}
