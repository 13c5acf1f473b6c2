//! `Paper`: how the harness sees EcoNAS.

use anyhow::Result;
use serde_json::Value;

use super::analysis::estimates::catalogue;
use super::analysis::result_set::ResultSet;
use super::plan::{Inputs, plan};
use super::settings::Settings;
use super::{analysis, components, quality, retrain, search, table, tradeoffs};
use renas_data::registry::Registry;
use renas_harness::paper::Paper;
use renas_harness::study::{Context, Results, Study};
use renas_observe::frame::Frame;
use renas_observe::rows::Rows;
use renas_report::catalogue::{Promised, measure, promised};
use renas_report::findings::Findings;

/// EcoNAS, Ohene-Agyei 2023: multi-objective evolutionary search of perceptrons on precomputed objectives.
#[derive(Clone, Copy, Debug)]
pub struct Econas;

impl Paper for Econas {
    type Settings = Settings;
    type Inputs = Inputs;
    type ResultSet = ResultSet;

    const ID: &'static str = "econas";
    const VERSION: u32 = 1;

    fn plan(settings: &Settings, _: &Registry) -> Result<Vec<Study>> {
        plan(settings)
    }

    fn run(inputs: Inputs, results: &Results, context: &dyn Context) -> Result<Value> {
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

    fn frame(settings: &Settings, _: &Registry) -> Frame {
        analysis::frame::frame(settings)
    }

    fn quantities(settings: &Settings) -> Vec<Promised> {
        promised(catalogue(settings))
    }

    fn result_set(settings: &Settings, _: &Registry, results: &Results) -> Result<ResultSet> {
        ResultSet::read(settings, results)
    }

    fn observe(settings: &Settings, results: &ResultSet) -> Vec<Rows> {
        analysis::rows::rows(settings, results)
    }

    fn analyze(settings: &Settings, results: &ResultSet) -> Result<Findings> {
        // Every estimate says what it is of.
        Ok(Findings { quantities: measure(catalogue(settings), "", results), ..Findings::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::published::table_2;
    use renas_harness::context::fake::manifest_of;
    use renas_harness::manifest::model::Manifest;
    use renas_report::claim::{Expectation, Foil};

    fn manifest() -> Manifest {
        manifest_of(&Econas)
    }

    #[test]
    fn the_manifest_has_all_18_numbers_of_table_2() {
        let manifest = manifest();
        let numbers = manifest.claims.iter().filter(|claim| claim.id.starts_with("table2-")).count();
        // One more claim speaks of the same numbers on networks of our own.
        assert_eq!((numbers - 1, manifest.profiles.len()), (18, 3));
    }

    /// The audit: section 7 speaks of both data sets, and one was judged.
    #[test]
    fn a_claim_about_the_method_is_judged_on_every_data_set() {
        for claim in manifest().claims {
            let names = |stand_in: &str| -> Vec<String> {
                let names = claim.expectation.quantities().into_iter().filter(|name| name.contains(stand_in));
                names.map(|name| name.replace(stand_in, "")).collect()
            };
            assert_eq!(names(".any."), names(".second."), "{}", claim.id);
        }
    }

    /// The audit: with the rows of 8 and 15 generations exchanged 17 of 18 numbers still passed.
    #[test]
    fn a_number_of_table_2_is_held_against_another_number_of_its_column() {
        let numbers = |expectation: &Expectation| match expectation {
            Expectation::OneRun { value, foil: Some(Foil::Value { value: other, .. }), .. } => Some((*value, *other)),
            _ => None,
        };
        let manifest = manifest();
        for claim in manifest.claims.iter().filter(|claim| claim.id.starts_with("table2-mnist-g")) {
            let (value, other) = numbers(&claim.expectation).expect("one run with its foil");
            let is_in_table =
                [8, 12, 15].iter().filter_map(|row| table_2("mnist", *row)).any(|row| row.contains(&other));
            assert!(value != other && is_in_table, "{}", claim.id);
        }
    }
}
