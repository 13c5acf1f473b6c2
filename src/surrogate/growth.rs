//! How a regression tree grows: rows are sorted once per feature, and every split keeps the orders.
//!
//! A node costs time in proportion to its rows and features, without any further sorting.

use super::Features;
use super::tree::{RegressionTree, TieBreak};
use renas_base::seed::Stream;

/// A gain must exceed another by this share of the node's sum of squares to be larger; less is rounding.
const SAME_GAIN: f64 = 1e-12;

/// One node of a tree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Node {
    /// Threshold of a split: up to it, go left. Prediction of a leaf.
    pub(super) value: f64,
    /// Index of the right child; 0, the root, in a leaf.
    pub(super) right: u32,
    /// The feature of a split; 0 in a leaf.
    pub(super) feature: u32,
}

/// The best split of a node.
struct Split {
    feature: usize,
    threshold: f64,
    gain: f64,
}

/// A node still to be made: its rows are `start..end` of every order.
struct Open {
    start: usize,
    end: usize,
    depth: usize,
    /// The split whose right child this is.
    parent: Option<usize>,
}

/// A tree under construction. Rows are sorted once per feature; a split divides each order and keeps it sorted.
pub(super) struct Growth<'a> {
    settings: &'a RegressionTree,
    targets: &'a [f64],
    /// Values by column.
    values: Vec<Vec<f64>>,
    /// Rows by ascending value of each feature.
    orders: Vec<Vec<u32>>,
    /// Rows by ascending index: the order in which targets are summed.
    rows: Vec<u32>,
    goes_left: Vec<bool>,
    spare: Vec<u32>,
    visit: Vec<usize>,
    stream: Option<Stream>,
}

impl<'a> Growth<'a> {
    pub(super) fn new(settings: &'a RegressionTree, features: &Features<'_>, targets: &'a [f64]) -> Self {
        let (n, columns) = (features.rows(), features.columns());
        let column = |column| (0..n).map(|row| features.value(row, column)).collect();
        let values: Vec<Vec<f64>> = (0..columns).map(column).collect();
        let rows: Vec<u32> = (0..u32::try_from(n).expect("fewer rows than 2^32")).collect();
        let sorted = |values: &Vec<f64>| {
            let mut order = rows.clone();
            order.sort_by(|&a, &b| values[a as usize].total_cmp(&values[b as usize]));
            order
        };
        let orders = values.iter().map(sorted).collect();
        let stream = match settings.tie_break {
            TieBreak::LowestFeature => None,
            TieBreak::RandomFeature(seed) => Some(seed.stream("tree")),
        };
        let (goes_left, spare, visit) = (vec![false; n], Vec::with_capacity(n), (0..columns).collect());
        Self { settings, targets, values, orders, rows, goes_left, spare, visit, stream }
    }

    /// The nodes in the order of a walk that goes left first: the left child of a node is the next one.
    pub(super) fn grow(mut self) -> Vec<Node> {
        let mut nodes: Vec<Node> = Vec::with_capacity(2 * self.rows.len());
        let mut open = vec![Open { start: 0, end: self.rows.len(), depth: 0, parent: None }];
        while let Some(Open { start, end, depth, parent }) = open.pop() {
            if let Some(parent) = parent {
                nodes[parent].right = nodes.len() as u32;
            }
            let mean = self.sum(start, end, |target| target) / (end - start) as f64;
            let deep = self.settings.max_depth.is_some_and(|limit| depth >= limit);
            let split = if deep { None } else { self.best_split(start, end, mean) };
            let Some(Split { feature, threshold, .. }) = split else {
                nodes.push(Node { value: mean, right: 0, feature: 0 });
                continue;
            };
            let middle = self.divide(start, end, feature, threshold);
            // The left child is taken from the stack first.
            open.push(Open { start: middle, end, depth: depth + 1, parent: Some(nodes.len()) });
            open.push(Open { start, end: middle, depth: depth + 1, parent: None });
            nodes.push(Node { value: threshold, right: 0, feature: feature as u32 });
        }
        nodes
    }

    /// The sum of a function of the targets of a node, in the order of the rows.
    fn sum(&self, start: usize, end: usize, function: impl Fn(f64) -> f64) -> f64 {
        self.rows[start..end].iter().map(|&row| function(self.targets[row as usize])).sum()
    }

    /// The split that lowers the sum of squares most; none where the node is pure or too small, or all rows are equal.
    fn best_split(&mut self, start: usize, end: usize, mean: f64) -> Option<Split> {
        let target = |row: u32| self.targets[row as usize];
        let pure = self.rows[start..end].iter().all(|&row| target(row) == target(self.rows[start]));
        if pure || end - start < 2 * self.settings.min_samples_leaf {
            return None;
        }
        if let Some(stream) = &mut self.stream {
            stream.shuffle(&mut self.visit);
        }
        let same = SAME_GAIN * self.sum(start, end, |target| (target - mean) * (target - mean));
        let mut best: Option<Split> = None;
        for &feature in &self.visit {
            // A split that gains nothing is still a split: those below it may gain.
            let least = best.as_ref().map_or(f64::NEG_INFINITY, |best| best.gain);
            if let Some(split) = self.best_split_of(feature, start, end, mean, least, same) {
                best = Some(split);
            }
        }
        best
    }

    /// The best split of one feature, where its gain exceeds `least` by more than `same`.
    fn best_split_of(
        &self,
        feature: usize,
        start: usize,
        end: usize,
        mean: f64,
        mut least: f64,
        same: f64,
    ) -> Option<Split> {
        let (order, values) = (&self.orders[feature][start..end], &self.values[feature]);
        let (n, smallest) = (order.len(), self.settings.min_samples_leaf);
        if values[order[0] as usize] == values[order[n - 1] as usize] {
            return None;
        }
        let mut best = None;
        let mut sum = 0.0;
        for left in 1..=n - smallest {
            let row = order[left - 1] as usize;
            sum += self.targets[row] - mean;
            if left < smallest || left == n {
                continue;
            }
            let (low, high) = (values[row], values[order[left] as usize]);
            if low == high {
                continue;
            }
            // Both sides together: sum^2 / left + sum^2 / right, since the centred targets add up to 0.
            let gain = sum * sum * (n as f64 / (left * (n - left)) as f64);
            if gain > least + same {
                least = gain;
                best = Some(Split { feature, threshold: midpoint(low, high), gain });
            }
        }
        best
    }

    /// Divide every order at a split; returns where the right side starts.
    fn divide(&mut self, start: usize, end: usize, feature: usize, threshold: f64) -> usize {
        let mut left = 0;
        for &row in &self.rows[start..end] {
            let goes_left = self.values[feature][row as usize] <= threshold;
            self.goes_left[row as usize] = goes_left;
            left += usize::from(goes_left);
        }
        for order in self.orders.iter_mut().chain([&mut self.rows]) {
            let part = &mut order[start..end];
            self.spare.clear();
            let mut place = 0;
            for index in 0..part.len() {
                let row = part[index];
                if self.goes_left[row as usize] {
                    part[place] = row;
                    place += 1;
                } else {
                    self.spare.push(row);
                }
            }
            part[place..].copy_from_slice(&self.spare);
        }
        start + left
    }
}

/// Halfway between `low` and `high`, but below `high` in any case.
fn midpoint(low: f64, high: f64) -> f64 {
    let middle = low / 2.0 + high / 2.0;
    if middle < high && middle >= low { middle } else { low }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_midpoint_is_below_the_higher_value_and_finite() {
        let one = 1.0f64;
        assert_eq!(midpoint(1.0, 2.0), 1.5);
        assert_eq!(midpoint(one, one.next_up()), one);
        assert_eq!(midpoint(0.0, f64::from_bits(1)), 0.0);
        assert!(midpoint(f64::MAX / 1.5, f64::MAX).is_finite());
    }
}
