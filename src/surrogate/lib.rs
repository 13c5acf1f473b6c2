//! Cheap predictors of what training would give, fitted to networks that were trained.

use thiserror::Error;

pub mod cross_validation; // the settings of a grid that predict best
pub mod linear; //           the fitted form that the next three share
pub mod nnls; //             non-negative least squares
pub mod positive_lasso; //   what the code of POPNAS calls NNLS
pub mod ridge; //            ridge regression
pub mod tree; //             CART regression tree
pub mod xgboost; //          boosted trees by the real library
pub mod xgboost_library; //  where that library is, and the calls into it

mod vectors; // sums and products of columns, for wide vectors too

#[cfg(test)]
mod fixture; // numbers to compare with other libraries
#[cfg(test)]
mod oracle; //  the same formulas without any haste, to compare bits with

/// A way to predict one number from a row of features.
pub trait Regressor {
    /// What a fit gives: only that can predict.
    type Fitted: Predictor;

    /// Fit `targets[i]` to row `i` of `features`. Pure: the same input gives the same fit.
    fn fit(&self, features: &Features<'_>, targets: &[f64]) -> Result<Self::Fitted, FitError>;
}

/// A fitted regressor.
pub trait Predictor {
    /// The prediction for one row of features. Panics where the row has not as many columns as the fit had.
    fn predict(&self, row: &[f64]) -> f64;

    /// The predictions for all rows.
    fn predict_all(&self, features: &Features<'_>) -> Vec<f64> {
        (0..features.rows()).map(|row| self.predict(features.row(row))).collect()
    }
}

/// `n` rows x `d` columns of finite numbers, row by row; at least one of each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Features<'a> {
    values: &'a [f64],
    columns: usize,
}

impl<'a> Features<'a> {
    /// Check the shape and the values of a table given row by row.
    pub fn new(values: &'a [f64], columns: usize) -> Result<Self, FitError> {
        if columns == 0 || values.is_empty() {
            return Err(FitError::Empty);
        }
        if !values.len().is_multiple_of(columns) {
            return Err(FitError::Ragged { values: values.len(), columns });
        }
        if let Some(place) = values.iter().position(|value| !value.is_finite()) {
            return Err(FitError::Feature { row: place / columns, column: place % columns });
        }
        Ok(Self { values, columns })
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.values.len() / self.columns
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// One row.
    pub fn row(&self, row: usize) -> &'a [f64] {
        &self.values[row * self.columns..][..self.columns]
    }

    /// One column.
    fn column(&self, column: usize) -> Vec<f64> {
        self.values[column..].iter().step_by(self.columns).copied().collect()
    }

    /// The values of some rows, row by row.
    fn gather(&self, rows: &[usize]) -> Vec<f64> {
        rows.iter().flat_map(|&row| self.row(row)).copied().collect()
    }

    /// One value.
    pub fn value(&self, row: usize, column: usize) -> f64 {
        self.values[row * self.columns + column]
    }
}

/// Check that there is one finite target for every row.
fn check_targets(features: &Features<'_>, targets: &[f64]) -> Result<(), FitError> {
    if targets.len() != features.rows() {
        return Err(FitError::Targets { rows: features.rows(), targets: targets.len() });
    }
    match targets.iter().position(|target| !target.is_finite()) {
        Some(row) => Err(FitError::Target { row }),
        None => Ok(()),
    }
}

/// Nothing can be fitted to this.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FitError {
    /// No rows or no columns.
    #[error("no rows or no columns to fit")]
    Empty,
    /// The values do not fill whole rows.
    #[error("{values} values do not make rows of {columns} columns")]
    Ragged {
        /// Number of values.
        values: usize,
        /// Columns of a row.
        columns: usize,
    },
    /// A feature is not finite.
    #[error("feature {column} of row {row} is not finite")]
    Feature {
        /// Row, from 0.
        row: usize,
        /// Column, from 0.
        column: usize,
    },
    /// A target is not finite.
    #[error("the target of row {row} is not finite: give a failed network its worst value first")]
    Target {
        /// Row, from 0.
        row: usize,
    },
    /// Rows and targets differ in number.
    #[error("{rows} rows of features, but {targets} targets")]
    Targets {
        /// Rows of features.
        rows: usize,
        /// Targets.
        targets: usize,
    },
    /// Squares of the numbers overflow, or their differences are lost beside them.
    #[error("features or targets are too large, or too different in size, to be fitted: scale them first")]
    Magnitude,
    /// A library outside of renas is missing or refused.
    #[error("{0}")]
    Library(String),
    /// A setting of the regressor is out of range.
    #[error("{0}")]
    Setting(&'static str),
}
