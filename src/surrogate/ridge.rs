//! Ridge regression: least squares with a penalty on the squares of the coefficients.
//!
//! Hoerl and Kennard 1970, <https://doi.org/10.1080/00401706.1970.10488634>. Minimises the sum of squared errors plus
//! `alpha` times the sum of squared coefficients, as scikit-learn's `Ridge`; the intercept bears no penalty. Solved by
//! Cholesky decomposition of the products of the centred columns.

use serde::{Deserialize, Serialize};

use super::linear::{FittedLinear, Table};
use super::{Features, FitError, Regressor};

/// Ridge regression with an intercept.
///
/// Collinear columns share their weight, a constant column has coefficient 0, and a constant target or a single row
/// gives coefficients of 0 and that target as intercept.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ridge {
    /// Weight of the penalty; above 0.
    pub alpha: f64,
}

impl Default for Ridge {
    /// `alpha` is 0.1, as in POPNAS.
    fn default() -> Self {
        Self { alpha: 0.1 }
    }
}

impl Regressor for Ridge {
    type Fitted = FittedLinear;

    fn fit(&self, features: &Features<'_>, targets: &[f64]) -> Result<FittedLinear, FitError> {
        if !(self.alpha > 0.0 && self.alpha.is_finite()) {
            return Err(FitError::Setting("alpha of ridge regression is not above 0 and finite"));
        }
        let table = Table::new(features, targets, true)?;
        let (mut squares, mut products) = table.products()?;
        for (diagonal, row) in squares.iter_mut().enumerate() {
            row[diagonal] += self.alpha;
        }
        solve(&mut squares, &mut products).ok_or(FitError::Magnitude)?;
        table.fitted(products)
    }
}

/// Solve `matrix x = values` in place, by Cholesky decomposition; none where rounding made `matrix` lose definiteness.
fn solve(matrix: &mut [Vec<f64>], values: &mut [f64]) -> Option<()> {
    let n = values.len();
    for i in 0..n {
        for j in 0..=i {
            let sum = (0..j).fold(matrix[i][j], |sum, k| sum - matrix[i][k] * matrix[j][k]);
            if i != j {
                matrix[i][j] = sum / matrix[j][j];
            } else if sum > 0.0 {
                matrix[i][i] = sum.sqrt();
            } else {
                return None;
            }
        }
        values[i] = (0..i).fold(values[i], |sum, k| sum - matrix[i][k] * values[k]) / matrix[i][i];
    }
    for i in (0..n).rev() {
        values[i] = (i + 1..n).fold(values[i], |sum, k| sum - matrix[k][i] * values[k]) / matrix[i][i];
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::super::Predictor as _;
    use super::super::fixture::{assert_close, cells};
    use super::*;

    fn fit(table: &[f64], columns: usize, targets: &[f64]) -> FittedLinear {
        Ridge::default().fit(&Features::new(table, columns).expect("a table"), targets).expect("can be fitted")
    }

    /// scikit-learn 1.9.1, `Ridge(alpha=0.1)` and `Ridge(alpha=50)`.
    #[test]
    fn coefficients_are_those_of_scikit_learn() {
        let (table, targets) = cells(60);
        let fitted = fit(&table, 5, &targets);
        assert_close(
            &fitted.coefficients,
            &[2.820764823729229, 0.5767443550439249, -2.2303193403405994, 1.242822363342334, 0.3045111742531446],
            1e-13,
        );
        assert_close(&[fitted.intercept], &[13.475141499915672], 1e-13);
        let features = Features::new(&table, 5).expect("a table");
        let strong = Ridge { alpha: 50.0 }.fit(&features, &targets).expect("can be fitted");
        assert_close(
            &strong.coefficients,
            &[2.4845884739908364, 0.5371071719868411, -1.8229999108276047, 1.0377585130760996, 0.23370096677407554],
            1e-13,
        );
        assert_close(&[strong.intercept], &[14.641270774721665], 1e-13);
    }

    /// scikit-learn 1.9.1, `Ridge(alpha=0.1)` on the first two columns, the second twice, and one of zeros.
    #[test]
    fn collinear_columns_share_their_weight_and_a_column_of_zeros_has_none() {
        let (table, targets) = cells(12);
        let table: Vec<f64> = table.chunks(5).flat_map(|row| [row[0], row[1], row[1], 0.0]).collect();
        let fitted = fit(&table, 4, &targets);
        assert_close(&fitted.coefficients, &[1.556644651280764, 0.18927599293035255, 0.18927599293039854, 0.0], 1e-12);
        assert_eq!(fitted.coefficients[3], 0.0);
    }

    #[test]
    fn a_constant_target_or_a_single_row_is_the_intercept() {
        let (table, _) = cells(10);
        assert_eq!(fit(&table, 5, &[0.1; 10]), FittedLinear { coefficients: vec![0.0; 5], intercept: 0.1 });
        let one = fit(&[3.0, 4.0], 2, &[7.5]);
        assert_eq!((one.coefficients.clone(), one.predict(&[0.0, 9.0])), (vec![0.0; 2], 7.5));
    }

    #[test]
    fn what_cannot_be_fitted_is_named() {
        let features = Features::new(&[1.0, 2.0], 1).expect("a table");
        for alpha in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let error = Ridge { alpha }.fit(&features, &[1.0, 2.0]).expect_err("no such penalty");
            assert!(error.to_string().contains("alpha"));
        }
        assert_eq!(Ridge::default().fit(&features, &[1.0]), Err(FitError::Targets { rows: 2, targets: 1 }));
        let huge = [1e200, 1e200, -1e200, -1e200];
        let features = Features::new(&huge, 2).expect("a table");
        assert_eq!(Ridge::default().fit(&features, &[1.0, 2.0]), Err(FitError::Magnitude));
    }
}
