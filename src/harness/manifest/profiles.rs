//! Reading profiles: what is run, on which clock, and what one more cluster costs.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::decode::{Item, Section};
use super::model::{CostModel, Profile, ProfileSettings};
use super::problem::suggestion;
use crate::paper::{AnyPaper, OwnSections};
use crate::timed::Timing;
use renas_data::registry::Registry;
use renas_report::catalogue::Promised;
use renas_report::clusters::Clusters;
use renas_report::page::Clock;
use renas_task::numerics::Numerics;

/// What a manifest may ask for; a GPU has its own.
const ON_A_CPU: [Numerics; 3] = [Numerics::Portable, Numerics::Avx2, Numerics::Native];

pub(super) fn profile_settings<'s>(
    section: &mut Section<'s>,
    profile: Profile,
    defaults: Option<&Item<'s>>,
    (paper, own): (Option<&dyn AnyPaper>, Option<&OwnSections>),
    data: &Registry,
) -> ProfileSettings {
    let purpose = section.text("purpose");
    if let (Some(paper), Some(own)) = (paper, own) {
        return declared_settings(section, (profile, purpose), defaults, |section| {
            paper.parameters_with(section, &own.read, data)
        });
    }
    let numerics = section.choice("numerics", &ON_A_CPU.map(|numerics| (numerics.name(), numerics)));
    let clock = section.choice("clock", &[Clock::CostModel, Clock::Measured].map(|clock| (clock.name(), clock)));
    let cost_model = section.optional("cost_model", |item| item.section(cost_model));
    if clock == Clock::Measured && cost_model.is_some() {
        section.problem("cost_model", "is of no use where the clock is `measured`");
    }
    let timing = section.optional("timing", |item| item.section(timing));
    if clock == Clock::CostModel && timing.is_some() {
        section.problem("timing", "is of no use where the clock is `cost_model`");
    }
    // Without a paper its parameters cannot be read: the unknown id is reported.
    let read = |section: &mut Section<'s>| match paper {
        Some(paper) => paper.parameters(section, data),
        None => {
            section.ignore_rest();
            Value::Bool(false)
        }
    };
    let parameters = match defaults {
        Some(defaults) => section.section_over("parameters", defaults, read),
        None => section.section("parameters", read),
    };
    let (clusters, promise) = (Clusters::default(), None);
    ProfileSettings { profile, purpose, numerics, clock, cost_model, timing, parameters, clusters, promise }
}

/// A profile of an experiment that no worker computes: nothing is said of numerics and clocks.
fn declared_settings<'s>(
    section: &mut Section<'s>,
    (profile, purpose): (Profile, String),
    defaults: Option<&Item<'s>>,
    read: impl FnOnce(&mut Section<'s>) -> Value,
) -> ProfileSettings {
    let parameters = match (defaults, section.keys().contains(&"parameters")) {
        (Some(defaults), _) => section.section_over("parameters", defaults, read),
        (None, true) => section.section("parameters", read),
        (None, false) => read(&mut section.empty("parameters")),
    };
    let (numerics, clock) = (Numerics::Portable, Clock::Unused);
    let (clusters, promise, cost_model, timing) = (Clusters::default(), None, None, None);
    ProfileSettings { profile, purpose, numerics, clock, cost_model, timing, parameters, clusters, promise }
}

/// What a profile says of its clusters; each entry is of what some quantity of the profile is clustered by.
pub(super) fn clusters([seconds, looks]: [Option<&Item<'_>>; 2], promised: &[Promised]) -> Clusters {
    let known: BTreeSet<&str> = promised.iter().map(|one| one.cluster.as_str()).collect();
    Clusters {
        seconds: seconds.map(|item| by_cluster(item, &known, |seconds| seconds.number(0.0..=1e12))).unwrap_or_default(),
        looks: looks.map(|item| by_cluster(item, &known, planned_looks)).unwrap_or_default(),
    }
}

fn by_cluster<T>(item: &Item<'_>, known: &BTreeSet<&str>, read: impl Fn(&Item<'_>) -> T) -> BTreeMap<String, T> {
    item.section(|section| {
        let mut all = BTreeMap::new();
        for key in section.keys() {
            if !known.contains(key) {
                let known: Vec<&str> = known.iter().copied().collect();
                section.problem(key, format!("no quantity has clusters of this name; {}", suggestion(key, &known)));
            }
            all.insert(key.to_owned(), section.required(key, &read));
        }
        all
    })
}

fn planned_looks(item: &Item<'_>) -> Vec<usize> {
    let looks = item.ascending(|look| look.integer(1..=1_000_000));
    if looks.len() < 2 {
        item.problem("names the numbers of clusters of two looks or more: one look alone needs no plan");
    }
    looks
}

fn cost_model(section: &mut Section<'_>) -> CostModel {
    CostModel {
        overhead_seconds: section.number("overhead_seconds", 0.0..=1.0),
        multiply_adds_per_second: section.number("multiply_adds_per_second", 1.0..=1e18),
        bytes_per_second: section.number("bytes_per_second", 1.0..=1e18),
    }
}

fn timing(section: &mut Section<'_>) -> Timing {
    Timing { warm_up: section.integer("warm_up", 0..=100_000), steps: section.integer("steps", 1..=100_000) }
}
