//! The tables of the report.

use super::evidence::Evidence;
use crate::base::metric::Unit;
use crate::papers::econas::settings::{Dataset, Settings};
use crate::report::findings::{Cell, Table};

/// All tables, in the order of the report.
pub fn all(settings: &Settings, _evidence: &Evidence) -> Vec<Table> {
    vec![table_1(settings)]
}

fn text(words: impl Into<String>) -> Cell {
    Cell::Text(words.into())
}

fn count(value: usize) -> Cell {
    Cell::Number { value: value as f64, unit: Unit::Count }
}

fn table_1(settings: &Settings) -> Table {
    let row = |dataset: &Dataset| {
        let range = |bounds: [usize; 2]| text(format!("{}-{}", bounds[0], bounds[1]));
        vec![
            text(&dataset.name),
            count(dataset.space().inputs),
            count(dataset.classes),
            range(dataset.depth),
            range(dataset.width),
            count(settings.training.batch_size),
        ]
    };
    Table {
        id: "table1".to_owned(),
        title: "Table 1. The search spaces".to_owned(),
        caption: "Perceptrons with ReLU; hidden layers and units per hidden layer are uniform between the bounds."
            .to_owned(),
        columns: ["Data set", "Input size", "Output size", "Hidden layers", "Hidden sizes", "Batch size"]
            .map(str::to_owned)
            .into(),
        rows: settings.datasets.iter().map(row).collect(),
    }
}
