//! The manifest's declarations, and the estimates, on the results of the small experiment.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::fixture::results;
use crate::paper::Econas;
use renas_harness::analysis::Promise;
use renas_harness::context::fake::found_in;
use renas_report::findings::{Cell, Findings, Quantity};
use renas_report::findings_contract::sound_ids;

static FOUND: LazyLock<(Promise, Findings)> = LazyLock::new(|| {
    let (parameters, results) = results();
    found_in(&Econas, &parameters, &results)
});

fn found() -> &'static BTreeMap<String, Quantity> {
    &FOUND.1.quantities
}

#[test]
fn analysis_finds_exactly_the_quantities_that_were_promised() {
    // Of forty networks the 95th percentile has no upper end.
    let is_found = |name: &&String| !(name.starts_with("trained.") && name.ends_with("accuracy_p95"));
    let promised: Vec<&String> = FOUND.0.quantities.iter().map(|one| &one.name).filter(is_found).collect();
    assert!(promised.windows(2).all(|pair| pair[0] < pair[1]), "a duplicate name");
    let missing: Vec<_> = promised.iter().filter(|name| !found().contains_key(**name)).collect();
    let unknown: Vec<_> = found().keys().filter(|name| !promised.contains(name)).collect();
    assert!(missing.is_empty() && unknown.is_empty(), "missing {missing:?}, unknown {unknown:?}");
    for name in [
        "paper.any.g6.accuracy",
        "paper.second.g6.accuracy",
        "trained.any.pearson.accuracy_distance",
        "trained.second.learned.pearson.accuracy_distance",
        "trained.tradeoff_growth.similarity",
        "surrogate.paper.any.accuracy.learned.r2",
        "corrected.second.retrained.learned.test.introspectability",
    ] {
        assert!(found().contains_key(name), "{name}");
    }
    for name in
        ["reference.any.g6.accuracy", "surrogate.corrected.any.accuracy.r2", "paper.mnist.retrained.test.accuracy"]
    {
        assert!(!found().contains_key(name), "{name}");
    }
}

/// A claim about the method is judged on what its stand-in stands for, bit by bit, intervals included.
#[test]
fn a_stand_in_is_the_quantity_that_it_stands_for() {
    let mut count = 0;
    for (stand_in, dataset) in [(".any.", ".mnist."), (".second.", ".cifar10.")] {
        for (name, quantity) in found().iter().filter(|(name, _)| name.contains(stand_in)) {
            assert_eq!(quantity, &found()[&name.replace(stand_in, dataset)], "{name}");
            count += 1;
        }
    }
    assert!(count > 300, "{count}");
}

/// The audit: twenty networks of one search, and a hundred splits of one table, were taken for as many samples.
#[test]
fn what_shares_a_search_or_a_table_is_one_cluster() {
    // Networks of the final populations of two searches; splits of one table.
    for (name, clusters) in [("paper.mnist.retrained.measured.accuracy", 2), ("surrogate.paper.mnist.accuracy.tau", 1)]
    {
        let measured = &found()[name].measured;
        assert_eq!(measured.cluster_values().expect("a sample").len(), clusters, "{name}");
        assert!(measured.unit_values().expect("a sample").len() > clusters, "{name}");
    }
}

/// Networks of two tables have nothing in common but their position: taken for pairs they would be compared as such.
#[test]
fn networks_of_two_data_sets_are_no_pairs() {
    for name in ["trained.*.accuracy", "trained.*.learned.distance", "surrogate.paper.*.accuracy.mse"] {
        let of = |dataset: &str| &found()[&name.replace('*', dataset)].cluster;
        assert_eq!(of("mnist"), of("any"));
        assert_ne!(of("mnist"), of("cifar10"));
    }
}

#[test]
fn what_rests_on_the_authors_table_is_marked_and_nothing_else_is() {
    for (name, quantity) in found() {
        let authors = ["author.", "published.", "surrogate.author."].iter().any(|prefix| name.starts_with(prefix));
        assert_eq!(quantity.imported, authors, "{name}");
    }
}

#[test]
fn findings_are_sound_no_series_is_empty_and_every_exhibit_is_there() {
    let findings = &FOUND.1;
    let ids = sound_ids(findings);
    for figure in &findings.figures {
        assert!(figure.series.iter().all(|series| !series.points.is_empty()), "{}", figure.id);
    }
    for id in [
        "table1",
        "table2_mnist",
        "table2_cifar10_one_run",
        "author_mnist",
        "surrogates_mnist",
        "retrained_mnist",
        "components_mnist",
        "tradeoffs_mnist",
        "tradeoffs_cifar10",
        "figure1_mnist_introspectability",
        "figure2_cifar10_multiply_adds",
        "hypervolume_mnist",
        "spread_mnist",
        "retrained_cifar10_accuracy",
        "trained_mnist_introspectability",
    ] {
        assert!(ids.contains(id), "{id}");
    }
    assert!(!ids.contains("author_cifar10"), "no author's table of that data set");
}

/// The author's table of `cifar10` is missing here, and no tree predicts the cost of `corrected`.
#[test]
fn tables_have_no_rows_of_arms_and_trees_that_are_not_there() {
    let rows = |id: &str| -> Vec<String> {
        let table = FOUND.1.tables.iter().find(|table| table.id == id).expect("a table");
        let text = |cell: &Cell| if let Cell::Text(text) = cell { text.clone() } else { String::new() };
        table.rows.iter().map(|row| format!("{} {}", text(&row[0]), text(&row[1]))).collect()
    };
    let cifar10: Vec<String> = rows("surrogates_cifar10");
    let cost = |arm: &str| format!("{arm} multiply-adds");
    assert!(cifar10.contains(&cost("as written")) && !cifar10.contains(&cost("corrected")), "{cifar10:?}");
    assert!(cifar10.iter().all(|row| !row.starts_with("author")), "{cifar10:?}");
    assert_eq!((rows("surrogates_mnist").len(), rows("surrogates_cifar10").len()), (3 + 3 + 3 + 2, 3 + 3 + 2));
    // Three numbers of generations: the paper's row, and one per arm.
    assert_eq!((rows("table2_mnist").len(), rows("table2_cifar10").len()), (3 * 5, 3 * 4));
}
