//! Our side of the rows on training of `make bench-peers`; the other is `scripts/plain_loop.py`, the loop that a researcher
//! would write in PyTorch.
//!
//! ```text
//! loops write ROW FOLDER   the network, its first weights, the images in the order of our first epoch, our first losses
//! loops time ROW EPOCHS    process CPU seconds of so many trainings of one epoch each, one a line
//! ```
//!
//! A row is a typical network of a paper, under `avx2` on one thread, trained by Adam: `econas` the largest perceptron of
//! the space, `fashion_ga` the most accurate network of the report on `reduced`, `popnas` the cell of its largest stage,
//! `hierarchical` a path with all four blocks. The data are looked for as the worker does (`$RENAS_DATA`).

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use renas::base::seed::Seed;
use renas::data::registry::Registry;
use renas::data::split::{Split, SplitChoice};
use renas::network::parameter::parameters;
use renas::network::spec::{Activation, NetworkSpec};
use renas::papers::fashion_ga::genome::Genome;
use renas::papers::fashion_ga::network::network;
use renas::papers::hierarchical::block::{Block, Layer, Operations};
use renas::papers::hierarchical::genotype::{FlatGenotype, Position};
use renas::papers::hierarchical::space::Space;
use renas::papers::popnas::cell::Cell;
use renas::papers::popnas::network::Scale;
use renas::papers::popnas::variant::Variant;
use renas::task::numerics::Numerics;
use renas::task::recipe::{Recipe, Schedule, Stop};
use renas::task::{Start, Train};
use renas_worker::data::{DataSource, Samples, floats};
use renas_worker::module::Module;
use renas_worker::numerics::{open_device, pin_environment};
use renas_worker::parameters::Parameters;
use renas_worker::shim::cpu_seconds;
use renas_worker::train::{Steps, order, train};
use serde_json::json;
use tch::{Device, Kind, Tensor};

/// Steps whose losses are compared.
const COMPARED: usize = 10;

/// One epoch of a row.
fn task(row: &str) -> Result<Train> {
    let (data, train, network, batch_size, learning_rate) = match row {
        "econas" => {
            let network = NetworkSpec::perceptron(&[1, 28, 28], &[100; 11], Activation::Relu, 10);
            ("mnist", None, network, 128, 1e-3)
        }
        "fashion_ga" => {
            let genome = "RC:24:5:tanh-RC:24:3:tanh-NC:32:3:tanh-NC:24:3:tanh-NC:16:5:relu-NC:48:5:tanh-NC:32:1:relu-\
                          GAP-FC:64-FC:10";
            let genome: Genome = genome.parse()?;
            ("fashion_mnist", Some(5000), network(&[1, 28, 28], genome.layers()), 32, 1e-3)
        }
        "popnas" => {
            let cell: Cell = "dil3+dil3|max3+dw3|max3+dw3|max3+dw3".parse()?;
            let scale = Scale { input: vec![3, 32, 32], classes: 10, pooled: 2, filters: 8, repeats: 1 };
            ("cifar10", Some(2250), scale.network(&cell, Variant::Paper), 128, 1e-2)
        }
        "hierarchical" => ("cifar10", Some(2500), hierarchical()?, 64, 2e-3),
        _ => bail!("there is no row `{row}`"),
    };
    let split = SplitChoice { test: None, validation: 0, train, seed: Seed::from_number(1) };
    Ok(Train {
        network,
        data: Registry::default().choice(data, split)?,
        start: Start::Fresh,
        stop: Stop::Epochs(1),
        recipe: Recipe::classifier(learning_rate, Schedule::Constant, batch_size),
        seed: Seed::from_number(1),
        curves: Vec::new(),
        probes: Vec::new(),
    })
}

/// A path of the space of profile `reduced`, with every block.
fn hierarchical() -> Result<NetworkSpec> {
    let space = Space {
        input: vec![3, 32, 32],
        classes: 10,
        stem_stride: 2,
        channels: vec![16, 32, 64],
        depth: 2,
        widths: vec![2, 3, 4],
        denominator: 4,
        kernels: vec![3, 5],
        expansions: vec![2, 3],
    };
    let layer = |block, kernel, expansion, attention, skip| {
        let operations = Operations { kernel, expansion, attention, skip, pool: false };
        Position::Present(Layer { block, operations })
    };
    let stages = vec![
        vec![layer(Block::Standard, 3, 2, false, false), layer(Block::Separable, 5, 2, false, true)],
        vec![layer(Block::Inverted, 3, 3, true, false), layer(Block::Inverted, 3, 3, true, true)],
        vec![layer(Block::Separable, 3, 2, false, false), layer(Block::Bottleneck, 3, 2, false, true)],
    ];
    Ok(space.supernet().path(&space.choice(&FlatGenotype { width: 2, stages }))?)
}

fn samples(task: &Train) -> Result<Samples> {
    DataSource::new(Vec::new(), Device::Cpu).samples(&task.data, &task.network)
}

/// CPU seconds of a training from fresh weights.
fn seconds(task: &Train, samples: &Samples) -> Result<f64> {
    let start = cpu_seconds();
    let mut parameters = Parameters::fresh(&task.network, &task.seed, Device::Cpu)?;
    let module = Module::new(&task.network, &parameters)?;
    train(task, samples, &module, &mut parameters)?;
    Ok(cpu_seconds() - start)
}

fn write(task: &Train, samples: &Samples, folder: &Path) -> Result<()> {
    let mut parameters = Parameters::fresh(&task.network, &task.seed, Device::Cpu)?;
    let weights: Vec<u8> = floats(&parameters.flat)?.iter().flat_map(|value| value.to_le_bytes()).collect();
    let order = order(task.seed, samples, 0)?;
    let (count, batch_size) = (samples.part(Split::Train).len(), task.recipe.batch_size as i64);
    let (mut images, mut labels) = (Vec::new(), Vec::new());
    for start in (0..count).step_by(1000) {
        let batch = order.f_narrow(0, start as i64, 1000.min(count - start) as i64)?;
        let (input, classes) = samples.batch(&batch)?;
        let bytes = (input * 255.0).f_round()?.f_to_kind(Kind::Uint8)?.f_contiguous()?.f_flatten(0, -1)?;
        images.extend(Vec::<u8>::try_from(bytes)?);
        labels.extend(Vec::<u8>::try_from(classes.f_to_kind(Kind::Uint8)?)?);
    }
    let module = Module::new(&task.network, &parameters)?;
    let mut steps = Steps::new(&task.network, &task.recipe, COMPARED, &module, &parameters)?;
    let mut losses = Vec::new();
    for step in 0..COMPARED as i64 {
        let batch = order.f_narrow(0, step * batch_size, batch_size)?;
        losses.push(steps.step(samples, &batch, &mut parameters)?);
    }
    let tensors = parameters_of(&task.network)?;
    let description = json!({
        "network": task.network, "tensors": tensors, "recipe": task.recipe, "samples": count,
        "losses": floats(&Tensor::f_stack(&losses, 0)?)?,
    });
    for (name, bytes) in
        [("images", images), ("labels", labels), ("weights", weights), ("json", serde_json::to_vec(&description)?)]
    {
        let file = folder.join(name);
        std::fs::write(&file, bytes).with_context(|| format!("writing {}", file.display()))?;
    }
    Ok(())
}

/// Names and shapes of the trainable tensors, in the order of the weights.
fn parameters_of(network: &NetworkSpec) -> Result<Vec<(String, Vec<usize>)>> {
    let all = parameters(network)?.into_iter().filter(|parameter| parameter.trainable);
    Ok(all.map(|parameter| (parameter.name, parameter.shape)).collect())
}

fn main() -> Result<()> {
    pin_environment(Numerics::Avx2, 1)?;
    open_device(Numerics::Avx2, 1, "cpu")?;
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["write", row, folder] => {
            let task = task(row)?;
            write(&task, &samples(&task)?, Path::new(folder))?;
        }
        ["time", row, epochs] => {
            let task = task(row)?;
            let samples = samples(&task)?;
            for _ in 0..epochs.parse::<usize>().context("how many epochs")? {
                println!("{:.6}", seconds(&task, &samples)?);
            }
        }
        // `cargo bench` runs all benchmarks, without a word for this one.
        [] => {}
        _ => bail!("usage: loops write ROW FOLDER | loops time ROW EPOCHS"),
    }
    Ok(())
}
