//! Cross validation: the settings of a grid that predict best what they were not fitted to.
//!
//! Rows are divided into folds; each fold is predicted by a fit to all others. A setting's score is the mean over folds
//! of the mean absolute percentage error, as scikit-learn's `GridSearchCV(scoring="neg_mean_absolute_percentage_error")`
//! has it with the sign turned. Deviation: where there are fewer rows than folds, every row is a fold.

use serde::{Deserialize, Serialize};

use super::{Features, FitError, Predictor, Regressor, check_targets};
use renas_base::seed::Seed;

/// How rows are divided; the default is 5 folds of neighbouring rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrossValidation {
    /// Number of folds; at least 2.
    pub folds: usize,
    /// Which rows share a fold.
    pub order: FoldOrder,
}

impl Default for CrossValidation {
    fn default() -> Self {
        Self { folds: 5, order: FoldOrder::Contiguous }
    }
}

/// Which rows share a fold. Sizes differ by 1 at most; the first folds are the larger ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FoldOrder {
    /// Neighbours, as scikit-learn's `KFold` without shuffling.
    Contiguous,
    /// Neighbours after a shuffle with the stream `folds` of the seed.
    Shuffled(Seed),
}

/// What cross validation chose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selection {
    /// Place in the grid of the setting with the lowest score; of equal ones the first.
    pub chosen: usize,
    /// The score of every setting; a fraction, lower is better.
    pub scores: Vec<f64>,
}

impl Selection {
    /// The lowest score.
    pub fn score(&self) -> f64 {
        self.scores[self.chosen]
    }
}

impl CrossValidation {
    /// Score every regressor of a grid.
    pub fn select<R: Regressor>(
        &self,
        grid: &[R],
        features: &Features<'_>,
        targets: &[f64],
    ) -> Result<Selection, FitError> {
        self.select_by(features, targets, |known, targets, held_out| {
            grid.iter().map(|regressor| Ok(regressor.fit(known, targets)?.predict_all(held_out))).collect()
        })
    }

    /// Score settings that are fitted together: `predict` receives the known rows, their targets and the rows held out,
    /// and answers for every setting the predictions of the latter.
    pub fn select_by(
        &self,
        features: &Features<'_>,
        targets: &[f64],
        mut predict: impl FnMut(&Features<'_>, &[f64], &Features<'_>) -> Result<Vec<Vec<f64>>, FitError>,
    ) -> Result<Selection, FitError> {
        check_targets(features, targets)?;
        let folds = self.held_out(features.rows())?;
        let mut scores: Vec<f64> = Vec::new();
        for held_out in &folds {
            let known: Vec<usize> = (0..features.rows()).filter(|row| !held_out.contains(row)).collect();
            let of = |rows: &[usize]| rows.iter().map(|&row| targets[row]).collect::<Vec<f64>>();
            let (known_values, held_out_values) = (features.gather(&known), features.gather(held_out));
            let known_features = Features::new(&known_values, features.columns())?;
            let held_out_features = Features::new(&held_out_values, features.columns())?;
            let predictions = predict(&known_features, &of(&known), &held_out_features)?;
            scores.resize(predictions.len(), 0.0);
            for (score, predictions) in scores.iter_mut().zip(&predictions) {
                *score += mean_absolute_percentage_error(&of(held_out), predictions) / folds.len() as f64;
            }
        }
        let best = (0..scores.len()).min_by(|&a, &b| scores[a].total_cmp(&scores[b]));
        let chosen = best.ok_or(FitError::Setting("there is nothing to choose from: the grid has no settings"))?;
        Ok(Selection { chosen, scores })
    }

    /// The rows of every fold, ascending.
    fn held_out(&self, rows: usize) -> Result<Vec<Vec<usize>>, FitError> {
        if self.folds < 2 {
            return Err(FitError::Setting("cross validation needs at least 2 folds"));
        }
        if rows < 2 {
            return Err(FitError::Setting("cross validation needs at least 2 rows: one to fit and one to predict"));
        }
        let mut order: Vec<usize> = (0..rows).collect();
        if let FoldOrder::Shuffled(seed) = self.order {
            seed.stream("folds").shuffle(&mut order);
        }
        let folds = self.folds.min(rows);
        let mut rest = &order[..];
        let next = |fold: usize| {
            let (held_out, after) = rest.split_at(rows / folds + usize::from(fold < rows % folds));
            rest = after;
            let mut held_out = held_out.to_vec();
            held_out.sort_unstable();
            held_out
        };
        Ok((0..folds).map(next).collect())
    }
}

/// The mean of the distances between target and prediction, each as a fraction of the target.
///
/// A target of 0 counts as 2.2e-16, as in scikit-learn. NaN where there are no targets.
pub fn mean_absolute_percentage_error(targets: &[f64], predictions: &[f64]) -> f64 {
    assert_eq!(targets.len(), predictions.len(), "one prediction per target");
    let errors = targets
        .iter()
        .zip(predictions)
        .map(|(target, prediction)| (prediction - target).abs() / target.abs().max(f64::EPSILON));
    errors.sum::<f64>() / targets.len() as f64
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{assert_close, cells};
    use super::super::nnls::Nnls;
    use super::super::ridge::Ridge;
    use super::*;

    fn shuffled(folds: usize) -> CrossValidation {
        CrossValidation { folds, order: FoldOrder::Shuffled(Seed::from_number(1)) }
    }

    /// scikit-learn 1.9.1, `GridSearchCV(Ridge(), {"alpha": [100, 0.1, 10]}, cv=5,
    /// scoring="neg_mean_absolute_percentage_error")`.
    #[test]
    fn scores_and_choice_are_those_of_scikit_learn() {
        let (table, targets) = cells(33);
        let features = Features::new(&table, 5).expect("a table");
        let grid = [100.0, 0.1, 10.0].map(|alpha| Ridge { alpha });
        let selection = CrossValidation::default().select(&grid, &features, &targets).expect("can be fitted");
        assert_close(&selection.scores, &[0.4324428426574083, 0.2786018971028732, 0.30042628119968884], 1e-12);
        assert_eq!((selection.chosen, selection.score()), (1, selection.scores[1]));
    }

    #[test]
    fn an_intercept_is_chosen_where_the_targets_have_one() {
        let (table, targets) = cells(40);
        let raised: Vec<f64> = targets.iter().map(|target| target + 100.0).collect();
        let grid = [Nnls { fit_intercept: false }, Nnls { fit_intercept: true }];
        let features = Features::new(&table, 5).expect("a table");
        for validation in [CrossValidation::default(), shuffled(5)] {
            assert_eq!(validation.select(&grid, &features, &raised).expect("can be fitted").chosen, 1);
        }
    }

    #[test]
    fn of_equal_scores_the_first_is_chosen() {
        let (table, targets) = cells(20);
        let grid = [Ridge { alpha: 1e6 }, Ridge { alpha: 0.1 }, Ridge { alpha: 0.1 }];
        let features = Features::new(&table, 5).expect("a table");
        assert_eq!(CrossValidation::default().select(&grid, &features, &targets).expect("can be fitted").chosen, 1);
    }

    #[test]
    fn every_row_is_held_out_once_and_the_first_folds_are_the_larger() {
        let folds = CrossValidation { folds: 3, ..CrossValidation::default() }.held_out(8).expect("enough rows");
        assert_eq!(folds, [vec![0, 1, 2], vec![3, 4, 5], vec![6, 7]]);
        let folds = shuffled(3).held_out(8).expect("enough rows");
        assert_eq!(folds.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 2]);
        let mut rows = folds.concat();
        assert!(!rows.is_sorted() && folds.iter().all(|fold| fold.is_sorted()));
        rows.sort_unstable();
        assert_eq!(rows, (0..8).collect::<Vec<_>>());
    }

    #[test]
    fn fewer_rows_than_folds_are_held_out_one_by_one_and_too_few_are_an_error() {
        let validation = CrossValidation::default();
        assert_eq!(validation.held_out(3).expect("enough rows"), [[0], [1], [2]]);
        assert!(validation.held_out(1).expect_err("one row").to_string().contains("at least 2 rows"));
        let error = CrossValidation { folds: 1, ..validation }.held_out(9).expect_err("one fold");
        assert!(error.to_string().contains("at least 2 folds"));
        let features = Features::new(&[1.0, 2.0], 1).expect("a table");
        let error = validation.select::<Ridge>(&[], &features, &[1.0, 2.0]).expect_err("nothing to choose");
        assert!(error.to_string().contains("no settings"));
    }

    /// scikit-learn 1.9.1, `mean_absolute_percentage_error([1, -2, 4, 0], [1.5, -1, 4, 2.220446049250313e-16])`.
    #[test]
    fn percentage_errors_are_those_of_scikit_learn() {
        let error = mean_absolute_percentage_error(&[1.0, -2.0, 4.0, 0.0], &[1.5, -1.0, 4.0, f64::EPSILON]);
        assert_eq!(error, 0.5);
    }
}
