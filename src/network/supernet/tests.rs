//! Paths, shared tensors and slices by hand, and what a supernet must not be.

use proptest::prelude::*;

use super::*;
use crate::cost::cost;
use crate::spec::Activation;
use renas_base::digest::canonical_json;
use renas_base::seed::Seed;

fn convolution(filters: usize, kernel: usize, groups: usize) -> Operator {
    Operator::Conv2d { filters, kernel, stride: 1, padding: kernel / 2, dilation: 1, groups }
}

fn slot(name: &str, alternatives: Vec<Vec<Node>>) -> Slot {
    Slot { name: name.to_owned(), alternatives, shares: Vec::new() }
}

/// A stem of 4 filters; then nothing, a depthwise layer with a skip, or an expansion to 8 or 12 channels and back; then
/// the classifier. Widths of a half and one.
fn example() -> Supernet {
    let expanded = |hidden: usize| {
        vec![
            Node::new("expand", convolution(hidden, 1, 1), &[PREVIOUS]),
            Node::new("norm", Operator::BatchNorm, &["expand"]),
            Node::new("project", convolution(4, 1, 1), &["norm"]),
        ]
    };
    let relu = Operator::Activation { function: Activation::Relu };
    let depthwise = vec![
        Node::new("depthwise", convolution(4, 3, 4), &[PREVIOUS]),
        Node::new("relu", relu, &["depthwise"]),
        Node::new("sum", Operator::Add, &["relu", PREVIOUS]),
    ];
    let classifier = vec![
        Node::new("mean", Operator::GlobalMeanPool, &[PREVIOUS]),
        Node::new("logits", Operator::Linear { units: 10 }, &["mean"]),
    ];
    Supernet {
        input: vec![1, 8, 8],
        widths: vec![1, 2],
        denominator: 2,
        slots: vec![
            slot("stem", vec![vec![Node::new("stem", convolution(4, 3, 1), &[PREVIOUS])]]),
            slot("layer", vec![Vec::new(), depthwise, expanded(8), expanded(12)]),
            slot("head", vec![classifier]),
        ],
        groups: Vec::new(),
    }
}

fn choice(width: usize, layer: usize) -> Choice {
    Choice { width, slots: vec![0, layer, 0] }
}

/// Keys of trials contain this text: it may never change.
#[test]
fn the_canonical_json_of_a_supernet_and_a_choice_is_pinned() {
    let supernet = Supernet {
        input: vec![2],
        widths: vec![1],
        denominator: 1,
        slots: vec![slot("head", vec![vec![Node::new("logits", Operator::Linear { units: 3 }, &[PREVIOUS])]])],
        groups: Vec::new(),
    };
    let expected = concat!(
        r#"{"denominator":1,"input":[2],"slots":[{"alternatives":[[{"inputs":["previous"],"name":"logits","#,
        r#""operator":{"kind":"linear","units":3}}]],"name":"head"}],"widths":[1]}"#
    );
    assert_eq!(canonical_json(&supernet).expect("no floating-point numbers"), expected);
    assert_eq!(serde_json::from_str::<Supernet>(expected).expect("own text"), supernet);
    let text = canonical_json(&choice(1, 2)).expect("no floating-point numbers");
    assert_eq!(text, r#"{"slots":[0,2,0],"width":1}"#);
}

/// By hand: the stem has 4 x 9 + 4 parameters and 2 x 9 + 2 at half width, the classifier 10 x 4 + 10 and 10 x 2 + 10;
/// the depthwise layer 4 x 9 + 4 and 2 x 9 + 2; the expansion to 8 (at half width to 4 of 2) 8 x 4 + 8, twice 8 for the
/// norm, 4 x 8 + 4, at half width 4 x 2 + 4, 8, 2 x 4 + 2.
#[test]
fn paths_have_the_layers_and_sizes_of_the_hand_count() {
    let supernet = example();
    let count = |width, layer| {
        let path = supernet.path(&choice(width, layer)).expect("valid");
        (path.nodes.len(), cost(&path).expect("valid").total.parameters)
    };
    assert_eq!(count(1, 0), (3, 40 + 50));
    assert_eq!(count(0, 0), (3, 20 + 30));
    assert_eq!(count(1, 1), (6, 40 + 40 + 50));
    assert_eq!(count(0, 1), (6, 20 + 20 + 30));
    assert_eq!(count(1, 2), (6, 40 + (40 + 16 + 36) + 50));
    assert_eq!(count(0, 2), (6, 20 + (12 + 8 + 10) + 30));
    assert_eq!(count(1, 3), (6, 40 + (60 + 24 + 52) + 50));
    let absent = supernet.path(&choice(1, 0)).expect("valid");
    assert_eq!(absent.nodes[1].inputs, ["stem"], "an empty alternative passes on");
    let depthwise = supernet.path(&choice(0, 1)).expect("valid");
    assert_eq!(depthwise.nodes[1].operator, convolution(2, 3, 2));
    assert_eq!(depthwise.nodes[3].inputs, ["relu", "stem"]);
}

#[test]
fn shared_tensors_are_as_large_as_the_widest_path_needs() {
    let tensors = example().tensors().expect("valid");
    let find = |name: &str| tensors.iter().find(|tensor| tensor.name == name).expect("a tensor");
    assert_eq!(find("expand.weight").shape, [12, 4, 1, 1]);
    assert_eq!(find("project.weight").shape, [4, 12, 1, 1]);
    assert_eq!(find("project.weight").initial, Initial::Uniform { fan_in: 12 });
    assert_eq!(find("depthwise.weight").shape, [4, 1, 3, 3]);
    assert_eq!(find("logits.weight").shape, [10, 4]);
    assert_eq!(find("norm.running_var").shape, [12]);
    let mut larger = example();
    larger.slots[1].alternatives[3][0].operator = convolution(12, 5, 1);
    let tensors_of_larger = larger.tensors().expect("kernels may differ");
    let expand = tensors_of_larger.iter().find(|tensor| tensor.name == "expand.weight").expect("a tensor");
    assert_eq!((&expand.shape[..], expand.initial), (&[12, 4, 5, 5][..], Initial::Uniform { fan_in: 100 }));
    let names: Vec<&str> = tensors.iter().map(|tensor| tensor.name.as_str()).collect();
    let expected = ["stem.weight", "stem.bias", "depthwise.weight", "depthwise.bias", "expand.weight", "expand.bias"];
    assert_eq!(names[..6], expected);
    assert_eq!(names.len(), 6 + 4 + 2 + 2);
    // Numbers of nodes: stem 0, depthwise 1, relu 2, sum 3, expand 4.
    assert_eq!((find("depthwise.bias").node, find("expand.bias").node), (1, 4));
}

fn counted(shape: &[usize]) -> Tensor {
    let size: usize = shape.iter().product();
    Tensor { shape: shape.to_vec(), values: (0..size).map(|index| index as f32).collect() }
}

#[test]
fn a_slice_keeps_the_first_channels_and_the_centre_of_kernels() {
    let part = slice(&counted(&[3, 4]), &[2, 3]).expect("smaller");
    assert_eq!(part.values, [0.0, 1.0, 2.0, 4.0, 5.0, 6.0]);
    let kernels = slice(&counted(&[2, 1, 3, 5]), &[1, 1, 1, 3]).expect("smaller");
    assert_eq!((kernels.shape, kernels.values), (vec![1, 1, 1, 3], vec![6.0, 7.0, 8.0]));
    assert_eq!(slice(&counted(&[3]), &[3]), Some(counted(&[3])));
    assert_eq!(slice(&counted(&[3]), &[4]), None);
    assert_eq!(slice(&counted(&[3]), &[3, 1]), None);
}

#[test]
fn a_path_inherits_slices_and_fresh_statistics() {
    let supernet = example();
    let all = supernet.tensors().expect("valid");
    let trained = all.iter().filter(|tensor| tensor.trainable);
    let mut shared: Tensors = trained.map(|tensor| (tensor.name.clone(), counted(&tensor.shape))).collect();
    let path = supernet.path(&choice(0, 2)).expect("valid");
    let tensors = inherited(&path, &shared).expect("all there");
    assert_eq!(tensors["expand.weight"].values, [0.0, 1.0, 4.0, 5.0, 8.0, 9.0, 12.0, 13.0]);
    assert_eq!(tensors["norm.running_mean"].values, [0.0; 4]);
    assert_eq!(tensors["norm.running_var"].values, [1.0; 4]);
    assert_eq!(tensors.len(), parameters(&path).expect("valid").len());

    shared.insert("stem.bias".to_owned(), counted(&[1]));
    let error = inherited(&path, &shared).expect_err("too small").to_string();
    assert!(error.contains("`stem.bias` has shape [1], of which [2] is no slice"), "{error}");
    shared.remove("stem.bias");
    let error = inherited(&path, &shared).expect_err("missing").to_string();
    assert!(error.contains("no tensor `stem.bias`"), "{error}");
}

#[test]
fn every_mistake_is_named_with_its_slot() {
    let message = |change: &dyn Fn(&mut Supernet)| {
        let mut supernet = example();
        change(&mut supernet);
        supernet.tensors().expect_err("wrong").to_string()
    };
    let contains = |change: &dyn Fn(&mut Supernet), expected: &str| {
        let message = message(change);
        assert!(message.contains(expected), "{message} does not contain {expected}");
    };
    contains(&|net| net.widths = vec![2, 1], "widths [2, 1]/2: they must be positive and in ascending order");
    contains(&|net| net.widths.clear(), "widths []/2");
    contains(&|net| net.denominator = 0, "widths [1, 2]/0");
    contains(&|net| net.slots[1].alternatives.clear(), "slot `layer` has no alternative");
    contains(&|net| net.slots[2].alternatives.push(Vec::new()), "slot `head`, alternative 1: it passes on [2, 8, 8]");
    contains(&|net| net.slots.clear(), "no layer that every path passes");
    let wider = |net: &mut Supernet| net.slots[1].alternatives[2][2].operator = convolution(6, 1, 1);
    contains(&wider, "slot `layer`, alternative 2: it passes on [3, 8, 8], but another alternative [2, 8, 8]");
    let input = |net: &mut Supernet| net.slots[1].alternatives[2][0].inputs[0] = INPUT.to_owned();
    contains(&input, "alternative 2: node `expand` reads `input`; what it reads is called `previous`");
    let earlier = |net: &mut Supernet| net.slots[1].alternatives[1][0].inputs[0] = "stem".to_owned();
    contains(&earlier, "alternative 1: network node `depthwise`: it reads `stem`");
    let dilated = Operator::Conv2d { filters: 12, kernel: 3, stride: 1, padding: 2, dilation: 2, groups: 1 };
    let dilated = |net: &mut Supernet| net.slots[1].alternatives[3][0].operator = dilated.clone();
    contains(
        &dilated,
        "alternative 3: nodes `expand` differ in more than filters, units, groups and kernels that keep",
    );
    let twice = |net: &mut Supernet| net.slots[2].alternatives[0][1].name = "stem".to_owned();
    contains(&twice, "slot `head`, alternative 0: node `stem` has the name of a node of another slot");
    let grouped = |net: &mut Supernet| net.slots[1].alternatives[1][0].operator = convolution(4, 3, 3);
    contains(&grouped, "alternative 1: network node `depthwise`: 3 groups do not divide");
}

#[test]
fn a_choice_out_of_range_is_no_path() {
    let supernet = example();
    for wrong in [choice(2, 0), choice(0, 4), Choice { width: 0, slots: vec![0, 0] }] {
        assert_eq!(supernet.path(&wrong), Err(SupernetError::Choice(wrong)));
    }
}

#[test]
fn draws_reach_every_path_and_are_pinned() {
    let supernet = example();
    let mut stream = Seed::from_number(1).stream("path");
    let draws: Vec<Choice> = (0..200).map(|_| supernet.draw(&mut stream)).collect();
    for width in 0..2 {
        for layer in 0..4 {
            let count = draws.iter().filter(|draw| **draw == choice(width, layer)).count();
            assert!((10..45).contains(&count), "{width} {layer}: {count}");
        }
    }
    let first: Vec<[usize; 2]> = draws[..6].iter().map(|draw| [draw.width, draw.slots[1]]).collect();
    assert_eq!(first, PINNED);
}

/// Each way as often as its share, within four standard deviations of the binomial distribution.
#[test]
fn ways_with_shares_are_drawn_as_these_say() {
    let mut supernet = example();
    supernet.slots[1].shares = vec![5, 1, 3, 1];
    supernet.tensors().expect("four positive shares for four ways");
    let mut stream = Seed::from_number(1).stream("path");
    let draws: Vec<usize> = (0..4000).map(|_| supernet.draw(&mut stream).slots[1]).collect();
    for (way, &share) in supernet.slots[1].shares.iter().enumerate() {
        let count = draws.iter().filter(|&&draw| draw == way).count() as f64;
        let (chance, n) = (share as f64 / 10.0, draws.len() as f64);
        assert!((count - n * chance).abs() < 4.0 * (n * chance * (1.0 - chance)).sqrt(), "{way}: {count}");
    }
    // Shares that are equal draw what no shares draw.
    supernet.slots[1].shares = vec![1; 4];
    let draw = |supernet: &Supernet| supernet.draw(&mut Seed::from_number(2).stream("path"));
    assert_eq!(draw(&supernet), draw(&example()));
    for shares in [vec![1, 1], vec![1, 0, 1, 1]] {
        supernet.slots[1].shares = shares;
        let message = supernet.tensors().expect_err("wrong shares").to_string();
        assert!(message.contains("supernet slot `layer`: shares [1"), "{message}");
        assert!(message.contains("one positive number for each of 4 alternatives"), "{message}");
    }
}

/// Trainings of supernets depend on them.
const PINNED: [[usize; 2]; 6] = [[0, 1], [1, 1], [1, 3], [1, 0], [1, 1], [0, 0]];

proptest! {
    /// Slicing a slice is slicing: what any path reads of a tensor does not depend on the other paths. (Kernels are odd.)
    #[test]
    fn slices_of_slices_are_slices(sizes in prop::collection::vec((0..4usize, 0..3usize, 0..3usize), 1..5)) {
        let size = |(dimension, size): (usize, usize)| if dimension < 2 { 1 + size } else { 1 + 2 * size };
        let shape = |sizes: Vec<usize>| -> Vec<usize> { sizes.into_iter().enumerate().map(size).collect() };
        let inner = shape(sizes.iter().map(|size| size.0).collect());
        let middle = shape(sizes.iter().map(|size| size.0 + size.1).collect());
        let outer = shape(sizes.iter().map(|size| size.0 + size.1 + size.2).collect());
        let all = counted(&outer);
        let direct = slice(&all, &inner);
        let through = slice(&all, &middle).and_then(|middle| slice(&middle, &inner));
        prop_assert!(direct.is_some());
        prop_assert_eq!(direct, through);
    }

    /// What any path needs of any tensor is there.
    #[test]
    fn every_path_fits_into_the_shared_tensors(width in 0..2usize, layer in 0..4usize) {
        let supernet = example();
        let all = supernet.tensors().expect("valid");
        let path = supernet.path(&choice(width, layer)).expect("valid");
        for parameter in parameters(&path).expect("valid") {
            let shared = all.iter().find(|shared| shared.name == parameter.name).expect("a shared tensor");
            prop_assert!(shared.shape.iter().zip(&parameter.shape).all(|(shared, own)| shared >= own));
        }
    }
}

#[test]
fn sizes_and_shares_that_no_number_holds_are_mistakes() {
    let mut large = example();
    large.widths = vec![1, usize::MAX];
    assert!(matches!(large.tensors(), Err(SupernetError::Alternative { .. })));
    assert!(matches!(large.path(&choice(1, 0)), Err(SupernetError::Path(_))));
    let mut often = example();
    often.slots[1].shares = vec![usize::MAX, 1, 1, 1];
    assert!(matches!(often.tensors(), Err(SupernetError::Shares { .. })));
    let mut undivided = example();
    undivided.denominator = 0;
    assert!(matches!(undivided.tensors(), Err(SupernetError::Widths { .. })));
    assert!(undivided.path(&choice(0, 0)).is_ok(), "as if it were 1");
}
