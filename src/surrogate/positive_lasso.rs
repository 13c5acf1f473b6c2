//! The lasso with coefficients of at least 0: what the code of POPNAS calls NNLS.
//!
//! Tibshirani 1996, <https://doi.org/10.1111/j.2517-6161.1996.tb02080.x>. Minimises the sum of squared errors over twice
//! the number of rows plus `alpha` times the sum of the coefficients, as scikit-learn's `Lasso(positive=True)`: cyclic
//! coordinate descent (Friedman, Hastie and Tibshirani 2010, <https://doi.org/10.18637/jss.v033.i01>) until a sweep
//! moves little and the duality gap is small. Deviation: no column is screened out, as scikit-learn did before 1.8.

use serde::{Deserialize, Serialize};

use super::linear::{FittedLinear, Table};
use super::vectors::dot;
use super::{Features, FitError, Regressor};

/// The positive lasso.
///
/// Of equal columns the first takes the weight; a column of zeros (with an intercept: a constant one) has none. With
/// an intercept, a constant target or a single row gives coefficients of 0 and that target as intercept.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PositiveLasso {
    /// Weight of the penalty; above 0.
    pub alpha: f64,
    /// Whether an intercept, of any sign and without penalty, is fitted.
    pub fit_intercept: bool,
    /// A sweep moves little when no coefficient moves by more than this share of the largest; the duality gap is small
    /// below this share of the sum of squared targets (their mean taken off where an intercept is fitted).
    pub tolerance: f64,
    /// Most sweeps over all coefficients; what the last one leaves is taken as it is, where scikit-learn also warns.
    pub max_sweeps: u32,
}

impl Default for PositiveLasso {
    /// `alpha` is 0.001, as in the code of POPNAS; the rest are scikit-learn's defaults.
    fn default() -> Self {
        Self { alpha: 0.001, fit_intercept: true, tolerance: 1e-4, max_sweeps: 1000 }
    }
}

impl Regressor for PositiveLasso {
    type Fitted = FittedLinear;

    fn fit(&self, features: &Features<'_>, targets: &[f64]) -> Result<FittedLinear, FitError> {
        if !(self.alpha > 0.0 && self.alpha.is_finite()) {
            return Err(FitError::Setting("alpha of the positive lasso is not above 0 and finite"));
        }
        if !(self.tolerance >= 0.0 && self.tolerance.is_finite()) {
            return Err(FitError::Setting("the tolerance of the positive lasso is below 0 or not finite"));
        }
        let table = Table::new(features, targets, self.fit_intercept)?;
        let (squares, products) = table.products()?;
        let square = dot(&table.targets, &table.targets);
        let penalty = self.alpha * features.rows() as f64;
        let coefficients = Descent { squares, products, square, penalty }.run(self);
        table.fitted(coefficients)
    }
}

/// The problem in products of columns: half the squared error plus `penalty` times the sum of the coefficients.
struct Descent {
    squares: Vec<Vec<f64>>,
    products: Vec<f64>,
    /// Sum of the squared targets.
    square: f64,
    penalty: f64,
}

impl Descent {
    fn run(&self, settings: &PositiveLasso) -> Vec<f64> {
        let n = self.products.len();
        let mut coefficients = vec![0.0; n];
        // Products of each column with the residual.
        let mut slopes = self.products.clone();
        let small_gap =
            |coefficients: &[f64], slopes: &[f64]| self.gap(coefficients, slopes) <= settings.tolerance * self.square;
        if small_gap(&coefficients, &slopes) {
            return coefficients;
        }
        for _ in 0..settings.max_sweeps {
            let (mut largest, mut moved) = (0.0f64, 0.0f64);
            for j in 0..n {
                let (old, own) = (coefficients[j], self.squares[j][j]);
                if own == 0.0 {
                    continue;
                }
                let new = ((slopes[j] + old * own - self.penalty) / own).max(0.0);
                if new != old {
                    let row = slopes.iter_mut().zip(&self.squares[j]);
                    row.for_each(|(slope, square)| *slope -= (new - old) * square);
                    coefficients[j] = new;
                }
                (largest, moved) = (largest.max(new), moved.max((new - old).abs()));
            }
            let still = largest == 0.0 || moved / largest <= settings.tolerance;
            if still && small_gap(&coefficients, &slopes) {
                break;
            }
        }
        coefficients
    }

    /// How far the objective is at most from its minimum: its value less that of the dual at the scaled residual.
    fn gap(&self, coefficients: &[f64], slopes: &[f64]) -> f64 {
        let weighted = |values: &[f64]| coefficients.iter().zip(values).map(|(c, value)| c * value).sum::<f64>();
        // Products of the residual with the targets and with itself.
        let with_targets = self.square - weighted(&self.products);
        let with_itself = with_targets - weighted(slopes);
        let steepest = slopes.iter().fold(f64::NEG_INFINITY, |most, &slope| most.max(slope));
        let scale = if steepest > self.penalty { self.penalty / steepest } else { 1.0 };
        let sum: f64 = coefficients.iter().sum();
        0.5 * with_itself * (1.0 + scale * scale) + self.penalty * sum - scale * with_targets
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{assert_close, cells};
    use super::super::nnls::Nnls;
    use super::*;

    const THROUGH_ZERO: PositiveLasso =
        PositiveLasso { alpha: 0.001, fit_intercept: false, tolerance: 1e-4, max_sweeps: 1000 };

    fn fit(settings: PositiveLasso, table: &[f64], columns: usize, targets: &[f64]) -> FittedLinear {
        settings.fit(&Features::new(table, columns).expect("a table"), targets).expect("can be fitted")
    }

    /// scikit-learn 1.9.1, `Lasso(positive=True, alpha=0.001)`, with an intercept and without: where its descent stops.
    #[test]
    fn coefficients_are_those_of_scikit_learn() {
        let (table, targets) = cells(60);
        let fitted = fit(PositiveLasso::default(), &table, 5, &targets);
        assert_close(
            &fitted.coefficients,
            &[2.5449163313118226, 0.5920646062376356, 0.0, 0.8438889995163694, 0.1028583145545956],
            1e-12,
        );
        assert_close(&[fitted.intercept], &[8.770620882941252], 1e-12);
        assert_close(
            &fit(THROUGH_ZERO, &table, 5, &targets).coefficients,
            &[2.9009322185924358, 1.0184681977620218, 0.0, 1.4331087206037385, 0.6181312128913479],
            1e-12,
        );
    }

    /// scikit-learn 1.9.1, `Lasso(positive=True, alpha=2, tol=1e-9, max_iter=2)`, which warns: two sweeps, not more.
    #[test]
    fn a_descent_that_is_cut_short_is_where_scikit_learn_is() {
        let (table, targets) = cells(60);
        let short = PositiveLasso { alpha: 2.0, tolerance: 1e-9, max_sweeps: 2, ..PositiveLasso::default() };
        let fitted = fit(short, &table, 5, &targets);
        assert_close(
            &fitted.coefficients,
            &[2.2972933915541076, 0.3207475575615025, 0.0, 0.5136780526128544, 0.0],
            1e-12,
        );
    }

    #[test]
    fn with_a_vanishing_penalty_it_is_non_negative_least_squares() {
        let (table, targets) = cells(60);
        let exact = PositiveLasso { alpha: 1e-13, tolerance: 1e-15, ..PositiveLasso::default() };
        let nnls = Nnls::default().fit(&Features::new(&table, 5).expect("a table"), &targets).expect("can be fitted");
        assert_close(&fit(exact, &table, 5, &targets).coefficients, &nnls.coefficients, 1e-7);
    }

    /// scikit-learn 1.9.1, the same settings on the first two columns, the second twice, and one of zeros.
    #[test]
    fn the_first_of_equal_columns_takes_the_weight_and_a_column_of_zeros_none() {
        let (table, targets) = cells(12);
        let table: Vec<f64> = table.chunks(5).flat_map(|row| [row[0], row[1], row[1], 0.0]).collect();
        let fitted = fit(THROUGH_ZERO, &table, 4, &targets);
        assert_close(&fitted.coefficients, &[3.558290970701789, 2.3505505493118197, 0.0, 0.0], 1e-12);
        assert_eq!(fitted.coefficients[2..], [0.0; 2]);
    }

    #[test]
    fn a_constant_target_or_a_single_row_is_the_intercept() {
        let (table, _) = cells(10);
        let constant = fit(PositiveLasso::default(), &table, 5, &[0.1; 10]);
        assert_eq!(constant, FittedLinear { coefficients: vec![0.0; 5], intercept: 0.1 });
        let one = fit(PositiveLasso::default(), &[3.0, 4.0], 2, &[7.5]);
        assert_eq!(one, FittedLinear { coefficients: vec![0.0; 2], intercept: 7.5 });
    }

    /// scikit-learn 1.9.1 on one row without intercept.
    #[test]
    fn a_single_row_without_intercept_is_met_by_the_first_feature_but_for_the_penalty() {
        assert_close(
            &fit(THROUGH_ZERO, &[3.0, 4.0], 2, &[7.5]).coefficients,
            &[2.4998611111111106, 4.1666666667016016e-05],
            1e-12,
        );
    }

    #[test]
    fn settings_out_of_range_are_named() {
        let features = Features::new(&[1.0, 2.0], 1).expect("a table");
        let error = |settings: PositiveLasso| settings.fit(&features, &[1.0, 2.0]).expect_err("refused").to_string();
        assert!(error(PositiveLasso { alpha: 0.0, ..PositiveLasso::default() }).contains("alpha"));
        assert!(error(PositiveLasso { tolerance: f64::NAN, ..PositiveLasso::default() }).contains("tolerance"));
    }
}
