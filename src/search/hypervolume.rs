//! The hypervolume indicator: how much of objective space a set of points dominates, up to a reference point.
//!
//! Exact, for two and three objectives. The result does not depend on the order of the points, to the last bit.
//! Zitzler and Thiele 1999, <https://doi.org/10.1109/4235.797969>; in three dimensions by a sweep along the third
//! objective, as Fonseca, Paquete and López-Ibáñez 2006, <https://doi.org/10.1109/CEC.2006.1688440>.

use super::pareto::lexicographic_order;
use super::staircase::Staircase;

/// The area that `points` dominate, up to `reference`; both objectives minimised.
///
/// Points that are not better than `reference` in both objectives add nothing. Panics where a value is NaN, or an area
/// is not bounded (an objective of minus infinity).
pub fn hypervolume_2d(points: &[[f64; 2]], reference: &[f64; 2]) -> f64 {
    let mut inside = inside_of(points, reference);
    inside.sort_unstable_by(|a, b| a.partial_cmp(b).expect("no objective is NaN"));
    let (mut area, mut top) = (0.0, reference[1]);
    for point in inside {
        if point[1] < top {
            area += (reference[0] - point[0]) * (top - point[1]);
            top = point[1];
        }
    }
    area
}

/// The volume that `points` dominate, up to `reference`; all three objectives minimised.
///
/// Points that are not better than `reference` in all objectives add nothing. Panics as `hypervolume_2d` does. Takes
/// O(n log n) comparisons.
pub fn hypervolume_3d(points: &[[f64; 3]], reference: &[f64; 3]) -> f64 {
    let inside = inside_of(points, reference);
    let corner = [reference[1], reference[2]];
    let mut stairs = Staircase::default();
    let (mut volume, mut area) = (0.0, 0.0);
    // The objective that is swept along comes first.
    let order = lexicographic_order(&inside);
    for (index, &place) in order.iter().enumerate() {
        let [depth, x, y] = inside[place as usize];
        if !stairs.covers([x, y]) {
            area += stairs.insert([x, y], corner);
        }
        let next = order.get(index + 1).map_or(reference[0], |&next| inside[next as usize][0]);
        volume += area * (next - depth);
    }
    volume
}

/// The points that are better than `reference` everywhere.
fn inside_of<const M: usize>(points: &[[f64; M]], reference: &[f64; M]) -> Vec<[f64; M]> {
    assert!(points.iter().flatten().chain(reference).all(|value| !value.is_nan()), "an objective is NaN");
    let better = |point: &&[f64; M]| point.iter().zip(reference).all(|(value, bound)| value < bound);
    let inside: Vec<[f64; M]> = points.iter().filter(better).copied().collect();
    assert!(inside.iter().flatten().all(|value| value.is_finite()), "an unbounded hypervolume");
    inside
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::fixture::points;
    use super::*;

    /// pymoo 0.6.2, `Hypervolume(ref_point=[0.9 * levels] * m).do(F)`.
    #[test]
    fn hypervolumes_equal_those_of_pymoo() {
        let plane = hypervolume_2d(&points::<2>(5, 30, 1024), &[1024.0 * 0.9; 2]);
        assert!((plane / 802922.9600000001 - 1.0).abs() < 1e-14, "{plane}");
        let space = hypervolume_3d(&points::<3>(6, 40, 1024), &[1024.0 * 0.9; 3]);
        assert!((space / 505685346.6160001 - 1.0).abs() < 1e-14, "{space}");
        assert_eq!(hypervolume_3d(&points::<3>(1, 40, 5), &[4.5; 3]), 75.625);
    }

    #[test]
    fn what_is_not_better_than_the_reference_everywhere_adds_nothing() {
        assert_eq!(hypervolume_2d(&[[0.0, 2.0], [3.0, 0.0], [1.0, 1.0]], &[2.0, 2.0]), 1.0);
        assert_eq!(hypervolume_3d(&[], &[1.0; 3]), 0.0);
        assert_eq!(hypervolume_3d(&[[1.0, 0.0, f64::INFINITY]], &[1.0; 3]), 0.0);
    }

    /// Cells of a grid with integer corners that some point dominates.
    fn cells<const M: usize>(points: &[[f64; M]], reference: &[f64; M], dominated: &mut [f64; M], from: usize) -> f64 {
        if from == M {
            let covers = |point: &[f64; M]| point.iter().zip(dominated.iter()).all(|(value, cell)| value <= cell);
            return f64::from(points.iter().any(covers));
        }
        (0..reference[from] as usize)
            .map(|cell| {
                dominated[from] = cell as f64;
                cells(points, reference, dominated, from + 1)
            })
            .sum()
    }

    fn cloud<const M: usize>() -> impl Strategy<Value = Vec<[f64; M]>> {
        prop::collection::vec(prop::array::uniform((0..9u8).prop_map(f64::from)), 0..25)
    }

    proptest! {
        #[test]
        fn the_hypervolume_counts_the_cells_of_a_grid(plane in cloud::<2>(), space in cloud::<3>()) {
            prop_assert_eq!(hypervolume_2d(&plane, &[7.0, 8.0]), cells(&plane, &[7.0, 8.0], &mut [0.0; 2], 0));
            let reference = [7.0, 8.0, 6.0];
            prop_assert_eq!(hypervolume_3d(&space, &reference), cells(&space, &reference, &mut [0.0; 3], 0));
        }

        /// The sweep as it was first written: sorted points, and stairs whose covered steps are counted first.
        #[test]
        fn the_volume_is_that_of_a_sweep_over_sorted_points_to_the_bit(
            points in prop::collection::vec(
                prop::array::uniform3(prop_oneof![Just(-0.0), Just(0.0), -1.0..1.0f64]), 0..60,
            ),
        ) {
            let inside = |point: &&[f64; 3]| point.iter().all(|value| *value < 0.9);
            let mut sorted: Vec<[f64; 3]> = points.iter().filter(inside).copied().collect();
            sorted.sort_by(|a, b| a.partial_cmp(b).expect("no objective is NaN"));
            let (mut steps, mut volume, mut area): (Vec<[f64; 2]>, f64, f64) = (Vec::new(), 0.0, 0.0);
            for (index, &[depth, x, y]) in sorted.iter().enumerate() {
                let after = steps.partition_point(|step| step[0] <= x);
                if after == 0 || steps[after - 1][1] > y {
                    let start = steps.partition_point(|step| step[0] < x);
                    let end = start + steps[start..].iter().take_while(|step| step[1] >= y).count();
                    let ceiling = if start == 0 { 0.9 } else { steps[start - 1][1] };
                    let right = steps.get(end).map_or(0.9, |step| step[0]);
                    let (mut added, mut left, mut top) = (0.0, x, ceiling);
                    for step in &steps[start..end] {
                        added += (step[0] - left) * (top - y);
                        (left, top) = (step[0], step[1]);
                    }
                    added += (right - left) * (top - y);
                    steps.splice(start..end, [[x, y]]);
                    area += added;
                }
                volume += area * (sorted.get(index + 1).map_or(0.9, |point| point[0]) - depth);
            }
            prop_assert_eq!(hypervolume_3d(&points, &[0.9; 3]).to_bits(), volume.to_bits());
        }

        #[test]
        fn the_order_of_the_points_changes_no_bit(
            (first, second) in prop::collection::vec(prop::array::uniform3(0.0..1.0), 0..30)
                .prop_flat_map(|points| (Just(points.clone()), Just(points).prop_shuffle())),
        ) {
            prop_assert_eq!(
                hypervolume_3d(&first, &[0.9; 3]).to_bits(),
                hypervolume_3d(&second, &[0.9; 3]).to_bits()
            );
        }
    }
}
