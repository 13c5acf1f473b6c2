//! The `figures` of a manifest's `findings`.

use renas_observe::declare::{
    Band, Centre, Figure, Finding, OverUnits, PointRows, Points, ReferenceGroup, SeriesGroup,
};
use renas_report::findings::{Form, Scales};

use crate::manifest::decode::{Item, Section};
use crate::manifest::findings::{conditions, place, template};

const FORMS: [(&str, Form); 6] = [
    ("lines", Form::Lines),
    ("scatter", Form::Scatter),
    ("density", Form::Density),
    ("scatter3d", Form::Scatter3d),
    ("bars", Form::Bars),
    ("strips", Form::Strips),
];

#[derive(Clone, Copy, PartialEq)]
enum Axis {
    X,
    Y,
}

/// One figure.
pub(super) fn figure(section: &mut Section<'_>, item: &Item<'_>) -> Figure {
    let form = section.required("form", |item| item.choice(&FORMS));
    let third = if form == Form::Scatter3d { Some(section.required("z", template)) } else { None };
    let logarithmic = section.optional("log", |item| item.list(|item| item.choice(&[("x", Axis::X), ("y", Axis::Y)])));
    let logarithmic = logarithmic.unwrap_or_default();
    let scales = Scales {
        equal: section.optional("equal", Item::flag).unwrap_or(false),
        log_x: logarithmic.contains(&Axis::X),
        log_y: logarithmic.contains(&Axis::Y),
    };
    if scales.equal && (form != Form::Scatter && form != Form::Density || scales.log_x != scales.log_y) {
        item.problem("`equal` axes are those of a scatter or density, both logarithmic or neither");
    }
    if matches!(form, Form::Scatter3d) && !logarithmic.is_empty() {
        item.problem("the axes of points in space are linear");
    }
    Figure {
        place: place(item),
        id: section.required("id", template),
        title: section.required("title", template),
        caption: section.required("caption", template),
        form,
        labels: [Some(section.required("x", template)), Some(section.required("y", template)), third],
        scales,
        series: section.list("series", |item| item.section(|section| group(section, item))),
        dot: section.optional("dot", template),
        finding: section.optional("finding", |item| item.section(|section| finding(section, item))),
        references: section.optional("references", |item| item.list(reference)).unwrap_or_default(),
    }
}

fn finding(section: &mut Section<'_>, item: &Item<'_>) -> Finding {
    let found = Finding {
        place: place(item),
        each: section.optional("each", |item| item.list(Item::text)).unwrap_or_default(),
        quantity: section.required("quantity", template),
        border: section.optional("border", template),
        sides: ["above", "below", "unclear"].map(|side| section.optional(side, template)),
        say: section.optional("say", template),
    };
    if found.say.is_none() && found.sides.iter().all(Option::is_none) {
        item.problem("a finding says something: `above`, `below` and `unclear`, or `say`");
    }
    found
}

fn reference(item: &Item<'_>) -> ReferenceGroup {
    item.section(|section| {
        let found = ReferenceGroup {
            place: place(item),
            each: section.optional("each", |item| item.list(Item::text)).unwrap_or_default(),
            name: section.required("name", template),
            panel: section.optional("panel", template),
            x: section.optional("x", template),
            y: section.optional("y", template),
        };
        if found.x.is_some() == found.y.is_some() {
            item.problem("a line stands at one number: `x` for an upright one, `y` for a level one");
        }
        found
    })
}

fn group(section: &mut Section<'_>, item: &Item<'_>) -> SeriesGroup {
    SeriesGroup {
        place: place(item),
        each: section.optional("each", |item| item.list(Item::text)).unwrap_or_default(),
        name: section.required("name", template),
        panel: section.optional("panel", template),
        points: points(section),
        is_papers: section.optional("paper", Item::flag).unwrap_or(false),
    }
}

fn points(section: &mut Section<'_>) -> Points {
    if let Some(quantity) = section.optional("quantity", template) {
        return Points::Quantities {
            along: section.list("along", Item::text),
            at: section.required("at", template),
            quantity,
        };
    }
    let Some(from) = section.optional("from", Item::text) else {
        let stated = section.required("points", |item| {
            item.list(template).try_into().unwrap_or_else(|_| {
                item.problem("expected a number across and one up; columns of rows need `from`");
                Default::default()
            })
        });
        return Points::Stated(stated);
    };
    Points::Rows(PointRows {
        from,
        conditions: section.optional("where", |item| item.section(conditions)).unwrap_or_default(),
        columns: section.list("points", template),
        over_units: section.optional("per", Item::text).map(|unit| over_units(section, unit)),
    })
}

fn over_units(section: &mut Section<'_>, unit: String) -> OverUnits {
    let centres = [("mean", Centre::Mean), ("median", Centre::Median)];
    let cluster = section.optional("cluster", Item::text);
    let is_complete = section.optional("complete", Item::flag).unwrap_or(false);
    let band = section.optional("band", band).unwrap_or_default();
    let centre = section.optional("centre", |item| {
        let centre = item.choice(&centres);
        if (centre, band) == (Centre::Median, Band::Interval) {
            item.problem("an interval is that of a mean: give the median a `band` of two quantiles");
        }
        centre
    });
    OverUnits { unit, cluster, is_complete, centre: centre.unwrap_or_default(), band }
}

/// The levels of two quantiles.
fn band(item: &Item<'_>) -> Band {
    match *item.list(|item| item.number(0.0..=1.0)) {
        [low, high] if low < high => Band::Quantiles([low, high]),
        _ => {
            item.problem("expected the levels of two quantiles, the lower one first: [0.25, 0.75]");
            Band::default()
        }
    }
}
