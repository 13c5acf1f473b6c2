//! A table as JSON: every cell with its full digits, its interval, its unit and its n.

use serde_json::{Value, json};

use super::summary_of;
use crate::findings::{Cell, Findings, Table};
use crate::summary::Summaries;

/// The table for machines. A cell is `{"text"}`, `{"value", "unit"}`, `{"quantity", "value", "low", "high", "n", "unit", "method"}` or
/// `null`; numbers are as they were measured, fractions as fractions.
pub fn json(table: &Table, findings: &Findings, summaries: &Summaries) -> Value {
    let cell = |cell: &Cell| match (cell, summary_of(cell, findings, summaries)) {
        (Cell::Text(words), _) => json!({"text": words}),
        (Cell::Number { value, unit }, _) => json!({"value": value, "unit": unit}),
        (Cell::Quantity(name), Some((summary, unit))) => json!({
            "quantity": name, "value": summary.mean, "low": summary.interval.map(|ends| ends.low),
            "high": summary.interval.map(|ends| ends.high), "n": summary.n, "unit": unit, "method": summary.method,
        }),
        (Cell::Quantity(_), None) | (Cell::Empty, _) => Value::Null,
    };
    let rows: Vec<Vec<Value>> = table.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    json!({"id": table.id, "title": table.title, "caption": table.caption, "columns": table.columns, "rows": rows})
}
