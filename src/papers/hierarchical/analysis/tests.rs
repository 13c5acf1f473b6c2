//! The manifest's declarations on the results of the small experiment.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::cost::CostRecord;
use crate::fixture::{FakeContext, results, settings};
use crate::objectives::Price;
use crate::paper::Hierarchical;
use crate::plan::{cost_study, ranking_study};
use crate::ranking::Ranked;
use crate::settings::Settings;
use renas_harness::analysis::Promise;
use renas_harness::context::fake::{found_in, results_of};
use renas_harness::study::{Results, StudyResult};
use renas_network::supernet::Choice;
use renas_report::findings::{Findings, Measured, Quantity};
use renas_report::findings_contract::sound_ids;

const SEARCH: &str = "search seed";
const SUPERNET: &str = "supernet seed";

fn analysis(parameters: &Value, results: &Results) -> (Promise, Findings) {
    found_in(&Hierarchical, parameters, results)
}

static FOUND: LazyLock<(Promise, Findings)> = LazyLock::new(|| {
    let (parameters, results) = results();
    analysis(&parameters, &results)
});

fn found() -> &'static BTreeMap<String, Quantity> {
    &FOUND.1.quantities
}

fn exact(name: &str) -> f64 {
    match found()[name].measured {
        Measured::Exact(value) => value,
        _ => panic!("{name} is exact"),
    }
}

#[test]
fn findings_are_sound_and_have_every_exhibit() {
    let ids = sound_ids(&FOUND.1);
    for id in [
        "table1",
        "searches",
        "supernets",
        "operators",
        "counts",
        "full_size",
        "transfer",
        "latency",
        "latency_pairs",
        "front",
        "hypervolume",
        "ranking",
    ] {
        assert!(ids.contains(id), "{id}");
    }
}

#[test]
fn names_are_unique_and_exactly_what_was_promised_is_found() {
    let names: Vec<&String> = FOUND.0.quantities.iter().map(|one| &one.name).collect();
    assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "a duplicate name");
    assert_eq!(found().keys().collect::<Vec<_>>(), names);
}

/// The audit's first case: seeds 0 and 2 share a supernet here, so that three searches are two clusters, and so are
/// trainings of what they chose. Hand-designed networks share none.
#[test]
fn searches_and_networks_that_they_chose_are_clustered_by_their_supernet() {
    for name in [
        "nsga2.gain.random.hypervolume",
        "sharing.work_ratio",
        "budget_1.favour.depthwise",
        "budget_1.test_accuracy",
        "budget_1.gain.dense_net_bc",
        "transfer.budget_1.gain.mobile_net_v2",
        "nsga2.gain.accuracy_only.test_accuracy",
    ] {
        let quantity = &found()[name];
        assert_eq!((quantity.over.as_str(), quantity.cluster.as_str()), (SEARCH, SUPERNET), "{name}");
        assert!(matches!(&quantity.measured, Measured::Clustered { clusters, .. } if *clusters == [0, 1, 0]), "{name}");
    }
    assert!(matches!(found()["dense_net_bc.test_accuracy"].measured, Measured::Samples(_)));
    assert!(matches!(found()["dense_net_bc.parameters"].measured, Measured::Exact(_)));
    assert_eq!(FOUND.0.clusters[SUPERNET], 2);
}

/// The audit's case of H3: three budgets with one network are one test, not three.
#[test]
fn budgets_with_the_same_networks_are_compared_once() {
    let settings = Settings { budgets: vec![80_000, 80_001, 80_002], ..settings() };
    let results = results_of(&Hierarchical, &json!(settings), &FakeContext);
    let found = analysis(&json!(settings), &results).1.quantities;
    let different = found["budgets.different_networks"].measured.unit_values().map(<[f64]>::to_vec);
    assert_eq!(different, Some(vec![1.0; 3]));
    for name in ["gain.dense_net_bc", "favour.depthwise", "multiply_adds_ratio.dense_net_bc"] {
        assert!(found.contains_key(&format!("budget_1.{name}")), "{name}");
        assert!(!found.contains_key(&format!("budget_2.{name}")), "{name}");
    }
    assert!(found.contains_key("budget_3.test_accuracy"), "the network itself is shown");
}

#[test]
fn under_a_cost_model_what_searches_took_is_absent_and_nothing_else() {
    let (parameters, mut results) = results();
    for seed in 0..settings().search.seeds {
        results.insert(&cost_study(seed), StudyResult::of(&CostRecord::Unmeasured).expect("a word"));
    }
    let (promise, findings) = analysis(&parameters, &results);
    assert!(sound_ids(&findings).contains("table1"));
    let absent: Vec<String> = promise
        .quantities
        .into_iter()
        .map(|one| one.name)
        .filter(|name| !findings.quantities.contains_key(name))
        .collect();
    assert_eq!(absent, ["search.device_days", "search.device_hours"]);
}

/// SciPy 1.17.1, `kendalltau` of [0.3, 0.1, 0.4, 0.2], of [10, 20, 30, 40] and of [0, 0, 1, 1], each with
/// [0.5, 0.6, 0.7, 0.8]. Two networks have no rank correlation.
#[test]
fn a_supernet_is_held_against_counts_that_need_no_training() {
    let ranked = |width: usize, multiply_adds: u64, shared: f64, alone: f64| {
        let price = Price { parameters: 1, multiply_adds, peak: 1 };
        Ranked { choice: Choice { width, slots: vec![0; 6] }, price, shared, alone }
    };
    let all = [ranked(0, 10, 0.3, 0.5), ranked(0, 20, 0.1, 0.6), ranked(1, 30, 0.4, 0.7), ranked(1, 40, 0.2, 0.8)];
    let (parameters, mut results) = results();
    results.insert(&ranking_study(0), StudyResult::of(&all).expect("finite numbers"));
    results.insert(&ranking_study(1), StudyResult::of(&all[..2]).expect("finite numbers"));
    let found = analysis(&parameters, &results).1.quantities;
    for (name, expected) in [
        ("supernet.kendall", 0.0),
        ("supernet.kendall_multiply_adds", 1.0),
        ("supernet.kendall_width", 0.816_496_580_927_726),
    ] {
        let values = found[name].measured.unit_values().expect("a sample");
        assert!(values.len() == 1 && (values[0] - expected).abs() < 1e-12, "{name}: {values:?}");
        assert_eq!(found[name].measured.cluster_names(), [0], "{name}");
    }
}

/// 28 pairs of 8 configurations share 4 networks and one machine: they are no 28 samples.
#[test]
fn pairs_of_configurations_of_one_machine_are_one_cluster() {
    for (name, units) in [("latency.kendall.nsga2", 28), ("latency.work_kendall.nsga2", 8)] {
        let quantity = &found()[name];
        let values = quantity.measured.unit_values().expect("a sample");
        assert_eq!((quantity.cluster.as_str(), quantity.measured.cluster_names()), ("machine", vec![0]), "{name}");
        let mean = values.iter().sum::<f64>() / units as f64;
        let of_cluster = quantity.measured.cluster_values().expect("a sample");
        assert!(values.len() == units && (of_cluster[0] - mean).abs() < 1e-12 && of_cluster.len() == 1, "{name}");
        assert!(quantity.observed_time, "{name}");
    }
}

/// The audit's finding: the paper's table has 253 M for DenseNet-BC, the network has 288 M; 300 M and 833 M are right.
#[test]
fn counts_at_full_size_are_exact_in_every_profile() {
    let millions = |name: &str| (exact(name) / 1e6).round();
    assert_eq!(millions("full.dense_net_bc.multiply_adds"), 288.0);
    assert_eq!(millions("full.res_net56.multiply_adds"), 126.0, "with 0.26 M of skips that have weights here");
    assert_eq!(millions("full.imagenet.squeeze_net.multiply_adds"), 833.0);
    assert!((millions("full.imagenet.mobile_net_v2.multiply_adds") - 300.0).abs() <= 1.0);
    // 125 / 78 = 1.60 and 253 / 78 = 3.24 are the paper's own.
    for (name, expected) in [("res_net56", 1.612), ("dense_net_bc", 3.691)] {
        let value = exact(&format!("full.budget_1.multiply_adds_ratio.{name}"));
        assert!((value - expected).abs() < 1e-3, "{name}: {value}");
    }
    let full = FOUND.0.quantities.iter().filter(|one| one.name.starts_with("full."));
    assert!(full.clone().count() == 27 && full.clone().all(|one| one.is_exact()));
}
