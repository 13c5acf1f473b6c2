//! The predictions of a tree for many rows: several rows walk it side by side.
//!
//! One row after the other waits at every node for a comparison, and guesses wrong at half of them. Side by side the
//! waiting times overlap, and nothing is guessed: a step takes the child of the same number as the comparison's result,
//! and a leaf leads to itself until all rows of the group are at leaves. The predictions are those of each row alone.

use crate::Features;
use crate::tree::growth::Node;

/// Rows that walk together.
const GROUP: usize = 8;

/// A node whose children stand side by side.
#[derive(Clone, Copy)]
struct Step {
    /// Up to it, take the left child; infinite in a leaf.
    threshold: f64,
    feature: u32,
    /// The left child, before the right one; the leaf itself in a leaf.
    left: u32,
}

/// The predictions of the tree of `nodes` (`FittedTree`) for all rows.
pub(super) fn predict_all(nodes: &[Node], features: &Features<'_>) -> Vec<f64> {
    let (steps, values) = side_by_side(nodes);
    let mut predictions = Vec::with_capacity(features.rows());
    for rows in features.values.chunks(GROUP * features.columns) {
        let count = rows.len() / features.columns;
        // A group that is not full walks with its first row more than once.
        let starts: [usize; GROUP] = std::array::from_fn(|lane| if lane < count { lane * features.columns } else { 0 });
        let mut places = [0; GROUP];
        let mut moved = 1;
        while moved != 0 {
            moved = 0;
            for lane in 0..GROUP {
                let (place, step) = (places[lane], &steps[places[lane] as usize]);
                places[lane] = step.left + u32::from(rows[starts[lane] + step.feature as usize] > step.threshold);
                moved |= places[lane] ^ place;
            }
        }
        predictions.extend(places[..count].iter().map(|&place| values[place as usize]));
    }
    predictions
}

/// The nodes in another order, level by level, and the predictions of the leaves at their places.
fn side_by_side(nodes: &[Node]) -> (Vec<Step>, Vec<f64>) {
    let (mut steps, mut values) = (Vec::with_capacity(nodes.len()), Vec::with_capacity(nodes.len()));
    // Where in `nodes` the node of each place is.
    let mut sources = vec![0];
    for place in 0..nodes.len() {
        let source = sources[place];
        let node = &nodes[source];
        if node.right == 0 {
            steps.push(Step { threshold: f64::INFINITY, feature: 0, left: place as u32 });
            values.push(node.value);
        } else {
            steps.push(Step { threshold: node.value, feature: node.feature, left: sources.len() as u32 });
            values.push(f64::NAN);
            sources.extend([source + 1, node.right as usize]);
        }
    }
    (steps, values)
}

#[cfg(test)]
mod tests {
    use crate::oracle::{bits, predictions, tables};
    use crate::tree::RegressionTree;
    use crate::{Features, Predictor, Regressor};

    #[test]
    fn rows_side_by_side_have_the_bits_of_each_alone() {
        for (table, columns, targets) in tables("walk", 200, 90) {
            let features = Features::new(&table, columns).expect("a table");
            let tree = RegressionTree::default().fit(&features, &targets).expect("can be fitted");
            // Rows that the tree has not seen, with thresholds among them.
            let moved: Vec<f64> = table.iter().map(|value| value + 0.125).collect();
            for rows in [&table, &moved] {
                let rows = Features::new(rows, columns).expect("a table");
                assert_eq!(bits(&tree.predict_all(&rows)), bits(&predictions(&tree, &rows)));
            }
        }
    }
}
