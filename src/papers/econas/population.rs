//! What is recorded of a population: means, dispersion, hypervolume and diversity.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::genotype::Genotype;
use renas_search::hypervolume::hypervolume_3d;
use renas_stats::correlation::pearson;

/// A genotype and its objectives as the search saw them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Individual {
    /// The network.
    pub genotype: Genotype,
    /// Accuracy, introspectability, multiply-adds.
    pub objectives: [f64; 3],
}

/// Statistics of a population, one value per generation, from the random sample on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trajectory {
    /// Means of accuracy, introspectability, multiply-adds.
    pub mean: Vec<[f64; 3]>,
    /// Their population standard deviations.
    pub deviation: Vec<[f64; 3]>,
    /// Volume that the population dominates, as a fraction of the box between the reference point (accuracy 0,
    /// introspectability 0, the most multiply-adds) and the ideal one (1, 1, 0).
    pub hypervolume: Vec<f64>,
    /// Root mean square distance from the mean, in that box scaled to a unit cube.
    pub spread: Vec<f64>,
    /// Distinct genotypes, as a fraction of the population.
    pub distinct: Vec<f64>,
    /// Mean number of hidden layers.
    pub depth: Vec<f64>,
}

impl Trajectory {
    /// Append the statistics of a population; not empty.
    pub fn record(&mut self, genotypes: &[Genotype], objectives: &[[f64; 3]], most_multiply_adds: f64) {
        let count = genotypes.len() as f64;
        let mean: [f64; 3] =
            std::array::from_fn(|axis| objectives.iter().map(|point| point[axis]).sum::<f64>() / count);
        let variance: [f64; 3] = std::array::from_fn(|axis| {
            objectives.iter().map(|point| (point[axis] - mean[axis]) * (point[axis] - mean[axis])).sum::<f64>() / count
        });
        let scale = most_multiply_adds;
        let scaled: Vec<[f64; 3]> = objectives.iter().map(|&[a, i, cost]| [-a, -i, cost / scale]).collect();
        self.mean.push(mean);
        self.deviation.push(variance.map(libm::sqrt));
        self.hypervolume.push(hypervolume_3d(&scaled, &[0.0, 0.0, 1.0]));
        self.spread.push(libm::sqrt(variance[0] + variance[1] + variance[2] / (scale * scale)));
        let distinct: BTreeSet<&Genotype> = genotypes.iter().collect();
        self.distinct.push(distinct.len() as f64 / count);
        self.depth.push(genotypes.iter().map(|genotype| genotype.depth() as f64).sum::<f64>() / count);
    }
}

/// Pearson correlation of two objectives over a population; 0 where one of them does not vary.
pub fn correlation(objectives: &[[f64; 3]], first: usize, second: usize) -> f64 {
    let column = |axis: usize| -> Vec<f64> { objectives.iter().map(|point| point[axis]).collect() };
    pearson(&column(first), &column(second)).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: boxes of 0.5 x 0.5 x 0.5 and 0.25 x 1 x 0.25, which share 0.25 x 0.5 x 0.25.
    #[test]
    fn the_hypervolume_is_a_fraction_of_the_unit_box() {
        let mut trajectory = Trajectory::default();
        let genotypes = [Genotype(vec![3, 4]), Genotype(vec![3, 4, 5, 6])];
        trajectory.record(&genotypes, &[[0.5, 0.5, 100.0], [0.25, 1.0, 150.0]], 200.0);
        assert_eq!(trajectory.hypervolume, [0.125 + 0.0625 - 0.03125]);
        assert_eq!(trajectory.mean, [[0.375, 0.75, 125.0]]);
        assert_eq!(trajectory.deviation, [[0.125, 0.25, 25.0]]);
        assert_eq!(trajectory.spread, [(0.125f64 * 0.125 + 0.25 * 0.25 + 0.125 * 0.125).sqrt()]);
        assert_eq!((trajectory.distinct[0], trajectory.depth[0]), (1.0, 3.0));
    }

    #[test]
    fn a_population_of_equals_has_no_spread_and_no_correlation() {
        let mut trajectory = Trajectory::default();
        let objectives = [[0.5, 0.25, 10.0]; 3];
        trajectory.record(&[Genotype(vec![2]), Genotype(vec![2]), Genotype(vec![2])], &objectives, 20.0);
        assert_eq!((trajectory.spread[0], trajectory.distinct[0]), (0.0, 1.0 / 3.0));
        assert_eq!(correlation(&objectives, 0, 1), 0.0);
    }
}
