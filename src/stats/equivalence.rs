//! Equivalence of two means by two one-sided tests (TOST): Schuirmann 1987, <https://doi.org/10.1007/BF01068419>.

use super::summary::SampleError;
use super::t_test::MeanDifference;

/// The p value against a true difference of `margin` or more in either direction: small where the means differ by less.
///
/// The larger of two one-sided p values; each is tested at the full level. Panics where `margin` is not above 0.
pub fn equivalence_p_value(difference: &MeanDifference, margin: f64) -> f64 {
    assert!(margin > 0.0, "an equivalence margin of {margin}");
    difference.p_above(-margin).max(difference.p_below(margin))
}

/// Equivalence of samples that belong together by position.
pub fn paired_equivalence(left: &[f64], right: &[f64], margin: f64) -> Result<f64, SampleError> {
    MeanDifference::paired(left, right).map(|difference| equivalence_p_value(&difference, margin))
}

/// Equivalence of independent samples.
pub fn independent_equivalence(left: &[f64], right: &[f64], margin: f64) -> Result<f64, SampleError> {
    MeanDifference::independent(left, right).map(|difference| equivalence_p_value(&difference, margin))
}

#[cfg(test)]
mod tests {
    use super::super::summary::tests::{X, Y};
    use super::*;

    /// statsmodels 0.15.0, `ttost_ind(X, Y, -m, m, usevar="unequal")` and `ttost_paired(X, Y, -m, m)`.
    #[test]
    fn p_values_equal_those_of_statsmodels() {
        let close = |ours: Result<f64, SampleError>, theirs: f64| {
            let ours = ours.expect("ten values");
            assert!((ours / theirs - 1.0).abs() < 1e-12, "{ours} is not {theirs}");
        };
        close(independent_equivalence(&X, &Y, 1.0), 0.29174832567830544);
        close(independent_equivalence(&X, &Y, 1.5), 0.08873610027823017);
        close(paired_equivalence(&X, &Y, 1.0), 0.05457685680098683);
        close(paired_equivalence(&X, &Y, 1.5), 0.0007757086633432286);
    }

    #[test]
    fn samples_are_equivalent_to_themselves_and_not_to_what_lies_beyond_the_margin() {
        assert_eq!(paired_equivalence(&X, &X, 0.1), Ok(0.0));
        let shifted = X.map(|value| value + 1.0);
        assert!(paired_equivalence(&X, &shifted, 0.5).expect("ten values") > 0.95);
    }
}
