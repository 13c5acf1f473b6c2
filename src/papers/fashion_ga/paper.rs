//! `Paper`: how the harness sees the search on Fashion-MNIST.

use anyhow::Result;
use serde_json::Value;

use super::analysis::result_set::ResultSet;
use super::plan::{Inputs, plan};
use super::settings::Settings;
use super::{activations, analysis, best, filters, search};
use renas_data::registry::Registry;
use renas_harness::paper::Paper;
use renas_harness::study::{Context, Results, Study};
use renas_observe::frame::Frame;
use renas_observe::rows::Rows;
use renas_report::findings::Findings;

/// Iyer, Budhwani and Srivastava 2021: aging evolution of sequential convolutional networks.
#[derive(Clone, Copy, Debug)]
pub struct FashionGa;

impl Paper for FashionGa {
    type Settings = Settings;
    type Inputs = Inputs;
    type ResultSet = ResultSet;

    const ID: &'static str = "fashion_ga";
    const VERSION: u32 = 2;

    fn plan(settings: &Settings, _: &Registry) -> Result<Vec<Study>> {
        plan(settings)
    }

    fn run(inputs: Inputs, results: &Results, context: &dyn Context) -> Result<Value> {
        Ok(match inputs {
            Inputs::Search(inputs) => serde_json::to_value(search::search(&inputs, context)?),
            Inputs::Times(inputs) => serde_json::to_value(search::times(&inputs, results, context)?),
            Inputs::Activations(inputs) => serde_json::to_value(activations::activations(&inputs, context)?),
            Inputs::Filters(inputs) => serde_json::to_value(filters::filters(&inputs, context)?),
            Inputs::Best(inputs) => serde_json::to_value(best::best(&inputs, results, context)?),
        }?)
    }

    fn frame(settings: &Settings, data: &Registry) -> Frame {
        analysis::frame::frame(settings, data)
    }

    fn result_set(settings: &Settings, data: &Registry, results: &Results) -> Result<ResultSet> {
        ResultSet::read(settings, data, results)
    }

    fn observe(settings: &Settings, results: &ResultSet) -> Vec<Rows> {
        analysis::rows::rows(settings, results)
    }

    fn analyze(_: &Settings, results: &ResultSet) -> Result<Findings> {
        let figures = results.best.iter().map(analysis::diagram::best_network).collect();
        Ok(Findings { figures, ..Findings::default() })
    }
}
