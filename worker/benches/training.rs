//! One epoch of training under `native` numerics, one thread.
//!
//! `mnist`: 784 inputs, eleven hidden layers of 100 units, 10 classes, 60,000 images, Adam, batches of 128. Its peer is
//! `scripts/plain_loop.py`, the plain PyTorch loop of the same network: run both in turn on an idle machine. It needs
//! MNIST in `$RENAS_DATA` or `data`, and says so where it is not there. `digits` always runs.
//!
//! Measured so, three rounds in turn, one core of an Intel Xeon, nothing else running: ours 0.88 to 0.91 s an epoch (median
//! of 10 samples a round), the plain loop 1.89 to 2.01 s for its first epoch and 2.14 to 2.46 s for the next two.

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use criterion::Criterion;
use renas::base::seed::Seed;
use renas::data::registry;
use renas::data::split::SplitChoice;
use renas::network::spec::{Activation, NetworkSpec};
use renas::task::numerics::Numerics;
use renas::task::recipe::{Loss, Optimizer, Recipe, Schedule, Stop};
use renas::task::{Start, Train};
use renas_worker::data::{DataSource, Samples};
use renas_worker::module::Module;
use renas_worker::numerics::{open_device, pin_environment};
use renas_worker::parameters::Parameters;
use renas_worker::train::train;
use tch::Device;

fn task(data: &str, test: Option<usize>, input: &[usize], hidden: &[usize]) -> Result<Train> {
    let split = SplitChoice { test, validation: 0, train: None, seed: Seed::from_number(1) };
    Ok(Train {
        network: NetworkSpec::perceptron(input, hidden, Activation::Relu, 10),
        data: registry::choice(data, split)?,
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

fn run() -> Result<()> {
    pin_environment(Numerics::Native)?;
    open_device(Numerics::Native, "cpu")?;
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    let mut group = criterion.benchmark_group("training");
    let mut source = DataSource::new(Vec::new(), Device::Cpu);

    let digits = task("digits", Some(300), &[1, 8, 8], &[64; 4])?;
    let samples = source.samples(&digits.data, &digits.network)?;
    group.bench_function("digits/4x64/epoch", |bencher| bencher.iter(|| epoch(&digits, &samples)));

    let mnist = task("mnist", None, &[1, 28, 28], &[100; 11])?;
    match source.samples(&mnist.data, &mnist.network) {
        Ok(samples) => {
            group.bench_function("mnist/11x100/epoch", |bencher| bencher.iter(|| epoch(&mnist, &samples)));
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
