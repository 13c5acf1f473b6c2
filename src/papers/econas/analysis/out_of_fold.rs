//! What the trees predict of networks that they were not fitted on, network by network.
//!
//! Splits of one table are no replicates of anything; its networks are. Each network is predicted by trees fitted to four
//! fifths of the table that do not hold it, and the pairs of prediction and truth are resampled: resampling networks first
//! and fitting then would put copies of a network into both parts.

use anyhow::Result;

use crate::objectives::fit_tree;
use crate::table::Row;
use crate::variant::Variant;
use renas_base::seed::{Seed, Stream};
use renas_report::findings::Measured;
use renas_stats::summary::{mean, quantile, sorted, variance};
use renas_surrogate::Predictor;

/// Parts that a table is cut into: as many networks are fitted as the searches fit, 200 of 250.
const FOLDS: usize = 5;

/// Times that it is cut anew, so that the result hangs on no single cut.
const REPEATS: u64 = 5;

/// Fewest networks whose R squared has an interval.
const FEWEST: usize = 20;

const RESAMPLES: usize = 2_000;

/// One objective of all networks of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct OutOfFold {
    /// What was measured, one value per network.
    pub targets: Vec<f64>,
    /// The squared error of a tree that was not fitted on the network, mean over the repeats.
    pub squares: Vec<f64>,
}

/// Every objective that `variant` predicts by a tree, in their order.
pub fn out_of_fold(rows: &[Row], variant: Variant, seed: &Seed) -> Result<Vec<OutOfFold>> {
    let objectives = if variant.counts_cost() { 2 } else { 3 };
    let of = |objective: usize| {
        let targets: Vec<f64> = rows.iter().map(|row| row.objectives[objective]).collect();
        let mut squares = vec![0.0; rows.len()];
        for repeat in 0..REPEATS {
            let seed = seed.derive_indexed("repeat", repeat);
            let order = seed.stream("rows").distinct(rows.len(), rows.len());
            for fold in 0..FOLDS.min(rows.len()) {
                let in_fold = |place: &usize| place % FOLDS == fold;
                let (held_out, fitted): (Vec<usize>, Vec<usize>) = (0..rows.len()).partition(in_fold);
                let fitted: Vec<usize> = fitted.into_iter().map(|place| order[place]).collect();
                let seed = seed.derive_indexed("fold", fold as u64);
                let tree = fit_tree(rows, &fitted, objective, variant, &seed)?;
                for row in held_out.into_iter().map(|place| order[place]) {
                    let error = tree.predict(&rows[row].features) - targets[row];
                    squares[row] += error * error / REPEATS as f64;
                }
            }
        }
        Ok(OutOfFold { targets, squares })
    };
    (0..objectives).map(of).collect()
}

impl OutOfFold {
    /// R squared with its interval over networks: 0 is as good as the mean of all. Nothing of fewer than 20 networks, or
    /// where all are alike or predicted without an error.
    ///
    /// 1 - R squared is a ratio of two means; its logarithm is resampled and studentised by the delta method in each
    /// resample, since the spread of squared errors hangs on a few networks.
    pub fn r_squared(&self, name: &str) -> Option<Measured> {
        let n = self.targets.len();
        if n < FEWEST {
            return None;
        }
        let of = |draw: &mut dyn FnMut(usize) -> usize| {
            let places: Vec<usize> = (0..n).map(draw).collect();
            let targets: Vec<f64> = places.iter().map(|&place| self.targets[place]).collect();
            let middle = mean(&targets);
            let totals: Vec<f64> = targets.iter().map(|target| (target - middle) * (target - middle)).collect();
            let squares: Vec<f64> = places.iter().map(|&place| self.squares[place]).collect();
            logarithm_of_ratio(&squares, &totals)
        };
        let (centre, error) = of(&mut |place| place)?;
        let mut stream: Stream = Seed::from_number(0).derive("econas").derive("R squared").stream(name);
        let mut draw = || {
            let (value, error) = of(&mut |_| stream.below(n))?;
            Some((value - centre) / error)
        };
        let studentised: Vec<f64> = (0..RESAMPLES).filter_map(|_| draw()).collect();
        if 2 * studentised.len() < RESAMPLES {
            return None;
        }
        let ordered = sorted(&studentised);
        let [low, high] = [0.975, 0.025].map(|level| centre - quantile(&ordered, level) * error);
        let of = |logarithm: f64| 1.0 - libm::exp(logarithm);
        let interval =
            "studentised bootstrap of the logarithm of 1 - R squared over out-of-fold pairs, 2,000 resamples";
        Some(Measured::Estimate { value: of(centre), low: of(high), high: of(low), n, interval: interval.to_owned() })
    }
}

/// The logarithm of a ratio of paired means, and its standard error by the delta method.
fn logarithm_of_ratio(above: &[f64], below: &[f64]) -> Option<(f64, f64)> {
    let (up, down) = (mean(above), mean(below));
    if up <= 0.0 || down <= 0.0 {
        return None;
    }
    let residuals: Vec<f64> = above.iter().zip(below).map(|(above, below)| above / up - below / down).collect();
    let error = (variance(&residuals) / above.len() as f64).sqrt();
    (error > 0.0).then(|| (libm::log(up / down), error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use renas_stats::quality::r_squared;

    fn ends(measured: Option<Measured>) -> [f64; 3] {
        let Some(Measured::Estimate { value, low, high, .. }) = measured else { panic!("an estimate") };
        [low, value, high]
    }

    fn rows(count: usize, seed: u64) -> Vec<Row> {
        let mut stream = Seed::from_number(seed).stream("rows");
        let row = |stream: &mut Stream| {
            let features = std::array::from_fn(|_| stream.uniform());
            Row { features, objectives: [f64::from(features[2] > 0.5), stream.normal(), features[1]] }
        };
        (0..count).map(|_| row(&mut stream)).collect()
    }

    /// The value is that of `r_squared`, which is tested against scikit-learn.
    #[test]
    fn the_value_is_r_squared_of_the_pairs() {
        let targets: Vec<f64> = (0..40).map(|index| f64::from(index * 7 % 40)).collect();
        let predictions: Vec<f64> = (0..40).map(|index| f64::from(index * 7 % 40 + index % 5)).collect();
        let squares = targets.iter().zip(&predictions).map(|(left, right)| (left - right) * (left - right)).collect();
        let wanted = r_squared(&targets, &predictions).expect("forty pairs");
        let [low, value, high] = ends(OutOfFold { targets, squares }.r_squared("a"));
        assert!((value - wanted).abs() < 1e-12 && low < value && value < high && high < 1.0, "{low} {value} {high}");
    }

    /// The case of the audit: resampled splits of one table made noise look decided.
    #[test]
    fn what_the_features_determine_is_predicted_and_noise_is_not() {
        let found = out_of_fold(&rows(100, 2), Variant::Paper, &Seed::from_number(1)).expect("finite rows");
        assert!(ends(found[0].r_squared("step"))[0] > 0.5, "{found:?}");
        assert!(ends(found[1].r_squared("noise"))[2] < 0.0, "{found:?}");
        assert!(ends(found[2].r_squared("smooth"))[0] > 0.8, "{found:?}");
        assert_eq!(found[1].r_squared("noise"), found[1].r_squared("noise"));
    }

    #[test]
    fn few_networks_have_no_interval() {
        let found = out_of_fold(&rows(12, 3), Variant::Corrected, &Seed::from_number(1)).expect("finite rows");
        assert_eq!((found.len(), found[0].r_squared("few")), (2, None));
    }

    /// Normal truths that are predicted with normal errors of half their deviation: R squared is 0.75.
    #[test]
    fn nineteen_of_twenty_intervals_hold_the_truth() {
        let mut stream = Seed::from_number(5).stream("coverage");
        let holds = (0..200).filter(|index| {
            let targets: Vec<f64> = (0..60).map(|_| stream.normal()).collect();
            let squares = (0..60).map(|_| stream.normal() * 0.5).map(|error| error * error).collect();
            let [low, _, high] = ends(OutOfFold { targets, squares }.r_squared(&index.to_string()));
            (low..=high).contains(&0.75)
        });
        let count = holds.count();
        // 200 draws: three standard errors are 4.6 %.
        assert!((181..=199).contains(&count), "{count}");
    }
}
