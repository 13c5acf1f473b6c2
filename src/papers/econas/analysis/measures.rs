//! How one search went from generation to generation; nothing where it has no such generation.

use crate::population::Trajectory;

/// The least-squares slope of an objective's means against some generations.
pub fn late_slope(trajectory: &Trajectory, generations: &[usize], axis: usize) -> Option<f64> {
    let means: Option<Vec<f64>> = generations.iter().map(|&row| mean_of(trajectory, row, axis)).collect();
    slope(generations, &means?)
}

/// The share of the generations up to the last of some in which an objective's mean goes where it is wanted: accuracy and
/// introspectability up, multiply-adds down.
pub fn steps(trajectory: &Trajectory, generations: &[usize], axis: usize) -> Option<f64> {
    let (last, wanted) = (*generations.last()?, if axis == 2 { -1.0 } else { 1.0 });
    let path: Option<Vec<f64>> = (0..=last).map(|row| mean_of(trajectory, row, axis)).collect();
    let steps = path?.windows(2).filter(|step| wanted * (step[1] - step[0]) > 0.0).count();
    Some(steps as f64 / last as f64)
}

/// The change per generation of an objective's mean up to the first of some generations, less that between the last two.
pub fn slowdown(trajectory: &Trajectory, generations: &[usize], axis: usize) -> Option<f64> {
    let (&[before, last], first) = (generations.last_chunk()?, generations[0]);
    let rate = |from: usize, to: usize| {
        let change = mean_of(trajectory, to, axis)? - mean_of(trajectory, from, axis)?;
        Some(change.abs() / (to - from) as f64)
    };
    Some(rate(0, first)? - rate(before, last)?)
}

/// The standard deviation of an objective after some generations as a share of the random sample's.
pub fn dispersion(trajectory: &Trajectory, generation: usize, axis: usize) -> Option<f64> {
    let start = trajectory.deviation.first()?[axis];
    Some(if start > 0.0 { trajectory.deviation.get(generation)?[axis] / start } else { 0.0 })
}

fn mean_of(trajectory: &Trajectory, generation: usize, axis: usize) -> Option<f64> {
    Some(trajectory.mean.get(generation)?[axis])
}

/// The least-squares slope of values against rows.
fn slope(rows: &[usize], values: &[f64]) -> Option<f64> {
    let middle = rows.iter().sum::<usize>() as f64 / rows.len() as f64;
    let spread: f64 = rows.iter().map(|&row| (row as f64 - middle) * (row as f64 - middle)).sum();
    let products = rows.iter().zip(values).map(|(&row, value)| (row as f64 - middle) * value);
    (spread > 0.0).then(|| products.sum::<f64>() / spread)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NumPy 2.4.6, `numpy.polyfit([8, 12, 15], y, 1)[0]` of the FLOPs that Table 2 prints.
    #[test]
    fn the_slopes_of_table_2_are_those_of_numpy() {
        let of = |values: [f64; 3]| slope(&[8, 12, 15], &values).expect("three rows");
        let (mnist, cifar10) = (of([116_239.0, 105_764.0, 86_148.0]), of([185_901.0, 141_100.0, 132_058.0]));
        assert!((mnist - -4207.9054054).abs() < 1e-6 && (cifar10 - -7881.5).abs() < 1e-6, "{mnist} {cifar10}");
        assert_eq!(slope(&[8], &[1.0]), None);
    }

    /// Accuracy 0, 0.25, 0.5, 0.25, 0.75: three of four steps rise; 0.25 per generation up to 2, and 0.5 in the last step.
    #[test]
    fn paths_are_those_of_a_hand_count() {
        let mean = [0.0, 0.25, 0.5, 0.25, 0.75].map(|accuracy| [accuracy, 1.0, accuracy]).to_vec();
        let deviation = vec![[0.5, 0.0, 2.0], [0.25, 0.0, 1.0]];
        let trajectory = Trajectory { mean, deviation, ..Trajectory::default() };
        let rows = [2, 3, 4];
        assert_eq!([0, 1, 2].map(|axis| steps(&trajectory, &rows, axis)), [Some(0.75), Some(0.0), Some(0.25)]);
        assert_eq!(slowdown(&trajectory, &rows, 0), Some(0.25 - 0.5));
        assert_eq!(slowdown(&trajectory, &[2, 4], 0), Some(0.25 - 0.125));
        assert_eq!((slowdown(&trajectory, &[2], 0), late_slope(&trajectory, &[2, 9], 0)), (None, None));
        assert_eq!([0, 1].map(|axis| dispersion(&trajectory, 1, axis)), [Some(0.5), Some(0.0)]);
    }
}
