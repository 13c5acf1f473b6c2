//! Every expectation holds, fails and stays undecided at least once.

use super::*;
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
        measured: measured.clone(),
        observed_time: false,
    };
    let quantities = measured.iter().map(|(name, measured)| ((*name).to_owned(), quantity(measured))).collect();
    Findings { quantities, ..Findings::default() }
}

fn judged(expectation: Expectation, measured: &[(&str, Measured)]) -> Judgement {
    judged_on(&[], expectation, &findings(measured), Clock::Measured)
}

fn judged_on(data: &[&str], expectation: Expectation, findings: &Findings, clock: Clock) -> Judgement {
    let claim = Claim {
        id: "claim".to_owned(),
        source: "Table 2".to_owned(),
        sentence: "It is so.".to_owned(),
        expectation,
        data: data.iter().map(|name| (*name).to_owned()).collect(),
        profiles: Vec::new(),
        added: None,
        amended: Vec::new(),
    };
    judged_in(&claim, findings, clock)
}

fn judged_in(claim: &Claim, findings: &Findings, clock: Clock) -> Judgement {
    judge(claim, findings, &summarize(findings), Setting { data: &["digits".to_owned()], profile: "reduced", clock })
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn one_run_of(value: f64) -> Expectation {
    Expectation::OneRun { quantity: "a".to_owned(), value }
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
    let few = judged(one_run_of(1.0), &[("a", Measured::Samples(vec![1.0; 3]))]);
    assert_eq!(few.verdict, Verdict::Inconclusive);
    assert_eq!(few.reason, "a 95\u{a0}% prediction interval of one run needs 39 runs, there are 3");
    let bound = Expectation::Bound { quantity: "a".to_owned(), least: Some(0.0), most: None };
    let few = judged(bound, &[("a", Measured::Samples(vec![1.0; 2]))]);
    assert_eq!(few.verdict, Verdict::Inconclusive);
    assert_eq!(few.reason, "`a` has 2 of the 3 samples that an interval needs");
    assert_eq!(few.n, Some(2));
    assert_eq!(judged(one_run_of(1.0), &[("a", estimate(1.0, 0.1))]).verdict, Verdict::Inconclusive);
}

#[test]
fn a_tolerance_is_judged_by_where_the_whole_interval_lies() {
    let within = |value| Expectation::Within { quantity: "a".to_owned(), value, tolerance: 0.5 };
    let measured = [("a", estimate(1.0, 0.2))];
    assert_eq!(judged(within(1.2), &measured).verdict, Verdict::Reproduced);
    assert_eq!(judged(within(2.0), &measured).verdict, Verdict::NotReproduced);
    let across = judged(within(1.4), &measured);
    assert_eq!(across.verdict, Verdict::Inconclusive);
    assert_eq!(across.reason, "1.00 [0.80,\u{a0}1.20] reaches across the border of 0.9 to 1.9");
}

#[test]
fn a_bound_is_judged_by_where_the_whole_interval_lies() {
    let bound = |least, most| Expectation::Bound { quantity: "a".to_owned(), least, most };
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
        ("b", samples(1.1, 0.5, 0)),
        ("c", samples(1.3, 0.5, 0)),
        ("e", estimate(1.0, 0.1)),
    ];
    let trend = |list: &[&str], direction| Expectation::Trend { quantities: names(list), direction };
    let rising = judged(trend(&["a", "b", "c"], Direction::Rising), &measured);
    assert_eq!(rising.verdict, Verdict::Reproduced, "{}", rising.reason);
    // Every pair of runs differs by the same steps, so the slope is known exactly: (1.3 - 1.0) / 2.
    let interval = rising.interval.expect("a slope has an interval");
    assert!((interval.low - 0.15).abs() < 1e-12 && (interval.high - 0.15).abs() < 1e-12);
    assert_eq!(judged(trend(&["a", "b", "c"], Direction::Falling), &measured).verdict, Verdict::NotReproduced);
    let flat = [("a", samples(1.0, 0.5, 0)), ("b", samples(1.0, 0.5, 17))];
    assert_eq!(judged(trend(&["a", "b"], Direction::Rising), &flat).verdict, Verdict::Inconclusive);
    assert_eq!(judged(trend(&["a", "e"], Direction::Rising), &measured).verdict, Verdict::Inconclusive);
}

#[test]
fn a_ratio_is_judged_in_the_relative_tolerance() {
    let ratio =
        |value| Expectation::Ratio { numerator: "a".to_owned(), denominator: "b".to_owned(), value, tolerance: 0.1 };
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
    let same = |margin| Expectation::Equivalence { left: "a".to_owned(), right: "b".to_owned(), margin };
    let measured = [("a", samples(1.0, 0.5, 0)), ("b", samples(1.0, 0.5, 17))];
    assert_eq!(judged(same(0.4), &measured).verdict, Verdict::Reproduced);
    assert_eq!(judged(same(0.05), &measured).verdict, Verdict::Inconclusive);
    let apart = [("a", samples(1.0, 0.5, 0)), ("b", samples(3.0, 0.5, 17))];
    let judgement = judged(same(0.4), &apart);
    assert_eq!(judgement.verdict, Verdict::NotReproduced);
    assert!(judgement.interval.expect("compared").high < 0.0, "left minus right is below zero");
}

#[test]
fn all_parts_make_a_whole_and_some_parts_a_part() {
    let bound = |least| Expectation::Bound { quantity: "a".to_owned(), least: Some(least), most: None };
    let never = || Expectation::Untestable { reason: "another metric".to_owned() };
    let measured = [("a", samples(1.0, 0.5, 0))];
    let verdict = |parts| judged(Expectation::All(parts), &measured).verdict;
    assert_eq!(verdict(vec![bound(0.1), bound(0.2)]), Verdict::Reproduced);
    assert_eq!(verdict(vec![bound(0.1), bound(2.0)]), Verdict::PartiallyReproduced);
    assert_eq!(verdict(vec![bound(0.1), never()]), Verdict::PartiallyReproduced);
    assert_eq!(verdict(vec![bound(2.0), bound(1.0)]), Verdict::NotReproduced);
    assert_eq!(verdict(vec![bound(1.0), never()]), Verdict::Inconclusive);
    assert_eq!(verdict(vec![never(), never()]), Verdict::NotTested);
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
    let absent = Expectation::OneRun { quantity: "b".to_owned(), value: 1.0 };
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
        id: "claim".to_owned(),
        source: "Table 7".to_owned(),
        sentence: "It is so.".to_owned(),
        expectation,
        data: names(data),
        profiles: names(profiles),
        added: None,
        amended: Vec::new(),
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

/// Three search seeds of three quantities.
fn three_seeds() -> [(&'static str, Measured); 3] {
    [("a", [0.31, 0.28, 0.34]), ("b", [0.22, 0.20, 0.27]), ("c", [0.15, 0.11, 0.16])]
        .map(|(name, samples)| (name, Measured::Samples(samples.to_vec())))
}

fn assert_ends(judgement: &Judgement, low: f64, high: f64) {
    let ends = judgement.interval.expect("compared");
    assert!((ends.low - low).abs() < 1e-12 && (ends.high - high).abs() < 1e-12, "{ends:?} is not {low} to {high}");
}

/// SciPy 1.17.1: `t.interval(0.95, 2, loc=mean(a), scale=sem(a))`; of the slopes `(c - a) / 2` the same; for the ratio
/// the roots of `ttest_1samp(b - r * a, 0).pvalue - 0.05`.
#[test]
fn three_seeds_are_judged_by_students_t() {
    let measured = three_seeds();
    let bound =
        |least| judged(Expectation::Bound { quantity: "a".to_owned(), least: Some(least), most: None }, &measured);
    let above = bound(0.2);
    assert_eq!((above.verdict, above.n), (Verdict::Reproduced, Some(3)));
    assert_ends(&above, 0.23547586864749015, 0.38452413135250996);
    assert_eq!(above.reason, "0.310 [0.235,\u{a0}0.385] (Student's t, n = 3) lies wholly above 0.2");
    assert_eq!(bound(0.25).verdict, Verdict::Inconclusive);
    assert_eq!(bound(0.4).verdict, Verdict::NotReproduced);

    let trend = |direction| judged(Expectation::Trend { quantities: names(&["a", "b", "c"]), direction }, &measured);
    let falling = trend(Direction::Falling);
    assert_eq!((falling.verdict, trend(Direction::Rising).verdict), (Verdict::Reproduced, Verdict::NotReproduced));
    assert_ends(&falling, -0.09742068855875169, -0.07257931144124835);
    assert!(falling.reason.contains("(over paired runs, Student's t, n = 3)"), "{}", falling.reason);

    let ratio = |value| {
        let (numerator, denominator) = ("b".to_owned(), "a".to_owned());
        judged(Expectation::Ratio { numerator, denominator, value, tolerance: 0.25 }, &measured)
    };
    assert_ends(&ratio(0.7), 0.5860562939069229, 0.8457110439010107);
    assert_eq!(
        [0.7, 0.75, 1.2].map(|value| ratio(value).verdict),
        [Verdict::Reproduced, Verdict::Reproduced, Verdict::NotReproduced]
    );
    assert_eq!(ratio(0.6).verdict, Verdict::Inconclusive);
    assert!(ratio(0.7).reason.contains("(over paired runs, Fieller's method with Student's t, n = 3)"));
}

/// SciPy 1.17.1, `ttest_rel`: p = 0.00516799 of b against a and 0.01606530 of c against b, and their
/// `confidence_interval()`; of two one-sided tests with a margin of 0.1 p = 0.03708995.
#[test]
fn three_seeds_are_ordered_and_found_equal_by_paired_t_tests() {
    let measured = three_seeds();
    let order = |direction| judged(Expectation::Ordering { quantities: names(&["a", "b", "c"]), direction }, &measured);
    let falling = order(Direction::Falling);
    assert_eq!((falling.verdict, order(Direction::Rising).verdict), (Verdict::Reproduced, Verdict::NotReproduced));
    assert_ends(&falling, -0.10484137711750328, -0.05515862288249672);
    assert!(falling.reason.contains("largest Holm-adjusted p = 0.016"), "{}", falling.reason);
    assert!(falling.reason.ends_with("(over paired runs, Student's t, n = 3)"), "{}", falling.reason);

    let same =
        |margin| judged(Expectation::Equivalence { left: "a".to_owned(), right: "b".to_owned(), margin }, &measured);
    assert_eq!(same(0.1).verdict, Verdict::Reproduced);
    assert!(same(0.1).reason.ends_with("p = 0.037)"), "{}", same(0.1).reason);
    assert_eq!([same(0.08).verdict, same(0.05).verdict], [Verdict::Inconclusive, Verdict::NotReproduced]);
}

/// SciPy 1.17.1: the interval of `a` reaches 0.0745 = `t.ppf(0.975, 2) * sem(a)` to either side; with that of the
/// estimate 0.0771616, and `2 * t.sf(0.11 / 0.0771616 * t.ppf(0.975, 2), 2)` = 0.02556.
#[test]
fn three_seeds_stand_against_an_estimate_by_the_tail_of_students_t() {
    let [a, ..] = three_seeds();
    let measured = [a, ("e", estimate(0.2, 0.02))];
    let order = Expectation::Ordering { quantities: names(&["a", "e"]), direction: Direction::Falling };
    let judgement = judged(order, &measured);
    assert_eq!(judgement.verdict, Verdict::Reproduced);
    assert_ends(&judgement, -0.11 - 0.07716116998754069, -0.11 + 0.07716116998754069);
    assert!(judgement.reason.contains("p = 0.026"), "{}", judgement.reason);
    let method = "(recovered from the two intervals, Student's t, n = 3)";
    assert!(judgement.reason.ends_with(method), "{}", judgement.reason);
}

#[test]
fn a_ratio_by_three_seeds_that_may_be_zero_is_inconclusive() {
    let [a, ..] = three_seeds();
    let measured = [a, ("wide", Measured::Samples(vec![1.0, 2.0, 6.0]))];
    let (numerator, denominator) = ("a".to_owned(), "wide".to_owned());
    let judgement = judged(Expectation::Ratio { numerator, denominator, value: 0.1, tolerance: 0.1 }, &measured);
    assert_eq!((judgement.verdict, judgement.interval), (Verdict::Inconclusive, None));
    let reason = "the mean that is divided by may be zero, so the ratio of 3 pairs has no bounded interval";
    assert_eq!(judgement.reason, reason);
}

#[test]
fn from_five_seeds_on_the_text_is_that_of_the_bootstrap() {
    let five = Measured::Samples(vec![1.0, 1.1, 1.2, 1.3, 1.4]);
    let bound = Expectation::Bound { quantity: "a".to_owned(), least: Some(0.5), most: None };
    let judgement = judged(bound, &[("a", five)]);
    assert!(!judgement.reason.contains("Student"), "{}", judgement.reason);
    assert!(judgement.evidence[0].summary.method.starts_with("percentile bootstrap"));
}

#[test]
fn a_claim_without_profiles_has_the_text_that_it_always_had() {
    let claim = |profiles: &[&str]| Claim {
        id: "claim".to_owned(),
        source: String::new(),
        sentence: String::new(),
        expectation: one_run_of(1.0),
        data: Vec::new(),
        profiles: names(profiles),
        added: None,
        amended: Vec::new(),
    };
    let text = serde_json::to_string(&claim(&[])).expect("a claim has JSON");
    assert!(text.ends_with(r#""data":[]}"#), "{text}");
    assert_eq!(serde_json::from_str::<Claim>(&text).expect("own text"), claim(&[]));
    let text = serde_json::to_string(&claim(&["paper"])).expect("a claim has JSON");
    assert_eq!(serde_json::from_str::<Claim>(&text).expect("own text"), claim(&["paper"]));
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
    let same = || Expectation::Equivalence { left: "a".to_owned(), right: "b".to_owned(), margin: 0.1 };
    assert_eq!(judged(same(), &measured), judged(same(), &measured));
}
