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

use std::collections::{BTreeMap, BTreeSet};

use renas_base::metric::Unit;
use renas_report::catalogue::Promised;
use renas_report::range::Range;

use super::declare::{Declarations, DeclaredMember, How, Mistake, OfRows, Per, Place, Quantity};
use super::frame::Frame;
use super::member::Member;
use super::printed::Published;
use super::rows::{Kind, Schema};
use super::template::{Binding, Template};
use super::unknown::unknown;
use super::verb::{Coefficient, Take, VERBS};
use figure::PlannedFigure;
use filter::Filter;
use pair::{paired, same_units, stated};
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

impl Plan {
    /// The plan of declarations under a frame; `elsewhere` are names of quantities that the paper measures itself, which
    /// tables may show. All mistakes at once.
    pub fn of(declarations: &Declarations, frame: &Frame, elsewhere: &BTreeSet<String>) -> Result<Self, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let scope = Scope::new(declarations, frame);
        let mut plan = Self { data: frame.data.clone(), ..Self::default() };
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        // Quantities with mistakes, and those that refer to one: what follows from a mistake is not reported again.
        let mut refused: BTreeSet<String> = BTreeSet::new();
        let mut is_every_name_known = true;
        for quantity in &declarations.quantities {
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
                match scope.quantity(quantity, &binding, &plan.quantities, &places) {
                    Ok(_) if elsewhere.contains(&name) || places.contains_key(&name) => {
                        mistakes.push(mistake(&quantity.place, format!("there is a quantity `{name}` already")));
                    }
                    Ok(planned) => {
                        places.insert(name, plan.quantities.len());
                        plan.quantities.push(planned);
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

    fn quantity(
        &self,
        declared: &Quantity,
        binding: &Binding<'_>,
        earlier: &[Planned],
        places: &BTreeMap<String, usize>,
    ) -> Fallible<Planned> {
        let place = &declared.place;
        let fill = |template: &Template| template.fill(binding).map_err(|why| mistake(place, why));
        let name = fill(&declared.name)?;
        let label = match &declared.label {
            Some(label) => fill(label)?,
            None if declared.is_hidden => String::new(),
            None => return Err(mistake(place, format!("`{name}` has no label (or mark it `hidden: true`)"))),
        };
        let data = declared.data.as_ref().map(fill).transpose()?;
        let sides = |pair: &[Template; 2]| -> Fallible<[&Planned; 2]> {
            let side = |template: &Template| {
                let name = fill(template)?;
                let known = || places.keys().map(String::as_str);
                let place_of = places.get(&name);
                place_of
                    .map(|at| &earlier[*at])
                    .ok_or_else(|| mistake(place, unknown("earlier quantity", &name, known())))
            };
            Ok([side(&pair[0])?, side(&pair[1])?])
        };
        let mut planned = match &declared.how {
            How::Rows(of) => self.of_rows(place, of, binding)?,
            How::Number(number) => {
                let text = fill(number)?;
                let value = text.parse().ok().filter(|value: &f64| value.is_finite());
                let value = value.ok_or_else(|| mistake(place, format!("`{text}` is no number")))?;
                stated(
                    value,
                    declared.unit.ok_or_else(|| mistake(place, format!("the number `{name}` has no `unit`")))?,
                )
            }
            How::Minus(pair) => {
                let [one, other] = sides(pair)?;
                same_units(place, one, other)?;
                let range = one.promised.range.minus(&other.promised.range);
                let how = PlannedHow::Minus(one.promised.name.clone(), other.promised.name.clone());
                let definition = define::of_pair(one, "minus", other);
                Planned { definition, ..paired(one, other, (one.promised.unit, range), how) }
            }
            How::Divide(pair) => {
                let [one, other] = sides(pair)?;
                same_units(place, one, other)?;
                let is_positive = |side: &Planned| side.promised.range.low.is_some_and(|low| low >= 0.0);
                let range = if is_positive(one) && is_positive(other) { Range::NOT_NEGATIVE } else { Range::ANY };
                let how = PlannedHow::Divide(one.promised.name.clone(), other.promised.name.clone());
                let definition = define::of_pair(one, "divided by", other);
                Planned { definition, ..paired(one, other, (Unit::One, range), how) }
            }
        };
        planned.promised.name = name;
        planned.promised.unit = declared.unit.unwrap_or(planned.promised.unit);
        planned.data = data.or(planned.data);
        if let How::Rows(_) = declared.how {
            planned.measured_on = BTreeSet::from([planned.data.clone().unwrap_or_else(|| self.frame.data.clone())]);
        }
        Ok(Planned { label, is_hidden: declared.is_hidden, ..planned })
    }

    fn of_rows(&self, place: &Place, of: &OfRows, binding: &Binding<'_>) -> Fallible<Planned> {
        let schema = self.table(place, &of.from)?;
        let filter = self.filter(schema, &of.conditions, binding)?;
        let words = of.take.fill(binding).map_err(|why| mistake(place, why))?;
        let take = self.take(place, schema, &words)?;
        let unit = |name: &str| match self.column(place, schema, name)? {
            (at, Kind::Unit { over }) => Ok((at, over.clone())),
            (_, kind) => Err(mistake(place, format!("`{name}` holds {}, no units of replication", kind.in_words()))),
        };
        let (per, over, cluster) = match &of.per {
            Per::Whole { over } => {
                let is_estimate = matches!(take, Take::Share(_) | Take::Proportion(..))
                    || matches!(take, Take::Correlation(coefficient, ..) if coefficient != Coefficient::Kendall);
                if !is_estimate {
                    let message =
                        "only `pearson`, `spearman`, `share` and `proportion` are taken over all rows: say `per`";
                    return Err(mistake(place, message));
                }
                // Of a proportion the units are what is counted in its rows, which need not be rows.
                let (at, over) = match take {
                    Take::Proportion(..) => (None, self.counted(place, over)?),
                    _ => unit(over).map(|(at, over)| (Some(at), over))?,
                };
                (PlannedPer::Whole(at), over.clone(), over)
            }
            Per::Unit { unit: name, cluster, average, is_complete, fewest } => {
                let (at, over) = unit(name)?;
                let shared = cluster.as_deref().map(unit).transpose()?;
                let average = average.as_deref().map(|name| match self.column(place, schema, name)? {
                    (at, Kind::Word { .. }) => Ok(at),
                    (_, kind) => Err(mistake(place, format!("`{name}` holds {}, not words", kind.in_words()))),
                });
                let planned = self.frame.units.get(&over).copied();
                let cluster_at = shared.as_ref().map(|(at, _)| *at);
                let (average, is_complete, fewest) = (average.transpose()?, *is_complete, *fewest);
                let per = PlannedPer::Unit { unit: at, cluster: cluster_at, average, fewest, planned, is_complete };
                let over = filter.apart(over);
                let cluster = shared.map_or_else(|| over.clone(), |(_, cluster)| filter.apart(cluster));
                (per, over, cluster)
            }
        };
        let studies = self.studies(place, schema, &filter)?;
        let definition = define::of_rows(&filter, &words, &of.per, &over);
        let (unit, range) = take.kind(schema);
        let is_time = |name: &str| schema.column(name).is_some_and(|(_, column)| column.is_observed_time);
        let is_observed_time = take.columns().iter().any(|(name, _)| is_time(name))
            || of.conditions.iter().any(|one| is_time(&one.column));
        Ok(Planned {
            promised: Promised { name: String::new(), unit, range, over, cluster, studies },
            label: String::new(),
            definition,
            data: schema.data.clone(),
            measured_on: BTreeSet::new(),
            is_hidden: false,
            is_observed_time,
            is_imported: schema.is_imported,
            how: PlannedHow::Rows { filter, take, per },
        })
    }

    pub(crate) fn column<'s>(&self, place: &Place, schema: &'s Schema, name: &str) -> Fallible<(usize, &'s Kind)> {
        let known = || schema.columns.iter().map(|column| column.name.as_str());
        let found = schema.column(name).map(|(at, column)| (at, &column.kind));
        found.ok_or_else(|| mistake(place, unknown(&format!("column of `{}`", schema.name), name, known())))
    }

    /// What is taken, of columns that hold it.
    fn take(&self, place: &Place, schema: &Schema, words: &str) -> Fallible<Take> {
        let nothing = || mistake(place, format!("`{words}` is nothing that can be taken of rows; what can: {VERBS}"));
        let take = Take::parse(words).ok_or_else(nothing)?;
        self.check_columns(place, schema, &take.columns())?;
        Ok(take)
    }

    /// Columns of numbers, or of flags where they may be.
    pub(crate) fn check_columns(&self, place: &Place, schema: &Schema, columns: &[(&str, bool)]) -> Fallible<()> {
        for &(name, may_be_flag) in columns {
            match self.column(place, schema, name)?.1 {
                Kind::Number { .. } => {}
                Kind::Flag if may_be_flag => {}
                kind => return Err(mistake(place, format!("`{name}` holds {}, not numbers", kind.in_words()))),
            }
        }
        Ok(())
    }
}
