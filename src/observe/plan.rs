//! Declarations expanded against a frame: every quantity by its name, every mistake with its line.

mod studies; // which studies a quantity is made of
pub mod measure; // quantities of the rows
pub mod figure; //  declared figures
pub mod table; //   declared tables
pub mod pair; //    quantities of two others, paired by unit
pub mod filter; //  which rows conditions keep, unit by unit
pub mod dropped; // what pairing left out
mod published; // printed means against the rows
mod known; //   what is known of quantities before anything runs
mod define; //      how a quantity is made, in words
mod quantity; //    a declared quantity for some members
mod columns; //     the columns that declarations name

use std::collections::{BTreeMap, BTreeSet};

use renas_base::metric::Unit;
use renas_report::catalogue::Promised;

use super::declare::{Declarations, DeclaredMember, How, Mistake, Place, Quantity};
use super::frame::Frame;
use super::member::Member;
use super::printed::Published;
use super::rows::Schema;
use super::template::{Binding, Template};
use super::unknown::unknown;
use super::verb::Take;
use figure::PlannedFigure;
use filter::Filter;
use quantity::Earlier;
use table::{PlannedTable, Shown};

/// More combinations of members are a mistake: no paper has as many quantities of one kind.
const MOST_COMBINATIONS: usize = 10_000;

/// What is measured and shown, by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// The quantities, each after those that it refers to.
    pub(crate) quantities: Vec<Planned>,
    /// The tables.
    pub(crate) tables: Vec<PlannedTable>,
    /// The figures.
    pub(crate) figures: Vec<PlannedFigure>,
    /// What is checked against what somebody printed.
    pub(crate) published: Vec<Published>,
    /// The experiment's own data set.
    pub(crate) data: String,
}

/// One quantity.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Planned {
    pub(crate) promised: Promised,
    pub(crate) label: String,
    /// How it is made, in words.
    pub(crate) definition: String,
    pub(crate) data: Option<String>,
    /// Every data set that its numbers are of: those of both sides of a difference.
    pub(crate) measured_on: BTreeSet<String>,
    pub(crate) is_hidden: bool,
    pub(crate) is_observed_time: bool,
    pub(crate) is_imported: bool,
    pub(crate) how: PlannedHow,
}

/// How it is made.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum PlannedHow {
    Rows { filter: Filter, take: Take, per: PlannedPer },
    Number(f64),
    Minus(String, String),
    Divide(String, String),
}

/// Of which rows together; columns by place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum PlannedPer {
    Unit {
        unit: usize,
        cluster: Option<usize>,
        average: Option<usize>,
        fewest: usize,
        planned: Option<usize>,
        is_complete: bool,
    },
    /// Of all rows, each of which is of another unit, where the units are a column.
    Whole(Option<usize>),
}

/// What declarations are expanded against.
pub(crate) struct Scope<'a> {
    pub(crate) frame: &'a Frame,
    /// The dimensions of the paper and of the manifest.
    pub(crate) dimensions: BTreeMap<&'a str, Vec<DeclaredMember>>,
}

pub(crate) type Fallible<T> = Result<T, Mistake>;

pub(crate) fn mistake(place: &Place, message: impl Into<String>) -> Mistake {
    Mistake { place: place.clone(), message: message.into() }
}

/// The text of a template.
pub(crate) fn filled(place: &Place, template: &Template, binding: &Binding<'_>) -> Fallible<String> {
    template.fill(binding).map_err(|why| mistake(place, why))
}

/// The number that a text says.
pub(crate) fn number(place: &Place, text: &str) -> Fallible<f64> {
    let number = text.parse().ok().filter(|value: &f64| value.is_finite());
    number.ok_or_else(|| mistake(place, format!("`{text}` is no number")))
}

impl Plan {
    /// The plan of declarations under a frame; `elsewhere` are names of quantities that the paper measures itself, which
    /// tables may show. All mistakes at once.
    pub fn of(declarations: &Declarations, frame: &Frame, elsewhere: &BTreeSet<String>) -> Result<Self, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let scope = Scope::new(declarations, frame);
        let quantities = quantities(&declarations.quantities, &scope, elsewhere, &mut mistakes);
        let mut plan = Self { data: frame.data.clone(), quantities, ..Self::default() };
        let names = plan.shown().map(|one| one.promised.name.as_str()).chain(elsewhere.iter().map(String::as_str));
        let is_time = |one: &&Planned| one.is_observed_time && one.promised.unit == Unit::Seconds;
        let times = plan.shown().filter(is_time).map(|one| one.promised.name.as_str()).collect();
        let shown = Shown { names: names.collect(), times, declared: &declarations.quantities };
        // What quantities lack, tables and figures would lack too.
        if mistakes.is_empty() {
            let tables = declarations.tables.iter().map(|declared| table::plan(declared, &scope, &shown));
            let figures = declarations.figures.iter().map(|declared| figure::plan(declared, &scope, &shown));
            let printed = std::iter::once(published::plan(&declarations.published, &shown));
            let (tables, figures) = (all(tables, &mut mistakes), all(figures, &mut mistakes));
            let published = all(printed, &mut mistakes);
            drop(shown);
            (plan.tables, plan.figures, plan.published) = (tables, figures, published);
        }
        // One mistake of a template is one of each of its members.
        mistakes.sort();
        mistakes.dedup_by(|one, other| one.place == other.place);
        if mistakes.is_empty() { Ok(plan) } else { Err(mistakes) }
    }
}

/// The quantities of all members, in the order of their declarations.
fn quantities(
    declared: &[Quantity],
    scope: &Scope<'_>,
    elsewhere: &BTreeSet<String>,
    mistakes: &mut Vec<Mistake>,
) -> Vec<Planned> {
    let mut quantities: Vec<Planned> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    // Quantities with mistakes, and those that refer to one: what follows from a mistake is not reported again.
    let mut refused: BTreeSet<String> = BTreeSet::new();
    let mut is_every_name_known = true;
    for quantity in declared {
        let bindings = match scope.expand(&quantity.place, &quantity.name.places()) {
            Ok(bindings) => bindings,
            Err(found) => {
                mistakes.push(found);
                // Nobody knows the names that it would have given.
                is_every_name_known = false;
                continue;
            }
        };
        for binding in bindings {
            let name = quantity.name.fill(&binding).unwrap_or_default();
            if quantity.how.refers_to(&refused, &binding) {
                refused.insert(name);
                continue;
            }
            match scope.quantity(quantity, &binding, Earlier { quantities: &quantities, places: &places }) {
                Ok(_) if elsewhere.contains(&name) || places.contains_key(&name) => {
                    mistakes.push(mistake(&quantity.place, format!("there is a quantity `{name}` already")));
                }
                Ok(planned) => {
                    places.insert(name, quantities.len());
                    quantities.push(planned);
                }
                Err(_) if !is_every_name_known && !matches!(quantity.how, How::Rows(_)) => {
                    refused.insert(name);
                }
                Err(found) => {
                    refused.insert(name);
                    mistakes.push(found);
                }
            }
        }
    }
    quantities
}

/// What was planned, and all mistakes.
fn all<T>(planned: impl Iterator<Item = Result<Vec<T>, Vec<Mistake>>>, mistakes: &mut Vec<Mistake>) -> Vec<T> {
    let mut found = Vec::new();
    planned.for_each(|one| match one {
        Ok(one) => found.extend(one),
        Err(more) => mistakes.extend(more),
    });
    found
}

impl<'a> Scope<'a> {
    fn new(declarations: &'a Declarations, frame: &'a Frame) -> Self {
        let plain = |member: &Member| DeclaredMember { member: member.clone(), conditions: Vec::new() };
        let mut dimensions: BTreeMap<&str, Vec<DeclaredMember>> = frame
            .dimensions
            .iter()
            .map(|(name, members)| (name.as_str(), members.iter().map(plain).collect()))
            .collect();
        for declared in &declarations.dimensions {
            match dimensions.get_mut(declared.name.as_str()) {
                // A dimension of the paper: its own members, of which more is said.
                Some(members) => {
                    for member in members {
                        let more = declared.members.iter().find(|one| one.member.name == member.member.name);
                        if let Some(more) = more {
                            member.member.attributes.extend(more.member.attributes.clone());
                            member.conditions.extend(more.conditions.iter().cloned());
                        }
                    }
                }
                None => drop(dimensions.insert(&declared.name, declared.members.clone())),
            }
        }
        Self { frame, dimensions }
    }

    /// A binding for every combination of members of these dimensions, the last one fastest; constants are no dimensions.
    pub(crate) fn expand<'s>(&'s self, place: &Place, names: &[&str]) -> Fallible<Vec<Binding<'s>>> {
        self.expand_from(&Binding::new(&self.frame.constants), place, names)
    }

    /// The same of a binding of other members.
    pub(crate) fn expand_from<'s>(
        &'s self,
        binding: &Binding<'s>,
        place: &Place,
        names: &[&str],
    ) -> Fallible<Vec<Binding<'s>>> {
        let mut bindings = vec![binding.clone()];
        for name in names.iter().filter(|name| !self.frame.constants.contains_key(**name)) {
            let Some((name, members)) = self.dimensions.get_key_value::<str>(name) else {
                return Err(mistake(place, unknown("dimension", name, self.dimensions.keys().copied())));
            };
            // Each place multiplies: a name of ten places would fill the memory before anybody saw the mistake.
            let combinations = bindings.len().saturating_mul(members.len());
            if combinations > MOST_COMBINATIONS {
                let why = format!("its places stand for more than {MOST_COMBINATIONS} combinations of members");
                return Err(mistake(place, why));
            }
            let mut wider: Vec<Binding<'s>> = Vec::with_capacity(combinations);
            for binding in &bindings {
                wider.extend(members.iter().map(|one| binding.with(name, &one.member)));
            }
            bindings = wider;
        }
        Ok(bindings)
    }

    pub(crate) fn table(&self, place: &Place, name: &str) -> Fallible<&'a Schema> {
        let known = || self.frame.tables.iter().map(|table| table.name.as_str());
        self.frame.table(name).ok_or_else(|| mistake(place, unknown("table", name, known())))
    }
}
