//! `Paper`: how the harness sees POPNAS.

use anyhow::{Context as _, Result};
use serde::Deserialize as _;
use serde_json::Value;

use super::analysis::evidence::Evidence;
use super::plan::{Inputs, plan};
use super::settings::{self, Settings};
use super::{ablation, analysis, clock, search};
use renas_harness::manifest::decode::Section;
use renas_harness::study::{Context, Paper, Results, Study};
use renas_observe::frame::Frame;
use renas_observe::rows::Rows;
use renas_report::findings::Findings;

/// POPNAS, Lomurno et al. 2021: progressive search of cells on the front of predicted accuracy and training time.
#[derive(Clone, Copy, Debug)]
pub struct Popnas;

impl Paper for Popnas {
    fn id(&self) -> &'static str {
        "popnas"
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
            Inputs::Ablation(inputs) => serde_json::to_value(ablation::ablation(&inputs, results, context)?),
            Inputs::Clock(inputs) => serde_json::to_value(clock::clock(&inputs, context)?),
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
    Settings::deserialize(parameters).context("parameters of popnas")
}
