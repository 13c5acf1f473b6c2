//! `Paper`: how the harness sees the search on Fashion-MNIST.

use anyhow::{Context as _, Result};
use serde::Deserialize as _;
use serde_json::Value;

use super::plan::{Inputs, plan};
use super::settings::{self, Settings};
use super::{activations, analysis, best, filters, search};
use crate::harness::manifest::decode::Section;
use crate::harness::study::{Context, Paper, Results, Study};
use crate::report::findings::Findings;

/// Iyer, Budhwani and Srivastava 2021: aging evolution of sequential convolutional networks.
#[derive(Clone, Copy, Debug)]
pub struct FashionGa;

impl Paper for FashionGa {
    fn id(&self) -> &'static str {
        "fashion_ga"
    }

    fn version(&self) -> u32 {
        1
    }

    fn parameters(&self, section: &mut Section<'_>) -> Value {
        serde_json::to_value(settings::read(section)).expect("numbers, text and lists have JSON")
    }

    fn quantities(&self, parameters: &Value) -> Result<Vec<String>> {
        Ok(analysis::quantities::names(&read(parameters)?))
    }

    fn plan(&self, parameters: &Value) -> Result<Vec<Study>> {
        plan(&read(parameters)?)
    }

    fn run(&self, study: &Study, results: &Results, context: &dyn Context) -> Result<Value> {
        let inputs = Inputs::deserialize(&study.inputs).with_context(|| format!("inputs of study {}", study.id))?;
        Ok(match inputs {
            Inputs::Search(inputs) => serde_json::to_value(search::search(&inputs, context)?),
            Inputs::Times(inputs) => serde_json::to_value(search::times(&inputs, results, context)?),
            Inputs::Activations(inputs) => serde_json::to_value(activations::activations(&inputs, context)?),
            Inputs::Filters(inputs) => serde_json::to_value(filters::filters(&inputs, context)?),
            Inputs::Best(inputs) => serde_json::to_value(best::best(&inputs, results, context)?),
        }?)
    }

    fn analyze(&self, parameters: &Value, results: &Results) -> Result<Findings> {
        analysis::analyze(&read(parameters)?, results)
    }
}

fn read(parameters: &Value) -> Result<Settings> {
    Settings::deserialize(parameters).context("parameters of fashion_ga")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::papers::fashion_ga::fixture::results;
    use crate::report::findings::Cell;

    #[test]
    fn tables_are_rectangular_and_name_known_quantities_and_figures_have_points() {
        let (parameters, results) = results();
        let findings = FashionGa.analyze(&parameters, &results).expect("own results");
        let mut ids = BTreeSet::new();
        for table in &findings.tables {
            assert!(ids.insert(&table.id), "{} stands twice", table.id);
            for row in &table.rows {
                assert_eq!(row.len(), table.columns.len(), "{}", table.id);
                for cell in row {
                    if let Cell::Quantity(name) = cell {
                        assert!(findings.quantities.contains_key(name), "{}: {name}", table.id);
                    }
                }
            }
        }
        for figure in &findings.figures {
            assert!(ids.insert(&figure.id), "{} stands twice", figure.id);
            let has_points = figure.series.iter().any(|series| !series.points.is_empty());
            assert!(has_points || figure.diagram.is_some(), "{}", figure.id);
        }
        assert_eq!((findings.tables.len(), findings.figures.len()), (9, 11), "{ids:?}");
    }
}
