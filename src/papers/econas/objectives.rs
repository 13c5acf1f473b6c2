//! What a search optimises: accuracy, introspectability and multiply-adds, predicted from five features.

use anyhow::{Context as _, Result, ensure};

use super::features::{FEATURES, features};
use super::genotype::Genotype;
use super::space::Space;
use super::table::Row;
use super::variant::Variant;
use renas_base::seed::Seed;
use renas_surrogate::tree::{FittedTree, RegressionTree, TieBreak};
use renas_surrogate::{Features, Predictor, Regressor};

/// Names of the objectives, in their order everywhere.
pub const OBJECTIVES: [&str; 3] = ["accuracy", "introspectability", "multiply_adds"];

/// Three regression trees, or two and an exact count.
#[derive(Clone, Debug)]
pub struct Predicted {
    trees: Vec<FittedTree>,
    space: Space,
}

impl Predicted {
    /// Fit one tree per objective to the rows named by `chosen`, as `variant` does.
    ///
    /// `seed`: root of the draws between equally good splits; `corrected` draws none.
    pub fn fit(rows: &[Row], chosen: &[usize], variant: Variant, space: &Space, seed: &Seed) -> Result<Self> {
        let predicted = if variant.counts_cost() { 2 } else { 3 };
        let trees = (0..predicted).map(|objective| fit_tree(rows, chosen, objective, variant, seed));
        Ok(Self { trees: trees.collect::<Result<_>>()?, space: space.clone() })
    }

    /// Accuracy, introspectability and multiply-adds of each genotype, as the search sees them.
    pub fn evaluate(&self, genotypes: &[Genotype]) -> Result<Vec<[f64; 3]>> {
        let values: Vec<f64> = genotypes.iter().flat_map(features).collect();
        let rows = Features::new(&values, FEATURES)?;
        let mut columns: Vec<Vec<f64>> = self.trees.iter().map(|tree| tree.predict_all(&rows)).collect();
        if columns.len() == 2 {
            columns.push(genotypes.iter().map(|genotype| self.space.multiply_adds(genotype)).collect());
        }
        let point = |index: usize| std::array::from_fn(|objective| columns[objective][index]);
        Ok((0..genotypes.len()).map(point).collect())
    }
}

/// The tree of one objective, with the defaults of the author's library: grown until its leaves are pure.
pub fn fit_tree(rows: &[Row], chosen: &[usize], objective: usize, variant: Variant, seed: &Seed) -> Result<FittedTree> {
    let tie_break = match variant {
        Variant::Reference | Variant::Paper => TieBreak::RandomFeature(seed.derive(OBJECTIVES[objective])),
        Variant::Corrected => TieBreak::LowestFeature,
    };
    let tree = RegressionTree { tie_break, ..RegressionTree::default() };
    let values: Vec<f64> = chosen.iter().flat_map(|&row| rows[row].features).collect();
    let targets: Vec<f64> = chosen.iter().map(|&row| rows[row].objectives[objective]).collect();
    tree.fit(&Features::new(&values, FEATURES)?, &targets)
        .with_context(|| format!("the tree that predicts {}", OBJECTIVES[objective]))
}

/// Rows held out by scikit-learn's `train_test_split(test_size=0.2, random_state=42)` of 250 rows, as the author's code
/// calls it: the first 50 of NumPy's `RandomState(42).permutation(250)`.
const HELD_OUT: [usize; 50] = [
    142, 6, 97, 60, 112, 181, 197, 184, 9, 104, 200, 216, 236, 240, 67, 224, 194, 15, 177, 24, 247, 19, 114, 68, 176,
    45, 55, 10, 30, 120, 201, 33, 141, 219, 25, 111, 18, 196, 180, 159, 118, 96, 108, 185, 222, 16, 146, 69, 173, 38,
];

/// The `count` of `total` rows that a search's trees are fitted on.
///
/// `reference`: always the same ones, those of the author's code where there are 200 of 250; else drawn from `seed`.
pub fn fitted_rows(total: usize, count: usize, variant: Variant, seed: &Seed) -> Result<Vec<usize>> {
    ensure!(count <= total, "surrogates are fitted on {count} rows, but the table has {total}: lower `fitted`");
    if variant.resamples_rows() {
        return Ok(seed.stream("rows").distinct(count, total));
    }
    if (total, count) == (250, 200) {
        return Ok((0..total).filter(|row| !HELD_OUT.contains(row)).collect());
    }
    Ok(Seed::from_number(42).stream("econas reference rows").distinct(count, total))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> (Space, Vec<Row>) {
        let space = Space { inputs: 16, outputs: 4, depth: [3, 6], width: [4, 30] };
        let mut stream = Seed::from_number(1).stream("table");
        let row = |genotype: Genotype| {
            let cost = space.multiply_adds(&genotype);
            Row { features: features(&genotype), objectives: [1.0 / cost, genotype.0[0] as f64, cost] }
        };
        let rows = (0..60).map(|_| row(space.sample(&mut stream))).collect();
        (space, rows)
    }

    #[test]
    fn the_reference_fits_the_200_rows_of_the_authors_split() {
        let rows = fitted_rows(250, 200, Variant::Reference, &Seed::from_number(1)).expect("enough rows");
        assert_eq!((rows.len(), rows[0], rows[6]), (200, 0, 7));
        assert!(HELD_OUT.iter().all(|row| !rows.contains(row)));
    }

    #[test]
    fn other_variants_draw_their_rows_from_the_seed() {
        let draw = |number, variant| fitted_rows(250, 200, variant, &Seed::from_number(number)).expect("enough rows");
        assert_ne!(draw(1, Variant::Paper), draw(2, Variant::Paper));
        assert_eq!(draw(1, Variant::Reference), draw(2, Variant::Reference));
        assert!(fitted_rows(10, 11, Variant::Paper, &Seed::from_number(1)).is_err());
    }

    #[test]
    fn a_fully_grown_tree_repeats_the_rows_that_it_was_fitted_on() {
        let (space, rows) = table();
        let chosen: Vec<usize> = (0..60).collect();
        for objective in 0..3 {
            let tree = fit_tree(&rows, &chosen, objective, Variant::Paper, &Seed::from_number(3)).expect("finite rows");
            for row in &rows {
                let wanted = row.objectives[objective];
                assert!((tree.predict(&row.features) - wanted).abs() <= 1e-12 * wanted.abs());
            }
        }
        let exact = Predicted::fit(&rows, &chosen, Variant::Corrected, &space, &Seed::from_number(3)).expect("finite");
        let unseen = [Genotype(vec![5, 29, 11]), Genotype(vec![4, 4, 4, 4]), Genotype(vec![30, 7, 12])];
        let found = exact.evaluate(&unseen).expect("a table");
        for (genotype, point) in unseen.iter().zip(&found) {
            let alone = exact.trees.iter().map(|tree| tree.predict(&features(genotype)));
            let alone: Vec<f64> = alone.chain([space.multiply_adds(genotype)]).collect();
            assert_eq!(point.map(f64::to_bits).to_vec(), alone.into_iter().map(f64::to_bits).collect::<Vec<_>>());
        }
    }
}
