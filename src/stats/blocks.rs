//! Tests within blocks: treatments compared on each of several models, where a model is not a sample of its own.
//!
//! Pooling all observations of a model as if they were independent finds too much or too little, as models differ.

use super::distribution::chi_squared_upper_tail;
use super::summary::{SampleError, check};
use renas_base::seed::Stream;

/// Friedman's test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Friedman {
    /// Chi-squared, corrected for ties.
    pub statistic: f64,
    /// Treatments less one.
    pub degrees_of_freedom: usize,
    /// The probability of a statistic as large where treatments are alike: approximate, too large for few blocks.
    pub p: f64,
}

/// Whether treatments differ within blocks, by ranks. `blocks`: `n` rows of `k` values each, one per treatment, at least
/// 2 x 3. An error where every block has equal values only.
///
/// Friedman 1937, <https://doi.org/10.1080/01621459.1937.10503522>; ties as in Conover 1999, section 5.8.
pub fn friedman(blocks: &[Vec<f64>]) -> Result<Friedman, SampleError> {
    let treatments = checked(blocks, 3)?;
    let (n, k) = (blocks.len() as f64, treatments as f64);
    let mut sums = vec![0.0; treatments];
    let mut ties = 0.0;
    for block in blocks {
        for (sum, value) in sums.iter_mut().zip(block) {
            let below = block.iter().filter(|other| *other < value).count() as f64;
            let equal = block.iter().filter(|other| *other == value).count() as f64;
            *sum += below + (equal + 1.0) / 2.0;
            // Each of t tied values adds its part of t cubed less t.
            ties += equal * equal - 1.0;
        }
    }
    let correction = 1.0 - ties / (n * k * (k * k - 1.0));
    if correction <= 0.0 {
        return Err(SampleError::Constant { statistic: "Friedman's test" });
    }
    let squares: f64 = sums.iter().map(|sum| sum * sum).sum();
    let statistic = (12.0 / (n * k * (k + 1.0)) * squares - 3.0 * n * (k + 1.0)) / correction;
    let degrees_of_freedom = treatments - 1;
    Ok(Friedman { statistic, degrees_of_freedom, p: chi_squared_upper_tail(statistic, degrees_of_freedom) })
}

/// The share of ways to exchange the values within every block that give a statistic at least as large as that of the
/// blocks as they are, which counts as one of them: small where treatments differ.
///
/// All ways are tried where there are at most `most`, else `most` random ones. `blocks`: rows of at least two values.
pub fn permutation_p(
    blocks: &[Vec<f64>],
    statistic: impl Fn(&[Vec<f64>]) -> f64,
    most: usize,
    stream: &mut Stream,
) -> Result<f64, SampleError> {
    let treatments = checked(blocks, 2)?;
    let found = statistic(blocks);
    // Sums in another order may differ in their last bits.
    let border = found - 1e-12 * found.abs();
    let of_one: Option<usize> = (1..=treatments).try_fold(1_usize, |product, factor| product.checked_mul(factor));
    let all = of_one.and_then(|ways| ways.checked_pow(u32::try_from(blocks.len()).ok()?)).filter(|all| *all <= most);
    let mut permuted = blocks.to_vec();
    let Some(all) = all else {
        let mut large = 1;
        for _ in 0..most {
            permuted.iter_mut().for_each(|block| stream.shuffle(block));
            large += usize::from(statistic(&permuted) >= border);
        }
        return Ok(large as f64 / (most + 1) as f64);
    };
    let orders = orders(treatments);
    let mut large = 0;
    for way in 0..all {
        let mut rest = way;
        for (block, values) in permuted.iter_mut().zip(blocks) {
            let order = &orders[rest % orders.len()];
            rest /= orders.len();
            block.iter_mut().zip(order).for_each(|(place, &from)| *place = values[from]);
        }
        large += usize::from(statistic(&permuted) >= border);
    }
    Ok(large as f64 / all as f64)
}

/// Every order of the numbers below `n`.
fn orders(n: usize) -> Vec<Vec<usize>> {
    if n == 0 {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for shorter in orders(n - 1) {
        for place in 0..n {
            let mut order = shorter.clone();
            order.insert(place, n - 1);
            all.push(order);
        }
    }
    all
}

/// The number of treatments of at least two blocks.
fn checked(blocks: &[Vec<f64>], least: usize) -> Result<usize, SampleError> {
    if blocks.len() < 2 {
        return Err(SampleError::TooFew { statistic: "a test within blocks", least: 2, n: blocks.len() });
    }
    let treatments = blocks[0].len();
    for block in blocks {
        check(block, least, "a block")?;
        if block.len() != treatments {
            return Err(SampleError::Lengths { left: treatments, right: block.len() });
        }
    }
    Ok(treatments)
}

#[cfg(test)]
mod tests {
    use super::*;
    use renas_base::seed::Seed;

    fn rows<const K: usize>(values: &[[f64; K]]) -> Vec<Vec<f64>> {
        values.iter().map(|row| row.to_vec()).collect()
    }

    /// Five blocks of three treatments; two of them tie in the last.
    fn tied() -> Vec<Vec<f64>> {
        rows(&[[9.0, 9.5, 5.0], [9.5, 6.5, 8.0], [5.0, 7.5, 4.0], [8.5, 8.0, 6.0], [9.5, 8.5, 8.5]])
    }

    fn sums_of_squares(blocks: &[Vec<f64>]) -> f64 {
        let treatments = 0..blocks[0].len();
        treatments.map(|place| blocks.iter().map(|block| block[place]).sum::<f64>().powi(2)).sum()
    }

    /// SciPy 1.17.1, `friedmanchisquare`.
    #[test]
    fn the_statistic_and_its_probability_are_those_of_scipy_with_ties_and_without() {
        let with_ties = friedman(&tied()).expect("five blocks");
        assert!((with_ties.statistic - 4.526315789473681).abs() < 1e-12, "{with_ties:?}");
        assert!((with_ties.p - 0.10402147666803775).abs() < 1e-13, "{with_ties:?}");
        let without = friedman(&rows(&[[1.2, 3.4, 2.2, 5.0], [0.9, 2.7, 2.9, 4.1], [2.0, 2.5, 1.5, 3.3]]));
        let without = without.expect("three blocks");
        assert!((without.statistic - 7.0).abs() < 1e-12 && without.degrees_of_freedom == 3, "{without:?}");
        assert!((without.p - 0.07189777249646509).abs() < 1e-13, "{without:?}");
    }

    /// SciPy 1.17.1, `permutation_test(..., permutation_type="samples", n_resamples=inf)` over all 7,776 ways.
    #[test]
    fn the_exact_share_of_permutations_is_that_of_scipy_and_random_ones_come_near_it() {
        let mut stream = Seed::from_number(1).stream("permutations");
        let exact = permutation_p(&tied(), sums_of_squares, 10_000, &mut stream).expect("five blocks");
        assert!((exact - 0.11882716049382716).abs() < 1e-15, "{exact}");
        let random = permutation_p(&tied(), sums_of_squares, 5_000, &mut stream).expect("five blocks");
        // Five standard errors of a share of 5,000.
        assert!((random - exact).abs() < 0.023, "{random}");
    }

    #[test]
    fn what_cannot_be_tested_is_an_error() {
        assert!(matches!(friedman(&rows(&[[1.0, 2.0, 3.0]])), Err(SampleError::TooFew { n: 1, .. })));
        assert!(matches!(friedman(&rows(&[[1.0, 2.0], [2.0, 1.0]])), Err(SampleError::TooFew { n: 2, .. })));
        assert!(matches!(friedman(&rows(&[[1.0; 3], [2.0; 3]])), Err(SampleError::Constant { .. })));
        let ragged = friedman(&[vec![1.0, 2.0, 3.0], vec![1.0, 2.0, 3.0, 4.0]]);
        assert!(matches!(ragged, Err(SampleError::Lengths { left: 3, right: 4 })));
    }
}
