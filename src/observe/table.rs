//! Declared tables: rows over dimensions, cells from templates.

use std::collections::BTreeSet;

use renas_base::metric::Unit;
use renas_report::findings::{Cell, Table};

use super::declare::{self, Mistake, Place};
use super::filter::Filter;
use super::plan::{Scope, mistake};
use super::rows::{Kind, Rows};
use super::template::{Binding, Template};
use super::verb::Take;

/// A table whose templates are filled.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PlannedTable {
    id: String,
    title: String,
    caption: String,
    columns: Vec<String>,
    rows: Vec<Vec<PlannedCell>>,
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
enum PlannedCell {
    /// Known already.
    Is(Cell),
    /// A quantity, or a dash where nothing was observed of it.
    Quantity(String),
    /// A number or words of one row.
    Row { filter: Filter, take: Take, column: usize, unit: Option<Unit> },
}

/// The table under a frame; `shown` are the names of all quantities.
pub(crate) fn plan(
    declared: &declare::Table,
    scope: &Scope<'_>,
    shown: &BTreeSet<&str>,
) -> Result<PlannedTable, Vec<Mistake>> {
    let mut mistakes = Vec::new();
    let constants = Binding::new(&scope.frame.constants);
    let mut text = |template: &Template| match template.fill(&constants) {
        Ok(text) => text,
        Err(why) => {
            mistakes.push(mistake(&declared.place, why));
            String::new()
        }
    };
    let (title, caption) = (text(&declared.title), text(&declared.caption));
    let mut rows = Vec::new();
    for group in &declared.rows {
        if group.cells.len() != declared.columns.len() {
            let (cells, columns) = (group.cells.len(), declared.columns.len());
            mistakes.push(mistake(&group.place, format!("{cells} cells in a table of {columns} columns")));
            continue;
        }
        let each: Vec<&str> = group.each.iter().map(String::as_str).collect();
        match scope.expand(&group.place, &each) {
            Err(found) => mistakes.push(found),
            Ok(bindings) => {
                for binding in bindings {
                    let cell =
                        |(place, cell): &(Place, declare::Cell)| planned_cell(cell, place, scope, shown, &binding);
                    match group.cells.iter().map(cell).collect::<Result<Vec<_>, _>>() {
                        Ok(row) => rows.push(row),
                        Err(found) => mistakes.push(found),
                    }
                }
            }
        }
    }
    match mistakes.is_empty() {
        true => Ok(PlannedTable { id: declared.id.clone(), title, caption, columns: declared.columns.clone(), rows }),
        false => Err(mistakes),
    }
}

fn planned_cell(
    cell: &declare::Cell,
    place: &Place,
    scope: &Scope<'_>,
    shown: &BTreeSet<&str>,
    binding: &Binding<'_>,
) -> Result<PlannedCell, Mistake> {
    let fill = |template: &Template| template.fill(binding).map_err(|why| mistake(place, why));
    Ok(match cell {
        declare::Cell::Empty => PlannedCell::Is(Cell::Empty),
        declare::Cell::Text(text) => PlannedCell::Is(Cell::Text(fill(text)?)),
        declare::Cell::Number { number, unit } => {
            let text = fill(number)?;
            let value = text.parse().map_err(|_| mistake(place, format!("`{text}` is no number")))?;
            PlannedCell::Is(Cell::Number { value, unit: *unit })
        }
        declare::Cell::Quantity(name) => {
            let name = fill(name)?;
            if !shown.contains(name.as_str()) {
                let near = renas_base::nearest::nearest(&name, shown.iter().copied());
                let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                return Err(mistake(place, format!("no quantity `{name}`{near}")));
            }
            PlannedCell::Quantity(name)
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
            PlannedCell::Quantity(_) => Cell::Empty,
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
