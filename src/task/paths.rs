//! Supernets: trained path by path, and networks that take slices of their weights.

use serde::{Deserialize, Serialize};

use super::recipe::{Recipe, Stop};
use super::{DataChoice, Probe};
use renas_base::digest::Digest;
use renas_base::seed::Seed;
use renas_network::spec::NetworkSpec;
use renas_network::supernet::Supernet;

/// Train the shared weights of a supernet: each step trains `paths` paths, drawn from stream `path` of the seed as
/// `Supernet::draw_together` says.
///
/// A step gives every path a part of its batch, equal parts but for a remainder, computes the gradient of the mean loss of
/// all samples on slices of the shared tensors, copied contiguous, and moves those shared tensors of which any path uses a
/// part, whole: the gradient of the rest of such a tensor is 0. Tensors that no path uses stay, and so does what the
/// optimiser remembers of them: it keeps its state, and for Adam the number of steps, per tensor. The schedule runs over
/// the steps of the training. Guo et al. 2020, section 3, <https://doi.org/10.1007/978-3-030-58517-4_32>.
///
/// Answers the curve `train.loss`, the mean over the steps of each epoch, and the tensor object `weights`, all trainable
/// tensors at their shared shapes. Running statistics of batch normalisation are not among them: those of a mixture of
/// paths fit no path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainPaths {
    /// The supernet.
    pub supernet: Supernet,
    /// The samples, and how they are split.
    pub data: DataChoice,
    /// When training ends.
    pub stop: Stop,
    /// Loss, optimiser, schedule and batch size.
    pub recipe: Recipe,
    /// Root of every draw: initial weights (`init`), order of samples (`order`), paths (`path`).
    pub seed: Seed,
    /// Paths of one step; at least 1, and at most the samples of the smallest batch.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub paths: usize,
    /// Epochs at the start in which paths take the first kind of every group alone, and the first path of each step has the
    /// largest width. All others then join a network that has learned something, as in progressive shrinking: Cai et al.
    /// 2020, section 3.3, <https://arxiv.org/abs/1908.09791>.
    #[serde(default, skip_serializing_if = "is_none")]
    pub first_kind_epochs: usize,
    /// How much the paths of a step learn from the first, in [0, 1); above 0 that has the largest width and the first kind
    /// of every group, and what the others minimise is this times the cross entropy to its class probabilities for the same
    /// samples (batch statistics of the whole batch, no gradient), plus the rest times the loss by labels. Inplace
    /// distillation: Yu and Huang 2019, section 3.2, <https://doi.org/10.1109/ICCV.2019.00189>. Takes two paths at least.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub distillation: f64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(share: &f64) -> bool {
    *share == 0.0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_none(epochs: &usize) -> bool {
    *epochs == 0
}

fn one() -> usize {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_one(paths: &usize) -> bool {
    *paths == 1
}

/// Measure a network whose weights are slices of larger ones.
///
/// Running statistics of batch normalisation are computed anew: the mean, over the first `calibration` training samples in
/// the order of the split, of the statistics of batches of 256, each weighted with its samples. Probes then answer as for
/// `Evaluate`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvaluateSlice {
    /// The network.
    pub network: NetworkSpec,
    /// The samples, and how they are split.
    pub data: DataChoice,
    /// A safetensors object that holds a tensor at least as large for every trainable one of the network; others may
    /// stand beside them.
    pub weights: Digest,
    /// Training samples that running statistics are taken from; at least 1.
    pub calibration: usize,
    /// What is measured.
    pub probes: Vec<Probe>,
}

#[cfg(test)]
mod tests {
    use super::super::recipe::{Loss, Optimizer, Schedule};
    use super::super::{Split, SplitChoice, Task};
    use super::*;
    use renas_network::spec::{Activation, Node, Operator};
    use renas_network::supernet::{PREVIOUS, Slot};

    fn digest(task: &Task) -> String {
        let text = serde_json::to_string(task).expect("a task is JSON");
        assert_eq!(serde_json::from_str::<Task>(&text).expect("own text"), *task);
        Digest::of_value(task).expect("finite numbers").to_string()
    }

    /// These digests are in keys of stored trials: a new variant or field may never change them.
    #[test]
    fn the_canonical_json_of_path_tasks_is_pinned() {
        let split = SplitChoice { test: Some(300), validation: 200, train: None, seed: Seed::from_number(1) };
        let data = DataChoice { name: "digits".to_owned(), digest: Digest::of(b"samples"), split };
        let operator = Operator::Linear { units: 10 };
        let logits = Node { name: "logits".to_owned(), operator, inputs: vec![PREVIOUS.to_owned()] };
        let head = Slot { name: "head".to_owned(), alternatives: vec![vec![logits]], shares: Vec::new() };
        let recipe = Recipe {
            loss: Loss::CrossEntropy,
            optimizer: Optimizer::Sgd { learning_rate: 0.1, momentum: 0.9 },
            schedule: Schedule::Cosine { floor: 0.01 },
            batch_size: 128,
        };
        let train = Task::TrainPaths(TrainPaths {
            supernet: Supernet {
                input: vec![64],
                widths: vec![1, 2],
                denominator: 2,
                slots: vec![head],
                groups: Vec::new(),
            },
            data: data.clone(),
            stop: Stop::Epochs(5),
            recipe,
            seed: Seed::from_number(2),
            paths: 1,
            first_kind_epochs: 0,
            distillation: 0.0,
        });
        assert_eq!((train.data(), train.objects(), train.kind().is_observation()), (Some(&data), Vec::new(), false));
        assert_eq!(digest(&train), "390d854f0c89eeaa44eb1242a8ada4552d6e106cb229a25a3d21e4b34c540c1c");
        let Task::TrainPaths(mut together) = train else { unreachable!("it was made so") };
        together.paths = 4;
        assert_eq!(
            digest(&Task::TrainPaths(together.clone())),
            "d8d3574e67768c6f3626d12e6a9a538a23dbf21c73f8a6a16a1a4c1fee667483"
        );
        (together.first_kind_epochs, together.distillation) = (2, 0.5);
        assert_eq!(
            digest(&Task::TrainPaths(together)),
            "260b1ce8e79cc16566fe807b7a957c0b015f47500b465a8138b8a922510a472f"
        );
        let weights = Digest::of(b"weights");
        let evaluate = Task::EvaluateSlice(EvaluateSlice {
            network: NetworkSpec::perceptron(&[1, 8, 8], &[16], Activation::Relu, 10),
            data: data.clone(),
            weights,
            calibration: 512,
            probes: vec![Probe::Score { split: Split::Validation }],
        });
        assert_eq!(
            (evaluate.data(), evaluate.objects(), evaluate.kind().is_observation()),
            (Some(&data), vec![weights], false)
        );
        assert_eq!(digest(&evaluate), "494fc96ed81cdb89d0bc279c70b5a29706b6ecdb3eb503c39f68cab66e2b4f38");
    }
}
