//! `Paper`: how the harness sees POPNAS.

use anyhow::Result;
use serde_json::Value;

use super::analysis::result_set::ResultSet;
use super::plan::{Inputs, plan};
use super::settings::Settings;
use super::{ablation, analysis, clock, search};
use renas_data::registry::Registry;
use renas_harness::paper::Paper;
use renas_harness::study::{Context, Results, Study};
use renas_observe::frame::Frame;
use renas_observe::rows::Rows;
use renas_report::findings::Findings;

/// POPNAS, Lomurno et al. 2021: progressive search of cells on the front of predicted accuracy and training time.
#[derive(Clone, Copy, Debug)]
pub struct Popnas;

impl Paper for Popnas {
    type Settings = Settings;
    type Inputs = Inputs;
    type ResultSet = ResultSet;

    const ID: &'static str = "popnas";
    const VERSION: u32 = 2;

    fn plan(settings: &Settings, _: &Registry) -> Result<Vec<Study>> {
        plan(settings)
    }

    fn run(inputs: Inputs, results: &Results, context: &dyn Context) -> Result<Value> {
        Ok(match inputs {
            Inputs::Search(inputs) => serde_json::to_value(search::search(&inputs, context)?),
            Inputs::Ablation(inputs) => serde_json::to_value(ablation::ablation(&inputs, results, context)?),
            Inputs::Clock(inputs) => serde_json::to_value(clock::clock(&inputs, context)?),
        }?)
    }

    fn frame(settings: &Settings, _: &Registry) -> Frame {
        analysis::frame::frame(settings)
    }

    fn result_set(settings: &Settings, _: &Registry, results: &Results) -> Result<ResultSet> {
        ResultSet::read(settings, results)
    }

    fn observe(settings: &Settings, results: &ResultSet) -> Vec<Rows> {
        analysis::rows::rows(settings, results)
    }

    fn analyze(settings: &Settings, results: &ResultSet) -> Result<Findings> {
        Ok(Findings { figures: analysis::diagrams::all(settings, results), ..Findings::default() })
    }
}
