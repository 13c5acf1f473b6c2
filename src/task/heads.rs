//! Models with several outputs: trained on the sum of their losses, evaluated under interventions, asked for samples.
//!
//! A **head** is an output: a node, what its value should be, and the loss of the difference. Heads share nodes as they
//! like. A **latent** is the price of a `LatentSample`: a Kullback-Leibler term. The network's own `output` is only there
//! to hold the graph together; a `Concat` of the heads' nodes will do, and it is not computed. `head_check` says what fits.

use serde::{Deserialize, Serialize};

use super::recipe::Optimizer;
use super::{DataChoice, Split};
use renas_base::digest::Digest;
use renas_base::seed::Seed;
use renas_network::assembly::Assembly;
use renas_network::spec::NetworkSpec;

/// Train a network on the plain sum of the losses of its heads and the terms of its latents.
///
/// Samples are shuffled anew each epoch, as in `Train`; the learning rate stays. Answers the curves `<head>.loss` and,
/// where there are latents, `latent.loss` (their sum): means over `every` consecutive steps of the loss of the training
/// batch before the step; for each split of `scores` the scalars of `EvaluateHeads` without its first word
/// (`<split>.<head>.loss`); and the tensor object `weights`. A training that diverges answers the points of its curves
/// that were complete.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainHeads {
    /// The network. Every node with weights leads to a head or a latent.
    pub network: NetworkSpec,
    /// The samples, and how they are split.
    pub data: DataChoice,
    /// Where the weights come from.
    pub start: Assembled,
    /// The outputs; at least one.
    pub heads: Vec<Head>,
    /// The latent samples that cost something.
    pub latents: Vec<Latent>,
    /// How weights move, but for those that a head with an optimiser of its own alone reaches.
    pub optimizer: Optimizer,
    /// Samples per step; the last, smaller batch of an epoch is used.
    pub batch_size: usize,
    /// Optimiser steps; a multiple of `every`.
    pub steps: usize,
    /// Root of every draw: fresh weights (`assembly`), order of samples (`order`), noise of latent samples (`latent`).
    pub seed: Seed,
    /// Steps per point of the curves; at least 1.
    pub every: usize,
    /// Splits that are scored at the end.
    pub scores: Vec<Split>,
}

/// Weights that are put together from a stored object, or from nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assembled {
    /// A safetensors object of the store; absent where every tensor is put together without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<Digest>,
    /// Another one, whose tensors the assembly knows as `donor/<name>`: a part of another model takes its weights along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub donor: Option<Digest>,
    /// How.
    pub assembly: Assembly,
}

/// What stands before the names of a donor's tensors in an assembly.
pub const DONOR: &str = "donor/";

/// An output of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Unique; written as names of nodes are, and not `latent`.
    pub name: String,
    /// The node whose value is the output: a vector as long as the target.
    pub node: String,
    /// What the value should be.
    pub target: Target,
    /// How far it is from that.
    pub loss: HeadLoss,
    /// Moves the weights that this head reaches and no other; where absent, the task's optimiser does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub optimizer: Option<Optimizer>,
}

/// What an output should be; every data set of images has all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case", deny_unknown_fields)]
pub enum Target {
    /// The sample's class: `[classes]` logits.
    Labels,
    /// Share of the image's pixels (of all channels) per equal bin of 0..=1, each without its upper end but the last:
    /// `[bins]`.
    Histogram {
        /// Number of bins; at least 1.
        bins: usize,
    },
    /// The image's pixels in 0..=1, channels outermost: `[channels x height x width]`.
    Image,
}

/// A loss, as a mean over the samples of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeadLoss {
    /// Softmax cross entropy of logits and labels, in nats.
    SoftmaxCrossEntropy,
    /// Mean over the classes of the binary cross entropy of sigmoid(logit) and one-hot label, in nats.
    SigmoidCrossEntropy,
    /// Mean over the values of the squared difference to a histogram or an image.
    MeanSquaredError,
}

/// The price of a latent sample: adds `weight * -0.5 * mean over the batch of the sum over units of (1 + s - m^2 -
/// exp(s))` to the loss, with m and s of `Operator::LatentSample`.
///
/// Kingma and Welling 2013, appendix B, <https://arxiv.org/abs/1312.6114>.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Latent {
    /// A `LatentSample`; named once.
    pub node: String,
    /// Finite; 1 is the variational bound.
    pub weight: f64,
}

/// Score a model whose weights exist, once per intervention, without noise in its latent samples.
///
/// Answers the scalars `<intervention>.<split>.<head>.loss`, where its target is the label
/// `<intervention>.<split>.<head>.error` (share of samples whose largest logit is not that of their class; the first of equal
/// ones counts), and
/// where there are latents `<intervention>.<split>.latent.loss`; and the tensor object `values.<split>`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvaluateHeads {
    /// The network.
    pub network: NetworkSpec,
    /// The samples, and how they are split.
    pub data: DataChoice,
    /// The weights, a safetensors object.
    pub weights: Digest,
    /// The outputs.
    pub heads: Vec<Head>,
    /// The latent samples that cost something.
    pub latents: Vec<Latent>,
    /// Root of every draw; each intervention draws from its own seed (`Intervention::seed`).
    pub seed: Seed,
    /// What is changed before each scoring. To score the model as it is, name one that changes nothing.
    pub interventions: Vec<Intervention>,
    /// Splits that are scored.
    pub scores: Vec<Split>,
    /// The split whose values of `nodes` are answered as `values.<split>`, from the weights as they are: for each node
    /// one f32 tensor `[samples, values]`, samples in the split's order, images flattened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Split>,
    /// Names of nodes; none where there is no split of `values`.
    pub nodes: Vec<String>,
}

/// A change of a model or of what it reads, to see which outputs suffer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intervention {
    /// Unique; written as names of nodes are.
    pub name: String,
    /// Tensors that are replaced, made of the weights as they are and of fresh draws (`assembly`).
    pub assembly: Assembly,
    /// Input features whose values are exchanged between samples (`features`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub features: Option<ShuffledFeatures>,
}

/// Input features `from..to`, counted over the flattened sample. All of them come from one other sample of the split,
/// which a random permutation names; targets stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShuffledFeatures {
    /// The first feature, from 0.
    pub from: usize,
    /// Behind the last.
    pub to: usize,
}

/// Samples from a model: latent samples are standard normal numbers, whatever their means and variances would be.
///
/// Answers the tensor object `generated`: f32 `images` `[count, features]`, in 0..=1, or with `through`, in their place,
/// `logits` `[count, classes]`, which are a hundred times smaller. The first n of them do not depend on `count`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Generate {
    /// The network.
    pub network: NetworkSpec,
    /// The samples, and how they are split: what the network reads beside its latents is test sample i for image i.
    pub data: DataChoice,
    /// The weights, a safetensors object.
    pub weights: Digest,
    /// The node whose value, limited to 0..=1, is the image; as many values as a sample of the data has.
    pub node: String,
    /// Number of images; at least 1, and at most the test samples.
    pub count: usize,
    /// Root of the draws (`generate`).
    pub seed: Seed,
    /// A classifier that looks at the images.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through: Option<Through>,
}

/// A classifier that generated images are passed through.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Through {
    /// The network; it reads samples as the data has them, or flattened.
    pub network: NetworkSpec,
    /// Its weights, a safetensors object.
    pub weights: Digest,
}

impl Target {
    /// Values of the target for one sample of data with so many classes and pixels (of all channels).
    pub fn size(self, classes: usize, pixels: usize) -> usize {
        match self {
            Self::Labels => classes,
            Self::Histogram { bins } => bins,
            Self::Image => pixels,
        }
    }
}

impl Intervention {
    /// Root of the draws of this intervention in a task of the given seed; no other one has it.
    pub fn seed(&self, task: Seed) -> Seed {
        task.derive("intervention").derive(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Task;
    use renas_data::split::SplitChoice;
    use renas_network::assembly::{Block, Law, Source};
    use renas_network::spec::Activation;

    fn train() -> TrainHeads {
        let fresh = Source::Initial { law: Law::Pytorch { fan_in: 64 } };
        let block = Block { at: [0, 0], size: [10, 64], from: fresh };
        let assembly = Assembly { tensors: [("logits.weight".to_owned(), vec![block])].into() };
        TrainHeads {
            network: NetworkSpec::perceptron(&[64], &[], Activation::Relu, 10),
            data: DataChoice {
                name: "digits".to_owned(),
                digest: Digest::of(b"samples"),
                split: SplitChoice { test: Some(300), validation: 200, train: None, seed: Seed::from_number(1) },
            },
            start: Assembled { weights: Some(Digest::of(b"weights")), donor: None, assembly },
            heads: vec![
                Head {
                    name: "class".to_owned(),
                    node: "logits".to_owned(),
                    target: Target::Labels,
                    loss: HeadLoss::SoftmaxCrossEntropy,
                    optimizer: None,
                },
                Head {
                    name: "histogram".to_owned(),
                    node: "bins".to_owned(),
                    target: Target::Histogram { bins: 8 },
                    loss: HeadLoss::MeanSquaredError,
                    optimizer: Some(Optimizer::Adam { learning_rate: 0.01 }),
                },
            ],
            latents: vec![Latent { node: "latent".to_owned(), weight: 0.5 }],
            optimizer: Optimizer::Sgd { learning_rate: 0.1, momentum: 0.0 },
            batch_size: 50,
            steps: 20,
            seed: Seed::from_number(2),
            every: 10,
            scores: vec![Split::Validation],
        }
    }

    fn digest(task: Task) -> String {
        let digest = Digest::of_value(&task).expect("finite numbers");
        let text = serde_json::to_string(&task).expect("a task is JSON");
        assert_eq!(serde_json::from_str::<Task>(&text).expect("own text"), task);
        assert!(!text.contains("null"), "an absent field is left out: {text}");
        digest.to_string()
    }

    /// These digests are in keys of stored trials: a new variant or field may never change them.
    #[test]
    fn the_canonical_json_of_tasks_on_heads_is_pinned() {
        let task = Task::TrainHeads(train());
        assert_eq!(task.objects(), [Digest::of(b"weights")]);
        assert_eq!(digest(task), "118a7e01e84bcce7f841964e74c964a6cef78f4addebd83ff768659301fcc98b");
        let mut fresh = train();
        fresh.start.weights = None;
        fresh.heads[0].target = Target::Image;
        fresh.heads[0].loss = HeadLoss::SigmoidCrossEntropy;
        assert_eq!(digest(Task::TrainHeads(fresh)), "a7b1a4ce977ac91898225301434b2854d516a1009566862c5cf7cafd4c43f16a");
    }

    #[test]
    fn the_canonical_json_of_evaluations_of_heads_is_pinned() {
        let TrainHeads { network, data, start, heads, latents, seed, .. } = train();
        let features = Some(ShuffledFeatures { from: 2, to: 5 });
        let changed = Intervention { name: "logits".to_owned(), assembly: start.assembly, features };
        let plain = Intervention { name: "none".to_owned(), assembly: Assembly::default(), features: None };
        assert_ne!(plain.seed(seed), changed.seed(seed));
        let task = Task::EvaluateHeads(EvaluateHeads {
            network,
            data,
            weights: Digest::of(b"weights"),
            heads,
            latents,
            seed,
            interventions: vec![plain, changed],
            scores: vec![Split::Test],
            values: Some(Split::Test),
            nodes: vec!["logits".to_owned()],
        });
        assert_eq!(task.objects(), [Digest::of(b"weights")]);
        assert_eq!(digest(task), "b5ec92d86c72784d66dbdeebce56249da894dc42640745dedeecef4e7cc0737f");
    }

    #[test]
    fn the_canonical_json_of_generations_is_pinned() {
        let TrainHeads { network, data, seed, .. } = train();
        let through = Some(Through { network: network.clone(), weights: Digest::of(b"classifier") });
        let (weights, node) = (Digest::of(b"weights"), "images".to_owned());
        let task = Generate { network, data, weights, node, count: 100, seed, through };
        let alone = Task::Generate(Generate { through: None, ..task.clone() });
        assert_eq!(alone.objects(), [weights]);
        assert_eq!(digest(alone), "7993ce16db3d362bea982ab783630844475c55eff3981cf8d256d5920c3ce946");
        let task = Task::Generate(task);
        assert_eq!(task.objects(), [weights, Digest::of(b"classifier")]);
        assert_eq!((task.data().map(|data| data.name.as_str()), task.kind().is_observation()), (Some("digits"), false));
        assert_eq!(digest(task), "60a111c1b2ece0e37e7aea925e3d5daac39fbb985bd86653250c532b701f7254");
    }
}
