//! The manifest's declarations on the results of the small experiment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde_json::json;

use super::result_set::ResultSet;
use crate::ablation::Judged;
use crate::fixture::{hand_record, results, settings};
use crate::paper::Popnas;
use crate::plan::{ablation_study, search_study};
use crate::settings::Settings;
use renas_base::metric::Unit;
use renas_harness::analysis::Promise;
use renas_harness::context::fake::found_in;
use renas_harness::study::{Results, StudyResult};
use renas_report::findings::{Findings, Measured, Quantity};
use renas_report::findings_contract::sound_ids;
use renas_report::range::Range;

fn of(settings: &Settings, results: &Results) -> (Promise, Findings) {
    found_in(&Popnas, &json!(settings), results)
}

static FOUND: LazyLock<(Promise, Findings)> = LazyLock::new(|| of(&settings(), &results().1));

fn found() -> &'static BTreeMap<String, Quantity> {
    &FOUND.1.quantities
}

fn values(found: &BTreeMap<String, Quantity>, name: &str) -> Vec<f64> {
    let quantity = found.get(name).unwrap_or_else(|| panic!("no quantity {name}"));
    quantity.measured.unit_values().expect("samples").to_vec()
}

#[test]
fn findings_are_sound_and_have_the_papers_tables_and_figures() {
    let ids = sound_ids(&FOUND.1);
    for id in [
        "table3_pnas",
        "table3_pnas_reference",
        "table4_pnas",
        "nnls_fits_pnas",
        "table5",
        "table6",
        "table7",
        "table8",
        "figure8_best_cells",
        "stages",
        "predictors",
        "operators",
        "regret",
        "clock",
        "figure4_pnas",
        "figure5_popnas_b2",
        "figure7_popnas_b3",
        "figure6",
        "figure8_pnas",
    ] {
        assert!(ids.contains(id), "{id}");
    }
}

/// The audit's impossible intervals: shares beyond 1, counts below 0, correlations beyond 1.
#[test]
fn every_quantity_says_what_it_can_be_and_its_samples_are_that() {
    for (name, one) in found() {
        let Range { low, high } = one.range;
        // Tau-b of a perfect order may be off by a last bit.
        let inside =
            |value: &f64| low.is_none_or(|low| *value >= low - 1e-12) && high.is_none_or(|high| *value <= high + 1e-12);
        assert!(one.measured.unit_values().is_some_and(|values| values.iter().all(inside)), "{name}: {one:?}");
        assert!(one.range != Range::ANY || one.unit == Unit::One || name.contains("predicted_seconds"), "{name}");
        assert!(FOUND.0.clusters.contains_key(&one.cluster), "{name}: {}", one.cluster);
    }
}

#[test]
fn searches_that_have_a_number_keep_their_seed() {
    // Candidates are shown of the first seed alone.
    let Measured::Clustered { clusters, .. } = &found()["popnas.b2.candidates.predicted_accuracy"].measured else {
        panic!("under its seed");
    };
    assert_eq!(clusters, &[0]);
}

/// Claims about time are not tested where a cost model answers: what derives from a time must say so.
#[test]
fn what_derives_from_measured_time_says_so_and_what_is_predicted_of_accuracies_does_not() {
    let timed = |name: &str| found()[name].observed_time;
    for name in [
        "clock.spread",
        "pnas.ablation.ridge.standard.b2.bias",
        "pnas.b2.tau_seconds",
        "pnas.b2.time_error.progressive",
        "pnas.times_by_blocks",
        "pnas.hypervolume",
        "pnas.regret.seconds",
        "popnas.b2.candidates.time_columns",
        "popnas.time_error.largest.equal_popnas_static",
        "stage1.empty.seconds",
    ] {
        assert!(timed(name), "{name}");
    }
    for name in ["pnas.b2.predicted_accuracy", "pnas.b2.share.dw3_avg3_max3", "pnas.best.accuracy.equal_popnas"] {
        assert!(!timed(name), "{name}");
    }
}

/// The audit's `top25-drops-at-b2`: of 8 to 12 cells the mean of all was taken for that of the best 25.
#[test]
fn a_best_25_of_fewer_cells_is_not_measured() {
    let mut settings = settings();
    settings.search.beam = 25;
    let found = of(&settings, &results().1).1.quantities;
    assert!(found.contains_key("popnas.b1.top25"), "64 cells");
    assert!(!found.contains_key("popnas.b2.top25") && !found.contains_key("popnas.b2.top5"), "at most 4 cells");
    assert!(!found.contains_key("popnas.b1.top25.equal_1_2"));
}

/// The audit's `best-cell-less-accurate`: the best of 4 to 10 cells was held against the best of 32.
#[test]
fn the_best_cells_of_two_arms_are_compared_among_as_many() {
    let results = ResultSet::read(&settings(), &results().1).expect("own results");
    for (seed, pnas) in results.searches("pnas").iter().enumerate() {
        let (ours, theirs) = (pnas.stages.last(), results.searches("popnas")[seed].stages.last());
        let fewer = ours.zip(theirs).is_some_and(|(ours, theirs)| theirs.cells.len() < ours.cells.len());
        let of = |name: &str| values(found(), name)[seed];
        let (equal, whole) = (of("pnas.best.accuracy.equal_popnas"), of("pnas.best.accuracy"));
        assert!(if fewer { equal < whole } else { (equal - whole).abs() < 1e-12 }, "{seed}: {equal} {whole}");
    }
    assert!(values(found(), "pnas.total_seconds.equal_popnas") <= values(found(), "pnas.total_seconds"));
}

#[test]
fn numbers_of_a_search_are_those_of_a_hand_count() {
    let (mut settings, (_, mut results)) = (settings(), results());
    settings.search.hypervolume_seconds = 10.0;
    for seed in 0..settings.search.seeds {
        let record = StudyResult::of(&hand_record()).expect("finite");
        results.insert(&search_study("popnas_nonstrict", seed), record);
    }
    let found = of(&settings, &results).1.quantities;
    for (name, expected) in [
        ("b2.top1", 0.7),
        ("b2.accuracy", 0.55),
        ("b2.accuracy_learned", 0.55),
        ("b2.learned_nothing", 0.0),
        ("b2.cells", 2.0),
        ("b2.missing", 2.0),
        ("b2.seconds", 6.5),
        ("b2.total_seconds", 13.0),
        ("b2.share.avg3", 3.0 / 8.0),
        ("b2.share.dw3_avg3_max3", 1.0),
        ("b2.predicted_accuracy", 0.55),
        ("b2.predicted_seconds", 7.0),
        ("b2.tau_accuracy", 1.0),
        ("b2.tau_seconds", 1.0),
        ("b2.time_error.proper", 0.225),
        ("b2.time_error.progressive", 0.225),
        ("b2.time_bias", 0.025),
        ("time_error.mean", 0.225),
        ("time_error.largest", 0.25),
        ("time_error.smallest", 0.2),
        ("others.time_bias", 0.025),
        ("best.accuracy", 0.7),
        ("best.seconds", 8.0),
        ("total_seconds", 19.0),
        // Boxes of 0.7 x (10 - 8), 0.6 x (8 - 4) and 0.5 x (4 - 2), of 10.
        ("hypervolume", 0.48),
    ] {
        let values = values(&found, &format!("popnas_nonstrict.{name}"));
        assert!(values.len() == 3 && values.iter().all(|one| (one - expected).abs() < 1e-12), "{name}: {values:?}");
    }
    let absent =
        ["b3.accuracy", "b3.time_error.progressive", "b2.top1.equal_1_3", "conv1x7.time_bias", "times_by_blocks"];
    assert!(absent.iter().all(|name| !found.contains_key(&format!("popnas_nonstrict.{name}"))));
}

#[test]
fn errors_of_a_stage_are_proper_progressive_or_signed() {
    let (_, mut results) = results();
    let stages = vec![vec![[1.0, 2.0]], vec![[3.0, 2.0], [2.0, 2.0], [1.0, 4.0]]];
    let judged = StudyResult::of(&[Judged { kind: None, stages }]).expect("finite");
    for seed in 0..settings().search.seeds {
        results.insert(&ablation_study("pnas", seed), judged.clone());
    }
    let found = of(&settings(), &results).1.quantities;
    for (name, expected) in
        [("b2.bias", -0.5), ("b3.proper", (0.5 + 0.0 + 0.75) / 3.0), ("b3.progressive", (0.5 + 0.5 + 0.0 + 0.75) / 4.0)]
    {
        assert_eq!(values(&found, &format!("pnas.ablation.block_sum.{name}")), [expected; 3], "{name}");
    }
    assert!(!found.contains_key("pnas.ablation.block_sum.b4.proper"));
    assert!(!found.contains_key("pnas.ablation.ridge.standard.b2.proper"), "it was not judged");
    assert!(found.contains_key("pnas.ablation.nnls.standard.b2.proper"), "it is fitted anew");
}

#[test]
fn every_arm_has_its_best_cell_and_every_stage_its_row() {
    let rows =
        |id: &str| FOUND.1.tables.iter().find(|table| table.id == id).map(|table| table.rows.len()).expect("a table");
    let arms = settings().search.arms.len();
    assert_eq!((rows("figure8_best_cells"), rows("stages"), rows("predictors")), (arms, 3 * arms, 2 * arms));
    assert_eq!((rows("operators"), rows("table8"), rows("clock")), (8 * arms, 2 + arms, 1));
    // Of the best 5 and 25 of at most four cells there are the paper's rows alone.
    assert_eq!((rows("table3_pnas"), rows("table7")), (8, 4 + 2 * arms));
    let ids: BTreeSet<&str> = FOUND.1.tables.iter().map(|table| table.id.as_str()).collect();
    assert_eq!(ids.len(), FOUND.1.tables.len());
}
