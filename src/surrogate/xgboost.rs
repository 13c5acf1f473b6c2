//! Gradient-boosted trees by the real XGBoost library (Chen and Guestrin 2016, <https://doi.org/10.1145/2939672.2939785>).
//!
//! Trees grow by histograms (`tree_method=hist`) on squared errors, in one thread, with seed 0, which nothing here draws
//! from; features, targets and predictions are 32 bits wide there. On one machine the predictions are those of the
//! Python package bit for bit. Other machines may differ, unlike all other regressors: a caller that records a fit memoises
//! what `xgboost_predictions` answers.

use serde::{Deserialize, Serialize};

use super::cross_validation::CrossValidation;
use super::xgboost_library::{Booster, Matrix};
use super::{Features, FitError, Predictor, Regressor, check_targets};

/// The settings of one fit, named as the library names them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Xgboost {
    /// Least sum of weights of a leaf, here its least number of rows.
    pub min_child_weight: f64,
    /// Least gain of a split.
    pub gamma: f64,
    /// Number of trees; at least 1.
    pub n_estimators: u32,
    /// Share of a tree's prediction that is added; above 0.
    pub learning_rate: f64,
    /// Most splits between the root and a leaf of a tree; at least 1.
    pub max_depth: u32,
}

impl Xgboost {
    fn check(&self) -> Result<(), FitError> {
        let known = |value: f64| value >= 0.0 && value.is_finite();
        if self.n_estimators == 0 || self.max_depth == 0 {
            return Err(FitError::Setting("n_estimators or max_depth of XGBoost is 0; both are at least 1"));
        }
        if !(known(self.min_child_weight) && known(self.gamma)) {
            return Err(FitError::Setting("min_child_weight or gamma of XGBoost is below 0 or not finite"));
        }
        if !(known(self.learning_rate) && self.learning_rate > 0.0) {
            return Err(FitError::Setting("learning_rate of XGBoost is not above 0 and finite"));
        }
        Ok(())
    }

    fn train(&self, matrix: &Matrix) -> Result<Booster, FitError> {
        self.check()?;
        let settings = [
            ("verbosity", "0".to_owned()),
            ("nthread", "1".to_owned()),
            ("seed", "0".to_owned()),
            ("objective", "reg:squarederror".to_owned()),
            ("tree_method", "hist".to_owned()),
            ("min_child_weight", self.min_child_weight.to_string()),
            ("gamma", self.gamma.to_string()),
            ("learning_rate", self.learning_rate.to_string()),
            ("max_depth", self.max_depth.to_string()),
        ];
        Booster::train(matrix, &settings, self.n_estimators)
    }
}

impl Regressor for Xgboost {
    type Fitted = FittedXgboost;

    fn fit(&self, features: &Features<'_>, targets: &[f64]) -> Result<FittedXgboost, FitError> {
        check_targets(features, targets)?;
        let booster = self.train(&Matrix::with_targets(features, targets)?)?;
        Ok(FittedXgboost { booster, columns: features.columns(), rounds: self.n_estimators })
    }
}

/// Boosted trees, held by the library.
#[derive(Debug)]
pub struct FittedXgboost {
    booster: Booster,
    columns: usize,
    rounds: u32,
}

impl FittedXgboost {
    /// The predictions of the first `rounds` trees alone: those of a fit with so many `n_estimators`.
    ///
    /// Panics where there are not so many trees, or the rows have not as many columns as the fit had.
    pub fn predict_after(&self, rounds: u32, features: &Features<'_>) -> Result<Vec<f64>, FitError> {
        assert!((1..=self.rounds).contains(&rounds), "{rounds} rounds of {}", self.rounds);
        assert_eq!(features.columns(), self.columns, "columns of a row");
        self.booster.predict(&Matrix::new(features)?, rounds)
    }
}

impl Predictor for FittedXgboost {
    /// Panics also where the row is not finite. Slow: `predict_all` asks the library once.
    fn predict(&self, row: &[f64]) -> f64 {
        let features = Features::new(row, self.columns).expect("one row of finite features");
        self.predict_all(&features)[0]
    }

    fn predict_all(&self, features: &Features<'_>) -> Vec<f64> {
        self.predict_after(self.rounds, features).expect("the library predicts with what it has fitted")
    }
}

/// Settings to choose from: every combination of these values; the default is the grid of POPNAS (2020, section IV-B).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct XgboostGrid {
    /// Values of `min_child_weight`.
    pub min_child_weight: Vec<f64>,
    /// Values of `gamma`.
    pub gamma: Vec<f64>,
    /// Values of `n_estimators`.
    pub n_estimators: Vec<u32>,
    /// Values of `learning_rate`.
    pub learning_rate: Vec<f64>,
    /// Values of `max_depth`.
    pub max_depth: Vec<u32>,
}

impl Default for XgboostGrid {
    fn default() -> Self {
        Self {
            min_child_weight: vec![1.0, 3.0],
            gamma: vec![0.0, 1.0],
            n_estimators: vec![50, 100, 150, 250],
            learning_rate: vec![0.01, 0.05, 0.1],
            max_depth: vec![1, 2, 3, 5, 9, 13],
        }
    }
}

impl XgboostGrid {
    /// Every combination; `n_estimators` varies fastest, then `max_depth`, `learning_rate`, `gamma`.
    pub fn settings(&self) -> Vec<Xgboost> {
        let mut settings = Vec::new();
        for &min_child_weight in &self.min_child_weight {
            for &gamma in &self.gamma {
                for &learning_rate in &self.learning_rate {
                    for &max_depth in &self.max_depth {
                        let with =
                            |&n_estimators| Xgboost { min_child_weight, gamma, n_estimators, learning_rate, max_depth };
                        settings.extend(self.n_estimators.iter().map(with));
                    }
                }
            }
        }
        settings
    }
}

/// What a selection, the fit of the chosen settings to all rows, and its predictions come to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct XgboostPredictions {
    /// The settings of the lowest score; of equal ones the first.
    pub chosen: Xgboost,
    /// Their score in cross validation: the mean absolute percentage error, a fraction.
    pub score: f64,
    /// One prediction per row asked for; each is a 32-bit number.
    pub predictions: Vec<f64>,
}

/// Choose settings by cross validation, fit them to all rows and predict other rows.
///
/// Settings that differ in `n_estimators` alone share a fit. Panics where `rows` has not as many columns as `features`.
pub fn xgboost_predictions(
    grid: &XgboostGrid,
    validation: &CrossValidation,
    features: &Features<'_>,
    targets: &[f64],
    rows: &Features<'_>,
) -> Result<XgboostPredictions, FitError> {
    let settings = grid.settings();
    let selection = validation.select_by(features, targets, |known, targets, held_out| {
        let (known, held_out) = (Matrix::with_targets(known, targets)?, Matrix::new(held_out)?);
        let mut predictions = Vec::with_capacity(settings.len());
        for sharing in settings.chunk_by(|a, b| Xgboost { n_estimators: b.n_estimators, ..*a } == *b) {
            let most = sharing.iter().map(|settings| settings.n_estimators).max().expect("no chunk is empty");
            let booster = Xgboost { n_estimators: most, ..sharing[0] }.train(&known)?;
            for settings in sharing {
                settings.check()?;
                predictions.push(booster.predict(&held_out, settings.n_estimators)?);
            }
        }
        Ok(predictions)
    })?;
    let chosen = settings[selection.chosen];
    let predictions = chosen.fit(features, targets)?.predict_after(chosen.n_estimators, rows)?;
    Ok(XgboostPredictions { chosen, score: selection.score(), predictions })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::cells;
    use super::*;

    /// 60 rows and their targets, and 4 more rows.
    fn example() -> (Vec<f64>, Vec<f64>, Vec<f64>) {
        let (mut table, mut targets) = cells(64);
        let more = table.split_off(300);
        targets.truncate(60);
        (table, targets, more)
    }

    fn table(values: &[f64], columns: usize) -> Features<'_> {
        Features::new(values, columns).expect("a table")
    }

    /// The bits of predictions as 32-bit numbers, which they must be.
    fn bits(predictions: &[f64]) -> Vec<u32> {
        let bits = |&value: &f64| {
            assert_eq!(f64::from(value as f32), value);
            (value as f32).to_bits()
        };
        predictions.iter().map(bits).collect()
    }

    const SHALLOW: Xgboost =
        Xgboost { min_child_weight: 1.0, gamma: 0.0, n_estimators: 50, learning_rate: 0.1, max_depth: 3 };

    /// The xgboost package 3.2.0 of Python: `xgb.train` with the same settings, `nthread=1`, `seed=0`.
    #[test]
    fn predictions_are_those_of_the_python_package_bit_for_bit() {
        let (rows, targets, more) = example();
        let (rows, more) = (table(&rows, 5), table(&more, 5));
        let shallow = SHALLOW.fit(&rows, &targets).expect("can be fitted");
        let expected = [0x41c74a47, 0x419b085d, 0x41fd4ba5, 0x41148ec4];
        assert_eq!(bits(&shallow.predict_all(&more)), expected);
        assert_eq!(bits(&[shallow.predict(more.row(2))]), expected[2..3]);
        let deep = Xgboost { min_child_weight: 3.0, gamma: 1.0, n_estimators: 250, learning_rate: 0.05, max_depth: 13 };
        let deep = deep.fit(&rows, &targets).expect("can be fitted").predict_all(&more);
        assert_eq!(bits(&deep), [0x41ca64f8, 0x4193ada9, 0x42124990, 0x40be5908]);
    }

    /// The package's `predict(..., iteration_range=(0, 10))`, which equals a fit of 10 rounds.
    #[test]
    fn the_first_rounds_of_a_fit_predict_what_a_shorter_fit_does() {
        let (rows, targets, more) = example();
        let (rows, more) = (table(&rows, 5), table(&more, 5));
        let begun = SHALLOW.fit(&rows, &targets).expect("can be fitted").predict_after(10, &more);
        let expected = [0x41c50a3a, 0x41ca81fb, 0x41e06c14, 0x41838878];
        assert_eq!(bits(&begun.expect("predictions")), expected);
        let short = Xgboost { n_estimators: 10, ..SHALLOW }.fit(&rows, &targets).expect("can be fitted");
        assert_eq!(bits(&short.predict_all(&more)), expected);
    }

    /// The package again: of equal columns one is as good as two, and a column of zeros is never split.
    #[test]
    fn degenerate_tables_are_fitted_as_the_package_fits_them() {
        let (rows, targets, more) = example();
        let twins = |rows: &[f64]| rows.chunks(5).flat_map(|row| [row[0], row[0], 0.0]).collect::<Vec<f64>>();
        let (first, second) = (twins(&rows), twins(&more));
        let twenty = Xgboost { n_estimators: 20, ..SHALLOW };
        let fitted = twenty.fit(&table(&first, 3), &targets).expect("can be fitted");
        let predicted = bits(&fitted.predict_all(&table(&second, 3)));
        assert_eq!(predicted, [0x41b72d13, 0x41de5491, 0x420f1cdf, 0x419bcd58]);
        let (rows, more) = (table(&rows, 5), table(&more, 5));
        let constant = SHALLOW.fit(&rows, &[0.1; 60]).expect("can be fitted");
        assert_eq!(bits(&constant.predict_all(&more)), [0.1f32.to_bits(); 4]);
        let one = SHALLOW.fit(&table(rows.row(0), 5), &[35.75]).expect("can be fitted");
        assert_eq!(one.predict_all(&more), [35.75; 4]);
    }

    /// The same grid and folds in Python: scikit-learn 1.9.1 `KFold(5)` and `mean_absolute_percentage_error`.
    #[test]
    fn the_choice_from_a_grid_is_the_one_made_in_python() {
        let (rows, targets, more) = example();
        let grid = XgboostGrid {
            min_child_weight: vec![1.0, 3.0],
            gamma: vec![0.0, 1.0],
            n_estimators: vec![20, 50],
            learning_rate: vec![0.05, 0.1],
            max_depth: vec![1, 3],
        };
        let (rows, more) = (table(&rows, 5), table(&more, 5));
        let found = xgboost_predictions(&grid, &CrossValidation::default(), &rows, &targets, &more);
        let found = found.expect("can be fitted");
        assert_eq!(found.chosen, Xgboost { gamma: 1.0, ..SHALLOW });
        assert!((found.score - 0.33272432526674955).abs() < 1e-15, "{}", found.score);
        assert_eq!(bits(&found.predictions), [0x41c87203, 0x419c4aa8, 0x41fcc037, 0x410ef246]);
        let stored = serde_json::to_string(&found).expect("JSON");
        assert_eq!(serde_json::from_str::<XgboostPredictions>(&stored).expect("reads back"), found);
    }

    #[test]
    fn settings_that_share_a_fit_score_as_those_fitted_one_by_one() {
        let (rows, targets, more) = example();
        let grid = XgboostGrid {
            min_child_weight: vec![1.0],
            gamma: vec![0.0],
            n_estimators: vec![30, 10, 20],
            learning_rate: vec![0.1],
            max_depth: vec![2, 1],
        };
        let (rows, more) = (table(&rows, 5), table(&more, 5));
        let validation = CrossValidation::default();
        let together = xgboost_predictions(&grid, &validation, &rows, &targets, &more).expect("can be fitted");
        let alone = validation.select(&grid.settings(), &rows, &targets).expect("can be fitted");
        assert_eq!((together.chosen, together.score), (grid.settings()[alone.chosen], alone.score()));
    }

    #[test]
    fn the_grid_of_the_paper_has_288_settings() {
        let settings = XgboostGrid::default().settings();
        assert_eq!(settings.len(), 2 * 2 * 4 * 3 * 6);
        let first = Xgboost { learning_rate: 0.01, max_depth: 1, ..SHALLOW };
        assert_eq!(settings[..2], [first, Xgboost { n_estimators: 100, ..first }]);
    }

    #[test]
    fn settings_out_of_range_and_what_the_library_cannot_hold_are_named() {
        let features = table(&[1.0, 2.0], 1);
        let error = |settings: Xgboost| settings.fit(&features, &[1.0, 2.0]).expect_err("refused").to_string();
        assert!(error(Xgboost { n_estimators: 0, ..SHALLOW }).contains("n_estimators"));
        assert!(error(Xgboost { gamma: -1.0, ..SHALLOW }).contains("gamma"));
        assert!(error(Xgboost { min_child_weight: f64::NAN, ..SHALLOW }).contains("min_child_weight"));
        assert!(error(Xgboost { learning_rate: 0.0, ..SHALLOW }).contains("learning_rate"));
        let wide = table(&[1.0, 1e300], 1);
        assert_eq!(SHALLOW.fit(&wide, &[1.0, 2.0]).expect_err("no 32-bit number"), FitError::Magnitude);
        assert_eq!(SHALLOW.fit(&features, &[1.0]).expect_err("one"), FitError::Targets { rows: 2, targets: 1 });
        let error = SHALLOW.fit(&features, &[1.0, 1e300]).expect_err("no 32-bit target");
        assert_eq!(error, FitError::Magnitude);
    }
}
