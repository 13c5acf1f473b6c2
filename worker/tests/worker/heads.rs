//! Models with several outputs: losses, gradients and training against PyTorch 2.11.0 (`pytorch.py`) and against hand
//! counts, and the forward pass in plain Rust against libtorch.

use std::collections::BTreeMap;

use renas_base::seed::{Seed, Stream};
use renas_network::assembly::Assembly;
use renas_network::forward::forward;
use renas_network::parameter::parameters;
use renas_network::shape::shapes;
use renas_network::spec::{Activation, INPUT, NetworkSpec, Node, Operator};
use renas_network::weights::{Tensor as Stored, Tensors};
use renas_task::head_check::{SampleSizes, check_train};
use renas_task::heads::{Assembled, Head, HeadLoss, Latent, Target, TrainHeads};
use renas_task::recipe::Optimizer;
use renas_worker::data::floats;
use renas_worker::heads::loss::{divergences, losses, mean_loss};
use renas_worker::heads::model::{Batch, Model, Targets};
use renas_worker::heads::train::step;
use renas_worker::heads::update::Update;
use renas_worker::module::{Draws, Mode, Module, Noise};
use renas_worker::parameters::Parameters;
use tch::{Device, Tensor};

use crate::pytorch::{assert_close, built, expected};

const STEPS: usize = 4;

pub(crate) fn linear(units: usize) -> Operator {
    Operator::Linear { units }
}

pub(crate) fn activation(function: Activation) -> Operator {
    Operator::Activation { function }
}

pub(crate) fn head(name: &str, node: &str, target: Target, loss: HeadLoss) -> Head {
    Head { name: name.to_owned(), node: node.to_owned(), target, loss, optimizer: None }
}

/// `Heads` of `pytorch.py`: the order of the nodes with weights is that of its tensors.
fn task() -> TrainHeads {
    let nodes = vec![
        Node::new("trunk", linear(5), &[INPUT]),
        Node::new("elu", activation(Activation::Elu), &["trunk"]),
        Node::new("left", linear(4), &["elu"]),
        Node::new("softplus", activation(Activation::Softplus), &["left"]),
        Node::new("left_class", linear(3), &["softplus"]),
        Node::new("right", linear(6), &["elu"]),
        Node::new("softsign", activation(Activation::Softsign), &["right"]),
        Node::new("right_class", Operator::Slice { start: 1, length: 3 }, &["softsign"]),
        Node::new("class", Operator::Add, &["left_class", "right_class"]),
        Node::new("histogram", linear(4), &["elu"]),
        Node::new("encode", linear(4), &["elu"]),
        Node::new("latent", Operator::LatentSample, &["encode"]),
        Node::new("both", Operator::Concat, &["latent", "elu"]),
        Node::new("decode", linear(6), &["both"]),
        Node::new("outputs", Operator::Concat, &["class", "histogram", "decode"]),
    ];
    let mut heads = vec![
        head("sigmoid", "class", Target::Labels, HeadLoss::SigmoidCrossEntropy),
        head("softmax", "class", Target::Labels, HeadLoss::SoftmaxCrossEntropy),
        head("histogram", "histogram", Target::Histogram { bins: 4 }, HeadLoss::MeanSquaredError),
        head("image", "decode", Target::Image, HeadLoss::MeanSquaredError),
    ];
    heads[2].optimizer = Some(Optimizer::Sgd { learning_rate: 0.1, momentum: 0.9 });
    TrainHeads {
        network: NetworkSpec { input: vec![6], nodes, output: "outputs".to_owned() },
        data: crate::digits(),
        start: Assembled { weights: None, donor: None, assembly: Assembly::default() },
        heads,
        latents: vec![Latent { node: "latent".to_owned(), weight: 0.5 }],
        optimizer: Optimizer::Adam { learning_rate: 0.05 },
        batch_size: 5,
        steps: STEPS,
        seed: Seed::from_number(1),
        every: 1,
        scores: Vec::new(),
    }
}

fn targets(task: &TrainHeads) -> Targets {
    let shares = |bins: usize| {
        let values: Vec<f32> = (0..20).map(|index| ((index * 7 % 11) as f64 / 11.0) as f32).collect();
        Ok(Tensor::from_slice(&values).view([-1, bins as i64]))
    };
    Targets::new(&task.heads, &task.network, 3, Device::Cpu, shares).expect("valid")
}

fn batch() -> Batch {
    let values: Vec<f32> = (0..30).map(|index| ((index * 29 % 97) as f64 / 97.0) as f32).collect();
    let images = Tensor::from_slice(&values).view([5, 6]);
    let labels = Tensor::from_slice(&[0i64, 2, 1, 1, 0]);
    Batch { input: images.shallow_clone(), images, labels, index: Tensor::from_slice(&[0i64, 1, 2, 3, 4]) }
}

fn draws(task: &TrainHeads) -> Draws {
    let values: Vec<f32> = (0..10).map(|index| (f64::from(index * 23 % 41 - 20) / 10.0) as f32).collect();
    let latent = task.network.nodes.iter().position(|node| node.name == "latent").expect("a node");
    Draws::from([(latent, Tensor::from_slice(&values).view([5, 2]))])
}

#[test]
fn losses_and_gradient_of_a_model_with_a_shared_trunk_are_pytorchs() {
    let _alone = crate::libtorch_alone();
    let (task, expected) = (task(), expected("heads"));
    assert_eq!(check_train(&task, SampleSizes { classes: 3, pixels: 6 }), Ok(()));
    let (targets, parameters, draws) = (targets(&task), built(&task.network), draws(&task));
    let model = Model::new(&task.network, &parameters, &targets, &task.latents, &[]).expect("valid");
    assert_eq!(model.loss_names(), ["sigmoid", "softmax", "histogram", "image", "latent"]);
    let gradient = parameters.flat.zeros_like();
    let losses = step(&model, &batch(), Noise::Added(&draws), &parameters, &gradient).expect("computed");
    assert_close("losses", &losses, &expected["losses"], 1e-6);
    assert_close("gradient", &gradient, &expected["gradient"], 1e-6);

    let scores = tch::no_grad(|| model.scores(&batch())).expect("computed");
    let all = scores.heads.iter().map(|head| &head.losses).chain(&scores.latent);
    let means: Vec<Tensor> = all.map(|losses| losses.mean(None)).collect();
    assert_close("without_noise", &Tensor::stack(&means, 0), &expected["without_noise"], 1e-6);
}

#[test]
fn a_head_with_an_optimiser_of_its_own_trains_as_in_pytorch() {
    let _alone = crate::libtorch_alone();
    let (task, expected) = (task(), expected("heads"));
    let (targets, parameters, draws) = (targets(&task), built(&task.network), draws(&task));
    let model = Model::new(&task.network, &parameters, &targets, &task.latents, &[]).expect("valid");
    let mut update = Update::new(&task, &parameters.flat).expect("valid");
    let gradient = parameters.flat.zeros_like();
    let mut losses = Vec::new();
    for _ in 0..STEPS {
        losses.push(step(&model, &batch(), Noise::Added(&draws), &parameters, &gradient).expect("computed"));
        update.step(&parameters.flat, &gradient).expect("computed");
    }
    assert_close("steps", &Tensor::stack(&losses, 0), &expected["steps"], 2e-6);
    assert_close("trained", &parameters.flat, &expected["trained"], 2e-6);
}

/// Two outputs behind one trunk that hands (1, 2) on, of an image (1, 2) of class 0. Logits (1, 0): softmax cross entropy
/// ln(1 + 1/e); image (0, 0): (1 + 4) / 2; mean 1 and log variance 0: 2 x 0.5 (1 + 1 - 0 - 1).
#[test]
fn the_loss_of_a_model_with_two_outputs_is_that_of_the_hand_count() {
    let _alone = crate::libtorch_alone();
    let nodes = vec![
        Node::new("trunk", linear(2), &[INPUT]),
        Node::new("class", linear(2), &["trunk"]),
        Node::new("encode", linear(2), &["trunk"]),
        Node::new("latent", Operator::LatentSample, &["encode"]),
        Node::new("image", linear(2), &["latent"]),
        Node::new("outputs", Operator::Concat, &["class", "image"]),
    ];
    let network = NetworkSpec { input: vec![2], nodes, output: "outputs".to_owned() };
    let weights: BTreeMap<&str, [f32; 4]> = BTreeMap::from([
        ("trunk.weight", [1.0, 0.0, 0.0, 1.0]),
        ("class.weight", [1.0, 0.0, 0.0, 0.0]),
        ("encode.weight", [1.0, 0.0, 0.0, 0.0]),
    ]);
    let tensor = |parameter: renas_network::parameter::Parameter| {
        let values = weights.get(parameter.name.as_str()).map_or(vec![0.0; parameter.size()], |all| all.to_vec());
        (parameter.name, Stored { shape: parameter.shape, values })
    };
    let tensors: Tensors = parameters(&network).expect("valid").into_iter().map(tensor).collect();
    let parameters = Parameters::from_tensors(&network, tensors, Device::Cpu).expect("complete");
    let heads = [
        head("class", "class", Target::Labels, HeadLoss::SoftmaxCrossEntropy),
        head("image", "image", Target::Image, HeadLoss::MeanSquaredError),
    ];
    let none = |_| panic!("no head has a histogram");
    let targets = Targets::new(&heads, &network, 2, Device::Cpu, none).expect("valid");
    let latents = [Latent { node: "latent".to_owned(), weight: 2.0 }];
    let model = Model::new(&network, &parameters, &targets, &latents, &[]).expect("valid");
    let images = Tensor::from_slice(&[1f32, 2.0]).view([1, 2]);
    let zero = Tensor::from_slice(&[0i64]);
    let batch = Batch { input: images.shallow_clone(), images, labels: zero.shallow_clone(), index: zero };
    let found = floats(&model.training_losses(&batch, Noise::Absent).expect("computed")).expect("numbers");
    let by_hand = [(1.0 + (-1f64).exp()).ln(), 2.5, 1.0];
    assert!(found.iter().zip(by_hand).all(|(found, hand)| (f64::from(*found) - hand).abs() < 1e-6), "{found:?}");
}

/// By hand: the binary cross entropies of logits (0, ln 3) and targets (1, 0) are ln 2 and ln 4.
#[test]
fn a_sigmoid_cross_entropy_is_a_mean_over_classes() {
    let _alone = crate::libtorch_alone();
    let output = Tensor::from_slice(&[0.0, 3f32.ln(), 0.0, 0.0]).view([2, 2]);
    let target = Tensor::from_slice(&[1f32, 0.0, 0.0, 1.0]).view([2, 2]);
    let each = floats(&losses(HeadLoss::SigmoidCrossEntropy, &output, &target).expect("computed")).expect("numbers");
    let (two, four) = (2f32.ln(), 4f32.ln());
    assert!((each[0] - (two + four) / 2.0).abs() < 1e-6 && (each[1] - two).abs() < 1e-6, "{each:?}");
    let mean = floats(&mean_loss(HeadLoss::SigmoidCrossEntropy, &output, &target).expect("computed")).expect("one");
    assert!((mean[0] - (each[0] + each[1]) / 2.0).abs() < 1e-6);
}

/// Means (1, -2) and variances (1, 4) of two units; by hand 0.5 (1 + 1 - 0 - 1) + 0.5 (4 + 4 - ln 4 - 1).
#[test]
fn a_latent_sample_has_three_modes_and_a_divergence() {
    let _alone = crate::libtorch_alone();
    let read = Tensor::from_slice(&[1.0, -2.0, 0.0, 4f32.ln()]).view([1, 4]);
    let divergence = floats(&divergences(&read).expect("computed")).expect("one");
    assert!((divergence[0] - (0.5 + 0.5 * (7.0 - 4f32.ln()))).abs() < 1e-6, "{divergence:?}");

    let network = NetworkSpec::sequential(vec![4], vec![("latent".to_owned(), Operator::LatentSample)]);
    let parameters = Parameters::fresh(&network, &Seed::from_number(1), Device::Cpu);
    let module = Module::new(&network, &parameters.expect("no tensors")).expect("valid");
    let draws = Draws::from([(0, Tensor::from_slice(&[0.5f32, -1.5]).view([1, 2]))]);
    let value = |noise| {
        let values = module.values(&read, Mode::Evaluation, noise, &[Some(0)]).expect("computed");
        floats(&values[0]).expect("two values")
    };
    assert_eq!(value(Noise::Absent), [1.0, -2.0]);
    assert_eq!(value(Noise::Alone(&draws)), [0.5, -1.5]);
    let added = value(Noise::Added(&draws));
    assert!((added[0] - 1.5).abs() < 1e-6 && (added[1] + 5.0).abs() < 1e-6, "{added:?}");
}

/// A random network of every layer of vectors; no vector is longer than 24.
fn random_network(stream: &mut Stream) -> NetworkSpec {
    const FUNCTIONS: [Activation; 8] = [
        Activation::Relu,
        Activation::Sigmoid,
        Activation::Tanh,
        Activation::Swish,
        Activation::Gelu,
        Activation::Elu,
        Activation::Softplus,
        Activation::Softsign,
    ];
    let mut nodes = vec![Node::new("flat", Operator::Flatten, &[INPUT])];
    let mut sizes = vec![12];
    while nodes.len() < 30 {
        let pick = stream.below(nodes.len());
        let size: usize = sizes[pick];
        let other = stream.below(nodes.len());
        let name = format!("node_{}", nodes.len());
        let names = [nodes[pick].name.clone(), nodes[other].name.clone()];
        let [first, second] = [names[0].as_str(), names[1].as_str()];
        let (new, new_size) = match stream.below(6) {
            0 => (Node::new(&name, linear(1 + stream.below(8)), &[first]), 0),
            1 => (Node::new(&name, activation(FUNCTIONS[stream.below(8)]), &[first]), size),
            2 if size + sizes[other] <= 24 => {
                (Node::new(&name, Operator::Concat, &[first, second]), size + sizes[other])
            }
            3 if size == sizes[other] => (Node::new(&name, Operator::Add, &[first, second, first]), size),
            4 => {
                let start = stream.below(size);
                let length = 1 + stream.below(size - start);
                (Node::new(&name, Operator::Slice { start, length }, &[first]), length)
            }
            5 if size.is_multiple_of(2) => (Node::new(&name, Operator::LatentSample, &[first]), size / 2),
            _ => continue,
        };
        let units = if let Operator::Linear { units } = new.operator { units } else { new_size };
        sizes.push(units);
        nodes.push(new);
    }
    let names: Vec<String> = nodes.iter().map(|node| node.name.clone()).collect();
    nodes.push(Node { name: "outputs".to_owned(), operator: Operator::Concat, inputs: names });
    NetworkSpec { input: vec![3, 2, 2], nodes, output: "outputs".to_owned() }
}

#[test]
fn the_forward_pass_in_plain_rust_has_libtorchs_values() {
    let _alone = crate::libtorch_alone();
    let mut stream = Seed::from_number(1).stream("networks");
    for number in 0..10 {
        let network = random_network(&mut stream);
        let parameters = Parameters::fresh(&network, &Seed::from_number(number), Device::Cpu).expect("valid");
        let module = Module::new(&network, &parameters).expect("valid");
        let samples: Vec<f32> = (0..24).map(|_| (2.0 * stream.uniform() - 1.0) as f32).collect();
        let all: Vec<Option<usize>> = (0..network.nodes.len()).map(Some).collect();
        let input = Tensor::from_slice(&samples).view([2, 3, 2, 2]);
        let found = tch::no_grad(|| module.values(&input, Mode::Evaluation, Noise::Absent, &all)).expect("computed");
        let tensors = parameters.to_tensors().expect("readable");
        for (row, sample) in samples.chunks_exact(12).enumerate() {
            let sample: Vec<f64> = sample.iter().copied().map(f64::from).collect();
            let expected = forward(&network, &tensors, &sample).expect("computed");
            for ((node, shape), found) in network.nodes.iter().zip(shapes(&network).expect("valid")).zip(&found) {
                let found = floats(found).expect("readable");
                let found = &found[row * shape[0]..][..shape[0]];
                for (found, expected) in found.iter().zip(&expected[&node.name]) {
                    let difference = (f64::from(*found) - expected).abs();
                    assert!(difference <= 1e-5 * expected.abs().max(1.0), "{}: {found}, {expected}", node.name);
                }
            }
        }
    }
}
