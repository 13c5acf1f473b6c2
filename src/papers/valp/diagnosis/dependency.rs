//! Dependency: how much the value of a sub-network tells of a model output (sections IV-B.4 and IV-E.4; described there and
//! not tested), by the error of a linear estimate.

use renas_surrogate::ridge::Ridge;
use renas_surrogate::{Features, FitError, Predictor as _, Regressor as _};

/// The penalty that keeps a linear estimator defined where units move together.
const PENALTY: f64 = 1e-8;

/// Mean squared error, over rows and target columns, of the least-squares estimate of every target column from the
/// values and a constant, on the rows that it was fitted to (Alain and Bengio 2016, <https://arxiv.org/abs/1610.01644>,
/// fit a classifier instead).
pub fn linear_error(values: &Features<'_>, targets: &Features<'_>) -> Result<f64, FitError> {
    let mut total = 0.0;
    for column in 0..targets.columns() {
        let target: Vec<f64> = (0..targets.rows()).map(|row| targets.row(row)[column]).collect();
        let estimates = Ridge { alpha: PENALTY }.fit(values, &target)?.predict_all(values);
        total += estimates.iter().zip(&target).map(|(ours, theirs)| (ours - theirs) * (ours - theirs)).sum::<f64>();
    }
    Ok(total / (targets.rows() * targets.columns()) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const X: [f64; 10] = [0.1, 0.4, 0.35, 0.8, 0.95, 0.2, 0.6, 0.7, 0.15, 0.5];
    const Y: [f64; 10] = [1.1, 2.2, 1.9, 3.1, 4.2, 1.4, 2.0, 3.6, 0.9, 2.7];

    /// NumPy 2.4.6: the mean of `(Y - polyval(polyfit(X, Y, 1), X))**2`.
    #[test]
    fn the_error_of_a_linear_estimator_is_that_of_numpy() {
        let (values, targets) = (Features::new(&X, 1).expect("a table"), Features::new(&Y, 1).expect("a table"));
        let ours = linear_error(&values, &targets).expect("can be fitted");
        assert!((ours - LINEAR_ERROR).abs() < 1e-9, "{ours} is not {LINEAR_ERROR}");
        // What equals the target has no error, whatever stands beside it.
        let both: Vec<f64> = X.iter().zip(&Y).flat_map(|(x, y)| [*x, *y]).collect();
        let known = linear_error(&Features::new(&both, 2).expect("a table"), &targets).expect("can be fitted");
        assert!(known < 1e-12, "{known}");
    }

    const LINEAR_ERROR: f64 = 0.11843035413153458;
}
