//! `Paper`: how the harness sees the search in the hierarchical space.

use anyhow::Result;
use serde_json::Value;

use super::analysis::result_set::ResultSet;
use super::plan::{Inputs, plan};
use super::settings::Settings;
use super::{analysis, cost, final_training, latency, ranking, search, supernet};
use renas_data::registry::Registry;
use renas_harness::paper::Paper;
use renas_harness::study::{Context, Results, Study};
use renas_observe::frame::Frame;
use renas_observe::rows::Rows;

/// Zhang, Rodriguez, Tanaka and Al-Mansoori: multi-objective search for efficient convolutional networks.
#[derive(Clone, Copy, Debug)]
pub struct Hierarchical;

impl Paper for Hierarchical {
    type Settings = Settings;
    type Inputs = Inputs;
    type ResultSet = ResultSet;

    const ID: &'static str = "hierarchical";
    const VERSION: u32 = 2;

    fn plan(settings: &Settings, data: &Registry) -> Result<Vec<Study>> {
        plan(settings, data)
    }

    fn run(inputs: Inputs, results: &Results, context: &dyn Context) -> Result<Value> {
        Ok(match inputs {
            Inputs::Supernet(inputs) => serde_json::to_value(supernet::train_supernet(&inputs, context)?),
            Inputs::Ranking(inputs) => serde_json::to_value(ranking::rank(&inputs, results, context)?),
            Inputs::Search(inputs) => serde_json::to_value(search::search(&inputs, results, context)?),
            Inputs::Final(inputs) => serde_json::to_value(final_training::train_chosen(&inputs, results, context)?),
            Inputs::Baseline(inputs) => serde_json::to_value(final_training::baseline(&inputs, context)?),
            Inputs::Cost(inputs) => serde_json::to_value(cost::cost(&inputs, results, context)?),
            Inputs::Latency(inputs) => serde_json::to_value(latency::latency(&inputs, results, context)?),
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
}
