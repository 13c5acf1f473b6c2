//! What as many as another has would give: a best, a largest and a number of kinds grow with the number that they are
//! taken from, so that two are compared at equal counts. Expectations over all draws without replacement, exactly.

/// The weight of each of `n` values, from the best down, in the expected mean of the best `count` of `drawn` of them.
///
/// A value with `rank` better ones is the one with `better` better ones in the draw in C(rank, better) C(n - 1 - rank,
/// drawn - 1 - better) of C(n, drawn) draws: order statistics of a finite population. None
/// where there are not so many.
fn weights(n: usize, drawn: usize, count: usize) -> Option<Vec<f64>> {
    if count == 0 || count > drawn || drawn > n {
        return None;
    }
    let draws = binomial(n, drawn) * count as f64;
    let weight = |rank: usize| {
        let ways = |better: usize| binomial(rank, better) * binomial(n - 1 - rank, drawn - 1 - better);
        (0..count).map(ways).sum::<f64>() / draws
    };
    Some((0..n).map(weight).collect())
}

/// The expected mean of the largest `count` of `drawn` of the values; none where there are not so many.
pub(super) fn largest(values: &[f64], drawn: usize, count: usize) -> Option<f64> {
    at_largest(values, values, drawn, count)
}

/// The expected smallest of `drawn` of the values; none where there are not so many.
pub(super) fn smallest(values: &[f64], drawn: usize) -> Option<f64> {
    let turned: Vec<f64> = values.iter().map(|value| -value).collect();
    largest(&turned, drawn, 1).map(|value| -value)
}

/// The expected mean of what belongs to the largest `count` of `drawn` scores; of equal scores the first is the larger.
pub(super) fn at_largest(scores: &[f64], values: &[f64], drawn: usize, count: usize) -> Option<f64> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    let weights = weights(scores.len(), drawn, count)?;
    Some(order.into_iter().zip(weights).map(|(place, weight)| weight * values[place]).sum())
}

/// The expected number of kinds among `drawn` things, of kinds with these numbers of things (rarefaction: Hurlbert 1971,
/// <https://doi.org/10.2307/1934145>); none where there are not so many.
pub(super) fn kinds(sizes: &[usize], drawn: usize) -> Option<f64> {
    let all: usize = sizes.iter().sum();
    if drawn > all {
        return None;
    }
    // A kind is missing where none of its things is drawn: they lie all among those left.
    let missing = |size: usize| -> f64 {
        (0..size).map(|one| (all - one).saturating_sub(drawn) as f64 / (all - one) as f64).product()
    };
    Some(sizes.iter().map(|&size| 1.0 - missing(size)).sum())
}

fn binomial(n: usize, k: usize) -> f64 {
    if k > n {
        return 0.0;
    }
    (1..=k.min(n - k)).map(|one| (n + 1 - one) as f64 / one as f64).product()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Python 3.11, means over `itertools.combinations([0.1, 0.7, 0.4, 0.9, 0.5], 3)`: of the maximum, of the mean of the
    /// two largest, of the minimum, and of the seconds of the largest.
    #[test]
    fn expectations_are_means_over_all_draws() {
        let values = [0.1, 0.7, 0.4, 0.9, 0.5];
        let near = |found: Option<f64>, expected: f64| {
            let found = found.expect("there are so many");
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        };
        near(largest(&values, 3, 1), 0.8);
        near(largest(&values, 3, 2), 0.6649999999999999);
        near(smallest(&values, 3), 0.22999999999999998);
        near(at_largest(&values, &[1.0, 2.0, 3.0, 4.0, 5.0], 3, 1), 3.5);
        near(largest(&values, 5, 1), 0.9);
        near(largest(&values, 1, 1), 0.52);
        assert_eq!((largest(&values, 6, 1), largest(&values, 2, 3), smallest(&[], 1)), (None, None, None));
    }

    /// Python 3.11, mean of `len(set(draw))` over `itertools.combinations("aaabbc", 3)`.
    #[test]
    fn kinds_are_counted_as_in_fewer_things() {
        assert!((kinds(&[3, 2, 1], 3).expect("six things") - 2.25).abs() < 1e-12);
        assert!((kinds(&[3, 2, 1], 1).expect("six things") - 1.0).abs() < 1e-12);
        assert_eq!((kinds(&[3, 2, 1], 6), kinds(&[1], 2)), (Some(3.0), None));
    }

    /// 256 cells, the paper's K: C(256, 128) is 5.8e75, and weights still add up to one.
    #[test]
    fn weights_of_the_papers_numbers_add_up_to_one() {
        for (drawn, count) in [(128, 1), (128, 25), (25, 25), (256, 25)] {
            let sum: f64 = weights(256, drawn, count).expect("so many").iter().sum();
            assert!((sum - 1.0).abs() < 1e-9, "{drawn} {count}: {sum}");
        }
    }
}
