//! What can be asked of a worker, and what it answers: the closed vocabulary shared by both programs.
//!
//! The worker knows no paper. Later papers add variants of `Task`, never flags.

pub mod answer; //  whether an answer fits its task
pub mod command; // a program of any language
pub mod head_check; // what is wrong with the heads of a model
pub mod heads; //    models with several outputs: trained, evaluated, asked for samples
pub mod kind; //     the kinds of tasks, and what they are called
pub mod latency; //  how long forward passes take, at any numerics and number of threads
pub mod names; //    what the parts of answers are called
pub mod numerics; // names of pinned numeric settings, and the environment that pins them
pub mod outcome; //  what a task answers
pub mod paths; //    supernets: trained path by path, asked for the networks in them
pub mod protocol; // the JSON lines between the coordinator and a worker
pub mod read; //     what an answer holds, typed
pub mod recipe; //   how a network is trained
pub mod sequence; // a predictor over sequences of tokens, fitted and asked

use serde::{Deserialize, Serialize};

use command::Command;
use heads::{EvaluateHeads, Generate, TrainHeads};
use latency::Latency;
use paths::{EvaluateSlice, TrainPaths};
use recipe::{Recipe, Stop};
use renas_base::digest::Digest;
use renas_base::seed::Seed;
pub use renas_data::split::{DataChoice, Split, SplitChoice};
use renas_network::spec::NetworkSpec;
use sequence::{FitSequence, PredictSequence};

/// One unit of work, and all that its result depends on besides numerics, device and libtorch version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "snake_case", deny_unknown_fields)]
pub enum Task {
    /// Train a network and answer its curve, scores, probes and weights.
    Train(Train),
    /// Answer probes of a network whose weights exist.
    Evaluate(Evaluate),
    /// Fit a predictor over sequences of tokens.
    FitSequence(FitSequence),
    /// Ask such a predictor.
    PredictSequence(PredictSequence),
    /// Train a model with several outputs.
    TrainHeads(TrainHeads),
    /// Score such a model, as it is and under interventions.
    EvaluateHeads(EvaluateHeads),
    /// Draw samples from such a model.
    Generate(Generate),
    /// Train the shared weights of many networks.
    TrainPaths(TrainPaths),
    /// Answer probes of a network with slices of larger weights.
    EvaluateSlice(EvaluateSlice),
    /// Answer how long training steps of a network take on this machine: an observation, which never repeats.
    Time(Time),
    /// Answer how long forward passes of networks take on this machine: an observation, which never repeats.
    Latency(Latency),
    /// Run a command of any language. No worker does that: the harness runs it itself.
    Command(Command),
}

impl Task {
    /// Objects of the store that the task reads.
    pub fn objects(&self) -> Vec<Digest> {
        match self {
            Self::Train(Train { start, .. }) | Self::FitSequence(FitSequence { start, .. }) => match start {
                Start::Fresh => Vec::new(),
                Start::Weights { weights } => vec![*weights],
            },
            Self::Evaluate(Evaluate { weights, .. }) | Self::PredictSequence(PredictSequence { weights, .. }) => {
                vec![*weights]
            }
            Self::TrainHeads(train) => train.start.weights.into_iter().chain(train.start.donor).collect(),
            Self::EvaluateHeads(evaluate) => vec![evaluate.weights],
            Self::EvaluateSlice(evaluate) => vec![evaluate.weights],
            Self::Generate(Generate { weights, through, .. }) => {
                std::iter::once(*weights).chain(through.as_ref().map(|through| through.weights)).collect()
            }
            Self::TrainPaths(_) | Self::Time(_) | Self::Latency(_) | Self::Command(_) => Vec::new(),
        }
    }

    /// The data set that the task reads; predictors over sequences and forward passes on random images read none.
    pub fn data(&self) -> Option<&DataChoice> {
        match self {
            Self::Train(train) => Some(&train.data),
            Self::Evaluate(evaluate) => Some(&evaluate.data),
            Self::FitSequence(_) | Self::PredictSequence(_) | Self::Latency(_) | Self::Command(_) => None,
            Self::TrainHeads(train) => Some(&train.data),
            Self::EvaluateHeads(evaluate) => Some(&evaluate.data),
            Self::Generate(generate) => Some(&generate.data),
            Self::TrainPaths(train) => Some(&train.data),
            Self::EvaluateSlice(evaluate) => Some(&evaluate.data),
            Self::Time(time) => Some(&time.data),
        }
    }
}

/// Train one network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Train {
    /// The network.
    pub network: NetworkSpec,
    /// The samples, and how they are split.
    pub data: DataChoice,
    /// Where the weights come from.
    pub start: Start,
    /// When training ends.
    pub stop: Stop,
    /// Loss, optimiser, schedule and batch size.
    pub recipe: Recipe,
    /// Root of every draw of this training: initial weights (`init`), order of samples (`order`).
    pub seed: Seed,
    /// Splits whose accuracy and loss are recorded after every epoch, as curves `<split>.accuracy`, `<split>.loss`.
    pub curves: Vec<Split>,
    /// What is measured on the final weights.
    pub probes: Vec<Probe>,
}

/// Measure a network whose weights are in the store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evaluate {
    /// The network.
    pub network: NetworkSpec,
    /// The samples, and how they are split.
    pub data: DataChoice,
    /// The weights, a safetensors object.
    pub weights: Digest,
    /// What is measured.
    pub probes: Vec<Probe>,
}

/// Time the first steps of one training: batches drawn, forward, backward, update, as `Train` does them.
///
/// Answers the curve `step.seconds`, one number per timed step, and the scalar `seconds_per_step`, their mean: process CPU
/// seconds on a CPU, wall seconds between synchronisations on a GPU. Losses do not matter, finite or not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Time {
    /// The network.
    pub network: NetworkSpec,
    /// The samples, and how they are split; batches come from the training samples.
    pub data: DataChoice,
    /// Loss, optimiser, schedule and batch size.
    pub recipe: Recipe,
    /// Root of every draw: initial weights and order of samples, as in `Train`.
    pub seed: Seed,
    /// Steps before the timed ones.
    pub warm_up: usize,
    /// Timed steps; at least 1.
    pub steps: usize,
}

/// Where the weights of a training come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case", deny_unknown_fields)]
pub enum Start {
    /// New weights, drawn from the task's seed with PyTorch's default ranges (`network::parameter::Initial`).
    Fresh,
    /// The weights of a safetensors object of the store.
    Weights {
        /// The object.
        weights: Digest,
    },
}

/// Something measured on a network, in evaluation mode.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "probe", rename_all = "snake_case", deny_unknown_fields)]
pub enum Probe {
    /// Accuracy (fraction) and mean loss of a split: scalars `<split>.accuracy` and `<split>.loss`.
    Score {
        /// The split.
        split: Split,
    },
    /// Mean value of named nodes over the samples of each true class: tensor object `class_means.<split>`, one f32
    /// tensor `[classes, values]` per node, images flattened.
    ClassMeans {
        /// The split.
        split: Split,
        /// Names of nodes.
        nodes: Vec<String>,
    },
    /// The output for every sample, in the split's order: tensor object `logits.<split>`, one f32 tensor `logits`
    /// `[samples, classes]`.
    Logits {
        /// The split.
        split: Split,
    },
}

#[cfg(test)]
mod tests {
    use super::recipe::{Loss, Optimizer, Schedule};
    use super::sequence::{Example, SequenceModel, SequenceRecipe};
    use super::*;
    use renas_network::spec::Activation;

    fn train() -> Train {
        Train {
            network: NetworkSpec::perceptron(&[1, 8, 8], &[16], Activation::Relu, 10),
            data: DataChoice {
                name: "digits".to_owned(),
                digest: Digest::of(b"samples"),
                split: SplitChoice { test: Some(300), validation: 200, train: None, seed: Seed::from_number(1) },
            },
            start: Start::Fresh,
            stop: Stop::Epochs(5),
            recipe: Recipe {
                loss: Loss::CrossEntropy,
                optimizer: Optimizer::Adam { learning_rate: 0.001 },
                schedule: Schedule::Constant,
                batch_size: 128,
            },
            seed: Seed::from_number(2),
            curves: vec![Split::Validation],
            probes: vec![
                Probe::Score { split: Split::Test },
                Probe::ClassMeans { split: Split::Test, nodes: vec!["relu_1".to_owned()] },
            ],
        }
    }

    fn digest(task: Task) -> String {
        let digest = Digest::of_value(&task).expect("finite numbers");
        let text = serde_json::to_string(&task).expect("a task is JSON");
        assert_eq!(serde_json::from_str::<Task>(&text).expect("own text"), task);
        digest.to_string()
    }

    /// These digests are in keys of stored trials: a new variant or field may never change them.
    #[test]
    fn the_canonical_json_of_tasks_is_pinned() {
        assert_eq!(digest(Task::Train(train())), "0d7e09d5f91bc840b6628b9534ddf173a81aed687e5ed277f719c66c976f9a18");
        let mut other = train();
        other.start = Start::Weights { weights: Digest::of(b"weights") };
        other.stop = Stop::Steps(100);
        other.recipe.optimizer = Optimizer::Sgd { learning_rate: 0.1, momentum: 0.9 };
        other.recipe.schedule = Schedule::Cosine { floor: 0.01 };
        other.data.split.test = None;
        other.data.split.train = Some(1000);
        assert_eq!(digest(Task::Train(other)), "189c8ebad0ccba67b0de5e074f6a0c8a6115fc8d13f62ced5e4ae3d01dc4e33c");
        let Train { network, data, .. } = train();
        let probes = vec![Probe::Logits { split: Split::Train }];
        let evaluate = Evaluate { network, data, weights: Digest::of(b"weights"), probes };
        assert_eq!(
            digest(Task::Evaluate(evaluate)),
            "c4340727d699fdd0e1ead116504e3bcc5d1235378bcb6c143ae8cd82a651fe11"
        );
        let Train { network, data, recipe, seed, .. } = train();
        let time = Time { network, data, recipe, seed, warm_up: 5, steps: 50 };
        assert_eq!(digest(Task::Time(time)), "f5e2999d497b4c85bc28493e089310bd59835ea0cc4b831e666b0c7d9d86f048");
    }

    #[test]
    fn the_canonical_json_of_sequence_tasks_is_pinned() {
        let model = || SequenceModel { vocabularies: vec![2, 9], embedding: 20, hidden: 100 };
        let fit = Task::FitSequence(FitSequence {
            model: model(),
            examples: vec![Example { sequence: "0817".to_owned(), target: 0.625 }],
            start: Start::Fresh,
            recipe: SequenceRecipe { learning_rate: 0.002, epochs: 10, batch_size: 1 },
            seed: Seed::from_number(3),
        });
        assert_eq!((fit.data(), fit.objects()), (None, Vec::new()));
        assert_eq!(digest(fit), "2bf95c16014b30b1af6b444efd71c91ea032b4fd4760a15beb9c09651a2d54d6");
        let weights = Digest::of(b"weights");
        let sequences = vec!["0817".to_owned(), "08".to_owned()];
        let predict = Task::PredictSequence(PredictSequence { model: model(), weights, sequences });
        assert_eq!((predict.data(), predict.objects()), (None, vec![weights]));
        assert_eq!(digest(predict), "bb79e3a9cacace2f5cff7d22dcbd2be791e45b668c7fe5bd36defc5f1c724bdf");
    }
}
