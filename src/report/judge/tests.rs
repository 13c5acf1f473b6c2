//! Every expectation holds, fails and stays undecided at least once.

mod few; //      three to nine clusters
mod looks; //    claims that are looked at more than once
mod audit; //    artefacts that an outside audit found
mod wording; // what is written says what was decided

use super::*;
use crate::claim::{Direction, Foil};
use crate::findings::Measured;
use crate::range::Range;
use crate::summary::summarize;

/// Forty samples around `centre`, spread evenly over +-`spread`; `turn` rearranges them.
fn samples(centre: f64, spread: f64, turn: usize) -> Measured {
    let place = |index: usize| ((index * 7 + turn) % 40) as f64 / 39.0 * 2.0 - 1.0;
    Measured::Samples((0..40).map(|index| centre + spread * place(index)).collect())
}

fn estimate(value: f64, half_width: f64) -> Measured {
    let (low, high) = (value - half_width, value + half_width);
    Measured::Estimate { value, low, high, n: 250, interval: "made up".to_owned() }
}

fn findings(measured: &[(&str, Measured)]) -> Findings {
    let quantity = |measured: &Measured| Quantity {
        label: "something".to_owned(),
        unit: Unit::One,
        data: "digits".to_owned(),
        over: "search seed".to_owned(),
        cluster: "search seed".to_owned(),
        range: Range::ANY,
        measured: measured.clone(),
        observed_time: false,
        definition: String::new(),
        imported: false,
        handed_in: false,
    };
    let quantities = measured.iter().map(|(name, measured)| ((*name).to_owned(), quantity(measured))).collect();
    Findings { quantities, ..Findings::default() }
}

fn judged(expectation: Expectation, measured: &[(&str, Measured)]) -> Judgement {
    judged_on(&[], expectation, &findings(measured), Clock::Measured)
}

fn judged_on(data: &[&str], expectation: Expectation, findings: &Findings, clock: Clock) -> Judgement {
    let claim = Claim {
        data: data.iter().map(|name| (*name).to_owned()).collect(),
        ..Claim::new("claim", "Table 2", "It is so.", expectation)
    };
    judged_in(&claim, findings, clock)
}

fn judged_in(claim: &Claim, findings: &Findings, clock: Clock) -> Judgement {
    judge(
        claim,
        findings,
        &summarize(findings),
        JudgeContext {
            data: &["digits".to_owned()],
            profile: "reduced",
            clock,
            promised: &BTreeSet::new(),
            clusters: &Clusters::default(),
        },
    )
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn one_run_of(value: f64) -> Expectation {
    one_run_against(value, 9.0)
}

fn one_run_against(value: f64, foil: f64) -> Expectation {
    let foil = Some(Foil::Value { value: foil, is: "the nearest other row".to_owned() });
    Expectation::OneRun { quantity: "a".to_owned(), value, foil }
}

fn assert_ends(judgement: &Judgement, low: f64, high: f64) {
    let ends = judgement.interval.expect("compared");
    assert!((ends.low - low).abs() < 1e-12 && (ends.high - high).abs() < 1e-12, "{ends:?} is not {low} to {high}");
}

/// A level at least, against something known to be false.
fn bound_against(quantity: &str, least: f64, foil: f64) -> Expectation {
    let foil = Some(Foil::Value { value: foil, is: "chance".to_owned() });
    Expectation::Bound { quantity: quantity.to_owned(), least: Some(least), most: None, paper: None, foil }
}

fn claim_of(expectation: Expectation) -> Claim {
    Claim::new("claim", "Table 2", "It is so.", expectation)
}

fn far() -> Option<Foil> {
    Some(Foil::Value { value: 9.0, is: "something else".to_owned() })
}

fn equivalence_of(margin: f64) -> Expectation {
    let (left, right) = ("a".to_owned(), Some("b".to_owned()));
    Expectation::Equivalence { left, right, margin, from: "made up".to_owned(), foil: None }
}

fn ratio_of(numerator: &str, denominator: &str, value: f64, tolerance: f64) -> Expectation {
    let (numerator, denominator) = (numerator.to_owned(), denominator.to_owned());
    let (value, tolerance) = (Some(value), Some(tolerance));
    Expectation::Ratio { numerator, denominator, value, tolerance, least: None, most: None, foil: None }
}

fn bound_of(quantity: &str, least: Option<f64>, most: Option<f64>) -> Expectation {
    Expectation::Bound { quantity: quantity.to_owned(), least, most, paper: None, foil: None }
}

#[test]
fn a_papers_number_is_reproduced_inside_the_prediction_interval_of_one_run_and_not_outside() {
    let measured = [("a", samples(1.0, 0.5, 0))];
    let inside = judged(one_run_of(1.45), &measured);
    assert_eq!(inside.verdict, Verdict::Reproduced, "{}", inside.reason);
    // 1.45 is far outside the interval of the mean: one run is judged, not the mean.
    assert!(!inside.evidence[0].summary.interval.expect("40 samples").contains(1.45));
    assert_eq!(inside.n, Some(40));
    assert_eq!(judged(one_run_of(1.55), &measured).verdict, Verdict::NotReproduced);
}

#[test]
fn too_few_runs_are_inconclusive_and_the_number_needed_is_named() {
    let few = judged(one_run_of(1.0), &[("a", Measured::Samples(vec![1.0; 2]))]);
    assert_eq!(few.verdict, Verdict::Inconclusive);
    assert_eq!(few.reason, "a 95\u{a0}% prediction interval of one run needs 3 runs, there are 2");
    let bound = bound_of("a", Some(0.0), None);
    let few = judged(bound, &[("a", Measured::Samples(vec![1.0; 2]))]);
    assert_eq!(few.verdict, Verdict::Inconclusive);
    assert_eq!(few.reason, "`a` has 2 of the 3 clusters that an interval needs (1, 1); a cluster is a search seed");
    assert_eq!(few.n, Some(2));
    assert_eq!(judged(one_run_of(1.0), &[("a", estimate(1.0, 0.1))]).verdict, Verdict::Inconclusive);
}

#[test]
fn a_tolerance_is_judged_by_where_the_whole_interval_lies() {
    let within = |value| Expectation::Within { quantity: "a".to_owned(), value, tolerance: 0.5, foil: far() };
    let measured = [("a", estimate(1.0, 0.2))];
    assert_eq!(judged(within(1.2), &measured).verdict, Verdict::Reproduced);
    assert_eq!(judged(within(2.0), &measured).verdict, Verdict::NotReproduced);
    let across = judged(within(1.4), &measured);
    assert_eq!(across.verdict, Verdict::Inconclusive);
    let reason = "1.00 [0.80,\u{a0}1.20] (made up) reaches across the border of 0.9 to 1.9; about ";
    assert!(across.reason.starts_with(reason), "{}", across.reason);
}

#[test]
fn a_bound_is_judged_by_where_the_whole_interval_lies() {
    let bound = |least, most| bound_of("a", least, most);
    let measured = [("a", samples(1.0, 0.5, 0))];
    assert_eq!(judged(bound(Some(0.5), None), &measured).verdict, Verdict::Reproduced);
    assert_eq!(judged(bound(None, Some(0.5)), &measured).verdict, Verdict::NotReproduced);
    assert_eq!(judged(bound(Some(1.0), None), &measured).verdict, Verdict::Inconclusive);
    assert_eq!(judged(bound(Some(0.5), Some(1.5)), &measured).verdict, Verdict::Reproduced);
    assert_eq!(judged(bound(Some(1.5), Some(2.0)), &measured).verdict, Verdict::NotReproduced);
}

#[test]
fn an_order_needs_every_neighbour_and_fails_on_a_reversed_one() {
    let measured = [
        ("a", samples(1.0, 0.5, 0)),
        ("b", samples(1.5, 0.5, 3)),
        ("c", samples(2.0, 0.5, 11)),
        ("same", samples(1.0, 0.5, 17)),
    ];
    let order = |list: &[&str], direction| Expectation::Ordering { quantities: names(list), direction };
    let rising = judged(order(&["a", "b", "c"], Direction::Rising), &measured);
    assert_eq!(rising.verdict, Verdict::Reproduced, "{}", rising.reason);
    assert_eq!(rising.quantity, "a < b < c");
    assert_eq!(judged(order(&["c", "b", "a"], Direction::Falling), &measured).verdict, Verdict::Reproduced);
    assert_eq!(judged(order(&["a", "c", "b"], Direction::Rising), &measured).verdict, Verdict::NotReproduced);
    let chance = judged(order(&["a", "same", "c"], Direction::Rising), &measured);
    assert_eq!(chance.verdict, Verdict::Inconclusive, "{}", chance.reason);
}

#[test]
fn estimates_are_ordered_by_their_intervals() {
    let order = |list: &[&str]| Expectation::Ordering { quantities: names(list), direction: Direction::Rising };
    let measured = [("a", estimate(0.1, 0.1)), ("b", estimate(0.5, 0.1)), ("c", estimate(0.55, 0.1))];
    assert_eq!(judged(order(&["a", "b"]), &measured).verdict, Verdict::Reproduced);
    assert_eq!(judged(order(&["b", "a"]), &measured).verdict, Verdict::NotReproduced);
    assert_eq!(judged(order(&["a", "b", "c"]), &measured).verdict, Verdict::Inconclusive);
}

#[test]
fn a_trend_is_the_sign_of_the_mean_slope_over_paired_runs() {
    let measured = [
        ("a", samples(1.0, 0.5, 0)),
        ("b", samples(1.1, 0.5, 3)),
        ("c", samples(1.3, 0.5, 5)),
        ("e", estimate(1.0, 0.1)),
    ];
    let trend = |list: &[&str], direction| Expectation::Trend { quantities: names(list), direction, at: Vec::new() };
    let rising = judged(trend(&["a", "b", "c"], Direction::Rising), &measured);
    assert_eq!(rising.verdict, Verdict::Reproduced, "{}", rising.reason);
    // The slope of the means is (1.3 - 1.0) / 2.
    let interval = rising.interval.expect("a slope has an interval");
    assert!(interval.low > 0.0 && interval.high < 0.2, "{interval:?}");
    assert_eq!(judged(trend(&["a", "b", "c"], Direction::Falling), &measured).verdict, Verdict::NotReproduced);
    let flat = [("a", samples(1.0, 0.5, 0)), ("b", samples(1.0, 0.5, 17))];
    assert_eq!(judged(trend(&["a", "b"], Direction::Rising), &flat).verdict, Verdict::Inconclusive);
    assert_eq!(judged(trend(&["a", "e"], Direction::Rising), &measured).verdict, Verdict::Inconclusive);
}

#[test]
fn a_ratio_is_judged_in_the_relative_tolerance() {
    let ratio = |value| ratio_of("a", "b", value, 0.1);
    let measured = [("a", samples(4.0, 0.1, 0)), ("b", samples(2.0, 0.1, 5))];
    assert_eq!(judged(ratio(2.0), &measured).verdict, Verdict::Reproduced);
    assert_eq!(judged(ratio(3.0), &measured).verdict, Verdict::NotReproduced);
    assert_eq!(judged(ratio(2.0 / 0.9), &measured).verdict, Verdict::Inconclusive);
    let measured = [("a", estimate(4.0, 0.1)), ("b", samples(2.0, 0.1, 5))];
    assert_eq!(judged(ratio(2.0), &measured).verdict, Verdict::Reproduced);
    let measured = [("a", samples(0.0, 0.1, 0)), ("b", samples(2.0, 0.1, 5))];
    assert_eq!(judged(ratio(2.0), &measured).verdict, Verdict::Inconclusive);
}

#[test]
fn equivalence_needs_the_90_percent_interval_within_the_margin() {
    let same = |margin| equivalence_of(margin);
    let measured = [("a", samples(1.0, 0.5, 0)), ("b", samples(1.0, 0.5, 17))];
    assert_eq!(judged(same(0.4), &measured).verdict, Verdict::Reproduced);
    assert_eq!(judged(same(0.05), &measured).verdict, Verdict::Inconclusive);
    let apart = [("a", samples(1.0, 0.5, 0)), ("b", samples(3.0, 0.5, 17))];
    let judgement = judged(same(0.4), &apart);
    assert_eq!(judgement.verdict, Verdict::NotReproduced);
    assert!(judgement.interval.expect("compared").high < 0.0, "left minus right is below zero");
}

#[test]
fn one_statement_fails_with_one_part_and_several_statements_hold_in_part() {
    let bound = |least| bound_of("a", Some(least), None);
    let never = || Expectation::Untestable { reason: "another metric".to_owned() };
    let measured = [("a", samples(1.0, 0.5, 0))];
    let verdict = |parts| judged(Expectation::All(parts), &measured).verdict;
    assert_eq!(verdict(vec![bound(0.1), bound(0.2)]), Verdict::Reproduced);
    assert_eq!(verdict(vec![bound(0.1), bound(2.0)]), Verdict::NotReproduced);
    assert_eq!(verdict(vec![bound(0.1), never()]), Verdict::Reproduced);
    assert_eq!(verdict(vec![bound(2.0), bound(1.0)]), Verdict::NotReproduced);
    assert_eq!(verdict(vec![bound(1.0), never()]), Verdict::Inconclusive);
    assert_eq!(verdict(vec![never(), never()]), Verdict::NotTested);
    let several = |parts| judged(Expectation::Parts(parts), &measured).verdict;
    assert_eq!(several(vec![bound(0.1), bound(2.0)]), Verdict::PartiallyReproduced);
    assert_eq!(several(vec![bound(1.0), bound(2.0)]), Verdict::NotReproduced);
    let judgement = judged(Expectation::All(vec![bound(0.1), never()]), &measured);
    assert!(judgement.reason.starts_with("1 of 2 parts tested: (1) reproduced"), "{}", judgement.reason);
    let judgement = judged(Expectation::All(vec![bound(0.1), bound(2.0)]), &measured);
    assert!(judgement.reason.starts_with("(1) reproduced: `a`, 1.0"), "{}", judgement.reason);
    assert!(judgement.reason.contains("; (2) not reproduced: `a`, 1.0"), "{}", judgement.reason);
}

#[test]
fn what_a_profile_cannot_see_is_not_tested() {
    let found = findings(&[("a", samples(1.0, 0.5, 0))]);
    let other_data = judged_on(&["mnist"], one_run_of(1.0), &found, Clock::Measured);
    assert_eq!(other_data.verdict, Verdict::NotTested);
    assert_eq!(other_data.reason, "this profile runs digits, the claim is about mnist");
    assert_eq!((other_data.n, other_data.interval, other_data.evidence.len()), (None, None, 0));
    assert_eq!(judged_on(&["mnist", "digits"], one_run_of(1.0), &found, Clock::Measured).verdict, Verdict::Reproduced);
    let absent = bound_of("b", Some(1.0), None);
    let absent = judged_on(&[], absent, &found, Clock::Measured);
    assert_eq!((absent.verdict, absent.reason.as_str()), (Verdict::NotTested, "this profile did not measure `b`"));
    let never = judged(Expectation::Untestable { reason: "another metric".to_owned() }, &[]);
    assert_eq!((never.verdict, never.reason.as_str()), (Verdict::NotTested, "another metric"));
}

/// Two samples of one value have no interval, and none is needed.
#[test]
fn what_cannot_decide_a_claim_leaves_it_inconclusive_with_the_quantities_as_evidence() {
    let undecided = |names: &[&str]| Expectation::Undecided {
        quantities: names.iter().map(|&name| name.to_owned()).collect(),
        reason: "one platform".to_owned(),
    };
    let measured = [("a", samples(1.0, 0.5, 0)), ("b", Measured::Samples(vec![1.0]))];
    let judgement = judged(undecided(&["a", "b"]), &measured);
    assert_eq!((judgement.verdict, judgement.reason.as_str()), (Verdict::Inconclusive, "one platform"));
    assert_eq!(judgement.evidence.iter().map(|one| one.quantity.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(judgement.expectation, "nothing that `a`, `b` could show decides it");
    assert_eq!(judged(undecided(&["a", "c"]), &measured).verdict, Verdict::NotTested, "`c` was not measured");
}

#[test]
fn a_claim_about_the_scale_of_other_profiles_is_not_tested() {
    let found = findings(&[("a", samples(1.0, 0.5, 0))]);
    let about = |profiles: &[&str], data: &[&str], expectation| Claim {
        data: names(data),
        profiles: names(profiles),
        ..Claim::new("claim", "Table 7", "It is so.", expectation)
    };
    let verdict = |claim: Claim| {
        let judgement = judged_in(&claim, &found, Clock::Measured);
        (judgement.verdict, judgement.reason, judgement.evidence.len())
    };
    let elsewhere = |reason: &str| (Verdict::NotTested, reason.to_owned(), 0);
    assert_eq!(
        verdict(about(&["paper"], &[], one_run_of(1.0))),
        elsewhere("the claim is about the scale of profile `paper`, this is `reduced`")
    );
    assert_eq!(
        verdict(about(&["quick", "paper"], &["digits"], one_run_of(1.0))),
        elsewhere("the claim is about the scale of profile `quick` or `paper`, this is `reduced`")
    );
    // The data is named first: at the right scale it would be missing still.
    let other_data = "this profile runs digits, the claim is about mnist";
    assert_eq!(verdict(about(&["paper"], &["mnist"], one_run_of(1.0))), elsewhere(other_data));
    let never = Expectation::Untestable { reason: "another metric".to_owned() };
    assert_eq!(verdict(about(&["paper"], &[], never)), elsewhere("another metric"));
    for profiles in [vec![], vec!["reduced"], vec!["paper", "reduced"]] {
        assert_eq!(verdict(about(&profiles, &[], one_run_of(1.0))).0, Verdict::Reproduced, "{profiles:?}");
        assert_eq!(verdict(about(&profiles, &[], one_run_of(2.0))).0, Verdict::NotReproduced, "{profiles:?}");
    }
}

#[test]
fn a_claim_without_profiles_has_the_text_that_it_always_had() {
    let claim = |profiles: &[&str]| Claim { profiles: names(profiles), ..Claim::new("claim", "", "", one_run_of(1.0)) };
    let text = serde_json::to_string(&claim(&[])).expect("a claim has JSON");
    assert!(text.ends_with(r#""data":[]}"#), "{text}");
    assert_eq!(serde_json::from_str::<Claim>(&text).expect("own text"), claim(&[]));
    let text = serde_json::to_string(&claim(&["paper"])).expect("a claim has JSON");
    assert_eq!(serde_json::from_str::<Claim>(&text).expect("own text"), claim(&["paper"]));
}

#[test]
fn a_quantity_that_was_looked_for_and_has_no_value_says_so() {
    let found = findings(&[("a", samples(1.0, 0.5, 0))]);
    let (promised, clusters) = (BTreeSet::from(["b".to_owned()]), Clusters::default());
    let (data, clock) = (["digits".to_owned()], Clock::Measured);
    let context = JudgeContext { data: &data, profile: "reduced", clock, promised: &promised, clusters: &clusters };
    let judgement = judge(&claim_of(bound_of("b", Some(0.0), None)), &found, &summarize(&found), context);
    assert_eq!(judgement.verdict, Verdict::NotTested);
    assert_eq!(judgement.reason, "`b` has no value here: too few of what it counts, or all of them equal");
}

#[test]
fn time_under_the_cost_model_is_not_tested() {
    let mut found = findings(&[("a", samples(1.0, 0.5, 0))]);
    found.quantities.get_mut("a").expect("just made").observed_time = true;
    let judgement = judged_on(&[], one_run_of(1.0), &found, Clock::CostModel);
    assert_eq!((judgement.verdict, judgement.reason.as_str()), (Verdict::NotTested, "synthetic clock"));
    assert_eq!(judged_on(&[], one_run_of(1.0), &found, Clock::Measured).verdict, Verdict::Reproduced);
}

#[test]
fn a_sample_that_is_not_finite_decides_nothing() {
    let judgement = judged(one_run_of(1.0), &[("a", Measured::Samples(vec![f64::NAN; 50]))]);
    assert_eq!(judgement.verdict, Verdict::Inconclusive);
    assert_eq!(judgement.interval, None);
}

#[test]
fn the_same_claim_gives_the_same_judgement() {
    let measured = [("a", samples(1.0, 0.5, 0)), ("b", samples(1.0, 0.5, 17))];
    let same = || equivalence_of(0.1);
    assert_eq!(judged(same(), &measured), judged(same(), &measured));
}
