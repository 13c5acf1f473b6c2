//! The `findings` of a manifest: dimensions, quantities, tables and figures that it declares over the paper's observations.

mod figures; // the figures of that

use renas_observe::declare::{
    Cell, Condition, Declarations, DeclaredMember, Dimension, How, OfRows, Per, Place, Quantity, RowGroup, Table, Test,
};
use renas_observe::frame::Member;
use renas_observe::printed::{DegreesOfFreedom, Printed, Published};
use renas_observe::template::Template;

use super::decode::{Item, Section};
use super::units::unit;
use super::yaml::Value;
use figures::figure;

/// The section; mistakes are reported to it.
pub(super) fn declarations(section: &mut Section<'_>) -> Declarations {
    let dimensions = section.optional("dimensions", |item| item.section(dimensions)).unwrap_or_default();
    let quantities = section.optional("quantities", |item| item.section(quantities)).unwrap_or_default();
    let tables = section.optional("tables", |item| item.list(|item| item.section(|section| table(section, item))));
    let figures = section.optional("figures", |item| item.list(|item| item.section(|section| figure(section, item))));
    let (tables, figures) = (tables.unwrap_or_default(), figures.unwrap_or_default());
    let published = section.optional("published", |item| item.list(published)).unwrap_or_default();
    Declarations { dimensions, quantities, tables, figures, published }
}

pub(super) fn place(item: &Item<'_>) -> Place {
    Place { line: item.line(), path: item.path().to_owned() }
}

/// Every key of a section with its value, in the order of the text.
fn each<'a, T>(section: &mut Section<'a>, read: impl Fn(&str, &Item<'a>) -> T) -> Vec<T> {
    let keys = section.keys();
    keys.into_iter().filter_map(|key| section.item(key).map(|item| read(key, &item))).collect()
}

fn dimensions(section: &mut Section<'_>) -> Vec<Dimension> {
    each(section, |name, item| Dimension {
        place: place(item),
        name: name.to_owned(),
        members: item.section(|section| each(section, member)),
    })
}

fn member(name: &str, item: &Item<'_>) -> DeclaredMember {
    let mut member = Member::from(name);
    let conditions = item.section(|section| {
        let conditions = section.optional("where", |item| item.section(conditions)).unwrap_or_default();
        for key in section.keys().into_iter().filter(|key| *key != "where") {
            if let Some(text) = section.item(key).and_then(|item| item.words_or_none()) {
                member.attributes.insert(key.to_owned(), text);
            }
        }
        conditions
    });
    DeclaredMember { member, conditions }
}

pub(super) fn template(item: &Item<'_>) -> Template {
    parsed(item, item.words_or_none().as_deref())
}

fn parsed(item: &Item<'_>, text: Option<&str>) -> Template {
    let Some(text) = text else { return Template::default() };
    Template::parse(text).unwrap_or_else(|why| {
        item.problem(why);
        Template::default()
    })
}

pub(super) fn conditions(section: &mut Section<'_>) -> Vec<Condition> {
    each(section, |column, item| {
        let test = match &item.node.value {
            Value::Text(word) if word == "present" => Test::Present,
            Value::Sequence(_) => Test::OneOf(item.list(template)),
            _ => Test::OneOf(vec![template(item)]),
        };
        Condition { place: place(item), column: column.to_owned(), test }
    })
}

fn quantities(section: &mut Section<'_>) -> Vec<Quantity> {
    each(section, |name, item| {
        let name = parsed(item, Some(name));
        item.section(|section| quantity(section, item, name))
    })
}

fn quantity(section: &mut Section<'_>, item: &Item<'_>, name: Template) -> Quantity {
    let pair = |item: &Item<'_>| -> [Template; 2] {
        item.list(template).try_into().unwrap_or_else(|_| {
            item.problem("expected two names of quantities");
            Default::default()
        })
    };
    let label = section.optional("label", template);
    let is_hidden = section.optional("hidden", Item::flag).unwrap_or(false);
    let data = section.optional("data", template);
    let unit = section.optional("unit", unit);
    let minus = section.optional("minus", pair).map(How::Minus);
    let pair = minus.or_else(|| section.optional("divide", pair).map(How::Divide));
    let how = match pair.or_else(|| section.optional("number", template).map(How::Number)) {
        Some(how) => how,
        None => How::Rows(of_rows(section)),
    };
    Quantity { place: place(item), name, label, is_hidden, data, unit, how }
}

/// A mean that somebody printed, with its deviation and n.
fn published(item: &Item<'_>) -> Published {
    const FREEDOMS: [(&str, DegreesOfFreedom); 2] =
        [("n - 1", DegreesOfFreedom::Sample), ("n", DegreesOfFreedom::Population)];
    let printed = |item: &Item<'_>| {
        let found = item.words_or_none().and_then(|text| Printed::parse(&text));
        if found.is_none() {
            item.problem(
                "expected a number in quotes as it is printed, such as \"93.40 %\": its digits say how it was rounded",
            );
        }
        found
    };
    item.section(|section| {
        let published = Published {
            place: place(item),
            quantity: section.text("quantity"),
            source: section.text("source"),
            mean: section.optional("mean", printed).flatten(),
            deviation: section.optional("deviation", printed).flatten(),
            n: section.optional("n", |item| item.integer(1..=1_000_000_000)),
            degrees_of_freedom: section.optional("freedom", |item| item.choice(&FREEDOMS)),
        };
        if published.degrees_of_freedom.is_some() && section.item("deviation").is_none() {
            section.problem("freedom", "there is no `deviation` that it is of");
        }
        if ["mean", "deviation", "n"].iter().all(|key| section.item(key).is_none()) {
            section.problem("quantity", "none of `mean`, `deviation` and `n` is stated: there is nothing to check");
        }
        published
    })
}

fn of_rows(section: &mut Section<'_>) -> OfRows {
    let from = section.text("from");
    let conditions = section.optional("where", |item| item.section(conditions)).unwrap_or_default();
    let take = section.required("take", template);
    let per = match section.optional("over", Item::text) {
        Some(over) => Per::Whole { over },
        None => Per::Unit {
            unit: section.text("per"),
            cluster: section.optional("cluster", Item::text),
            average: section.optional("average", Item::text),
            is_complete: section.optional("complete", Item::flag).unwrap_or(false),
            fewest: section.optional("fewest", |item| item.integer(1..=1_000_000)).unwrap_or(0),
        },
    };
    OfRows { from, conditions, take, per }
}

fn table(section: &mut Section<'_>, item: &Item<'_>) -> Table {
    Table {
        place: place(item),
        id: section.required("id", template),
        is_sparse: section.optional("sparse", Item::flag).unwrap_or(false),
        title: section.required("title", template),
        caption: section.required("caption", template),
        columns: section.list("columns", Item::text),
        rows: section.list("rows", |item| {
            item.section(|section| RowGroup {
                place: place(item),
                each: section.optional("each", |item| item.list(Item::text)).unwrap_or_default(),
                rows: match section.optional("rows", |item| item.list(row)) {
                    Some(rows) => rows,
                    None => vec![section.list("cells", |item| (place(item), cell(item)))],
                },
            })
        }),
    }
}

fn row(item: &Item<'_>) -> Vec<(Place, Cell)> {
    item.list(|item| (place(item), cell(item)))
}

fn cell(item: &Item<'_>) -> Cell {
    match &item.node.value {
        Value::Null => Cell::Empty,
        Value::Mapping(_) => item.section(|section| {
            if let Some(name) = section.optional("quantity", template) {
                return Cell::Quantity(name);
            }
            if let Some(number) = section.optional("number", template) {
                return Cell::Number { number, unit: section.required("unit", unit) };
            }
            Cell::Row {
                take: section.required("take", template),
                from: section.text("from"),
                conditions: section.optional("where", |item| item.section(conditions)).unwrap_or_default(),
            }
        }),
        _ => Cell::Text(template(item)),
    }
}
