//! Not committed: trials of ways to train a supernet.
#![allow(missing_docs, clippy::all, clippy::unwrap_used, unused_must_use)]
mod hierarchical {
    #[path = "../../src/papers/hierarchical/block.rs"]
    pub mod block;
    #[path = "../../src/papers/hierarchical/genotype.rs"]
    pub mod genotype;
    #[path = "../../src/papers/hierarchical/network.rs"]
    pub mod network;
    #[path = "../../src/papers/hierarchical/space.rs"]
    pub mod space;
    #[path = "../../src/papers/hierarchical/family.rs"]
    pub mod family;
    #[path = "../../src/papers/hierarchical/variation.rs"]
    pub mod variation;
}
use std::collections::BTreeMap;
use std::io::Write as _;
use anyhow::Result;
use renas_base::seed::{Seed, Stream};
use renas_data::locate::Locations;
use renas_data::registry::Registry;
use renas_data::split::{DataChoice, Split, SplitChoice};
use hierarchical::family::Family;
use hierarchical::space::Space;
use hierarchical::variation::{HierarchicalVariation, FlatVariation};
use renas_network::cost::cost;
use renas_network::parameter::{Initial, Parameter, parameters};
use renas_network::spec::NetworkSpec;
use renas_network::supernet::{Choice, Supernet, first_index};
use renas_search::evolution::Variation as _;
use renas_task::numerics::Numerics;
use renas_task::paths::EvaluateSlice;
use renas_task::recipe::{Optimizer as OptimizerChoice, Recipe, Schedule, Stop};
use renas_task::{Probe, Start, Train};
use renas_worker::data::{DataSource, floats};
use renas_worker::evaluate::measure;
use renas_worker::module::{Mode, Module};
use renas_worker::numerics;
use renas_worker::optimizer::Optimizer;
use renas_worker::parameters::Parameters;
use renas_worker::paths::evaluate_slice;
use renas_worker::stopwatch::Stopwatch;
use renas_worker::train::{order, train};
use tch::{Device, Kind, Reduction, Tensor};

fn space() -> Space {
    Space { input: vec![3, 32, 32], classes: 10, stem_stride: 2, channels: vec![16, 32, 64], depth: 2, widths: vec![2, 3, 4],
        denominator: 4, kernels: vec![3, 5], expansions: vec![2, 3] }
}
fn root() -> Seed { Seed::from_number(20261129).derive("supernet tuning") }
fn data() -> DataChoice {
    let registry = Registry::open(Locations::from_environment(&[]));
    let digest = registry.images("cifar10").expect("cifar10").digest;
    DataChoice { name: "cifar10".into(), digest, split: SplitChoice { test: None, validation: 3000, train: Some(10000), seed: root().derive("split") } }
}
fn networks(count: usize, purpose: &str) -> Vec<Choice> {
    let space = space();
    let variation = HierarchicalVariation { space: space.clone() };
    let mut stream = root().stream(purpose);
    let mut all = Vec::new();
    while all.len() < count {
        let choice = space.choice(&variation.sample(&mut stream).flat(space.depth));
        if !all.contains(&choice) { all.push(choice); }
    }
    all
}
fn flat_networks(count: usize) -> Vec<Choice> {
    let space = space();
    let variation = FlatVariation { space: space.clone() };
    let mut stream = root().stream("flat");
    (0..count).map(|_| space.choice(&variation.sample(&mut stream))).collect()
}
fn slice(shared: &Tensor, shape: &[usize]) -> Result<Tensor> {
    let mut slice = shared.shallow_clone();
    for (dimension, &wanted) in shape.iter().enumerate() {
        let size = slice.size()[dimension] as usize;
        if size != wanted { slice = slice.f_narrow(dimension as i64, first_index(dimension, size, wanted) as i64, wanted as i64)?; }
    }
    Ok(slice.f_contiguous()?)
}
struct Knobs { text: String }
impl Knobs {
    fn get(&self, key: &str, default: f64) -> f64 {
        for word in self.text.split(',') { if let Some((k, v)) = word.split_once('=') { if k == key { return v.parse().expect("a number"); } } }
        default
    }
}
fn main() -> Result<()> {
    numerics::pin_environment(Numerics::Avx2, 1)?;
    let device = numerics::open_device(Numerics::Avx2, 1, "cpu")?;
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words[0].as_str() {
        "alone" => alone(device, words[1].parse()?, words[2].parse()?, words.get(3).map_or(10, |w| w.parse().unwrap())),
        "genes" => { for choice in networks(200, "networks").iter().take(words[1].parse()?) {
            let n = space().supernet().path(choice)?; let c = cost(&n)?.total;
            println!("{} {} {} {} {}", serde_json::to_string(choice)?, choice.width, c.multiply_adds, c.parameters, serde_json::to_string(&space().genotype(choice))?);
        } Ok(()) }
        "supernet" => supernet(device, &words[1], words[2].parse()?, &words[3]),
        _ => panic!("alone | supernet"),
    }
}
fn alone(device: Device, from: usize, to: usize, epochs: usize) -> Result<()> {
    let mut source = DataSource::new(Vec::new(), device);
    let net = space().supernet();
    for (index, choice) in networks(to, "networks").iter().enumerate().skip(from) {
        let network = net.path(choice)?;
        let clock = Stopwatch::start(device);
        let task = Train { network: network.clone(), data: data(), start: Start::Fresh, stop: Stop::Epochs(epochs),
            recipe: Recipe::classifier(0.002, Schedule::Cosine { floor: 0.0 }, 64), seed: root().derive("alone"), curves: vec![], probes: vec![] };
        let samples = source.samples(&task.data, &network)?;
        let mut parameters = Parameters::fresh(&network, &task.seed, device)?;
        let module = Module::new(&network, &parameters)?;
        train(&task, &samples, &module, &mut parameters)?;
        let score = measure(&[Probe::Score { split: Split::Validation }], &network, &samples, &module)?;
        println!("{index} {} {:.1}", score.scalars["validation.accuracy"], clock.seconds());
        std::io::stdout().flush()?;
    }
    Ok(())
}
/// knobs: seed epochs batch paths lr clip warm smooth distill widest(0/1) small(0/1) shuffle
fn supernet(device: Device, family: &str, seed: u64, knobs: &str) -> Result<()> {
    let k = Knobs { text: knobs.to_owned() };
    let (epochs, batch, paths) = (k.get("epochs", 30.0) as usize, k.get("batch", 64.0) as usize, k.get("paths", 4.0) as usize);
    let (lr, clip, warm, smooth, distill) = (k.get("lr", 0.005), k.get("clip", 0.0), k.get("warm", 0.0), k.get("smooth", 0.0), k.get("distill", 0.0));
    let (widest, smallest, floor) = (k.get("widest", 1.0) > 0.0, k.get("small", 0.0) > 0.0, k.get("floor", 0.0));
    let ema = k.get("ema", 0.0);
    let space = space();
    let net: Supernet = match family { "committed" => space.supernet(), "flat" => space.supernet_for(Family::Flat), "tied" => space.supernet_for(Family::Hierarchical), _ => panic!() };
    let mut source = DataSource::new(Vec::new(), device);
    let data = data();
    let seed = root().derive_indexed("supernet", seed);
    let first = net.path(&networks(1, "networks")[0])?;
    let samples = source.samples(&data, &first)?;
    let clock = Stopwatch::start(device);
    let mut description = net.tensors()?;
    description.retain(|p| p.trainable);
    let mut places = BTreeMap::new();
    let mut start = 0;
    for (index, p) in description.iter().enumerate() { places.insert(p.name.clone(), (index, start, p.size() as i64)); start += p.size() as i64; }
    let parameters_ = Parameters::fresh_from(description, &seed, device)?;
    let total = epochs * 10000usize.div_ceil(batch);
    let choice = OptimizerChoice::Adam { learning_rate: 1.0 };
    let _ = &choice;
    let mut optimizers: Vec<Option<Optimizer>> = parameters_.leaves.iter().map(|_| None).collect();
    // The rate is the optimiser's own: a warm-up is made by scaling through a schedule of our own.
    let rate = |step: usize| { let w = warm * 10000.0 / batch as f64; let s = step as f64; let p = s / (total.max(2) - 1) as f64;
        let c = floor + (1.0 - floor) * 0.5 * (1.0 + (std::f64::consts::PI * p).cos()); lr * if s < w { (s + 1.0) / w * c } else { c } };
    let mut choices = seed.stream("path");
    let mut curve = Vec::new();
    let mut step = 0;
    let mut average: Option<Tensor> = None;
    for epoch in 0..epochs {
        let order = order(seed, &samples, epoch)?;
        let (mut sum, mut count) = (0.0, 0.0);
        let mut begin = 0usize;
        while begin < 10000 {
            let size = batch.min(10000 - begin);
            let (input, labels) = samples.batch(&order.f_narrow(0, begin as i64, size as i64)?)?;
            begin += size;
            let drawn = draws(&net, paths, widest, smallest, &mut choices);
            let mut gradients: BTreeMap<(usize, i64), Tensor> = BTreeMap::new();
            let mut teacher: Option<Tensor> = None;
            let mut from = 0;
            for (number, choice) in drawn.iter().enumerate() {
                let path = net.path(choice)?;
                let part = (size / paths + usize::from(number < size % paths)) as i64;
                let module = over(&path, &parameters_, device)?;
                if number == 0 && distill > 0.0 && paths > 1 {
                    let _g = tch::no_grad_guard();
                    teacher = Some(module.forward(&input, Mode::Training)?.f_softmax(-1, None)?);
                }
                let (x, y) = (input.f_narrow(0, from, part)?, labels.f_narrow(0, from, part)?);
                let output = module.forward(&x, Mode::Training)?;
                let logp = output.f_log_softmax(-1, None)?;
                let nll = logp.f_nll_loss::<Tensor>(&y, None, Reduction::Mean, -100)?;
                sum += nll.double_value(&[]) * part as f64; count += part as f64;
                let mut loss = nll;
                if smooth > 0.0 { loss = loss * (1.0 - smooth) - logp.mean(Kind::Float) * smooth; }
                if let (Some(t), true) = (&teacher, number > 0) {
                    let soft = -(t.f_narrow(0, from, part)? * &logp).sum(Kind::Float) / part as f64;
                    loss = loss * (1.0 - distill) + soft * distill;
                }
                from += part;
                let loss = loss * (part as f64 / size as f64);
                let mut used = Vec::new();
                for p in parameters(&path)?.iter().filter(|p| p.trainable) { let (i, s, _) = places[&p.name]; used.push((i, s)); }
                let leaves: Vec<&Tensor> = used.iter().map(|&(i, _)| &parameters_.leaves[i]).collect();
                for (g, place) in Tensor::f_run_backward(&[&loss], &leaves, false, false)?.iter().zip(used) {
                    let g = g.f_reshape([-1])?;
                    match gradients.get_mut(&place) { Some(old) => { old.f_add_(&g)?; } None => { gradients.insert(place, g); } }
                }
            }
            if clip > 0.0 {
                let norm: f64 = gradients.values().map(|g| { let n = g.norm().double_value(&[]); n * n }).sum::<f64>().sqrt();
                if norm > clip { for g in gradients.values_mut() { *g = &*g * (clip / norm); } }
            }
            let now = rate(step);
            for ((i, s), g) in gradients {
                let mut weights = parameters_.flat.f_narrow(0, s, g.numel() as i64)?;
                if optimizers[i].is_none() {
                    optimizers[i] = Some(Optimizer::new(&OptimizerChoice::Adam { learning_rate: 1.0 }, &Schedule::Constant, total, &g)?);
                }
                optimizers[i].as_mut().unwrap().set_rate(now);
                optimizers[i].as_mut().unwrap().step(&mut weights, &g)?;
            }
            step += 1;
            if ema > 0.0 && epoch * 2 >= epochs {
                let _g = tch::no_grad_guard();
                match &mut average { None => average = Some(parameters_.flat.copy()), Some(a) => { let d = &parameters_.flat - &*a; a.f_add_(&(d * (1.0 - ema)))?; } }
            }
        }
        curve.push(sum / count);
    }
    let seconds = clock.seconds();
    if let Some(a) = &average { let _g = tch::no_grad_guard(); parameters_.flat.shallow_clone().copy_(a); }
    let weights = parameters_.to_tensors()?;
    let clock = Stopwatch::start(device);
    let mut out = BTreeMap::new();
    for (name, all) in [("networks", networks(40, "networks")), ("flat", flat_networks(20))] {
        for calibration in [512usize, 2048] {
            if calibration == 2048 && (name == "flat" || k.get("cal", 0.0) == 0.0) { continue; }
            let mut accuracies = Vec::new();
            for choice in &all {
                let task = EvaluateSlice { network: net.path(choice)?, data: data.clone(), weights: renas_base::digest::Digest::of(b"w"), calibration,
                    probes: vec![Probe::Score { split: Split::Validation }] };
                let m = evaluate_slice(&task, &weights, device, &mut source)?;
                accuracies.push(m.scalars["validation.accuracy"]);
            }
            out.insert(format!("{name}{calibration}"), accuracies);
        }
    }
    println!("{}", serde_json::json!({"family": family, "seed": std::env::args().nth(3), "knobs": knobs, "seconds": seconds, "eval_seconds": clock.seconds(), "curve": curve, "shared": out}));
    let _ = floats;
    Ok(())
}
fn draws(net: &Supernet, paths: usize, widest: bool, smallest: bool, stream: &mut Stream) -> Vec<Choice> {
    let mut drawn = net.draw_together(paths, stream);
    if !widest && paths > 1 { drawn[0].width = stream.below(net.widths.len()); }
    if smallest && paths > 1 { drawn[1].width = 0; }
    drawn
}
fn over(path: &NetworkSpec, parameters: &Parameters, device: Device) -> Result<Module> {
    Module::over(path, device, |Parameter { name, shape, initial, trainable, .. }| {
        if *trainable { return slice(&parameters.get(name)?, shape); }
        let shape: Vec<i64> = shape.iter().map(|&s| s as i64).collect();
        Ok(Tensor::f_full(shape, if *initial == Initial::Ones { 1.0 } else { 0.0 }, (Kind::Float, device))?)
    })
}
