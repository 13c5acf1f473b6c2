//! A declared quantity for some members: what it is made of, checked against the tables and the quantities before it.

use std::collections::{BTreeMap, BTreeSet};

use renas_report::catalogue::Promised;

use crate::declare::{How, OfRows, Per, Place, Quantity};
use crate::plan::filter::Filter;
use crate::plan::pair::{difference, ratio, same_units, stated};
use crate::plan::{Fallible, Planned, PlannedHow, PlannedPer, Scope, define, filled, mistake, number};
use crate::rows::{Kind, Schema};
use crate::template::{Binding, Template};
use crate::unknown::unknown;
use crate::verb::{Coefficient, Take};

/// The quantities before one: those that it may refer to.
#[derive(Clone, Copy)]
pub(super) struct Earlier<'e> {
    pub(super) quantities: &'e [Planned],
    /// The place of each, by its name.
    pub(super) places: &'e BTreeMap<String, usize>,
}

impl<'e> Earlier<'e> {
    fn named(&self, place: &Place, name: &str) -> Fallible<&'e Planned> {
        let known = || self.places.keys().map(String::as_str);
        let found = self.places.get(name).map(|at| &self.quantities[*at]);
        found.ok_or_else(|| mistake(place, unknown("earlier quantity", name, known())))
    }

    /// Two of them that can be paired.
    fn pair(&self, place: &Place, pair: &[Template; 2], binding: &Binding<'_>) -> Fallible<[&'e Planned; 2]> {
        let side = |template: &Template| self.named(place, &filled(place, template, binding)?);
        let [one, other] = [side(&pair[0])?, side(&pair[1])?];
        same_units(place, one, other)?;
        Ok([one, other])
    }
}

/// Of which rows something is taken together, what a unit of them is, and what units share.
struct Replication {
    per: PlannedPer,
    over: String,
    cluster: String,
}

impl Scope<'_> {
    /// The quantity that a declaration gives for the members of a binding.
    pub(super) fn quantity(
        &self,
        declared: &Quantity,
        binding: &Binding<'_>,
        earlier: Earlier<'_>,
    ) -> Fallible<Planned> {
        let place = &declared.place;
        let fill = |template: &Template| filled(place, template, binding);
        let name = fill(&declared.name)?;
        let label = match &declared.label {
            Some(label) => fill(label)?,
            None if declared.is_hidden => String::new(),
            None => return Err(mistake(place, format!("`{name}` has no label (or mark it `hidden: true`)"))),
        };
        let data = declared.data.as_ref().map(fill).transpose()?;
        let mut planned = match &declared.how {
            How::Rows(of) => self.of_rows(place, of, binding)?,
            How::Number(text) => {
                let value = number(place, &fill(text)?)?;
                let no_unit = || mistake(place, format!("the number `{name}` has no `unit`"));
                stated(value, declared.unit.ok_or_else(no_unit)?)
            }
            How::Minus(pair) => {
                let [one, other] = earlier.pair(place, pair, binding)?;
                difference(one, other)
            }
            How::Divide(pair) => {
                let [one, other] = earlier.pair(place, pair, binding)?;
                ratio(one, other)
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
        let words = filled(place, &of.take, binding)?;
        let take = self.take(place, schema, &words)?;
        let Replication { per, over, cluster } = self.replication(place, schema, &of.per, (&filter, &take))?;
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

    fn replication(
        &self,
        place: &Place,
        schema: &Schema,
        per: &Per,
        (filter, take): (&Filter, &Take),
    ) -> Fallible<Replication> {
        let unit = |name: &str| self.unit_column(place, schema, name);
        match per {
            Per::Whole { over } => {
                if !is_estimate(take) {
                    let message =
                        "only `pearson`, `spearman`, `share` and `proportion` are taken over all rows: say `per`";
                    return Err(mistake(place, message));
                }
                // Of a proportion the units are what is counted in its rows, which need not be rows.
                let (at, over) = match take {
                    Take::Proportion(..) => (None, self.counted(place, over)?),
                    _ => unit(over).map(|(at, over)| (Some(at), over.clone()))?,
                };
                Ok(Replication { per: PlannedPer::Whole(at), cluster: over.clone(), over })
            }
            Per::Unit { unit: name, cluster, average, is_complete, fewest } => {
                let (at, over) = unit(name)?;
                let shared = cluster.as_deref().map(unit).transpose()?;
                let average = average.as_deref().map(|name| match self.column(place, schema, name)? {
                    (at, Kind::Word { .. }) => Ok(at),
                    (_, kind) => Err(mistake(place, format!("`{name}` holds {}, not words", kind.in_words()))),
                });
                let per = PlannedPer::Unit {
                    unit: at,
                    cluster: shared.map(|(at, _)| at),
                    average: average.transpose()?,
                    fewest: *fewest,
                    planned: self.frame.units.get(over).copied(),
                    is_complete: *is_complete,
                };
                let over = filter.apart(over.clone());
                let cluster = shared.map_or_else(|| over.clone(), |(_, cluster)| filter.apart(cluster.clone()));
                Ok(Replication { per, over, cluster })
            }
        }
    }
}

/// Whether it has an interval over all rows.
fn is_estimate(take: &Take) -> bool {
    match take {
        Take::Share(_) | Take::Proportion(..) => true,
        Take::Correlation(coefficient, ..) => *coefficient != Coefficient::Kendall,
        _ => false,
    }
}
