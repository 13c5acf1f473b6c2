//! How a regression tree grows: rows are sorted once per feature, and every split keeps the orders.
//!
//! A node costs time in proportion to its rows and features, without any further sorting.

use crate::Features;
use crate::tree::{RegressionTree, TieBreak};
use renas_base::order::ascending;
use renas_base::seed::Stream;

/// A gain must exceed another by this share of the node's sum of squares to be larger; less is rounding.
const SAME_GAIN: f64 = 1e-12;

/// One node of a tree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Node {
    /// Threshold of a split: up to it, go left. Prediction of a leaf.
    pub(crate) value: f64,
    /// Index of the right child; 0, the root, in a leaf.
    pub(crate) right: u32,
    /// The feature of a split; 0 in a leaf.
    pub(crate) feature: u32,
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
///
/// Where a branch would follow the data it is guessed wrong half of the time, and costs more than the work that it saves:
/// `divide_order` and `best_split_of` have none.
pub(super) struct Growth<'a> {
    settings: &'a RegressionTree,
    targets: &'a [f64],
    /// Values by column.
    values: Vec<Vec<f64>>,
    /// Rows by ascending value of each feature.
    orders: Vec<Vec<u32>>,
    /// Rows by ascending index: the order in which targets are summed.
    rows: Vec<u32>,
    /// Targets of the rows of the node that is split, less their mean.
    centred: Vec<f64>,
    goes_left: Vec<bool>,
    spare: Vec<u32>,
    visit: Vec<usize>,
    stream: Option<Stream>,
}

impl<'a> Growth<'a> {
    pub(super) fn new(settings: &'a RegressionTree, features: &Features<'_>, targets: &'a [f64]) -> Self {
        let (n, columns) = (features.rows(), features.columns());
        let values: Vec<Vec<f64>> = (0..columns).map(|column| features.column(column)).collect();
        let rows: Vec<u32> = (0..u32::try_from(n).expect("fewer rows than 2^32")).collect();
        let orders = values.iter().map(|values| ascending(values.iter().copied())).collect();
        let stream = match settings.tie_break {
            TieBreak::LowestFeature => None,
            TieBreak::RandomFeature(seed) => Some(seed.stream("tree")),
        };
        let (centred, goes_left, spare) = (vec![0.0; n], vec![false; n], vec![0; n]);
        let visit = (0..columns).collect();
        Self { settings, targets, values, orders, rows, centred, goes_left, spare, visit, stream }
    }

    /// The nodes in the order of a walk that goes left first: the left child of a node is the next one.
    pub(super) fn grow(mut self) -> Vec<Node> {
        let mut nodes: Vec<Node> = Vec::with_capacity(2 * self.rows.len());
        let mut open = vec![Open { start: 0, end: self.rows.len(), depth: 0, parent: None }];
        while let Some(Open { start, end, depth, parent }) = open.pop() {
            if let Some(parent) = parent {
                nodes[parent].right = nodes.len() as u32;
            }
            let mean = sum(&self.rows[start..end], self.targets) / (end - start) as f64;
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

    /// Whether a node of so many rows may be split.
    fn splits(&self, rows: usize) -> bool {
        rows >= 2 * self.settings.min_samples_leaf
    }

    /// The split that lowers the sum of squares most; none where the node is pure or too small, or all rows are equal.
    fn best_split(&mut self, start: usize, end: usize, mean: f64) -> Option<Split> {
        let target = |row: u32| self.targets[row as usize];
        let pure = self.rows[start..end].iter().all(|&row| target(row) == target(self.rows[start]));
        if pure || !self.splits(end - start) {
            return None;
        }
        if let Some(stream) = &mut self.stream {
            stream.shuffle(&mut self.visit);
        }
        let same = SAME_GAIN * self.centre(start, end, mean);
        let mut best: Option<Split> = None;
        for &feature in &self.visit {
            // A split that gains nothing is still a split: those below it may gain.
            let least = best.as_ref().map_or(f64::NEG_INFINITY, |best| best.gain);
            let order = &self.orders[feature][start..end];
            let smallest = self.settings.min_samples_leaf;
            if let Some((threshold, gain)) =
                best_split_of(order, &self.values[feature], &self.centred, smallest, least, same)
            {
                best = Some(Split { feature, threshold, gain });
            }
        }
        best
    }

    /// Take the mean off the targets of a node; returns the sum of their squares, in the order of the rows.
    fn centre(&mut self, start: usize, end: usize, mean: f64) -> f64 {
        let centre = |&row: &u32| {
            let target = self.targets[row as usize] - mean;
            self.centred[row as usize] = target;
            target * target
        };
        self.rows[start..end].iter().map(centre).sum()
    }

    /// Divide every order at a split; returns where the right side starts.
    fn divide(&mut self, start: usize, end: usize, feature: usize, threshold: f64) -> usize {
        for &row in &self.rows[start..end] {
            self.goes_left[row as usize] = self.values[feature][row as usize] <= threshold;
        }
        let left = self.divide_order(None, start, end);
        // Children that are leaves by their size need no orders.
        if self.splits(left.max(end - start - left)) {
            (0..self.orders.len()).for_each(|feature| _ = self.divide_order(Some(feature), start, end));
        }
        start + left
    }

    /// Divide one order, or the rows, keeping both sides in order; returns how many go left.
    fn divide_order(&mut self, feature: Option<usize>, start: usize, end: usize) -> usize {
        let order = feature.map_or(&mut self.rows, |feature| &mut self.orders[feature]);
        let (part, spare) = (&mut order[start..end], &mut self.spare[..end - start]);
        let (mut left, mut right) = (0, 0);
        for index in 0..part.len() {
            let row = part[index];
            let goes_left = usize::from(self.goes_left[row as usize]);
            // To both sides: the next row of the other side takes the place.
            part[left] = row;
            spare[right] = row;
            left += goes_left;
            right += 1 - goes_left;
        }
        part[left..].copy_from_slice(&spare[..right]);
        left
    }
}

/// The sum of the targets of some rows. Not inlined: within `grow` the sum is kept in memory, which takes three times as long.
#[inline(never)]
fn sum(rows: &[u32], targets: &[f64]) -> f64 {
    rows.iter().map(|&row| targets[row as usize]).sum()
}

/// The best split of one feature, where its gain exceeds `least` by more than `same`: threshold and gain.
fn best_split_of(
    order: &[u32],
    values: &[f64],
    centred: &[f64],
    smallest: usize,
    mut least: f64,
    same: f64,
) -> Option<(f64, f64)> {
    let (n, value) = (order.len(), |row: u32| values[row as usize]);
    if value(order[0]) == value(order[n - 1]) {
        return None;
    }
    let mut sum = order[..smallest - 1].iter().fold(0.0, |sum, &row| sum + centred[row as usize]);
    // How many rows there are, go left and go right, as floating-point numbers: they are exact.
    let (all, mut left, mut right) = (n as f64, (smallest - 1) as f64, (n - smallest + 1) as f64);
    let (rows, next) = (&order[smallest - 1..n - smallest], &order[smallest..=n - smallest]);
    let mut high = value(rows[0]);
    let mut best = None;
    for (&row, &next) in rows.iter().zip(next) {
        sum += centred[row as usize];
        (left, right) = (left + 1.0, right - 1.0);
        let low = std::mem::replace(&mut high, value(next));
        // Both sides together: sum^2 / left + sum^2 / right, since the centred targets add up to 0.
        let gain = sum * sum * (all / (left * right));
        if (gain > least + same) & (low != high) {
            least = gain;
            best = Some((midpoint(low, high), gain));
        }
    }
    best
}

/// Halfway between `low` and `high`, but below `high` in any case.
fn midpoint(low: f64, high: f64) -> f64 {
    let middle = low / 2.0 + high / 2.0;
    if middle < high && middle >= low { middle } else { low }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::{self, tables};
    use renas_base::seed::Seed;

    #[test]
    fn a_tree_has_the_bits_of_one_whose_nodes_sort_anew() {
        for ((table, columns, targets), index) in tables("growth", 400, 120).zip(0..) {
            let features = Features::new(&table, columns).expect("a table");
            let tie_breaks = [TieBreak::LowestFeature, TieBreak::RandomFeature(Seed::from_number(index))];
            for (tie_break, min_samples_leaf) in tie_breaks.into_iter().zip([1 + index as usize % 3, 1]) {
                let max_depth = (index % 5 == 0).then_some(3);
                let settings = RegressionTree { min_samples_leaf, max_depth, tie_break };
                let bits = |node: &Node| (node.value.to_bits(), node.right, node.feature);
                let nodes = Growth::new(&settings, &features, &targets).grow();
                let expected = oracle::nodes(&settings, &features, &targets);
                assert!(nodes.iter().map(bits).eq(expected.iter().map(bits)), "{nodes:?} is not {expected:?}");
            }
        }
    }

    #[test]
    fn a_midpoint_is_below_the_higher_value_and_finite() {
        let one = 1.0f64;
        assert_eq!(midpoint(1.0, 2.0), 1.5);
        assert_eq!(midpoint(one, one.next_up()), one);
        assert_eq!(midpoint(0.0, f64::from_bits(1)), 0.0);
        assert!(midpoint(f64::MAX / 1.5, f64::MAX).is_finite());
    }
}
