//! From a request on a model with several outputs to its outcome.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use renas_base::digest::Digest;
use renas_data::split::Split;
use renas_network::assembly::assemble;
use renas_network::spec::NetworkSpec;
use renas_network::weights::Tensors;
use renas_task::head_check::{check_evaluate, check_generate};
use renas_task::heads::{Assembled, DONOR, EvaluateHeads, Generate, Head, Through, TrainHeads};
use renas_task::names;
use renas_task::outcome::{Ending, Outcome};
use renas_task::protocol::Request;
use tch::Device;

use super::evaluate::{evaluate, score_trained};
use super::generate::{Classifier, generate};
use super::model::{Model, Targets};
use super::train::{Trained, check, train};
use crate::data::{DataSource, Samples};
use crate::evaluate::Measured;
use crate::objects::{finish, read_object};
use crate::parameters::Parameters;

/// The tensors that an assembly takes from: those of a model, and under other names those of a donor.
fn inherited(start: &Assembled, request: &Request) -> Result<Tensors> {
    let read = |object: Option<&Digest>| object.map_or_else(|| Ok(Tensors::new()), |at| read_object(at, request));
    let donated = read(start.donor.as_ref())?.into_iter().map(|(name, tensor)| (format!("{DONOR}{name}"), tensor));
    Ok(read(start.weights.as_ref())?.into_iter().chain(donated).collect())
}

/// Train a model.
pub fn run_train(task: &TrainHeads, request: &Request, device: Device, data: &mut DataSource) -> Result<Outcome> {
    let samples = data.samples(&task.data, &task.network)?;
    check(task, &samples)?;
    let targets = targets(&task.heads, &task.network, &samples, data)?;
    let old = inherited(&task.start, request)?;
    let fresh = assemble(&task.network, &task.start.assembly, &old, task.seed)?;
    let parameters = Parameters::from_tensors(&task.network, fresh, device)?;
    let model = Model::new(&task.network, &parameters, &targets, &task.latents, &[])?;
    let Trained { ending, curves } = train(task, &samples, &model, &parameters)?;
    if ending != Ending::Completed {
        return Ok(Outcome { ending, curves, ..Outcome::default() });
    }
    let scalars = score_trained(task, &samples, &targets, &parameters)?;
    let objects = BTreeMap::from([(names::WEIGHTS.to_owned(), parameters.to_tensors()?)]);
    let measured = Measured { scalars, objects };
    // Where the last step destroyed the weights, the loss of the step after it would not be finite.
    finish(measured, curves, task.steps, &request.out)
}

/// Score a model.
pub fn run_evaluate(task: &EvaluateHeads, request: &Request, device: Device, data: &mut DataSource) -> Result<Outcome> {
    let samples = data.samples(&task.data, &task.network)?;
    check_evaluate(task, samples.sizes())?;
    let targets = targets(&task.heads, &task.network, &samples, data)?;
    let weights = read_object(&task.weights, request)?;
    let measured = evaluate(task, &weights, &samples, &targets, device)?;
    finish(measured, BTreeMap::new(), 0, &request.out)
}

/// Draw samples from a model.
pub fn run_generate(task: &Generate, request: &Request, device: Device, data: &mut DataSource) -> Result<Outcome> {
    let samples = data.samples(&task.data, &task.network)?;
    check_generate(task, samples.sizes(), samples.part(Split::Test).len())?;
    let parameters = Parameters::from_tensors(&task.network, read_object(&task.weights, request)?, device)?;
    let classifier = |through: &Through| {
        let parameters = Parameters::from_tensors(&through.network, read_object(&through.weights, request)?, device)
            .context("the classifier that images are passed through")?;
        Classifier::new(through, &parameters, samples.sizes().pixels)
    };
    let classifier = task.through.as_ref().map(classifier).transpose()?;
    let generated = generate(task, &samples, &parameters, classifier.as_ref())?;
    let objects = BTreeMap::from([(names::GENERATED.to_owned(), generated)]);
    finish(Measured { scalars: BTreeMap::new(), objects }, BTreeMap::new(), 0, &request.out)
}

/// The targets of heads for samples that were read last from `data`.
fn targets(heads: &[Head], network: &NetworkSpec, samples: &Samples, data: &mut DataSource) -> Result<Targets> {
    Targets::new(heads, network, samples.classes, samples.device(), |bins| data.histograms(bins))
}
