//! How alike two configurations of the machine rank networks by their times.

use crate::latency::{Configuration, LatencyRecord};
use renas_stats::correlation::kendall_tau_b;

/// The one thing in which two configurations differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Images that pass together.
    BatchSize,
    /// Threads that compute together.
    Threads,
    /// Instruction sets and modes of libraries.
    Numerics,
}

impl Difference {
    /// All of them, in the order of tables.
    pub const ALL: [Self; 3] = [Self::BatchSize, Self::Threads, Self::Numerics];

    /// The name as it stands in names of quantities.
    pub fn name(self) -> &'static str {
        match self {
            Self::BatchSize => "batch_size",
            Self::Threads => "threads",
            Self::Numerics => "numerics",
        }
    }

    /// What differs, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::BatchSize => "batch size",
            Self::Threads => "threads",
            Self::Numerics => "numerics",
        }
    }

    /// What these configurations differ in; absent where that is more than one thing, or none.
    fn between(one: &Configuration, other: &Configuration) -> Option<Self> {
        let differs =
            [one.batch_size != other.batch_size, one.threads != other.threads, one.numerics != other.numerics];
        let mut found = Self::ALL.into_iter().zip(differs).filter(|(_, differs)| *differs);
        match (found.next(), found.next()) {
            (Some((difference, _)), None) => Some(difference),
            _ => None,
        }
    }
}

/// Two configurations, by their indices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The first.
    pub one: usize,
    /// The second, a later one.
    pub other: usize,
    /// The one thing in which they differ; absent where there are several.
    pub difference: Option<Difference>,
}

impl Pair {
    /// Kendall's tau of the times of a search's networks in the two; absent where all networks of one take equally long,
    /// and where there are fewer than two.
    pub fn kendall(&self, record: &LatencyRecord) -> Option<f64> {
        kendall_tau_b(record.seconds.get(self.one)?, record.seconds.get(self.other)?).ok()
    }
}

/// Every two of the configurations.
pub fn pairs(configurations: &[Configuration]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (other, second) in configurations.iter().enumerate() {
        for (one, first) in configurations[..other].iter().enumerate() {
            pairs.push(Pair { one, other, difference: Difference::between(first, second) });
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::settings;

    /// Two sizes of batches, numbers of threads and numerics are 8 configurations and 28 pairs; each differs from three
    /// others in one thing, which is 12 pairs, 4 for each thing.
    #[test]
    fn every_two_configurations_are_a_pair_and_some_differ_in_one_thing() {
        let configurations = settings().latency.configurations();
        let pairs = pairs(&configurations);
        assert_eq!((configurations.len(), pairs.len()), (8, 28));
        for difference in Difference::ALL {
            assert_eq!(pairs.iter().filter(|pair| pair.difference == Some(difference)).count(), 4);
        }
    }

    #[test]
    fn the_correlation_of_a_pair_is_that_of_its_two_rows() {
        let pair = Pair { one: 0, other: 2, difference: None };
        let record = |last: [f64; 3]| LatencyRecord {
            visits: Vec::new(),
            seconds: vec![vec![1.0, 2.0, 3.0], vec![3.0, 2.0, 1.0], last.to_vec()],
        };
        // Of three pairs of networks two keep their order.
        let tau = pair.kendall(&record([2.0, 1.0, 3.0])).expect("three times");
        assert!((tau - 1.0 / 3.0).abs() < 1e-15, "{tau}");
        assert_eq!(pair.kendall(&record([1.0, 1.0, 1.0])), None);
    }
}
