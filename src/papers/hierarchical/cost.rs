//! What a search costs: the device seconds of its supernet's training and of its evaluations, as they were computed.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};

use super::search::SearchRecord;
use super::supernet::{Judging, SupernetInputs, SupernetRecord};
use renas_base::digest::Digest;
use renas_harness::study::{Context, Handle, Results};
use renas_network::supernet::Choice;

const SECONDS_PER_HOUR: f64 = 3600.0;

/// What the study depends on besides the supernet and the search that it needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CostInputs {
    /// How the supernet was trained.
    pub training: SupernetInputs,
    /// How networks were judged.
    pub judging: Judging,
    /// The supernet.
    pub supernet: Handle<SupernetRecord>,
    /// The search.
    pub search: Handle<SearchRecord>,
}

/// What a search cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "device_seconds", rename_all = "snake_case", deny_unknown_fields)]
pub enum CostRecord {
    /// The profile's clock is a cost model, under which nobody looks at what was spent.
    Unmeasured,
    /// It was observed.
    Measured {
        /// Device seconds of the training of the supernet.
        supernet: f64,
        /// Device seconds of all evaluations of the search.
        search: f64,
        /// Networks that were evaluated; one that was visited again is found, not evaluated, and counts once.
        networks: usize,
    },
}

impl CostRecord {
    /// Supernet and search together, in hours of one device; absent where they were not measured.
    pub fn device_hours(&self) -> Option<f64> {
        match self {
            Self::Unmeasured => None,
            Self::Measured { supernet, search, .. } => Some((supernet + search) / SECONDS_PER_HOUR),
        }
    }
}

/// Add up what it took.
///
/// Searches that share a supernet each count its training. Objectives other than accuracy are computed, not measured, and
/// their time, like that of the evolution, is not counted.
pub fn cost(inputs: &CostInputs, results: &Results, context: &dyn Context) -> Result<CostRecord> {
    let record = results.read(&inputs.search)?;
    let weights = results.read(&inputs.supernet)?.weights;
    let mut seen: BTreeSet<Digest> = BTreeSet::new();
    let mut choices: Vec<Choice> = Vec::new();
    for visit in record {
        if seen.insert(Digest::of_value(&visit.choice)?) {
            choices.push(visit.choice);
        }
    }
    let mut tasks = vec![inputs.training.task(context)?];
    tasks.extend(inputs.judging.tasks(&inputs.judging.space.supernet(), weights, &choices, context)?);
    let Some(seconds) = context.spent_seconds(&tasks)? else { return Ok(CostRecord::Unmeasured) };
    ensure!(seconds.len() == tasks.len(), "{} tasks had {} times", tasks.len(), seconds.len());
    let (supernet, evaluations) = seconds.split_first().context("the training of the supernet took no time")?;
    Ok(CostRecord::Measured { supernet: *supernet, search: evaluations.iter().sum(), networks: choices.len() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::Arm;
    use crate::fixture::results;
    use crate::plan::{cost_study, search_study};
    use renas_harness::context::fake::TASK_SECONDS;

    #[test]
    fn a_search_costs_its_supernet_and_every_network_once() {
        let (_, results) = results();
        let record = results.read(&search_study(Arm::Nsga2, 0)).expect("own results");
        let mut distinct: Vec<Choice> = Vec::new();
        for visit in &record {
            if !distinct.contains(&visit.choice) {
                distinct.push(visit.choice.clone());
            }
        }
        let networks = distinct.len();
        assert!(networks < record.len(), "the search visits some networks again");
        let cost = results.read(&cost_study(0)).expect("own results");
        let search = networks as f64 * TASK_SECONDS;
        assert_eq!(cost, CostRecord::Measured { supernet: TASK_SECONDS, search, networks });
        assert_eq!(cost.device_hours(), Some((search + TASK_SECONDS) / 3600.0));
        assert_eq!(CostRecord::Unmeasured.device_hours(), None);
    }
}
