//! Supernets: trained path by path, repeatably; a path computes what a network of its own with its slices computes.

use super::*;
use renas_network::parameter::parameters;
use renas_network::spec::Node;
use renas_network::supernet::{Choice, PREVIOUS, Slot, Supernet, inherited};
use renas_task::paths::{EvaluateSlice, TrainPaths};
use renas_worker::data::{DataSource, floats};
use renas_worker::evaluate::measure;
use renas_worker::module::{Mode, Module};
use renas_worker::parameters::Parameters;
use renas_worker::paths::{Batch, Shared, calibrated, evaluate_slice, train_paths};
use tch::{Device, Kind, Tensor};

fn convolution(filters: usize, kernel: usize, dilation: usize, groups: usize) -> Operator {
    Operator::Conv2d { filters, kernel, stride: 1, padding: dilation * (kernel - 1) / 2, dilation, groups }
}

fn relu() -> Operator {
    Operator::Activation { function: Activation::Relu }
}

/// A layer through an expansion, with squeeze-and-excitation and a skip.
fn expanded(hidden: usize) -> Vec<Node> {
    expanded_with(hidden, 3)
}

fn expanded_with(hidden: usize, kernel: usize) -> Vec<Node> {
    vec![
        Node::new("expand", convolution(hidden, 1, 1, 1), &[PREVIOUS]),
        Node::new("expand_norm", Operator::BatchNorm, &["expand"]),
        Node::new("expand_relu", relu(), &["expand_norm"]),
        Node::new("depthwise", convolution(hidden, kernel, 1, hidden), &["expand_relu"]),
        Node::new("depthwise_norm", Operator::BatchNorm, &["depthwise"]),
        Node::new("project", convolution(8, 1, 1, 1), &["depthwise_norm"]),
        Node::new("means", Operator::GlobalMeanPool, &["project"]),
        Node::new("squeeze", Operator::Linear { units: 2 }, &["means"]),
        Node::new("squeeze_relu", relu(), &["squeeze"]),
        Node::new("excite", Operator::Linear { units: 8 }, &["squeeze_relu"]),
        Node::new("gate", Operator::Activation { function: Activation::Sigmoid }, &["excite"]),
        Node::new("scaled", Operator::Multiply, &["project", "gate"]),
        Node::new("sum", Operator::Add, &["scaled", PREVIOUS]),
    ]
}

/// Digits; three widths, and every kind of layer that the slices of a path may take another way through libtorch.
pub(crate) fn supernet() -> Supernet {
    let dilated = vec![
        Node::new("dilated", convolution(8, 3, 2, 1), &[PREVIOUS]),
        Node::new("dilated_norm", Operator::BatchNorm, &["dilated"]),
        Node::new("dilated_relu", relu(), &["dilated_norm"]),
    ];
    let stem = vec![
        Node::new("stem", convolution(8, 3, 1, 1), &[PREVIOUS]),
        Node::new("stem_norm", Operator::BatchNorm, &["stem"]),
        Node::new("stem_relu", relu(), &["stem_norm"]),
    ];
    let head = vec![
        Node::new("mean", Operator::GlobalMeanPool, &[PREVIOUS]),
        Node::new("logits", Operator::Linear { units: 10 }, &["mean"]),
    ];
    let slot = |name: &str, alternatives| Slot { name: name.to_owned(), alternatives, shares: Vec::new() };
    Supernet {
        input: vec![1, 8, 8],
        widths: vec![2, 3, 4],
        denominator: 4,
        slots: vec![
            slot("stem", vec![stem]),
            slot("layer", vec![Vec::new(), dilated, expanded(16), expanded(24), expanded_with(24, 5)]),
            slot("head", vec![head]),
        ],
        groups: Vec::new(),
    }
}

pub(crate) fn train_task(stop: Stop) -> TrainPaths {
    TrainPaths {
        supernet: supernet(),
        data: digits(),
        stop,
        recipe: Recipe {
            loss: Loss::CrossEntropy,
            optimizer: Optimizer::Sgd { learning_rate: 0.1, momentum: 0.9 },
            schedule: Schedule::Cosine { floor: 0.0 },
            batch_size: 64,
        },
        seed: Seed::from_number(1),
        paths: 1,
        first_kind_epochs: 0,
        distillation: 0.0,
    }
}

pub(crate) fn path(width: usize, layer: usize) -> NetworkSpec {
    supernet().path(&Choice { width, slots: vec![0, layer, 0] }).expect("a path")
}

pub(crate) fn evaluate_task(network: NetworkSpec, weights: Digest) -> EvaluateSlice {
    let probes = vec![Probe::Score { split: Split::Validation }, Probe::Logits { split: Split::Validation }];
    EvaluateSlice { network, data: digits(), weights, calibration: 600, probes }
}

/// Sixteen samples with channels last, as batches of convolutional networks are.
pub(crate) fn images() -> Batch {
    let values: Vec<f32> = (0..16 * 64).map(|index| ((index * 29 % 97) as f64 / 97.0) as f32).collect();
    let images = Tensor::from_slice(&values).view([16, 1, 8, 8]).permute([0, 2, 3, 1]).contiguous();
    let labels = Tensor::arange(16, (Kind::Int64, Device::Cpu)).remainder(10);
    Batch { input: images.permute([0, 3, 1, 2]), labels, distillation: 0.0 }
}

#[test]
fn a_path_computes_and_learns_bit_for_bit_what_its_own_network_does() {
    let _alone = crate::libtorch_alone();
    let task = train_task(Stop::Steps(1));
    let batch = images();
    for width in 0..3 {
        for layer in 0..5 {
            let mut shared = Shared::new(&task, 1, Device::Cpu).expect("valid");
            let network = path(width, layer);
            let tensors = inherited(&network, &shared.tensors().expect("readable")).expect("slices");
            let mut alone = Parameters::from_tensors(&network, tensors, Device::Cpu).expect("all there");
            let module = Module::new(&network, &alone).expect("valid");
            let of_path = shared.module(&network).expect("valid");
            let bits = |module: &Module| floats(&module.forward(&batch.input, Mode::Training).expect("computed"));
            assert_eq!(bits(&of_path).expect("readable"), bits(&module).expect("readable"), "{width} {layer}");

            // The same step: gradient descent without momentum, so that each value moves by itself.
            let loss = shared.step(std::slice::from_ref(&network), Loss::CrossEntropy, &batch, 0).expect("a step");
            let gradient = alone.flat.zeros_like();
            let own = renas_worker::train::loss_and_gradient(
                Loss::CrossEntropy,
                &module,
                &alone,
                &batch.input,
                &batch.labels,
                &gradient,
            );
            assert_eq!(loss.double_value(&[]), own.expect("a loss").double_value(&[]), "{width} {layer}");
            let _ = tch::no_grad(|| alone.flat.g_sub_(&(gradient * 0.1)));
            let moved = inherited(&network, &shared.tensors().expect("readable")).expect("slices");
            let expected = alone.to_tensors().expect("readable");
            for parameter in parameters(&network).expect("valid").iter().filter(|parameter| parameter.trainable) {
                let (moved, expected) = (&moved[&parameter.name].values, &expected[&parameter.name].values);
                for (moved, expected) in moved.iter().zip(expected) {
                    assert!((moved - expected).abs() <= 1e-6, "{}: {moved} {expected}", parameter.name);
                }
            }
        }
    }
}

#[test]
fn what_a_path_does_not_use_stays() {
    let _alone = crate::libtorch_alone();
    let task = train_task(Stop::Steps(3));
    let mut shared = Shared::new(&task, 3, Device::Cpu).expect("valid");
    let batch = images();
    let _ = shared.step(&[path(2, 2)], Loss::CrossEntropy, &batch, 0).expect("a step");
    let before = shared.tensors().expect("readable");
    let _ = shared.step(&[path(0, 1)], Loss::CrossEntropy, &batch, 1).expect("a step");
    let after = shared.tensors().expect("readable");
    for (name, tensor) in &before {
        if ["stem.bias", "dilated.bias"].contains(&name.as_str()) {
            continue; // used, but the gradient of a bias before batch normalisation is rounding noise
        }
        let used = ["stem", "dilated", "logits"].iter().any(|node| name.starts_with(node));
        assert_eq!(after[name] == *tensor, !used, "{name}");
    }
}

/// By hand: each path alone on its part of the batch, their gradients added with the shares of their samples.
#[test]
fn a_step_of_several_paths_moves_along_the_mean_gradient_of_all_samples() {
    let _alone = crate::libtorch_alone();
    let task = train_task(Stop::Steps(1));
    let batch = images();
    let paths = [path(2, 2), path(0, 1), path(1, 3)];
    // Of 16 samples the first path has 6, the others 5; gradient descent at a rate of 0.1 in the first step.
    let mut together = Shared::new(&task, 1, Device::Cpu).expect("valid");
    let before = together.tensors().expect("readable");
    let loss = together.step(&paths, Loss::CrossEntropy, &batch, 0).expect("a step").double_value(&[]);
    let after = together.tensors().expect("readable");
    let (mut start, mut expected_loss) = (0, 0.0);
    let mut expected = before.clone();
    for (path, size) in paths.iter().zip([6, 5, 5]) {
        let mut alone = Shared::new(&task, 1, Device::Cpu).expect("valid");
        let (input, labels) = (batch.input.narrow(0, start, size), batch.labels.narrow(0, start, size));
        let batch = Batch { input, labels, distillation: 0.0 };
        start += size;
        let share = size as f64 / 16.0;
        let loss = alone.step(std::slice::from_ref(path), Loss::CrossEntropy, &batch, 0).expect("a step");
        expected_loss += share * loss.double_value(&[]);
        for (name, moved) in alone.tensors().expect("readable") {
            let values = &mut expected.get_mut(&name).expect("the same tensors").values;
            for ((value, moved), before) in values.iter_mut().zip(&moved.values).zip(&before[&name].values) {
                *value += (share * f64::from(moved - before)) as f32;
            }
        }
    }
    assert!((loss - expected_loss).abs() < 1e-5, "{loss} {expected_loss}");
    assert_ne!(after, before);
    for (name, expected) in &expected {
        for (value, expected) in after[name].values.iter().zip(&expected.values) {
            assert!((value - expected).abs() < 1e-5, "{name}: {value} {expected}");
        }
    }
}

/// With one path there is nothing to share: the supernet is a network.
#[test]
fn a_supernet_of_one_path_trains_as_its_network_does() {
    let mut worker = Worker::start("avx2");
    for optimizer in [Optimizer::Sgd { learning_rate: 0.1, momentum: 0.9 }, Optimizer::Adam { learning_rate: 0.01 }] {
        let mut task = train_task(Stop::Steps(30));
        task.recipe.optimizer = optimizer;
        task.supernet.widths = vec![4];
        task.supernet.slots[1].alternatives = vec![expanded(16)];
        let network = task.supernet.path(&Choice { width: 0, slots: vec![0; 3] }).expect("a path");
        let TrainPaths { data, stop, recipe, seed, .. } = task.clone();
        let (start, curves, probes) = (Start::Fresh, Vec::new(), Vec::new());
        let train = Train { network, data, start, stop, recipe, seed, curves, probes };
        let (alone, _) = worker.outcome(Task::Train(train), &[]);
        let (shared, _) = worker.outcome(Task::TrainPaths(task), &[]);
        let losses = alone.curves["train.loss"].iter().zip(&shared.curves["train.loss"]);
        for (alone, shared) in losses {
            assert!((alone - shared).abs() < 1e-3 * alone, "{alone} {shared}");
        }
    }
}

#[test]
fn a_supernet_trains_bit_equal_twice_and_its_paths_are_good() {
    let mut worker = Worker::start("portable");
    let mut task = train_task(Stop::Epochs(30));
    task.recipe.optimizer = Optimizer::Adam { learning_rate: 0.01 };
    let (first, out) = worker.outcome(Task::TrainPaths(task.clone()), &[]);
    let (second, _) = Worker::start("portable").outcome(Task::TrainPaths(task), &[]);
    assert_eq!(first, second);
    assert_eq!(first.ending, Ending::Completed);
    assert_eq!(first.curves["train.loss"].len(), 30);
    let file = out.join("weights.safetensors");
    let weights = first.tensors["weights"];
    let trainable = supernet().tensors().expect("valid").into_iter().filter(|tensor| tensor.trainable);
    let expected: Vec<(String, Vec<usize>)> = trainable.map(|tensor| (tensor.name, tensor.shape)).collect();
    let stored = object(&out, "weights");
    assert_eq!(stored.len(), expected.len());
    assert!(expected.iter().all(|(name, shape)| stored[name].shape == *shape));
    for width in 0..3 {
        let task = evaluate_task(path(width, 3), weights);
        let (outcome, _) = worker.outcome(Task::EvaluateSlice(task.clone()), &[&file]);
        assert_eq!(outcome, worker.outcome(Task::EvaluateSlice(task), &[&file]).0);
        let accuracy = outcome.scalars["validation.accuracy"];
        assert!(accuracy > 0.5, "digits are easy, but width {width} has accuracy {accuracy}");
    }
}

#[test]
fn a_slice_scores_bit_for_bit_as_its_own_network_with_the_same_statistics() {
    let _alone = crate::libtorch_alone();
    let mut data = DataSource::new(Vec::new(), Device::Cpu);
    let (_, shared) = train_paths(&train_task(Stop::Steps(20)), Device::Cpu, &mut data).expect("trained");
    for (width, layer) in [(0, 1), (1, 2), (2, 3), (1, 4)] {
        let task = evaluate_task(path(width, layer), Digest::of(b"weights"));
        let of_slice = evaluate_slice(&task, &shared, Device::Cpu, &mut data).expect("measured");
        let EvaluateSlice { network, probes, .. } = &task;
        let samples = data.samples(&task.data, network).expect("digits");
        let own = calibrated(&task, &shared, &samples, Device::Cpu).expect("calibrated");
        let own = own.to_tensors().expect("readable");
        assert!(own["stem_norm.running_mean"].values.iter().any(|mean| *mean != 0.0), "they are not fresh");
        let own = Parameters::from_tensors(network, own, Device::Cpu).expect("all there");
        let alone = measure(probes, network, &samples, &Module::new(network, &own).expect("valid")).expect("measured");
        assert_eq!((alone.scalars, alone.objects), (of_slice.scalars, of_slice.objects), "{width} {layer}");
    }
}

/// By hand: each batch counts as its samples do, whatever order statistics are taken in within it.
#[test]
fn statistics_are_means_over_batches_weighted_with_their_samples() {
    let _alone = crate::libtorch_alone();
    let mut data = DataSource::new(Vec::new(), Device::Cpu);
    let network = path(0, 0);
    let task = evaluate_task(network.clone(), Digest::of(b"weights"));
    let shared = Shared::new(&train_task(Stop::Steps(1)), 1, Device::Cpu).and_then(|shared| shared.tensors());
    let shared = shared.expect("readable");
    let samples = data.samples(&task.data, &network).expect("digits");
    let found = calibrated(&task, &shared, &samples, Device::Cpu).expect("calibrated").to_tensors().expect("readable");
    let fresh = inherited(&network, &shared).expect("slices");
    let parameters = Parameters::from_tensors(&network, fresh, Device::Cpu).expect("all there");
    let module = Module::new(&network, &parameters).expect("valid");
    let part = samples.part(Split::Train);
    let (mut means, mut variances) = (vec![0.0; 4], vec![0.0; 4]);
    for batch in [&part[..256], &part[256..512], &part[512..600]] {
        let (input, _) = samples.index(batch.iter().copied()).and_then(|index| samples.batch(&index)).expect("a batch");
        let values = tch::no_grad(|| module.forward_with(&input, Mode::Evaluation, &[0])).expect("computed");
        let values = values[1].to_kind(Kind::Double).permute([1, 0, 2, 3]).contiguous().view([4, -1]);
        for channel in 0..4i64 {
            let values = values.get(channel);
            let share = batch.len() as f64 / 600.0;
            means[channel as usize] += share * values.mean(Kind::Double).double_value(&[]);
            variances[channel as usize] += share * values.var(true).double_value(&[]);
        }
    }
    let close = |found: &[f32], expected: &[f64]| {
        found.iter().zip(expected).all(|(found, expected)| (f64::from(*found) - expected).abs() < 1e-5)
    };
    let (mean, variance) = (&found["stem_norm.running_mean"].values, &found["stem_norm.running_var"].values);
    assert!(close(mean, &means), "{mean:?} {means:?}");
    assert!(close(variance, &variances), "{variance:?} {variances:?}");
}

#[test]
fn what_is_wrong_with_a_task_of_paths_is_said() {
    let mut worker = Worker::start("avx2");
    let mut task = train_task(Stop::Steps(1));
    task.supernet.widths.clear();
    assert!(worker.failure(Task::TrainPaths(task)).contains("widths []/4"));
    let mut task = train_task(Stop::Steps(1));
    task.supernet.slots[2].alternatives[0][1].operator = Operator::Linear { units: 9 };
    assert!(worker.failure(Task::TrainPaths(task)).contains("[9], but the data has 10 classes"));
    let mut task = train_task(Stop::Steps(1));
    task.recipe.batch_size = 0;
    assert!(worker.failure(Task::TrainPaths(task)).contains("recipe.batch_size must be at least 1"));
    let mut task = train_task(Stop::Steps(1));
    task.paths = 0;
    assert!(worker.failure(Task::TrainPaths(task)).contains("paths must be at least 1"));
    // 1,000 samples in batches of 64: the last has 40.
    let mut task = train_task(Stop::Steps(1));
    task.paths = 41;
    let message = worker.failure(Task::TrainPaths(task));
    assert!(
        message.contains("41 paths share the samples of a batch, but the smallest batch of an epoch has 40"),
        "{message}"
    );

    let (_, out) = worker.outcome(Task::TrainPaths(train_task(Stop::Steps(1))), &[]);
    let file = out.join("weights.safetensors");
    let fail = |worker: &mut Worker, task| match worker.ask(Task::EvaluateSlice(task), &[&file]).0 {
        Reply::Failed { message, .. } => message,
        done => panic!("{done:?} instead of a failure"),
    };
    let good = evaluate_task(path(0, 1), digest_of(&file));
    let message = fail(&mut worker, EvaluateSlice { calibration: 1001, ..good.clone() });
    assert!(message.contains("calibration is 1001, but the split has 1000 training samples"), "{message}");
    assert!(fail(&mut worker, EvaluateSlice { calibration: 0, ..good.clone() }).contains("calibration is 0"));
    let unknown = NetworkSpec::perceptron(&[64], &[], Activation::Relu, 10);
    let message = fail(&mut worker, EvaluateSlice { network: unknown, ..good });
    assert!(message.contains("`logits.weight` has shape [10, 8], of which [10, 64] is no slice"), "{message}");
}
