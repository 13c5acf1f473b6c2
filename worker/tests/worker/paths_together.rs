//! How paths of a supernet learn together: from its widest, and one kind of layers before the others.

use super::paths::{images, path, train_task};
use super::*;
use renas_network::parameter::parameters;
use renas_network::supernet::{Group, Layout, inherited};
use renas_task::paths::TrainPaths;
use renas_worker::data::{DataSource, floats};
use renas_worker::module::{Mode, Module};
use renas_worker::parameters::Parameters;
use renas_worker::paths::{Batch, Shared, train_paths};
use tch::{Device, Kind, Tensor};

/// The teacher learns from labels alone. What another path learns is written out: 0.3 times the cross entropy to the softmax
/// of the teacher, which sees the whole batch, and 0.7 times that to the labels.
#[test]
fn with_distillation_the_other_paths_learn_from_the_first() {
    let _alone = crate::libtorch_alone();
    let task = train_task(Stop::Steps(1));
    let paths = [path(2, 1), path(2, 3)];
    let batch = Batch { distillation: 0.3, ..images() };
    let mut taught = Shared::new(&task, 1, Device::Cpu).expect("valid");
    let before = taught.tensors().expect("readable");
    let probabilities = {
        let teacher = taught.module(&paths[0]).expect("valid");
        teacher.forward(&batch.input, Mode::Training).expect("computed").detach().softmax(-1, Kind::Float)
    };
    let slices = inherited(&paths[1], &before).expect("slices");
    let own = Parameters::from_tensors(&paths[1], slices, Device::Cpu).expect("all there");
    let pupil = Module::new(&paths[1], &own).expect("valid");
    let logs =
        pupil.forward(&batch.input.narrow(0, 8, 8), Mode::Training).expect("computed").log_softmax(-1, Kind::Float);
    let by_labels = -logs.gather(1, &batch.labels.narrow(0, 8, 8).unsqueeze(1), false).mean(Kind::Float);
    let by_teacher = -(probabilities.narrow(0, 8, 8) * &logs).sum(Kind::Float) / 8.0;
    let goal: Tensor = (&by_labels * 0.7 + by_teacher * 0.3) * 0.5;
    let gradients = Tensor::run_backward(&[goal], &own.leaves.iter().collect::<Vec<_>>(), false, false);

    let loss = taught.step(&paths, Loss::CrossEntropy, &batch, 0).expect("a step").double_value(&[]);
    let after = taught.tensors().expect("readable");
    // Layers of the pupil that the teacher has not; gradient descent at a rate of 0.1 in the first step.
    let mut compared = 0;
    let described = parameters(&paths[1]).expect("valid").into_iter().filter(|parameter| parameter.trainable);
    for (parameter, gradient) in described.zip(&gradients) {
        let (old, new) = (&before[&parameter.name].values, &after[&parameter.name].values);
        // Not the depthwise kernel, of which this path has the centre.
        let shared = ["stem", "logits"].iter().any(|node| parameter.name.starts_with(node));
        if shared || old.len() != gradient.numel() {
            continue;
        }
        for ((old, new), slope) in old.iter().zip(new).zip(floats(&gradient.reshape([-1])).expect("readable")) {
            assert!((new - old + 0.1 * slope).abs() < 1e-5, "{}", parameter.name);
        }
        compared += 1;
    }
    assert!(compared >= 8, "tensors of the pupil alone: {compared}");
    // What is returned is the loss by labels of both.
    let mut plain = Shared::new(&task, 1, Device::Cpu).expect("valid");
    let by_labels = plain.step(&paths, Loss::CrossEntropy, &images(), 0).expect("a step").double_value(&[]);
    assert_eq!(loss, by_labels);
    assert_ne!(plain.tensors().expect("readable"), after);
}

#[test]
fn distillation_takes_two_paths_and_a_share_below_one() {
    let mut worker = Worker::start("portable");
    for (paths, distillation, rule) in [(1, 0.5, "at least two paths"), (2, 1.0, "below 1"), (2, -0.1, "at least 0")] {
        let task = TrainPaths { paths, distillation, ..train_task(Stop::Steps(1)) };
        let message = worker.failure(Task::TrainPaths(task));
        assert!(message.contains(rule), "{message}");
    }
    // JSON, which requests are written in, has no such number.
    let task = TrainPaths { paths: 2, distillation: f64::NAN, ..train_task(Stop::Steps(1)) };
    let mut data = DataSource::new(Vec::new(), Device::Cpu);
    let error = train_paths(&task, Device::Cpu, &mut data).err().expect("no share");
    assert!(format!("{error:#}").contains("at least 0"), "{error:#}");
}

#[test]
fn several_paths_train_bit_equal_twice_and_learn() {
    let mut worker = Worker::start("portable");
    let mut task = train_task(Stop::Epochs(30));
    task.recipe.optimizer = Optimizer::Adam { learning_rate: 0.01 };
    task.paths = 4;
    let layout = |way: usize| Layout { ways: vec![way], kind: way, share: 1 };
    task.supernet.groups = vec![Group { slots: vec![1], layouts: (0..5).map(layout).collect() }];
    // What is left of the loss by labels: 0.72 was measured where half of what paths learn is what the first one answers.
    for (distillation, share) in [(0.0, 0.5), (0.5, 0.75)] {
        let task = TrainPaths { distillation, ..task.clone() };
        let (first, _) = worker.outcome(Task::TrainPaths(task.clone()), &[]);
        let (second, _) = Worker::start("portable").outcome(Task::TrainPaths(task), &[]);
        assert_eq!(first, second);
        let losses = &first.curves["train.loss"];
        assert!(losses.len() == 30 && losses[29] < share * losses[0], "{losses:?}");
    }
}

/// A kind for each way: after epochs of the first alone, the tensors of the others are what they started from.
#[test]
fn epochs_of_the_first_kind_move_no_other() {
    // A scale before a rectifier and another normalisation moves by as little as its bias: in two epochs by less than rounding.
    const EPOCHS: usize = 10;
    let mut worker = Worker::start("portable");
    let mut task = TrainPaths { paths: 4, ..train_task(Stop::Epochs(EPOCHS)) };
    let layout = |kind: usize| Layout { ways: vec![[1, 0, 2, 3, 4][kind]], kind, share: 1 };
    task.supernet.groups = vec![Group { slots: vec![1], layouts: (0..5).map(layout).collect() }];
    let mut weights = |epochs: usize, first_kind_epochs: usize| {
        let task = TrainPaths { stop: Stop::Epochs(epochs), first_kind_epochs, ..task.clone() };
        let (outcome, out) = worker.outcome(Task::TrainPaths(task), &[]);
        assert_eq!(outcome.ending, Ending::Completed);
        object(&out, "weights")
    };
    let (first_alone, then_all, all) = (weights(EPOCHS, EPOCHS), weights(EPOCHS, 1), weights(EPOCHS, 0));
    let fresh = Shared::new(&task, 1, Device::Cpu).expect("valid").tensors().expect("readable");
    let of_first = |name: &str| ["stem", "dilated", "logits"].iter().any(|node| name.starts_with(node));
    assert!(fresh.keys().any(|name| !of_first(name)), "tensors of other kinds");
    for (name, tensor) in &fresh {
        assert_eq!(first_alone[name] == *tensor, !of_first(name), "{name} of the first kind alone");
        assert_ne!(then_all[name], *tensor, "{name} of all kinds afterwards");
        assert_ne!(all[name], then_all[name], "{name} of all kinds from the beginning");
    }
}
