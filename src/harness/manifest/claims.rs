//! Reading claims and their expectations.

use std::collections::BTreeMap;

use super::decode::{Item, Section};
use super::model::Profile;
use renas_report::claim::{Amendment, Claim, Direction, Expectation, Verdict};

/// The names that claims may refer to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names<'a> {
    /// Quantities; absent where they cannot be known because of other mistakes, and are not checked.
    pub(super) quantities: Option<&'a [String]>,
    /// Data sets.
    pub(super) data: &'a [&'a str],
}

/// One claim.
pub(super) fn claim(section: &mut Section<'_>, id: String, names: Names<'_>) -> Claim {
    Claim {
        id,
        source: section.text("source"),
        sentence: section.text("sentence"),
        expectation: section.required("expectation", |item| expectation(item, names)),
        data: section.optional("data", |item| item.list(|item| item.known("data set", names.data))).unwrap_or_default(),
        profiles: section.optional("profiles", |item| item.list(profile)).unwrap_or_default(),
        added: section.optional("added", day),
        amended: section.optional("amended", |item| item.list(amendment)).unwrap_or_default(),
    }
}

fn profile(item: &Item<'_>) -> String {
    item.known("profile", &Profile::ALL.map(Profile::name))
}

/// What was changed in the claim after the first result.
fn amendment(item: &Item<'_>) -> Amendment {
    item.section(|section| Amendment {
        on: section.required("on", day),
        was: section.text("was"),
        because: section.text("because"),
        verdict_before: section.section("verdict_before", |section| {
            let keys: Vec<String> = section.keys().into_iter().map(str::to_owned).collect();
            let verdicts = Verdict::ALL.map(|verdict| (verdict.name(), verdict));
            let mut before = BTreeMap::new();
            for key in keys {
                if key.parse::<Profile>().is_ok() {
                    before.insert(key.clone(), section.choice(&key, &verdicts));
                }
            }
            if before.is_empty() {
                section.problem("quick", "no profile is named: say which verdict the claim had");
            }
            before
        }),
    })
}

/// A day: `2026-11-28`. Stand-in: empty.
fn day(item: &Item<'_>) -> String {
    let day = item.text();
    let shape = |(index, letter): (usize, char)| match index {
        4 | 7 => letter == '-',
        _ => letter.is_ascii_digit(),
    };
    if !day.is_empty() && (day.len() != 10 || !day.chars().enumerate().all(shape)) {
        item.problem(format!("`{day}` is no day such as `2026-11-28`"));
    }
    day
}

/// The forms of an expectation, by the key under which they stand.
type Form = (&'static str, fn(&Item<'_>, Names<'_>) -> Expectation);
const FORMS: [Form; 10] = [
    ("one_run", one_run),
    ("within", within),
    ("bound", bound),
    ("ordering", ordering),
    ("trend", trend),
    ("ratio", ratio),
    ("equivalence", equivalence),
    ("all", all),
    ("undecided", undecided),
    ("untestable", untestable),
];

fn expectation(item: &Item<'_>, names: Names<'_>) -> Expectation {
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

fn quantity(item: &Item<'_>, names: Names<'_>) -> String {
    names.quantities.map_or_else(|| item.text(), |known| item.known("quantity", known))
}

const ANY: std::ops::RangeInclusive<f64> = f64::NEG_INFINITY..=f64::INFINITY;
const NOT_NEGATIVE: std::ops::RangeInclusive<f64> = 0.0..=f64::INFINITY;

fn one_run(item: &Item<'_>, names: Names<'_>) -> Expectation {
    item.section(|section| Expectation::OneRun {
        quantity: section.required("quantity", |item| quantity(item, names)),
        value: section.number("value", ANY),
    })
}

fn within(item: &Item<'_>, names: Names<'_>) -> Expectation {
    item.section(|section| Expectation::Within {
        quantity: section.required("quantity", |item| quantity(item, names)),
        value: section.number("value", ANY),
        tolerance: section.number("tolerance", NOT_NEGATIVE),
    })
}

fn bound(item: &Item<'_>, names: Names<'_>) -> Expectation {
    item.section(|section| {
        let quantity = section.required("quantity", |item| quantity(item, names));
        let least = section.optional("least", |item| item.number(ANY));
        let most = section.optional("most", |item| item.number(ANY));
        match (least, most) {
            (None, None) => section.problem("least", "either this or `most` is needed"),
            (Some(least), Some(most)) if least > most => section.problem("most", format!("{most} is below `least`")),
            _ => {}
        }
        Expectation::Bound { quantity, least, most }
    })
}

fn ordering(item: &Item<'_>, names: Names<'_>) -> Expectation {
    let (quantities, direction) = sequence(item, names);
    Expectation::Ordering { quantities, direction }
}

fn trend(item: &Item<'_>, names: Names<'_>) -> Expectation {
    let (quantities, direction) = sequence(item, names);
    Expectation::Trend { quantities, direction }
}

/// Two or more different quantities and the direction in which they are said to go.
fn sequence(item: &Item<'_>, names: Names<'_>) -> (Vec<String>, Direction) {
    item.section(|section| {
        let quantities = section.list("quantities", |item| quantity(item, names));
        if quantities.len() == 1 {
            section.problem("quantities", "at least two are needed");
        }
        let direction = section.choice("direction", &[("rising", Direction::Rising), ("falling", Direction::Falling)]);
        (quantities, direction)
    })
}

fn ratio(item: &Item<'_>, names: Names<'_>) -> Expectation {
    item.section(|section| Expectation::Ratio {
        numerator: section.required("numerator", |item| quantity(item, names)),
        denominator: section.required("denominator", |item| quantity(item, names)),
        value: section.number("value", ANY),
        tolerance: section.number("tolerance", NOT_NEGATIVE),
    })
}

fn equivalence(item: &Item<'_>, names: Names<'_>) -> Expectation {
    item.section(|section| Expectation::Equivalence {
        left: section.required("left", |item| quantity(item, names)),
        right: section.required("right", |item| quantity(item, names)),
        margin: section.number("margin", NOT_NEGATIVE),
    })
}

fn all(item: &Item<'_>, names: Names<'_>) -> Expectation {
    Expectation::All(item.list(|item| expectation(item, names)))
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
