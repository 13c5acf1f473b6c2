//! Temporary stand-in for `stats` (bootstrap, prediction interval, Holm) until it lands.

use super::number::Interval;
use crate::base::seed::Stream;

/// Sorted values of a statistic over resampled positions.
pub(super) fn bootstrap(n: usize, count: usize, stream: &mut Stream, statistic: impl Fn(&[usize]) -> f64) -> Vec<f64> {
    let mut positions = vec![0; n];
    let mut values: Vec<f64> = (0..count)
        .map(|_| {
            positions.iter_mut().for_each(|position| *position = stream.below(n));
            statistic(&positions)
        })
        .collect();
    values.sort_by(f64::total_cmp);
    values
}

/// Linear quantile of sorted values.
pub(super) fn quantile(sorted: &[f64], q: f64) -> f64 {
    let place = q * (sorted.len() - 1) as f64;
    let below = place as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}

/// Central interval.
pub(super) fn central(sorted: &[f64], level: f64) -> Interval {
    Interval { low: quantile(sorted, (1.0 - level) / 2.0), high: quantile(sorted, (1.0 + level) / 2.0) }
}

/// Order-statistics prediction interval of one more sample, 95 %.
pub(super) fn prediction(samples: &[f64]) -> Option<Interval> {
    let n = samples.len();
    let rank = ((n + 1) as f64 * 0.025) as usize;
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    (rank >= 1).then(|| Interval { low: sorted[rank - 1], high: sorted[n - rank] })
}

/// Holm-adjusted p-values.
pub(super) fn holm(p_values: &[f64]) -> Vec<f64> {
    let m = p_values.len();
    let mut order: Vec<usize> = (0..m).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut adjusted = vec![0.0; m];
    let mut largest = 0.0f64;
    for (rank, &index) in order.iter().enumerate() {
        largest = largest.max(p_values[index] * (m - rank) as f64).min(1.0);
        adjusted[index] = largest;
    }
    adjusted
}
