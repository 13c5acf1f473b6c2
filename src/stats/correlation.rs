//! Correlations of paired samples.
//!
//! Each is an error where there are fewer than two pairs, or all values of one sample are equal.

use super::summary::{SampleError, check_pair, mean};

/// Pearson's product-moment correlation.
pub fn pearson(x: &[f64], y: &[f64]) -> Result<f64, SampleError> {
    check(x, y, "Pearson's correlation")?;
    let (mean_x, mean_y) = (mean(x), mean(y));
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        let (x, y) = (x - mean_x, y - mean_y);
        xx += x * x;
        yy += y * y;
        xy += x * y;
    }
    // Rounding may carry it past 1.
    Ok((xy / (xx.sqrt() * yy.sqrt())).clamp(-1.0, 1.0))
}

/// Spearman's rank correlation: Pearson's of the ranks, ties sharing their mean rank.
pub fn spearman(x: &[f64], y: &[f64]) -> Result<f64, SampleError> {
    check(x, y, "Spearman's correlation")?;
    pearson(&ranks(x), &ranks(y))
}

/// Kendall's tau-b, which allows for ties: in O(n log n), Knight 1966,
/// <https://doi.org/10.1080/01621459.1966.10480879>.
pub fn kendall_tau_b(x: &[f64], y: &[f64]) -> Result<f64, SampleError> {
    check(x, y, "Kendall's tau-b")?;
    let mut pairs: Vec<(f64, f64)> = x.iter().copied().zip(y.iter().copied()).collect();
    // Adding 0 makes a negative zero positive, which `total_cmp` tells apart.
    pairs.iter_mut().for_each(|pair| *pair = (pair.0 + 0.0, pair.1 + 0.0));
    pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let tied_x = pairs_within_runs(&pairs, |a, b| a.0 == b.0);
    let tied_both = pairs_within_runs(&pairs, |a, b| a == b);
    let mut column: Vec<f64> = pairs.into_iter().map(|pair| pair.1).collect();
    let discordant = sort_counting_inversions(&mut column);
    let tied_y = pairs_within_runs(&column, |a, b| a == b);
    let all = pairs_of(x.len());
    // Concordant + discordant pairs are those tied in neither sample.
    let balance = all - tied_x - tied_y + tied_both - 2.0 * discordant;
    Ok(balance / (all - tied_x).sqrt() / (all - tied_y).sqrt())
}

/// The rank of every value from 1 on; equal values share the mean of their ranks.
pub fn ranks(sample: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..sample.len()).collect();
    order.sort_unstable_by(|&a, &b| (sample[a] + 0.0).total_cmp(&(sample[b] + 0.0)).then(a.cmp(&b)));
    let mut ranks = vec![0.0; sample.len()];
    let mut first = 0;
    for run in order.chunk_by(|&a, &b| sample[a] == sample[b]) {
        let shared = first as f64 + (run.len() + 1) as f64 / 2.0;
        run.iter().for_each(|&index| ranks[index] = shared);
        first += run.len();
    }
    ranks
}

fn check(x: &[f64], y: &[f64], statistic: &'static str) -> Result<(), SampleError> {
    check_pair(x, y, 2, statistic)?;
    let constant = |sample: &[f64]| sample.iter().all(|value| *value == sample[0]);
    if constant(x) || constant(y) { Err(SampleError::Constant { statistic }) } else { Ok(()) }
}

fn pairs_of(n: usize) -> f64 {
    (n * n.saturating_sub(1) / 2) as f64
}

/// Number of pairs of neighbours in the same run of equal items.
fn pairs_within_runs<T>(items: &[T], equal: impl Fn(&T, &T) -> bool) -> f64 {
    items.chunk_by(equal).map(|run| pairs_of(run.len())).sum()
}

/// Sort by merging; returns how many pairs stood in descending order.
fn sort_counting_inversions(values: &mut [f64]) -> f64 {
    let mut inversions = 0;
    let mut merged = values.to_vec();
    let mut width = 1;
    while width < values.len() {
        for (from, to) in values.chunks(2 * width).zip(merged.chunks_mut(2 * width)) {
            let (left, right) = from.split_at(width.min(from.len()));
            let (mut l, mut r) = (0, 0);
            for place in to {
                if r == right.len() || (l < left.len() && left[l] <= right[r]) {
                    *place = left[l];
                    l += 1;
                } else {
                    *place = right[r];
                    r += 1;
                    inversions += left.len() - l;
                }
            }
        }
        values.copy_from_slice(&merged);
        width *= 2;
    }
    inversions as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::summary::tests::{X, Y, assert_close};
    use super::*;

    const TIED_X: [f64; 8] = [1.0, 2.0, 2.0, 3.0, 3.0, 3.0, 4.0, 5.0];
    const TIED_Y: [f64; 8] = [3.0, 1.0, 2.0, 2.0, 2.0, 4.0, 1.0, 1.0];

    /// SciPy 1.17.1, `pearsonr`, `spearmanr` and `kendalltau`.
    #[test]
    fn correlations_equal_those_of_scipy() {
        assert_close(pearson(&X, &Y).expect("defined"), 0.9121523398082167);
        assert_close(spearman(&X, &Y).expect("defined"), 0.9357841922508401);
        assert_close(kendall_tau_b(&X, &Y).expect("defined"), 0.8276408817690653);
        assert_close(spearman(&TIED_X, &TIED_Y).expect("defined"), -0.45169751630470906);
        assert_close(kendall_tau_b(&TIED_X, &TIED_Y).expect("defined"), -0.39167472590032015);
    }

    /// SciPy 1.17.1, `rankdata`.
    #[test]
    fn ranks_equal_those_of_scipy() {
        assert_eq!(ranks(&TIED_Y), [7.0, 2.0, 5.0, 5.0, 5.0, 8.0, 2.0, 2.0]);
    }

    #[test]
    fn a_sample_of_equal_values_has_no_correlation() {
        for correlation in [pearson, spearman, kendall_tau_b] {
            assert!(matches!(correlation(&[0.1; 3], &[1.0, 2.0, 3.0]), Err(SampleError::Constant { .. })));
            assert!(matches!(correlation(&[1.0], &[1.0]), Err(SampleError::TooFew { .. })));
        }
    }

    proptest! {
        /// The definition: concordant less discordant pairs, over the geometric mean of the pairs not tied.
        #[test]
        fn tau_b_is_its_definition(pairs in prop::collection::vec((-3..4i8, -3..4i8), 2..40)) {
            let (x, y): (Vec<f64>, Vec<f64>) = pairs.iter().map(|&(x, y)| (f64::from(x), f64::from(y))).unzip();
            let (mut balance, mut free_x, mut free_y) = (0, 0, 0);
            for (index, a) in pairs.iter().enumerate() {
                for b in &pairs[..index] {
                    let (x, y) = (i32::from(a.0 - b.0).signum(), i32::from(a.1 - b.1).signum());
                    balance += x * y;
                    free_x += x.abs();
                    free_y += y.abs();
                }
            }
            match kendall_tau_b(&x, &y) {
                Ok(tau) => {
                    let expected = f64::from(balance) / (f64::from(free_x).sqrt() * f64::from(free_y).sqrt());
                    prop_assert!((tau - expected).abs() < 1e-12);
                }
                Err(_) => prop_assert!(free_x == 0 || free_y == 0),
            }
        }
    }
}
