//! Measures a network in evaluation mode: scores, class means of activations, outputs.
//!
//! Sums are taken on the host in f64, sample after sample in the order of the split, so that they do not depend on how
//! libtorch would reduce them.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use renas_data::split::Split;
use renas_network::spec::NetworkSpec;
use renas_network::weights::{Tensor as Stored, Tensors};
use renas_task::{Probe, names};
use tch::{Reduction, Tensor};

use crate::data::{Samples, floats};
use crate::loss::cross_entropy;
use crate::module::{Mode, Module, node_index};

/// Samples per forward pass. Part of the result's bits: libtorch's kernels may choose another path for another size.
pub(crate) const BATCH_SIZE: i64 = 256;

/// What probes answered.
#[derive(Default)]
pub struct Measured {
    /// Single numbers by name.
    pub scalars: BTreeMap<String, f64>,
    /// Tensor objects by name.
    pub objects: BTreeMap<String, Tensors>,
}

impl Measured {
    /// Whether all numbers are finite; those of a network with exploding weights are not.
    pub fn is_finite(&self) -> bool {
        let values = self.objects.values().flat_map(BTreeMap::values).flat_map(|tensor| &tensor.values);
        self.scalars.values().all(|value| value.is_finite()) && values.into_iter().all(|value| value.is_finite())
    }
}

/// Accuracy, a fraction, and mean cross entropy in nats over a split.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// Share of samples whose largest output is that of their class; the first of equal outputs counts.
    pub accuracy: f64,
    /// Mean loss.
    pub loss: f64,
}

impl Score {
    /// The score, unless the loss overflowed.
    pub fn finite(self) -> Option<Self> {
        self.loss.is_finite().then_some(self)
    }
}

/// Answer all `probes`; each split is passed through the network once.
pub fn measure(probes: &[Probe], network: &NetworkSpec, samples: &Samples, module: &Module) -> Result<Measured> {
    let mut measured = Measured::default();
    for split in [Split::Train, Split::Validation, Split::Test] {
        let wanted = Wanted::new(probes, split, network)?;
        if !wanted.score && !wanted.logits && wanted.nodes.is_empty() {
            continue;
        }
        let passed = pass(samples, split, module, &wanted)?;
        if wanted.score {
            measured.scalars.insert(names::accuracy(split), passed.score.accuracy);
            measured.scalars.insert(names::loss(split), passed.score.loss);
        }
        if wanted.logits {
            let classes = samples.classes;
            let stored = Stored { shape: vec![passed.logits.len() / classes, classes], values: passed.logits };
            measured.objects.insert(names::logits(split), Tensors::from([("logits".to_owned(), stored)]));
        }
        if !wanted.nodes.is_empty() {
            let nodes = wanted.nodes.into_iter().map(|(node, _)| node);
            let means = passed.sums.into_iter().map(ClassSums::means).collect::<Result<Vec<_>>>()?;
            measured.objects.insert(names::class_means(split), nodes.zip(means).collect());
        }
    }
    Ok(measured)
}

/// The score of one split.
pub fn score(samples: &Samples, split: Split, module: &Module) -> Result<Score> {
    Ok(pass(samples, split, module, &Wanted::default())?.score)
}

/// What the probes want of one split.
#[derive(Default)]
struct Wanted {
    score: bool,
    logits: bool,
    /// Names and indices of the nodes whose class means are asked for.
    nodes: Vec<(String, usize)>,
}

impl Wanted {
    fn new(probes: &[Probe], of: Split, network: &NetworkSpec) -> Result<Self> {
        let mut wanted = Self::default();
        for probe in probes {
            match probe {
                Probe::Score { split } if *split == of => wanted.score = true,
                Probe::Logits { split } if *split == of => wanted.logits = true,
                Probe::ClassMeans { split, nodes } if *split == of => {
                    ensure!(wanted.nodes.is_empty(), "class means of `{}` are asked for twice", of.name());
                    ensure!(!nodes.is_empty(), "class means of `{}` name no nodes", of.name());
                    for node in nodes {
                        wanted.nodes.push((node.clone(), node_index(network, node)?));
                    }
                }
                Probe::Score { .. } | Probe::Logits { .. } | Probe::ClassMeans { .. } => {}
            }
        }
        Ok(wanted)
    }
}

struct Passed {
    score: Score,
    logits: Vec<f32>,
    sums: Vec<ClassSums>,
}

/// Pass a split through the network, batch by batch.
fn pass(samples: &Samples, split: Split, module: &Module, wanted: &Wanted) -> Result<Passed> {
    let _no_grad = tch::no_grad_guard();
    let part = samples.part(split);
    ensure!(!part.is_empty(), "split `{}` has no samples to measure", split.name());
    let index = samples.index(part.iter().copied())?;
    let nodes: Vec<usize> = wanted.nodes.iter().map(|(_, index)| *index).collect();
    let mut sums: Vec<ClassSums> =
        wanted.nodes.iter().map(|(name, _)| ClassSums::new(name, samples.classes, split)).collect();
    let (mut logits, mut losses, mut labels) = (Vec::new(), Vec::new(), Vec::new());
    let mut start = 0;
    while start < part.len() as i64 {
        let size = BATCH_SIZE.min(part.len() as i64 - start);
        let (input, batch_labels) = samples.batch(&index.f_narrow(0, start, size)?)?;
        start += size;
        let mut values = module.forward_with(&input, Mode::Evaluation, &nodes)?.into_iter();
        let output = values.next().expect("the output is the first value");
        ensure!(
            output.size() == [size, samples.classes as i64],
            "the network's output has shape {:?} per sample, but the data has {} classes",
            &output.size()[1..],
            samples.classes
        );
        let numbers = host_labels(&batch_labels)?;
        for (sums, value) in sums.iter_mut().zip(values) {
            sums.add(&floats(&value.f_flatten(1, -1)?)?, &numbers);
        }
        losses.extend(floats(&cross_entropy(&output, &batch_labels, Reduction::None)?)?);
        logits.extend(floats(&output)?);
        labels.extend(numbers);
    }
    let score = score_of(&logits, &losses, &labels);
    Ok(Passed { score, logits, sums })
}

fn score_of(logits: &[f32], losses: &[f32], labels: &[usize]) -> Score {
    let classes = logits.len() / labels.len();
    let right = logits.chunks_exact(classes).zip(labels).filter(|(row, label)| largest(row) == **label).count();
    let loss = losses.iter().map(|&loss| f64::from(loss)).sum::<f64>();
    Score { accuracy: right as f64 / labels.len() as f64, loss: loss / labels.len() as f64 }
}

/// The index of the largest value; the first of equal ones.
pub(crate) fn largest(row: &[f32]) -> usize {
    let better = |best: usize, index: usize| if row[index] > row[best] { index } else { best };
    (0..row.len()).fold(0, better)
}

/// `[n]` i64 on any device.
pub(crate) fn host_labels(labels: &Tensor) -> Result<Vec<usize>> {
    let labels = labels.f_to_device(tch::Device::Cpu)?;
    let mut values = vec![0i64; labels.numel()];
    let count = values.len();
    labels.f_copy_data(&mut values, count)?;
    Ok(values.into_iter().map(|label| label as usize).collect())
}

/// Sums of one node's values per true class.
struct ClassSums {
    node: String,
    split: Split,
    /// Per class, one sum per value of the node; filled at the first batch.
    sums: Vec<Vec<f64>>,
    counts: Vec<u64>,
}

impl ClassSums {
    fn new(node: &str, classes: usize, split: Split) -> Self {
        Self { node: node.to_owned(), split, sums: vec![Vec::new(); classes], counts: vec![0; classes] }
    }

    /// Add the rows of a batch, `[n, values]`, each to its class.
    fn add(&mut self, rows: &[f32], labels: &[usize]) {
        for (row, &label) in rows.chunks_exact(rows.len() / labels.len()).zip(labels) {
            let sums = &mut self.sums[label];
            sums.resize(row.len(), 0.0);
            for (sum, &value) in sums.iter_mut().zip(row) {
                *sum += f64::from(value);
            }
            self.counts[label] += 1;
        }
    }

    fn means(self) -> Result<Stored> {
        let mut values = Vec::new();
        for (class, (sums, &count)) in self.sums.iter().zip(&self.counts).enumerate() {
            let (node, split) = (&self.node, self.split.name());
            ensure!(count > 0, "class means of `{node}`: split `{split}` has no sample of class {class}");
            values.extend(sums.iter().map(|sum| (sum / count as f64) as f32));
        }
        let classes = self.counts.len();
        Ok(Stored { shape: vec![classes, values.len() / classes], values })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_equal_outputs_is_the_answer() {
        assert_eq!(largest(&[1.0, 3.0, 3.0]), 1);
        let score = score_of(&[0.0, 0.0, 1.0, 2.0], &[0.5, 1.5], &[0, 0]);
        assert_eq!(score, Score { accuracy: 0.5, loss: 1.0 });
    }

    #[test]
    fn class_means_divide_by_the_samples_of_each_class() {
        let mut sums = ClassSums::new("relu_1", 2, Split::Test);
        sums.add(&[1.0, 2.0, 3.0, 4.0, 5.0, 7.0], &[0, 1, 1]);
        assert_eq!(sums.means().expect("both classes").values, [1.0, 2.0, 4.0, 5.5]);
        let error = ClassSums::new("relu_1", 2, Split::Test).means().expect_err("no samples").to_string();
        assert!(error.contains("`relu_1`: split `test` has no sample of class 0"), "{error}");
    }
}
