//! Reading claims: what is said where, what must hold, what was changed since.

mod expectations; // what must hold, one form each

use std::collections::BTreeMap;

use super::decode::{Item, Section};
use super::model::Profile;
use expectations::{expectation, quantity};
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

/// What is known of quantities before anything runs: profile by profile, since each promises some of its own.
#[derive(Debug, Default)]
pub(super) struct Known(Vec<OfProfile>);

/// What one profile promises.
#[derive(Debug)]
struct OfProfile {
    profile: Profile,
    /// In the paper's order, in which messages name them.
    promised: Vec<Promised>,
    /// Indices of these in ascending order of name.
    by_name: Vec<usize>,
    /// How many clusters it plans, by what a cluster is.
    clusters: BTreeMap<String, usize>,
}

impl OfProfile {
    fn find(&self, name: &str) -> Option<&Promised> {
        let place = self.by_name.binary_search_by(|&index| self.promised[index].name.as_str().cmp(name)).ok()?;
        Some(&self.promised[self.by_name[place]])
    }
}

impl Known {
    /// Add what a profile promises: its quantities, and how many clusters it plans, by what a cluster is.
    pub(super) fn add(&mut self, profile: Profile, promised: Vec<Promised>, clusters: BTreeMap<String, usize>) {
        let mut by_name: Vec<usize> = (0..promised.len()).collect();
        by_name.sort_by(|&a, &b| promised[a].name.cmp(&promised[b].name));
        self.0.push(OfProfile { profile, promised, by_name, clusters });
    }

    /// The names of all profiles, one after the other.
    pub(super) fn names(&self) -> Vec<&str> {
        self.0.iter().flat_map(|one| &one.promised).map(|one| one.name.as_str()).collect()
    }

    /// What a quantity is; by the largest profile that has it.
    pub(super) fn find(&self, name: &str) -> Option<&Promised> {
        self.0.iter().rev().find_map(|one| one.find(name))
    }

    /// How many clusters of a quantity each profile plans that says it.
    pub(super) fn planned(&self, name: &str) -> BTreeMap<Profile, usize> {
        let planned = |one: &OfProfile| Some((one.profile, *one.clusters.get(&one.find(name)?.cluster)?));
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
