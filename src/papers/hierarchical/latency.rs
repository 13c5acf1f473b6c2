//! Times of one search's networks in several configurations of one machine: whether what is fast in one is fast in another.
//!
//! The paper claims transfer across hardware platforms. One machine is one platform; sizes of batches, threads and
//! instruction sets are as far as its configurations go.

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

use super::search::{SearchRecord, Visit};
use super::space::Space;
use renas_base::seed::Seed;
use renas_harness::study::{Context, Handle, Inference, Results};
use renas_network::spec::NetworkSpec;
use renas_search::pareto::non_dominated_sort;
use renas_task::numerics::Numerics;

/// A way to run networks on one machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Configuration {
    /// Images that pass together.
    pub batch_size: usize,
    /// Threads that compute together.
    pub threads: usize,
    /// Instruction sets and modes of libraries.
    pub numerics: Numerics,
}

impl Configuration {
    /// The configuration in words.
    pub fn words(&self) -> String {
        let threads = if self.threads == 1 { "1 thread".to_owned() } else { format!("{} threads", self.threads) };
        format!("{} images, {threads}, {}", self.batch_size, self.numerics.name())
    }
}

/// What the study depends on besides the search that it needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LatencyInputs {
    /// The search.
    pub search: Handle<SearchRecord>,
    /// The space of the search.
    pub space: Space,
    /// Most networks that are timed.
    pub networks: usize,
    /// How they run.
    pub configurations: Vec<Configuration>,
    /// Root of weights and images.
    pub seed: Seed,
}

/// The networks, and their times.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LatencyRecord {
    /// The networks.
    pub visits: Vec<Visit>,
    /// Seconds of a forward pass per image: for each configuration, one number per network.
    pub seconds: Vec<Vec<f64>>,
}

/// Time the search's best networks: those of its front of all three objectives, in the order of their multiply-adds, as
/// many as are asked for at equal distances in that order.
pub fn latency(inputs: &LatencyInputs, results: &Results, context: &dyn Context) -> Result<LatencyRecord> {
    let visits = spread(front(&results.read(&inputs.search)?), inputs.networks);
    let supernet = inputs.space.supernet();
    let path = |visit: &Visit| supernet.path(&visit.choice);
    let networks: Vec<NetworkSpec> = visits.iter().map(path).collect::<Result<_, _>>()?;
    let inference = |configuration: &Configuration| {
        let Configuration { batch_size, threads, numerics } = *configuration;
        Inference { networks: networks.clone(), batch_size, threads, numerics, seed: inputs.seed }
    };
    let inferences: Vec<Inference> = inputs.configurations.iter().map(inference).collect();
    let passes = context.latencies(&inferences)?;
    ensure!(passes.len() == inferences.len(), "{} inferences had {} answers", inferences.len(), passes.len());
    let per_image = |(passes, inference): (Vec<f64>, &Inference)| {
        passes.into_iter().map(|seconds| seconds / inference.batch_size as f64).collect()
    };
    Ok(LatencyRecord { visits, seconds: passes.into_iter().zip(&inferences).map(per_image).collect() })
}

/// The networks of a search that no other of it dominates, each once, by multiply-adds.
pub fn front(record: &[Visit]) -> Vec<Visit> {
    let objectives: Vec<[f64; 3]> = record.iter().map(Visit::objectives).collect();
    let mut front: Vec<Visit> = Vec::new();
    for &index in non_dominated_sort(&objectives).first() {
        if !front.iter().any(|visit| visit.choice == record[index].choice) {
            front.push(record[index].clone());
        }
    }
    front.sort_by_key(|visit| visit.price.multiply_adds);
    front
}

/// `count` of the items at equal distances, the first and the last among them; all where there are not more.
fn spread<T>(items: Vec<T>, count: usize) -> Vec<T> {
    let last = items.len().saturating_sub(1);
    if items.len() <= count {
        return items;
    }
    let kept: Vec<usize> = (0..count).map(|place| place * last / (count - 1).max(1)).collect();
    items.into_iter().enumerate().filter(|(index, _)| kept.contains(index)).map(|(_, item)| item).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objectives::Price;
    use renas_network::supernet::Choice;

    #[test]
    fn items_are_spread_from_the_first_to_the_last() {
        assert_eq!(spread((0..10).collect(), 4), [0, 3, 6, 9]);
        assert_eq!(spread((0..10).collect(), 1), [0]);
        assert_eq!(spread(vec![1, 2], 4), [1, 2]);
        assert!(spread(Vec::<usize>::new(), 4).is_empty());
    }

    #[test]
    fn a_front_has_each_network_once_by_multiply_adds() {
        let visit = |width, accuracy, multiply_adds| Visit {
            choice: Choice { width, slots: Vec::new() },
            accuracy,
            price: Price { parameters: 1, multiply_adds, peak: 1 },
        };
        let record = [visit(0, 0.75, 30), visit(1, 0.5, 10), visit(0, 0.75, 30), visit(2, 0.5, 20)];
        assert_eq!(front(&record), [record[1].clone(), record[0].clone()]);
    }
}
