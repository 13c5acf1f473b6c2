//! What is written says what was decided: no printed bound contradicts its verdict.

use super::*;
use renas_base::seed::{Seed, Stream};
use renas_stats::t_test::MeanDifference;

/// A number as people read it, from the text of an interval: `[1,234.5, ...]`.
fn ends_in(reason: &str) -> Option<(f64, f64)> {
    let open = reason.find('[')?;
    let close = open + reason[open..].find(']')?;
    let (low, high) = reason[open + 1..close].split_once(",\u{a0}")?;
    let number = |text: &str| text.replace(',', "").parse().ok();
    Some((number(low)?, number(high)?))
}

fn draw(stream: &mut Stream, decades: f64) -> f64 {
    let size = libm::pow(10.0, (stream.uniform() * 2.0 - 1.0) * decades);
    (stream.uniform() * 2.0 - 1.0) * size
}

/// 4,000 intervals of all sizes at all distances from a border, some of them touching it.
#[test]
fn no_printed_bound_contradicts_its_verdict() {
    let mut stream = Seed::from_number(1).stream("intervals");
    let mut decided = 0;
    for case in 0..4_000 {
        let unit = [Unit::One, Unit::Fraction, Unit::Seconds, Unit::MultiplyAdds][case % 4];
        let border: f64 = format!("{:.2e}", draw(&mut stream, 3.0)).parse().expect("a number");
        let width = draw(&mut stream, 3.0).abs();
        let distance = match case % 5 {
            0 => 0.0,
            1 => width * 1e-6 * stream.uniform(),
            2 => width * 1e-3 * stream.uniform(),
            _ => width * (stream.uniform() * 2.0 - 1.0),
        };
        let low = border + distance;
        let measured = Measured::Estimate {
            value: low + width / 2.0,
            low,
            high: low + width,
            n: 20,
            interval: "made up".to_owned(),
        };
        let mut found = findings(&[("a", measured)]);
        found.quantities.get_mut("a").expect("just made").unit = unit;
        let (least, most) = if case % 2 == 0 { (Some(border), None) } else { (None, Some(border)) };
        let judgement = judged_on(&[], bound_of("a", least, most), &found, Clock::Measured);
        let Some((low, high)) = ends_in(&judgement.reason) else { continue };
        let scale = if unit == Unit::Fraction { 100.0 } else { 1.0 };
        let written: f64 = format!("{:.12}", border * scale).parse().expect("a number");
        let (border, reason) = (written, &judgement.reason);
        let beyond = |end: f64, border: f64| end > border;
        match (judgement.verdict, least.is_some()) {
            (Verdict::Reproduced | Verdict::Consistent, true) | (Verdict::NotReproduced, false) => {
                assert!(beyond(low, border), "{reason}: {low} against {border}");
                decided += 1;
            }
            (Verdict::Reproduced | Verdict::Consistent, false) | (Verdict::NotReproduced, true) => {
                assert!(beyond(border, high), "{reason}: {high} against {border}");
                decided += 1;
            }
            (Verdict::Inconclusive, _) => {
                let tolerance = 1e-9 * border.abs().max(scale) * 1.01;
                assert!(low <= border + tolerance && high >= border - tolerance, "{reason}: {border}");
            }
            (other, _) => panic!("{other:?}: {reason}"),
        }
    }
    assert!(decided > 1_000, "{decided} intervals kept clear of their border");
}

#[test]
fn the_ends_of_an_interval_are_rounded_outward() {
    let measured =
        [("a", Measured::Estimate { value: 0.5, low: 0.1239, high: 0.8711, n: 20, interval: "x".to_owned() })];
    let judgement = judged(bound_of("a", Some(0.0), None), &measured);
    assert!(judgement.reason.starts_with("0.50 [0.12,\u{a0}0.88] (x) lies wholly above 0"), "{}", judgement.reason);
    // Nearest rounding would print the border itself.
    let measured = [("a", Measured::Estimate { value: 0.5, low: 0.001_2, high: 0.9, n: 20, interval: "x".to_owned() })];
    let judgement = judged(bound_of("a", Some(0.0), None), &measured);
    assert!(judgement.reason.starts_with("0.500 [0.001,\u{a0}0.900] (x) lies wholly above 0"), "{}", judgement.reason);
}

#[test]
fn any_of_several_is_tested_at_a_divided_level_which_is_printed_as_such() {
    let measured = [("a", Measured::Samples(vec![0.3, 0.1, 0.4, 0.2, 0.35])), ("b", samples(0.0, 1.0, 0))];
    let alone = judged(bound_of("a", Some(0.0), None), &measured);
    let parts = vec![bound_of("a", Some(0.0), None), bound_of("b", Some(0.0), None)];
    let judgement = judged(Expectation::Any(parts), &measured);
    let width = |judgement: &Judgement| judgement.interval.map(|ends| ends.high - ends.low).expect("compared");
    assert_eq!((alone.verdict, judgement.verdict), (Verdict::Reproduced, Verdict::Reproduced));
    assert!(width(&judgement) > width(&alone), "{}", judgement.reason);
    assert!(judgement.expectation.contains("each tested at 2.5\u{a0}%"), "{}", judgement.expectation);
}

#[test]
fn the_size_stands_beside_the_direction_and_is_never_combined_with_it() {
    let found = findings(&[("a", samples(1.0, 0.5, 0))]);
    let mut claim = claim_of(bound_of("a", Some(0.0), None));
    claim.beside = Some(one_run_of(4.2));
    let judgement = judged_in(&claim, &found, Clock::Measured);
    assert_eq!(judgement.verdict, Verdict::Reproduced);
    assert!(
        judgement.beside.starts_with("not reproduced: the paper's 4.2, one run of its own"),
        "{}",
        judgement.beside
    );
}

/// One of three intervals misses its border about three times as often as one does: to refute, a part needs more.
#[test]
fn one_of_several_parts_refutes_only_at_a_divided_level() {
    let measured =
        [("a", Measured::Samples(vec![-0.3, -0.05, -0.4, -0.1, -0.2, -0.35, 0.1])), ("b", samples(2.0, 0.5, 0))];
    let above = |name: &str| bound_of(name, Some(0.0), None);
    assert_eq!(judged(above("a"), &measured).verdict, Verdict::NotReproduced);
    let whole = judged(Expectation::All(vec![above("a"), above("b"), above("b"), above("b")]), &measured);
    assert_eq!(whole.verdict, Verdict::Inconclusive, "{}", whole.reason);
    assert!(whole.reason.contains("but not at the level that one of 4 parts needs"), "{}", whole.reason);
}

#[test]
fn what_these_clusters_would_have_decided_is_not_what_is_needed() {
    let measured = [("a", Measured::Samples((0..40).map(|index| 0.019 + 0.005 * f64::from(index % 7 - 3)).collect()))];
    let margin = Expectation::Equivalence {
        left: "a".to_owned(),
        right: None,
        margin: 0.02,
        from: "made up".to_owned(),
        foil: None,
    };
    let judgement = judged(margin, &measured);
    assert_eq!(judgement.verdict, Verdict::Inconclusive);
    let need = judgement.need.expect("undecided");
    assert!(need.clusters.is_none_or(|clusters| clusters > 40), "{need:?}");
}

/// The larger of two one-sided p values against a difference of `margin` or more: Schuirmann 1987,
/// <https://doi.org/10.1007/BF01068419>.
fn equivalence_p_value(difference: &MeanDifference, margin: f64) -> f64 {
    difference.p_above(-margin).max(difference.p_below(margin))
}

/// statsmodels 0.15.0, `ttost_ind(X, Y, -m, m, usevar="unequal")` and `ttost_paired(X, Y, -m, m)`.
#[test]
fn p_values_of_two_one_sided_tests_equal_those_of_statsmodels() {
    const X: [f64; 10] = [2.1, 3.4, 1.9, 5.6, 4.4, 3.4, 2.8, 6.1, 5.0, 3.9];
    const Y: [f64; 10] = [1.2, 2.9, 2.2, 4.1, 4.6, 2.5, 2.5, 5.2, 3.8, 2.9];
    let close = |difference: Result<MeanDifference, _>, margin: f64, theirs: f64| {
        let ours = equivalence_p_value(&difference.expect("ten values"), margin);
        assert!((ours / theirs - 1.0).abs() < 1e-12, "{ours} is not {theirs}");
    };
    close(MeanDifference::independent(&X, &Y), 1.0, 0.29174832567830544);
    close(MeanDifference::independent(&X, &Y), 1.5, 0.08873610027823017);
    close(MeanDifference::paired(&X, &Y), 1.0, 0.05457685680098683);
    close(MeanDifference::paired(&X, &Y), 1.5, 0.0007757086633432286);
}

/// Two one-sided tests by p-values and the 90 % interval are one decision (Schuirmann 1987,
/// <https://doi.org/10.1007/BF01068419>).
#[test]
fn the_90_percent_interval_says_what_two_one_sided_tests_say() {
    let mut stream = Seed::from_number(2).stream("pairs");
    let mut accepted = 0;
    for _ in 0..200 {
        let n = 5 + stream.below(4);
        let left: Vec<f64> = (0..n).map(|_| 0.3 * stream.normal()).collect();
        let right: Vec<f64> = left.iter().map(|value| value + 0.2 * stream.normal()).collect();
        let difference = MeanDifference::paired(&left, &right).expect("pairs");
        let p = equivalence_p_value(&difference, 0.2);
        let measured = [("a", Measured::Samples(left)), ("b", Measured::Samples(right))];
        let verdict = judged(equivalence_of(0.2), &measured).verdict;
        assert_eq!(p < 0.05, verdict == Verdict::Reproduced, "p = {p}, {verdict:?}");
        accepted += u32::from(p < 0.05);
    }
    assert!((20..180).contains(&accepted), "{accepted} of 200 accepted");
}
