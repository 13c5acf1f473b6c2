//! Every mistake in a task on heads is named.

use super::*;
use crate::Split;
use crate::heads::ShuffledFeatures;
use renas_base::digest::Digest;
use renas_base::seed::Seed;
use renas_data::split::{DataChoice, SplitChoice};
use renas_network::assembly::Assembly;
use renas_network::spec::{INPUT, Node};

/// Makes a task that must be refused.
type Change = fn(&mut TrainHeads);

const SIZES: SampleSizes = SampleSizes { classes: 3, pixels: 4 };

fn head(name: &str, node: &str, target: Target, loss: HeadLoss) -> Head {
    Head { name: name.to_owned(), node: node.to_owned(), target, loss, optimizer: None }
}

/// A trunk for a classifier and an encoder; a decoder behind the encoder's latent sample.
fn task() -> TrainHeads {
    let linear = |units| Operator::Linear { units };
    let nodes = vec![
        Node::new("trunk", linear(6), &[INPUT]),
        Node::new("class", linear(3), &["trunk"]),
        Node::new("encode", linear(4), &["trunk"]),
        Node::new("latent", Operator::LatentSample, &["encode"]),
        Node::new("decode", linear(4), &["latent"]),
        Node::new("all", Operator::Concat, &["class", "decode"]),
    ];
    let split = SplitChoice { test: Some(300), validation: 200, train: None, seed: Seed::from_number(1) };
    TrainHeads {
        network: NetworkSpec { input: vec![1, 2, 2], nodes, output: "all".to_owned() },
        data: DataChoice { name: "digits".to_owned(), digest: Digest::of(b"samples"), split },
        start: Assembled { weights: None, donor: None, assembly: Assembly::default() },
        heads: vec![
            head("class", "class", Target::Labels, HeadLoss::SigmoidCrossEntropy),
            head("image", "decode", Target::Image, HeadLoss::MeanSquaredError),
        ],
        latents: vec![Latent { node: "latent".to_owned(), weight: 1.0 }],
        optimizer: Optimizer::Adam { learning_rate: 0.01 },
        batch_size: 10,
        steps: 20,
        seed: Seed::from_number(2),
        every: 10,
        scores: Vec::new(),
    }
}

fn vector() -> TrainHeads {
    let mut task = task();
    task.network.input = vec![4];
    task
}

fn refused(change: impl FnOnce(&mut TrainHeads)) -> String {
    let mut task = vector();
    change(&mut task);
    check_train(&task, SIZES).expect_err("refused").to_string()
}

#[test]
fn weights_belong_to_the_head_that_alone_depends_on_them() {
    assert_eq!(check_train(&vector(), SIZES), Ok(()));
    let TrainHeads { network, mut heads, latents, .. } = vector();
    use Owner::{Head, Nobody, Shared};
    let all = owners(&network, &heads, &latents).expect("checked");
    assert_eq!(all, [Shared, Head(0), Head(1), Head(1), Head(1), Nobody]);
    heads.pop();
    let without_decoder = owners(&network, &heads, &latents).expect("checked");
    assert_eq!(without_decoder, [Head(0), Head(0), Shared, Shared, Nobody, Nobody]);
}

#[test]
fn every_mistake_in_a_training_is_named() {
    assert!(check_train(&task(), SIZES).expect_err("an image").to_string().contains("network node `trunk`"));
    let cases: [(&str, Change); 17] = [
        ("head `class`: the network has no node `clas`", |task| task.heads[0].node = "clas".to_owned()),
        ("head `class`: node `decode` has the value [4], but its target has 3", |task| {
            task.heads[0].node = "decode".to_owned();
        }),
        ("head `image`: the mean squared error needs", |task| task.heads[1].target = Target::Labels),
        ("head `class`: cross entropies need", |task| task.heads[0].target = Target::Image),
        ("head `image`: its histogram has no bins", |task| task.heads[1].target = Target::Histogram { bins: 0 }),
        ("head `image`: node `decode` has the value [4], but its target has 8", |task| {
            task.heads[1].target = Target::Histogram { bins: 8 };
        }),
        ("head `class`: another one before it", |task| task.heads[1].name = "class".to_owned()),
        ("head `latent`: a name consists", |task| task.heads[1].name = LATENT.to_owned()),
        ("head `a.b`: a name consists", |task| task.heads[1].name = "a.b".to_owned()),
        ("head `class`: its optimizer.momentum is 1", |task| {
            task.heads[0].optimizer = Some(Optimizer::Sgd { learning_rate: 0.1, momentum: 1.0 });
        }),
        ("optimizer.learning_rate is NaN", |task| task.optimizer = Optimizer::Adam { learning_rate: f64::NAN }),
        ("latent `class`: it is no latent sample", |task| task.latents[0].node = "class".to_owned()),
        ("latent `nowhere`: the network has no node", |task| task.latents[0].node = "nowhere".to_owned()),
        ("latent `latent`: it is named twice", |task| task.latents.push(task.latents[0].clone())),
        ("latent `latent`: its weight is inf", |task| task.latents[0].weight = f64::INFINITY),
        ("steps 20 must be a multiple of every 0", |task| task.every = 0),
        ("steps 20 must be a multiple of every 15", |task| task.every = 15),
    ];
    for (words, change) in cases {
        let message = refused(change);
        assert!(message.contains(words), "{message} does not contain {words}");
    }
    assert!(refused(|task| task.batch_size = 0).contains("batch_size must be at least 1"));
    assert!(refused(|task| task.heads.clear()).contains("`heads` must name at least one output"));
    let odd = refused(|task| task.network.nodes[2].operator = Operator::Linear { units: 5 });
    assert!(odd.contains("network node `latent`: it reads as many means as variances"), "{odd}");
    let untrained = refused(|task| drop(task.heads.remove(0)));
    assert!(untrained.contains("network node `class`: no head and no latent depends on it"), "{untrained}");
}

#[test]
fn every_mistake_in_an_evaluation_is_named() {
    let TrainHeads { network, data, heads, latents, seed, .. } = vector();
    let intervention = |name: &str, features| {
        let assembly = Assembly::default();
        Intervention { name: name.to_owned(), assembly, features }
    };
    let shuffled = |from, to| Some(ShuffledFeatures { from, to });
    let task = EvaluateHeads {
        network,
        data,
        weights: Digest::of(b"weights"),
        heads,
        latents,
        seed,
        interventions: vec![intervention("none", None), intervention("pixels", shuffled(1, 4))],
        scores: vec![Split::Test],
        values: Some(Split::Test),
        nodes: vec!["latent".to_owned()],
    };
    assert_eq!(check_evaluate(&task, SIZES), Ok(()));
    let refused = |interventions: Vec<Intervention>, values: Option<Split>, nodes: &[&str]| {
        let nodes = nodes.iter().map(|&node| node.to_owned()).collect();
        let task = EvaluateHeads { interventions, values, nodes, ..task.clone() };
        check_evaluate(&task, SIZES).expect_err("refused").to_string()
    };
    let test = Some(Split::Test);
    assert!(refused(vec![intervention("a.b", None)], None, &[]).contains("intervention `a.b`: a name consists"));
    let twice = refused(vec![intervention("none", None); 2], None, &[]);
    assert!(twice.contains("intervention `none`: another one before it"), "{twice}");
    let features = refused(vec![intervention("pixels", shuffled(2, 5))], None, &[]);
    assert!(features.contains("intervention `pixels`: features 2..5 are none of the 4 inputs"), "{features}");
    assert!(refused(Vec::new(), test, &["encod"]).contains("node `encod`: the network has no node"));
    assert!(refused(Vec::new(), test, &["latent"; 2]).contains("node `latent`: its values are asked for twice"));
    assert!(refused(Vec::new(), test, &[]).contains("exactly where `nodes` names nodes"));
    assert!(refused(Vec::new(), None, &["latent"]).contains("exactly where `nodes` names nodes"));
}

#[test]
fn every_mistake_in_a_generation_is_named() {
    let TrainHeads { network, data, seed, .. } = vector();
    let weights = Digest::of(b"weights");
    let task = Generate { network, data, weights, node: "decode".to_owned(), count: 5, seed, through: None };
    assert_eq!(check_generate(&task, SIZES, 5), Ok(()));
    let refused = |node: &str, count| {
        let task = Generate { node: node.to_owned(), count, ..task.clone() };
        check_generate(&task, SIZES, 5).expect_err("refused").to_string()
    };
    assert!(refused("decod", 5).contains("node `decod`: the network has no node"));
    assert!(refused("class", 5).contains("node `class`: its 3 values are no image of the data, which has 4 pixels"));
    assert!(refused("decode", 6).contains("count is 6, but there are 5 test samples"));
    assert!(refused("decode", 0).contains("count is 0"));
}
