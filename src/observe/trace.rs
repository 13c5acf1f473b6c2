//! From a quantity back to the rows that it is made of.

use super::plan::{Plan, Planned, PlannedHow, PlannedPer};
use super::rows::{Kind, Rows};

/// The rows that a quantity is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The quantity: itself, or one that it is a difference or ratio of.
    pub quantity: String,
    /// How that is made, in words.
    pub definition: String,
    /// The table.
    pub table: String,
    /// The columns that matter: identities, units, and what is taken.
    pub columns: Vec<String>,
    /// Their cells in words, one list per row that is kept.
    pub rows: Vec<Vec<String>>,
}

impl Plan {
    /// The rows that the quantity of that name is made of, of each of its sides; nothing of one that is not declared.
    pub fn trace(&self, name: &str, rows: &[Rows]) -> Vec<Excerpt> {
        let Some(planned) = self.quantities.iter().find(|one| one.promised.name == name) else { return Vec::new() };
        match &planned.how {
            PlannedHow::Number(_) => Vec::new(),
            PlannedHow::Minus(one, other) | PlannedHow::Divide(one, other) => {
                let mut found = self.trace(one, rows);
                found.extend(
                    self.trace(other, rows).into_iter().filter(|more| !found.contains(more)).collect::<Vec<_>>(),
                );
                found
            }
            PlannedHow::Rows { .. } => planned.excerpt(rows).into_iter().collect(),
        }
    }
}

impl Planned {
    fn excerpt(&self, rows: &[Rows]) -> Option<Excerpt> {
        let PlannedHow::Rows { filter, take, per } = &self.how else { return None };
        let rows = rows.iter().find(|rows| rows.schema().name == filter.table)?;
        let taken = take.columns();
        let units = match per {
            PlannedPer::Unit { unit, cluster, average, .. } => [Some(*unit), *cluster, *average],
            PlannedPer::Whole(unit) => [*unit, None, None],
        };
        let matters = |(at, column): &(usize, &super::rows::Column)| {
            matches!(column.kind, Kind::Word { is_identity: true })
                || units.contains(&Some(*at))
                || taken.iter().any(|(name, _)| *name == column.name)
        };
        let columns: Vec<_> = rows.schema().columns.iter().enumerate().filter(matters).collect();
        let cell = |row: usize, at: usize| match (rows.word(at, row), rows.number(at, row)) {
            (Some(word), _) => word.to_string(),
            (None, Some(number)) => number.to_string(),
            (None, None) => "-".to_owned(),
        };
        let kept = filter.kept(rows);
        Some(Excerpt {
            quantity: self.promised.name.clone(),
            definition: self.definition.clone(),
            table: filter.table.clone(),
            rows: kept.iter().map(|&row| columns.iter().map(|(at, _)| cell(row, *at)).collect()).collect(),
            columns: columns.into_iter().map(|(_, column)| column.name.clone()).collect(),
        })
    }
}
