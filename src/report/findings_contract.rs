//! What the findings of every paper keep to: for the tests of analyses, which would else meet it at the end of a run.

use std::collections::BTreeSet;

use super::findings::{Cell, Findings, Form};

/// Ids of all tables and figures; panics where one cannot be shown as it is meant.
///
/// Every id stands once; tables have rows, all as long as their headings, which name known quantities; figures have
/// something to show, in points as long as their form wants them.
pub fn sound_ids(findings: &Findings) -> BTreeSet<&str> {
    let mut ids = BTreeSet::new();
    for table in &findings.tables {
        assert!(ids.insert(table.id.as_str()), "duplicate id {}", table.id);
        assert!(!table.rows.is_empty(), "{} has no rows", table.id);
        for row in &table.rows {
            assert_eq!(row.len(), table.columns.len(), "{}", table.id);
            for cell in row {
                if let Cell::Quantity(name) = cell {
                    assert!(findings.quantities.contains_key(name), "{}: no quantity {name}", table.id);
                }
            }
        }
    }
    for figure in &findings.figures {
        assert!(ids.insert(figure.id.as_str()), "duplicate id {}", figure.id);
        let mut points = figure.series.iter().flat_map(|series| &series.points).peekable();
        assert!(points.peek().is_some() || figure.diagram.is_some(), "{} shows nothing", figure.id);
        assert_eq!(figure.diagram.is_some(), figure.form == Form::Diagram, "{}", figure.id);
        assert!(points.all(|point| figure.form.draws(point.len())), "{}: points of another form", figure.id);
        assert_eq!(figure.categories.is_empty(), !figure.form.has_categories(), "{}: categories", figure.id);
    }
    ids
}
