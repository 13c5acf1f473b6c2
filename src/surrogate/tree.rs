//! CART regression tree: squared error, the best split at every node.
//!
//! Breiman, Friedman, Olshen and Stone 1984. Grows as scikit-learn's `DecisionTreeRegressor(splitter="best")`, and
//! predicts the same wherever no two splits of a node are equally good (that library then follows its random state;
//! in fully grown trees most small nodes are such). Deviations from it: features stay 64-bit, values of a feature that
//! differ at all can be split, and a node is pure when its targets are equal.

mod walk; //   how many rows find their leaves in it

pub(crate) mod growth; // how such a tree grows

use super::{Features, FitError, Predictor, Regressor, check_targets};
use growth::{Growth, Node};
use renas_base::seed::Seed;

/// How a tree is grown; the default grows it until the leaves are pure.
#[derive(Clone, Debug, PartialEq)]
pub struct RegressionTree {
    /// Fewest rows of a leaf; at least 1.
    pub min_samples_leaf: usize,
    /// Most splits between the root and a leaf; unlimited where absent.
    pub max_depth: Option<usize>,
    /// Which of equally good splits is taken.
    pub tie_break: TieBreak,
}

impl Default for RegressionTree {
    fn default() -> Self {
        Self { min_samples_leaf: 1, max_depth: None, tie_break: TieBreak::LowestFeature }
    }
}

/// Which of equally good splits of a node is taken. Within one feature it is always that of the lowest threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TieBreak {
    /// That of the feature with the lowest index.
    LowestFeature,
    /// That of the first feature in an order drawn anew at every node, as scikit-learn does.
    RandomFeature(Seed),
}

impl Regressor for RegressionTree {
    type Fitted = FittedTree;

    fn fit(&self, features: &Features<'_>, targets: &[f64]) -> Result<FittedTree, FitError> {
        check_targets(features, targets)?;
        if self.min_samples_leaf == 0 {
            return Err(FitError::Setting("min_samples_leaf is 0; a leaf needs at least 1 row"));
        }
        Ok(FittedTree { columns: features.columns(), nodes: Growth::new(self, features, targets).grow() })
    }
}

/// A grown tree.
#[derive(Clone, Debug, PartialEq)]
pub struct FittedTree {
    columns: usize,
    /// In the order of a walk that goes left first: the left child of a node is the next one.
    nodes: Vec<Node>,
}

impl Predictor for FittedTree {
    fn predict(&self, row: &[f64]) -> f64 {
        assert_eq!(row.len(), self.columns, "columns of a row");
        let mut index = 0;
        loop {
            let node = &self.nodes[index];
            if node.right == 0 {
                return node.value;
            }
            index = if row[node.feature as usize] <= node.value { index + 1 } else { node.right as usize };
        }
    }

    fn predict_all(&self, features: &Features<'_>) -> Vec<f64> {
        assert_eq!(features.columns(), self.columns, "columns of a row");
        walk::predict_all(&self.nodes, features)
    }
}

impl FittedTree {
    /// Number of leaves.
    pub fn leaves(&self) -> usize {
        self.nodes.iter().filter(|node| node.right == 0).count()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::fixture::congruence;
    use super::*;

    /// 80 rows of 3 features, their targets, and 12 more rows; features are exact in 32 bits, as scikit-learn has them.
    fn example() -> (Vec<f64>, Vec<f64>, Vec<f64>) {
        let mut draw = congruence(7);
        let features: Vec<f64> = (0..240).map(|_| draw(1024) / 1024.0).collect();
        let step = |row: &[f64]| if row[2] > 0.6 { 0.5 } else { 0.0 };
        let targets = features.chunks(3).map(|row| row[0] * row[1] + step(row) + draw(256) / 1024.0).collect();
        (features, targets, (0..36).map(|_| draw(1024) / 1024.0).collect())
    }

    impl FittedTree {
        /// Most splits between the root and a leaf.
        fn depth(&self) -> usize {
            let mut depths = vec![0; self.nodes.len()];
            for (index, node) in self.nodes.iter().enumerate().filter(|(_, node)| node.right != 0) {
                depths[index + 1] = depths[index] + 1;
                depths[node.right as usize] = depths[index] + 1;
            }
            depths.into_iter().max().unwrap_or(0)
        }
    }

    fn predictions(settings: &RegressionTree) -> (FittedTree, Vec<f64>) {
        let (features, targets, queries) = example();
        let tree = settings.fit(&Features::new(&features, 3).expect("a table"), &targets).expect("can be fitted");
        let predicted = queries.chunks(3).map(|row| tree.predict(row)).collect();
        (tree, predicted)
    }

    fn assert_close(ours: &[f64], theirs: &[f64]) {
        assert_eq!(ours.len(), theirs.len());
        for (ours, theirs) in ours.iter().zip(theirs) {
            assert!((ours - theirs).abs() < 1e-12, "{ours} is not {theirs}");
        }
    }

    /// scikit-learn 1.9.1, `DecisionTreeRegressor(min_samples_leaf=5)`; random states 0 and 1 agree.
    #[test]
    fn leaves_of_five_rows_predict_what_scikit_learn_predicts() {
        let settings = RegressionTree { min_samples_leaf: 5, ..RegressionTree::default() };
        let (tree, predicted) = predictions(&settings);
        assert_eq!((tree.leaves(), tree.depth()), (12, 5));
        let expected = [
            0.8453513554164341,
            0.9533607165018717,
            1.0654825483049666,
            0.7065165837605795,
            0.9134765625,
            0.504144549369812,
            0.17855167388916016,
            0.504144549369812,
            0.504144549369812,
            0.9533607165018717,
            0.3219303131103516,
            0.6744368416922433,
        ];
        assert_close(&predicted, &expected);
        let random = TieBreak::RandomFeature(Seed::from_number(1));
        assert_close(&predictions(&RegressionTree { tie_break: random, ..settings }).1, &expected);
    }

    /// scikit-learn 1.9.1, `DecisionTreeRegressor(max_depth=3, min_samples_leaf=2)`; random states 0 and 1 agree.
    #[test]
    fn three_levels_predict_what_scikit_learn_predicts() {
        let settings = RegressionTree { min_samples_leaf: 2, max_depth: Some(3), ..RegressionTree::default() };
        let (tree, predicted) = predictions(&settings);
        assert_eq!((tree.leaves(), tree.depth()), (8, 3));
        let expected = [
            0.9548000812530517,
            0.9548000812530517,
            0.9548000812530517,
            0.7065165837605795,
            0.8391075134277344,
            0.36482376522488064,
            0.22157752513885498,
            0.36482376522488064,
            0.36482376522488064,
            0.9548000812530517,
            0.36482376522488064,
            0.6833771599663628,
        ];
        assert_close(&predicted, &expected);
    }

    #[test]
    fn a_full_tree_repeats_the_targets_of_rows_that_differ() {
        let (features, targets, _) = example();
        let table = Features::new(&features, 3).expect("a table");
        for tie_break in [TieBreak::LowestFeature, TieBreak::RandomFeature(Seed::from_number(3))] {
            let settings = RegressionTree { tie_break, ..RegressionTree::default() };
            let tree = settings.fit(&table, &targets).expect("can be fitted");
            for (row, target) in targets.iter().enumerate() {
                assert_eq!(tree.predict(table.row(row)), *target);
            }
        }
    }

    /// Both columns split the two rows equally well: a row that they judge differently shows which was taken.
    #[test]
    fn a_tie_falls_to_the_lowest_feature_or_to_a_random_one() {
        let table = [0.0, 0.0, 1.0, 1.0];
        let fit = |tie_break| {
            let settings = RegressionTree { tie_break, ..RegressionTree::default() };
            settings.fit(&Features::new(&table, 2).expect("a table"), &[10.0, 20.0]).expect("can be fitted")
        };
        assert_eq!(fit(TieBreak::LowestFeature).predict(&[1.0, 0.0]), 20.0);
        let first = (0..100)
            .filter(|&seed| fit(TieBreak::RandomFeature(Seed::from_number(seed))).predict(&[1.0, 0.0]) == 20.0)
            .count();
        assert!((30..70).contains(&first), "{first}");
    }

    /// Trees are part of recorded results: these sums may change only with a version of what records them.
    #[test]
    fn fully_grown_trees_are_pinned() {
        let sum = |tie_break| {
            let settings = RegressionTree { tie_break, ..RegressionTree::default() };
            predictions(&settings).1.iter().sum::<f64>().to_bits()
        };
        assert_eq!(sum(TieBreak::LowestFeature), 4620766035631407104);
        assert_eq!(sum(TieBreak::RandomFeature(Seed::from_number(1))), 4620772855502602240);
        assert_eq!(sum(TieBreak::RandomFeature(Seed::from_number(2))), 4620768497184538624);
    }

    /// Neither column helps alone: the first split gains nothing, yet is made.
    #[test]
    fn exclusive_or_is_learnt() {
        let table = [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0];
        let features = Features::new(&table, 2).expect("a table");
        let tree = RegressionTree::default().fit(&features, &[0.0, 1.0, 1.0, 0.0]).expect("can be fitted");
        assert_eq!((tree.predict(&[1.0, 0.0]), tree.predict(&[1.0, 1.0])), (1.0, 0.0));
    }

    #[test]
    fn equal_rows_share_the_mean_of_their_targets() {
        let features = Features::new(&[1.0, 1.0, 2.0], 1).expect("a table");
        let tree = RegressionTree::default().fit(&features, &[1.0, 2.0, 5.0]).expect("can be fitted");
        assert_eq!((tree.predict(&[1.0]), tree.predict(&[1.51]), tree.leaves()), (1.5, 5.0, 2));
    }

    #[test]
    fn a_threshold_between_neighbouring_numbers_still_divides_them() {
        let (low, high) = (1.0, 1.0f64.next_up());
        let features = [low, high];
        let tree = RegressionTree::default().fit(&Features::new(&features, 1).expect("a table"), &[1.0, 2.0]);
        let tree = tree.expect("can be fitted");
        assert_eq!((tree.predict(&[low]), tree.predict(&[high])), (1.0, 2.0));
    }

    #[test]
    fn what_cannot_be_fitted_is_named() {
        assert_eq!(Features::new(&[], 2), Err(FitError::Empty));
        assert_eq!(Features::new(&[1.0; 3], 2), Err(FitError::Ragged { values: 3, columns: 2 }));
        assert_eq!(Features::new(&[1.0, 2.0, 3.0, f64::NAN], 2), Err(FitError::Feature { row: 1, column: 1 }));
        let table = Features::new(&[1.0, 2.0], 1).expect("a table");
        let tree = RegressionTree::default();
        assert_eq!(tree.fit(&table, &[1.0]), Err(FitError::Targets { rows: 2, targets: 1 }));
        assert_eq!(tree.fit(&table, &[1.0, f64::INFINITY]), Err(FitError::Target { row: 1 }));
        let error = RegressionTree { min_samples_leaf: 0, ..tree }.fit(&table, &[1.0, 2.0]).expect_err("no rows");
        assert!(error.to_string().contains("min_samples_leaf"));
    }

    /// The least sum of squares of any single split, by trying all.
    fn best_by_brute_force(features: &Features<'_>, targets: &[f64], smallest: usize) -> Option<f64> {
        let squares = |rows: &[usize]| {
            let mean = rows.iter().map(|&row| targets[row]).sum::<f64>() / rows.len() as f64;
            rows.iter().map(|&row| (targets[row] - mean).powi(2)).sum::<f64>()
        };
        let splits = (0..features.columns()).flat_map(|column| (0..features.rows()).map(move |row| (column, row)));
        let errors = splits.filter_map(|(column, row)| {
            let bound = features.value(row, column);
            let (left, right): (Vec<usize>, Vec<usize>) =
                (0..features.rows()).partition(|&row| features.value(row, column) <= bound);
            let large = left.len() >= smallest && right.len() >= smallest;
            large.then(|| squares(&left) + squares(&right))
        });
        errors.min_by(f64::total_cmp)
    }

    proptest! {
        #[test]
        fn the_first_split_is_the_best_of_all(
            rows in prop::collection::vec((prop::array::uniform3(0..5u8), 0..20u8), 2..30), smallest in 1..4usize,
        ) {
            let table: Vec<f64> = rows.iter().flat_map(|(row, _)| row.map(f64::from)).collect();
            let targets: Vec<f64> = rows.iter().map(|(_, target)| f64::from(*target)).collect();
            let features = Features::new(&table, 3).expect("a table");
            let settings = RegressionTree { min_samples_leaf: smallest, max_depth: Some(1), ..Default::default() };
            let stump = settings.fit(&features, &targets).expect("can be fitted");
            let error: f64 = (0..rows.len()).map(|row| (stump.predict(features.row(row)) - targets[row]).powi(2)).sum();
            let constant = targets.iter().all(|target| *target == targets[0]);
            match best_by_brute_force(&features, &targets, smallest) {
                Some(best) if !constant => prop_assert!((error - best).abs() < 1e-9, "{} is not {}", error, best),
                _ => prop_assert_eq!(stump.leaves(), 1),
            }
        }

        #[test]
        fn no_leaf_is_smaller_than_allowed_and_predictions_stay_within_the_targets(
            rows in prop::collection::vec((prop::array::uniform2(0..9u8), -5.0..5.0f64), 1..60), smallest in 1..6usize,
        ) {
            let table: Vec<f64> = rows.iter().flat_map(|(row, _)| row.map(f64::from)).collect();
            let targets: Vec<f64> = rows.iter().map(|(_, target)| *target).collect();
            let features = Features::new(&table, 2).expect("a table");
            let settings = RegressionTree { min_samples_leaf: smallest, ..Default::default() };
            let tree = settings.fit(&features, &targets).expect("can be fitted");
            let predicted: Vec<f64> = (0..rows.len()).map(|row| tree.predict(features.row(row))).collect();
            for value in &predicted {
                let size = predicted.iter().filter(|other| *other == value).count();
                prop_assert!(size >= smallest.min(rows.len()));
            }
            let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
            prop_assert!((mean(&predicted) - mean(&targets)).abs() < 1e-9);
        }
    }
}
