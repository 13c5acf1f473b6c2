//! Tests of the rules, on a model of four sub-networks: see `test_support::models::three_outputs`.

use super::*;
use crate::test_support::models::{id, space, three_outputs};

fn rules(set: RuleSet, reading: Reading) -> Rules {
    let (connection, insertion) = (Form::Gentle, Form::Aggressive);
    Rules { set, reading, thresholds: Thresholds::PAPER, connection, insertion }
}

/// Slopes of all outputs, and the relevance of everything: `default` but where `relevance` says otherwise.
fn diagnosis(slopes: [f64; 3], default: f64, relevance: &[(&str, &str, f64)]) -> Diagnosis {
    let mut all = BTreeMap::new();
    for network in three_outputs().networks() {
        let outputs = outputs_of(&three_outputs(), network.id);
        all.insert(network.id, outputs.into_iter().map(|output| (output, default)).collect::<BTreeMap<_, _>>());
    }
    for (network, output, value) in relevance {
        all.entry(id(network)).or_default().insert(id(output), *value);
    }
    let slopes = ["o0", "o1", "o2"].map(id).into_iter().zip(slopes).collect();
    Diagnosis { slopes, relevance: all }
}

fn texts(diagnosis: &Diagnosis, rules: &Rules) -> Vec<String> {
    let text = |(candidate, edits): (&Candidate, &BTreeSet<Edit>)| {
        let Candidate { component, operator, form } = candidate;
        let places = edits.iter().map(|edit| edit.place().iter().map(Id::to_string).collect::<Vec<_>>().join(">"));
        format!("{component} {form} {operator}: {}", places.collect::<Vec<_>>().join(" "))
    };
    advice(&three_outputs(), diagnosis, rules, &space()).iter().map(text).collect()
}

const STEEP: f64 = -1e-3;
const MODERATE: f64 = -1e-6;
const STUCK: f64 = 1e-6;

/// Every slope alone, with everything relevant. n2 belongs to o1 alone, n1 and n3 not to it.
#[test]
fn operators_by_slope_are_those_of_section_vii_b() {
    let rules = rules(RuleSet::Operators, Reading::Inverted);
    let steep = texts(&diagnosis([STEEP, STEEP, STEEP], 2.0, &[]), &rules);
    let clones: Vec<String> = ["n0", "n1", "n2", "n3"].map(|n| format!("{n} gentle clone_network: {n}")).into();
    assert_eq!(steep, clones);
    let moderate = texts(&diagnosis([MODERATE, MODERATE, MODERATE], 2.0, &[]), &rules);
    assert_eq!(
        moderate,
        [
            "n1 gentle add_connection: i0>n1 n2>n1",
            "n2 gentle add_connection: i0>n2 n1>n2 n3>n2",
            "n3 gentle add_connection: n2>n3"
        ]
    );
    // Towards o1 lead n0 > o1, n0 > n2 and n2 > o1.
    let mut only_o1 = diagnosis([STUCK; 3], 2.0, &[]);
    only_o1.slopes.retain(|output, _| *output == id("o1"));
    let stuck = texts(&only_o1, &rules);
    assert_eq!(stuck, ["n0 aggressive insert_network: n0>n2 n0>o1", "n2 aggressive insert_network: n2>o1"]);
}

#[test]
fn principles_by_slope_are_those_of_section_iv_e() {
    let rules = rules(RuleSet::Principles, Reading::Inverted);
    assert!(texts(&diagnosis([STEEP; 3], 2.0, &[]), &rules).is_empty());
    let only_o1 = |slope| {
        let mut diagnosis = diagnosis([slope; 3], 2.0, &[]);
        diagnosis.slopes.retain(|output, _| *output == id("o1"));
        texts(&diagnosis, &rules)
    };
    let expected = |form: &str| {
        [
            format!("n0 {form} insert_network: n0>n2 n0>o1"),
            format!("n0 {form} clone_network: n0"),
            format!("n2 {form} add_connection: i0>n2 n1>n2 n3>n2"),
            format!("n2 {form} insert_network: n2>o1"),
            format!("n2 {form} clone_network: n2"),
        ]
    };
    assert_eq!(only_o1(MODERATE), expected("gentle"));
    assert_eq!(only_o1(STUCK), expected("aggressive"));
}

/// n1 is not relevant to o2, which it feeds through n3, and is to o0; n2 is not relevant to its only output.
#[test]
fn what_is_not_relevant_is_deleted_divided_or_cloned_aggressively() {
    let mut diagnosis = diagnosis([STEEP; 3], 2.0, &[("n1", "o2", 1.0), ("n2", "o1", 1.1)]);
    diagnosis.slopes.clear();
    let expected = [
        "n1 aggressive delete_connection: n1>n3",
        "n1 aggressive insert_network: n1>n3",
        "n1 aggressive clone_network: n1",
        "n2 aggressive delete_network: n2",
    ];
    assert_eq!(texts(&diagnosis, &rules(RuleSet::Operators, Reading::Inverted)), expected);
    let expected = ["n1 aggressive delete_connection: n1>n3", "n2 aggressive delete_network: n2"];
    assert_eq!(texts(&diagnosis, &rules(RuleSet::Principles, Reading::Inverted)), expected);
}

/// As written, what suffers most is what may go: the same measurements give the opposite advice.
#[test]
fn the_reading_of_relevance_decides_what_is_deleted() {
    let mut diagnosis = diagnosis([STEEP; 3], 1.1, &[("n2", "o1", 5.0)]);
    diagnosis.slopes.clear();
    let deleted = |reading| texts(&diagnosis, &rules(RuleSet::Principles, reading));
    assert_eq!(deleted(Reading::AsWritten), ["n2 aggressive delete_network: n2"]);
    assert_eq!(
        deleted(Reading::Inverted),
        ["n0 aggressive delete_connection: n0>o1", "n1 aggressive delete_connection: n1>n3"]
    );
    // 1.1 is above the code's 1.03.
    assert!(deleted(Reading::Code).is_empty());
}

#[test]
fn an_input_that_outputs_do_not_need_is_cut_off_by_the_principles_alone() {
    let mut parts = three_outputs().parts();
    parts.connections.push(crate::test_support::models::connection("i0 > n2"));
    let valp = Valp::new(parts).expect("correct");
    let relevance = BTreeMap::from([(id("i0"), BTreeMap::from([(id("o1"), 1.0)]))]);
    let diagnosis = Diagnosis { slopes: BTreeMap::new(), relevance };
    let advised = |set| advice(&valp, &diagnosis, &rules(set, Reading::Inverted), &space());
    let candidate = Candidate { component: id("i0"), operator: Operator::DeleteConnection, form: Form::Aggressive };
    let edit = Edit::DeleteConnection { from: id("i0"), to: id("n2") };
    assert_eq!(advised(RuleSet::Principles), Advice::from([(candidate, BTreeSet::from([edit]))]));
    assert!(advised(RuleSet::Operators).is_empty());
}
