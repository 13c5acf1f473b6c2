//! The claims under the tables, figures and sections of the paper, with our tables that hold their numbers and our figures of its
//! figures.

use std::collections::BTreeMap;

use serde::Serialize;

use super::claim::{Claimed, looks_at};
use super::{Drawn, Exhibit, place};
use crate::findings::Table;
use crate::judge::Judgement;
use crate::page::Experiment;

/// The claims of one place of the paper.
#[derive(Serialize)]
pub(crate) struct Group<'a> {
    /// The place: `Table 3`.
    pub(crate) heading: &'a str,
    pub(crate) claims: Vec<Claimed<'a>>,
    /// The tables that hold what most of its claims look at.
    pub(crate) tables: Vec<Exhibit<'a>>,
    /// Those of the paper's figures that it speaks of, as we draw them.
    pub(crate) figures: Vec<Drawn<'a>>,
}

/// What stands under the places of the paper, and what belongs to none of them.
pub(crate) struct Placed<'a> {
    pub(crate) groups: Vec<Group<'a>>,
    pub(crate) tables: Vec<Exhibit<'a>>,
    pub(crate) figures: Vec<Drawn<'a>>,
}

/// The claims by place, in the order in which the places come first. A table stands where most of the claims are that look at one
/// of its cells, a figure where the place speaks of it; each at the first of such places.
pub(crate) fn placed<'a>(
    experiment: &'a Experiment,
    profile: &str,
    shown: impl Fn(&'a Table) -> Exhibit<'a>,
    drawn: Vec<Drawn<'a>>,
) -> Placed<'a> {
    let mut places: Vec<(&str, Vec<&Judgement>)> = Vec::new();
    for judgement in &experiment.judgements {
        let place = place::of(&judgement.source);
        match places.iter_mut().find(|(known, _)| *known == place) {
            Some((_, judgements)) => judgements.push(judgement),
            None => places.push((place, vec![judgement])),
        }
    }
    let mut groups: Vec<Group> = places
        .iter()
        .map(|(heading, judgements)| Group {
            heading,
            claims: judgements.iter().map(|judgement| Claimed::new(judgement, experiment, profile)).collect(),
            tables: Vec::new(),
            figures: Vec::new(),
        })
        .collect();
    let (mut tables, mut figures) = (Vec::new(), Vec::new());
    for table in &experiment.findings.tables {
        let looking = |(_, judgements): &(&str, Vec<&Judgement>)| {
            judgements.iter().filter(|judgement| looks_at(judgement, table)).count()
        };
        // The first of the most.
        let most = places.iter().enumerate().rev().max_by_key(|(_, place)| looking(place));
        match most.filter(|(_, place)| looking(place) > 0) {
            Some((at, _)) => groups[at].tables.push(shown(table)),
            None => tables.push(shown(table)),
        }
    }
    for figure in drawn {
        match groups.iter_mut().find(|group| place::speaks_of_figure(group.heading, figure.id)) {
            Some(group) => group.figures.push(figure),
            None => figures.push(figure),
        }
    }
    define_once(&mut groups);
    Placed { groups, tables, figures }
}

/// Say how a quantity is made where it is first looked at, and at other claims where that is.
fn define_once<'a>(groups: &mut [Group<'a>]) {
    let mut defined: BTreeMap<&'a str, &'a str> = BTreeMap::new();
    for claim in groups.iter_mut().flat_map(|group| &mut group.claims) {
        let id = claim.id;
        for seen in claim.evidence.iter_mut().filter(|seen| seen.definition.len() > SHORT) {
            match defined.get(seen.quantity) {
                Some(first) => (seen.definition, seen.defined_at) = ("", *first),
                None => drop(defined.insert(seen.quantity, id)),
            }
        }
    }
}

/// A definition of so many bytes is as short as a link to it.
const SHORT: usize = 60;
