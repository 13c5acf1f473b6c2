//! The manifest's declarations on the results of the small experiment.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::climbing::{front_counts, hypervolume, pair_counts};
use super::observations::{Half, Objective, Observation, PAIRED, cut};
use super::result_set::ResultSet;
use crate::operator::edit::{Form, Operator};
use crate::paper::ValpPaper;
use crate::policy::arm::Arm;
use crate::test_support::experiment::{results, settings};
use renas_base::metric::Unit;
use renas_harness::analysis::Promise;
use renas_harness::context::fake::found_in;
use renas_report::catalogue::clustered;
use renas_report::findings::{Findings, Measured, Quantity};
use renas_report::findings_contract::sound_ids;
use renas_report::range::Range;
use renas_stats::summary::{mean, median};

static FOUND: LazyLock<(ResultSet, Promise, Findings)> = LazyLock::new(|| {
    let (parameters, results) = results();
    let (promise, findings) = found_in(&ValpPaper, &parameters, &results);
    (ResultSet::read(&settings(), &results).expect("own results"), promise, findings)
});

fn found() -> &'static BTreeMap<String, Quantity> {
    &FOUND.2.quantities
}

fn values(name: &str) -> Vec<f64> {
    let quantity = found().get(name).unwrap_or_else(|| panic!("no quantity {name}"));
    quantity.measured.unit_values().expect("samples").to_vec()
}

/// The quantity is the values of these observations, each of its model.
fn assert_of(name: &str, is: impl Fn(&Observation) -> bool, value: impl Fn(&Observation) -> f64) {
    let kept = FOUND.0.everything.iter().filter(|one| is(one));
    let expected = clustered(kept.map(|one| (one.model, value(one)))).unwrap_or_else(|| panic!("none of {name}"));
    let quantity = &found()[name];
    assert_eq!(quantity.measured.unit_values(), expected.unit_values(), "{name}");
    assert_eq!(quantity.measured.cluster_names(), expected.cluster_names(), "{name}");
    assert_eq!((quantity.over.as_str(), quantity.cluster.as_str()), ("output of a changed model", "model"), "{name}");
}

#[test]
fn findings_are_sound_and_have_the_papers_tables_and_figures() {
    let ids = sound_ids(&FOUND.2);
    for id in [
        "models",
        "components",
        "tests",
        "differences",
        "effects",
        "costs",
        "halves",
        "rules",
        "searches",
        "against_random",
        "figure5",
        "figure6",
        "figure7",
        "figure8",
        "figure9",
    ] {
        assert!(ids.contains(id), "{id}");
    }
}

#[test]
fn improvements_are_cut_and_of_outputs_that_the_change_reaches() {
    let clip = settings().analysis.clip;
    let is_it =
        |one: &Observation| one.is_reached && (one.operator(), one.form) == (Operator::InsertNetwork, Form::Gentle);
    let of_sampling = |one: &Observation| is_it(one) && one.objective == Objective::Sampling;
    let name = "exploration.insert_network.gentle.sampling";
    assert_of(&format!("{name}.improvement"), of_sampling, |one| cut(one.improvement, clip));
    assert_of(&format!("{name}.against_control"), of_sampling, |one| cut(one.against_control(), clip));
    assert_of("exploration.insert_network.gentle.gain_per_compute", is_it, |one| {
        -cut(one.improvement, clip) / one.multiply_adds * 1e12
    });
    let range = found()[&format!("{name}.improvement")].range;
    assert_eq!(range, Range { low: Some(-clip), high: Some(clip) });
    let is_paired = |one: &Observation| one.is_reached && one.is_paired && PAIRED.contains(&one.operator());
    assert_of(
        "exploration.magnitude.gentle",
        |one| is_paired(one) && one.form == Form::Gentle,
        |one| cut(one.against_control(), clip).abs(),
    );
}

#[test]
fn what_no_change_reaches_or_moves_is_counted_over_the_five_operators() {
    let is_structural = |one: &Observation| Operator::STRUCTURAL.contains(&one.operator());
    let is_unmoved = |one: &Observation| f64::from(one.improvement.to_bits() == one.control.to_bits());
    assert_of("exploration.unreached_share", is_structural, |one| f64::from(!one.is_reached));
    assert_of("exploration.unmoved_share", is_structural, is_unmoved);
    assert_of("exploration.unmoved_share_of_reached", |one| is_structural(one) && one.is_reached, is_unmoved);
}

#[test]
fn halves_are_of_the_regression_where_both_forms_of_three_operators_were_applied() {
    let large = settings().analysis.large;
    let (worse, better) = (libm::log(1.0 + large), libm::log(1.0 - large));
    for half in [Half::Steep, Half::Flat, Half::Relevant, Half::Irrelevant] {
        let is_in = |one: &Observation| one.is_shown() && FOUND.0.medians.is_in(half, one);
        let name = |name: &str| format!("exploration.{}.{name}", half.name());
        assert_of(&name("all_forms.decline_share"), is_in, |one| f64::from(one.improvement > worse));
        assert_of(&name("control.improvement"), is_in, |one| cut(one.control, settings().analysis.clip));
    }
    let is_it = |one: &Observation| {
        one.is_shown()
            && FOUND.0.medians.is_in(Half::Flat, one)
            && (one.operator(), one.form) == (Operator::CloneNetwork, Form::Gentle)
    };
    assert_of("exploration.flat.clone_network.gentle.gain_share", is_it, |one| f64::from(one.improvement < better));
    assert_of("exploration.regression.marginal_share", Observation::is_shown, |one| {
        f64::from(one.improvement.abs() < large)
    });
}

/// By hand: means over the places of a model, and their difference where a model has both; the median over its places.
#[test]
fn a_model_has_one_median_and_one_difference_of_means() {
    let of_models = |is: &dyn Fn(&Observation) -> bool, number: &dyn Fn(&Observation) -> f64| {
        let mut models: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
        for one in FOUND.0.observations.iter().filter(|one| one.is_shown() && is(one)) {
            models.entry(one.model).or_default().push(number(one));
        }
        models
    };
    let all = of_models(&|_| true, &|one| one.improvement);
    assert_eq!(
        values("exploration.regression.median_improvement"),
        all.values().map(|of| median(of)).collect::<Vec<_>>()
    );
    let gains = |operator: Operator| {
        let is = |one: &Observation| {
            (one.operator(), one.form) == (operator, Form::Gentle) && FOUND.0.medians.is_in(Half::Relevant, one)
        };
        of_models(&is, &|one| f64::from(one.improvement < libm::log(1.0 - settings().analysis.large)))
    };
    let (left, right) = (gains(Operator::InsertNetwork), gains(Operator::CloneNetwork));
    let both = left.iter().filter_map(|(model, left)| Some((*model, mean(left) - mean(right.get(model)?))));
    let expected = clustered(both);
    let name = "exploration.relevant.insert_minus_clone.gain_share";
    assert_eq!(found().get(name).map(|one| &one.measured), expected.as_ref());
    let promised = FOUND.1.quantities.iter().find(|one| one.name == name).expect("it is promised");
    assert_eq!(
        (promised.over.as_str(), promised.cluster.as_str()),
        ("model with both at relevant sub-networks", "model")
    );
}

#[test]
fn g_is_counted_on_the_sides_of_zero_and_of_the_cuts() {
    let (clip, differences) = (settings().analysis.clip, &FOUND.0.differences);
    let of = |value: &dyn Fn(f64) -> f64| differences.iter().map(|(_, g)| value(*g)).collect::<Vec<f64>>();
    let side = |g: f64| f64::from(g > 0.0) - f64::from(g < 0.0);
    assert_eq!(values("exploration.g.win_margin"), of(&side));
    assert_eq!(values("exploration.g.extreme_margin"), of(&|g| f64::from(g > clip) - f64::from(g < -clip)));
    assert_eq!(values("exploration.g.aggressive_share"), of(&|g| f64::from(g < 0.0)));
    assert_eq!(values("exploration.g.aggressive_extreme_share"), of(&|g| f64::from(g < -clip)));
    let close: Vec<f64> = differences.iter().filter(|(_, g)| g.abs() <= clip).map(|(_, g)| side(*g)).collect();
    assert_eq!(values("exploration.g.close_margin"), close);
}

/// Six models whose outputs have one slope each; thresholds ten times as large have more stuck ones.
#[test]
fn every_output_is_in_one_state() {
    for thresholds in ["state", "tenfold_state"] {
        let of = |trend: &str| values(&format!("exploration.{thresholds}.{trend}_share"));
        let [stuck, moderate, steep] = ["stuck", "moderate", "steep"].map(of);
        assert!(stuck.len() == 18 && (0..18).all(|at| stuck[at] + moderate[at] + steep[at] == 1.0), "{thresholds}");
    }
}

#[test]
fn searches_are_compared_pair_by_pair_with_random_ones_from_the_same_starts() {
    let pairs = FOUND.0.pairs(Arm::Guided);
    let corner = settings().analysis.corner;
    let gains = pairs.iter().map(|(arm, random)| hypervolume(arm, 10, corner) - hypervolume(random, 10, corner));
    assert_eq!(values("search.guided.step10.gain"), gains.collect::<Vec<_>>());
    let leads = |counts: Vec<[usize; 2]>| counts.iter().map(|[arm, random]| *arm as f64 - *random as f64).collect();
    let of_pairs: Vec<f64> = leads(pairs.iter().map(|pair| pair_counts(*pair, 10)).collect());
    assert_eq!(values("search.guided.step10.lead"), of_pairs);
    let pooled: Vec<f64> = leads(front_counts(&pairs, 10));
    assert_eq!(values("search.guided.pooled.step10.lead"), pooled);
    let (lead, gain) = (&found()["search.guided.step10.lead"], &found()["search.guided.step10.gain"]);
    assert_eq!((lead.unit, lead.range, lead.cluster.as_str()), (Unit::One, Range::ANY, "pair"));
    assert_eq!((gain.unit, gain.range, gain.cluster.as_str()), (Unit::One, Range::CORRELATION, "pair"));
    assert!(!found().contains_key("search.random.step10.gain"), "random search is not compared with itself");
}

/// The audit's case: one number of all pairs together has no spread.
#[test]
fn what_happened_at_all_is_one_number_of_the_whole_experiment() {
    for name in ["largest_lead", "outliers", "random_outliers", "sole_dominator_steps"] {
        let quantity = &found()[&format!("search.guided.{name}")];
        assert!(matches!(&quantity.measured, Measured::Samples(values) if values.len() == 1), "{name}");
        assert_eq!(quantity.cluster, "experiment of all pairs", "{name}");
    }
}
