//! A small experiment and a context that trains nothing, for tests.

use std::collections::BTreeMap;
use std::sync::Mutex;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::genotype::RELU_LOGITS;
use super::paper::Econas;
use super::settings::{Dataset, SearchSettings, Settings, StudySettings, TableSettings, Training};
use renas_base::digest::Digest;
use renas_base::seed::Seed;
use renas_harness::context::fake::{FakeOutcomes, results_of};
use renas_harness::study::Results;
use renas_network::spec::Operator;
use renas_network::weights::{Tensor, Tensors, encode};
use renas_task::outcome::Outcome;
use renas_task::{Probe, Task, names};

/// Two data sets, of which the first has a table of the author's.
pub(super) fn settings() -> Settings {
    let dataset = |name: &str, author: Option<&str>| Dataset {
        name: name.to_owned(),
        input: vec![1, 4, 4],
        classes: 3,
        depth: [3, 6],
        width: [4, 20],
        test: Some(10),
        validation: 10,
        most_multiply_adds: 3000.0,
        author_table: author.map(str::to_owned),
    };
    Settings {
        seed: 7,
        datasets: vec![dataset("mnist", Some("econas_mnist")), dataset("cifar10", None)],
        table: TableSettings { networks: 40, fitted: 30, diverged_accuracy: 0.0, diverged_introspectability: 0.0 },
        training: Training { epochs: 2, batch_size: 8, learning_rate: 0.001, seconds_per_epoch: 1.0 },
        search: SearchSettings { population: 20, generations: vec![2, 3, 6], crossover: 0.5, mutation: 0.5, seeds: 4 },
        studies: StudySettings {
            row_samples: 3,
            searches_per_sample: 2,
            retrained: 5,
            retrained_searches: 2,
            surrogate_splits: 4,
            resamples: 100,
        },
    }
}

/// Answers tasks from the task alone; remembers the tensors that it made up.
#[derive(Default)]
pub(super) struct FakeContext {
    objects: Mutex<BTreeMap<Digest, Vec<u8>>>,
}

/// Values of a node after ReLU: the units of the linear layer before it.
fn units(task: &Task, node: &str) -> Result<usize> {
    let Task::Train(train) = task else { anyhow::bail!("econas only trains") };
    if node == RELU_LOGITS {
        return Ok(3);
    }
    let node = train.network.nodes.iter().find(|one| one.name == node).context("a probe of an unknown node")?;
    let before = train.network.nodes.iter().find(|one| one.name == node.inputs[0]).context("a node without input")?;
    match before.operator {
        Operator::Linear { units } => Ok(units),
        _ => anyhow::bail!("ReLU follows a linear layer"),
    }
}

impl FakeOutcomes for FakeContext {
    fn outcome(&self, task: &Task) -> Result<Outcome> {
        let Task::Train(train) = task else { anyhow::bail!("econas only trains") };
        let mut stream = train.seed.stream("fake");
        let mut outcome = Outcome::default();
        for probe in &train.probes {
            match probe {
                Probe::Score { split } => {
                    outcome.scalars.insert(names::accuracy(*split), stream.uniform());
                    outcome.scalars.insert(names::loss(*split), stream.uniform());
                }
                Probe::ClassMeans { split, nodes } => {
                    let mut tensors = Tensors::new();
                    for node in nodes {
                        let width = units(task, node)?;
                        let values = (0..3 * width).map(|_| stream.uniform() as f32).collect();
                        tensors.insert(node.clone(), Tensor { shape: vec![3, width], values });
                    }
                    let bytes = encode(&tensors)?;
                    let digest = Digest::of(&bytes);
                    self.objects.lock().expect("no test panics here").insert(digest, bytes);
                    outcome.tensors.insert(names::class_means(*split), digest);
                }
                Probe::Logits { .. } => anyhow::bail!("econas asks for no logits"),
            }
        }
        Ok(outcome)
    }

    fn object(&self, digest: &Digest) -> Result<Vec<u8>> {
        self.objects.lock().expect("no test panics here").get(digest).cloned().context("an unknown object")
    }

    fn table(&self, _: &str) -> Result<String> {
        let mut text =
            "hidden_layers,hidden_sizes_mean,max_hidden_size,min_hidden_size,variance_hidden_sizes,accuracy,\
                        introspectability,flops\n"
                .to_owned();
        let mut stream = Seed::from_number(11).stream("author");
        for _ in 0..40 {
            // Five features, then accuracy and introspectability, which are shares, and the cost.
            let scales = [20.0, 20.0, 20.0, 20.0, 20.0, 1.0, 1.0, 3000.0];
            let row: Vec<String> = scales.iter().map(|scale| (stream.uniform() * scale).to_string()).collect();
            text.push_str(&row.join(","));
            text.push('\n');
        }
        Ok(text)
    }
}

/// The results of all studies of the small experiment.
pub(super) fn results() -> (Value, Results) {
    let parameters = json!(settings());
    let results = results_of(&Econas, &parameters, &FakeContext::default());
    (parameters, results)
}
