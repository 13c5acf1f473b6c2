//! Dominance, non-dominated sorting and crowding distance.
//!
//! Everywhere: one row of `M` objectives per point, all minimised, none of them NaN. Results depend on the points and
//! their order only.

use std::cmp::Ordering;

use super::staircase::Staircase;
use renas_base::order::ascending;

/// Whether `a` is at most `b` in every objective and less in one.
pub fn dominates<const M: usize>(a: &[f64; M], b: &[f64; M]) -> bool {
    let mut less = false;
    for objective in 0..M {
        if a[objective] > b[objective] {
            return false;
        }
        less |= a[objective] < b[objective];
    }
    less
}

/// Points divided into fronts: front 0 is dominated by no point, front k by a point of front k-1 at the latest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fronts {
    ranks: Vec<usize>,
    members: Vec<usize>,
    ends: Vec<usize>,
}

impl Fronts {
    /// The front of every point.
    pub fn ranks(&self) -> &[usize] {
        &self.ranks
    }

    /// The fronts from the best on, each as ascending indices of points.
    pub fn iter(&self) -> impl Iterator<Item = &[usize]> {
        let start = |front: usize| if front == 0 { 0 } else { self.ends[front - 1] };
        (0..self.ends.len()).map(move |front| &self.members[start(front)..self.ends[front]])
    }

    /// The points that no other dominates, as ascending indices; empty where there are no points.
    pub fn first(&self) -> &[usize] {
        self.ends.first().map_or(&[], |&end| &self.members[..end])
    }

    /// Number of fronts.
    pub fn count(&self) -> usize {
        self.ends.len()
    }

    fn from_ranks(ranks: Vec<usize>, fronts: usize) -> Self {
        let mut ends = vec![0; fronts];
        ranks.iter().for_each(|&rank| ends[rank] += 1);
        let mut total = 0;
        for end in &mut ends {
            (total, *end) = (total + *end, total);
        }
        let mut members = vec![0; ranks.len()];
        for (point, &rank) in ranks.iter().enumerate() {
            members[ends[rank]] = point;
            ends[rank] += 1;
        }
        Self { ranks, members, ends }
    }
}

/// The non-dominated fronts of `points`; equal points share a front.
///
/// Points are placed in lexicographic order, so that none is dominated by a later one, each into the first front that
/// does not dominate it, found by bisection (ENS, Zhang et al. 2015, <https://doi.org/10.1109/TEVC.2014.2308305>). Up
/// to three objectives a front is a staircase and the whole takes O(n log^2 n) comparisons.
///
/// Panics where an objective is NaN.
pub fn non_dominated_sort<const M: usize>(points: &[[f64; M]]) -> Fronts {
    if M <= 3 {
        // What is missing of three objectives is equal everywhere.
        let spatial =
            |point: &[f64; M]| std::array::from_fn(|objective| point.get(objective).map_or(0.0, |value| *value));
        return place_on_staircases(&points.iter().map(spatial).collect::<Vec<_>>());
    }
    check_numbers(points.as_flattened());
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_unstable_by(|&a, &b| lexicographic(&points[a], &points[b]).then(a.cmp(&b)));
    place_by_comparison(points, &order)
}

fn check_numbers(values: &[f64]) {
    assert!(values.iter().all(|value| !value.is_nan()), "an objective is NaN: give it its worst value");
}

/// Ascending, by the first objective in which two points differ. Zeros of both signs are equal, as in `dominates`.
fn lexicographic<const M: usize>(a: &[f64; M], b: &[f64; M]) -> Ordering {
    let values = a.iter().zip(b);
    values.map(|(a, b)| a.partial_cmp(b).expect("no objective is NaN")).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
}

/// The places of points in lexicographic order, equal ones by place.
pub(super) fn lexicographic_order(points: &[[f64; 3]]) -> Vec<u32> {
    // By the first objective, which mostly decides. Adding 0 makes a negative zero positive.
    let mut order = ascending(points.iter().map(|point| point[0] + 0.0));
    let point = |place: u32| &points[place as usize];
    for equal in order.chunk_by_mut(|&a, &b| point(a)[0] == point(b)[0]).filter(|equal| equal.len() > 1) {
        equal.sort_unstable_by(|&a, &b| lexicographic(point(a), point(b)).then(a.cmp(&b)));
    }
    order
}

/// In lexicographic order the first objective never decides: what is left is a question in the plane.
fn place_on_staircases(points: &[[f64; 3]]) -> Fronts {
    const CORNER: [f64; 2] = [f64::INFINITY, f64::INFINITY];
    check_numbers(points.as_flattened());
    let mut ranks = vec![0; points.len()];
    let mut fronts: Vec<Staircase> = Vec::new();
    let mut previous: Option<usize> = None;
    for index in lexicographic_order(points).into_iter().map(|index| index as usize) {
        // An equal point would be covered by its twin, which does not dominate it.
        if let Some(twin) = previous.filter(|&twin| points[twin] == points[index]) {
            ranks[index] = ranks[twin];
            continue;
        }
        let [_, x, y] = points[index];
        let rank = fronts.partition_point(|front| front.covers([x, y]));
        if rank == fronts.len() {
            fronts.push(Staircase::default());
        }
        fronts[rank].insert([x, y], CORNER);
        ranks[index] = rank;
        previous = Some(index);
    }
    Fronts::from_ranks(ranks, fronts.len())
}

fn place_by_comparison<const M: usize>(points: &[[f64; M]], order: &[usize]) -> Fronts {
    let mut ranks = vec![0; points.len()];
    let mut fronts: Vec<Vec<usize>> = Vec::new();
    for &index in order {
        // From the latest member on: it is the nearest, and the likeliest to dominate.
        let dominated =
            |front: &Vec<usize>| front.iter().rev().any(|&member| dominates(&points[member], &points[index]));
        let rank = fronts.partition_point(dominated);
        if rank == fronts.len() {
            fronts.push(Vec::new());
        }
        fronts[rank].push(index);
        ranks[index] = rank;
    }
    Fronts::from_ranks(ranks, fronts.len())
}

/// Crowding distance of each point of one front; boundary points are infinite.
///
/// `front`: `n` points x `M` objectives. Returns `n` values; larger is less crowded. Equal values of an objective are
/// ordered by index. An objective in which all points are equal adds nothing, not even to the boundary: otherwise one
/// arbitrary point would be kept for ever.
/// Deb et al. 2002, section III-B, <https://doi.org/10.1109/4235.996017>.
///
/// Panics where an objective is not finite.
pub fn crowding_distance<const M: usize>(front: &[[f64; M]]) -> Vec<f64> {
    assert!(front.as_flattened().iter().all(|value| value.is_finite()), "crowding distance needs finite objectives");
    let mut distance = vec![0.0; front.len()];
    for objective in 0..M {
        add_distances(&mut distance, &front.iter().map(|point| point[objective]).collect::<Vec<_>>());
    }
    distance
}

/// Add the distances between neighbours in one objective.
fn add_distances(distance: &mut [f64], values: &[f64]) {
    // Adding 0 makes a negative zero positive: the order tells them apart.
    let order = ascending(values.iter().map(|value| value + 0.0));
    let (Some(&least), Some(&most)) = (order.first(), order.last()) else { return };
    let value = |place: u32| values[place as usize] + 0.0;
    let span = value(most) - value(least);
    if span == 0.0 {
        return;
    }
    distance[least as usize] = f64::INFINITY;
    distance[most as usize] = f64::INFINITY;
    for neighbours in order.windows(3) {
        distance[neighbours[1] as usize] += (value(neighbours[2]) - value(neighbours[0])) / span;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::fixture::points;
    use super::*;

    /// The definition: peel off what nothing left dominates.
    fn ranks_by_peeling<const M: usize>(points: &[[f64; M]]) -> Vec<usize> {
        let mut ranks = vec![usize::MAX; points.len()];
        for rank in 0.. {
            let left: Vec<usize> = (0..points.len()).filter(|&index| ranks[index] == usize::MAX).collect();
            if left.is_empty() {
                break;
            }
            for &index in &left {
                if !left.iter().any(|&other| dominates(&points[other], &points[index])) {
                    ranks[index] = rank;
                }
            }
        }
        ranks
    }

    /// pymoo 0.6.2, `NonDominatedSorting().do(F, return_rank=True)`.
    #[test]
    fn ranks_equal_those_of_pymoo() {
        assert_eq!(non_dominated_sort(&points::<3>(1, 40, 5)).ranks(), PYMOO_3_TIED);
        assert_eq!(non_dominated_sort(&points::<3>(2, 60, 1024)).ranks(), PYMOO_3);
        assert_eq!(non_dominated_sort(&points::<2>(3, 30, 32)).ranks(), PYMOO_2);
        assert_eq!(non_dominated_sort(&points::<4>(4, 40, 4)).ranks(), PYMOO_4);
    }

    const PYMOO_3_TIED: [usize; 40] = [
        5, 0, 2, 4, 0, 7, 2, 0, 4, 0, 3, 3, 4, 3, 1, 0, 6, 3, 4, 2, 4, 3, 5, 0, 4, 1, 5, 3, 1, 1, 0, 2, 8, 2, 4, 1, 3,
        6, 1, 0,
    ];
    const PYMOO_3: [usize; 60] = [
        5, 2, 1, 4, 0, 5, 2, 2, 0, 0, 0, 1, 1, 3, 1, 3, 0, 2, 0, 0, 3, 2, 0, 0, 0, 2, 1, 1, 0, 2, 2, 1, 4, 6, 3, 2, 1,
        6, 4, 5, 1, 0, 1, 5, 1, 1, 1, 4, 5, 2, 1, 3, 1, 4, 2, 4, 1, 3, 2, 5,
    ];
    const PYMOO_2: [usize; 30] =
        [1, 10, 6, 6, 4, 1, 11, 3, 1, 0, 2, 9, 9, 5, 10, 7, 6, 9, 6, 0, 2, 1, 5, 7, 12, 1, 8, 0, 0, 3];
    const PYMOO_4: [usize; 40] = [
        2, 1, 1, 2, 0, 1, 3, 3, 1, 3, 1, 4, 0, 0, 1, 4, 1, 2, 0, 2, 0, 0, 4, 2, 2, 0, 0, 1, 1, 1, 0, 4, 1, 2, 3, 2, 0,
        1, 0, 2,
    ];

    /// pymoo 0.6.2, `calc_crowding_distance(F) * 3`: pymoo divides the sum by the number of objectives, Deb does not.
    #[test]
    fn crowding_distances_equal_those_of_pymoo() {
        const INF: f64 = f64::INFINITY;
        let all = points::<3>(2, 60, 1024);
        let fronts = non_dominated_sort(&all);
        assert_eq!(fronts.first(), [4, 8, 9, 10, 16, 18, 19, 22, 23, 24, 28, 41]);
        let front: Vec<[f64; 3]> = fronts.first().iter().map(|&index| all[index]).collect();
        let expected = [
            0.29319213770391495,
            INF,
            0.6637753225960816,
            0.4327179752156495,
            0.4314266762496166,
            INF,
            INF,
            0.17115692911170985,
            INF,
            INF,
            0.26490816354394525,
            INF,
        ];
        assert_close(&crowding_distance(&front), &expected);

        // Ties, and a third objective that is the same everywhere.
        let mut tied = points::<3>(1, 40, 5)[..12].to_vec();
        tied.iter_mut().for_each(|point| point[2] = 2.0);
        assert_close(&crowding_distance(&tied), &[0.75, INF, 0.25, 0.5, INF, 0.0, 0.25, 0.25, INF, 0.75, INF, 0.5]);
    }

    fn assert_close(ours: &[f64], theirs: &[f64]) {
        assert_eq!(ours.len(), theirs.len());
        for (ours, theirs) in ours.iter().zip(theirs) {
            assert!(ours == theirs || (ours - theirs).abs() < 1e-14, "{ours} is not {theirs}");
        }
    }

    /// Crowding distances as they were first written: sorted pairs of value and place.
    fn crowding_of_sorted_pairs<const M: usize>(front: &[[f64; M]]) -> Vec<f64> {
        let mut distance = vec![0.0; front.len()];
        for objective in 0..M {
            let mut column: Vec<(f64, usize)> =
                front.iter().enumerate().map(|(index, point)| (point[objective] + 0.0, index)).collect();
            column.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let (Some(&least), Some(&most)) = (column.first(), column.last()) else { break };
            let span = most.0 - least.0;
            if span == 0.0 {
                continue;
            }
            distance[least.1] = f64::INFINITY;
            distance[most.1] = f64::INFINITY;
            for neighbours in column.windows(3) {
                distance[neighbours[1].1] += (neighbours[2].0 - neighbours[0].0) / span;
            }
        }
        distance
    }

    #[test]
    fn zeros_of_both_signs_are_equal() {
        let fronts = non_dominated_sort(&[[0.0, 1.0], [-0.0, 2.0], [-0.0, 1.0]]);
        assert_eq!(fronts.ranks(), [0, 1, 0]);
        assert_eq!(crowding_distance(&[[0.0], [-0.0]]), [0.0, 0.0]);
    }

    #[test]
    fn no_points_have_no_fronts_and_one_point_is_one_front() {
        assert_eq!(non_dominated_sort::<3>(&[]).count(), 0);
        assert!(non_dominated_sort::<3>(&[]).first().is_empty());
        assert_eq!(non_dominated_sort(&[[1.0, f64::INFINITY]]).first(), [0]);
        assert_eq!(crowding_distance(&[[1.0, 2.0]]), [0.0]);
    }

    /// Few levels, so that ties and equal points are frequent.
    fn cloud<const M: usize>() -> impl Strategy<Value = Vec<[f64; M]>> {
        let level = prop_oneof![(0..6u8).prop_map(f64::from), Just(f64::INFINITY), Just(f64::NEG_INFINITY)];
        prop::collection::vec(prop::array::uniform(level), 0..60)
    }

    fn check<const M: usize>(points: &[[f64; M]]) -> Result<(), TestCaseError> {
        let fronts = non_dominated_sort(points);
        prop_assert_eq!(fronts.ranks(), ranks_by_peeling(points));
        Ok(())
    }

    proptest! {
        #[test]
        fn sorting_in_1_to_5_objectives_is_peeling(
            one in cloud::<1>(), two in cloud::<2>(), three in cloud::<3>(), four in cloud::<4>(), five in cloud::<5>(),
        ) {
            check(&one)?;
            check(&two)?;
            check(&three)?;
            check(&four)?;
            check(&five)?;
        }

        #[test]
        fn crowding_distances_are_those_of_sorted_pairs_to_the_bit(
            front in prop::collection::vec(prop::array::uniform3(prop_oneof![Just(-0.0), Just(0.0), -2.0..2.0f64]), 0..60),
        ) {
            let bits = |values: Vec<f64>| values.into_iter().map(f64::to_bits).collect::<Vec<_>>();
            prop_assert_eq!(bits(crowding_distance(&front)), bits(crowding_of_sorted_pairs(&front)));
        }

        #[test]
        fn the_lexicographic_order_is_that_of_a_stable_sort(
            points in prop::collection::vec(
                prop::array::uniform3(prop_oneof![Just(-0.0), Just(0.0), Just(1.0), -2.0..2.0f64]), 0..60,
            ),
        ) {
            let mut expected: Vec<u32> = (0..points.len() as u32).collect();
            expected.sort_by(|&a, &b| lexicographic(&points[a as usize], &points[b as usize]));
            prop_assert_eq!(lexicographic_order(&points), expected);
        }

        #[test]
        fn fronts_hold_every_point_once_in_the_front_of_its_rank(points in cloud::<3>()) {
            let fronts = non_dominated_sort(&points);
            let mut seen = vec![0; points.len()];
            for (rank, front) in fronts.iter().enumerate() {
                prop_assert!(!front.is_empty() && front.is_sorted());
                for &index in front {
                    prop_assert_eq!(fronts.ranks()[index], rank);
                    seen[index] += 1;
                }
            }
            prop_assert!(seen.iter().all(|&count| count == 1));
        }
    }
}
