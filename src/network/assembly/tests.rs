//! Assemblies by hand, and every mistake that one can contain.

use super::*;
use crate::spec::Activation;
use renas_base::digest::canonical_json;

/// `hidden_1`: 3 x 2; `logits`: 2 x 3.
fn network() -> NetworkSpec {
    NetworkSpec::perceptron(&[2], &[3], Activation::Relu, 2)
}

fn block(at: [usize; 2], size: [usize; 2], from: Source) -> Block {
    Block { at, size, from }
}

fn one(name: &str, blocks: Vec<Block>) -> Assembly {
    Assembly { tensors: BTreeMap::from([(name.to_owned(), blocks)]) }
}

fn old() -> Tensors {
    let values = |name: &str, shape: &[usize], first: f32| {
        let values = (0..shape.iter().product::<usize>()).map(|index| first + index as f32).collect();
        (name.to_owned(), Tensor { shape: shape.to_vec(), values })
    };
    Tensors::from([
        values("hidden_1.weight", &[3, 2], 10.0),
        values("hidden_1.bias", &[3], 20.0),
        values("logits.weight", &[2, 3], 30.0),
        values("logits.bias", &[2], 40.0),
        values("gone.weight", &[2, 2], 50.0),
    ])
}

fn assembled(assembly: &Assembly, old: &Tensors) -> Result<Tensors, AssemblyError> {
    assemble(&network(), assembly, old, Seed::from_number(1))
}

#[test]
fn an_empty_assembly_hands_on_what_the_network_has() {
    let new = assembled(&Assembly::default(), &old()).expect("all are there");
    let mut expected = old();
    expected.remove("gone.weight");
    assert_eq!(new, expected);
}

#[test]
fn every_source_fills_its_block() {
    let from_old = Source::Tensor { name: "gone.weight".to_owned(), at: [0, 1], scale: 0.5 };
    let blocks = vec![
        block([0, 0], [2, 1], from_old),
        block([0, 1], [2, 1], Source::Zeros),
        block([2, 0], [1, 2], Source::Identity { scale: 3.0 }),
    ];
    let mut assembly = one("hidden_1.weight", blocks);
    let bias = Source::Tensor { name: "hidden_1.bias".to_owned(), at: [1, 0], scale: 1.0 };
    let fresh = Source::Initial { law: Law::Uniform { bound: 0.1 } };
    let blocks = vec![block([1, 0], [2, 1], bias), block([0, 0], [1, 1], fresh)];
    assembly.tensors.insert("hidden_1.bias".to_owned(), blocks);
    let diagonal = block([0, 0], [2, 3], Source::Identity { scale: -1.0 });
    assembly.tensors.insert("logits.weight".to_owned(), vec![diagonal]);
    let new = assembled(&assembly, &old()).expect("covered");
    assert_eq!(new["hidden_1.weight"].values, [25.5, 0.0, 26.5, 0.0, 3.0, 0.0]);
    assert_eq!(new["hidden_1.bias"].values[1..], [21.0, 22.0]);
    assert!(new["hidden_1.bias"].values[0].abs() < 0.1);
    assert_eq!(new["logits.weight"].values, [-1.0, 0.0, 0.0, 0.0, -1.0, 0.0]);
    assert_eq!(new["logits.bias"], old()["logits.bias"]);
}

fn drawn(law: Law) -> Vec<f32> {
    let network = NetworkSpec::perceptron(&[50], &[], Activation::Relu, 40);
    let whole = |size: [usize; 2]| vec![block([0, 0], size, Source::Initial { law })];
    let tensors = [("logits.weight".to_owned(), whole([40, 50])), ("logits.bias".to_owned(), whole([40, 1]))];
    let assembly = Assembly { tensors: BTreeMap::from(tensors) };
    let new = assemble(&network, &assembly, &Tensors::new(), Seed::from_number(1)).expect("all is drawn");
    new["logits.weight"].values.clone()
}

#[test]
fn fresh_values_keep_to_their_law() {
    let largest = |law| drawn(law).into_iter().fold(0f32, |largest, value| largest.max(value.abs()));
    for (law, bound) in [
        (Law::Xavier { fan_in: 50, fan_out: 46 }, 0.25),
        (Law::Uniform { bound: 0.1 }, 0.1),
        (Law::Pytorch { fan_in: 25 }, 0.2),
    ] {
        assert!((0.99 * bound..=bound).contains(&largest(law)), "{law:?}: {}", largest(law));
    }
    let squares: f32 = drawn(Law::Normal { deviation: 0.1 }).iter().map(|value| value * value).sum();
    // 2,000 draws: five standard errors of a variance are 5 x sqrt(2 / 2,000) of it.
    assert!((squares / 2000.0 / 0.01 - 1.0).abs() < 0.16, "{squares}");
}

/// Fresh values are part of trainings: these may never change, and depend on no other tensor.
#[test]
fn fresh_values_are_pinned() {
    assert_eq!(drawn(Law::Uniform { bound: 1.0 })[..3], PINNED);
}

const PINNED: [f32; 3] = [0.96199596, 0.91063315, 0.8661118];

#[test]
fn blocks_that_do_not_cover_their_tensor_exactly_are_refused_by_name() {
    let zeros = |at, size| block(at, size, Source::Zeros);
    let taken = |name: &str, at| Source::Tensor { name: name.to_owned(), at, scale: 1.0 };
    let law = |law| vec![block([0, 0], [3, 2], Source::Initial { law })];
    let cases = [
        (vec![zeros([0, 0], [3, 1])], "no block covers row 0, column 1"),
        (vec![zeros([0, 0], [3, 2]), zeros([2, 1], [1, 1])], "block 1 (1 x 1 at [2, 1]): it overlaps block 0"),
        (vec![zeros([0, 0], [4, 2])], "block 0 (4 x 2 at [0, 0]): it is not within the tensor"),
        (vec![zeros([usize::MAX, 0], [3, 2])], "it is not within the tensor"),
        (vec![zeros([0, 0], [0, 2])], "block 0 (0 x 2 at [0, 0]): it is empty"),
        (vec![block([0, 0], [3, 2], taken("gone", [0, 0]))], "the old weights have no tensor `gone`"),
        (
            vec![block([0, 0], [3, 2], taken("gone.weight", [0, 1]))],
            "from [0, 1] on it is not within the old tensor `gone.weight`, 2 x 2",
        ),
        (vec![block([0, 0], [3, 2], Source::Identity { scale: f64::NAN })], "its scale is NaN"),
        (law(Law::Uniform { bound: -1.0 }), "its law's bound is -1"),
        (law(Law::Pytorch { fan_in: 0 }), "its law's fan_in is 0"),
        (law(Law::Xavier { fan_in: 0, fan_out: 0 }), "its law's fans 0 and 0"),
    ];
    for (blocks, rule) in cases {
        let error = assembled(&one("hidden_1.weight", blocks), &old()).expect_err(rule).to_string();
        assert!(error.starts_with("assembly of tensor `hidden_1.weight`, 3 x 2: "), "{error}");
        assert!(error.contains(rule), "{error} does not contain {rule}");
    }
}

#[test]
fn tensors_that_are_unknown_or_cannot_be_inherited_are_named() {
    let message = |assembly: &Assembly, old: &Tensors| assembled(assembly, old).expect_err("refused").to_string();
    let unknown = message(&one("hidden_2.weight", vec![]), &old());
    assert!(unknown.contains("`hidden_2.weight`") && unknown.contains("did you mean `hidden_1.weight`?"), "{unknown}");
    let mut other = old();
    other.remove("logits.bias");
    let missing = message(&Assembly::default(), &other);
    assert!(missing.contains("`logits.bias` [2]") && missing.contains("none of that name"), "{missing}");
    other.insert("logits.bias".to_owned(), Tensor { shape: vec![3], values: vec![0.0; 3] });
    let shape = message(&Assembly::default(), &other);
    assert!(shape.contains("`logits.bias` [2]") && shape.contains("the old one has shape [3]"), "{shape}");
}

/// Assemblies are part of keys: this text may never change.
#[test]
fn the_canonical_json_of_an_assembly_is_pinned_and_reads_back() {
    let taken = Source::Tensor { name: "a.weight".to_owned(), at: [0, 2], scale: 0.5 };
    let laws = [
        Law::Xavier { fan_in: 2, fan_out: 3 },
        Law::Uniform { bound: 0.5 },
        Law::Normal { deviation: 0.25 },
        Law::Pytorch { fan_in: 4 },
    ];
    let sources = [taken, Source::Zeros, Source::Identity { scale: 1.5 }];
    let sources = sources.into_iter().chain(laws.map(|law| Source::Initial { law }));
    let assembly = one("b.weight", sources.map(|from| block([0, 1], [2, 3], from)).collect());
    let text = canonical_json(&assembly).expect("finite");
    assert_eq!(serde_json::from_str::<Assembly>(&text).expect("own text"), assembly);
    let froms: Vec<&str> = text.split(r#"{"at":[0,1],"from":"#).skip(1).collect();
    let expected = [
        r#"{"at":[0,2],"name":"a.weight","scale":0.5,"source":"tensor"},"size":[2,3]},"#,
        r#"{"source":"zeros"},"size":[2,3]},"#,
        r#"{"scale":1.5,"source":"identity"},"size":[2,3]},"#,
        r#"{"law":{"fan_in":2,"fan_out":3,"name":"xavier"},"source":"initial"},"size":[2,3]},"#,
        r#"{"law":{"bound":0.5,"name":"uniform"},"source":"initial"},"size":[2,3]},"#,
        r#"{"law":{"deviation":0.25,"name":"normal"},"source":"initial"},"size":[2,3]},"#,
        r#"{"law":{"fan_in":4,"name":"pytorch"},"source":"initial"},"size":[2,3]}]}}"#,
    ];
    assert_eq!(froms, expected);
    assert!(serde_json::from_str::<Assembly>(r#"{"tensors":{},"more":1}"#).is_err());
}
