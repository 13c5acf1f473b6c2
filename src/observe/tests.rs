//! Declarations on a handful of rows, against counts by hand.

#[path = "plan/table/tests.rs"]
mod tables; // declared tables
#[path = "plan/studies/tests.rs"]
mod studies; // where quantities come from
#[path = "plan/figure/tests.rs"]
mod figures; // declared figures

use std::collections::{BTreeMap, BTreeSet};

use renas_base::metric::Unit;
use renas_report::findings::{Cell, EXACT, Findings, Measured};
use renas_report::range::Range;

use crate::declare::{self, Condition, Declarations, How, OfRows, Per, Place, Quantity, RowGroup, Test};
use crate::frame::{Frame, Member};
use crate::plan::Plan;
use crate::rows::{Rows, Schema, Value};
use crate::template::Template;

fn schema() -> Schema {
    Schema::new("visits")
        .identity("arm")
        .unit("seed", "search seed")
        .unit("network", "network")
        .word("genome")
        .share("accuracy")
        .count("parameters")
        .flag("learned")
        .number("gain", Unit::Fraction, Range::CORRELATION)
        .time("seconds", Unit::Seconds, Range::NOT_NEGATIVE)
}

/// Two arms; `b` has no row of seed 1.
fn rows() -> Vec<Rows> {
    let mut rows = Rows::new(schema());
    for (place, (arm, seed, accuracy, parameters, learned, gain)) in [
        ("a", 0_usize, 0.5, 100_usize, true, None),
        ("a", 0, 0.75, 300, true, Some(0.25)),
        ("a", 0, 0.75, 200, true, Some(0.0)),
        ("a", 1, 0.1, 50, false, None),
        ("b", 0, 0.25, 80, true, None),
        ("b", 0, 0.1, 90, false, Some(-0.15)),
    ]
    .into_iter()
    .enumerate()
    {
        let genome = format!("g{place}");
        rows.push([
            arm.into(),
            seed.into(),
            place.into(),
            genome.as_str().into(),
            accuracy.into(),
            parameters.into(),
            learned.into(),
            Value::Number(gain),
            2.0.into(),
        ]);
    }
    vec![rows]
}

fn frame() -> Frame {
    let mut frame = Frame { tables: vec![schema()], data: "digits".to_owned(), ..Frame::default() };
    frame.dimension("arm", ["a", "b"].map(Member::from));
    frame.units = BTreeMap::from([("search seed".to_owned(), 2)]);
    frame
}

fn template(text: &str) -> Template {
    Template::parse(text).expect("a sound template")
}

fn quantity(name: &str, how: How) -> Quantity {
    let place = Place { line: 7, path: name.to_owned() };
    let label = Some(template(name));
    Quantity { place, name: template(name), label, is_hidden: false, data: None, unit: None, how }
}

fn one_of(column: &str, text: &str) -> Condition {
    Condition { place: Place::default(), column: column.to_owned(), test: Test::OneOf(vec![template(text)]) }
}

fn of(conditions: Vec<Condition>, take: &str) -> OfRows {
    let per = Per::Unit { unit: "seed".to_owned(), cluster: None, average: None, fewest: 0, is_complete: false };
    OfRows { from: "visits".to_owned(), conditions, take: template(take), per }
}

fn per_seed(name: &str, conditions: Vec<Condition>, take: &str) -> Quantity {
    quantity(name, How::Rows(of(conditions, take)))
}

fn found(quantities: Vec<Quantity>) -> Findings {
    let declarations = Declarations { quantities, ..Declarations::default() };
    let plan = Plan::of(&declarations, &frame(), &BTreeSet::new()).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
    plan.measure(&rows(), &BTreeMap::new()).expect("sound rows")
}

fn refused(quantities: Vec<Quantity>) -> String {
    let declarations = Declarations { quantities, ..Declarations::default() };
    let mistakes = Plan::of(&declarations, &frame(), &BTreeSet::new()).expect_err("a mistake");
    mistakes.into_iter().map(|one| format!("{}: {}", one.place.line, one.message)).collect::<Vec<_>>().join("\n")
}

fn units(samples: &[f64], clusters: &[usize]) -> Measured {
    Measured::Clustered { samples: samples.to_vec(), clusters: clusters.to_vec() }
}

#[test]
fn each_verb_takes_what_a_count_by_hand_takes() {
    let of_a = |take: &str| found(vec![per_seed("x", vec![one_of("arm", "a")], take)]).quantities["x"].measured.clone();
    for (take, first, second) in [
        ("count", 3.0, 1.0),
        ("max accuracy", 0.75, 0.1),
        ("min accuracy", 0.5, 0.1),
        ("sum learned", 3.0, 0.0),
        ("share learned", 1.0, 0.0),
        // Of the two most accurate ones the smaller; without that the first.
        ("parameters at max accuracy min parameters", 200.0, 50.0),
        ("parameters at max accuracy", 300.0, 50.0),
        ("sum seconds", 6.0, 2.0),
    ] {
        assert_eq!(of_a(take), Measured::Samples(vec![first, second]), "{take}");
    }
    // No two best of one network, and no correlation.
    assert_eq!(of_a("top 2 accuracy"), units(&[0.75], &[0]));
    let Measured::Clustered { samples, clusters } = of_a("spearman parameters accuracy") else { panic!("of seed 0") };
    assert!((samples[0] - 3.0_f64.sqrt() / 2.0).abs() < 1e-12 && clusters == [0], "{samples:?}");
    // (0.5, 0.25), (0.75, 0.25): below (1, 1) the first dominates 0.5 x 0.75.
    let both = found(vec![per_seed("x", vec![one_of("arm", "b")], "hypervolume accuracy accuracy")]);
    let Measured::Clustered { samples, clusters } = &both.quantities["x"].measured else { panic!("one of two seeds") };
    assert!((samples[0] - 0.81).abs() < 1e-12 && clusters == &[0], "(0.1, 0.1) dominates 0.9 x 0.9");
}

/// A seed without a value keeps the places of the others, and a count of nothing is none of them.
#[test]
fn counts_of_nothing_are_zero_and_means_of_nothing_absent() {
    let learned = || vec![one_of("arm", "a"), one_of("learned", "true")];
    let found = found(vec![per_seed("count", learned(), "count"), per_seed("mean", learned(), "mean accuracy")]);
    assert_eq!(found.quantities["count"].measured, Measured::Samples(vec![3.0, 0.0]));
    assert_eq!(found.quantities["mean"].measured, units(&[2.0 / 3.0], &[0]));
}

#[test]
fn rows_without_a_number_do_not_count_and_can_be_left_out() {
    let present = Condition { place: Place::default(), column: "gain".to_owned(), test: Test::Present };
    let conditions = vec![one_of("arm", "a"), present];
    let found = found(vec![
        per_seed("children", conditions.clone(), "count"),
        per_seed("gain", vec![one_of("arm", "a")], "mean gain"),
    ]);
    assert_eq!(found.quantities["children"].measured, Measured::Samples(vec![2.0, 0.0]));
    assert_eq!(found.quantities["gain"].measured, units(&[0.125], &[0]));
}

#[test]
fn a_name_stands_for_every_member_and_differences_are_paired_by_unit() {
    let best = per_seed("{arm}.best", vec![one_of("arm", "{arm}")], "max accuracy");
    let gain = quantity("gain", How::Minus([template("a.best"), template("b.best")]));
    let found = found(vec![best, gain]);
    assert_eq!(found.quantities.keys().collect::<Vec<_>>(), ["a.best", "b.best", "gain"]);
    let gain = &found.quantities["gain"];
    // Seed 1 has no network of `b`.
    assert_eq!((&gain.measured, gain.range, gain.unit), (&units(&[0.5], &[0]), Range::CORRELATION, Unit::Fraction));
    assert_eq!((gain.over.as_str(), gain.data.as_str(), gain.observed_time), ("search seed", "digits", false));
    assert_eq!(gain.definition, "for each search seed, a.best minus b.best");
    let best = "for each search seed, max accuracy of the rows of visits where arm is a";
    assert_eq!(found.quantities["a.best"].definition, best);
}

#[test]
fn what_is_exact_goes_with_every_unit_and_stays_exact_with_itself() {
    let mut half = quantity("half", How::Number(template("0.5")));
    (half.unit, half.is_hidden) = (Some(Unit::Fraction), true);
    let mut size = quantity("size", How::Rows(OfRows { from: "sizes".to_owned(), ..of(Vec::new(), "bytes") }));
    let How::Rows(rows) = &mut size.how else { panic!("of rows") };
    rows.per = Per::Unit { unit: "exact".to_owned(), cluster: None, average: None, fewest: 0, is_complete: false };
    size.data = Some(template("mnist"));
    let quantities = vec![
        half,
        size,
        per_seed("best", vec![one_of("arm", "a")], "max accuracy"),
        quantity("above", How::Minus([template("best"), template("half")])),
        quantity("below", How::Minus([template("half"), template("best")])),
        quantity("ratio", How::Divide([template("size"), template("half")])),
    ];
    let schema = Schema::new("sizes").unit("exact", EXACT).count("bytes");
    let mut frame = frame();
    frame.tables.push(schema.clone());
    let declarations = Declarations { quantities, ..Declarations::default() };
    let plan = Plan::of(&declarations, &frame, &BTreeSet::new()).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
    let found = plan.measure(&rows_of_sizes(&schema, 1), &BTreeMap::new()).expect("sound rows").quantities;
    assert!(!found.contains_key("half"));
    assert_eq!(found["above"].measured, Measured::Samples(vec![0.25, -0.4]));
    assert_eq!(
        (found["above"].range, found["above"].over.as_str()),
        (Range { low: Some(-0.5), high: Some(0.5) }, "search seed")
    );
    assert_eq!(found["below"].measured, Measured::Samples(vec![-0.25, 0.4]));
    assert_eq!((found["below"].over.as_str(), found["below"].data.as_str()), ("search seed", "digits"));
    assert_eq!((&found["ratio"].measured, found["ratio"].cluster.as_str()), (&Measured::Exact(20.0), EXACT));
    assert_eq!(found["ratio"].data, "mnist", "that of what it is made of");
    let error = plan.measure(&rows_of_sizes(&schema, 2), &BTreeMap::new()).expect_err("two sizes").to_string();
    assert!(error.contains("2 units of what is exact"), "{error}");
}

/// Those of the arms beside sizes of 10 bytes, of so many units.
fn rows_of_sizes(schema: &Schema, units: usize) -> Vec<Rows> {
    let mut sizes = Rows::new(schema.clone());
    (0..units).for_each(|unit| sizes.push([unit.into(), 10.0.into()]));
    rows().into_iter().chain([sizes]).collect()
}

#[test]
fn of_fewer_rows_than_asked_for_nothing_is_taken() {
    let mut mean = per_seed("mean", vec![one_of("arm", "a")], "mean accuracy");
    let How::Rows(rows) = &mut mean.how else { panic!("of rows") };
    rows.per = Per::Unit { unit: "seed".to_owned(), cluster: None, average: None, fewest: 2, is_complete: false };
    // Seed 1 has one row.
    assert_eq!(found(vec![mean]).quantities["mean"].measured, units(&[2.0 / 3.0], &[0]));
}

/// Rounds of one place share it; a round in which nothing was counted is of its own place too.
#[test]
fn a_unit_without_kept_rows_is_of_its_cluster() {
    let schema = Schema::new("rounds").unit("place", "place").unit("round", "round").flag("counted");
    let mut rounds = Rows::new(schema.clone());
    for (place, round, counted) in [(0_usize, 0_usize, true), (0, 1, false), (1, 2, true), (1, 3, false)] {
        rounds.push([place.into(), round.into(), counted.into()]);
    }
    let mut count = per_seed("count", vec![one_of("counted", "true")], "count");
    let How::Rows(rows) = &mut count.how else { panic!("of rows") };
    rows.from = "rounds".to_owned();
    let cluster = Some("place".to_owned());
    rows.per = Per::Unit { unit: "round".to_owned(), cluster, average: None, fewest: 0, is_complete: false };
    let declarations = Declarations { quantities: vec![count], ..Declarations::default() };
    let frame = Frame { tables: vec![schema], ..frame() };
    let plan = Plan::of(&declarations, &frame, &BTreeSet::new()).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
    let found = plan.measure(&[rounds], &BTreeMap::new()).expect("sound rows");
    assert_eq!(found.quantities["count"].measured, units(&[1.0, 0.0, 1.0, 0.0], &[0, 0, 1, 1]));
}

/// Rows are no units: counted as such, six networks of two searches would be n = 6 searches.
#[test]
fn an_estimate_over_units_of_several_rows_is_an_error_and_one_without_an_interval_a_mistake() {
    let over = |unit: &str, take: &str| {
        let mut one = per_seed("x", Vec::new(), take);
        let How::Rows(rows) = &mut one.how else { panic!("of rows") };
        rows.per = Per::Whole { over: unit.to_owned() };
        one
    };
    let Measured::Estimate { n, .. } = found(vec![over("network", "share learned")]).quantities["x"].measured else {
        panic!("a share")
    };
    assert_eq!(n, 6);
    let declarations = Declarations { quantities: vec![over("seed", "share learned")], ..Declarations::default() };
    let plan = Plan::of(&declarations, &frame(), &BTreeSet::new()).expect("the column holds units");
    let error = plan.measure(&rows(), &BTreeMap::new()).expect_err("rows are no seeds").to_string();
    assert!(error.contains("6 rows of `visits` are of 2 units (`seed`): say `per: seed`"), "{error}");
    assert!(refused(vec![over("network", "kendall accuracy parameters")]).contains("say `per`"));
}

#[test]
fn what_is_no_number_is_absent() {
    let ratio = quantity("ratio", How::Divide([template("a.best"), template("learned")]));
    let best = per_seed("{arm}.best", vec![one_of("arm", "{arm}")], "max accuracy");
    let found = found(vec![best, per_seed("learned", vec![one_of("arm", "a")], "sum learned"), ratio]);
    // Of seed 1 nothing was learned.
    assert_eq!(found.quantities["ratio"].measured, units(&[0.25], &[0]));
}

#[test]
fn what_is_made_of_a_time_is_an_observed_time() {
    let time = |arm: &str| per_seed(&format!("{arm}.time"), vec![one_of("arm", arm)], "sum seconds");
    let ratio = quantity("ratio", How::Divide([template("a.time"), template("b.time")]));
    let found = found(vec![time("a"), time("b"), ratio]);
    assert!(found.quantities.values().all(|quantity| quantity.observed_time));
    assert_eq!(found.quantities["ratio"].range, Range::NOT_NEGATIVE);
}

#[test]
fn a_mean_over_words_is_of_one_number_per_word() {
    let mut declared = per_seed("mean", Vec::new(), "mean accuracy");
    let How::Rows(rows) = &mut declared.how else { panic!("of rows") };
    rows.per = Per::Unit {
        unit: "seed".to_owned(),
        cluster: None,
        average: Some("arm".to_owned()),
        fewest: 0,
        is_complete: false,
    };
    // Seed 0: 2/3 of `a` and 0.175 of `b`.
    let expected = Measured::Samples(vec![(2.0 / 3.0 + 0.175) / 2.0, 0.1]);
    assert_eq!(found(vec![declared]).quantities["mean"].measured, expected);
}

#[test]
fn what_cannot_be_is_a_mistake_with_its_line_and_the_nearest_name() {
    let on = |text: &str| vec![one_of("arm", text)];
    for (declared, message) in [
        (per_seed("x", on("a"), "mean acuracy"), "no column of `visits` `acuracy`; did you mean `accuracy`?"),
        (per_seed("x", on("a"), "median accuracy"), "`median accuracy` is nothing that can be taken of rows; what can"),
        (per_seed("x", on("a"), "mean genome"), "`genome` holds words, not numbers"),
        (per_seed("{amr}.x", on("a"), "count"), "no dimension `amr`; did you mean `arm`?"),
        (per_seed("x", on("{arms}"), "count"), "nothing is known of `{arms}` here"),
        (per_seed("x", vec![one_of("amr", "a")], "count"), "no column of `visits` `amr`; did you mean `arm`?"),
        (per_seed("x", vec![one_of("learned", "yes")], "count"), "the column holds flags: `true` or `false`"),
        (quantity("x", How::Number(template("0.5"))), "the number `x` has no `unit`"),
        (Quantity { unit: Some(Unit::One), ..quantity("x", How::Number(template("half"))) }, "`half` is no number"),
        (quantity("x", How::Minus([template("y"), template("y")])), "no earlier quantity `y`: there is none"),
    ] {
        let said = refused(vec![declared]);
        assert!(said.contains(message), "`{said}` does not say `{message}`");
    }
    let twice = refused(vec![per_seed("x", on("a"), "count"), per_seed("x", on("b"), "count")]);
    assert_eq!(twice, "7: there is a quantity `x` already");
    let mut other = per_seed("by network", on("a"), "max accuracy");
    let How::Rows(rows) = &mut other.how else { panic!("of rows") };
    rows.per = Per::Unit { unit: "network".to_owned(), cluster: None, average: None, fewest: 0, is_complete: false };
    let pair = quantity("pair", How::Minus([template("by seed"), template("by network")]));
    let said = refused(vec![per_seed("by seed", on("a"), "max accuracy"), other, pair]);
    assert!(said.contains("they cannot be paired"), "{said}");
}

#[test]
fn a_name_of_so_many_places_that_no_memory_holds_its_combinations_is_a_mistake() {
    let mut frame = frame();
    let dimensions: Vec<String> = (0..60).map(|number| format!("d{number}")).collect();
    dimensions.iter().for_each(|name| frame.dimension(name, ["x", "y"].map(Member::from)));
    let name: String = dimensions.iter().map(|name| format!("{{{name}}}")).collect();
    let declarations =
        Declarations { quantities: vec![per_seed(&name, Vec::new(), "count")], ..Declarations::default() };
    let mistakes = Plan::of(&declarations, &frame, &BTreeSet::new()).expect_err("2^60 quantities");
    assert_eq!(mistakes.len(), 1);
    assert_eq!(mistakes[0].message, "its places stand for more than 10000 combinations of members");
}

/// One row is meant: which of several nobody can say.
#[test]
fn a_value_of_several_rows_is_an_error_that_says_what_to_do() {
    let declarations =
        Declarations { quantities: vec![per_seed("x", Vec::new(), "accuracy")], ..Declarations::default() };
    let plan = Plan::of(&declarations, &frame(), &BTreeSet::new()).expect("it may be one row");
    let error = plan.measure(&rows(), &BTreeMap::new()).expect_err("five rows").to_string();
    assert!(error.contains("quantity `x`: 5 rows of `visits`") && error.contains("`mean accuracy`"), "{error}");
}

/// `b` has nothing in seed 1: a mean over seeds of which some are missing is another number.
#[test]
fn what_must_be_complete_is_absent_where_a_planned_unit_has_none() {
    let best = |arm: &str, is_complete: bool| {
        let mut declared = per_seed(arm, vec![one_of("arm", arm)], "max accuracy");
        let How::Rows(rows) = &mut declared.how else { panic!("of rows") };
        rows.per = Per::Unit { unit: "seed".to_owned(), cluster: None, average: None, fewest: 0, is_complete };
        declared
    };
    let pair = quantity("pair", How::Minus([template("a"), template("b")]));
    let complete = found(vec![best("a", true), best("b", true), pair]);
    assert_eq!(complete.quantities.keys().collect::<Vec<_>>(), ["a"]);
    assert!(complete.quantities["a"].definition.ends_with("where arm is a; absent unless every search seed has one"));
    assert_eq!(found(vec![best("b", false)]).quantities["b"].measured, units(&[0.25], &[0]));
}
