//! `Paper`: how the harness sees the search in the hierarchical space.

use anyhow::{Context as _, Result};
use serde::Deserialize as _;
use serde_json::Value;

use super::analysis::evidence::Evidence;
use super::plan::{Inputs, plan};
use super::settings::{self, Settings};
use super::{analysis, cost, finals, latency, ranking, search, sharing};
use renas_harness::manifest::decode::Section;
use renas_harness::study::{Context, Paper, Results, Study};
use renas_observe::frame::Frame;
use renas_observe::rows::Rows;

/// Zhang, Rodriguez, Tanaka and Al-Mansoori: multi-objective search for efficient convolutional networks.
#[derive(Clone, Copy, Debug)]
pub struct Hierarchical;

impl Paper for Hierarchical {
    fn id(&self) -> &'static str {
        "hierarchical"
    }

    fn version(&self) -> u32 {
        2
    }

    fn parameters(&self, section: &mut Section<'_>) -> Value {
        serde_json::to_value(settings::read(section)).expect("numbers, text and lists have JSON")
    }

    fn frame(&self, parameters: &Value) -> Result<Frame> {
        Ok(analysis::frame::frame(&read(parameters)?))
    }

    fn plan(&self, parameters: &Value) -> Result<Vec<Study>> {
        plan(&read(parameters)?)
    }

    fn run(&self, study: &Study, results: &Results, context: &dyn Context) -> Result<Value> {
        let inputs = Inputs::deserialize(&study.inputs).with_context(|| format!("inputs of study {}", study.id))?;
        Ok(match inputs {
            Inputs::Supernet(inputs) => serde_json::to_value(sharing::train_supernet(&inputs, context)?),
            Inputs::Ranking(inputs) => serde_json::to_value(ranking::rank(&inputs, results, context)?),
            Inputs::Search(inputs) => serde_json::to_value(search::search(&inputs, results, context)?),
            Inputs::Final(inputs) => serde_json::to_value(finals::finals(&inputs, results, context)?),
            Inputs::Baseline(inputs) => serde_json::to_value(finals::baseline(&inputs, context)?),
            Inputs::Cost(inputs) => serde_json::to_value(cost::cost(&inputs, results, context)?),
            Inputs::Latency(inputs) => serde_json::to_value(latency::latency(&inputs, results, context)?),
        }?)
    }

    fn observe(&self, parameters: &Value, results: &Results) -> Result<Vec<Rows>> {
        let settings = read(parameters)?;
        Ok(analysis::rows::rows(&settings, &Evidence::read(&settings, results)?))
    }
}

fn read(parameters: &Value) -> Result<Settings> {
    Settings::deserialize(parameters).context("parameters of hierarchical")
}
