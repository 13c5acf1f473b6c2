//! The kinds of artefact that an outside audit of the reports of 27 November found: each failed under the rules before.

use super::*;
use std::collections::BTreeMap;

use crate::claim::Comparator;

fn quantity_of(range: Range, measured: Measured) -> Quantity {
    Quantity { range, measured, ..findings(&[("a", samples(0.0, 1.0, 0))]).quantities["a"].clone() }
}

fn among(quantities: Vec<(&str, Quantity)>) -> Findings {
    let quantities = quantities.into_iter().map(|(name, one)| (name.to_owned(), one)).collect();
    Findings { quantities, ..Findings::default() }
}

fn verdict_on(expectation: Expectation, findings: &Findings) -> Judgement {
    judged_on(&[], expectation, findings, Clock::Measured)
}

/// VALP `gentle-wins-more-often`: samples that are multiples of 1/15 gave a percentile interval whose lower end was
/// 3.7e-18, "wholly above 0". SciPy 1.17.1, `t.interval(0.95, n - 1, loc=mean, scale=sem)` reaches below 0.
#[test]
fn a_bound_of_rounding_noise_decides_nothing() {
    let fifteenths = [3.0, -1.0, 0.0, 2.0, 0.0, 1.0, -1.0, 3.0, 0.0].map(|count| count / 15.0);
    let found = among(vec![("a", quantity_of(Range::CORRELATION, Measured::Samples(fifteenths.to_vec())))]);
    let judgement = verdict_on(bound_of("a", Some(0.0), None), &found);
    assert_eq!(judgement.verdict, Verdict::Inconclusive, "{}", judgement.reason);
    let noise = Measured::Estimate { value: 0.056, low: 3.68e-18, high: 0.118, n: 20, interval: "made up".to_owned() };
    let judgement = verdict_on(bound_of("a", Some(0.0), None), &among(vec![("a", quantity_of(Range::ANY, noise))]));
    assert_eq!(judgement.verdict, Verdict::Inconclusive);
    assert!(judgement.reason.contains("[0.000,\u{a0}0.118] (made up) touches 0"), "{}", judgement.reason);
}

/// VALP `guided-outliers-higher` [1, 1] and `one-guided-model-dominates` [0, 0].
#[test]
fn an_interval_of_no_width_decides_nothing_unless_the_number_is_exact() {
    let of = |measured| {
        let found = among(vec![("a", quantity_of(Range::ANY, measured))]);
        let judgement = verdict_on(bound_of("a", Some(0.0), None), &found);
        (judgement.verdict, judgement.n)
    };
    assert_eq!(of(Measured::Samples(vec![1.0; 12])).0, Verdict::Inconclusive);
    let point = Measured::Estimate { value: 1.0, low: 1.0, high: 1.0, n: 12, interval: "made up".to_owned() };
    assert_eq!(of(point).0, Verdict::Inconclusive);
    assert_eq!(of(Measured::Exact(1.0)), (Verdict::Reproduced, None));
}

/// Hierarchical H1: five searches with three supernets, of which seeds 0 and 3, 1 and 4 share one. As five samples
/// Student's t lies above 0; by supernet (SciPy 1.17.1: 0.93 [-0.46, 2.32]) it does not.
#[test]
fn searches_that_share_a_supernet_are_one_cluster() {
    let gains = vec![0.65, 1.25, 0.55, 0.7, 1.9];
    let judged = |measured| {
        let found = among(vec![("a", quantity_of(Range::ANY, measured))]);
        verdict_on(bound_of("a", Some(0.0), None), &found)
    };
    assert_eq!(judged(Measured::Samples(gains.clone())).verdict, Verdict::Reproduced);
    let shared = judged(Measured::Clustered { samples: gains, clusters: vec![0, 1, 2, 0, 1] });
    assert_eq!(
        (shared.verdict, shared.n, shared.units),
        (Verdict::Inconclusive, Some(3), Some(5)),
        "{}",
        shared.reason
    );
}

/// EcoNAS Table 2: with the rows of 8 and 15 generations swapped, 17 of 18 still passed.
#[test]
fn a_number_of_the_paper_is_decided_only_where_its_nearest_neighbour_does_not_fit_too() {
    let measured = [("a", samples(0.30, 0.05, 0))];
    let row = judged(one_run_against(0.327, 0.313), &measured);
    assert_eq!(row.verdict, Verdict::Inconclusive);
    assert!(row.reason.ends_with("size not decided: the nearest other row, 0.313, fits too"), "{}", row.reason);
    assert_eq!(judged(one_run_against(0.327, 0.50), &measured).verdict, Verdict::Reproduced);
}

/// EcoNAS: 18 greens on the author's own table were no reproductions by us.
#[test]
fn numbers_of_others_are_at_most_consistent() {
    let mut found = findings(&[("a", samples(0.30, 0.05, 0))]);
    found.quantities.get_mut("a").expect("just made").imported = true;
    let judgement = verdict_on(one_run_against(0.327, 0.50), &found);
    assert_eq!(judgement.verdict, Verdict::Consistent);
    assert!(judgement.reason.ends_with("it rests on numbers that others published"), "{}", judgement.reason);
    assert_eq!(verdict_on(one_run_against(0.50, 0.30), &found).verdict, Verdict::NotReproduced);
}

#[test]
fn results_that_were_handed_in_are_named_so_in_reason_and_verdict() {
    let mut found = findings(&[("a", samples(0.30, 0.05, 0))]);
    let quantity = found.quantities.get_mut("a").expect("just made");
    (quantity.imported, quantity.handed_in) = (true, true);
    let judgement = verdict_on(one_run_against(0.327, 0.50), &found);
    assert_eq!((judgement.verdict, judgement.verdict_in_words()), (Verdict::Consistent, "consistent (imported)"));
    assert!(
        judgement.reason.ends_with("it rests on results that were handed in, which renas did not compute"),
        "{}",
        judgement.reason
    );
    let contradicted = verdict_on(one_run_against(0.50, 0.30), &found);
    assert_eq!(contradicted.verdict_in_words(), "not reproduced");
}

/// POPNAS `best-cell-competitive`: a margin of 10 points, which the average one-block cell meets too.
#[test]
fn a_margin_that_the_average_meets_too_tests_nothing() {
    let measured = [("a", samples(0.80, 0.01, 0)), ("b", samples(0.81, 0.01, 3)), ("average", samples(0.75, 0.01, 5))];
    let margin = |margin: f64, foil: Option<Foil>| {
        let (left, right, from) = ("a".to_owned(), Some("b".to_owned()), "made up".to_owned());
        Expectation::NonInferiority { left, right, margin, from, smaller_is_better: false, foil }
    };
    let average = || Some(Foil::Quantity("average".to_owned()));
    let lenient = judged(margin(0.10, average()), &measured);
    assert_eq!(lenient.verdict, Verdict::Consistent, "{}", lenient.reason);
    assert!(lenient.severity.contains("foil `average`") && lenient.severity.ends_with("passes too"));
    assert_eq!(judged(margin(0.03, average()), &measured).verdict, Verdict::Reproduced);
}

/// POPNAS `hundreds-of-architectures`, `search-faster`: constants that anything meets.
#[test]
fn a_level_that_random_search_meets_too_is_at_most_consistent() {
    let measured = [("a", samples(0.80, 0.01, 0)), ("random", samples(0.78, 0.01, 3))];
    let level = |least: f64| {
        let foil = Some(Foil::Quantity("random".to_owned()));
        Expectation::Bound { quantity: "a".to_owned(), least: Some(least), most: None, paper: None, foil }
    };
    assert_eq!(judged(level(0.5), &measured).verdict, Verdict::Consistent);
    assert_eq!(judged(level(0.79), &measured).verdict, Verdict::Reproduced);
    let chance = Some(Foil::Value { value: 0.1, is: "chance".to_owned() });
    let above_chance =
        Expectation::Bound { quantity: "a".to_owned(), least: Some(0.5), most: None, paper: None, foil: chance };
    assert_eq!(judged(above_chance, &measured).verdict, Verdict::Reproduced);
}

/// VALP read "alike" from a large p-value.
#[test]
fn a_large_p_value_is_no_verdict_and_a_small_one_tells_apart() {
    let p_value = |p: f64| {
        let measured = Measured::PValue { p, n: 20, test: "Friedman".to_owned() };
        let found = among(vec![("a", quantity_of(Range::SHARE, measured))]);
        verdict_on(Expectation::Differ { test: "a".to_owned() }, &found)
    };
    assert_eq!(p_value(0.017).verdict, Verdict::Reproduced);
    let large = p_value(0.7);
    assert_eq!(large.verdict, Verdict::Inconclusive);
    assert!(large.reason.contains("does not mean alike"), "{}", large.reason);
}

/// Fashion GA "cannot visit twice": 62, 34, 16 and 7 revisits refute it, and one arm of 0 made it partial.
#[test]
fn a_universal_sentence_falls_with_one_counterexample() {
    let never = |measured: Vec<f64>| {
        let found = among(vec![("a", quantity_of(Range::NOT_NEGATIVE, Measured::Samples(measured)))]);
        verdict_on(Expectation::Every { quantity: "a".to_owned(), least: None, most: Some(0.0) }, &found)
    };
    assert_eq!(never(vec![0.0; 5]).verdict, Verdict::Reproduced);
    let refuted = never(vec![0.0, 0.0, 7.0, 0.0, 16.0]);
    assert_eq!(refuted.verdict, Verdict::NotReproduced);
    assert_eq!(refuted.reason, "2 of 5 (unit: search seed) are not at most 0: 7, 16");
}

/// POPNAS `inputs-do-not-matter-nnls`, EcoNAS `cifar10-no-trade-off`: one part that holds made the rest half true.
#[test]
fn one_contradicted_part_refutes_the_statement() {
    let measured = [("a", samples(1.0, 0.5, 0))];
    let parts = || vec![bound_of("a", Some(0.1), None), bound_of("a", Some(2.0), None)];
    assert_eq!(judged(Expectation::All(parts()), &measured).verdict, Verdict::NotReproduced);
    assert_eq!(judged(Expectation::Parts(parts()), &measured).verdict, Verdict::PartiallyReproduced);
}

/// EcoNAS `no-trade-off`: sixteen networks that learned nothing make a correlation of 0.77.
#[test]
fn readings_with_and_without_collapsed_networks_must_agree() {
    let measured = [("with", estimate(0.772, 0.05)), ("without", estimate(-0.018, 0.11))];
    let parts = vec![bound_of("with", None, Some(0.0)), bound_of("without", None, Some(0.0))];
    let judgement = judged(Expectation::Robust(parts), &measured);
    assert_eq!(judgement.verdict, Verdict::Inconclusive, "{}", judgement.reason);
    assert!(judgement.reason.starts_with("(1) not reproduced: `with`"), "{}", judgement.reason);
}

/// Hierarchical H3: SqueezeNet is at chance, and everything beats it.
#[test]
fn a_comparator_at_chance_makes_a_claim_inconclusive() {
    let found = findings(&[("a", samples(0.3, 0.1, 0)), ("squeeze_net", Measured::Samples(vec![0.1, 0.11, 0.1]))]);
    let mut claim = claim_of(bound_of("a", Some(0.0), None));
    assert_eq!(judged_in(&claim, &found, Clock::Measured).verdict, Verdict::Reproduced);
    claim.comparators = vec![Comparator { quantity: "squeeze_net".to_owned(), above: 0.12 }];
    let judgement = judged_in(&claim, &found, Clock::Measured);
    assert_eq!(judgement.verdict, Verdict::Inconclusive);
    assert!(judgement.reason.starts_with("its comparator is broken: `squeeze_net` is 0.1"), "{}", judgement.reason);
}

/// Percentile bootstraps at n = 5 covered 85 %: with Student's t fewer intervals keep clear of their border.
#[test]
fn five_samples_have_students_interval() {
    let five = [0.30, 0.02, 0.11, 0.25, 0.04];
    let found = among(vec![("a", quantity_of(Range::ANY, Measured::Samples(five.to_vec())))]);
    let judgement = verdict_on(bound_of("a", Some(0.0), None), &found);
    // SciPy 1.17.1, `t.interval(0.95, 4, loc=mean(x), scale=sem(x))`; the percentile bootstrap ends at 0.05.
    assert_ends(&judgement, -0.011_728_625_468_049_95, 0.299_728_625_468_049_8);
    assert_eq!(judgement.verdict, Verdict::Inconclusive);
}

/// Cells of -9 to 28, tau of -1.0 to 1.5, a share of 78 % [53, 102], parameters of -10,464.
#[test]
fn intervals_are_cut_to_what_can_be() {
    let share = quantity_of(Range::SHARE, Measured::Samples(vec![0.68, 0.78, 0.88]));
    let judgement = verdict_on(bound_against("a", 0.5, 0.1), &among(vec![("a", share)]));
    assert_eq!(judgement.interval.expect("three samples").high, 1.0);
    assert!(judgement.evidence[0].summary.method.contains("cut to what it can be"));
}

/// Rare events: 2 of 30 models won by a whole point, and bootstrap-t alone would call that above 0.
#[test]
fn exchanged_labels_are_held_to_the_rule_that_the_sample_passed() {
    let rare: Vec<f64> = (0..31).map(|index| if index < 2 { 1.0 } else { 0.004 * f64::from(index % 3 - 1) }).collect();
    let found = among(vec![("a", quantity_of(Range::CORRELATION, Measured::Samples(rare)))]);
    let judgement = verdict_on(bound_of("a", Some(0.0), None), &found);
    assert_ne!(judgement.verdict, Verdict::Reproduced, "{} / {}", judgement.reason, judgement.severity);
}

/// Counts more than half of which are one value: bootstrap-t covers 81 % of Poisson 0.3 at n = 10.
#[test]
fn counts_that_are_mostly_one_value_decide_nothing_below_thirty_clusters() {
    let counts = |n: usize| {
        let samples = (0..n).map(|index| f64::from(u32::from(index % 4 == 0)) * 2.0).collect();
        let mut one = quantity_of(Range::NOT_NEGATIVE, Measured::Samples(samples));
        one.unit = Unit::Count;
        verdict_on(bound_against("a", 0.05, 0.0), &among(vec![("a", one)]))
    };
    assert_eq!(counts(12).verdict, Verdict::Inconclusive);
    assert!(counts(12).reason.contains("more than half of which are equal"), "{}", counts(12).reason);
    assert_eq!(counts(40).verdict, Verdict::Reproduced, "{}", counts(40).reason);
}

/// Operation counts that need no training were "not tested".
#[test]
fn exact_numbers_are_compared_exactly_and_need_no_foil() {
    let exact = |value: f64| among(vec![("a", quantity_of(Range::NOT_NEGATIVE, Measured::Exact(value)))]);
    let near = || Expectation::Within { quantity: "a".to_owned(), value: 253e6, tolerance: 5.06e6, foil: None };
    let off = verdict_on(near(), &exact(287.9e6));
    assert_eq!((off.verdict, off.n), (Verdict::NotReproduced, None));
    assert!(off.reason.starts_with("287,900,000 (exact) lies outside 247,940,000 to 258,060,000"), "{}", off.reason);
    assert_eq!(verdict_on(near(), &exact(253e6 + 5.06e6)).verdict, Verdict::Reproduced);
}

/// What is inconclusive says what would decide it.
#[test]
fn what_is_undecided_says_how_many_clusters_would_decide_it_and_at_what_cost() {
    let found = findings(&[("a", Measured::Samples(vec![0.5, -0.2, 0.4, -0.1, 0.3]))]);
    let bound =
        Expectation::Bound { quantity: "a".to_owned(), least: Some(0.0), most: None, paper: Some(0.3), foil: None };
    let seconds = BTreeMap::from([("search seed".to_owned(), 2_040.0)]);
    let clusters = Clusters { seconds, ..Clusters::default() };
    let context = JudgeContext {
        data: &[],
        profile: "reduced",
        clock: Clock::Measured,
        promised: &BTreeSet::new(),
        clusters: &clusters,
    };
    let judgement = judge(&claim_of(bound), &found, &summarize(&found), context);
    let need = judgement.need.expect("undecided");
    // s = 0.31 and an effect of 0.3: statsmodels 0.15.0, `TTestPower().solve_power(0.3 / 0.3114, ...)` = 10.6.
    assert!(matches!(need.clusters, Some(11 | 12)), "{need:?}");
    assert_eq!(need.seconds, Some((need.clusters.expect("some") - 5) as f64 * 2_040.0));
    assert!(judgement.reason.contains("between the border and the paper's number, 0.3 (80\u{a0}% power)"));
}
