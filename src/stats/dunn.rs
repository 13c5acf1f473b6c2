//! Dunn's test: which of several groups differ, once the Kruskal-Wallis test says that some do?

use super::distribution::normal_upper_tail;
use super::kruskal_wallis::Ranked;
use super::multiple::holm;
use super::summary::SampleError;

/// How two groups compare.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairOfGroups {
    /// Positions of the two groups, the smaller first.
    pub groups: [usize; 2],
    /// Difference of mean ranks, the first group's less the second's, over its standard error.
    pub z: f64,
    /// Two-sided p value of this comparison alone.
    pub p_value: f64,
    /// The p value after Holm's correction for all pairs.
    pub adjusted_p_value: f64,
}

/// All pairs of groups in ascending order of their positions, by ranks among all values, corrected for ties.
///
/// Dunn 1964, <https://doi.org/10.1080/00401706.1964.10490181>. At least two groups of at least one finite value each;
/// an error where all values are equal.
pub fn dunn(groups: &[&[f64]]) -> Result<Vec<PairOfGroups>, SampleError> {
    let ranked = Ranked::of(groups, "Dunn's test")?;
    let mut pairs = Vec::new();
    for (first, left) in ranked.groups.iter().enumerate() {
        for (second, right) in ranked.groups.iter().enumerate().skip(first + 1) {
            let error = (ranked.rank_variance() * (1.0 / left.n + 1.0 / right.n)).sqrt();
            let z = (left.mean_rank - right.mean_rank) / error;
            let p_value = (2.0 * normal_upper_tail(z.abs())).min(1.0);
            pairs.push(PairOfGroups { groups: [first, second], z, p_value, adjusted_p_value: p_value });
        }
    }
    let alone: Vec<f64> = pairs.iter().map(|pair| pair.p_value).collect();
    for (pair, adjusted) in pairs.iter_mut().zip(holm(&alone)) {
        pair.adjusted_p_value = adjusted;
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_pairs(groups: &[&[f64]], expected: &[(usize, usize, f64, f64)]) {
        let pairs = dunn(groups).expect("groups that vary");
        assert_eq!(pairs.len(), expected.len());
        for (pair, &(left, right, p_value, adjusted)) in pairs.iter().zip(expected) {
            assert_eq!(pair.groups, [left, right]);
            assert!((pair.p_value / p_value - 1.0).abs() < 1e-12, "{} is not {p_value}", pair.p_value);
            let ours = pair.adjusted_p_value;
            assert!((ours / adjusted - 1.0).abs() < 1e-12, "{ours} is not {adjusted}");
        }
    }

    /// scikit-posthocs 0.17.1, `posthoc_dunn` with `p_adjust=None` and `p_adjust="holm"`: no ties, ties, groups of one
    /// value, two groups.
    #[test]
    fn p_values_equal_those_of_scikit_posthocs() {
        let plain: [&[f64]; 3] = [&[2.9, 3.0, 2.5, 2.6, 3.2], &[3.8, 2.7, 4.0, 2.4], &[2.8, 3.4, 3.7, 2.2, 2.0]];
        let expected =
            [(0, 1, 0.5212453081148148, 1.0), (0, 2, 0.8205958397554408, 1.0), (1, 2, 0.3924205244765818, 1.0)];
        assert_pairs(&plain, &expected);
        let ties: [&[f64]; 4] =
            [&[1.0, 1.0, 2.0, 3.0, 3.0, 3.0], &[2.0, 2.0, 3.0, 4.0, 4.0], &[5.0, 5.0, 3.0, 6.0], &[1.0; 3]];
        let expected = [
            (0, 1, 0.32064282775294706, 0.5361519871078022),
            (0, 2, 0.019853001497720027, 0.09926500748860013),
            (0, 3, 0.2052765434597329, 0.5361519871078022),
            (1, 2, 0.17871732903593407, 0.5361519871078022),
            (1, 3, 0.040373650607815524, 0.1614946024312621),
            (2, 3, 0.0016827938355300843, 0.010096763013180505),
        ];
        assert_pairs(&ties, &expected);
        let expected = [
            (0, 1, 0.5838824207703652, 0.6855634222958229),
            (0, 2, 0.34278171114791145, 0.6855634222958229),
            (1, 2, 0.11384629800665805, 0.34153889401997417),
        ];
        assert_pairs(&[&[1.5], &[0.5], &[2.5, 2.0]], &expected);
        let pair: [&[f64]; 2] = [&[1.0, 2.0, 3.0, 4.0, 5.0], &[6.0, 7.0, 8.0, 9.0, 10.0]];
        assert_pairs(&pair, &[(0, 1, 0.009023438818080326, 0.009023438818080326)]);
    }

    #[test]
    fn the_sign_of_z_says_which_group_is_larger() {
        let pairs = dunn(&[&[1.0, 2.0], &[3.0, 4.0], &[0.5, 0.2]]).expect("groups that vary");
        let signs: Vec<bool> = pairs.iter().map(|pair| pair.z > 0.0).collect();
        assert_eq!(signs, [false, true, true]);
    }

    #[test]
    fn values_that_are_all_equal_are_an_error() {
        let error = dunn(&[&[1.0], &[1.0, 1.0]]).expect_err("nothing varies").to_string();
        assert_eq!(error, "Dunn's test of values that are all equal is not defined");
    }
}
