//! Three to nine clusters are judged by Student's t, ten and more by the studentised bootstrap.

use super::*;

/// Three search seeds of three quantities.
fn three_seeds() -> [(&'static str, Measured); 3] {
    [("a", [0.31, 0.28, 0.34]), ("b", [0.22, 0.20, 0.27]), ("c", [0.15, 0.11, 0.16])]
        .map(|(name, samples)| (name, Measured::Samples(samples.to_vec())))
}

/// SciPy 1.17.1: `t.interval(0.95, 2, loc=mean(a), scale=sem(a))`; of the slopes `(c - a) / 2` the same; for the ratio
/// the roots of `ttest_1samp(b - r * a, 0).pvalue - 0.05`.
#[test]
fn three_seeds_are_judged_by_students_t() {
    let measured = three_seeds();
    let bound = |least| judged(bound_of("a", Some(least), None), &measured);
    let above = bound(0.2);
    assert_eq!((above.verdict, above.n), (Verdict::Consistent, Some(3)));
    assert_ends(&above, 0.23547586864749015, 0.38452413135250996);
    let reason = "0.310 [0.235,\u{a0}0.385] (Student's t, n = 3) lies wholly above 0.2; at most consistent: labels exchanged \
                  within clusters: 1 of 8 pass";
    assert_eq!(above.reason, reason);
    assert_eq!(bound(0.25).verdict, Verdict::Inconclusive);
    assert_eq!(bound(0.4).verdict, Verdict::NotReproduced);

    let trend = |direction| {
        judged(Expectation::Trend { quantities: names(&["a", "b", "c"]), direction, at: Vec::new() }, &measured)
    };
    let falling = trend(Direction::Falling);
    assert_eq!((falling.verdict, trend(Direction::Rising).verdict), (Verdict::Consistent, Verdict::NotReproduced));
    assert_ends(&falling, -0.09742068855875169, -0.07257931144124835);
    assert!(falling.reason.contains("(Student's t, n = 3)"), "{}", falling.reason);

    let ratio = |value| judged(ratio_of("b", "a", value, 0.25), &measured);
    assert_ends(&ratio(0.7), 0.5860562939069229, 0.8457110439010107);
    assert_eq!(
        [0.7, 0.75, 1.2].map(|value| ratio(value).verdict),
        [Verdict::Consistent, Verdict::Consistent, Verdict::NotReproduced]
    );
    assert_eq!(ratio(0.6).verdict, Verdict::Inconclusive);
    assert!(ratio(0.7).reason.contains("(paired, Fieller's method, n = 3)"));
}

/// SciPy 1.17.1, `ttest_rel`: p = 0.00516799 of b against a and 0.01606530 of c against b, and their
/// `confidence_interval()`; of two one-sided tests with a margin of 0.1 p = 0.03708995.
#[test]
fn three_seeds_are_ordered_and_found_equal_by_paired_t_tests() {
    let measured = three_seeds();
    let order = |direction| judged(Expectation::Ordering { quantities: names(&["a", "b", "c"]), direction }, &measured);
    let falling = order(Direction::Falling);
    assert_eq!((falling.verdict, order(Direction::Rising).verdict), (Verdict::Consistent, Verdict::NotReproduced));
    assert_ends(&falling, -0.10484137711750328, -0.05515862288249672);
    let reason = "every step stands in order; from `a` to `b` the change, -0.080 [-0.105,\u{a0}-0.055] (paired, Student's t, n = 3), \
                  lies wholly below 0; at most consistent: fewer than 4 clusters";
    assert!(falling.reason.starts_with(reason), "{}", falling.reason);

    let same = |margin| judged(equivalence_of(margin), &measured);
    assert_eq!(same(0.1).verdict, Verdict::Consistent);
    // SciPy 1.17.1, `ttest_rel(a, b).confidence_interval(0.9)`: the interval of two one-sided tests at 5 %.
    assert_ends(&same(0.1), 0.06314145539152952, 0.09685854460847047);
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
    assert_eq!(judgement.verdict, Verdict::Consistent);
    assert_ends(&judgement, -0.11 - 0.07716116998754069, -0.11 + 0.07716116998754069);
    assert!(judgement.reason.contains("(recovered from the two intervals)"), "{}", judgement.reason);
}

/// EcoNAS under `paper` has 3 to 5 runs: an interval of order statistics would have needed 39. statsmodels 0.15.0,
/// `OLS(x, ones(5)).fit().get_prediction([[1]]).summary_frame()` of x.
#[test]
fn the_papers_number_is_held_against_one_run_of_a_few() {
    let five = [("a", Measured::Samples(vec![0.31, 0.28, 0.34, 0.26, 0.32]))];
    let inside = judged(one_run_against(0.35, 0.45), &five);
    assert_eq!((inside.verdict, inside.n), (Verdict::Reproduced, Some(5)), "{}", inside.reason);
    assert_ends(&inside, 0.20486409291747773, 0.3991359070825221);
    assert_eq!(judged(one_run_against(0.35, 0.38), &five).verdict, Verdict::Inconclusive);
    assert_eq!(judged(one_run_against(0.45, 0.35), &five).verdict, Verdict::NotReproduced);
}

/// SciPy 1.17.1, `ttest_rel(x, y - margin, alternative="greater").pvalue`: 0.0031 at a margin of 0.02, 0.11 at one of 0.01.
#[test]
fn no_worse_is_a_one_sided_test_against_the_margin() {
    let x = vec![0.81, 0.79, 0.83, 0.80, 0.82];
    let y = vec![0.821, 0.79, 0.838, 0.812, 0.82];
    let measured = [("a", Measured::Samples(x)), ("b", Measured::Samples(y))];
    let no_worse = |margin: f64, smaller_is_better: bool| {
        let (left, right, from) = ("a".to_owned(), Some("b".to_owned()), "made up".to_owned());
        let (left, right) = if smaller_is_better { ("b".to_owned(), Some(left)) } else { (left, right) };
        judged(Expectation::NonInferiority { left, right, margin, from, smaller_is_better, foil: None }, &measured)
    };
    assert_eq!(no_worse(0.02, false).verdict, Verdict::Reproduced, "{}", no_worse(0.02, false).reason);
    assert_eq!(no_worse(0.02, true).verdict, Verdict::Reproduced, "{}", no_worse(0.02, true).reason);
    assert_eq!(no_worse(0.01, false).verdict, Verdict::Inconclusive, "{}", no_worse(0.01, false).reason);
}

#[test]
fn a_ratio_by_three_seeds_that_may_be_zero_is_inconclusive() {
    let [a, ..] = three_seeds();
    let measured = [a, ("wide", Measured::Samples(vec![1.0, 2.0, 6.0]))];
    let judgement = judged(ratio_of("a", "wide", 0.1, 0.1), &measured);
    assert_eq!((judgement.verdict, judgement.interval), (Verdict::Inconclusive, None));
    let reason = "the mean that is divided by may be zero, so the ratio of 3 pairs has no bounded interval";
    assert_eq!(judgement.reason, reason);
}

#[test]
fn from_ten_seeds_on_the_text_is_that_of_the_bootstrap() {
    let ten = Measured::Samples((0..10).map(|index| 1.0 + 0.1 * f64::from(index)).collect());
    let bound = bound_of("a", Some(0.5), None);
    let judgement = judged(bound, &[("a", ten)]);
    assert!(!judgement.reason.contains("Student"), "{}", judgement.reason);
    assert!(judgement.evidence[0].summary.method.starts_with("bootstrap-t"));
}

/// Differences of 0.01 of decimal fractions are ties, whatever their last bits are: 0.83 - 0.84 and 0.81 - 0.82 differ there.
#[test]
fn ties_are_ties_whatever_rounding_makes_of_them() {
    let x = vec![0.81, 0.79, 0.83, 0.80, 0.82];
    let y = vec![0.82, 0.79, 0.84, 0.81, 0.82];
    let measured = [("a", Measured::Samples(x)), ("b", Measured::Samples(y))];
    let order = Expectation::Ordering { quantities: names(&["a", "b"]), direction: Direction::Rising };
    let judgement = judged(order, &measured);
    assert_eq!(judgement.verdict, Verdict::Inconclusive, "{}", judgement.reason);
    assert!(judgement.reason.contains("more than half of which are equal"), "{}", judgement.reason);
}

/// A step of rare events between ten seeds, falling in every one and by the same in most: what labels are permuted for is held
/// to no more than the observed steps were.
#[test]
fn an_order_is_severe_where_permuted_levels_rarely_pass_what_the_observed_ones_passed() {
    let noise = |seed: usize| (seed * 7 % 10) as f64 * 0.001;
    let level = |base: f64| Measured::Samples((0..10).map(|seed| base + noise(seed)).collect());
    let measured = [("a", level(0.5)), ("b", Measured::Samples((0..10).map(|seed| 0.3 - noise(seed)).collect()))];
    let order = Expectation::Ordering { quantities: names(&["a", "b"]), direction: Direction::Falling };
    let judgement = judged(order, &measured);
    assert_eq!(judgement.verdict, Verdict::Reproduced, "{} {}", judgement.reason, judgement.severity);
    assert!(judgement.severity.contains("levels permuted within clusters"), "{}", judgement.severity);
}
