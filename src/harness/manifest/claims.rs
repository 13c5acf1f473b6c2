//! Reading claims: what is said where, what must hold, what was changed since.

mod expectations; // what must hold, one form each

use std::collections::BTreeMap;
use std::sync::Arc;

use super::decode::{Item, Section};
use super::model::Profile;
use super::problem::suggestion;
use crate::analysis::Promise;
use expectations::{expectation, quantity};
use renas_report::catalogue::Promised;
use renas_report::claim::{Amendment, Claim, Comparator, Obstacle, OutOfReach, Verdict};
use renas_report::sentence::Sentence;

/// The names that claims may refer to.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    /// Quantities; absent where they cannot be known because of other mistakes, and are not checked.
    pub(super) quantities: Option<&'a Known>,
    /// Data sets.
    pub(super) data: &'a [&'a str],
    /// Profiles.
    pub(super) profiles: &'a [String],
}

/// What is known of quantities before anything runs: profile by profile, since each promises some of its own.
#[derive(Default)]
pub(super) struct Known(Vec<OfProfile>);

/// What one profile promises.
struct OfProfile {
    profile: Profile,
    promise: Arc<Promise>,
}

impl Known {
    /// Add what a profile promises.
    pub(super) fn add(&mut self, profile: Profile, promise: Arc<Promise>) {
        self.0.push(OfProfile { profile, promise });
    }

    /// The names of all profiles, one after the other.
    pub(super) fn names(&self) -> Vec<&str> {
        self.0.iter().flat_map(|one| &one.promise.quantities).map(|one| one.name.as_str()).collect()
    }

    /// What a quantity is; by the largest profile that has it.
    pub(super) fn find(&self, name: &str) -> Option<&Promised> {
        self.0.iter().rev().find_map(|one| one.promise.quantity(name))
    }

    /// How many clusters of a quantity each profile plans that says it.
    pub(super) fn planned(&self, name: &str) -> BTreeMap<Profile, usize> {
        let planned = |OfProfile { profile, promise }: &OfProfile| {
            Some((*profile, *promise.clusters.get(&promise.quantity(name)?.cluster)?))
        };
        self.0.iter().filter_map(planned).collect()
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
        profiles: section.optional("profiles", |item| item.list(|item| profile(item, names))).unwrap_or_default(),
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
        amended: section.optional("amended", |item| item.list(|item| amendment(item, names))).unwrap_or_default(),
    }
}

/// A sentence about what was found; each name in it is that of a quantity that some profile measures.
pub(super) fn sentence(item: &Item<'_>, names: Names<'_>) -> Sentence {
    let sentence = Sentence::parse(&item.text()).unwrap_or_else(|why| {
        item.problem(why);
        Sentence::default()
    });
    if let Some(known) = names.quantities {
        for name in sentence.quantities().filter(|name| known.find(name).is_none()) {
            item.problem(format!("no quantity `{name}`; {}", suggestion(name, &known.names())));
        }
    }
    sentence
}

fn profile(item: &Item<'_>, names: Names<'_>) -> String {
    item.known("profile", names.profiles)
}

/// What the claim compares with, which must have learned something.
fn comparator(item: &Item<'_>, names: Names<'_>) -> Comparator {
    item.section(|section| Comparator {
        quantity: section.required("quantity", |item| quantity(item, names)),
        above: section.number("above", f64::NEG_INFINITY..=f64::INFINITY),
    })
}

/// What was changed in the claim after the first result.
fn amendment(item: &Item<'_>, names: Names<'_>) -> Amendment {
    item.section(|section| Amendment {
        on: section.required("on", day),
        was: section.text("was"),
        because: section.text("because"),
        verdict_before: section.section("verdict_before", |section| {
            let keys: Vec<String> = section.keys().into_iter().map(str::to_owned).collect();
            let verdicts = Verdict::ALL.map(|verdict| (verdict.name(), verdict));
            let mut before = BTreeMap::new();
            for key in keys {
                if names.profiles.contains(&key) {
                    before.insert(key.clone(), section.choice(&key, &verdicts));
                }
            }
            if before.is_empty() {
                section.problem(&names.profiles[0], "no profile is named: say which verdict the claim had");
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
