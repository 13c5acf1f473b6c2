//! Studies, rows and data sets that quantities come from.

use super::*;

/// `{arm}` is a word of the column; `{kind}` an attribute of the arm; of `{seed}` conditions say nothing.
#[test]
fn a_quantity_names_the_studies_of_the_rows_that_it_keeps() {
    let mut frame = frame();
    frame.tables = vec![schema().of_studies(["search/{arm}/*", "table/{kind}", "split/{seed}", "all"])];
    frame.dimension("arm", [Member::from("a").with("kind", "x"), Member::from("b")]);
    let studies = |conditions: Vec<Condition>| -> Vec<String> {
        let declarations =
            Declarations { quantities: vec![per_seed("q", conditions, "count")], ..Declarations::default() };
        let plan = Plan::of(&declarations, &frame, &BTreeSet::new()).expect("sound");
        plan.promised().remove(0).studies.into_iter().collect()
    };
    assert_eq!(studies(Vec::new()), ["all", "search/*/*", "split/*", "table/*"]);
    assert_eq!(studies(vec![one_of("arm", "a")]), ["all", "search/a/*", "split/*", "table/x"]);
    // An arm without a kind is of no table.
    assert_eq!(studies(vec![one_of("arm", "b")]), ["all", "search/b/*", "split/*"]);
    let both = Condition { test: Test::OneOf(vec![template("{arm}")]), ..one_of("arm", "") };
    assert_eq!(studies(vec![both]), ["all", "search/a/*", "search/b/*", "split/*", "table/x"]);
}

/// A difference between data sets is one of both, whichever names it.
#[test]
fn a_difference_is_measured_on_the_data_of_both_sides() {
    let one = per_seed("one", vec![one_of("arm", "a")], "max accuracy");
    let other =
        Quantity { data: Some(template("theirs")), ..per_seed("other", vec![one_of("arm", "b")], "max accuracy") };
    let both = quantity("both", How::Minus(["one", "other"].map(template)));
    let number = Quantity { unit: Some(Unit::Fraction), ..quantity("number", How::Number(template("0.5"))) };
    let beside = quantity("beside", How::Minus(["number", "other"].map(template)));
    let declarations = Declarations { quantities: vec![one, other, both, number, beside], ..Declarations::default() };
    let plan = Plan::of(&declarations, &frame(), &BTreeSet::new()).expect("sound");
    let of = |name: &str| plan.measured_on()[name].iter().cloned().collect::<Vec<_>>();
    assert_eq!([of("one"), of("other"), of("number")], [vec!["digits"], vec!["theirs"], vec![]]);
    assert_eq!([of("both"), of("beside")], [vec!["digits", "theirs"], vec!["theirs"]]);
}

/// Rows of a difference are those of both sides.
#[test]
fn a_quantity_is_traced_to_its_rows() {
    let one = per_seed("one", vec![one_of("arm", "a"), one_of("seed", "1")], "max accuracy");
    let other = per_seed("other", vec![one_of("arm", "b"), one_of("learned", "true")], "share learned");
    let both = quantity("both", How::Minus(["one", "other"].map(template)));
    let declarations = Declarations { quantities: vec![one, other, both], ..Declarations::default() };
    let plan = Plan::of(&declarations, &frame(), &BTreeSet::new()).expect("sound");
    let traced = plan.trace("both", &rows());
    let columns = |last: &str| ["arm", "seed", last].map(str::to_owned).to_vec();
    assert_eq!(traced.iter().map(|one| one.quantity.as_str()).collect::<Vec<_>>(), ["one", "other"]);
    assert_eq!((&traced[0].columns, &traced[1].columns), (&columns("accuracy"), &columns("learned")));
    let row = |cells: [&str; 3]| vec![cells.map(str::to_owned).to_vec()];
    assert_eq!((&traced[0].rows, &traced[1].rows), (&row(["a", "1", "0.1"]), &row(["b", "0", "1"])));
    assert!(plan.trace("none", &rows()).is_empty());
}
