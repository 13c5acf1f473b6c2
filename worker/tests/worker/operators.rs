//! Every operator of libtorch that training and evaluation run is in the table of deterministic ones.

use renas_base::digest::Digest;
use renas_base::seed::Seed;
use renas_data::split::Split;
use renas_network::spec::{Activation, INPUT, NetworkSpec, Node, Operator};
use renas_network::supernet::Choice;
use renas_task::heads::{Head, HeadLoss};
use renas_task::recipe::{Loss, Optimizer, Recipe, Schedule, Stop};
use renas_task::{Probe, Start, Train};
use renas_worker::data::DataSource;
use renas_worker::determinism::{OPERATORS, WITHOUT_DETERMINISTIC_FORM};
use renas_worker::evaluate::measure;
use renas_worker::heads::evaluate::evaluate;
use renas_worker::heads::generate::generate;
use renas_worker::heads::model::{Model, Targets};
use renas_worker::heads::train;
use renas_worker::module::Module;
use renas_worker::parameters::Parameters;
use renas_worker::paths::{evaluate_slice, train_paths};
use renas_worker::shim::record_operators;
use renas_worker::train::train;
use tch::Device;

/// One network with every kind of layer.
fn every_layer() -> NetworkSpec {
    let activation = |function: Activation| (function.name(), Operator::Activation { function });
    let convolution = |name, groups, dilation| {
        (name, Operator::Conv2d { filters: 4, kernel: 3, stride: 1, padding: 1, dilation, groups })
    };
    let layers = [
        convolution("dense", 1, 1),
        ("norm", Operator::BatchNorm),
        activation(Activation::Relu),
        ("max_pool", Operator::MaxPool2d { kernel: 3, stride: 2, padding: 1 }),
        convolution("depthwise", 4, 1),
        activation(Activation::Sigmoid),
        ("avg_pool", Operator::AvgPool2d { kernel: 2, stride: 1, padding: 1 }),
        activation(Activation::Tanh),
        ("flatten", Operator::Flatten),
        ("linear", Operator::Linear { units: 12 }),
        activation(Activation::Swish),
        ("norm_of_vector", Operator::BatchNorm),
        activation(Activation::Gelu),
        ("logits", Operator::Linear { units: 10 }),
    ];
    NetworkSpec::sequential(vec![1, 8, 8], layers.map(|(name, operator)| (name.to_owned(), operator)).to_vec())
}

fn globally_pooled() -> NetworkSpec {
    let layers = [
        ("dense", Operator::Conv2d { filters: 10, kernel: 3, stride: 2, padding: 0, dilation: 1, groups: 1 }),
        ("logits", Operator::GlobalMeanPool),
    ];
    NetworkSpec::sequential(vec![1, 8, 8], layers.map(|(name, operator)| (name.to_owned(), operator)).to_vec())
}

/// What has several inputs, or a kernel that is not square.
fn branched() -> NetworkSpec {
    let node = |name: &str, operator, inputs: &[&str]| Node {
        name: name.to_owned(),
        operator,
        inputs: inputs.iter().map(|&input| input.to_owned()).collect(),
    };
    let rect = |kernel, padding| Operator::Conv2dRect { filters: 4, kernel, stride: 1, padding };
    let nodes = vec![
        node("wide", rect([1, 7], [0, 3]), &[INPUT]),
        node("tall", rect([7, 1], [3, 0]), &["wide"]),
        node("mean", Operator::AvgPool2d { kernel: 3, stride: 1, padding: 1 }, &["wide"]),
        node("maximum", Operator::MaxPool2d { kernel: 3, stride: 1, padding: 1 }, &["wide"]),
        node("dense", Operator::Concat, &["tall", "mean", "maximum", INPUT]),
        node("pool", Operator::GlobalMeanPool, &["dense"]),
        node("logits", Operator::Linear { units: 10 }, &["pool"]),
    ];
    NetworkSpec { input: vec![1, 8, 8], nodes, output: "logits".to_owned() }
}

fn run(network: NetworkSpec, optimizer: Optimizer) -> anyhow::Result<()> {
    let task = Train {
        network,
        data: crate::digits(),
        start: Start::Fresh,
        stop: Stop::Steps(2),
        recipe: Recipe {
            loss: Loss::CrossEntropy,
            optimizer,
            schedule: Schedule::Cosine { floor: 0.0 },
            batch_size: 16,
        },
        seed: Seed::from_number(1),
        curves: vec![Split::Validation],
        probes: vec![
            Probe::Score { split: Split::Test },
            Probe::Logits { split: Split::Validation },
            Probe::ClassMeans { split: Split::Test, nodes: vec!["dense".to_owned()] },
        ],
    };
    let samples = DataSource::new(Vec::new(), Device::Cpu).samples(&task.data, &task.network)?;
    let mut parameters = Parameters::fresh(&task.network, &task.seed, Device::Cpu)?;
    let module = Module::new(&task.network, &parameters)?;
    train(&task, &samples, &module, &mut parameters)?;
    measure(&task.probes, &task.network, &samples, &module)?;
    Ok(())
}

/// A supernet trained for some steps, and a network with slices of its weights measured.
fn run_paths() -> anyhow::Result<()> {
    for optimizer in [Optimizer::Adam { learning_rate: 0.01 }, Optimizer::Sgd { learning_rate: 0.01, momentum: 0.9 }] {
        let mut task = crate::paths::train_task(Stop::Steps(8));
        task.recipe.optimizer = optimizer;
        let mut data = DataSource::new(Vec::new(), Device::Cpu);
        let (_, weights) = train_paths(&task, Device::Cpu, &mut data)?;
        let network = task.supernet.path(&Choice { width: 0, slots: vec![0, 2, 0] })?;
        let task = crate::paths::evaluate_task(network, Digest::of(b"weights"));
        evaluate_slice(&task, &weights, Device::Cpu, &mut data)?;
    }
    Ok(())
}

/// A model with several outputs and every layer that such models have: trained, scored, asked for samples.
fn run_model() -> anyhow::Result<()> {
    let mut task = crate::heads_tasks::train_task(1);
    let (before, behind): (Vec<Node>, Vec<Node>) =
        task.network.nodes.drain(..).partition(|node| node.name != "outputs");
    task.network.nodes = before;
    for (index, function) in [Activation::Softplus, Activation::Softsign].into_iter().enumerate() {
        let name = function.name().to_owned();
        let inputs = vec!["class".to_owned()];
        task.network.nodes.push(Node { name, operator: Operator::Activation { function }, inputs });
        task.heads[index].name = function.name().to_owned();
    }
    let inputs = ["class", "softplus", "softsign"].map(str::to_owned).to_vec();
    task.network.nodes.push(Node { name: "sum".to_owned(), operator: Operator::Add, inputs });
    task.network.nodes.extend(behind);
    task.heads[0].node = "sum".to_owned();
    task.heads.push(Head { name: "softmax".to_owned(), loss: HeadLoss::SoftmaxCrossEntropy, ..task.heads[0].clone() });
    task.steps = 2;
    task.every = 1;
    let mut data = DataSource::new(Vec::new(), Device::Cpu);
    let samples = data.samples(&task.data, &task.network)?;
    train::check(&task, &samples)?;
    let histograms = |bins| data.histograms(bins);
    let targets = Targets::new(&task.heads, &task.network, samples.classes, Device::Cpu, histograms)?;
    let parameters = Parameters::fresh(&task.network, &task.seed, Device::Cpu)?;
    let model = Model::new(&task.network, &parameters, &targets, &task.latents, &[])?;
    train::train(&task, &samples, &model, &parameters)?;
    let (mut evaluation, mut generation) = crate::heads_tasks::questions(Digest::of(b"weights"));
    evaluation.network = task.network.clone();
    evaluation.heads = task.heads;
    generation.network = task.network;
    evaluate(&evaluation, &parameters.to_tensors()?, &samples, &targets, Device::Cpu)?;
    generate(&generation, &samples, &parameters, None)?;
    Ok(())
}

#[test]
fn training_and_evaluation_run_only_operators_that_repeat_on_a_gpu() {
    let _alone = crate::libtorch_alone();
    let used = record_operators(|| {
        run(every_layer(), Optimizer::Adam { learning_rate: 0.01 })?;
        run_model()?;
        run_paths()?;
        run(branched(), Optimizer::Adam { learning_rate: 0.01 })?;
        run(globally_pooled(), Optimizer::Sgd { learning_rate: 0.01, momentum: 0.9 })
    });
    let mut used = used.expect("all networks train");
    used.retain(|name| name.starts_with("aten::")); // the others are frames of the autograd engine around these
    assert!(used.iter().any(|name| name == "aten::convolution_backward"), "backward passes are recorded: {used:?}");
    let failing: Vec<_> =
        used.iter().filter(|name| WITHOUT_DETERMINISTIC_FORM.iter().any(|start| name.starts_with(start))).collect();
    assert!(failing.is_empty(), "without a deterministic form on CUDA: {failing:?}");
    let known = |name: &str| OPERATORS.iter().any(|(known, _)| *known == name);
    let unknown: Vec<_> = used.iter().filter(|name| !known(name)).collect();
    assert!(unknown.is_empty(), "look these up and add them to worker/src/determinism.rs: {unknown:#?}");
}
