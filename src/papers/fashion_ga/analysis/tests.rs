//! The manifest's declarations on the results of the small experiment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::rows::rows;
use crate::analysis::result_set::ResultSet;
use crate::fixture::{results, settings};
use crate::paper::FashionGa;
use renas_data::registry::Registry;
use renas_harness::analysis::Promise;
use renas_harness::context::fake::found_in;
use renas_report::findings::{Findings, Measured, Quantity};
use renas_report::findings_contract::sound_ids;

static FOUND: LazyLock<(Promise, Findings)> = LazyLock::new(|| {
    let (parameters, results) = results();
    found_in(&FashionGa, parameters, results)
});

fn found() -> &'static BTreeMap<String, Quantity> {
    &FOUND.1.quantities
}

#[test]
fn findings_are_sound_and_have_every_exhibit() {
    let ids = sound_ids(&FOUND.1);
    for id in [
        "table1",
        "arms",
        "revisits",
        "best",
        "genomes",
        "depth",
        "depth_sigmoid",
        "correlations",
        "activations",
        "filters",
        "best_so_far",
        "best_in_time",
        "accuracy_parameters",
        "accuracy_depth",
        "accuracy_functions",
        "time_filters",
        "best_network",
        "best_accuracy",
        "best_loss",
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

/// The audit of 27 November: accuracies and counts had intervals below 0, and 62 revisits were one exact number.
#[test]
fn every_quantity_has_its_range_and_nothing_that_is_drawn_is_exact() {
    for (name, quantity) in found() {
        assert!(!quantity.range.is_any(), "{name} may be anything");
        assert!(!matches!(quantity.measured, Measured::Exact(_)), "{name} depends on seeds");
        let clusters = FOUND.0.clusters.get(&quantity.cluster).copied().expect("a planned cluster");
        assert!(quantity.measured.cluster_names().len() <= clusters, "{name} has more clusters than are planned");
    }
}

#[test]
fn visits_and_broken_constraints_are_one_sample_per_search_seed() {
    for name in ["swap.revisits", "all.changed_revisits", "violations", "all_reference.violations"] {
        let quantity = &found()[name];
        let clusters = quantity.measured.cluster_names().len();
        assert_eq!((quantity.over.as_str(), clusters), ("search seed", settings().search.seeds), "{name}");
    }
}

/// Repetitions of one timing on one machine are no replicates.
#[test]
fn repetitions_of_a_timing_are_one_cluster() {
    let quantity = &found()["filters.512.relative"];
    let units = quantity.measured.unit_values().map(<[f64]>::len);
    assert_eq!((units, quantity.measured.cluster_names()), (Some(settings().filter_sweep.repeats), vec![0]));
    assert!(
        quantity.observed_time && found()["all.gain.seconds"].observed_time && found()["filters.jump"].observed_time
    );
}

/// The audit of 27 November: the interval of the one best network is Wilson's, over the test images.
#[test]
fn the_best_networks_test_accuracy_is_a_share_of_test_images() {
    let quantity = &found()["best.test_accuracy"];
    let Measured::Estimate { n, .. } = quantity.measured else { panic!("a share") };
    assert_eq!(
        (quantity.cluster.as_str(), Some(n)),
        ("test image", settings().data.test_samples(&Registry::default()))
    );
}

/// The audit of 27 November: depth and activation functions were confounded.
#[test]
fn strata_share_no_network_and_hold_all_of_a_depth() {
    let (mut all, mut units) = (BTreeSet::new(), 0);
    for (name, quantity) in found().iter().filter(|(name, _)| name.ends_with("_sigmoid.accuracy")) {
        assert!(name.starts_with("depth."), "{name}");
        units += quantity.measured.unit_values().map_or(0, <[f64]>::len);
        all.extend(quantity.measured.cluster_names());
    }
    let networks = settings().search.seeds * settings().search.cycles;
    assert_eq!((all.len(), units), (networks, networks));
}

#[test]
fn what_learned_and_what_did_not_are_all_networks() {
    let units = |name: &str| found()[name].measured.unit_values().map_or(0, <[f64]>::len) as f64;
    let mut none = 0.0;
    for depth in 2..=8 {
        let Measured::Estimate { value, n, .. } = found()[&format!("depth.{depth}.learned_nothing")].measured else {
            panic!("a share of independent networks")
        };
        none += value * n as f64;
        let (all, some) =
            (units(&format!("depth.{depth}.accuracy")), units(&format!("depth.{depth}.learned_accuracy")));
        assert!((some + value * n as f64 - all).abs() < 1e-9, "{depth}");
    }
    assert!(none > 0.0, "some are at chance");
}

/// A parent that is evaluated again is a revisit that no change made.
#[test]
fn every_row_is_a_first_visit_or_a_revisit() {
    let results = ResultSet::read(&settings(), &Registry::default(), &results().1).expect("own results");
    let tables = rows(&settings(), &results);
    let evaluations = settings().search.arms.len() * settings().search.seeds * settings().search.cycles;
    assert_eq!(tables[0].len(), evaluations);
    let total = |name: &str| -> f64 { found()[name].measured.unit_values().expect("samples").iter().sum() };
    for arm in settings().arms().filter(|arm| *arm != "random") {
        assert!(total(&format!("{arm}.changed_revisits")) <= total(&format!("{arm}.revisits")), "{arm}");
    }
}
