//! Time regressors: what predicts the training time of cells with one more block from the cells so far.

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use super::cell::Cell;
use super::features::Encoding;
use renas_harness::study::{Context, Step, memoize};
use renas_surrogate::cross_validation::CrossValidation;
use renas_surrogate::nnls::Nnls;
use renas_surrogate::positive_lasso::PositiveLasso;
use renas_surrogate::ridge::Ridge;
use renas_surrogate::xgboost::{XgboostGrid, XgboostPredictions, xgboost_predictions};
use renas_surrogate::{Features, Predictor as _, Regressor};

/// A kind of regressor on features of cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegressorKind {
    /// Ridge regression, alpha 0.1.
    Ridge,
    /// Non-negative least squares; 5-fold cross validation chooses between with and without an intercept.
    Nnls,
    /// What the code calls NNLS: the positive lasso, alpha 0.001; the error on its own training rows chooses between with
    /// and without an intercept.
    Lasso,
    /// XGBoost, the best of a grid under 5-fold cross validation.
    Xgboost,
}

impl RegressorKind {
    /// All kinds, in the order of tables.
    pub const ALL: [Self; 4] = [Self::Ridge, Self::Nnls, Self::Lasso, Self::Xgboost];

    /// The name in quantities.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ridge => "ridge",
            Self::Nnls => "nnls",
            Self::Lasso => "lasso",
            Self::Xgboost => "xgboost",
        }
    }
}

/// Raised when the same rows would give other predictions.
const XGBOOST: Step = Step { name: "popnas.xgboost", version: 1 };

#[derive(Serialize)]
struct XgboostInputs<'a> {
    grid: &'a XgboostGrid,
    columns: usize,
    rows: &'a [f64],
    targets: &'a [f64],
    asked: &'a [f64],
}

/// The predicted seconds of cells.
///
/// `known` are cells with their times; `thrust` is the time of the network without cells where it is a row too.
pub fn predict<'c>(
    kind: RegressorKind,
    encoding: &Encoding,
    known: &[(&Cell, f64)],
    thrust: Option<f64>,
    asked: impl IntoIterator<Item = &'c Cell>,
    grid: &XgboostGrid,
    context: &dyn Context,
) -> Result<Vec<f64>> {
    let (rows, targets) = encoding.fitted(known, thrust);
    let asked = encoding.asked(asked);
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let columns = encoding.columns();
    let features = Features::new(&rows, columns)?;
    let questions = Features::new(&asked, columns)?;
    let validation = CrossValidation::default();
    let [with, without] = [true, false];
    Ok(match kind {
        RegressorKind::Ridge => Ridge::default().fit(&features, &targets)?.predict_all(&questions),
        RegressorKind::Nnls => {
            let grid = [Nnls { fit_intercept: with }, Nnls { fit_intercept: without }];
            let chosen = validation.select(&grid, &features, &targets)?.chosen;
            grid[chosen].fit(&features, &targets)?.predict_all(&questions)
        }
        RegressorKind::Lasso => {
            let fits = [with, without].map(|fit_intercept| {
                PositiveLasso { fit_intercept, ..PositiveLasso::default() }.fit(&features, &targets)
            });
            let [with, without] = fits;
            let (with, without) = (with?, without?);
            let errors = [&with, &without].map(|fit| mean_relative_error(&fit.predict_all(&features), &targets));
            if errors[1] < errors[0] { without.predict_all(&questions) } else { with.predict_all(&questions) }
        }
        RegressorKind::Xgboost => {
            let inputs = XgboostInputs { grid, columns, rows: &rows, targets: &targets, asked: &asked };
            let found: XgboostPredictions = memoize(context, XGBOOST, &inputs, || {
                Ok(xgboost_predictions(grid, &validation, &features, &targets, &questions)?)
            })
            .context("fitting XGBoost")?;
            found.predictions
        }
    })
}

/// The mean of |predicted - true| / true.
pub fn mean_relative_error(predicted: &[f64], truth: &[f64]) -> f64 {
    let errors = predicted.iter().zip(truth).map(|(predicted, truth)| (predicted - truth).abs() / truth);
    errors.sum::<f64>() / truth.len() as f64
}
