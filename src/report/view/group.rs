//! The claims under the tables, figures and sections of the paper, with our tables that hold their numbers.

use serde::Serialize;

use super::Exhibit;
use super::claim::{Claimed, looks_at};
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
}

/// The claims by place, in the order in which the places come first; and the tables that belong to none of them. A table stands
/// where most of the claims are that look at one of its cells, at the first of such places.
pub(crate) fn groups<'a>(
    experiment: &'a Experiment,
    profile: &str,
    shown: impl Fn(&'a Table) -> Exhibit<'a>,
) -> (Vec<Group<'a>>, Vec<Exhibit<'a>>) {
    let mut places: Vec<(&str, Vec<&Judgement>)> = Vec::new();
    for judgement in &experiment.judgements {
        let place = place_of(&judgement.source);
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
        })
        .collect();
    let mut others = Vec::new();
    for table in &experiment.findings.tables {
        let looking = |(_, judgements): &(&str, Vec<&Judgement>)| {
            judgements.iter().filter(|judgement| looks_at(judgement, table)).count()
        };
        // The first of the most.
        let most = places.iter().enumerate().rev().max_by_key(|(_, place)| looking(place));
        match most.filter(|(_, place)| looking(place) > 0) {
            Some((at, _)) => groups[at].tables.push(shown(table)),
            None => others.push(shown(table)),
        }
    }
    (groups, others)
}

/// The table, figure or section of a source: what stands before the first mark of punctuation.
fn place_of(source: &str) -> &str {
    source.split([',', ';', ':', '(']).next().unwrap_or(source).trim()
}
