//! How good predictions are.

use super::summary::{SampleError, check_pair, mean};

/// The mean squared difference between targets and predictions.
pub fn mean_squared_error(targets: &[f64], predictions: &[f64]) -> Result<f64, SampleError> {
    check_pair(targets, predictions, 1, "the mean squared error")?;
    Ok(squares(targets, predictions) / targets.len() as f64)
}

/// The coefficient of determination, 1 - residual / total sum of squares: 1 is perfect, 0 is as good as the mean of
/// these targets, less is worse.
///
/// Not defined where all targets are equal.
pub fn r_squared(targets: &[f64], predictions: &[f64]) -> Result<f64, SampleError> {
    check_pair(targets, predictions, 2, "R squared")?;
    if targets.iter().all(|target| *target == targets[0]) {
        return Err(SampleError::Constant { statistic: "R squared" });
    }
    let mean = mean(targets);
    let total: f64 = targets.iter().map(|target| (target - mean) * (target - mean)).sum();
    Ok(1.0 - squares(targets, predictions) / total)
}

fn squares(targets: &[f64], predictions: &[f64]) -> f64 {
    targets.iter().zip(predictions).map(|(target, predicted)| (target - predicted) * (target - predicted)).sum()
}

#[cfg(test)]
mod tests {
    use super::super::summary::tests::{X, Y, assert_close};
    use super::*;

    /// scikit-learn 1.9.1, `r2_score(X, Y)` and `mean_squared_error(X, Y)`.
    #[test]
    fn r_squared_and_mean_squared_error_equal_those_of_scikit_learn() {
        assert_close(r_squared(&X, &Y).expect("ten targets"), 0.5812182741116751);
        assert_close(mean_squared_error(&X, &Y).expect("ten targets"), 0.759);
    }

    #[test]
    fn the_mean_has_r_squared_0_and_worse_is_negative() {
        assert_eq!(r_squared(&[1.0, 3.0], &[2.0, 2.0]), Ok(0.0));
        assert_eq!(r_squared(&[1.0, 3.0], &[3.0, 1.0]), Ok(-3.0));
    }

    #[test]
    fn equal_targets_have_no_r_squared() {
        assert_eq!(r_squared(&[0.1; 3], &[0.1; 3]), Err(SampleError::Constant { statistic: "R squared" }));
        assert_eq!(r_squared(&[1.0, 2.0], &[1.0]), Err(SampleError::Lengths { left: 2, right: 1 }));
    }
}
