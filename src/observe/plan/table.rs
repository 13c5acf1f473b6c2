//! Declared tables: rows over dimensions, cells from templates.

use std::collections::BTreeSet;

use renas_base::metric::Unit;
use renas_report::findings::{Cell, Table};

use crate::declare::{self, Mistake, Place};
use crate::plan::filter::Filter;
use crate::plan::{Fallible, Scope, filled, mistake, number as parsed};
use crate::rows::{Kind, Rows};
use crate::template::{Binding, Template};
use crate::verb::Take;

/// A table whose templates are filled.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PlannedTable {
    id: String,
    title: String,
    caption: String,
    columns: Vec<String>,
    rows: Vec<Vec<PlannedCell>>,
}

/// The quantities that tables and figures may show.
pub(crate) struct Shown<'a> {
    pub(crate) names: BTreeSet<&'a str>,
    /// Those that are seconds and derive from times.
    pub(crate) times: BTreeSet<&'a str>,
    /// As they are declared: names that members of other settings would give.
    pub(crate) declared: &'a [declare::Quantity],
}

impl Shown<'_> {
    /// Whether only members of other settings would give that name.
    pub(crate) fn is_elsewhere(&self, name: &str) -> bool {
        !self.names.contains(name) && self.declared.iter().any(|one| !one.is_hidden && one.name.may_be(name))
    }

    /// The name of a quantity that may be shown.
    pub(crate) fn known(&self, place: &Place, name: &str) -> Fallible<String> {
        if self.names.contains(name) {
            return Ok(name.to_owned());
        }
        let near = renas_base::nearest::nearest(name, self.names.iter().copied());
        let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        Err(mistake(place, format!("no quantity `{name}`{near}")))
    }
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
enum PlannedCell {
    /// Known already.
    Is(Cell),
    /// A quantity, or a dash where nothing was observed of it.
    Quantity(String),
    /// A quantity that only other members have, in a sparse table: a dash.
    Elsewhere,
    /// A number or words of one row.
    Row { filter: Filter, take: Take, column: usize, unit: Option<Unit> },
}

/// The tables under a frame, one for each member that its id has a place for.
pub(crate) fn plan(
    declared: &declare::Table,
    scope: &Scope<'_>,
    shown: &Shown<'_>,
) -> Result<Vec<PlannedTable>, Vec<Mistake>> {
    let members = scope.expand(&declared.place, &declared.id.places()).map_err(|found| vec![found])?;
    members.iter().map(|member| table(declared, scope, shown, member)).collect()
}

fn table<'s>(
    declared: &declare::Table,
    scope: &'s Scope<'_>,
    shown: &Shown<'_>,
    member: &Binding<'s>,
) -> Result<PlannedTable, Vec<Mistake>> {
    let mut mistakes = Vec::new();
    let mut text = |template: &Template| {
        filled(&declared.place, template, member).unwrap_or_else(|found| {
            mistakes.push(found);
            String::new()
        })
    };
    let (id, title, caption) = (text(&declared.id), text(&declared.title), text(&declared.caption));
    let mut rows = Vec::new();
    for group in &declared.rows {
        let columns = declared.columns.len();
        if let Some(cells) = group.rows.iter().map(Vec::len).find(|cells| *cells != columns) {
            mistakes.push(mistake(&group.place, format!("{cells} cells in a table of {columns} columns")));
            continue;
        }
        let each: Vec<&str> = group.each.iter().map(String::as_str).collect();
        match scope.expand_from(member, &group.place, &each) {
            Err(found) => mistakes.push(found),
            Ok(bindings) => {
                for (binding, row) in
                    bindings.iter().flat_map(|binding| group.rows.iter().map(move |row| (binding, row)))
                {
                    let cell = |(place, cell): &(Place, declare::Cell)| {
                        planned_cell(cell, place, scope, (shown, declared.is_sparse), binding)
                    };
                    match row.iter().map(cell).collect::<Result<Vec<_>, _>>() {
                        Ok(row) if is_elsewhere(&row) => {}
                        Ok(row) => rows.push(row),
                        Err(found) => mistakes.push(found),
                    }
                }
            }
        }
    }
    let columns = declared.columns.clone();
    if mistakes.is_empty() { Ok(PlannedTable { id, title, caption, columns, rows }) } else { Err(mistakes) }
}

/// Whether all that a row would show only other members have.
fn is_elsewhere(row: &[PlannedCell]) -> bool {
    let mut shown = row.iter().filter(|cell| !matches!(cell, PlannedCell::Is(_))).peekable();
    shown.peek().is_some() && shown.all(|cell| *cell == PlannedCell::Elsewhere)
}

fn planned_cell(
    cell: &declare::Cell,
    place: &Place,
    scope: &Scope<'_>,
    (shown, is_sparse): (&Shown<'_>, bool),
    binding: &Binding<'_>,
) -> Result<PlannedCell, Mistake> {
    let fill = |template: &Template| filled(place, template, binding);
    Ok(match cell {
        declare::Cell::Empty => PlannedCell::Is(Cell::Empty),
        declare::Cell::Text(text) => PlannedCell::Is(Cell::Text(fill(text)?)),
        declare::Cell::Number { number, unit } => {
            PlannedCell::Is(Cell::Number { value: parsed(place, &fill(number)?)?, unit: *unit })
        }
        declare::Cell::Quantity(name) => {
            let name = fill(name)?;
            // Looking for the nearest name takes long, and a sparse table has many dashes.
            if is_sparse && shown.is_elsewhere(&name) {
                PlannedCell::Elsewhere
            } else {
                PlannedCell::Quantity(shown.known(place, &name)?)
            }
        }
        declare::Cell::Row { from, conditions, take } => {
            let schema = scope.table(place, from)?;
            let one_row = || mistake(place, "a cell shows a value of one row: `COLUMN` or `COLUMN at max COLUMN`");
            let take = Take::parse(&fill(take)?).ok_or_else(one_row)?;
            let (name, order) = match &take {
                Take::Value(column) => (column, Vec::new()),
                Take::At { column, most, least } => {
                    (column, [most].into_iter().chain(least).map(|name| (name.as_str(), false)).collect())
                }
                _ => return Err(one_row()),
            };
            scope.check_columns(place, schema, &order)?;
            let (column, found) = scope.column(place, schema, name)?;
            let unit = match found {
                Kind::Number { unit, .. } => Some(*unit),
                Kind::Word { .. } => None,
                kind => return Err(mistake(place, format!("`{name}` holds {}", kind.in_words()))),
            };
            let filter = scope.filter(schema, conditions, binding)?;
            PlannedCell::Row { filter, take, column, unit }
        }
    })
}

impl PlannedTable {
    /// The table of these rows.
    pub(crate) fn table(&self, rows: &[Rows], is_measured: &dyn Fn(&str) -> bool) -> Table {
        let cell = |cell: &PlannedCell| match cell {
            PlannedCell::Is(cell) => cell.clone(),
            PlannedCell::Quantity(name) if is_measured(name) => Cell::Quantity(name.clone()),
            PlannedCell::Quantity(_) | PlannedCell::Elsewhere => Cell::Empty,
            PlannedCell::Row { filter, take, column, unit } => {
                of_row(rows, filter, take, (*column, *unit)).unwrap_or(Cell::Empty)
            }
        };
        Table {
            id: self.id.clone(),
            title: self.title.clone(),
            caption: self.caption.clone(),
            columns: self.columns.clone(),
            rows: self.rows.iter().map(|row| row.iter().map(cell).collect()).collect(),
        }
    }
}

fn of_row(rows: &[Rows], filter: &Filter, take: &Take, (column, unit): (usize, Option<Unit>)) -> Option<Cell> {
    let rows = rows.iter().find(|rows| rows.schema().name == filter.table)?;
    let row = take.row(rows, &filter.kept(rows))?;
    match unit {
        Some(unit) => Some(Cell::Number { value: rows.number(column, row)?, unit }),
        None => Some(Cell::Text(rows.word(column, row)?.to_string())),
    }
}
