//! Quantities of times: how alike configurations of the machine rank networks, and what a search costs.

use super::evidence::Evidence;
use super::quantities::{Entry, MACHINE, Read, SEARCH, SUPERNET};
use crate::arm::Arm;
use crate::cost::CostRecord;
use crate::latency::{Configuration, LatencyRecord};
use crate::plan::TIMED;
use crate::settings::Settings;
use renas_base::metric::Unit;
use renas_report::catalogue::clustered;
use renas_report::findings::Measured;
use renas_report::range::Range;
use renas_stats::correlation::kendall_tau_b;

const HOURS_PER_DAY: f64 = 24.0;

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

/// Rank correlations of the times of an arm's networks between the two configurations of each pair.
fn between(evidence: &Evidence, arm: Arm, pairs: &[Pair]) -> Option<Vec<f64>> {
    let record = evidence.latency(arm)?;
    Some(pairs.iter().filter_map(|pair| pair.kendall(record)).collect())
}

/// Rank correlations of the times of an arm's networks and their multiply-adds, by configuration.
fn with_multiply_adds(record: &LatencyRecord) -> Vec<f64> {
    let multiply_adds: Vec<f64> = record.visits.iter().map(|visit| visit.price.multiply_adds as f64).collect();
    record.seconds.iter().filter_map(|seconds| kendall_tau_b(seconds, &multiply_adds).ok()).collect()
}

/// Values of one search's networks on one machine: one cluster, however many pairs it has.
fn on_one_machine(values: impl IntoIterator<Item = f64>) -> Option<Measured> {
    clustered(values.into_iter().map(|value| (0, value)))
}

/// All of them.
pub(super) fn catalogue(settings: &Settings) -> Vec<Entry> {
    const PAIR: &str = "pair of configurations";
    let entry = |name: String, label: String, over: &'static str, read: Read| Entry {
        name,
        label,
        unit: Unit::One,
        data: None,
        over: over.into(),
        cluster: MACHINE.into(),
        range: Range::CORRELATION,
        observed_time: true,
        read,
    };
    let all = pairs(&settings.latency.configurations());
    let mut entries = Vec::new();
    for arm in TIMED {
        let (name, words) = (arm.name(), "Kendall's tau of times per image in two configurations");
        let of_all = all.clone();
        let read: Read = Box::new(move |evidence| on_one_machine(between(evidence, arm, &of_all)?));
        entries.push(entry(format!("latency.kendall.{name}"), format!("{words} ({name})"), PAIR, read));
        for difference in Difference::ALL {
            let of_one: Vec<Pair> = all.iter().copied().filter(|pair| pair.difference == Some(difference)).collect();
            if of_one.is_empty() {
                continue;
            }
            let read: Read = Box::new(move |evidence| on_one_machine(between(evidence, arm, &of_one)?));
            let label = format!("{words} that differ in {} alone ({name})", difference.words());
            entries.push(entry(format!("latency.kendall.{name}.{}", difference.name()), label, PAIR, read));
        }
        let read: Read = Box::new(move |evidence| on_one_machine(with_multiply_adds(evidence.latency(arm)?)));
        let label = format!("Kendall's tau of times per image and multiply-adds ({name})");
        entries.push(entry(format!("latency.work_kendall.{name}"), label, "configuration", read));
    }
    let gain: Read = Box::new(move |evidence| {
        let (ours, others) = (evidence.latency(Arm::Nsga2)?, evidence.latency(Arm::AccuracyOnly)?);
        on_one_machine(all.iter().filter_map(|pair| Some(pair.kendall(ours)? - pair.kendall(others)?)))
    });
    let label = "Kendall's tau of times per image in two configurations: nsga2 minus accuracy_only".to_owned();
    let gain = entry("latency.gain.kendall".to_owned(), label, PAIR, gain);
    entries.push(Entry { range: Range::CORRELATION.minus(&Range::CORRELATION), ..gain });
    for (unit, per_hour) in [("hours", 1.0), ("days", 1.0 / HOURS_PER_DAY)] {
        let read: Read = Box::new(move |evidence| {
            let hours: Option<Vec<f64>> = evidence.costs.iter().map(CostRecord::device_hours).collect();
            evidence.by_supernet(hours?.into_iter().map(|hours| hours * per_hour))
        });
        let label = format!("{unit} of one device for the training of the supernet and the evaluations of nsga2");
        let entry = entry(format!("search.device_{unit}"), label, SEARCH, read);
        entries.push(Entry { range: Range::NOT_NEGATIVE, cluster: SUPERNET.into(), ..entry });
    }
    entries
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

    /// 153 pairs of 18 configurations share 10 networks and one machine: they are no 153 samples.
    #[test]
    fn pairs_of_configurations_of_one_machine_are_one_cluster() {
        let measured = on_one_machine([0.5, 1.0, 0.0]).expect("three values");
        assert_eq!(measured.cluster_values().expect("a sample").into_owned(), [0.5]);
        assert_eq!(measured.unit_values(), Some(&[0.5, 1.0, 0.0][..]));
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
