//! What claims may expect: expectations that could never decide anything are refused where they stand.

use super::*;

/// The mistakes of the good manifest with another expectation of its first claim, which stands on line 33.
fn mistakes_of(expectation: &str) -> Vec<String> {
    let old = "one_run: {quantity: digits.accuracy, value: 0.962, foil: {value: 0.5, is: another row}}";
    let lines = mistakes(with(&[(old, expectation)]));
    let place = "33: claims[0].expectation.";
    lines.into_iter().map(|line| line.strip_prefix(place).expect("the claim's line").to_owned()).collect()
}

fn accepted(expectation: &str) -> Expectation {
    let old = "one_run: {quantity: digits.accuracy, value: 0.962, foil: {value: 0.5, is: another row}}";
    let manifest = parse(with(&[(old, expectation)]).as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    manifest.claims[0].expectation.clone()
}

#[test]
fn every_form_is_read() {
    for form in [
        "within: {quantity: digits.flops, value: 3, tolerance: 1}",
        "within: {quantity: digits.accuracy, value: 0.9, tolerance: 0.1, foil: {quantity: mnist.accuracy}}",
        "bound: {quantity: digits.gain, least: 0, paper: 0.03}",
        "bound: {quantity: digits.accuracy, least: 0.5, foil: {value: 0.1, is: chance}}",
        "every: {quantity: digits.accuracy, least: 0.5}",
        "trend: {quantities: [digits.accuracy, mnist.accuracy], direction: rising, at: [8, 12]}",
        "ratio: {numerator: digits.flops, denominator: mnist.flops, least: 2}",
        "ratio: {numerator: digits.flops, denominator: mnist.flops, value: 2, tolerance: 0.1}",
        "equivalence: {left: digits.accuracy, right: mnist.accuracy, margin: 0.02, from: half a point of Table 1}",
        "non_inferiority: {left: digits.gain, margin: 0.01, from: Table 1, smaller_is_better: true}",
        "differ: {test: digits.accuracy}",
        "parts: [bound: {quantity: digits.gain, least: 0}, bound: {quantity: mnist.gain, least: 0}]",
        "any: [bound: {quantity: digits.gain, least: 0}, bound: {quantity: mnist.gain, least: 0}]",
        "robust: [bound: {quantity: digits.gain, least: 0}, bound: {quantity: mnist.gain, least: 0}]",
    ] {
        let text = serde_json::to_string(&accepted(form)).expect("it has JSON");
        assert_eq!(serde_json::from_str::<Expectation>(&text).expect("own text"), accepted(form), "{form}");
    }
}

#[test]
fn a_foil_is_asked_for_where_anything_might_pass() {
    let level = mistakes_of("bound: {quantity: digits.accuracy, least: 0.5}");
    assert!(level[0].starts_with("bound.foil: is missing: something known to be false"), "{level:?}");
    let row = mistakes_of("one_run: {quantity: digits.accuracy, value: 0.5}");
    assert!(row[0].starts_with("one_run.foil: is missing") && row[0].contains("nearest other number"), "{row:?}");
    let unknown = mistakes_of("bound: {quantity: digits.accuracy, least: 0.5, foil: {quantity: random.accuracy}}");
    assert!(unknown[0].starts_with("bound.foil.quantity: no quantity `random.accuracy`"), "{unknown:?}");
}

#[test]
fn a_bound_at_the_edge_of_what_can_be_is_refused() {
    let edge = |bound: &str| {
        mistakes_of(&format!("bound: {{quantity: digits.accuracy, {bound}, foil: {{value: 0.1, is: x}}}}"))
    };
    assert_eq!(edge("least: 0"), ["bound.least: `digits.accuracy` is never below 0: at least 0 cannot fail"]);
    assert_eq!(edge("least: 1"), ["bound.least: `digits.accuracy` is never above 1: beyond 1 nothing can lie"]);
    assert_eq!(edge("most: 1"), ["bound.most: `digits.accuracy` is never above 1: at most 1 cannot fail"]);
    let every = mistakes_of("every: {quantity: digits.accuracy, least: 0}");
    assert_eq!(every, ["every.least: every `digits.accuracy` lies there whatever it is: an `every` over nothing"]);
    assert_eq!(
        mistakes_of("every: {quantity: digits.accuracy}"),
        [
            "every.least: either this or `most` is needed",
            "every.least: every `digits.accuracy` lies there whatever it is: an `every` over nothing"
        ]
    );
}

#[test]
fn a_margin_is_above_zero_and_says_where_it_comes_from() {
    let margin = mistakes_of("equivalence: {left: digits.accuracy, right: mnist.accuracy, margin: 0}");
    assert_eq!(
        margin,
        [
            "equivalence.from: is missing",
            "equivalence.margin: a margin of 0 accepts nothing: which difference counts as none?",
        ]
    );
}

#[test]
fn a_ratio_is_a_size_or_a_direction_and_a_trend_has_as_many_positions_as_quantities() {
    let ratio =
        |rest: &str| mistakes_of(&format!("ratio: {{numerator: digits.flops, denominator: mnist.flops{rest}}}"));
    assert_eq!(ratio(", tolerance: 0.1"), ["ratio.value: is missing: around what is `tolerance`?"]);
    assert_eq!(ratio(""), ["ratio.tolerance: either this with `value`, or `least` or `most`, is needed"]);
    assert_eq!(ratio(", value: 2, tolerance: 0.1, least: 1"), ["ratio.tolerance: either this, or `least` and `most`"]);
    let trend = mistakes_of("trend: {quantities: [digits.gain, mnist.gain], direction: rising, at: [8]}");
    assert_eq!(trend, ["trend.at: 1 positions for 2 quantities"]);
    assert_eq!(mistakes_of("any: [bound: {quantity: digits.gain, least: 0}]"), ["any: at least two parts are needed"]);
}

#[test]
fn what_no_number_of_runs_of_any_profile_can_decide_is_a_mistake() {
    let foil = "foil: {value: 0.1, is: x}";
    let few = mistakes_of(&format!("one_run: {{quantity: digits.final, value: 0.5, {foil}}}"));
    let message = "no profile plans the 3 runs of `digits.final` that a prediction interval needs: at most 2";
    assert_eq!(few, [format!("one_run.quantity: {message}")]);
    let exact = mistakes_of(&format!("one_run: {{quantity: digits.flops, value: 5, {foil}}}"));
    assert_eq!(exact, ["one_run.quantity: `digits.flops` is exact and has no spread of runs; use `within`"]);
}

#[test]
fn an_amendment_has_a_day_and_says_the_verdict_before() {
    let amended = |entry: &str| {
        let text = with(&[("    profiles: [reduced]\n", &format!("    profiles: [reduced]\n    {entry}\n"))]);
        parse(text.as_bytes())
    };
    let entry = "amended: [{on: 2026-11-28, was: less, because: it was wrong, verdict_before: {quick: not tested, reduced: reproduced}}]";
    let manifest = amended(entry).unwrap_or_else(|error| panic!("{error}"));
    let amendment = &manifest.claims[1].amended[0];
    assert_eq!((amendment.on.as_str(), amendment.verdict_before["reduced"]), ("2026-11-28", Verdict::Reproduced));
    let refused = |entry: &str| amended(entry).expect_err("a mistake").to_string().replace("experiments/toy.yaml:", "");
    let undated = refused("amended: [{was: less, because: it was wrong, verdict_before: {quick: reproduced}}]");
    assert_eq!(undated, "43: claims[1].amended[0].on: is missing");
    let odd = refused("amended: [{on: today, was: less, because: wrong, verdict_before: {quick: good}}]");
    assert!(odd.contains("amended[0].on: `today` is no day such as `2026-11-28`"), "{odd}");
    assert!(odd.contains("amended[0].verdict_before.quick: no choice `good`"), "{odd}");
    let never = refused("amended: [{on: 2026-11-28, was: less, because: wrong, verdict_before: {}}]");
    assert!(never.contains("no profile is named: say which verdict the claim had"), "{never}");
}

#[test]
fn looks_are_two_or_more_of_clusters_that_some_quantity_has() {
    let with_looks = |looks: &str| {
        let new = format!("    clock: cost_model\n    looks: {looks}\n");
        parse(with(&[("    clock: cost_model\n", &new)]).as_bytes())
    };
    let manifest = with_looks("{toy: [3, 7, 10]}").unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(manifest.profile(Profile::Quick).expect("it is there").clusters.looks["toy"], [3, 7, 10]);
    for (looks, message) in [
        ("{toi: [3, 7]}", "looks.toi: no quantity has clusters of this name; did you mean `toy`?"),
        ("{toy: [3]}", "looks.toy: names the numbers of clusters of two looks or more"),
        ("{toy: [7, 3]}", "looks.toy: must be in ascending order"),
    ] {
        let error = with_looks(looks).expect_err(looks).to_string();
        assert!(error.contains(message), "{error}");
    }
}

#[test]
fn the_cost_of_a_cluster_is_of_one_that_some_quantity_has() {
    let with_cost = |key: &str| {
        let new = format!("    clock: cost_model\n    cluster_seconds: {{{key}: 12}}\n");
        parse(with(&[("    clock: cost_model\n", &new)]).as_bytes())
    };
    let manifest = with_cost("toy").unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(manifest.profile(Profile::Quick).expect("it is there").clusters.seconds["toy"], 12.0);
    let error = with_cost("toi").expect_err("no cluster").to_string();
    assert!(
        error.contains("cluster_seconds.toi: no quantity has clusters of this name; did you mean `toy`?"),
        "{error}"
    );
}

#[test]
fn why_a_claim_is_out_of_reach_is_one_of_a_closed_list() {
    let text = |because: &str| {
        let new = format!("    profiles: [reduced]\n    out_of_reach: {{because: {because}, why: it is so}}\n");
        with(&[("    profiles: [reduced]\n", &new)])
    };
    let manifest = parse(text("gpu_scale").as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    assert!(manifest.claims[1].out_of_reach.is_some());
    let lines = mistakes(text("laziness"));
    assert!(lines[0].contains("out_of_reach.because: no choice `laziness`; known: `hardware`"), "{lines:?}");
}

#[test]
fn an_outline_reports_all_mistakes_but_those_that_only_the_names_of_quantities_show() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |text: String| std::fs::write(folder.path().join("toy.yaml"), text).expect("written");
    let unknown = ("one_run: {quantity: digits.accuracy,", "one_run: {quantity: digits.acuracy,");
    write(with(&[unknown]));
    let outline = load::outline(folder.path(), "toy", known(&[&Toy])).unwrap_or_else(|error| panic!("{error}"));
    let found = (outline.id.as_str(), outline.title.as_str(), outline.profiles.as_slice(), outline.claims);
    assert_eq!(found, ("toy", "A toy", &[Profile::Quick, Profile::Reduced][..], 3));
    assert_eq!(load::outline_all(folder.path(), known(&[&Toy])).expect("no other mistake"), [outline]);
    let error = load::load(folder.path(), "toy", known(&[&Toy])).expect_err("a mistake").to_string();
    assert!(error.contains("no quantity `digits.acuracy`; did you mean `digits.accuracy`?"), "{error}");

    write(with(&[unknown, ("networks: 100", "networks: 9"), ("- id: rank", "- idd: rank")]));
    let lines = |error: ManifestError| -> Vec<String> { error.to_string().lines().map(str::to_owned).collect() };
    let outlined = lines(load::outline(folder.path(), "toy", known(&[&Toy])).expect_err("mistakes"));
    let loaded = lines(load::load(folder.path(), "toy", known(&[&Toy])).expect_err("mistakes"));
    assert_eq!(outlined, loaded);
    assert_eq!(outlined.len(), 3, "{outlined:?}");
    assert!(outlined[0].contains("networks: 9 is not between 10 and 1000"), "{outlined:?}");
    let error = load::outline(folder.path(), "yoy", known(&[&Toy])).expect_err("there is none").to_string();
    assert!(error.contains("did you mean `toy`?"), "{error}");
}
