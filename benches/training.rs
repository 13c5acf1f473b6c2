//! One epoch of training under `native` numerics, one thread.
//!
//! `mnist`: 784 inputs, eleven hidden layers of 100 units, 10 classes, 60,000 images, Adam, batches of 128. It needs MNIST
//! in `$RENAS_DATA` or `data`, and says so where it is not there. `digits` always runs. `loops.rs` measures the same network,
//! and those of three more papers, beside plain PyTorch loops (`make bench-peers`).
//!
//! A step of that network without autograd (`worker/src/perceptron.rs`) took 3.29 ms of CPU time, with it 4.35 (`avx2`, the
//! lowest of 240 steps each, two workers in turn; medians 4.95 and 6.86; an AMD EPYC with AVX2, two cores under a load of 18,
//! so that only the ratio of 1.3 to 1.4 says something). The weights after 470 steps were the same bits.
//!
//! Before that, against the plain loop, three rounds in turn, one core of an Intel Xeon, nothing else running: ours 0.89 to 0.91 s an epoch (criterion's
//! estimate from 10 samples a round), the plain loop 1.89 to 2.01 s for its first epoch and 2.14 to 2.46 s for the next two.
//!
//! Why networks with windows read images with channels last, keep their weights as they are, and take means by a constant
//! convolution (`data`, `module`): forward and backward pass of one layer on 128 x 8 x 32 x 32, libtorch 2.11.0 called
//! from Python under `avx2`, one thread, best CPU time of 10, machine busy, in ms:
//!
//! | layer | channels last | weights too | channels first |
//! |---|---|---|---|
//! | 3 x 3 / 3 x 3 dilated / 1 x 7 | 7.8 / 18.1 / 6.7 | 7.9 / 17.8 / 6.6 | 20.3 / 22.8 / 11.0 |
//! | depthwise 5 x 5 / 7 x 7 | 13.6 / 20.6 | 13.6 / 20.7 | 31.7 / 56.0 |
//! | 1 x 1 from 8 / from 40 channels | 2.7 / 11.8 | 2.8 / 11.8 | 5.8 / 21.1 |
//! | 3 x 3 maximum | 9.2 | | 38.2 |
//! | 3 x 3 mean, `avg_pool2d` / constant convolution | 9.6 / 2.5 | | 24.2 / 11.8 |
//!
//! Under `portable` the maximum alone is slower with channels last (65.8 instead of 35.7), the mean takes 12.6 and 3.2.
//!
//! What convolutional networks cost beside their products, found by `perf` in the trials of `reduced` (`avx2`): of POPNAS 17 %
//! was libtorch's maximum over windows, 26 % kernels that oneDNN generates, 7 % batch normalisation, 5 % copies of windows
//! (im2col), 5 % malloc, 4 % pages of the kernel; of Fashion GA 54 % generated kernels, 6 % tanh; of a supernet 17 % malloc and
//! free, 7 % pages, 11 % generated kernels, and kernels of oneDNN that were made anew. What was changed, in CPU seconds, the
//! same trials by the old and the new worker in turn (minimum of 2 rounds each; two cores under a load of 5 to 11, so that
//! single trials differ by a fifth), with the same bits:
//!
//! | what | trials | before | after |
//! |---|---|---|---|
//! | oneDNN keeps 4,096 kernels, not 1,024 (paths of a supernet need 1,275 in 400 steps) | supernet, 400 steps | 10.5 | 7.5 |
//! | the same | 150 children of POPNAS, 2 steps | 41.9 | 41.9 |
//! | memory of tensors kept (`shim.cpp`, `KeptMemory`) | supernet, 400 steps | 9.0 | 8.6 |
//! | the same | 10 children of POPNAS, an epoch | 11.7 | 11.3 |
//! | maxima row by row, and the two above (`shim.cpp`, `MaxPool`) | 10 children of POPNAS, an epoch | 13.4 | 11.2 |
//! | the two above without the maxima | 8 networks of Fashion GA, 60 steps | 13.3 | 12.2 |
//!
//! One maximum 3 x 3 over 128 images, libtorch's and ours, in us: 3 x 16 x 16 5,100 and 780; 8 x 16 x 16 1,700 and 750;
//! 32 x 32 x 32 12,100 and 6,800; 11 x 16 x 16 with stride 2 1,400 and 560. Gradients take the same time.
//!
//! Tried and not kept: glibc's thresholds (`MALLOC_TRIM_THRESHOLD_`, `MALLOC_MMAP_THRESHOLD_`, `MALLOC_TOP_PAD_`) instead of kept
//! memory: 10.7 s instead of 9.7 (supernet, 400 steps), and half as much memory again. Kept memory that always begins at the
//! same place of a page: 3 % slower (10 children of POPNAS), since loops over several tensors meet in the same lines of the
//! cache. Not tried, since it would change bits: gradients of depthwise 5 x 5 and 7 x 7 kernels by another way than oneDNN's
//! products of matrices, which it takes where channels are few or images are 4 x 4 (14.8 ms a step; the same layer of 16
//! channels on 8 x 8 takes 2.7): 39 % of the time in oneDNN of three children, two of which have such layers.
//!
//! `heads`: a classifier, a histogram and a decoder behind one trunk of 50 units, 300 steps of 200 samples, beside the
//! `classifier` alone under ordinary training.
//!
//! `sequence` (plain Rust, `lstm`): 10 epochs over 160 sequences of 2 to 10 time steps, one by one, took 0.80 to 0.82 s of
//! wall time with the machine busy (load 6 on two cores), 0.5 ms a step; a step of libtorch's LSTM, of 10 time steps, took
//! 1.7 to 2.7 ms of CPU time. 40,960 candidates that extend 256 cells: 0.93 to 0.99 s, so 409,600 in about 10 s.

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use criterion::measurement::WallTime;
use criterion::{BatchSize, BenchmarkGroup, Criterion};
use renas::base::digest::Digest;
use renas::base::seed::Seed;
use renas::data::registry::Registry;
use renas::data::split::SplitChoice;
use renas::network::assembly::Assembly;
use renas::network::spec::{Activation, INPUT, NetworkSpec, Node, Operator};
use renas::task::heads::{Assembled, Head, HeadLoss, Latent, Target, TrainHeads};
use renas::task::numerics::Numerics;
use renas::task::recipe::{Loss, Optimizer, Recipe, Schedule, Stop};
use renas::task::sequence::{Example, FitSequence, PredictSequence, SequenceModel, SequenceRecipe};
use renas::task::{Start, Train};
use renas_worker::data::{DataSource, Samples};
use renas_worker::heads;
use renas_worker::heads::model::{Model, Targets};
use renas_worker::module::Module;
use renas_worker::numerics::{open_device, pin_environment};
use renas_worker::parameters::Parameters;
use renas_worker::sequence;
use renas_worker::train::train;
use tch::Device;

fn task(data: &str, test: Option<usize>, input: &[usize], hidden: &[usize]) -> Result<Train> {
    let split = SplitChoice { test, validation: 0, train: None, seed: Seed::from_number(1) };
    Ok(Train {
        network: NetworkSpec::perceptron(input, hidden, Activation::Relu, 10),
        data: Registry::default().choice(data, split)?,
        start: Start::Fresh,
        stop: Stop::Epochs(1),
        recipe: Recipe {
            loss: Loss::CrossEntropy,
            optimizer: Optimizer::Adam { learning_rate: 1e-3 },
            schedule: Schedule::Constant,
            batch_size: 128,
        },
        seed: Seed::from_number(1),
        curves: Vec::new(),
        probes: Vec::new(),
    })
}

fn epoch(task: &Train, samples: &Samples) -> Result<f64> {
    let mut parameters = Parameters::fresh(&task.network, &task.seed, Device::Cpu)?;
    let module = Module::new(&task.network, &parameters)?;
    let trained = train(task, samples, &module, &mut parameters)?;
    trained.curves["train.loss"].first().copied().context("one epoch was trained")
}

/// A fit to 160 cells of 1 to 5 blocks, and the candidates of a last stage: a step has an input and an operator.
fn sequences(group: &mut BenchmarkGroup<'_, WallTime>) -> Result<()> {
    let model = SequenceModel { vocabularies: vec![2, 9], embedding: 20, hidden: 100 };
    let mut stream = Seed::from_number(1).stream("sequences");
    let mut cell =
        |steps: usize| -> String { (0..steps).map(|_| format!("{}{}", stream.below(2), stream.below(9))).collect() };
    let sequences = (0..160).map(|index| cell(2 * (1 + index % 5)));
    let fitted = FitSequence {
        model: model.clone(),
        examples: sequences.map(|sequence| Example { sequence, target: 0.5 }).collect(),
        start: Start::Fresh,
        recipe: SequenceRecipe { learning_rate: 0.002, epochs: 10, batch_size: 1 },
        seed: Seed::from_number(1),
    };
    group.bench_function("sequence/fit/160x10", |bencher| bencher.iter(|| sequence::fit(&fitted, None)));

    let parents: Vec<String> = (0..256).map(|_| cell(8)).collect();
    let blocks: Vec<String> = (0..160).map(|_| cell(2)).collect();
    let children = parents.iter().flat_map(|parent| blocks.iter().map(move |block| format!("{parent}{block}")));
    let asked = PredictSequence { model, weights: Digest::of(b"weights"), sequences: children.collect() };
    let weights = sequence::fit(&fitted, None)?.weights;
    group.bench_function("sequence/predict/40960", |bencher| {
        bencher.iter_batched(|| weights.clone(), |weights| sequence::predict(&asked, weights), BatchSize::LargeInput);
    });
    Ok(())
}

/// A classifier, a histogram and a decoder behind one trunk, on flattened images of so many pixels: 300 steps of 200.
fn model(data: &str, test: Option<usize>, pixels: usize) -> Result<TrainHeads> {
    let linear = |units| Operator::Linear { units };
    let nodes = vec![
        Node::new("trunk", linear(50), &[INPUT]),
        Node::new("elu", Operator::Activation { function: Activation::Elu }, &["trunk"]),
        Node::new("class", linear(10), &["elu"]),
        Node::new("histogram", linear(8), &["elu"]),
        Node::new("encode", linear(40), &["elu"]),
        Node::new("latent", Operator::LatentSample, &["encode"]),
        Node::new("decode", linear(pixels), &["latent"]),
        Node::new("outputs", Operator::Concat, &["class", "histogram", "decode"]),
    ];
    let head = |name: &str, node: &str, target, loss| Head {
        name: name.to_owned(),
        node: node.to_owned(),
        target,
        loss,
        optimizer: None,
    };
    Ok(TrainHeads {
        network: NetworkSpec { input: vec![pixels], nodes, output: "outputs".to_owned() },
        start: Assembled { weights: None, donor: None, assembly: Assembly::default() },
        heads: vec![
            head("class", "class", Target::Labels, HeadLoss::SigmoidCrossEntropy),
            head("histogram", "histogram", Target::Histogram { bins: 8 }, HeadLoss::MeanSquaredError),
            head("image", "decode", Target::Image, HeadLoss::MeanSquaredError),
        ],
        latents: vec![Latent { node: "latent".to_owned(), weight: 1.0 }],
        optimizer: Optimizer::Adam { learning_rate: 1e-3 },
        batch_size: 200,
        steps: 300,
        seed: Seed::from_number(1),
        every: 50,
        scores: Vec::new(),
        data: task(data, test, &[pixels], &[])?.data,
    })
}

/// The steps of such a model, and for comparison those of the perceptron that its classifier is.
fn models(group: &mut BenchmarkGroup<'_, WallTime>, source: &mut DataSource, task: &TrainHeads) -> Result<()> {
    let samples = source.samples(&task.data, &task.network)?;
    let histograms = |bins| source.histograms(bins);
    let targets = Targets::new(&task.heads, &task.network, samples.classes, Device::Cpu, histograms)?;
    let name = &task.data.name;
    group.bench_function(format!("{name}/heads/300"), |bencher| {
        bencher.iter(|| {
            let parameters = Parameters::fresh(&task.network, &task.seed, Device::Cpu)?;
            let model = Model::new(&task.network, &parameters, &targets, &task.latents, &[])?;
            heads::train::train(task, &samples, &model, &parameters)
        });
    });
    let mut classifier = self::task(name, task.data.split.test, &task.network.input, &[50])?;
    (classifier.stop, classifier.recipe.batch_size) = (Stop::Steps(task.steps), task.batch_size);
    group.bench_function(format!("{name}/classifier/300"), |bencher| bencher.iter(|| epoch(&classifier, &samples)));
    Ok(())
}

fn run() -> Result<()> {
    pin_environment(Numerics::Native, 1)?;
    open_device(Numerics::Native, 1, "cpu")?;
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    let mut group = criterion.benchmark_group("training");
    let mut source = DataSource::new(Vec::new(), Device::Cpu);

    let digits = task("digits", Some(300), &[1, 8, 8], &[64; 4])?;
    let samples = source.samples(&digits.data, &digits.network)?;
    group.bench_function("digits/4x64/epoch", |bencher| bencher.iter(|| epoch(&digits, &samples)));

    sequences(&mut group)?;
    models(&mut group, &mut source, &model("digits", Some(300), 64)?)?;
    let mnist = task("mnist", None, &[1, 28, 28], &[100; 11])?;
    match source.samples(&mnist.data, &mnist.network) {
        Ok(samples) => {
            group.bench_function("mnist/11x100/epoch", |bencher| bencher.iter(|| epoch(&mnist, &samples)));
            models(&mut group, &mut source, &model("mnist", None, 784)?)?;
        }
        Err(error) => eprintln!("training/mnist/11x100/epoch is skipped: {error:#}"),
    }
    group.finish();
    Ok(())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
