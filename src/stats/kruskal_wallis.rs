//! The Kruskal-Wallis test: do several groups come from one distribution?

use super::correlation::ranks;
use super::distribution::chi_squared_upper_tail;
use super::summary::{SampleError, check};

/// What the test says of some groups.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KruskalWallis {
    /// H, corrected for ties; 0 where all groups have the same mean rank.
    pub h: f64,
    /// Groups less one.
    pub degrees_of_freedom: usize,
    /// Probability of an H at least this large were all groups of one distribution, by the chi-squared approximation;
    /// rough where a group has fewer than five values.
    pub p_value: f64,
}

/// Kruskal and Wallis 1952, <https://doi.org/10.1080/01621459.1952.10483441>; ties share their mean rank.
///
/// At least two groups of at least one finite value each; an error where all values are equal.
pub fn kruskal_wallis(groups: &[&[f64]]) -> Result<KruskalWallis, SampleError> {
    let ranked = Ranked::of(groups, "the Kruskal-Wallis test")?;
    let expected = (ranked.n + 1.0) / 2.0;
    let between =
        ranked.groups.iter().map(|group| group.n * (group.mean_rank - expected) * (group.mean_rank - expected));
    let h = between.sum::<f64>() / ranked.rank_variance();
    let degrees_of_freedom = groups.len() - 1;
    Ok(KruskalWallis { h, degrees_of_freedom, p_value: chi_squared_upper_tail(h, degrees_of_freedom) })
}

/// Groups of values as the ranks that they have among all values.
pub(super) struct Ranked {
    /// In the order given.
    pub(super) groups: Vec<RankedGroup>,
    /// Number of all values.
    pub(super) n: f64,
    /// Sum of `t^3 - t` over the runs of `t` equal values.
    ties: f64,
}

/// One group.
pub(super) struct RankedGroup {
    /// Number of values.
    pub(super) n: f64,
    /// Mean of their ranks.
    pub(super) mean_rank: f64,
}

impl Ranked {
    pub(super) fn of(groups: &[&[f64]], statistic: &'static str) -> Result<Self, SampleError> {
        if groups.len() < 2 {
            return Err(SampleError::Argument("a comparison of groups needs at least two groups"));
        }
        groups.iter().try_for_each(|group| check(group, 1, statistic))?;
        let all = groups.concat();
        if all.iter().all(|value| *value == all[0]) {
            return Err(SampleError::Constant { statistic });
        }
        let all_ranks = ranks(&all);
        let mut rest = all_ranks.as_slice();
        let ranked = groups.iter().map(|group| {
            let (own, others) = rest.split_at(group.len());
            rest = others;
            RankedGroup { n: own.len() as f64, mean_rank: own.iter().sum::<f64>() / own.len() as f64 }
        });
        let ranked = ranked.collect();
        let mut sorted = all_ranks;
        sorted.sort_unstable_by(f64::total_cmp);
        let ties = sorted.chunk_by(|a, b| a == b).map(|run| run.len() as f64).map(|t| t * t * t - t);
        Ok(Self { groups: ranked, n: sorted.len() as f64, ties: ties.sum() })
    }

    /// Unbiased variance of all ranks: `n (n + 1) / 12` less what ties take from it.
    pub(super) fn rank_variance(&self) -> f64 {
        self.n * (self.n + 1.0) / 12.0 - self.ties / (12.0 * (self.n - 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_test(groups: &[&[f64]], h: f64, p_value: f64) {
        let test = kruskal_wallis(groups).expect("groups that vary");
        assert!((test.h / h - 1.0).abs() < 1e-13, "{} is not {h}", test.h);
        assert!((test.p_value / p_value - 1.0).abs() < 1e-13, "{} is not {p_value}", test.p_value);
        assert_eq!(test.degrees_of_freedom, groups.len() - 1);
    }

    /// SciPy 1.17.1, `scipy.stats.kruskal`: Hollander and Wolfe's example, ties, groups of one value, two groups.
    #[test]
    fn the_test_equals_that_of_scipy() {
        let plain: [&[f64]; 3] = [&[2.9, 3.0, 2.5, 2.6, 3.2], &[3.8, 2.7, 4.0, 2.4], &[2.8, 3.4, 3.7, 2.2, 2.0]];
        assert_test(&plain, 0.7714285714285722, 0.6799647735788936);
        let ties: [&[f64]; 4] =
            [&[1.0, 1.0, 2.0, 3.0, 3.0, 3.0], &[2.0, 2.0, 3.0, 4.0, 4.0], &[5.0, 5.0, 3.0, 6.0], &[1.0; 3]];
        assert_test(&ties, 11.027591188154567, 0.011577611330413354);
        assert_test(&[&[1.5], &[0.5], &[2.5, 2.0]], 2.6999999999999993, 0.2592402606458915);
        let pair: [&[f64]; 2] = [&[1.0, 2.0, 3.0, 4.0, 5.0], &[6.0, 7.0, 8.0, 9.0, 10.0]];
        assert_test(&pair, 6.818181818181813, 0.009023438818080334);
    }

    #[test]
    fn groups_of_equal_mean_ranks_do_not_differ() {
        let test = kruskal_wallis(&[&[1.0, 4.0], &[2.0, 3.0]]).expect("groups that vary");
        assert_eq!((test.h, test.p_value), (0.0, 1.0));
    }

    #[test]
    fn what_cannot_be_compared_is_an_error() {
        let error = |groups: &[&[f64]]| kruskal_wallis(groups).expect_err("no comparison").to_string();
        assert_eq!(
            error(&[&[2.0, 2.0], &[2.0]]),
            "the Kruskal-Wallis test of values that are all equal is not defined"
        );
        assert_eq!(error(&[&[1.0, 2.0], &[]]), "the Kruskal-Wallis test needs at least 1 values, not 0");
        assert_eq!(error(&[&[1.0, 2.0]]), "a comparison of groups needs at least two groups");
        assert!(error(&[&[1.0], &[2.0, f64::NAN]]).contains("not finite"));
    }
}
