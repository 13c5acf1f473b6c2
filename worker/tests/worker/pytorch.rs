//! Forward pass, gradients, optimisers and schedule against PyTorch 2.11.0 (`pytorch.json`, written by `pytorch.py`).

use renas_fashion_ga::genome::Genome;
use renas_fashion_ga::network::network;
use renas_network::cost::cost;
use renas_network::parameter::parameters;
use renas_network::spec::{Activation, INPUT, NetworkSpec, Node, Operator};
use renas_network::weights::{Tensor as Stored, Tensors};
use renas_task::recipe::{Loss, Optimizer as Choice, Schedule};
use renas_worker::data::floats;
use renas_worker::module::{Mode, Module};
use renas_worker::optimizer::Optimizer;
use renas_worker::parameters::Parameters;
use renas_worker::train::loss_and_gradient;
use serde_json::Value;
use tch::{Device, Tensor};

const STEPS: usize = 4;

pub(crate) fn expected(network: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("pytorch.json")).expect("JSON");
    assert_eq!(all["torch"], "2.11.0");
    all[network].clone()
}

pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|number| number.as_f64().expect("a number")).collect()
}

/// Every value within `tolerance` times the largest value of its tensor, or 1.
pub(crate) fn assert_close(name: &str, found: &Tensor, expected: &Value, tolerance: f64) {
    let (found, expected) = (floats(found).expect("readable"), numbers(expected));
    assert_eq!(found.len(), expected.len(), "{name}");
    let scale = expected.iter().fold(1.0, |largest: f64, value| largest.max(value.abs()));
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        let difference = (f64::from(*found) - expected).abs();
        assert!(difference <= tolerance * scale, "{name}[{index}]: {found} instead of {expected}");
    }
}

fn chain(input: &[usize], operators: Vec<Operator>) -> NetworkSpec {
    let layers = operators.into_iter().enumerate().map(|(index, operator)| (format!("node_{index}"), operator));
    NetworkSpec::sequential(input.to_vec(), layers.collect())
}

fn convolution(filters: usize, kernel: usize, stride: usize, padding: usize, groups: usize) -> Operator {
    // The one padded by 2 is dilated by 2.
    Operator::Conv2d { filters, kernel, stride, padding, dilation: padding.max(1), groups }
}

fn activation(function: Activation) -> Operator {
    Operator::Activation { function }
}

fn convolutional() -> NetworkSpec {
    chain(
        &[2, 8, 8],
        vec![
            convolution(3, 3, 1, 1, 1),
            Operator::BatchNorm,
            activation(Activation::Relu),
            Operator::MaxPool2d { kernel: 3, stride: 2, padding: 1 },
            convolution(6, 3, 1, 2, 3),
            activation(Activation::Gelu),
            Operator::AvgPool2d { kernel: 2, stride: 2, padding: 1 },
            convolution(4, 1, 2, 0, 1),
            activation(Activation::Swish),
            Operator::GlobalMeanPool,
            Operator::Linear { units: 3 },
        ],
    )
}

/// `Cell` of `pytorch.py`: the order of the nodes with weights is that of its tensors.
fn cell() -> NetworkSpec {
    let rect = |filters, kernel, stride, padding| Operator::Conv2dRect { filters, kernel, stride, padding };
    let same = |filters, kernel: usize, groups| Operator::Conv2d {
        filters,
        kernel,
        stride: 1,
        padding: kernel / 2,
        dilation: 1,
        groups,
    };
    let relu = || activation(Activation::Relu);
    let branches = ["relu", "pointwise", "larger", "dilated", "maximum", "mean", INPUT];
    let nodes: [(&str, Operator, &[&str]); 17] = [
        ("wide", rect(3, [1, 7], 1, [0, 3]), &[INPUT]),
        ("tall", rect(3, [7, 1], 1, [3, 0]), &["wide"]),
        ("norm", Operator::BatchNorm, &["tall"]),
        ("relu", relu(), &["norm"]),
        ("depthwise", same(2, 5, 2), &[INPUT]),
        ("pointwise", same(3, 1, 1), &["depthwise"]),
        ("larger", same(2, 7, 2), &[INPUT]),
        ("dilated", convolution(3, 3, 1, 2, 1), &[INPUT]),
        ("maximum", Operator::MaxPool2d { kernel: 3, stride: 1, padding: 1 }, &[INPUT]),
        ("mean", Operator::AvgPool2d { kernel: 3, stride: 1, padding: 1 }, &[INPUT]),
        ("concat", Operator::Concat, &branches),
        ("projection", same(4, 1, 1), &["concat"]),
        ("projected", relu(), &["projection"]),
        ("reduction", rect(4, [3, 1], 2, [1, 0]), &["projected"]),
        ("means", Operator::GlobalMeanPool, &["reduction"]),
        ("mean_of_input", Operator::GlobalMeanPool, &[INPUT]),
        ("both", Operator::Concat, &["means", "mean_of_input"]),
    ];
    let node = |(name, operator, inputs): (&str, Operator, &[&str])| Node {
        name: name.to_owned(),
        operator,
        inputs: inputs.iter().map(|&input| input.to_owned()).collect(),
    };
    let mut nodes: Vec<Node> = nodes.into_iter().map(node).collect();
    nodes.push(node(("linear", Operator::Linear { units: 3 }, &["both"])));
    NetworkSpec { input: vec![2, 8, 8], nodes, output: "linear".to_owned() }
}

/// `Squeezed` of `pytorch.py`.
fn squeezed() -> NetworkSpec {
    let nodes: [(&str, Operator, &[&str]); 13] = [
        ("stem", convolution(4, 3, 1, 1, 1), &[INPUT]),
        ("norm", Operator::BatchNorm, &["stem"]),
        ("relu", activation(Activation::Relu), &["norm"]),
        ("depthwise", convolution(4, 3, 1, 2, 4), &["relu"]),
        ("means", Operator::GlobalMeanPool, &["depthwise"]),
        ("squeeze", Operator::Linear { units: 2 }, &["means"]),
        ("squeezed", activation(Activation::Relu), &["squeeze"]),
        ("excite", Operator::Linear { units: 4 }, &["squeezed"]),
        ("gate", activation(Activation::Sigmoid), &["excite"]),
        ("scaled", Operator::Multiply, &["depthwise", "gate"]),
        ("sum", Operator::Add, &["scaled", "relu"]),
        ("pool", Operator::GlobalMeanPool, &["sum"]),
        ("linear", Operator::Linear { units: 3 }, &["pool"]),
    ];
    let node = |(name, operator, inputs): (&str, Operator, &[&str])| Node {
        name: name.to_owned(),
        operator,
        inputs: inputs.iter().map(|&input| input.to_owned()).collect(),
    };
    let nodes = nodes.into_iter().map(node).collect();
    NetworkSpec { input: vec![2, 8, 8], nodes, output: "linear".to_owned() }
}

fn perceptron() -> NetworkSpec {
    chain(
        &[3, 2, 2],
        vec![
            Operator::Flatten,
            Operator::Linear { units: 5 },
            activation(Activation::Tanh),
            Operator::BatchNorm,
            Operator::Linear { units: 4 },
            activation(Activation::Sigmoid),
            Operator::Linear { units: 3 },
        ],
    )
}

/// The weights of `pytorch.py`: exact fractions, numbered over the trainable tensors.
pub(crate) fn built(network: &NetworkSpec) -> Parameters {
    let mut tensors = Tensors::new();
    let mut trainable = 0;
    for parameter in parameters(network).expect("valid") {
        let number = |index: usize| ((index * 37 + trainable * 11) % 101) as f64;
        let values = match (parameter.trainable, parameter.name.ends_with("running_var")) {
            (true, _) => (0..parameter.size()).map(|index| ((number(index) - 50.0) / 40.0) as f32).collect(),
            (false, variance) => vec![f32::from(u8::from(variance)); parameter.size()],
        };
        trainable += usize::from(parameter.trainable);
        tensors.insert(parameter.name, Stored { shape: parameter.shape, values });
    }
    Parameters::from_tensors(network, tensors, Device::Cpu).expect("all tensors are there")
}

/// Five images, with channels last where a convolution reads them, as the worker's batches have it.
fn images(network: &NetworkSpec) -> Tensor {
    let size: usize = network.input.iter().product();
    let values: Vec<f32> = (0..5 * size).map(|index| ((index * 29 % 97) as f64 / 97.0) as f32).collect();
    let shape: Vec<i64> = std::iter::once(5).chain(network.input.iter().map(|&size| size as i64)).collect();
    let images = Tensor::from_slice(&values).view(shape.as_slice());
    if network.input == [2, 8, 8] { images.permute([0, 2, 3, 1]).contiguous().permute([0, 3, 1, 2]) } else { images }
}

fn labels() -> Tensor {
    Tensor::from_slice(&[0i64, 2, 1, 1, 0])
}

/// Weights after training may differ by `tolerance` times the largest of their tensor, or 1.
fn check(name: &str, network: &NetworkSpec, tolerance: f64) {
    let expected = expected(name);
    assert_eq!(cost(network).expect("valid").total.parameters, expected["parameters"]);
    let parameters = built(network);
    let module = Module::new(network, &parameters).expect("valid");
    let output = tch::no_grad(|| module.forward(&images(network), Mode::Evaluation)).expect("computed");
    assert_close("evaluation", &output, &expected["evaluation"], 1e-6);
    let gradient = parameters.flat.zeros_like();
    let loss = loss_and_gradient(Loss::CrossEntropy, &module, &parameters, &images(network), &labels(), &gradient);
    assert!(loss.expect("computed").numel() == 1);
    assert_close("gradient", &gradient, &expected["gradient"], 1e-6);
    check_training(network, &Choice::Adam { learning_rate: 0.05 }, &expected["adam"], tolerance);
    check_training(network, &Choice::Sgd { learning_rate: 0.1, momentum: 0.9 }, &expected["sgd"], tolerance);
}

/// Four steps down a cosine to a tenth of the rate.
fn check_training(network: &NetworkSpec, choice: &Choice, expected: &Value, tolerance: f64) {
    let mut parameters = built(network);
    let module = Module::new(network, &parameters).expect("valid");
    let mut optimizer =
        Optimizer::new(choice, &Schedule::Cosine { floor: 0.1 }, STEPS, &parameters.flat).expect("valid");
    let gradient = parameters.flat.zeros_like();
    let mut losses = Vec::new();
    for _ in 0..STEPS {
        let loss = loss_and_gradient(Loss::CrossEntropy, &module, &parameters, &images(network), &labels(), &gradient);
        losses.push(loss.expect("computed"));
        optimizer.step(&mut parameters.flat, &gradient).expect("computed");
    }
    assert_close("losses", &Tensor::stack(&losses, 0), &expected["losses"], 1e-6);
    let first = network.nodes.iter().find(|node| parameters.get(&format!("{}.weight", node.name)).is_ok());
    let norm = network.nodes.iter().find(|node| node.operator == Operator::BatchNorm);
    let (first, norm) = (&first.expect("a layer").name, &norm.expect("a norm").name);
    let mut checked = vec![
        (format!("{first}.weight"), "first_weight"),
        (format!("{}.weight", network.output), "last_weight"),
        (format!("{}.bias", network.output), "last_bias"),
        (format!("{norm}.running_var"), "running_var"),
    ];
    // The gradient of a bias before batch normalisation is rounding noise, which Adam turns into steps of full length;
    // only the running mean sees it.
    if !matches!(choice, Choice::Adam { .. }) {
        checked.push((format!("{norm}.running_mean"), "running_mean"));
    }
    for (tensor, key) in checked {
        assert_close(&tensor, &parameters.get(&tensor).expect("a tensor"), &expected[key], tolerance);
    }
}

#[test]
fn a_convolutional_network_computes_and_trains_as_pytorch_does() {
    let _alone = crate::libtorch_alone();
    check("convolutional", &convolutional(), 1e-6);
}

#[test]
fn a_cell_of_concatenated_branches_computes_and_trains_as_pytorch_does() {
    let _alone = crate::libtorch_alone();
    check("cell", &cell(), 1e-6);
}

#[test]
fn squeeze_and_excitation_computes_and_trains_as_pytorch_does() {
    let _alone = crate::libtorch_alone();
    // Gradients through the gate are small, and Adam divides by them.
    check("squeezed", &squeezed(), 3e-6);
}

/// `BatchNorm2d(momentum=None)`: cumulative means of the statistics of three batches.
#[test]
fn calibrated_statistics_are_pytorchs_cumulative_means() {
    let _alone = crate::libtorch_alone();
    let (network, expected) = (convolutional(), expected("calibrated"));
    let parameters = built(&network);
    let module = Module::new(&network, &parameters).expect("valid");
    let x = images(&network);
    for (batch, weight) in [(x.shallow_clone(), 1.0), (&x / 2.0, 0.5), (&x * &x, 1.0 / 3.0)] {
        let _ = tch::no_grad(|| module.forward(&batch, Mode::Calibration { weight })).expect("computed");
    }
    for statistic in ["running_mean", "running_var"] {
        let found = parameters.get(&format!("node_1.{statistic}")).expect("a tensor");
        assert_close(statistic, &found, &expected[statistic], 1e-6);
    }
}

#[test]
fn a_perceptron_computes_and_trains_as_pytorch_does() {
    let _alone = crate::libtorch_alone();
    check("perceptron", &perceptron(), 1e-6);
}

/// The networks of genome strings, with an eighth of the weights above: parameters counted and logits computed.
#[test]
fn the_networks_of_genomes_are_those_of_pytorch() {
    let _alone = crate::libtorch_alone();
    let genomes = expected("genomes");
    for (text, expected) in genomes.as_object().expect("by genome") {
        let genome: Genome = text.parse().expect("a genome");
        let network = network(&[1, 28, 28], genome.layers());
        assert_eq!(cost(&network).expect("valid").total.parameters, expected["parameters"], "{text}");
        let mut parameters = built(&network);
        let _ = tch::no_grad(|| parameters.flat.g_div_scalar_(8.0));
        let module = Module::new(&network, &parameters).expect("valid");
        let logits = tch::no_grad(|| module.forward(&images(&network), Mode::Evaluation)).expect("computed");
        assert_close(text, &logits, &expected["logits"], 1e-6);
    }
}
