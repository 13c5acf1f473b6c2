//! Perceptrons trained without autograd have the bits that autograd gives, under all numerics.

use std::process::Command;

use renas_base::seed::{Seed, Stream};
use renas_network::spec::{Activation, INPUT, NetworkSpec, Node, Operator};
use renas_task::numerics::Numerics;
use renas_task::recipe::{Loss, Optimizer as Choice, Schedule};
use renas_worker::data::floats;
use renas_worker::module::Module;
use renas_worker::numerics::open_device;
use renas_worker::optimizer::Optimizer;
use renas_worker::parameters::Parameters;
use renas_worker::perceptron::Perceptron;
use renas_worker::train::loss_and_gradient;
use tch::{Device, Tensor};

/// Names the numerics in the environment of the process that compares under them.
const NUMERICS: &str = "RENAS_TEST_NUMERICS";
const NETWORKS: u64 = 150;

/// A network of 0 to 6 hidden layers with an activation behind each, or none; a last one behind the output now and then,
/// and as EcoNAS has it, an activation beside it.
fn random_network(stream: &mut Stream) -> NetworkSpec {
    let activations = [
        Activation::Relu,
        Activation::Sigmoid,
        Activation::Tanh,
        Activation::Swish,
        Activation::Gelu,
        Activation::Elu,
        Activation::Softplus,
    ];
    let size = |stream: &mut Stream| {
        let most = [8, 40, 130][stream.below(3)];
        1 + stream.below(most)
    };
    let input = match stream.below(3) {
        0 => vec![1, size(stream), 1 + stream.below(9)],
        1 => vec![784],
        _ => vec![size(stream)],
    };
    let hidden: Vec<usize> = (0..stream.below(7)).map(|_| size(stream)).collect();
    let mut network = NetworkSpec::perceptron(&input, &hidden, activations[stream.below(7)], 1 + stream.below(12));
    for node in &mut network.nodes {
        if let Operator::Activation { function } = &mut node.operator {
            *function = activations[stream.below(7)];
        }
    }
    let behind = Node {
        name: "behind".to_owned(),
        operator: Operator::Activation { function: activations[stream.below(7)] },
        inputs: vec![network.output.clone()],
    };
    match stream.below(4) {
        0 => network.nodes.push(behind),
        1 => {
            network.output = behind.name.clone();
            network.nodes.push(behind);
        }
        _ => {}
    }
    network
}

fn random_optimizer(stream: &mut Stream) -> (Choice, Schedule) {
    let choice = match stream.below(3) {
        0 => Choice::Sgd { learning_rate: 0.05, momentum: 0.0 },
        1 => Choice::Sgd { learning_rate: 0.05, momentum: 0.9 },
        _ => Choice::Adam { learning_rate: 0.003 },
    };
    let schedule = if stream.below(2) == 0 { Schedule::Constant } else { Schedule::Cosine { floor: 0.1 } };
    (choice, schedule)
}

/// The bits of each loss and of all weights after two epochs of random samples, without autograd and with it.
fn compare(seed: u64) {
    let seed = Seed::from_number(seed);
    let mut stream = seed.stream("perceptrons");
    let network = random_network(&mut stream);
    let (choice, schedule) = random_optimizer(&mut stream);
    let classes = match &network.nodes[network.nodes.iter().rposition(is_linear).expect("the logits")].operator {
        Operator::Linear { units } => *units,
        other => panic!("{other:?}"),
    };
    let (samples, batch) = (1 + stream.below(300), 1 + stream.below(140));
    let shape: Vec<i64> =
        std::iter::once(samples).chain(network.input.iter().copied()).map(|size| size as i64).collect();
    let size: i64 = shape.iter().product();
    let pixels: Vec<f32> = (0..size).map(|_| stream.below(256) as f32 / 255.0).collect();
    let input = Tensor::from_slice(&pixels).view(shape.as_slice());
    let labels: Vec<i64> = (0..samples).map(|_| stream.below(classes) as i64).collect();
    let labels = Tensor::from_slice(&labels);
    let batches: Vec<(Tensor, Tensor)> = (0..samples.div_ceil(batch))
        .map(|index| (index * batch, batch.min(samples - index * batch)))
        .map(|(start, size)| (start as i64, size as i64))
        .map(|(start, size)| (input.narrow(0, start, size), labels.narrow(0, start, size)))
        .collect();
    let bits = |without: bool| -> (Vec<u32>, Vec<u32>) {
        let mut parameters = Parameters::fresh(&network, &seed, Device::Cpu).expect("valid");
        let module = Module::new(&network, &parameters).expect("valid");
        let gradient = parameters.flat.zeros_like();
        let mut perceptron = Perceptron::of(&network, &parameters, &gradient).expect("valid").expect("a perceptron");
        let steps = 2 * batches.len();
        let mut optimizer = Optimizer::new(&choice, &schedule, steps, &parameters.flat).expect("valid");
        let mut losses = Vec::new();
        for (input, labels) in batches.iter().chain(&batches) {
            let loss = if without && Perceptron::has_bits_of_autograd(labels.size1().expect("labels")) {
                perceptron.loss_and_gradient(input, labels)
            } else {
                loss_and_gradient(Loss::CrossEntropy, &module, &parameters, input, labels, &gradient)
            };
            losses.push(f32::try_from(loss.expect("computed")).expect("one number").to_bits());
            optimizer.step(&mut parameters.flat, &gradient).expect("computed");
        }
        (losses, floats(&parameters.flat).expect("readable").into_iter().map(f32::to_bits).collect())
    };
    let (without, with) = (bits(true), bits(false));
    let place = without.1.iter().zip(&with.1).position(|(without, with)| without != with);
    assert!(
        without == with,
        "{samples} samples in batches of {batch}, {choice:?}, {schedule:?}: weight {place:?} differs, or a loss: \
         {:?} and {:?} of {network:#?}",
        without.0,
        with.0
    );
}

fn is_linear(node: &Node) -> bool {
    matches!(node.operator, Operator::Linear { .. })
}

#[test]
#[ignore = "the test below starts it under each numerics"]
fn compared_in_a_process_of_its_own() {
    let numerics: Numerics = std::env::var(NUMERICS).expect("set by the caller").parse().expect("a name");
    open_device(numerics, 1, "cpu").expect("a CPU");
    (0..NETWORKS).for_each(compare);
}

#[test]
fn perceptrons_without_autograd_have_the_bits_that_autograd_gives() {
    for numerics in [Numerics::Portable, Numerics::Avx2, Numerics::Native] {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.args(["--exact", "perceptrons::compared_in_a_process_of_its_own", "--ignored"]);
        command.env(NUMERICS, numerics.name());
        numerics.pin(1, &mut command);
        let output = command.output().expect("it starts");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{}: {said}", numerics.name());
    }
}

#[test]
fn what_is_no_such_chain_is_left_to_autograd() {
    let is_one = |network: &NetworkSpec| {
        let parameters = Parameters::fresh(network, &Seed::from_number(1), Device::Cpu).expect("valid");
        let gradient = parameters.flat.zeros_like();
        Perceptron::of(network, &parameters, &gradient).expect("valid").is_some()
    };
    let node = |name: &str, operator: Operator, inputs: &[&str]| Node {
        name: name.to_owned(),
        operator,
        inputs: inputs.iter().map(|&input| input.to_owned()).collect(),
    };
    let chain = || NetworkSpec::perceptron(&[1, 8, 8], &[6, 5], Activation::Relu, 3);
    assert!(is_one(&chain()));

    // No single kernel has its derivative.
    assert!(!is_one(&NetworkSpec::perceptron(&[4], &[3], Activation::Softsign, 2)));
    // A normalised layer, a sum of two, an activation of the input, no layer at all.
    let layers = [("linear", Operator::Linear { units: 3 }), ("norm", Operator::BatchNorm)];
    let layers = layers.map(|(name, operator)| (name.to_owned(), operator)).to_vec();
    assert!(!is_one(&NetworkSpec::sequential(vec![4], layers)));
    let nodes =
        vec![node("linear", Operator::Linear { units: 4 }, &[INPUT]), node("sum", Operator::Add, &["linear", INPUT])];
    assert!(!is_one(&NetworkSpec { input: vec![4], nodes, output: "sum".to_owned() }));
    let relu = Operator::Activation { function: Activation::Relu };
    let nodes = vec![node("relu", relu, &[INPUT]), node("linear", Operator::Linear { units: 4 }, &["relu"])];
    assert!(!is_one(&NetworkSpec { input: vec![4], nodes, output: "linear".to_owned() }));
    let flat = vec![node("flatten", Operator::Flatten, &[INPUT])];
    assert!(!is_one(&NetworkSpec { input: vec![1, 2, 2], nodes: flat, output: "flatten".to_owned() }));
}
