//! Models with several outputs: what the worker answers to tasks on them.

use std::path::Path;

use renas_base::digest::Digest;
use renas_base::seed::Seed;
use renas_data::split::Split;
use renas_network::assembly::{Assembly, Block, Law, Source};
use renas_network::forward::forward;
use renas_network::parameter::parameters;
use renas_network::spec::{Activation, INPUT, NetworkSpec, Node, Operator};
use renas_task::heads::{
    Assembled, EvaluateHeads, Generate, HeadLoss, Intervention, Latent, ShuffledFeatures, Target, Through, TrainHeads,
};
use renas_task::outcome::{Ending, Outcome};
use renas_task::protocol::Reply;
use renas_task::recipe::Optimizer;
use renas_task::{Evaluate, Task};

use crate::heads::{activation, head, linear};
use crate::{Worker, object};

/// A trunk for a classifier, a histogram and an encoder; a decoder that also sees the first pixels of the image.
pub(crate) fn network() -> NetworkSpec {
    let nodes = vec![
        Node::new("trunk", linear(32), &[INPUT]),
        Node::new("elu", activation(Activation::Elu), &["trunk"]),
        Node::new("class", linear(10), &["elu"]),
        Node::new("histogram", linear(8), &["elu"]),
        Node::new("encode", linear(8), &["elu"]),
        Node::new("latent", Operator::LatentSample, &["encode"]),
        Node::new("corner", Operator::Slice { start: 0, length: 16 }, &[INPUT]),
        Node::new("both", Operator::Concat, &["latent", "corner"]),
        Node::new("decode", linear(64), &["both"]),
        Node::new("outputs", Operator::Concat, &["class", "histogram", "decode"]),
    ];
    NetworkSpec { input: vec![64], nodes, output: "outputs".to_owned() }
}

/// Makes a task that must be refused.
type Change = fn(&mut TrainHeads);

pub(crate) fn block(at: [usize; 2], size: [usize; 2], from: Source) -> Block {
    Block { at, size, from }
}

/// Fresh values for all tensors of a network whose names begin so.
pub(crate) fn drawn(network: &NetworkSpec, start: &str, law: Law) -> Assembly {
    let named = parameters(network).expect("valid").into_iter().filter(|parameter| parameter.name.starts_with(start));
    let whole = |shape: &[usize]| block([0, 0], [shape[0], shape[1..].iter().product()], Source::Initial { law });
    Assembly { tensors: named.map(|parameter| (parameter.name, vec![whole(&parameter.shape)])).collect() }
}

pub(crate) fn train_task(seed: u64) -> TrainHeads {
    let network = network();
    let assembly = drawn(&network, "", Law::Pytorch { fan_in: 64 });
    TrainHeads {
        network,
        data: crate::digits(),
        start: Assembled { weights: None, donor: None, assembly },
        heads: vec![
            head("class", "class", Target::Labels, HeadLoss::SigmoidCrossEntropy),
            head("histogram", "histogram", Target::Histogram { bins: 8 }, HeadLoss::MeanSquaredError),
            head("image", "decode", Target::Image, HeadLoss::MeanSquaredError),
        ],
        latents: vec![Latent { node: "latent".to_owned(), weight: 1e-3 }],
        optimizer: Optimizer::Adam { learning_rate: 0.01 },
        batch_size: 50,
        steps: 200,
        seed: Seed::from_number(seed),
        every: 20,
        scores: vec![Split::Validation, Split::Test],
    }
}

fn evaluate_task(weights: Digest, interventions: Vec<Intervention>) -> EvaluateHeads {
    let TrainHeads { network, data, heads, latents, seed, scores, .. } = train_task(1);
    let nodes = vec!["latent".to_owned(), "class".to_owned()];
    let values = Some(Split::Test);
    EvaluateHeads { network, data, weights, heads, latents, seed, interventions, scores, values, nodes }
}

fn intervention(name: &str, assembly: Assembly, features: Option<ShuffledFeatures>) -> Intervention {
    Intervention { name: name.to_owned(), assembly, features }
}

fn nothing(name: &str) -> Intervention {
    intervention(name, Assembly::default(), None)
}

fn generate_task(weights: Digest, count: usize) -> Generate {
    let TrainHeads { network, data, seed, .. } = train_task(1);
    Generate { network, data, weights, node: "decode".to_owned(), count, seed, through: None }
}

/// An evaluation with an intervention, and a drawing of images.
pub(crate) fn questions(weights: Digest) -> (EvaluateHeads, Generate) {
    let features = Some(ShuffledFeatures { from: 1, to: 5 });
    let intervention = intervention("pixels", Assembly::default(), features);
    (evaluate_task(weights, vec![intervention]), generate_task(weights, 3))
}

/// A trained model: its outcome, and the file of its weights.
fn trained(worker: &mut Worker) -> (Outcome, std::path::PathBuf) {
    let (outcome, out) = worker.outcome(Task::TrainHeads(train_task(1)), &[]);
    (outcome, out.join("weights.safetensors"))
}

#[test]
fn a_model_trains_bit_equal_twice_in_one_process_and_in_another() {
    let mut worker = Worker::start("portable");
    let (first, out) = worker.outcome(Task::TrainHeads(train_task(1)), &[]);
    let (second, _) = worker.outcome(Task::TrainHeads(train_task(1)), &[]);
    let (third, _) = Worker::start("portable").outcome(Task::TrainHeads(train_task(1)), &[]);
    assert_eq!(first, second);
    assert_eq!(first, third);
    let (other, _) = worker.outcome(Task::TrainHeads(train_task(2)), &[]);
    assert_ne!(first.tensors["weights"], other.tensors["weights"]);

    assert_eq!(first.ending, Ending::Completed);
    assert_eq!(first.tensors["weights"], crate::digest_of(&out.join("weights.safetensors")));
    let curves: Vec<&str> = first.curves.keys().map(String::as_str).collect();
    assert_eq!(curves, ["class.loss", "histogram.loss", "image.loss", "latent.loss"]);
    for name in ["class.loss", "histogram.loss", "image.loss"] {
        let curve = &first.curves[name];
        assert_eq!(curve.len(), 10);
        assert!(curve[9] < 0.7 * curve[0], "{name} does not fall: {curve:?}");
    }
    let scalars: Vec<&str> = first.scalars.keys().map(String::as_str).collect();
    let of_split = ["class.error", "class.loss", "histogram.loss", "image.loss", "latent.loss"];
    let expected: Vec<String> =
        ["test", "validation"].iter().flat_map(|split| of_split.map(|name| format!("{split}.{name}"))).collect();
    assert_eq!(scalars, expected);
    let error = first.scalars["test.class.error"];
    assert!((0.0..0.3).contains(&error), "digits are easy, but the error is {error}");
    // Ten Bernoulli variables that are nearly always right: far below that of a coin.
    assert!(first.scalars["test.class.loss"] < 0.2, "{:?}", first.scalars);
}

#[test]
fn stored_weights_score_as_they_did_and_train_on_in_a_larger_network() {
    let mut worker = Worker::start("avx2");
    let (outcome, file) = trained(&mut worker);
    let weights = outcome.tensors["weights"];
    let (scored, _) = worker.outcome(Task::EvaluateHeads(evaluate_task(weights, vec![nothing("none")])), &[&file]);
    let unprefixed = |outcome: &Outcome| {
        let name = |name: &String| name.strip_prefix("none.").expect("the intervention comes first").to_owned();
        outcome.scalars.iter().map(|(full, value)| (name(full), *value)).collect::<std::collections::BTreeMap<_, _>>()
    };
    assert_eq!(unprefixed(&scored), outcome.scalars);

    // One unit more in the trunk, which nothing listens to yet: the same function.
    let mut larger = train_task(1);
    larger.network.nodes[0].operator = linear(33);
    let kept = |name: &str| Source::Tensor { name: name.to_owned(), at: [0, 0], scale: 1.0 };
    let fresh = || Source::Initial { law: Law::Uniform { bound: 0.1 } };
    let mut assembly = Assembly::default();
    let rows =
        |name: &str, columns| vec![block([0, 0], [32, columns], kept(name)), block([32, 0], [1, columns], fresh())];
    assembly.tensors.insert("trunk.weight".to_owned(), rows("trunk.weight", 64));
    assembly.tensors.insert("trunk.bias".to_owned(), rows("trunk.bias", 1));
    for (layer, units) in [("class", 10), ("histogram", 8), ("encode", 8)] {
        let name = format!("{layer}.weight");
        let columns = vec![block([0, 0], [units, 32], kept(&name)), block([0, 32], [units, 1], Source::Zeros)];
        assembly.tensors.insert(name, columns);
    }
    larger.start = Assembled { weights: Some(weights), donor: None, assembly };
    let unchanged = TrainHeads { steps: 0, ..larger.clone() };
    let (unchanged, _) = worker.outcome(Task::TrainHeads(unchanged), &[&file]);
    for (name, value) in &unchanged.scalars {
        assert!((value - outcome.scalars[name]).abs() < 1e-5, "{name}: {value}");
    }
    let (continued, _) = worker.outcome(Task::TrainHeads(larger), &[&file]);
    assert!(continued.curves["class.loss"][0] < outcome.curves["class.loss"][0] / 2.0);
    assert!(continued.curves["class.loss"][9] < outcome.curves["class.loss"][9]);
}

#[test]
fn an_intervention_harms_only_what_depends_on_it() {
    let mut worker = Worker::start("avx2");
    let (outcome, file) = trained(&mut worker);
    let random = drawn(&network(), "decode", Law::Normal { deviation: 0.5 });
    let shuffled = |from, to| Some(ShuffledFeatures { from, to });
    let interventions = vec![
        nothing("none"),
        intervention("decode", random, None),
        intervention("pixels", Assembly::default(), shuffled(0, 64)),
        intervention("one_pixel", Assembly::default(), shuffled(63, 64)),
    ];
    let task = evaluate_task(outcome.tensors["weights"], interventions);
    let (scored, out) = worker.outcome(Task::EvaluateHeads(task.clone()), &[&file]);
    let score = |name: &str| scored.scalars[name];
    for same in ["class.loss", "class.error", "histogram.loss", "latent.loss"] {
        assert_eq!(score(&format!("decode.test.{same}")), score(&format!("none.test.{same}")), "{same}");
    }
    assert!(score("decode.test.image.loss") > 2.0 * score("none.test.image.loss"));
    let error = score("pixels.test.class.error");
    assert!((0.8..0.97).contains(&error), "the image of another is a guess among ten, but the error is {error}");
    assert!(score("pixels.test.image.loss") > 1.2 * score("none.test.image.loss"));
    // What the encoder reads is the same set of images, in another order.
    assert!((score("pixels.test.latent.loss") - score("none.test.latent.loss")).abs() < 1e-6);
    assert!((score("one_pixel.test.class.error") - score("none.test.class.error")).abs() < 0.2);

    let values = object(&out, "values.test");
    assert_eq!((values["latent"].shape.as_slice(), values["class"].shape.as_slice()), (&[400, 4][..], &[400, 10][..]));
    let (again, _) = worker.outcome(Task::EvaluateHeads(task.clone()), &[&file]);
    assert_eq!(again, scored);
    // Neither the order of interventions nor which others there are matters.
    let reversed = EvaluateHeads { interventions: task.interventions.into_iter().rev().take(3).collect(), ..task };
    let (reversed, _) = worker.outcome(Task::EvaluateHeads(reversed), &[&file]);
    assert!(reversed.scalars.iter().all(|(name, value)| scored.scalars[name] == *value));
}

#[test]
fn images_are_drawn_and_a_classifier_looks_at_them() {
    let mut worker = Worker::start("avx2");
    let (outcome, file) = trained(&mut worker);
    let weights = outcome.tensors["weights"];
    let (plain, out) = worker.outcome(Task::Generate(generate_task(weights, 300)), &[&file]);
    let generated = object(&out, "generated");
    assert_eq!(generated.keys().collect::<Vec<_>>(), ["images"]);
    let images = &generated["images"];
    assert_eq!(images.shape, [300, 64]);
    assert!(images.values.iter().all(|value| (0.0..=1.0).contains(value)));
    assert_eq!(worker.outcome(Task::Generate(generate_task(weights, 300)), &[&file]).0, plain);
    let (_, out) = worker.outcome(Task::Generate(generate_task(weights, 7)), &[&file]);
    let (fewer, first) = (object(&out, "generated"), &images.values[..7 * 64]);
    assert!(fewer["images"].values.iter().zip(first).all(|(one, other)| (one - other).abs() < 1e-5));
    let other = Generate { seed: Seed::from_number(2), ..generate_task(weights, 300) };
    assert_ne!(worker.outcome(Task::Generate(other), &[&file]).0, plain);

    let classifier = crate::perceptron(1);
    let (classified, classifier_out) = worker.outcome(Task::Train(classifier.clone()), &[]);
    let classifier_file = classifier_out.join("weights.safetensors");
    let through = Through { network: classifier.network.clone(), weights: classified.tensors["weights"] };
    let task = Generate { through: Some(through), ..generate_task(weights, 300) };
    let (_, out) = worker.outcome(Task::Generate(task), &[&file, &classifier_file]);
    let seen = object(&out, "generated");
    assert_eq!(seen.keys().collect::<Vec<_>>(), ["logits"], "images are large, and nobody asked for them");
    assert_eq!(seen["logits"].shape, [300, 10]);
    let tensors = object(&classifier_out, "weights");
    for row in [0, 299] {
        let image: Vec<f64> = images.values[64 * row..][..64].iter().copied().map(f64::from).collect();
        let expected = forward(&classifier.network, &tensors, &image).expect("a perceptron");
        for (found, expected) in seen["logits"].values[10 * row..].iter().zip(&expected["logits"]) {
            assert!((f64::from(*found) - expected).abs() < 1e-3, "{found} instead of {expected}");
        }
    }
}

/// A decoder of the identity: the latent's numbers are the image, and the pixels beside it those of test samples in order.
#[test]
fn generated_images_come_from_noise_and_from_test_samples_in_order() {
    let mut worker = Worker::start("avx2");
    let nodes = vec![
        Node::new("encode", linear(64), &[INPUT]),
        Node::new("latent", Operator::LatentSample, &["encode"]),
        Node::new("half", Operator::Slice { start: 32, length: 32 }, &[INPUT]),
        Node::new("decode", Operator::Concat, &["latent", "half"]),
    ];
    let network = NetworkSpec { input: vec![64], nodes, output: "decode".to_owned() };
    let assembly = drawn(&network, "", Law::Pytorch { fan_in: 64 });
    let mut task =
        TrainHeads { network, start: Assembled { weights: None, donor: None, assembly }, steps: 0, ..train_task(1) };
    task.heads = vec![head("image", "decode", Target::Image, HeadLoss::MeanSquaredError)];
    let (outcome, out) = worker.outcome(Task::TrainHeads(task.clone()), &[]);
    let file = out.join("weights.safetensors");
    let weights = outcome.tensors["weights"];
    let generate = Generate { network: task.network.clone(), ..generate_task(weights, 400) };
    let (_, out) = worker.outcome(Task::Generate(generate), &[&file]);
    let images = object(&out, "generated")["images"].clone();
    let mut stream = task.seed.derive("generate").stream("latent");
    let TrainHeads { network, data, heads, latents, seed, .. } = task;
    let nodes = vec!["half".to_owned()];
    let (values, scores, interventions) = (Some(Split::Test), Vec::new(), Vec::new());
    let evaluate = EvaluateHeads { network, data, weights, heads, latents, seed, interventions, scores, values, nodes };
    let (_, out) = worker.outcome(Task::EvaluateHeads(evaluate), &[&file]);
    let halves = object(&out, "values.test")["half"].clone();
    for (image, half) in images.values.chunks_exact(64).zip(halves.values.chunks_exact(32)) {
        assert!(image[..32].iter().all(|value| *value == (stream.normal() as f32).clamp(0.0, 1.0)));
        assert_eq!(image[32..], *half);
    }
}

#[test]
fn weights_that_one_head_alone_reaches_move_by_its_own_optimiser() {
    let mut worker = Worker::start("avx2");
    let (before, out) = worker.outcome(Task::TrainHeads(TrainHeads { steps: 0, ..train_task(1) }), &[]);
    let old = object(&out, "weights");
    assert!(before.curves.values().all(Vec::is_empty));
    let mut task = TrainHeads { steps: 20, ..train_task(1) };
    task.heads[1].optimizer = Some(Optimizer::Adam { learning_rate: 0.0 });
    let (_, out) = worker.outcome(Task::TrainHeads(task), &[]);
    for (name, tensor) in object(&out, "weights") {
        assert_eq!(tensor == old[&name], name.starts_with("histogram."), "{name}");
    }
}

#[test]
fn a_model_that_diverges_is_an_outcome_with_the_points_before_it() {
    let mut worker = Worker::start("avx2");
    let mut task = TrainHeads { every: 1, steps: 30, ..train_task(1) };
    task.optimizer = Optimizer::Sgd { learning_rate: 1e30, momentum: 0.0 };
    let (outcome, _) = worker.outcome(Task::TrainHeads(task.clone()), &[]);
    let Ending::Diverged { step } = outcome.ending else { panic!("{outcome:?}") };
    assert!(step >= 1 && outcome.curves.values().all(|curve| curve.len() == step), "{outcome:?}");
    assert!(outcome.scalars.is_empty() && outcome.tensors.is_empty());
}

#[test]
fn bad_tasks_on_models_are_answered_with_their_reason() {
    let mut worker = Worker::start("avx2");
    let refused = |worker: &mut Worker, change: Change| {
        let mut task = train_task(1);
        change(&mut task);
        worker.failure(Task::TrainHeads(task))
    };
    let cases: [(&str, Change); 8] = [
        ("training a model: head `class`: the network has no node `clas`", |task| task.heads[0].node = "clas".into()),
        ("head `histogram`: node `histogram` has the value [8], but its target has 9", |task| {
            task.heads[1].target = Target::Histogram { bins: 9 };
        }),
        ("network node `latent`: it reads as many means as variances", |task| {
            task.network.nodes[4].operator = linear(7);
        }),
        ("network node `encode`: it reads `elo`, which is neither", |task| {
            task.network.nodes[4].inputs[0] = "elo".to_owned();
        }),
        ("assembly of tensor `class.bias`, 10 x 1: block 1 (1 x 1 at [9, 0]): it overlaps block 0", |task| {
            let blocks = task.start.assembly.tensors.get_mut("class.bias").expect("drawn");
            blocks.push(block([9, 0], [1, 1], Source::Zeros));
        }),
        ("tensor `class.bias` [10] of the network is not put together, and the old weights have none", |task| {
            task.start.assembly.tensors.remove("class.bias");
        }),
        ("the request gives no path for the object", |task| task.start.weights = Some(Digest::of(b"nowhere"))),
        ("training a model: steps 200 must be a multiple of every 30", |task| task.every = 30),
    ];
    for (words, change) in cases {
        let message = refused(&mut worker, change);
        assert!(message.contains(words), "{message} does not contain {words}");
    }
    let mut latent_in_train = crate::perceptron(1);
    latent_in_train.network.nodes.insert(1, Node::new("latent", Operator::LatentSample, &["flatten"]));
    latent_in_train.network.nodes[2].inputs[0] = "latent".to_owned();
    let message = worker.failure(Task::Train(latent_in_train));
    assert!(message.contains("network node `latent`: latent samples need noise"), "{message}");

    let (outcome, file) = trained(&mut worker);
    let weights = outcome.tensors["weights"];
    let failure = |worker: &mut Worker, task: Task, files: &[&Path]| match worker.ask(task, files).0 {
        Reply::Failed { message, .. } => message,
        done => panic!("{done:?} instead of a failure"),
    };
    let mut unknown = evaluate_task(weights, vec![nothing("none")]);
    unknown.interventions[0].assembly.tensors.insert("clas.bias".to_owned(), Vec::new());
    let message = failure(&mut worker, Task::EvaluateHeads(unknown), &[&file]);
    assert!(message.contains("scoring a model: assembly of tensor `clas.bias`"), "{message}");
    let many = failure(&mut worker, Task::Generate(generate_task(weights, 401)), &[&file]);
    assert!(many.contains("drawing from a model: count is 401, but there are 400 test samples"), "{many}");
    let mut through = generate_task(weights, 4);
    let small = NetworkSpec::perceptron(&[32], &[], Activation::Relu, 10);
    through.through = Some(Through { network: small, weights });
    let message = failure(&mut worker, Task::Generate(through), &[&file]);
    assert!(message.contains("the classifier that images are passed through"), "{message}");
}

/// An ordinary evaluation reads a model too: its output is then the concatenation of all, without noise.
#[test]
fn an_ordinary_evaluation_takes_the_means_of_latent_samples() {
    let mut worker = Worker::start("avx2");
    let (outcome, file) = trained(&mut worker);
    let TrainHeads { mut network, data, .. } = train_task(1);
    network.nodes.pop();
    network.nodes.push(Node::new("beside", Operator::Concat, &["class", "histogram", "decode"]));
    network.nodes.push(Node::new("outputs", Operator::Slice { start: 0, length: 10 }, &["beside"]));
    let probes = vec![renas_task::Probe::Score { split: Split::Test }];
    let weights = outcome.tensors["weights"];
    let (scored, _) = worker.outcome(Task::Evaluate(Evaluate { network, data, weights, probes }), &[&file]);
    assert!((1.0 - scored.scalars["test.accuracy"] - outcome.scalars["test.class.error"]).abs() < 1e-12);
}
