//! Quantities of the rows, as they were planned.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use renas_report::catalogue::{self, Correlation, share};
use renas_report::findings::{Findings, Measured, Quantity};
use renas_stats::summary::mean;

use crate::plan::dropped::Pairing;
use crate::plan::filter::{Filter, OfUnit};
use crate::plan::{Plan, Planned, PlannedHow, PlannedPer, published};
use crate::rows::Rows;
use crate::verb::{Coefficient, Take};

/// The rows do not give what was declared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {why}")]
pub struct MeasureError {
    /// The quantity or the figure.
    pub name: String,
    /// Why it cannot be made.
    pub why: String,
}

/// One number per unit, and the cluster of each unit.
type Units = BTreeMap<usize, (usize, f64)>;

/// What became of a quantity.
enum Outcome {
    /// A number that no unit enters.
    Exact(f64),
    /// Numbers of units; how many are planned.
    Units(Units, Option<usize>),
    /// An estimate.
    Whole(Measured),
}

impl Plan {
    /// The quantities, tables and figures of these rows. A quantity that nothing was observed of is absent; `elsewhere` are those that
    /// the paper measured itself.
    pub fn measure(&self, rows: &[Rows], elsewhere: &BTreeMap<String, Quantity>) -> Result<Findings, MeasureError> {
        Ok(self.measure_in_pairs(rows, elsewhere)?.0)
    }

    /// The same, and how every quantity that is made of two was paired.
    pub fn measure_in_pairs(
        &self,
        rows: &[Rows],
        elsewhere: &BTreeMap<String, Quantity>,
    ) -> Result<(Findings, Vec<Pairing>), MeasureError> {
        let mut outcomes: BTreeMap<&str, Outcome> = BTreeMap::new();
        let (mut quantities, mut pairings) = (BTreeMap::new(), Vec::new());
        for planned in &self.quantities {
            let name = planned.promised.name.as_str();
            let outcome = planned
                .outcome(rows, &outcomes)
                .map_err(|why| MeasureError { name: format!("quantity `{name}`"), why })?;
            let Some(outcome) = outcome else { continue };
            pairings.extend(planned.pairing(&outcome, &outcomes));
            if let Some(measured) = outcome.measured().filter(|_| !planned.is_hidden) {
                quantities.insert(name.to_owned(), planned.quantity(measured, &self.data));
            }
            outcomes.insert(name, outcome);
        }
        let is_measured = |name: &str| quantities.contains_key(name) || elsewhere.contains_key(name);
        // A table of which this profile has no row says nothing.
        let tables = self.tables.iter().map(|table| table.table(rows, &is_measured));
        let mut tables: Vec<_> = tables.filter(|table| !table.rows.is_empty()).collect();
        let quantity = |name: &str| quantities.get(name).or_else(|| elsewhere.get(name));
        tables.extend(published::table(&self.published, &quantity));
        let figures = self.figures.iter().map(|figure| figure.figure(rows, &quantity));
        let figures = figures.filter_map(Result::transpose).collect::<Result<_, _>>()?;
        Ok((Findings { tables, figures, quantities }, pairings))
    }
}

impl Planned {
    fn quantity(&self, measured: Measured, own_data: &str) -> Quantity {
        let promised = &self.promised;
        Quantity {
            label: self.label.clone(),
            unit: promised.unit,
            data: self.data.clone().unwrap_or_else(|| own_data.to_owned()),
            over: promised.over.clone(),
            cluster: promised.cluster.clone(),
            range: promised.range,
            measured,
            observed_time: self.is_observed_time,
            imported: self.is_imported,
            // Only what a manifest brings makes a table of observations an import.
            handed_in: self.is_imported,
            definition: self.definition.clone(),
        }
    }

    /// How it was paired, where it is made of two quantities that both have units.
    fn pairing(&self, made: &Outcome, earlier: &BTreeMap<&str, Outcome>) -> Option<Pairing> {
        let (one, verb, other) = match &self.how {
            PlannedHow::Minus(one, other) => (one, "minus", other),
            PlannedHow::Divide(one, other) => (one, "divided by", other),
            PlannedHow::Rows { .. } | PlannedHow::Number(_) => return None,
        };
        let units = |name: &String| match earlier.get(name.as_str()) {
            Some(Outcome::Units(units, _)) => Some(units),
            Some(Outcome::Exact(_) | Outcome::Whole(_)) | None => None,
        };
        let (left, right, Outcome::Units(both, _)) = (units(one)?, units(other)?, made) else { return None };
        let without = |units: &Units, others: &Units| -> Vec<usize> {
            units.keys().filter(|unit| !others.contains_key(*unit)).copied().collect()
        };
        let undefined = left.keys().filter(|unit| right.contains_key(*unit) && !both.contains_key(*unit));
        Some(Pairing {
            name: self.promised.name.clone(),
            of: [one.clone(), verb.to_owned(), other.clone()],
            over: self.promised.over.clone(),
            counts: [left.len(), right.len(), both.len()],
            left_out: [without(left, right), without(right, left), undefined.copied().collect()],
        })
    }

    fn outcome(&self, rows: &[Rows], earlier: &BTreeMap<&str, Outcome>) -> Result<Option<Outcome>, String> {
        let paired = |one: &str, other: &str, number: fn(f64, f64) -> f64| {
            Ok(earlier.get(one).zip(earlier.get(other)).and_then(|(one, other)| one.paired(other, number)))
        };
        match &self.how {
            PlannedHow::Number(value) => Ok(Some(Outcome::Exact(*value))),
            PlannedHow::Minus(one, other) => paired(one, other, |one, other| one - other),
            PlannedHow::Divide(one, other) => paired(one, other, |one, other| one / other),
            PlannedHow::Rows { filter, take, per } => {
                let Some(rows) = rows.iter().find(|rows| rows.schema().name == filter.table) else { return Ok(None) };
                match per {
                    PlannedPer::Whole(unit) => {
                        let kept = filter.kept(rows);
                        unit.map_or(Ok(()), |unit| one_row_each(rows, &kept, unit))?;
                        Ok(whole(rows, &kept, take, &self.promised.name).map(Outcome::Whole))
                    }
                    PlannedPer::Unit { unit, cluster, average, fewest, planned, is_complete } => {
                        let units = per_unit(rows, filter, (take, *fewest), (*unit, *cluster, *average))?;
                        if *is_complete && planned.is_some_and(|planned| units.len() < planned) {
                            return Ok(None);
                        }
                        if !self.promised.is_exact() {
                            return Ok(Some(Outcome::Units(units, *planned)));
                        }
                        match units.len() {
                            0 | 1 => Ok(units.into_values().next().map(|(_, value)| Outcome::Exact(value))),
                            count => Err(format!("{count} units of what is exact, and one is meant")),
                        }
                    }
                }
            }
        }
    }
}

impl Outcome {
    /// One number of both for every unit that both have; what is exact goes with every unit.
    fn paired(&self, other: &Self, number: fn(f64, f64) -> f64) -> Option<Self> {
        // A ratio to zero is no number, and absent.
        let each = |units: &Units, planned: Option<usize>, number: &dyn Fn(usize, f64) -> Option<f64>| {
            let of_unit = |(unit, (cluster, value)): (&usize, &(usize, f64))| {
                let value = number(*unit, *value).filter(|value| value.is_finite())?;
                Some((*unit, (*cluster, value)))
            };
            Self::Units(units.iter().filter_map(of_unit).collect(), planned)
        };
        match (self, other) {
            (Self::Exact(one), Self::Exact(other)) => {
                Some(number(*one, *other)).filter(|value| value.is_finite()).map(Self::Exact)
            }
            (Self::Exact(one), Self::Units(units, planned)) => {
                Some(each(units, *planned, &|_, other| Some(number(*one, other))))
            }
            (Self::Units(units, planned), Self::Exact(other)) => {
                Some(each(units, *planned, &|_, one| Some(number(one, *other))))
            }
            (Self::Units(units, planned), Self::Units(others, _)) => {
                Some(each(units, *planned, &|unit, one| Some(number(one, others.get(&unit)?.1))))
            }
            (Self::Whole(_), _) | (_, Self::Whole(_)) => None,
        }
    }

    /// As findings hold it: samples where every planned unit stands for itself and has one.
    fn measured(&self) -> Option<Measured> {
        match self {
            Self::Whole(measured) => Some(measured.clone()),
            Self::Exact(value) => Some(Measured::Exact(*value)),
            Self::Units(units, _) if units.is_empty() => None,
            Self::Units(units, planned) => {
                let is_complete = planned.is_none_or(|planned| planned == units.len())
                    && units.iter().enumerate().all(|(place, (unit, (cluster, _)))| place == *unit && unit == cluster);
                let samples = units.values().map(|(_, value)| *value).collect();
                Some(match is_complete {
                    true => Measured::Samples(samples),
                    false => {
                        Measured::Clustered { samples, clusters: units.values().map(|(cluster, _)| *cluster).collect() }
                    }
                })
            }
        }
    }
}

/// What is taken of these rows, of so many at least; an error where one row is meant and there are more.
fn taken(rows: &Rows, (take, fewest): (&Take, usize), places: &[usize]) -> Result<Option<f64>, String> {
    if let Some(why) = take.same_step(rows, places) {
        return Err(format!("{why}: say in `where` which rows are meant"));
    }
    match (take, places.len()) {
        (Take::Value(column), count @ 2..) => Err(format!(
            "{count} rows of `{}` have a `{column}`, and one is meant: say which (`mean {column}`)",
            rows.schema().name
        )),
        (_, count) => Ok((count >= fewest).then(|| take.of(rows, places)).flatten()),
    }
}

fn per_unit(
    rows: &Rows,
    filter: &Filter,
    what: (&Take, usize),
    (unit, cluster, average): (usize, Option<usize>, Option<usize>),
) -> Result<Units, String> {
    let mut units = Units::new();
    for (unit, OfUnit { first, kept: places }) in filter.by_unit(rows, unit) {
        let value = match average {
            None => taken(rows, what, &places)?,
            Some(column) => {
                let mut groups: BTreeMap<Place<'_>, Vec<usize>> = BTreeMap::new();
                let mut order: BTreeMap<&Arc<str>, usize> = BTreeMap::new();
                for &row in &places {
                    let word = rows.word(column, row).expect("a column of words");
                    let next = order.len();
                    // In the order in which they come: so is their mean summed.
                    let at = *order.entry(word).or_insert(next);
                    groups.entry((at, word)).or_default().push(row);
                }
                let values = groups.values().map(|group| taken(rows, what, group)).collect::<Result<Vec<_>, _>>()?;
                let values: Vec<f64> = values.into_iter().flatten().collect();
                (!values.is_empty()).then(|| mean(&values))
            }
        };
        // A mean of nothing is absent, and so is what is no number; a count of nothing is 0.
        if let Some(value) = value.filter(|value| value.is_finite() && (!places.is_empty() || what.0.counts())) {
            let shared = cluster.map_or(unit, |column| rows.unit(column, first).expect("a column of units"));
            units.insert(unit, (shared, value));
        }
    }
    Ok(units)
}

/// A word of a column, in the order in which words come.
type Place<'r> = (usize, &'r Arc<str>);

/// An error where two rows are of one unit: an estimate would count rows as if they were units.
fn one_row_each(rows: &Rows, kept: &[usize], unit: usize) -> Result<(), String> {
    let units: BTreeSet<Option<usize>> = kept.iter().map(|&row| rows.unit(unit, row)).collect();
    match units.len() == kept.len() {
        true => Ok(()),
        false => {
            let (name, column, count) = (&rows.schema().name, &rows.schema().columns[unit].name, units.len());
            Err(format!("{} rows of `{name}` are of {count} units (`{column}`): say `per: {column}`", kept.len()))
        }
    }
}

/// The estimate of these rows; absent where one of them lacks a number.
fn whole(rows: &Rows, kept: &[usize], take: &Take, name: &str) -> Option<Measured> {
    let column = |name: &str| rows.schema().column(name).expect("a planned column").0;
    let numbers = |name: &str| {
        let column = column(name);
        kept.iter().map(|&row| rows.number(column, row)).collect::<Option<Vec<f64>>>()
    };
    match take {
        Take::Correlation(coefficient, x, y) => {
            let kind = match coefficient {
                Coefficient::Pearson => Correlation::Pearson,
                Coefficient::Spearman => Correlation::Spearman,
                Coefficient::Kendall => return None,
            };
            catalogue::correlation(kind, &numbers(x)?, &numbers(y)?, name)
        }
        Take::Share(flag) => {
            let flags = numbers(flag)?;
            share(flags.iter().filter(|flag| **flag > 0.0).count(), flags.len())
        }
        Take::Proportion(part, of) => {
            let (part, of): (f64, f64) = (numbers(part)?.iter().sum(), numbers(of)?.iter().sum());
            share(part.round() as usize, of.round() as usize)
        }
        _ => None,
    }
}
