//! What the linear regressors share: the fitted form, and the table by columns that they work on.

use serde::{Deserialize, Serialize};

use super::vectors::dots;
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

    fn predict_all(&self, features: &Features<'_>) -> Vec<f64> {
        /// Rows side by side: a row alone waits for each of its additions.
        const GROUP: usize = 4;
        let columns = self.coefficients.len();
        assert_eq!(features.columns, columns, "columns of a row");
        let mut predictions = Vec::with_capacity(features.rows());
        let mut groups = features.values.chunks_exact(GROUP * columns);
        for rows in groups.by_ref() {
            let rows: [&[f64]; GROUP] = std::array::from_fn(|row| &rows[row * columns..][..columns]);
            let mut sums = [-0.0; GROUP]; // as `Iterator::sum` begins
            for (column, coefficient) in self.coefficients.iter().enumerate() {
                for (sum, row) in sums.iter_mut().zip(rows) {
                    *sum += coefficient * row[column];
                }
            }
            predictions.extend(sums.map(|sum| sum + self.intercept));
        }
        predictions.extend(groups.remainder().chunks_exact(columns).map(|row| self.predict(row)));
        predictions
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
        let mut targets = targets.to_vec();
        let (mut means, mut mean) = (vec![0.0; features.columns()], 0.0);
        if intercept {
            means = column_means(features);
            mean = centre(&mut targets);
        }
        let columns = columns_less(features, &means);
        Ok(Self { columns, targets, means, mean })
    }

    /// The products of every two columns, and of every column with the targets.
    pub(super) fn products(&self) -> Result<(Vec<Vec<f64>>, Vec<f64>), FitError> {
        let mut squares = vec![vec![0.0; self.columns.len()]; self.columns.len()];
        for (i, column) in self.columns.iter().enumerate() {
            for (j, square) in dots(column, &self.columns[..=i]).into_iter().enumerate() {
                (squares[i][j], squares[j][i]) = (square, square);
            }
        }
        let products = dots(&self.targets, &self.columns);
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

/// The mean of every column; equal values have that value as mean.
fn column_means(features: &Features<'_>) -> Vec<f64> {
    let (n, first) = (features.rows() as f64, features.row(0));
    let mut sums = vec![0.0; first.len()];
    // Row by row: the sums of the columns do not wait for each other.
    for row in features.values.chunks_exact(first.len()) {
        sums.iter_mut().zip(row).zip(first).for_each(|((sum, value), first)| *sum += value - first);
    }
    sums.iter().zip(first).map(|(sum, first)| first + sum / n).collect()
}

/// The columns, less a number each.
fn columns_less(features: &Features<'_>, means: &[f64]) -> Vec<Vec<f64>> {
    /// Rows that are read once for all columns.
    const ROWS: usize = 64;
    // Not `vec![...; n]`: copies of an empty list have no room.
    let mut columns: Vec<Vec<f64>> = means.iter().map(|_| Vec::with_capacity(features.rows())).collect();
    for rows in features.values.chunks(ROWS * means.len()) {
        for (place, (column, mean)) in columns.iter_mut().zip(means).enumerate() {
            column.extend(rows.chunks_exact(means.len()).map(|row| row[place] - mean));
        }
    }
    columns
}

/// Take the mean off; returns it. Equal values have that value as mean, and become exactly 0.
fn centre(values: &mut [f64]) -> f64 {
    let first = values[0];
    let mean = first + values.iter().map(|value| value - first).sum::<f64>() / values.len() as f64;
    values.iter_mut().for_each(|value| *value -= mean);
    mean
}

#[cfg(test)]
mod tests {
    use super::super::oracle::{self, bits, centred, predictions, tables};
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
    fn tables_products_and_predictions_have_the_bits_of_columns_one_by_one() {
        for (table, columns, targets) in tables("linear", 300, 200) {
            let features = Features::new(&table, columns).expect("a table");
            for intercept in [false, true] {
                let table = Table::new(&features, &targets, intercept).expect("a table");
                let (squares, products) = table.products().expect("small numbers");
                let centred = |values: Vec<f64>| if intercept { centred(&values) } else { (values, 0.0) };
                for i in 0..columns {
                    let (column, mean) = centred(features.column(i));
                    assert_eq!((bits(&table.columns[i]), table.means[i].to_bits()), (bits(&column), mean.to_bits()));
                    assert_eq!(products[i].to_bits(), oracle::dot(&column, &table.targets).to_bits());
                    let expected: Vec<f64> = table.columns.iter().map(|other| oracle::dot(&column, other)).collect();
                    assert_eq!(bits(&squares[i]), bits(&expected));
                }
                assert_eq!(bits(&table.targets), bits(&centred(targets.clone()).0));
            }
            let fitted = FittedLinear { coefficients: table[..columns].to_vec(), intercept: -0.0 };
            assert_eq!(bits(&fitted.predict_all(&features)), bits(&predictions(&fitted, &features)));
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
