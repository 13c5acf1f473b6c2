//! Reading expectations: one form each, and what could never decide anything refused where it stands.

use crate::manifest::claims::Names;
use crate::manifest::decode::{Item, Section};
use crate::manifest::yaml::Value;
use renas_report::catalogue::Promised;
use renas_report::claim::{Direction, Expectation, Foil};

/// The forms of an expectation, by the key under which they stand.
type Form = (&'static str, fn(&Item<'_>, Names<'_>) -> Expectation);
const FORMS: [Form; 16] = [
    ("one_run", one_run),
    ("within", within),
    ("bound", bound),
    ("every", every),
    ("ordering", ordering),
    ("trend", trend),
    ("ratio", ratio),
    ("equivalence", equivalence),
    ("non_inferiority", non_inferiority),
    ("differ", differ),
    ("all", all),
    ("parts", parts),
    ("any", any),
    ("robust", robust),
    ("undecided", undecided),
    ("untestable", untestable),
];

/// Fewest clusters of an interval, of a mean or of one more run.
const FEWEST: usize = renas_report::summary::FEWEST_FOR_INTERVAL;

pub(super) fn expectation(item: &Item<'_>, names: Names<'_>) -> Expectation {
    let stand_in = Expectation::Untestable { reason: String::new() };
    item.section(|section| {
        let given: Vec<_> = FORMS.iter().filter_map(|(key, read)| section.item(key).map(|item| (item, read))).collect();
        match given.as_slice() {
            [(item, read)] => read(item, names),
            // A key that is no form is reported as unknown.
            [] if !section.keys().is_empty() => stand_in,
            _ => {
                let keys: Vec<String> = FORMS.iter().map(|(key, _)| format!("`{key}`")).collect();
                item.problem(format!("expected exactly one of {}", keys.join(", ")));
                stand_in
            }
        }
    })
}

/// The name of a quantity that some profile measures.
pub(super) fn quantity(item: &Item<'_>, names: Names<'_>) -> String {
    let Some(known) = names.quantities else { return item.text() };
    match &item.node.value {
        Value::Text(name) if known.find(name).is_some() => name.clone(),
        // A mistake: only its words need the list of all names.
        _ => item.known_or_none("quantity", &known.names()).unwrap_or_default(),
    }
}

const ANY: std::ops::RangeInclusive<f64> = f64::NEG_INFINITY..=f64::INFINITY;
const NOT_NEGATIVE: std::ops::RangeInclusive<f64> = 0.0..=f64::INFINITY;

/// What is known of a quantity, where it is.
fn promised<'a>(name: &str, names: Names<'a>) -> Option<&'a Promised> {
    names.quantities?.find(name)
}

/// Something known to be false: `{quantity: NAME}`, or `{value: NUMBER, is: WORDS}`.
fn foil(section: &mut Section<'_>, names: Names<'_>) -> Option<Foil> {
    section.optional("foil", |item| {
        item.section(|section| match section.optional("quantity", |item| quantity(item, names)) {
            Some(name) => Foil::Quantity(name),
            None => Foil::Value { value: section.number("value", ANY), is: section.text("is") },
        })
    })
}

/// A mistake where nothing known to be false stands beside an expectation that needs it.
fn need_foil(section: &Section<'_>, foil: Option<&Foil>, why: &str) {
    if foil.is_none() {
        let what = "is missing: something known to be false, which must not meet the same expectation";
        section.problem("foil", format!("{what} ({why})"));
    }
}

fn one_run(item: &Item<'_>, names: Names<'_>) -> Expectation {
    item.section(|section| {
        let quantity = section.required("quantity", |item| {
            let name = quantity(item, names);
            if promised(&name, names).is_some_and(Promised::is_exact) {
                item.problem(format!("`{name}` is exact and has no spread of runs; use `within`"));
            }
            let planned = names.quantities.map(|known| known.planned(&name)).unwrap_or_default();
            if let Some(&most) = planned.values().max().filter(|most| **most < FEWEST) {
                item.problem(format!(
                    "no profile plans the {FEWEST} runs of `{name}` that a prediction interval needs: at most {most}"
                ));
            }
            name
        });
        let value = section.number("value", ANY);
        let foil = foil(section, names);
        need_foil(section, foil.as_ref(), "the nearest other number of the paper's table");
        Expectation::OneRun { quantity, value, foil }
    })
}

fn within(item: &Item<'_>, names: Names<'_>) -> Expectation {
    item.section(|section| {
        let quantity = section.required("quantity", |item| quantity(item, names));
        let value = section.number("value", ANY);
        let tolerance = section.number("tolerance", NOT_NEGATIVE);
        let foil = foil(section, names);
        if promised(&quantity, names).is_some_and(|one| !one.is_exact()) {
            need_foil(section, foil.as_ref(), "the nearest other number of the paper's table");
        }
        Expectation::Within { quantity, value, tolerance, foil }
    })
}

/// The bounds of an expectation, at least one of them.
fn bounds(section: &mut Section<'_>) -> (Option<f64>, Option<f64>) {
    let least = section.optional("least", |item| item.number(ANY));
    let most = section.optional("most", |item| item.number(ANY));
    match (least, most) {
        (None, None) => section.problem("least", "either this or `most` is needed"),
        (Some(least), Some(most)) if least > most => section.problem("most", format!("{most} is below `least`")),
        _ => {}
    }
    (least, most)
}

fn bound(item: &Item<'_>, names: Names<'_>) -> Expectation {
    item.section(|section| {
        let quantity = section.required("quantity", |item| quantity(item, names));
        let (least, most) = bounds(section);
        let paper = section.optional("paper", |item| item.number(ANY));
        let foil = foil(section, names);
        if let Some(one) = promised(&quantity, names) {
            refuse_edges(section, one, least, most);
            if !one.is_exact() && !one.range.has_both_signs() {
                need_foil(section, foil.as_ref(), "random search, the constant predictor, the average of all, chance");
            }
        }
        Expectation::Bound { quantity, least, most, paper, foil }
    })
}

/// Bounds at the edge of what a quantity can be: nothing lies beyond the one, and everything before the other.
fn refuse_edges(section: &Section<'_>, one: &Promised, least: Option<f64>, most: Option<f64>) {
    let (name, range) = (&one.name, one.range);
    if let (Some(least), Some(low)) = (least, range.low)
        && least <= low
    {
        section.problem("least", format!("`{name}` is never below {low}: at least {least} cannot fail"));
    }
    if let (Some(least), Some(high)) = (least, range.high)
        && least >= high
    {
        section.problem("least", format!("`{name}` is never above {high}: beyond {least} nothing can lie"));
    }
    if let (Some(most), Some(high)) = (most, range.high)
        && most >= high
    {
        section.problem("most", format!("`{name}` is never above {high}: at most {most} cannot fail"));
    }
    if let (Some(most), Some(low)) = (most, range.low)
        && most <= low
    {
        let advice = "say `every` where each single one is meant";
        section.problem("most", format!("`{name}` is never below {low}: below {most} nothing can lie; {advice}"));
    }
}

fn every(item: &Item<'_>, names: Names<'_>) -> Expectation {
    item.section(|section| {
        let quantity = section.required("quantity", |item| quantity(item, names));
        let (least, most) = bounds(section);
        if let Some(one) = promised(&quantity, names) {
            let is_all =
                |least: Option<f64>, low: Option<f64>| least.is_none_or(|least| low.is_some_and(|low| least <= low));
            let negated = |bound: Option<f64>| bound.map(|bound| -bound);
            if is_all(least, one.range.low) && is_all(negated(most), negated(one.range.high)) {
                section
                    .problem("least", format!("every `{quantity}` lies there whatever it is: an `every` over nothing"));
            }
        }
        Expectation::Every { quantity, least, most }
    })
}

fn ordering(item: &Item<'_>, names: Names<'_>) -> Expectation {
    item.section(|section| {
        let (quantities, direction) = sequence(section, names);
        Expectation::Ordering { quantities, direction }
    })
}

fn trend(item: &Item<'_>, names: Names<'_>) -> Expectation {
    item.section(|section| {
        let (quantities, direction) = sequence(section, names);
        let at = section.optional("at", |item| item.list(|item| item.number(ANY))).unwrap_or_default();
        if !at.is_empty() && at.len() != quantities.len() {
            section.problem("at", format!("{} positions for {} quantities", at.len(), quantities.len()));
        }
        if at.windows(2).any(|pair| pair[0] >= pair[1]) {
            section.problem("at", "positions rise from one to the next");
        }
        Expectation::Trend { quantities, direction, at }
    })
}

/// Two or more different quantities and the direction in which they are said to go.
fn sequence(section: &mut Section<'_>, names: Names<'_>) -> (Vec<String>, Direction) {
    let quantities = section.list("quantities", |item| quantity(item, names));
    if quantities.len() == 1 {
        section.problem("quantities", "at least two are needed");
    }
    let direction = section.choice("direction", &[("rising", Direction::Rising), ("falling", Direction::Falling)]);
    (quantities, direction)
}

fn ratio(item: &Item<'_>, names: Names<'_>) -> Expectation {
    item.section(|section| {
        let numerator = section.required("numerator", |item| quantity(item, names));
        let denominator = section.required("denominator", |item| quantity(item, names));
        let value = section.optional("value", |item| item.number(ANY));
        let tolerance = section.optional("tolerance", |item| item.number(NOT_NEGATIVE));
        let least = section.optional("least", |item| item.number(NOT_NEGATIVE));
        let most = section.optional("most", |item| item.number(NOT_NEGATIVE));
        match (tolerance, least.is_some() || most.is_some()) {
            (Some(_), true) => section.problem("tolerance", "either this, or `least` and `most`"),
            (None, false) => section.problem("tolerance", "either this with `value`, or `least` or `most`, is needed"),
            (Some(_), false) if value.is_none() => section.problem("value", "is missing: around what is `tolerance`?"),
            _ => {}
        }
        let foil = foil(section, names);
        Expectation::Ratio { numerator, denominator, value, tolerance, least, most, foil }
    })
}

fn margin(section: &mut Section<'_>) -> f64 {
    let margin = section.number("margin", NOT_NEGATIVE);
    if margin == 0.0 {
        section.problem("margin", "a margin of 0 accepts nothing: which difference counts as none?");
    }
    margin
}

fn equivalence(item: &Item<'_>, names: Names<'_>) -> Expectation {
    item.section(|section| Expectation::Equivalence {
        left: section.required("left", |item| quantity(item, names)),
        right: section.optional("right", |item| quantity(item, names)),
        margin: margin(section),
        from: section.text("from"),
        foil: foil(section, names),
    })
}

fn non_inferiority(item: &Item<'_>, names: Names<'_>) -> Expectation {
    item.section(|section| Expectation::NonInferiority {
        left: section.required("left", |item| quantity(item, names)),
        right: section.optional("right", |item| quantity(item, names)),
        margin: margin(section),
        from: section.text("from"),
        smaller_is_better: section.optional("smaller_is_better", Item::flag).unwrap_or_default(),
        foil: foil(section, names),
    })
}

fn differ(item: &Item<'_>, names: Names<'_>) -> Expectation {
    item.section(|section| Expectation::Differ { test: section.required("test", |item| quantity(item, names)) })
}

/// Two or more parts.
fn several(item: &Item<'_>, names: Names<'_>) -> Vec<Expectation> {
    let parts = item.list(|item| expectation(item, names));
    if parts.len() == 1 {
        item.problem("at least two parts are needed");
    }
    parts
}

fn all(item: &Item<'_>, names: Names<'_>) -> Expectation {
    Expectation::All(several(item, names))
}

fn parts(item: &Item<'_>, names: Names<'_>) -> Expectation {
    Expectation::Parts(several(item, names))
}

fn any(item: &Item<'_>, names: Names<'_>) -> Expectation {
    Expectation::Any(several(item, names))
}

fn robust(item: &Item<'_>, names: Names<'_>) -> Expectation {
    Expectation::Robust(several(item, names))
}

fn undecided(item: &Item<'_>, names: Names<'_>) -> Expectation {
    item.section(|section| Expectation::Undecided {
        quantities: section.list("quantities", |item| quantity(item, names)),
        reason: section.text("reason"),
    })
}

fn untestable(item: &Item<'_>, _: Names<'_>) -> Expectation {
    item.section(|section| Expectation::Untestable { reason: section.text("reason") })
}
