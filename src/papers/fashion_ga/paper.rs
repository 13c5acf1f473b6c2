//! `Paper`: how the harness sees the search on Fashion-MNIST.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde::Deserialize as _;
use serde_json::Value;

use super::plan::{Inputs, plan};
use super::settings::{self, Settings};
use super::{activations, analysis, best, filters, search};
use renas_harness::manifest::decode::Section;
use renas_harness::study::{Context, Paper, Results, Study};
use renas_report::catalogue::Promised;
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

    fn quantities(&self, parameters: &Value) -> Result<Vec<Promised>> {
        Ok(analysis::quantities::promised(&read(parameters)?))
    }

    fn clusters(&self, parameters: &Value) -> Result<BTreeMap<String, usize>> {
        Ok(analysis::quantities::clusters(&read(parameters)?))
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
    use super::*;
    use crate::fixture::results;
    use renas_report::soundness::sound_ids;

    #[test]
    fn findings_are_sound_and_have_every_exhibit() {
        let (parameters, results) = results();
        let findings = FashionGa.analyze(parameters, results).expect("own results");
        let ids = sound_ids(&findings);
        for id in [
            "table1",
            "arms",
            "revisits",
            "best",
            "genomes",
            "depth",
            "depth_sigmoid",
            "correlations",
            "activations",
            "filters",
            "best_so_far",
            "best_so_far_mutations",
            "best_in_time",
            "best_in_time_mutations",
            "accuracy_parameters",
            "accuracy_depth",
            "accuracy_functions",
            "time_filters",
            "best_network",
            "best_accuracy",
            "best_loss",
        ] {
            assert!(ids.contains(id), "{id}");
        }
    }
}
