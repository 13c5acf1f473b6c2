//! What the linear regressors share: the fitted form, and the table by columns that they work on.
//!
//! Sums go over eight lanes in a fixed order, which the compiler may keep in vectors: the same bits on every machine.

use serde::{Deserialize, Serialize};

use super::{Features, FitError, Predictor, check_targets};

/// A fitted linear function: the sum of every feature times its coefficient, plus the intercept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FittedLinear {
    /// One coefficient per feature.
    pub coefficients: Vec<f64>,
    /// The prediction where all features are 0.
    pub intercept: f64,
}

impl Predictor for FittedLinear {
    fn predict(&self, row: &[f64]) -> f64 {
        assert_eq!(row.len(), self.coefficients.len(), "columns of a row");
        let sum: f64 = self.coefficients.iter().zip(row).map(|(coefficient, value)| coefficient * value).sum();
        sum + self.intercept
    }
}

/// A table by columns and its targets; their means are taken off where an intercept is wanted.
pub(super) struct Table {
    pub(super) columns: Vec<Vec<f64>>,
    pub(super) targets: Vec<f64>,
    /// What was taken off the columns; zeros without an intercept.
    means: Vec<f64>,
    mean: f64,
}

impl Table {
    pub(super) fn new(features: &Features<'_>, targets: &[f64], intercept: bool) -> Result<Self, FitError> {
        check_targets(features, targets)?;
        let mut columns: Vec<Vec<f64>> = (0..features.columns()).map(|column| features.column(column)).collect();
        let mut targets = targets.to_vec();
        let (mut means, mut mean) = (vec![0.0; columns.len()], 0.0);
        if intercept {
            means = columns.iter_mut().map(|column| centre(column)).collect();
            mean = centre(&mut targets);
        }
        Ok(Self { columns, targets, means, mean })
    }

    /// The products of every two columns, and of every column with the targets.
    pub(super) fn products(&self) -> Result<(Vec<Vec<f64>>, Vec<f64>), FitError> {
        let mut squares = vec![vec![0.0; self.columns.len()]; self.columns.len()];
        for (i, a) in self.columns.iter().enumerate() {
            for (j, b) in self.columns[..=i].iter().enumerate() {
                squares[i][j] = dot(a, b);
                squares[j][i] = squares[i][j];
            }
        }
        let products: Vec<f64> = self.columns.iter().map(|column| dot(column, &self.targets)).collect();
        match squares.iter().flatten().chain(&products).all(|value| value.is_finite()) {
            true => Ok((squares, products)),
            false => Err(FitError::Magnitude),
        }
    }

    /// The function with these coefficients and the intercept that makes its mean that of the targets.
    pub(super) fn fitted(self, coefficients: Vec<f64>) -> Result<FittedLinear, FitError> {
        let intercept = self.mean - coefficients.iter().zip(&self.means).map(|(c, mean)| c * mean).sum::<f64>();
        if !(intercept.is_finite() && coefficients.iter().all(|value| value.is_finite())) {
            return Err(FitError::Magnitude);
        }
        Ok(FittedLinear { coefficients, intercept })
    }
}

/// Take the mean off; returns it. Equal values have that value as mean, and become exactly 0.
fn centre(values: &mut [f64]) -> f64 {
    let first = values[0];
    let mean = first + values.iter().map(|value| value - first).sum::<f64>() / values.len() as f64;
    values.iter_mut().for_each(|value| *value -= mean);
    mean
}

/// The sum of products, in eight lanes that are added in pairs at the end.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    debug_assert_eq!(a.len(), b.len());
    let mut lanes = [0.0; 8];
    let (whole_a, rest_a) = a.as_chunks::<8>();
    let (whole_b, rest_b) = b.as_chunks::<8>();
    for (a, b) in whole_a.iter().zip(whole_b) {
        for lane in 0..8 {
            lanes[lane] += a[lane] * b[lane];
        }
    }
    for (lane, (a, b)) in rest_a.iter().zip(rest_b).enumerate() {
        lanes[lane] += a * b;
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + b) + (c + d)) + ((e + f) + (g + h))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn predictions_of_many_rows_are_those_of_each() {
        let fitted = FittedLinear { coefficients: vec![2.0, -0.1], intercept: 0.5 };
        let table = [1.0, 2.0, 3.0, 4.0, 0.0, 0.0];
        let features = Features::new(&table, 2).expect("a table");
        let expected: Vec<f64> = table.chunks(2).map(|row| fitted.predict(row)).collect();
        assert_eq!(fitted.predict_all(&features), expected);
        super::super::fixture::assert_close(&expected, &[2.3, 6.1, 0.5], 1e-15);
    }

    #[test]
    fn sums_of_products_count_every_element_once() {
        for n in 0..40 {
            let values: Vec<f64> = (0..n).map(f64::from).collect();
            assert_eq!(dot(&values, &vec![2.0; values.len()]), f64::from(n * (n - 1)));
        }
    }

    /// 0.1 + 0.1 + 0.1 is not 0.3 in binary: an ordinary mean would leave a rest.
    #[test]
    fn centring_equal_values_leaves_zeros() {
        let mut values = [0.1; 3];
        assert_eq!((centre(&mut values), values), (0.1, [0.0; 3]));
    }

    #[test]
    fn coefficients_that_overflow_are_an_error() {
        let features = Features::new(&[1.0, 2.0], 1).expect("a table");
        let table = Table::new(&features, &[1.0, 2.0], true).expect("a table");
        assert_eq!(table.fitted(vec![f64::INFINITY]), Err(FitError::Magnitude));
    }
}
