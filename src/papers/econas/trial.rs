//! One network really trained: the task for the worker, and what is read from its outcome.

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};

use super::genotype::{Genotype, RELU_LOGITS};
use super::introspectability::{mean_distance, mean_similarity};
use super::settings::{self, Dataset, TableSettings};
use renas_base::digest::Digest;
use renas_base::seed::Seed;
use renas_harness::study::{Context, Step, Training, memoize};
use renas_network::weights;
use renas_task::names;
use renas_task::outcome::Outcome;
use renas_task::recipe::{Recipe, Schedule};
use renas_task::{DataChoice, Probe, Split, SplitChoice, Task};

/// A network and everything that was measured on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trained {
    /// The network.
    pub genotype: Genotype,
    /// Multiply-adds of one forward pass of one sample.
    pub multiply_adds: f64,
    /// Measured on validation samples.
    pub validation: Metrics,
    /// Measured on test samples.
    pub test: Metrics,
    /// Whether its training diverged; then accuracy and introspectability are the manifest's.
    pub diverged: bool,
}

/// What was measured on one split.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    /// Fraction of samples classified correctly.
    pub accuracy: f64,
    /// Mean cosine similarity of the class means of ReLU(logits): the code's introspectability.
    pub similarity: f64,
    /// Mean cosine distance of the class means of all hidden activations: the paper's introspectability.
    pub distance: f64,
}

/// How networks of one data set are trained and measured: one protocol for the table and for what is retrained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Protocol {
    /// Name of the data set in the registry.
    pub data: String,
    /// Shape of one sample.
    pub input: Vec<usize>,
    /// Number of classes.
    pub classes: usize,
    /// The split.
    pub split: SplitChoice,
    /// Passes over the training samples.
    pub epochs: usize,
    /// Samples per step.
    pub batch_size: usize,
    /// Learning rate of Adam.
    pub learning_rate: f64,
    /// Accuracy of a diverged network.
    pub diverged_accuracy: f64,
    /// Introspectability of a diverged network.
    pub diverged_introspectability: f64,
}

impl Protocol {
    /// The protocol of a data set under the manifest's settings.
    pub fn new(dataset: &Dataset, training: &settings::Training, table: &TableSettings, root: &Seed) -> Self {
        Self {
            data: dataset.name.clone(),
            input: dataset.input.clone(),
            classes: dataset.classes,
            split: dataset.split(root.derive_indexed("split", 0).derive(&dataset.name)),
            epochs: training.epochs,
            batch_size: training.batch_size,
            learning_rate: training.learning_rate,
            diverged_accuracy: table.diverged_accuracy,
            diverged_introspectability: table.diverged_introspectability,
        }
    }

    /// Train each genotype from its seed and measure it.
    pub fn train(&self, networks: &[(Genotype, Seed)], context: &dyn Context) -> Result<Vec<Trained>> {
        let data = context.data(&self.data, self.split.clone())?;
        let tasks: Vec<Task> = networks.iter().map(|(genotype, seed)| self.task(genotype, *seed, &data)).collect();
        let outcomes = context.outcomes(&tasks)?;
        ensure!(outcomes.len() == networks.len(), "{} tasks had {} outcomes", networks.len(), outcomes.len());
        networks.iter().zip(&outcomes).map(|((genotype, _), outcome)| self.read(genotype, outcome, context)).collect()
    }

    /// One training on train minus validation that measures validation and test.
    // Deviation: the author's code trains on the whole official training part and knows no validation split; one
    // training per network serves all variants, each of which reads its own split.
    fn task(&self, genotype: &Genotype, seed: Seed, data: &DataChoice) -> Task {
        let mut nodes = genotype.hidden_activations();
        nodes.push(RELU_LOGITS.to_owned());
        let mut probes = Vec::new();
        for split in [Split::Validation, Split::Test] {
            probes.push(Probe::Score { split });
            probes.push(Probe::ClassMeans { split, nodes: nodes.clone() });
        }
        let network = genotype.network(&self.input, self.classes);
        let recipe = Recipe::classifier(self.learning_rate, Schedule::Constant, self.batch_size);
        Training { network, data: data.clone(), recipe, epochs: self.epochs, seed }.task(&[], &probes)
    }

    fn read(&self, genotype: &Genotype, outcome: &Outcome, context: &dyn Context) -> Result<Trained> {
        let inputs = self.input.iter().product();
        let multiply_adds = genotype.multiply_adds(inputs, self.classes) as f64;
        let genotype = genotype.clone();
        if outcome.is_diverged() {
            let (accuracy, worst) = (self.diverged_accuracy, self.diverged_introspectability);
            let metrics = Metrics { accuracy, similarity: worst, distance: worst };
            return Ok(Trained { genotype, multiply_adds, validation: metrics, test: metrics, diverged: true });
        }
        let validation = read_split(&genotype, outcome, Split::Validation, context)?;
        let test = read_split(&genotype, outcome, Split::Test, context)?;
        Ok(Trained { genotype, multiply_adds, validation, test, diverged: false })
    }
}

/// Raised when `measure` would give other numbers for the same class means.
const INTROSPECTABILITY: Step = Step { name: "econas.introspectability", version: 1 };

#[derive(Serialize)]
struct StepInputs<'a> {
    class_means: &'a Digest,
    hidden: &'a [String],
}

#[derive(Debug, Serialize, Deserialize)]
struct Introspectability {
    similarity: f64,
    distance: f64,
}

fn read_split(genotype: &Genotype, outcome: &Outcome, split: Split, context: &dyn Context) -> Result<Metrics> {
    let (accuracy, digest) = (outcome.accuracy(split)?, outcome.class_means(split)?);
    let hidden = genotype.hidden_activations();
    let inputs = StepInputs { class_means: &digest, hidden: &hidden };
    let found = memoize(context, INTROSPECTABILITY, &inputs, || {
        let bytes = context.object(&digest)?;
        let what = || format!("`{}` of {:?}, object {digest}", names::class_means(split), genotype.0);
        measure(&bytes, &hidden).with_context(what)
    })?;
    Ok(Metrics { accuracy, similarity: found.similarity, distance: found.distance })
}

/// Both kinds of introspectability from a safetensors object of class means.
fn measure(bytes: &[u8], hidden: &[String]) -> Result<Introspectability> {
    let tensors = weights::decode(bytes)?;
    let rows = |name: &str| -> Result<Vec<Vec<f32>>> {
        let tensor = tensors.get(name).with_context(|| format!("no class means of node `{name}`"))?;
        let width = tensor.shape.last().copied().filter(|&width| width > 0);
        let width = width.with_context(|| format!("class means of node `{name}` are empty"))?;
        Ok(tensor.values.chunks_exact(width).map(<[f32]>::to_vec).collect())
    };
    let outputs = rows(RELU_LOGITS)?;
    let mut joined = vec![Vec::new(); outputs.len()];
    for name in hidden {
        let layer = rows(name)?;
        ensure!(layer.len() == joined.len(), "node `{name}` has class means of {} classes", layer.len());
        for (class, values) in joined.iter_mut().zip(layer) {
            class.extend(values);
        }
    }
    Ok(Introspectability { similarity: mean_similarity(&outputs), distance: mean_distance(&joined) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{FakeContext, settings};
    use renas_network::weights::{Tensor, Tensors, encode};
    use renas_task::outcome::Ending;

    fn protocol() -> Protocol {
        let settings = settings();
        Protocol::new(&settings.datasets[0], &settings.training, &settings.table, &settings.root())
    }

    /// SciPy 1.17.1: `pdist(x, 'cosine')` of the outputs and of the hidden activations side by side.
    #[test]
    fn similarity_is_that_of_the_outputs_and_distance_that_of_all_hidden_layers() {
        let tensor = |values: &[f32]| Tensor { shape: vec![3, values.len() / 3], values: values.to_vec() };
        let tensors = Tensors::from([
            (RELU_LOGITS.to_owned(), tensor(&[1.0, 0.0, 0.5, 2.0, 0.0, 3.0])),
            ("relu_1".to_owned(), tensor(&[1.0, 2.0, 0.0, 1.5, 4.0, 0.0])),
            ("relu_2".to_owned(), tensor(&[0.25, 3.0, 1.0])),
        ]);
        let bytes = encode(&tensors).expect("sound tensors");
        let found = measure(&bytes, &["relu_1".to_owned(), "relu_2".to_owned()]).expect("all nodes are there");
        assert!((found.similarity - SIMILARITY).abs() < 1e-15, "{}", found.similarity);
        assert!((found.distance - DISTANCE).abs() < 1e-15, "{}", found.distance);
        let error = measure(&bytes, &["relu_3".to_owned()]).expect_err("no such node").to_string();
        assert!(error.contains("relu_3"), "{error}");
    }

    const SIMILARITY: f64 = 0.40422604172722165;
    const DISTANCE: f64 = 0.6093475666301799;

    #[test]
    fn a_diverged_network_has_the_manifests_worst_values_and_its_exact_cost() {
        let outcome = Outcome { ending: Ending::Diverged { step: 3 }, ..Outcome::default() };
        let read =
            protocol().read(&Genotype(vec![5, 6]), &outcome, &FakeContext::default()).expect("data, not an error");
        assert!(read.diverged);
        assert_eq!((read.test.accuracy, read.test.similarity, read.validation.distance), (0.0, 0.0, 0.0));
        assert_eq!(read.multiply_adds, (16 * 5 + 5 * 6 + 6 * 3) as f64);
    }

    /// The task is the key of every trial: it may change only together with the results that are committed.
    #[test]
    fn the_task_of_a_network_is_pinned() {
        let protocol = protocol();
        let data =
            DataChoice { name: protocol.data.clone(), digest: Digest::of(b"data"), split: protocol.split.clone() };
        let task = protocol.task(&Genotype(vec![5, 6]), Seed::from_number(1), &data);
        assert_eq!(Digest::of_value(&task).expect("finite numbers").to_string(), PINNED);
    }

    const PINNED: &str = "82d77b5a932a96222249006a680791c50a13abea00626571b4ebb4957602b426";
}
