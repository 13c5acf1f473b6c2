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
    let (cluster_seconds, promise) = (BTreeMap::new(), None);
    ProfileSettings { profile, purpose, numerics, clock, cost_model, timing, parameters, cluster_seconds, promise }
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
    let (cluster_seconds, promise, cost_model, timing) = (BTreeMap::new(), None, None, None);
    ProfileSettings { profile, purpose, numerics, clock, cost_model, timing, parameters, cluster_seconds, promise }
}

/// CPU seconds of one more cluster, by what a cluster is: of what some quantity of the profile is clustered by.
pub(super) fn cluster_seconds(item: &Item<'_>, promised: &[Promised]) -> BTreeMap<String, f64> {
    let known: BTreeSet<&str> = promised.iter().map(|one| one.cluster.as_str()).collect();
    item.section(|section| {
        let mut seconds = BTreeMap::new();
        for key in section.keys() {
            if !known.contains(key) {
                let known: Vec<&str> = known.iter().copied().collect();
                section.problem(key, format!("no quantity has clusters of this name; {}", suggestion(key, &known)));
            }
            seconds.insert(key.to_owned(), section.number(key, 0.0..=1e12));
        }
        seconds
    })
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
