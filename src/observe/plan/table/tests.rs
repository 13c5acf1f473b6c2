//! Declared tables on the same rows.

use super::*;

fn table(cells: Vec<declare::Cell>, each: &[&str]) -> Declarations {
    let rows = vec![RowGroup {
        place: Place { line: 9, path: String::new() },
        each: each.iter().map(|name| (*name).to_owned()).collect(),
        rows: vec![cells.into_iter().map(|cell| (Place { line: 10, path: String::new() }, cell)).collect()],
    }];
    let columns = rows[0].rows[0].iter().map(|_| "Column".to_owned()).collect();
    let words = || template("words");
    let (place, id) = (Place::default(), template("t"));
    let table = declare::Table { place, id, is_sparse: false, title: words(), caption: words(), columns, rows };
    let best = per_seed("{arm}.best", vec![one_of("arm", "{arm}")], "max accuracy");
    let rare = per_seed("{arm}.rare", vec![one_of("arm", "{arm}"), one_of("accuracy", "0.99")], "max accuracy");
    Declarations { quantities: vec![best, rare], tables: vec![table], ..Declarations::default() }
}

#[test]
fn a_table_has_a_row_per_member_and_a_dash_for_what_nothing_was_observed_of() {
    let cells = vec![
        declare::Cell::Text(template("arm {arm}")),
        declare::Cell::Quantity(template("{arm}.best")),
        declare::Cell::Quantity(template("{arm}.rare")),
        declare::Cell::Row {
            from: "visits".to_owned(),
            conditions: vec![one_of("arm", "{arm}")],
            take: template("genome at max accuracy min parameters"),
        },
    ];
    let plan = Plan::of(&table(cells, &["arm"]), &frame(), &BTreeSet::new()).expect("sound");
    let found = plan.measure(&rows(), &BTreeMap::new()).expect("sound rows");
    let row = |arm: &str, genome: &str| {
        vec![
            Cell::Text(format!("arm {arm}")),
            Cell::Quantity(format!("{arm}.best")),
            Cell::Empty,
            Cell::Text(genome.to_owned()),
        ]
    };
    assert_eq!(found.tables[0].rows, [row("a", "g2"), row("b", "g4")]);
}

#[test]
fn a_cell_of_an_unknown_quantity_or_of_no_number_is_a_mistake_and_no_dash() {
    let mistakes = |cells| Plan::of(&table(cells, &["arm"]), &frame(), &BTreeSet::new()).expect_err("a mistake");
    let unknown = mistakes(vec![declare::Cell::Quantity(template("{arm}.bets"))]);
    assert_eq!(
        (unknown[0].place.line, unknown[0].message.as_str()),
        (10, "no quantity `a.bets`; did you mean `a.best`?")
    );
    for text in ["much", "inf"] {
        let number = declare::Cell::Number { number: template(text), unit: Unit::One };
        assert_eq!(mistakes(vec![number])[0].message, format!("`{text}` is no number"));
    }
}

#[test]
fn a_sparse_table_has_dashes_for_what_other_members_have_and_no_row_of_nothing_else() {
    let quantity = |name: &str| declare::Cell::Quantity(template(name));
    let mut declared = table(vec![quantity("{arm}.best"), quantity("c.best")], &["arm"]);
    let place = Place::default;
    declared.tables[0].rows[0].rows.extend([
        vec![(place(), quantity("{arm}.rare")), (place(), declare::Cell::Empty)],
        vec![(place(), quantity("c.{arm}.rare")), (place(), quantity("c.rare"))],
    ]);
    let plan = |declared: &Declarations| Plan::of(declared, &frame(), &BTreeSet::new());
    let mistakes = plan(&declared).expect_err("no arm `c`");
    assert!(mistakes.iter().any(|one| one.message.contains("no quantity `c.best`")), "{mistakes:?}");
    declared.tables[0].is_sparse = true;
    let found = plan(&declared).expect("an arm `c` would have it").measure(&rows(), &BTreeMap::new()).expect("sound");
    let best = |arm: &str| vec![Cell::Quantity(format!("{arm}.best")), Cell::Empty];
    // What was not observed keeps its row.
    let rare = || vec![Cell::Empty; 2];
    assert_eq!(found.tables[0].rows, [best("a"), rare(), best("b"), rare()]);
    declared.tables[0].rows[0].rows = vec![vec![(place(), quantity("c.bets")); 2]];
    assert!(plan(&declared).expect_err("nobody has it")[0].message.contains("no quantity `c.bets`"));
}

#[test]
fn an_id_with_places_stands_for_a_table_per_member_and_one_without_rows_is_none() {
    let mut declared = table(vec![declare::Cell::Quantity(template("{arm}.best"))], &[]);
    (declared.tables[0].id, declared.tables[0].title) = (template("best_{arm}"), template("Best of {arm}"));
    let measured = |declared: &Declarations| {
        let plan = Plan::of(declared, &frame(), &BTreeSet::new()).expect("sound");
        plan.measure(&rows(), &BTreeMap::new()).expect("sound rows").tables
    };
    let titles: Vec<(String, String)> = measured(&declared).into_iter().map(|one| (one.id, one.title)).collect();
    let expected = |arm: &str| (format!("best_{arm}"), format!("Best of {arm}"));
    assert_eq!(titles, [expected("a"), expected("b")]);
    declared.tables[0].rows.clear();
    assert!(measured(&declared).is_empty());
}
