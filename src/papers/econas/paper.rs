//! `Paper`: how the harness sees EcoNAS.

use anyhow::{Context as _, Result};
use serde::Deserialize as _;
use serde_json::Value;

use super::plan::{Inputs, plan};
use super::settings::{self, Settings};
use super::{analysis, components, quality, retrain, search, table, tradeoffs};
use renas_harness::manifest::decode::Section;
use renas_harness::study::{Context, Paper, Results, Study};
use renas_report::findings::Findings;

/// EcoNAS, Ohene-Agyei 2023: multi-objective evolutionary search of perceptrons on precomputed objectives.
#[derive(Clone, Copy, Debug)]
pub struct Econas;

impl Paper for Econas {
    fn id(&self) -> &'static str {
        "econas"
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
            Inputs::Table(inputs) => serde_json::to_value(table::build(&inputs, context)?),
            Inputs::Search(inputs) => {
                let rows = inputs.source.rows(inputs.variant, results, context)?;
                serde_json::to_value(search::search(&inputs, &rows)?)
            }
            Inputs::Components(inputs) => {
                let rows = inputs.search.source.rows(inputs.search.variant, results, context)?;
                serde_json::to_value(components::components(&inputs, &rows)?)
            }
            Inputs::Quality(inputs) => {
                let rows = inputs.source.rows(inputs.variant, results, context)?;
                serde_json::to_value(quality::quality(&inputs, &rows)?)
            }
            Inputs::Tradeoffs(inputs) => serde_json::to_value(tradeoffs::tradeoffs(&inputs, results, context)?),
            Inputs::Growth(inputs) => serde_json::to_value(tradeoffs::growth(&inputs, results, context)?),
            Inputs::Retrain(inputs) => serde_json::to_value(retrain::retrain(&inputs, results, context)?),
        }?)
    }

    fn analyze(&self, parameters: &Value, results: &Results) -> Result<Findings> {
        analysis::analyze(&read(parameters)?, results)
    }
}

fn read(parameters: &Value) -> Result<Settings> {
    Settings::deserialize(parameters).context("parameters of econas")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use renas_harness::manifest::load;
    use renas_harness::manifest::model::Manifest;

    fn manifest() -> Manifest {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../experiments");
        load::load(&dir, "econas", &[&Econas]).unwrap_or_else(|mistakes| panic!("{mistakes}"))
    }

    #[test]
    fn the_manifest_has_all_18_numbers_of_table_2() {
        let manifest = manifest();
        let numbers = manifest.claims.iter().filter(|claim| claim.id.starts_with("table2-")).count();
        assert_eq!((numbers, manifest.profiles.len()), (18, 3));
    }
}
