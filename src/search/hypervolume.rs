//! The hypervolume indicator: how much of objective space a set of points dominates, up to a reference point.
//!
//! Exact, for two and three objectives. The result does not depend on the order of the points, to the last bit.
//! Zitzler and Thiele 1999, <https://doi.org/10.1109/4235.797969>; in three dimensions by a sweep along the third
//! objective, as Fonseca, Paquete and López-Ibáñez 2006, <https://doi.org/10.1109/CEC.2006.1688440>.

use super::staircase::Staircase;

/// The area that `points` dominate, up to `reference`; both objectives minimised.
///
/// Points that are not better than `reference` in both objectives add nothing. Panics where a value is NaN, or an area
/// is not bounded (an objective of minus infinity).
pub fn hypervolume_2d(points: &[[f64; 2]], reference: &[f64; 2]) -> f64 {
    let inside = inside_of(points, reference);
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
    // The objective that is swept along comes first, because points are put in lexicographic order.
    let inside = inside_of(points, reference);
    let corner = [reference[1], reference[2]];
    let mut stairs = Staircase::default();
    let (mut volume, mut area) = (0.0, 0.0);
    for (index, &[depth, x, y]) in inside.iter().enumerate() {
        if !stairs.covers([x, y]) {
            area += stairs.insert([x, y], corner);
        }
        let next = inside.get(index + 1).map_or(reference[0], |point| point[0]);
        volume += area * (next - depth);
    }
    volume
}

/// The points that are better than `reference` everywhere, in lexicographic order.
fn inside_of<const M: usize>(points: &[[f64; M]], reference: &[f64; M]) -> Vec<[f64; M]> {
    assert!(points.iter().flatten().chain(reference).all(|value| !value.is_nan()), "an objective is NaN");
    let better = |point: &&[f64; M]| point.iter().zip(reference).all(|(value, bound)| value < bound);
    let mut inside: Vec<[f64; M]> = points.iter().filter(better).copied().collect();
    assert!(inside.iter().flatten().all(|value| value.is_finite()), "an unbounded hypervolume");
    inside.sort_unstable_by(|a, b| a.partial_cmp(b).expect("no objective is NaN"));
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
