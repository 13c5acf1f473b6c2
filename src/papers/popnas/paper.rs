//! `Paper`: how the harness sees POPNAS.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde::Deserialize as _;
use serde_json::Value;

use super::plan::{Inputs, plan};
use super::settings::{self, Settings};
use super::{ablation, analysis, clock, search};
use renas_harness::manifest::decode::Section;
use renas_harness::study::{Context, Paper, Results, Study};
use renas_report::catalogue::Promised;
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
            Inputs::Ablation(inputs) => serde_json::to_value(ablation::ablation(&inputs, results, context)?),
            Inputs::Clock(inputs) => serde_json::to_value(clock::clock(&inputs, context)?),
        }?)
    }

    fn analyze(&self, parameters: &Value, results: &Results) -> Result<Findings> {
        analysis::analyze(&read(parameters)?, results)
    }
}

fn read(parameters: &Value) -> Result<Settings> {
    Settings::deserialize(parameters).context("parameters of popnas")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::results;
    use renas_report::soundness::sound_ids;

    #[test]
    fn findings_are_sound_and_have_the_papers_tables_and_figures() {
        let (parameters, results) = results();
        let findings = Popnas.analyze(&parameters, &results).expect("own results");
        let ids = sound_ids(&findings);
        for id in [
            "table3_pnas",
            "table8",
            "figure4_pnas_block_sum",
            "figure5_popnas_b2",
            "figure7_popnas_b3",
            "figure8_pnas",
        ] {
            assert!(ids.contains(id), "{id}");
        }
    }
}
