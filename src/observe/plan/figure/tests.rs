//! Declared figures on the same rows.

use super::*;
use crate::declare::{Band, Centre, Figure, Finding, OverUnits, PointRows, Points, ReferenceGroup, SeriesGroup};
use renas_report::findings::{self, Across, Form, Reference, Scales};

fn of_rows(columns: &[&str], over_units: Option<OverUnits>) -> Points {
    Points::Rows(PointRows {
        from: "visits".to_owned(),
        conditions: vec![one_of("arm", "{arm}")],
        columns: columns.iter().map(|column| template(column)).collect(),
        over_units,
    })
}

fn over(unit: &str, is_complete: bool, centre: Centre, band: Band) -> Option<OverUnits> {
    Some(OverUnits { unit: unit.to_owned(), cluster: None, is_complete, centre, band })
}

fn declared(form: Form, points: Points, each: &[&str]) -> Declarations {
    let series = SeriesGroup {
        place: Place { line: 12, path: String::new() },
        each: each.iter().map(|name| (*name).to_owned()).collect(),
        name: template("arm {arm}"),
        panel: None,
        points,
        is_papers: false,
    };
    let figure = Figure {
        place: Place { line: 11, path: String::new() },
        id: template("f"),
        title: template("Title"),
        caption: template("Caption"),
        form,
        labels: [Some(template("x")), Some(template("y")), None],
        scales: Scales::default(),
        series: vec![series],
        dot: None,
        finding: None,
        references: Vec::new(),
    };
    let best = per_seed("{arm}.best", vec![one_of("arm", "{arm}")], "max accuracy");
    let rare = per_seed("{arm}.rare", vec![one_of("accuracy", "0.99")], "max accuracy");
    Declarations { quantities: vec![best, rare], figures: vec![figure], ..Declarations::default() }
}

fn shown(declared: &Declarations) -> Vec<findings::Figure> {
    let plan = Plan::of(declared, &frame(), &BTreeSet::new()).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
    plan.measure(&rows(), &BTreeMap::new()).expect("sound rows").figures
}

fn points(declared: &Declarations) -> Vec<(String, Vec<Vec<f64>>)> {
    shown(declared).remove(0).series.into_iter().map(|series| (series.name, series.points)).collect()
}

fn refused(declared: &Declarations) -> String {
    let mistakes = Plan::of(declared, &frame(), &BTreeSet::new()).expect_err("a mistake");
    mistakes.into_iter().map(|one| format!("{}: {}", one.place.line, one.message)).collect::<Vec<_>>().join("\n")
}

fn series(name: &str, points: &[&[f64]]) -> (String, Vec<Vec<f64>>) {
    (name.to_owned(), points.iter().map(|point| point.to_vec()).collect())
}

#[test]
fn a_scatter_has_a_point_per_row_and_lines_run_from_left_to_right() {
    let columns = ["parameters", "accuracy"];
    let scatter = points(&declared(Form::Scatter, of_rows(&columns, None), &["arm"]));
    let a: [&[f64]; 4] = [&[100.0, 0.5], &[300.0, 0.75], &[200.0, 0.75], &[50.0, 0.1]];
    assert_eq!(scatter, [series("arm a", &a), series("arm b", &[&[80.0, 0.25], &[90.0, 0.1]])]);
    let lines = points(&declared(Form::Lines, of_rows(&columns, None), &["arm"]));
    assert_eq!(lines[0], series("arm a", &[a[3], a[0], a[2], a[1]]));
    // Rows without a number are no points, and a series without points is none.
    let gains = points(&declared(Form::Scatter, of_rows(&["gain", "accuracy"], None), &["arm"]));
    assert_eq!(gains, [series("arm a", &[&[0.25, 0.75], &[0.0, 0.75]]), series("arm b", &[&[-0.15, 0.1]])]);
}

/// Rows at 0.1 are of seeds 1 and 0, those at 0.75 two of seed 0.
#[test]
fn units_with_a_row_at_the_same_place_share_a_point() {
    let all = |over: Option<OverUnits>, columns: &[&str]| {
        let mut points = of_rows(columns, over);
        if let Points::Rows(rows) = &mut points {
            rows.conditions.clear();
        }
        declared(Form::Lines, points, &[])
    };
    let named = |mut declared: Declarations| {
        declared.figures[0].series[0].name = template("all");
        declared
    };
    let mean = over("seed", false, Centre::Mean, Band::Quantiles([0.0, 1.0]));
    // At accuracy 0.1 seed 0 has 90 parameters and seed 1 has 50; other rows are refused first.
    let error = {
        let plan = Plan::of(&named(all(mean.clone(), &["accuracy", "parameters"])), &frame(), &BTreeSet::new());
        plan.expect("sound").measure(&rows(), &BTreeMap::new()).expect_err("two rows of seed 0 at 0.75").to_string()
    };
    assert_eq!(error, "figure `f`: series `all`: a unit has two rows at 0.75, and one is meant");
    let mut declared = named(all(mean, &["accuracy", "parameters"]));
    let Points::Rows(of) = &mut declared.figures[0].series[0].points else { panic!("rows") };
    of.conditions.push(one_of("accuracy", "0.1"));
    assert_eq!(points(&declared), [series("all", &[&[0.1, 70.0, 50.0, 90.0]])]);
    let Points::Rows(of) = &mut declared.figures[0].series[0].points else { panic!("rows") };
    of.conditions[0] =
        Condition { test: Test::OneOf(["0.1", "0.25", "0.5"].map(template).to_vec()), ..one_of("accuracy", "0.1") };
    of.over_units = over("seed", true, Centre::Median, Band::Quantiles([0.5, 0.75]));
    // Only at 0.1 every seed has a row.
    assert_eq!(points(&declared), [series("all", &[&[0.1, 70.0, 70.0, 80.0]])]);
    let Points::Rows(of) = &mut declared.figures[0].series[0].points else { panic!("rows") };
    of.over_units = over("seed", false, Centre::Mean, Band::Interval);
    // Of one or two units there is no interval.
    assert_eq!(points(&declared), [series("all", &[&[0.1, 70.0], &[0.25, 80.0], &[0.5, 100.0]])]);
}

#[test]
fn quantities_stand_along_dimensions_and_categories_keep_their_order() {
    let quantities = |name: &str| Points::Quantities {
        along: vec!["arm".to_owned()],
        at: template("the arm {arm}"),
        quantity: template(name),
    };
    let mut strips = declared(Form::Strips, quantities("{arm}.best"), &[]);
    strips.figures[0].series[0].name = template("best");
    let found = shown(&strips).remove(0);
    assert_eq!(found.categories, ["the arm a", "the arm b"]);
    assert_eq!(found.series[0].points, [[0.0, 0.75], [0.0, 0.1], [0.0, 0.425], [1.0, 0.25], [1.0, 0.25]]);
    strips.figures[0].form = Form::Bars;
    assert_eq!(shown(&strips)[0].series[0].points, [[0.0, 0.425], [1.0, 0.25]]);
    // A quantity that nothing was observed of has no point, and a figure of nothing else is none.
    let mut rare = declared(Form::Bars, quantities("{arm}.rare"), &[]);
    rare.figures[0].series[0].name = template("rare");
    assert!(shown(&rare).is_empty());
    strips.figures[0].form = Form::Lines;
    assert_eq!(refused(&strips), "12: `at`: `the arm a` is no number");
}

#[test]
fn what_cannot_be_drawn_is_a_mistake_with_its_line() {
    for (form, points, each, message) in [
        (
            Form::Lines,
            of_rows(&["parameters", "acuracy"], None),
            "arm",
            "no column of `visits` `acuracy`; did you mean `accuracy`?",
        ),
        (Form::Lines, of_rows(&["genome", "accuracy"], None), "arm", "`genome` holds words, not numbers"),
        (
            Form::Scatter3d,
            of_rows(&["parameters", "accuracy"], None),
            "arm",
            "`points` names 2 columns, and the form draws 3",
        ),
        (Form::Lines, of_rows(&["parameters"; 4], None), "arm", "`points` names 4 columns, and the form draws 2"),
        (
            Form::Bars,
            of_rows(&["parameters", "accuracy"], None),
            "arm",
            "bars and strips are drawn of quantities: say `along`, `at` and `quantity`",
        ),
        (
            Form::Lines,
            of_rows(&["parameters", "accuracy"], over("genome", false, Centre::Mean, Band::Interval)),
            "arm",
            "`genome` holds words, no units of replication",
        ),
        (Form::Lines, of_rows(&["parameters", "accuracy"], None), "arms", "no dimension `arms`; did you mean `arm`?"),
        (
            Form::Bars,
            Points::Quantities { along: Vec::new(), at: template("x"), quantity: template("{arm}.bets") },
            "arm",
            "no quantity `a.bets`; did you mean `a.best`?",
        ),
        (
            Form::Density,
            Points::Quantities { along: Vec::new(), at: template("1"), quantity: template("{arm}.best") },
            "arm",
            "quantities are drawn as lines, scatter, bars or strips",
        ),
    ] {
        assert_eq!(refused(&declared(form, points, &[each])), format!("12: {message}"));
    }
}

fn finding(quantity: &str, each: &[&str], sides: [Option<&str>; 3], say: Option<&str>) -> Option<Finding> {
    Some(Finding {
        place: Place { line: 13, path: String::new() },
        each: each.iter().map(|name| (*name).to_owned()).collect(),
        quantity: template(quantity),
        border: None,
        sides: sides.map(|side| side.map(template)),
        say: say.map(template),
    })
}

fn exact(name: &str, value: &str) -> Quantity {
    Quantity { unit: Some(Unit::One), ..quantity(name, How::Number(template(value))) }
}

/// The figure of all rows under a finding about these quantities beside `{arm}.best`.
fn titled(quantities: Vec<Quantity>, finding: Option<Finding>) -> findings::Figure {
    let mut declared = declared(Form::Scatter, of_rows(&["parameters", "accuracy"], None), &["arm"]);
    declared.quantities.extend(quantities);
    declared.figures[0].finding = finding;
    shown(&declared).remove(0)
}

#[test]
fn a_title_says_the_side_that_the_numbers_are_on_and_none_that_they_are_not() {
    let sides = [Some("{arms} more: {value}"), Some("{arms} less: {value}"), Some("who knows: {value}, {n}")]
        .map(|side| side.map(|text| text.replace("{arms} ", "the arms are ")));
    let sides = sides.each_ref().map(|side| side.as_deref());
    let title = |name: &str, value: &str, border: Option<&str>| {
        let mut about = finding(name, &[], sides, None);
        if let Some(about) = &mut about {
            about.border = border.map(template);
        }
        titled(vec![exact(name, value)], about).title
    };
    assert_eq!(title("x", "0.51234", None), "The arms are more: 0.512");
    assert_eq!(title("x", "-0.5", None), "The arms are less: -0.5");
    assert_eq!(title("x", "0.5", Some("0.75")), "The arms are less: 0.5");
    assert_eq!(title("x", "0", None), "Who knows: 0, n\u{a0}=\u{a0}0", "what touches its border is on no side");
    // Two seeds and one have no interval.
    let open = titled(Vec::new(), finding("{arm}.best", &["arm"], sides, None));
    assert_eq!(open.title.replace('\u{a0}', " "), "Who knows: 25 to 42.5 %, n = 1 to 2");
    assert_eq!(open.caption, "Title. Caption 6 dots.", "the name of the figure is not lost");
    let mixed = |say: Option<&str>| {
        let quantities = vec![exact("a.up", "1"), exact("b.up", "-1")];
        titled(quantities, finding("{arm}.up", &["arm"], sides, say)).title
    };
    assert_eq!(mixed(Some("{above} of {all} up, {below} down, {unclear} unclear")), "1 of 2 up, 1 down, none unclear");
    assert_eq!(mixed(None), "Title", "nothing is said of both");
    assert_eq!(titled(Vec::new(), finding("{arm}.rare", &["arm"], sides, Some("{value}"))).title, "Title");
}

#[test]
fn a_finding_about_an_unknown_quantity_or_member_is_a_mistake_with_its_line() {
    let refused = |quantity: &str, say: &str| {
        let mut declared = declared(Form::Scatter, of_rows(&["parameters", "accuracy"], None), &["arm"]);
        declared.figures[0].finding = finding(quantity, &[], [None; 3], Some(say));
        refused(&declared)
    };
    assert_eq!(refused("a.bets", "{value}"), "13: no quantity `a.bets`; did you mean `a.best`?");
    assert_eq!(refused("a.best", "{valeu}"), "13: nothing is known of `{valeu}` here");
}

#[test]
fn a_caption_says_what_a_dot_is_and_of_how_many_units_a_point_is() {
    let mut scatter = declared(Form::Scatter, of_rows(&["parameters", "accuracy"], None), &["arm"]);
    scatter.figures[0].dot = Some(template("a visit"));
    assert_eq!(shown(&scatter)[0].caption, "Caption A dot is a visit; n\u{a0}=\u{a0}6.");
    let quantities =
        Points::Quantities { along: vec!["arm".to_owned()], at: template("{arm}"), quantity: template("{arm}.best") };
    let mut strips = declared(Form::Strips, quantities, &[]);
    strips.figures[0].series[0].name = template("best");
    let found = shown(&strips).remove(0);
    assert_eq!(found.caption, "Caption n\u{a0}=\u{a0}1 to 2 at each point (search seed).");
    assert_eq!(found.series[0].n, [0, 0, 2, 0, 1], "samples are one thing each");
}

#[test]
fn the_papers_numbers_stand_beside_what_was_run_and_beside_nothing_else() {
    let mut declared = declared(Form::Scatter, of_rows(&["parameters", "accuracy"], None), &["arm"]);
    let figure = &mut declared.figures[0];
    figure.series[0].panel = Some(template("{arm}"));
    let stated = |panel: &str, x: &str| SeriesGroup {
        name: template("the paper"),
        each: Vec::new(),
        panel: Some(template(panel)),
        points: Points::Stated([template(x), template("0.9")]),
        is_papers: true,
        ..figure.series[0].clone()
    };
    let papers = [stated("a", "120"), stated("not_run", "130")];
    figure.series.extend(papers);
    let line = |panel: &str, y: &str| ReferenceGroup {
        place: Place { line: 14, path: String::new() },
        each: Vec::new(),
        name: template("chance"),
        panel: Some(template(panel)),
        x: None,
        y: Some(template(y)),
    };
    figure.references = vec![line("b", "0.1"), line("not_run", "0.1")];
    let found = shown(&declared).remove(0);
    let papers: Vec<_> = found.series.iter().filter(|series| series.is_papers).collect();
    assert_eq!((papers.len(), &papers[0].points, papers[0].panel.as_str()), (1, &vec![vec![120.0, 0.9]], "a"));
    assert_eq!(found.references, [Reference { name: "chance".to_owned(), panel: "b".to_owned(), at: Across::Y(0.1) }]);
    assert!(found.caption.ends_with("6 dots. A diamond is a number that the paper prints."), "{}", found.caption);
    declared.figures[0].references[0].y = Some(template("much"));
    assert_eq!(refused(&declared), "14: `much` is no number");
}

/// Under a cost model nothing was timed: an axis that says "seconds" alone would claim that.
#[test]
fn an_axis_of_computed_times_says_so() {
    let label = |column: &str, is_time_modelled: bool| {
        let declared = declared(Form::Scatter, of_rows(&[column, "accuracy"], None), &["arm"]);
        let frame = crate::frame::Frame { is_time_modelled, ..frame() };
        let plan = Plan::of(&declared, &frame, &BTreeSet::new()).expect("sound");
        plan.measure(&rows(), &BTreeMap::new()).expect("sound rows").figures.remove(0).x_label
    };
    assert_eq!([label("seconds", true), label("seconds", false), label("parameters", true)], ["modelled x", "x", "x"]);
}

#[test]
fn a_title_finds_nothing_of_computed_times() {
    let title = |is_time_modelled: bool| {
        let mut declared = declared(Form::Scatter, of_rows(&["parameters", "accuracy"], None), &["arm"]);
        declared.quantities.push(per_seed("{arm}.time", vec![one_of("arm", "{arm}")], "sum seconds"));
        declared.figures[0].finding = finding("{arm}.time", &["arm"], [None; 3], Some("{value}"));
        let frame = crate::frame::Frame { is_time_modelled, ..frame() };
        let plan = Plan::of(&declared, &frame, &BTreeSet::new()).expect("sound");
        plan.measure(&rows(), &BTreeMap::new()).expect("sound rows").figures.remove(0).title
    };
    assert_eq!(title(true), "Title");
    assert_ne!(title(false), "Title");
}
