//! `Paper`: how the harness sees the search in the hierarchical space.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde::Deserialize as _;
use serde_json::Value;

use super::plan::{Inputs, plan};
use super::settings::{self, Settings};
use super::{analysis, cost, finals, latency, ranking, search, sharing};
use renas_harness::manifest::decode::Section;
use renas_harness::study::{Context, Paper, Results, Study};
use renas_report::catalogue::Promised;
use renas_report::findings::Findings;

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
            Inputs::Supernet(inputs) => serde_json::to_value(sharing::train_supernet(&inputs, context)?),
            Inputs::Ranking(inputs) => serde_json::to_value(ranking::rank(&inputs, results, context)?),
            Inputs::Search(inputs) => serde_json::to_value(search::search(&inputs, results, context)?),
            Inputs::Final(inputs) => serde_json::to_value(finals::finals(&inputs, results, context)?),
            Inputs::Baseline(inputs) => serde_json::to_value(finals::baseline(&inputs, context)?),
            Inputs::Cost(inputs) => serde_json::to_value(cost::cost(&inputs, results, context)?),
            Inputs::Latency(inputs) => serde_json::to_value(latency::latency(&inputs, results, context)?),
        }?)
    }

    fn analyze(&self, parameters: &Value, results: &Results) -> Result<Findings> {
        analysis::analyze(&read(parameters)?, results)
    }
}

fn read(parameters: &Value) -> Result<Settings> {
    Settings::deserialize(parameters).context("parameters of hierarchical")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::results;
    use renas_report::soundness::sound_ids;

    #[test]
    fn findings_are_sound_and_have_every_exhibit() {
        let (parameters, results) = results();
        let findings = Hierarchical.analyze(&parameters, &results).expect("own results");
        let ids = sound_ids(&findings);
        for id in [
            "table1",
            "searches",
            "supernets",
            "operators",
            "counts",
            "full_size",
            "transfer",
            "latency",
            "latency_pairs",
            "front",
            "hypervolume",
            "ranking",
        ] {
            assert!(ids.contains(id), "{id}");
        }
    }
}
