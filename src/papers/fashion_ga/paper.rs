//! `Paper`: how the harness sees the search on Fashion-MNIST.

use anyhow::{Context as _, Result};
use serde::Deserialize as _;
use serde_json::Value;

use super::analysis::evidence::Evidence;
use super::plan::{Inputs, plan};
use super::settings::{self, Settings};
use super::{activations, analysis, best, filters, search};
use renas_harness::manifest::decode::Section;
use renas_harness::study::{Context, Paper, Results, Study};
use renas_observe::frame::Frame;
use renas_observe::rows::Rows;
use renas_report::findings::Findings;

/// Iyer, Budhwani and Srivastava 2021: aging evolution of sequential convolutional networks.
#[derive(Clone, Copy, Debug)]
pub struct FashionGa;

impl Paper for FashionGa {
    fn id(&self) -> &'static str {
        "fashion_ga"
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
            Inputs::Search(inputs) => serde_json::to_value(search::search(&inputs, context)?),
            Inputs::Times(inputs) => serde_json::to_value(search::times(&inputs, results, context)?),
            Inputs::Activations(inputs) => serde_json::to_value(activations::activations(&inputs, context)?),
            Inputs::Filters(inputs) => serde_json::to_value(filters::filters(&inputs, context)?),
            Inputs::Best(inputs) => serde_json::to_value(best::best(&inputs, results, context)?),
        }?)
    }

    fn observe(&self, parameters: &Value, results: &Results) -> Result<Vec<Rows>> {
        let settings = read(parameters)?;
        Ok(analysis::rows::rows(&settings, &Evidence::read(&settings, results)?))
    }

    fn analyze(&self, parameters: &Value, results: &Results) -> Result<Findings> {
        analysis::analyze(&read(parameters)?, results)
    }
}

fn read(parameters: &Value) -> Result<Settings> {
    Settings::deserialize(parameters).context("parameters of fashion_ga")
}
