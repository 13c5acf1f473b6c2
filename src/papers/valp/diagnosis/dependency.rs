//! Dependency measures: how much the value of a sub-network tells of a model output (sections IV-B.4 and IV-E.4;
//! described there and not tested).

use renas_surrogate::ridge::Ridge;
use renas_surrogate::{Features, FitError, Predictor as _, Regressor as _};

/// The penalty that keeps a linear estimator defined where units move together.
const PENALTY: f64 = 1e-8;

/// A measure of dependency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// Larger where there is more.
    MutualInformation,
    /// Smaller where there is more.
    LinearError,
}

impl Measure {
    /// Whether a sub-network performs as it should: its value tells more of the output than that of each sub-network that
    /// feeds it. Where nothing but inputs does, it does.
    pub fn improves(self, own: f64, predecessors: &[f64]) -> bool {
        match self {
            Self::MutualInformation => predecessors.iter().all(|other| own > *other),
            Self::LinearError => predecessors.iter().all(|other| own < *other),
        }
    }
}

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

/// Mutual information in nats of two numbers per observation, each sorted into `bins` bins of equal width between its
/// least and its largest value (the last one closed); biased upwards by roughly `(bins - 1)^2 / (2 n)`.
///
/// None where there are no observations, fewer of one than of the other, no bins, or values that are not finite. 0 where
/// one of the two never varies.
pub fn mutual_information(x: &[f64], y: &[f64], bins: usize) -> Option<f64> {
    if x.is_empty() || x.len() != y.len() || bins == 0 || x.iter().chain(y).any(|value| !value.is_finite()) {
        return None;
    }
    let (x, y) = (binned(x, bins), binned(y, bins));
    let mut joint = vec![0usize; bins * bins];
    let (mut left, mut right) = (vec![0usize; bins], vec![0usize; bins]);
    for (&x, &y) in x.iter().zip(&y) {
        joint[x * bins + y] += 1;
        left[x] += 1;
        right[y] += 1;
    }
    let n = x.len() as f64;
    let terms = joint.iter().enumerate().filter(|(_, count)| **count > 0).map(|(cell, &count)| {
        let (count, expected) = (count as f64, left[cell / bins] as f64 * right[cell % bins] as f64 / n);
        count / n * libm::log(count / expected)
    });
    Some(terms.sum::<f64>().max(0.0))
}

fn binned(values: &[f64], bins: usize) -> Vec<usize> {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let bin = |value: f64| ((value - least) / (most - least) * bins as f64) as usize;
    values.iter().map(|value| if most > least { bin(*value).min(bins - 1) } else { 0 }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const X: [f64; 10] = [0.1, 0.4, 0.35, 0.8, 0.95, 0.2, 0.6, 0.7, 0.15, 0.5];
    const Y: [f64; 10] = [1.1, 2.2, 1.9, 3.1, 4.2, 1.4, 2.0, 3.6, 0.9, 2.7];

    /// NumPy 2.4.6 and scikit-learn 1.9.1: `mutual_info_score(None, None, contingency=histogram2d(X, Y, 4)[0])`.
    #[test]
    fn mutual_information_is_that_of_scikit_learn() {
        let ours = mutual_information(&X, &Y, 4).expect("ten pairs");
        assert!((ours - MUTUAL_INFORMATION).abs() < 1e-12, "{ours} is not {MUTUAL_INFORMATION}");
        assert_eq!(mutual_information(&X, &[1.0; 10], 4), Some(0.0));
        assert_eq!(mutual_information(&X, &Y[1..], 4), None);
        assert_eq!(mutual_information(&[], &[], 4), None);
    }

    const MUTUAL_INFORMATION: f64 = 0.89794572485678;

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

    #[test]
    fn a_sub_network_improves_on_what_feeds_it_or_not() {
        assert!(Measure::MutualInformation.improves(0.8, &[0.7, 0.2]));
        assert!(!Measure::MutualInformation.improves(0.6, &[0.7, 0.2]));
        assert!(!Measure::LinearError.improves(0.6, &[0.7, 0.2]));
        assert!(Measure::LinearError.improves(0.1, &[0.7, 0.2]));
        assert!(Measure::LinearError.improves(0.1, &[]));
    }
}
