//! Claims that are looked at more than once.

use super::*;

const SEVEN: [f64; 7] = [1.2, 0.3, 2.1, 0.9, -0.5, 1.7, 0.7];

fn looked_at(planned: &[usize], values: &[f64]) -> Judgement {
    let found = findings(&[("a", Measured::Samples(values.to_vec()))]);
    let looks = match planned {
        [] => std::collections::BTreeMap::new(),
        planned => [("search seed".to_owned(), planned.to_vec())].into(),
    };
    let clusters = Clusters { looks, ..Clusters::default() };
    let context = JudgeContext {
        data: &[],
        profile: "reduced",
        clock: Clock::Measured,
        promised: &BTreeSet::new(),
        clusters: &clusters,
    };
    let bound = Expectation::Bound { quantity: "a".to_owned(), least: Some(0.0), most: None, paper: None, foil: None };
    judge(&claim_of(bound), &found, &summarize(&found), context)
}

/// SciPy 1.17.1, `t.interval(level, 6, loc=mean(x), scale=sem(x))`: at 0.95 (0.11081, 1.71776), at 1 - 0.05 / 3 (-0.16520, 1.99377).
#[test]
fn each_of_three_looks_has_a_third_of_the_error_of_one() {
    let alone = looked_at(&[], &SEVEN);
    let interval = alone.interval.expect("seven values");
    assert!((interval.low - 0.11080715848735623).abs() < 1e-12 && alone.looks.is_empty(), "{interval:?}");
    assert!(alone.reason.contains("wholly above 0"), "{}", alone.reason);
    let look = looked_at(&[3, 7, 10], &SEVEN);
    let interval = look.interval.expect("seven values");
    assert!((interval.low + 0.16519727593033862).abs() < 1e-9, "{interval:?}");
    assert!((interval.high - 1.993768704501769).abs() < 1e-9, "{interval:?}");
    assert_eq!(look.verdict, Verdict::Inconclusive);
    assert!(look.reason.contains("98.33\u{a0}% interval, Student's t, n = 7"), "{}", look.reason);
    assert!(look.looks.starts_with("3 looks are planned, at 3, 7, 10 (unit: search seed)"), "{}", look.looks);
    assert_eq!(look.strips[0].interval, look.interval, "what is drawn is what decided");
    let need = |judgement: &Judgement| judgement.need.as_ref().and_then(|need| need.clusters);
    assert!(need(&look) > Some(7), "{:?}", look.need);
}

#[test]
fn a_look_beyond_the_last_planned_one_decides_nothing() {
    let far = [5.1, 5.0, 5.2, 5.05, 5.15, 5.3, 4.9];
    assert_ne!(looked_at(&[3, 7], &far).verdict, Verdict::Inconclusive);
    let beyond = looked_at(&[3, 5], &far);
    assert_eq!(beyond.verdict, Verdict::Inconclusive);
    assert!(beyond.reason.starts_with("7 clusters are more than the last planned look has, 5"), "{}", beyond.reason);
}

/// The prediction interval of one run is of 95 % at every look: nothing is said of another level.
#[test]
fn looks_are_said_only_where_they_change_a_level() {
    let found = findings(&[("a", Measured::Samples(SEVEN.to_vec()))]);
    let clusters = Clusters { looks: [("search seed".to_owned(), vec![3, 7])].into(), ..Clusters::default() };
    let promised = BTreeSet::new();
    let (data, clock) = (&[][..], Clock::Measured);
    let context = JudgeContext { data, profile: "reduced", clock, promised: &promised, clusters: &clusters };
    let looks = |expectation| judge(&claim_of(expectation), &found, &summarize(&found), context).looks;
    assert_eq!(looks(one_run_of(1.0)), "");
    assert!(looks(Expectation::All(vec![one_run_of(1.0), bound_of("a", Some(0.0), None)])).starts_with("2 looks"));
}
