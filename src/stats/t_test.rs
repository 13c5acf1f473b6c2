//! Student's t test of paired samples, and Welch's of independent ones.

use super::distribution::student_t_upper_tail;
use super::summary::{SampleError, check, check_pair, mean, variance};

/// A difference of means (left less right), and how uncertain it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanDifference {
    /// The difference.
    pub difference: f64,
    /// Its standard error; 0 where nothing varies.
    pub standard_error: f64,
    /// Degrees of freedom.
    pub degrees_of_freedom: f64,
}

impl MeanDifference {
    /// Of samples that belong together by position; at least two pairs.
    pub fn paired(left: &[f64], right: &[f64]) -> Result<Self, SampleError> {
        check_pair(left, right, 2, "a paired t test")?;
        let differences: Vec<f64> = left.iter().zip(right).map(|(left, right)| left - right).collect();
        let n = left.len() as f64;
        let standard_error = (variance(&differences) / n).sqrt();
        Ok(Self { difference: mean(&differences), standard_error, degrees_of_freedom: n - 1.0 })
    }

    /// Of independent samples, whose variances may differ; at least two values each.
    /// Welch 1947, <https://doi.org/10.1093/biomet/34.1-2.28>.
    pub fn independent(left: &[f64], right: &[f64]) -> Result<Self, SampleError> {
        check(left, 2, "Welch's t test")?;
        check(right, 2, "Welch's t test")?;
        let part = |sample: &[f64]| variance(sample) / sample.len() as f64;
        let (a, b) = (part(left), part(right));
        let least = (left.len().min(right.len()) - 1) as f64;
        let parts = a * a / (left.len() - 1) as f64 + b * b / (right.len() - 1) as f64;
        let degrees_of_freedom = if parts > 0.0 { (a + b) * (a + b) / parts } else { least };
        Ok(Self { difference: mean(left) - mean(right), standard_error: (a + b).sqrt(), degrees_of_freedom })
    }

    /// The p value against a true difference of `bound` or less: small where the difference is larger.
    ///
    /// Where nothing varies it is 0 or 1, as the difference is larger or not.
    pub fn p_above(&self, bound: f64) -> f64 {
        let excess = self.difference - bound;
        if self.standard_error == 0.0 {
            return f64::from(excess <= 0.0);
        }
        student_t_upper_tail(excess / self.standard_error, self.degrees_of_freedom)
    }

    /// The p value against a true difference of `bound` or more: small where the difference is smaller.
    pub fn p_below(&self, bound: f64) -> f64 {
        let mirrored = Self { difference: -self.difference, ..*self };
        mirrored.p_above(-bound)
    }

    /// The two-sided p value against no difference.
    pub fn p_different(&self) -> f64 {
        (2.0 * self.p_above(0.0).min(self.p_below(0.0))).min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::summary::tests::{X, Y};
    use super::*;

    fn assert_close(ours: f64, theirs: f64) {
        assert!((ours / theirs - 1.0).abs() < 1e-12, "{ours} is not {theirs}");
    }

    /// SciPy 1.17.1, `ttest_ind(X, Y, equal_var=False)` and its `alternative="greater"`.
    #[test]
    fn welchs_test_equals_that_of_scipy() {
        let test = MeanDifference::independent(&X, &Y).expect("two samples");
        assert_close(test.difference / test.standard_error, 1.1340738862216166);
        assert_close(test.degrees_of_freedom, 17.5834396183043);
        assert_close(test.p_different(), 0.2719889199442921);
        assert_close(test.p_above(0.0), 0.13599445997214604);
    }

    /// SciPy 1.17.1, `ttest_rel(X, Y)`.
    #[test]
    fn the_paired_test_equals_that_of_scipy() {
        let test = MeanDifference::paired(&X, &Y).expect("ten pairs");
        assert_close(test.difference / test.standard_error, 3.60948444277007);
        assert_close(test.p_different(), 0.00566386248849729);
        assert_eq!(test.degrees_of_freedom, 9.0);
    }

    #[test]
    fn where_nothing_varies_the_answer_is_certain() {
        for test in [MeanDifference::paired, MeanDifference::independent] {
            let larger = test(&[2.0, 2.0], &[1.0, 1.0]).expect("two values");
            assert_eq!((larger.p_above(0.0), larger.p_below(0.0), larger.p_above(1.0)), (0.0, 1.0, 1.0));
            assert_eq!(test(&[1.0, 1.0], &[1.0, 1.0]).expect("two values").p_different(), 1.0);
        }
    }
}
