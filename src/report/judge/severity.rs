//! Would something known to be false pass too? Labels are exchanged within clusters, levels permuted, foils put in.
//!
//! All exchanges are gone through where there are fewer than 2,000, else 1,999 drawn ones. An exchange passes where the
//! same rule accepts it; its interval is Student's t whatever the number of clusters, since resampling each of 2,000
//! exchanges 2,000 times would tell nothing else.

use super::super::summary::stream;

/// The most exchanges that are all gone through.
const MOST: usize = 2_000;

/// How many exchanges pass, of how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Passing {
    pub(super) count: usize,
    pub(super) of: usize,
}

impl Passing {
    /// More than one in ten: anything might have passed.
    pub(super) fn is_frequent(&self) -> bool {
        10 * self.count > self.of
    }
}

/// Signs exchanged cluster by cluster: what the two labels of a difference would give, had they no meaning.
pub(super) fn signs(values: &[f64], name: &str, passes: impl Fn(&[f64]) -> bool) -> Passing {
    let n = values.len();
    let turned = |turn: &dyn Fn(usize) -> bool| -> Vec<f64> {
        values.iter().enumerate().map(|(place, value)| if turn(place) { -value } else { *value }).collect()
    };
    if n < 11 {
        let of = 1usize << n;
        let count = (0..of).filter(|mask| passes(&turned(&|place| mask >> place & 1 == 1))).count();
        return Passing { count, of };
    }
    let mut stream = stream("signs", name);
    let mut draw = || {
        let mask: Vec<bool> = (0..n).map(|_| stream.below(2) == 1).collect();
        passes(&turned(&|place| mask[place]))
    };
    let of = MOST - 1;
    Passing { count: (0..of).filter(|_| draw()).count(), of }
}

/// Levels permuted within each cluster: `columns` hold one value per cluster for every level.
pub(super) fn levels(columns: &[Vec<f64>], name: &str, passes: impl Fn(&[Vec<f64>]) -> bool) -> Passing {
    let (levels, clusters) = (columns.len(), columns[0].len());
    let orders = permutations(levels);
    let permuted = |choice: &dyn Fn(usize) -> usize| -> Vec<Vec<f64>> {
        let mut permuted = columns.to_vec();
        for cluster in 0..clusters {
            for (level, from) in orders[choice(cluster)].iter().enumerate() {
                permuted[level][cluster] = columns[*from][cluster];
            }
        }
        permuted
    };
    let all = (0..clusters).try_fold(1usize, |all, _| all.checked_mul(orders.len()).filter(|all| *all < MOST));
    if let Some(of) = all {
        let turn = |index: usize, cluster: usize| index / orders.len().pow(cluster as u32) % orders.len();
        let count = (0..of).filter(|index| passes(&permuted(&|cluster| turn(*index, cluster)))).count();
        return Passing { count, of };
    }
    let mut stream = stream("levels", name);
    let mut draw = || {
        let drawn: Vec<usize> = (0..clusters).map(|_| stream.below(orders.len())).collect();
        passes(&permuted(&|cluster| drawn[cluster]))
    };
    let of = MOST - 1;
    Passing { count: (0..of).filter(|_| draw()).count(), of }
}

/// Labels exchanged between independent samples: all values are dealt anew into samples of the same sizes.
pub(super) fn labels(samples: &[Vec<f64>], name: &str, passes: impl Fn(&[Vec<f64>]) -> bool) -> Passing {
    let mut pool: Vec<f64> = samples.iter().flatten().copied().collect();
    let mut stream = stream("labels", name);
    let mut draw = || {
        for place in (1..pool.len()).rev() {
            pool.swap(place, stream.below(place + 1));
        }
        let mut rest = pool.as_slice();
        let dealt: Vec<Vec<f64>> = samples
            .iter()
            .map(|sample| {
                let (dealt, others) = rest.split_at(sample.len());
                rest = others;
                dealt.to_vec()
            })
            .collect();
        passes(&dealt)
    };
    let of = MOST - 1;
    Passing { count: (0..of).filter(|_| draw()).count(), of }
}

/// All orders of `n` things, of at most six; of more, all turns of the order.
fn permutations(n: usize) -> Vec<Vec<usize>> {
    if n > 6 {
        return (0..n).map(|turn| (0..n).map(|place| (place + turn) % n).collect()).collect();
    }
    let mut all = vec![Vec::new()];
    for thing in 0..n {
        all = all
            .into_iter()
            .flat_map(|order: Vec<usize>| {
                (0..=order.len()).map(move |place| {
                    let mut longer = order.clone();
                    longer.insert(place, thing);
                    longer
                })
            })
            .collect();
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use renas_stats::t_interval::interval_of_mean;

    fn above_zero(values: &[f64]) -> bool {
        interval_of_mean(values, 0.95).is_ok_and(|interval| interval.low > 0.0)
    }

    /// Of the eight exchanges of three pairs at least one always passes, which is more than one in ten.
    #[test]
    fn three_pairs_are_never_severe_and_five_clear_ones_are() {
        let three = signs(&[1.0, 1.1, 0.9], "three", above_zero);
        assert_eq!(three, Passing { count: 1, of: 8 });
        assert!(three.is_frequent());
        let five = signs(&[1.0, 1.1, 0.9, 1.05, 0.95], "five", above_zero);
        assert_eq!(five, Passing { count: 1, of: 32 });
        assert!(!five.is_frequent());
    }

    /// Of exchanges of many values without a direction about one in forty passes: half of 5 %. 1,999 draws: five standard
    /// errors are 1.7 %.
    #[test]
    fn exchanged_labels_pass_as_often_as_the_level_says() {
        let values: Vec<f64> = (0..40).map(|index| f64::from(index * 7 % 40) - 15.0).collect();
        let Passing { count, of } = signs(&values, "many", above_zero);
        assert!((count as f64 / of as f64 - 0.025).abs() < 0.017, "{count} of {of}");
    }

    #[test]
    fn levels_are_permuted_within_clusters_and_labels_between_samples() {
        let columns = [vec![0.0, 0.1, 0.0, 0.2], vec![1.0, 1.1, 1.2, 1.0]];
        let rising = |columns: &[Vec<f64>]| columns[0].iter().zip(&columns[1]).all(|(low, high)| low < high);
        assert_eq!(levels(&columns, "two", rising), Passing { count: 1, of: 16 });
        assert_eq!(permutations(3).len(), 6);
        let dealt = labels(&columns, "dealt", rising);
        // Every value of the second is larger: 4! 4! of 8! deals keep that, and further ones stand so by pairs.
        assert!(dealt.count > 0 && !dealt.is_frequent(), "{dealt:?}");
    }
}
