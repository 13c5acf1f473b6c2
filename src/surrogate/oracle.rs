//! The formulas as they were first written, one number after the other: what is fast must give the same bits.
//!
//! Committed evidence is replayed from these fits. What stands here is not made faster.

use super::tree::growth::Node;
use super::tree::{RegressionTree, TieBreak};
use super::{Features, Predictor};
use renas_base::seed::{Seed, Stream};

pub(super) fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// Random tables of 1 to 9 columns, each with targets: some of few levels, so that ties are frequent, and of both zeros.
pub(super) fn tables(purpose: &str, count: u64, rows: usize) -> impl Iterator<Item = (Vec<f64>, usize, Vec<f64>)> {
    let seed = Seed::from_number(17).derive(purpose);
    (0..count).map(move |index| {
        let mut stream = seed.derive_indexed("table", index).stream("values");
        let (rows, columns, levels) = (1 + stream.below(rows), 1 + stream.below(9), 1 + stream.below(30));
        let coarse = stream.chance(0.5);
        let mut draw = |scale: f64| match coarse {
            true => (stream.below(levels) as f64 - levels as f64 / 2.0) * -0.25 * scale,
            false => stream.normal() * scale,
        };
        let table = (0..rows * columns).map(|_| draw(1.0)).collect();
        (table, columns, (0..rows).map(|_| draw(3.0)).collect())
    })
}

/// The nodes of a tree: every node sorts its rows anew.
pub(super) fn nodes(settings: &RegressionTree, features: &Features<'_>, targets: &[f64]) -> Vec<Node> {
    let stream = match settings.tie_break {
        TieBreak::LowestFeature => None,
        TieBreak::RandomFeature(seed) => Some(seed.stream("tree")),
    };
    let visit = (0..features.columns()).collect();
    let mut growth = Growth { settings, features, targets, stream, visit, nodes: Vec::new() };
    growth.grow(&(0..features.rows()).collect::<Vec<_>>(), 0);
    growth.nodes
}

struct Growth<'a> {
    settings: &'a RegressionTree,
    features: &'a Features<'a>,
    targets: &'a [f64],
    stream: Option<Stream>,
    visit: Vec<usize>,
    nodes: Vec<Node>,
}

impl Growth<'_> {
    fn grow(&mut self, rows: &[usize], depth: usize) {
        let mean = rows.iter().map(|&row| self.targets[row]).sum::<f64>() / rows.len() as f64;
        let deep = self.settings.max_depth.is_some_and(|limit| depth >= limit);
        let Some((feature, threshold)) = (if deep { None } else { self.best(rows, mean) }) else {
            return self.nodes.push(Node { value: mean, right: 0, feature: 0 });
        };
        let (left, right): (Vec<usize>, Vec<usize>) =
            rows.iter().partition(|&&row| self.features.value(row, feature) <= threshold);
        let place = self.nodes.len();
        self.nodes.push(Node { value: threshold, right: 0, feature: feature as u32 });
        self.grow(&left, depth + 1);
        self.nodes[place].right = self.nodes.len() as u32;
        self.grow(&right, depth + 1);
    }

    fn best(&mut self, rows: &[usize], mean: f64) -> Option<(usize, f64)> {
        let (n, smallest) = (rows.len(), self.settings.min_samples_leaf);
        if rows.iter().all(|&row| self.targets[row] == self.targets[rows[0]]) || n < 2 * smallest {
            return None;
        }
        if let Some(stream) = &mut self.stream {
            stream.shuffle(&mut self.visit);
        }
        let squares = rows.iter().map(|&row| (self.targets[row] - mean) * (self.targets[row] - mean));
        let same = 1e-12 * squares.sum::<f64>();
        let (mut best, mut least) = (None, f64::NEG_INFINITY);
        for &feature in &self.visit {
            let value = |row: usize| self.features.value(row, feature);
            let mut order = rows.to_vec();
            order.sort_by(|&a, &b| value(a).total_cmp(&value(b)));
            if value(order[0]) == value(order[n - 1]) {
                continue;
            }
            let mut sum = 0.0;
            for left in 1..=n - smallest {
                sum += self.targets[order[left - 1]] - mean;
                if left < smallest || left == n {
                    continue;
                }
                let (low, high) = (value(order[left - 1]), value(order[left]));
                let gain = sum * sum * (n as f64 / (left * (n - left)) as f64);
                if low != high && gain > least + same {
                    let middle = low / 2.0 + high / 2.0;
                    least = gain;
                    best = Some((feature, if middle < high && middle >= low { middle } else { low }));
                }
            }
        }
        best
    }
}

/// The predictions for all rows, one by one.
pub(super) fn predictions(fitted: &impl Predictor, features: &Features<'_>) -> Vec<f64> {
    (0..features.rows()).map(|row| fitted.predict(features.row(row))).collect()
}

/// A column less its mean, and the mean.
pub(super) fn centred(column: &[f64]) -> (Vec<f64>, f64) {
    let first = column[0];
    let mean = first + column.iter().map(|value| value - first).sum::<f64>() / column.len() as f64;
    (column.iter().map(|value| value - mean).collect(), mean)
}

/// The sum of products, in eight lanes that are added in pairs at the end.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; 8];
    a.iter().zip(b).enumerate().for_each(|(place, (a, b))| lanes[place % 8] += a * b);
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + b) + (c + d)) + ((e + f) + (g + h))
}

/// Householder reflections, one after the other over all columns.
pub(super) fn triangulate(columns: &mut [Vec<f64>], values: &mut [f64]) {
    for k in 0..columns.len().min(values.len()) {
        let (done, rest) = columns.split_at_mut(k + 1);
        let normal = &mut done[k][k..];
        let square = dot(normal, normal);
        if square == 0.0 {
            continue;
        }
        let corner = -square.sqrt().copysign(normal[0]);
        let half = square - normal[0] * corner;
        normal[0] -= corner;
        for other in rest.iter_mut().map(|column| &mut column[k..]).chain([&mut values[k..]]) {
            let share = dot(normal, other) / half;
            other.iter_mut().zip(normal.iter()).for_each(|(value, normal)| *value -= share * normal);
        }
        normal.fill(0.0);
        normal[0] = corner;
    }
}
