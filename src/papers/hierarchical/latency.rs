//! Times of one search's networks at several sizes of batches: whether what is fast in one setting is fast in another.
//!
//! The paper claims transfer across hardware platforms; one machine is one platform, and sizes of batches are as far as
//! its settings go.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::search::{SearchRecord, Visit};
use super::space::Space;
use super::trainer::Trainer;
use crate::harness::study::{Context, Results};
use crate::network::spec::NetworkSpec;
use crate::search::pareto::non_dominated_sort;

/// What the study depends on besides the search that it needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LatencyInputs {
    /// Id of the search.
    pub search: String,
    /// The space of the search.
    pub space: Space,
    /// Most networks that are timed.
    pub networks: usize,
    /// Images per step.
    pub batch_sizes: Vec<usize>,
    /// How they are trained while they are timed.
    pub trainer: Trainer,
}

/// The networks, and their times.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LatencyRecord {
    /// The networks.
    pub visits: Vec<Visit>,
    /// Seconds of a training step per image: for each size of batches, one number per network.
    pub seconds: Vec<Vec<f64>>,
}

/// Time the search's best networks: those of its front of all three objectives, in the order of their multiply-adds, as
/// many as are asked for at equal distances in that order.
pub fn latency(inputs: &LatencyInputs, results: &Results, context: &dyn Context) -> Result<LatencyRecord> {
    let visits = spread(front(&results.read::<SearchRecord>(&inputs.search)?), inputs.networks);
    let supernet = inputs.space.supernet();
    let path = |visit: &Visit| supernet.path(&visit.choice);
    let networks: Vec<NetworkSpec> = visits.iter().map(path).collect::<Result<_, _>>()?;
    let seconds = |&size: &usize| inputs.trainer.seconds_per_image(&networks, size, context);
    let seconds = inputs.batch_sizes.iter().map(seconds).collect::<Result<_>>()?;
    Ok(LatencyRecord { visits, seconds })
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
    use crate::network::supernet::Choice;
    use crate::papers::hierarchical::objectives::Price;

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
