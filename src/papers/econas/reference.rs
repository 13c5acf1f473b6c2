//! Who mates and who survives as in the author's code, faults included.
//!
//! It is called NSGA-II there. What differs: its dominance; a "rank" that grows with age; no crowding distance anywhere
//! it could matter; a truncated front in the order of indices, parents first, without its first member. The manifest's
//! audit has an entry for each: `dominance`, `rank-is-age`, `crowding`, `truncation`.

use renas_base::seed::Stream;
use renas_search::evolution::Scheme;
use renas_search::nsga2::binary_tournament;

/// The scheme of the author's code; remembers the number that the code calls the non-dominated rank.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReferenceScheme {
    ranks: Vec<usize>,
}

impl Scheme<3> for ReferenceScheme {
    /// Whole fronts while they fit; of the next one the members after its first, in the order of indices.
    fn survivors(&mut self, pool: &[[f64; 3]], capacity: usize) -> Vec<usize> {
        let sampled = self.ranks.is_empty();
        let dominance = dominance(pool);
        // The code adds to each rank the number of others that the individual does NOT dominate, in every generation
        // and without ever starting anew, so that the rank is near to an age.
        self.ranks.resize(pool.len(), 0);
        let others = pool.len() - 1;
        self.ranks.iter_mut().zip(&dominance.dominated).for_each(|(rank, count)| *rank += others - count);
        let kept = if sampled { sorted_by(&self.ranks) } else { truncate(&dominance.front, capacity) };
        self.ranks = kept.iter().map(|&index| self.ranks[index]).collect();
        kept
    }

    /// The smaller rank of two different individuals; the first drawn where they are equal. Crowding plays no part.
    fn parent(&self, stream: &mut Stream) -> usize {
        binary_tournament(self.ranks.len(), stream, |first, second| self.ranks[second] < self.ranks[first])
    }
}

/// Whether the code holds that `left` dominates `right`; objectives, minimised: accuracy, introspectability, cost.
///
/// It asks for a gain in accuracy or introspectability without loss in the other, at no higher cost; a lower cost alone
/// does not dominate.
fn dominates(left: &[f64; 3], right: &[f64; 3]) -> bool {
    left[0] <= right[0] && left[1] <= right[1] && (left[0] < right[0] || left[1] < right[1]) && left[2] <= right[2]
}

/// What one sweep over all pairs gives.
struct Dominance {
    /// Front of each point, from 0.
    front: Vec<usize>,
    /// How many points each point dominates.
    dominated: Vec<usize>,
}

/// Fronts and counts under the code's dominance, a strict partial order.
fn dominance(points: &[[f64; 3]]) -> Dominance {
    // Best first: whatever dominates a point stands before it.
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by(|&a, &b| {
        let (left, right) = (&points[a], &points[b]);
        left[0].total_cmp(&right[0]).then(left[1].total_cmp(&right[1])).then(left[2].total_cmp(&right[2]))
    });
    let sorted: Vec<[f64; 3]> = order.iter().map(|&point| points[point]).collect();
    let mut levels = vec![0; points.len()];
    let mut counts = vec![0; points.len()];
    for (later, point) in sorted.iter().enumerate() {
        let mut level = 0;
        for earlier in 0..later {
            if dominates(&sorted[earlier], point) {
                counts[earlier] += 1;
                level = level.max(levels[earlier] + 1);
            }
        }
        levels[later] = level;
    }
    let mut found = Dominance { front: vec![0; points.len()], dominated: vec![0; points.len()] };
    for (position, &point) in order.iter().enumerate() {
        found.front[point] = levels[position];
        found.dominated[point] = counts[position];
    }
    found
}

/// Indices by ascending rank; ties in ascending index.
fn sorted_by(ranks: &[usize]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..ranks.len()).collect();
    order.sort_by_key(|&index| ranks[index]);
    order
}

/// Indices of the survivors: one fewer than `capacity`, unless whole fronts fill it exactly.
fn truncate(fronts: &[usize], capacity: usize) -> Vec<usize> {
    let count = fronts.iter().max().map_or(0, |last| last + 1);
    let mut kept = Vec::with_capacity(capacity);
    for front in 0..count {
        let members: Vec<usize> = (0..fronts.len()).filter(|&index| fronts[index] == front).collect();
        let room = capacity - kept.len();
        if members.len() > room {
            kept.extend(members.into_iter().take(room).skip(1));
            break;
        }
        kept.extend(members);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use renas_base::seed::Seed;

    #[test]
    fn a_lower_cost_alone_does_not_dominate() {
        assert!(!dominates(&[-0.9, -0.5, 10.0], &[-0.9, -0.5, 20.0]));
        assert!(dominates(&[-0.9, -0.6, 10.0], &[-0.9, -0.5, 10.0]));
        assert!(!dominates(&[-0.9, -0.6, 11.0], &[-0.9, -0.5, 10.0]));
        assert!(!dominates(&[-0.9, -0.5, 10.0], &[-0.9, -0.5, 10.0]));
    }

    #[test]
    fn fronts_and_counts_are_those_of_all_pairs() {
        let mut stream = Seed::from_number(1).stream("points");
        let points: Vec<[f64; 3]> = (0..120).map(|_| std::array::from_fn(|_| stream.below(6) as f64)).collect();
        let found = dominance(&points);
        for (index, point) in points.iter().enumerate() {
            assert_eq!(found.dominated[index], points.iter().filter(|other| dominates(point, other)).count());
            let above = (0..points.len()).filter(|&other| dominates(&points[other], point));
            assert_eq!(found.front[index], above.map(|other| found.front[other] + 1).max().unwrap_or(0));
        }
    }

    /// The first dominates both others: it gains 0 whenever they are ranked, they gain 2 each, for ever.
    #[test]
    fn ranks_count_who_is_not_dominated_and_are_never_reset() {
        let mut scheme = ReferenceScheme::default();
        let pool = [[-0.9, -0.5, 1.0], [-0.1, -0.5, 1.0], [-0.1, -0.5, 1.0]];
        assert_eq!(scheme.survivors(&pool, 3), [0, 1, 2]);
        assert_eq!(scheme.ranks, [0, 2, 2]);
        // Three newcomers, equal to the first: six individuals, of which whole fronts fit four.
        let pool = [pool[0], pool[1], pool[2], pool[0], pool[0], pool[0]];
        assert_eq!(scheme.survivors(&pool, 4), [0, 3, 4, 5]);
        assert_eq!(scheme.ranks, [3, 3, 3, 3]);
    }

    #[test]
    fn the_sample_is_ordered_by_rank() {
        let mut scheme = ReferenceScheme::default();
        assert_eq!(scheme.survivors(&[[-0.1, 0.0, 1.0], [-0.9, 0.0, 1.0], [-0.5, 0.0, 1.0]], 3), [1, 2, 0]);
        assert_eq!(scheme.ranks, [0, 1, 2]);
    }

    /// Front 0 = {1, 4} fits into 4; of front 1 = {0, 2, 3, 5} there is room for two, of which the first is dropped.
    #[test]
    fn the_truncated_front_is_taken_in_order_of_indices_without_its_first_member() {
        assert_eq!(truncate(&[1, 0, 1, 1, 0, 1], 4), [1, 4, 2]);
        assert_eq!(truncate(&[1, 0, 1, 1, 0, 1], 2), [1, 4]);
        assert_eq!(truncate(&[0, 0, 0], 2), [1]);
    }
}
