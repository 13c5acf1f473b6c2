//! What results say: the quantities, tables and figures that a paper finds itself, and those that the manifest declares over
//! its observations.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, anyhow};
use serde_json::Value;

use super::paper::{AnyPaper, Observed};
use super::schedule::with_needs;
use super::study::{Results, Study};
use renas_base::pattern::matches;
use renas_data::registry::{Content, Registry};
use renas_observe::declare::{Declarations, Mistake};
use renas_observe::plan::{Plan, dropped};
use renas_report::catalogue::Promised;
use renas_report::findings::{Findings, HANDED_IN, PUBLISHED};
use renas_report::page::Clock;

/// The analysis of one experiment at one profile.
#[derive(Clone, Copy)]
pub struct Analysis<'a> {
    /// The paper.
    pub paper: &'a dyn AnyPaper,
    /// Its parameters at this profile.
    pub parameters: &'a Value,
    /// What the manifest declares.
    pub declarations: &'a Declarations,
    /// The known data sets.
    pub data: &'a Registry,
    /// Where its times come from.
    pub clock: Clock,
}

/// What an analysis will find.
#[derive(Debug, PartialEq)]
pub struct Promise {
    /// What is known of its quantities, in ascending order of name.
    pub quantities: Vec<Promised>,
    /// How many clusters are planned, by what a cluster is.
    pub clusters: BTreeMap<String, usize>,
    /// How each declared one is made.
    pub plan: Plan,
}

/// Declarations and paper do not fit each other.
#[derive(Debug)]
pub enum Unplanned {
    /// The manifest declares what cannot be.
    Mistakes(Vec<Mistake>),
    /// The paper does not understand its parameters.
    Paper(anyhow::Error),
}

impl From<anyhow::Error> for Unplanned {
    fn from(error: anyhow::Error) -> Self {
        Self::Paper(error)
    }
}

impl Promise {
    /// What is known of the quantity of that name.
    pub fn quantity(&self, name: &str) -> Option<&Promised> {
        let place = self.quantities.binary_search_by(|one| one.name.as_str().cmp(name)).ok()?;
        Some(&self.quantities[place])
    }

    /// The studies of a plan that these quantities are made of, with all that these need, in the plan's order.
    pub fn studies(&self, quantities: &BTreeSet<&str>, plan: &[Study]) -> Vec<Study> {
        let named = self.quantities.iter().filter(|one| quantities.contains(one.name.as_str()));
        let patterns: BTreeSet<&String> = named.flat_map(|one| &one.studies).collect();
        with_needs(plan, |study| patterns.iter().any(|pattern| matches(pattern, &study.id)))
    }
}

impl Analysis<'_> {
    /// What it will find, before anything runs.
    pub fn promise(&self) -> Result<Promise, Unplanned> {
        let mut quantities = self.paper.quantities(self.parameters)?;
        let elsewhere: BTreeSet<String> = quantities.iter().map(|one| one.name.clone()).collect();
        let mut frame = self.paper.frame(self.parameters, self.data)?;
        frame.is_time_modelled = self.clock == Clock::CostModel;
        let plan = Plan::of(self.declarations, &frame, &elsewhere).map_err(Unplanned::Mistakes)?;
        quantities.extend(plan.promised());
        quantities.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        Ok(Promise { quantities, clusters: self.paper.clusters(self.parameters, self.data)?, plan })
    }

    /// What the results say. Pure.
    pub fn findings(&self, promise: &Promise, results: &Results) -> Result<Findings> {
        let Observed { rows, own, named_units } = self.paper.observed(self.parameters, self.data, results)?;
        let (mut findings, pairings) = promise.plan.measure_in_pairs(&rows, &own.quantities)?;
        if !named_units.is_empty() {
            findings.tables.extend(dropped::table(&pairings, &named_units));
        }
        findings.quantities.extend(own.quantities);
        findings.tables.extend(own.tables);
        findings.figures.extend(own.figures);
        let measured_on = promise.plan.measured_on();
        for (name, quantity) in &mut findings.quantities {
            // A difference to a number of others is one of others, whichever side of it that is.
            let sides = measured_on.get(name.as_str());
            quantity.imported |= self.is_of_others(&quantity.data)
                || sides.is_some_and(|sides| sides.iter().any(|data| self.is_of_others(data)));
        }
        Ok(findings)
    }

    /// The declared quantities that rest on numbers which are no runs of ours, with these numbers in words.
    pub fn of_others<'p>(&self, promise: &'p Promise) -> BTreeMap<&'p str, &'static str> {
        let (measured_on, handed_in) = (promise.plan.measured_on(), promise.plan.handed_in());
        let all: BTreeSet<&String> = measured_on.values().copied().flatten().collect();
        let published: BTreeSet<&String> = all.into_iter().filter(|data| self.is_of_others(data)).collect();
        let of = |(name, data): (&'p str, &'p BTreeSet<String>)| {
            let is_published = data.iter().any(|data| published.contains(data));
            let of = if handed_in.contains(name) { Some(HANDED_IN) } else { is_published.then_some(PUBLISHED) };
            Some((name, of?))
        };
        measured_on.into_iter().filter_map(of).collect()
    }

    /// Whether a data set is a table of results that others published: what is measured on it rests on their runs.
    fn is_of_others(&self, data: &str) -> bool {
        self.data.find(data).is_ok_and(|known| matches!(known.content, Content::Table))
    }
}

impl Unplanned {
    /// As one error, for callers whose manifest was checked before.
    pub fn into_error(self) -> anyhow::Error {
        match self {
            Self::Paper(error) => error,
            Self::Mistakes(mistakes) => {
                let lines: Vec<String> = mistakes
                    .iter()
                    .map(|one| format!("line {}: {}: {}", one.place.line, one.place.path, one.message))
                    .collect();
                anyhow!("{}", lines.join("\n"))
            }
        }
    }
}
