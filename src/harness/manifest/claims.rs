//! Reading claims: what is said where, what must hold, what was changed since.

use std::collections::BTreeMap;

use super::decode::{Item, Section};
use super::expectations::{expectation, quantity};
use super::model::Profile;
use renas_report::catalogue::Promised;
use renas_report::claim::{Amendment, Claim, Comparator, Obstacle, OutOfReach, Verdict};

/// The names that claims may refer to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names<'a> {
    /// Quantities; absent where they cannot be known because of other mistakes, and are not checked.
    pub(super) quantities: Option<&'a Known>,
    /// Data sets.
    pub(super) data: &'a [&'a str],
}

/// What is known of quantities before anything runs.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Their names.
    pub(super) names: Vec<String>,
    /// What each is, by name.
    pub(super) promised: BTreeMap<String, Promised>,
    /// How many clusters each profile plans of each, where that is known.
    pub(super) planned: BTreeMap<String, BTreeMap<Profile, usize>>,
}

impl Known {
    /// Add what a profile promises: its quantities, and how many clusters it plans, by what a cluster is.
    pub(super) fn add(&mut self, profile: Profile, promised: Vec<Promised>, clusters: &BTreeMap<String, usize>) {
        for one in promised {
            if let Some(planned) = clusters.get(&one.cluster) {
                self.planned.entry(one.name.clone()).or_default().insert(profile, *planned);
            }
            self.names.push(one.name.clone());
            self.promised.insert(one.name.clone(), one);
        }
    }
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
        beside: section.optional("beside", |item| expectation(item, names)),
        comparators: section
            .optional("comparators", |item| item.list(|item| comparator(item, names)))
            .unwrap_or_default(),
        out_of_reach: section.optional("out_of_reach", |item| {
            item.section(|section| OutOfReach {
                because: section.choice("because", &Obstacle::ALL),
                why: section.text("why"),
            })
        }),
        added: section.optional("added", day),
        amended: section.optional("amended", |item| item.list(amendment)).unwrap_or_default(),
    }
}

fn profile(item: &Item<'_>) -> String {
    item.known("profile", &Profile::ALL.map(Profile::name))
}

/// What the claim compares with, which must have learned something.
fn comparator(item: &Item<'_>, names: Names<'_>) -> Comparator {
    item.section(|section| Comparator {
        quantity: section.required("quantity", |item| quantity(item, names)),
        above: section.number("above", f64::NEG_INFINITY..=f64::INFINITY),
    })
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
