//! A context that trains nothing: it answers tasks from the tasks alone.

use std::collections::BTreeMap;
use std::sync::Mutex;

use anyhow::{Context as _, Result, bail};

use renas_base::digest::Digest;
use renas_base::seed::{Seed, Stream};
use renas_harness::context::fake::FakeOutcomes;
use renas_network::shape::shapes;
use renas_network::spec::NetworkSpec;
use renas_network::weights::{Tensor, Tensors, decode, encode};
use renas_task::head_check::{SampleSizes, check_evaluate, check_generate, check_train};
use renas_task::heads::{EvaluateHeads, Head, TrainHeads};
use renas_task::outcome::{Ending, Outcome};
use renas_task::{Split, Task, names};

/// Validation samples of the data that tasks name.
pub(crate) const VALIDATION: usize = 40;
const SIZES: SampleSizes = SampleSizes { classes: 10, pixels: 64 };

/// Answers tasks from the tasks alone, after looking for mistakes in them; remembers the objects that it made up.
#[derive(Default)]
pub(crate) struct FakeContext {
    objects: Mutex<BTreeMap<Digest, Vec<u8>>>,
    /// Every training of a model diverges.
    diverges: bool,
}

impl FakeContext {
    /// One in which every training of a model diverges.
    pub(crate) fn diverging() -> Self {
        Self { diverges: true, ..Self::default() }
    }

    fn store(&self, outcome: &mut Outcome, name: &str, tensors: &[(&str, Tensor)]) -> Result<()> {
        let tensors: Tensors = tensors.iter().map(|(name, tensor)| ((*name).to_owned(), tensor.clone())).collect();
        let bytes = encode(&tensors)?;
        let digest = Digest::of(&bytes);
        self.objects.lock().expect("no test panics with it").insert(digest, bytes);
        outcome.tensors.insert(name.to_owned(), digest);
        Ok(())
    }

    /// An object that stands for the weights of a network.
    fn weights(&self, outcome: &mut Outcome, network: &NetworkSpec, stream: &mut Stream) -> Result<()> {
        let nodes = network.nodes.len();
        self.store(outcome, names::WEIGHTS, &[("stand_in", matrix(1, nodes, stream))])
    }

    fn values(&self, outcome: &mut Outcome, evaluate: &EvaluateHeads, stream: &mut Stream) -> Result<()> {
        if evaluate.nodes.is_empty() {
            return Ok(());
        }
        let shapes = shapes(&evaluate.network)?;
        let mut tensors = Vec::new();
        for node in &evaluate.nodes {
            let at = evaluate.network.nodes.iter().position(|other| other.name == *node).context("a node")?;
            tensors.push((node.as_str(), matrix(VALIDATION, shapes[at].iter().product(), stream)));
        }
        self.store(outcome, &names::values(Split::Validation), &tensors)
    }
}

fn matrix(rows: usize, columns: usize, stream: &mut Stream) -> Tensor {
    let values = (0..rows * columns).map(|_| stream.normal() as f32).collect();
    Tensor { shape: vec![rows, columns], values }
}

/// Losses that fall, each by its own slope, some not at all.
fn curves(outcome: &mut Outcome, train: &TrainHeads, stream: &mut Stream) {
    for head in &train.heads {
        let slope = if stream.chance(0.2) { 0.0 } else { 1e-3 * stream.uniform() };
        let points = (0..train.steps / train.every).map(|at| 2.0 - slope * (at * train.every) as f64);
        outcome.curves.insert(names::head_curve(&head.name), points.collect());
    }
}

fn scores(outcome: &mut Outcome, intervention: Option<&str>, heads: &[Head], stream: &mut Stream) {
    for Head { name, .. } in heads {
        let (loss, missed) = (0.1 + stream.uniform(), stream.below(VALIDATION));
        outcome.scalars.insert(names::head_loss(intervention, Split::Validation, name), loss);
        let error = missed as f64 / VALIDATION as f64;
        outcome.scalars.insert(names::head_error(intervention, Split::Validation, name), error);
    }
}

impl FakeOutcomes for FakeContext {
    fn outcome(&self, task: &Task) -> Result<Outcome> {
        let mut stream = Seed::from_number(3).derive(&Digest::of_value(task)?.to_string()).stream("fake");
        let mut outcome = Outcome::default();
        match task {
            Task::Train(train) => {
                outcome.scalars.insert(names::accuracy(Split::Validation), 0.9);
                let logits = matrix(VALIDATION, SIZES.classes, &mut stream);
                self.store(&mut outcome, &names::logits(Split::Validation), &[("logits", logits)])?;
                self.weights(&mut outcome, &train.network, &mut stream)?;
            }
            Task::TrainHeads(train) => {
                check_train(train, SIZES).context("a training")?;
                for weights in task.objects() {
                    self.object(&weights).context("weights that a training starts from")?;
                }
                if self.diverges {
                    outcome.ending = Ending::Diverged { step: 3 };
                    return Ok(outcome);
                }
                curves(&mut outcome, train, &mut stream);
                scores(&mut outcome, None, &train.heads, &mut stream);
                self.weights(&mut outcome, &train.network, &mut stream)?;
            }
            Task::EvaluateHeads(evaluate) => {
                check_evaluate(evaluate, SIZES).context("an evaluation")?;
                for intervention in &evaluate.interventions {
                    scores(&mut outcome, Some(&intervention.name), &evaluate.heads, &mut stream);
                }
                self.values(&mut outcome, evaluate, &mut stream)?;
            }
            Task::Generate(generate) => {
                check_generate(generate, SIZES, 30).context("a generation")?;
                let logits = matrix(generate.count, SIZES.classes, &mut stream);
                self.store(&mut outcome, names::GENERATED, &[("logits", logits)])?;
            }
            other => bail!("valp does not ask for {other:?}"),
        }
        Ok(outcome)
    }

    fn object(&self, digest: &Digest) -> Result<Vec<u8>> {
        let objects = self.objects.lock().expect("no test panics with it");
        let bytes = objects.get(digest).with_context(|| format!("{digest} was never made"))?;
        decode(bytes)?;
        Ok(bytes.clone())
    }
}
