//! How much of the spread between searches comes from the search, and how much from the rows its trees are fitted on.
//!
//! A balanced one-way design: several searches on each of several samples of rows. Analysis of variance, for example
//! Searle, Casella and McCulloch 1992, <https://doi.org/10.1002/9780470316856>, section 3.5.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::search::{SearchInputs, search_on};
use super::table::Row;
use renas_base::seed::Seed;
use renas_stats::bootstrap::Bootstrap;
use renas_stats::summary::Interval;

/// What a study of variance components depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComponentInputs {
    /// The search; its seed is the root of all of them.
    pub search: SearchInputs,
    /// Samples of rows.
    pub row_samples: usize,
    /// Searches on each.
    pub searches: usize,
    /// Bootstrap resamples, over samples of rows.
    pub resamples: usize,
}

/// The standard deviations of one objective's final mean, by cause.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Components {
    /// Between searches on the same rows.
    pub search: Component,
    /// Between samples of rows, the search's share taken off; 0 where nothing remains.
    pub rows: Component,
    /// Number of samples of rows.
    pub row_samples: usize,
}

/// A standard deviation with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// The estimate.
    pub value: f64,
    /// Its 95 % bootstrap interval.
    pub interval: Interval,
}

/// Components of accuracy, introspectability and multiply-adds, in this order; the result of the study.
pub fn components(inputs: &ComponentInputs, rows: &[Row]) -> Result<Vec<Components>> {
    let root = inputs.search.seed;
    let mut groups: Vec<Vec<[f64; 3]>> = Vec::with_capacity(inputs.row_samples);
    for group in 0..inputs.row_samples as u64 {
        let seed = root.derive_indexed("rows", group);
        let run = |index: usize| {
            let record = search_on(&inputs.search, rows, &seed, &seed.derive_indexed("search", index as u64))?;
            Ok(record.trajectory.mean.last().copied().unwrap_or_default())
        };
        groups.push((0..inputs.searches).map(run).collect::<Result<_>>()?);
    }
    (0..3).map(|objective| of_objective(&groups, objective, inputs.resamples, &root)).collect()
}

fn of_objective(groups: &[Vec<[f64; 3]>], objective: usize, resamples: usize, root: &Seed) -> Result<Components> {
    let values: Vec<Vec<f64>> =
        groups.iter().map(|group| group.iter().map(|means| means[objective]).collect()).collect();
    let bootstrap = Bootstrap { resamples, ..Bootstrap::default() };
    let seed = root.derive_indexed("bootstrap", objective as u64);
    let component = |purpose: &str, part: fn([f64; 2]) -> f64| -> Result<Component> {
        let statistic = |sample: &[Vec<f64>]| Some(part(deviations(sample)));
        let interval = bootstrap.of(&values, statistic, &mut seed.stream(purpose))?;
        Ok(Component { value: part(deviations(&values)), interval })
    };
    Ok(Components {
        search: component("search", |[search, _]| search)?,
        rows: component("rows", |[_, rows]| rows)?,
        row_samples: groups.len(),
    })
}

/// Standard deviation within groups, and between them beyond what the former explains.
fn deviations(groups: &[Vec<f64>]) -> [f64; 2] {
    let size = groups[0].len() as f64;
    let count = groups.len() as f64;
    let means: Vec<f64> = groups.iter().map(|group| group.iter().sum::<f64>() / size).collect();
    let grand = means.iter().sum::<f64>() / count;
    let between = size * means.iter().map(|mean| (mean - grand) * (mean - grand)).sum::<f64>() / (count - 1.0);
    let squares =
        |(group, mean): (&Vec<f64>, &f64)| group.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>();
    let within = groups.iter().zip(&means).map(squares).sum::<f64>() / (count * (size - 1.0));
    [libm::sqrt(within), libm::sqrt(((between - within) / size).max(0.0))]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SciPy 1.17.1: `f_oneway([1,2,3], [2,4,6], [7,8,9]).statistic` is 14 = 28 / 2, the ratio of the mean squares.
    #[test]
    fn components_are_those_of_the_analysis_of_variance() {
        let groups = vec![vec![1.0, 2.0, 3.0], vec![2.0, 4.0, 6.0], vec![7.0, 8.0, 9.0]];
        let [search, rows] = deviations(&groups);
        assert!((search * search - WITHIN).abs() < 1e-12, "{search}");
        assert!((rows * rows - (14.0 * WITHIN - WITHIN) / 3.0).abs() < 1e-12, "{rows}");
    }

    /// NumPy 2.4.6: `g.var(axis=1, ddof=1).mean()`.
    const WITHIN: f64 = 2.0;

    #[test]
    fn groups_that_differ_less_than_their_members_have_no_component() {
        assert_eq!(deviations(&[vec![1.0, 9.0], vec![2.0, 8.0], vec![9.0, 1.0]])[1], 0.0);
    }
}
