//! Ranking without a supernet: what a ridge regression on genes makes of the accuracies of other networks.

use crate::block::Block;
use crate::genotype::Position;
use crate::ranking::Ranked;
use crate::space::Space;
use renas_network::supernet::Choice;
use renas_surrogate::ridge::Ridge;
use renas_surrogate::{Features, Predictor as _, Regressor as _};

/// Weight of the penalty: that of one network, as columns are flags and small counts.
const PENALTY: Ridge = Ridge { alpha: 1.0 };

/// The accuracy of each network with weights of its own, predicted from those of all the others; nothing where fewer than
/// two others are there.
pub(super) fn left_out(space: &Space, ranked: &[Ranked]) -> Vec<Option<f64>> {
    let rows: Vec<Vec<f64>> = ranked.iter().map(|one| genes(space, &one.choice)).collect();
    (0..ranked.len()).map(|place| predicted(&rows, ranked, place)).collect()
}

fn predicted(rows: &[Vec<f64>], ranked: &[Ranked], place: usize) -> Option<f64> {
    let others = || (0..ranked.len()).filter(|&other| other != place);
    if others().count() < 2 {
        return None;
    }
    let values: Vec<f64> = others().flat_map(|other| rows[other].iter().copied()).collect();
    let targets: Vec<f64> = others().map(|other| ranked[other].alone).collect();
    let fitted = PENALTY.fit(&Features::new(&values, rows[place].len()).ok()?, &targets).ok()?;
    Some(fitted.predict(&rows[place]))
}

/// Width; of each stage depth, a flag for each block, and the operations of its first layer and the skip of its last.
fn genes(space: &Space, choice: &Choice) -> Vec<f64> {
    let genotype = space.genotype(choice);
    let mut genes = vec![genotype.width as f64];
    let place = |all: &[usize], value: usize| all.iter().position(|one| *one == value).unwrap_or_default() as f64;
    let flag = |is_set: bool| f64::from(u8::from(is_set));
    for stage in &genotype.stages {
        let layers: Vec<_> = stage.iter().copied().filter_map(Position::layer).collect();
        let (first, last) = (layers[0], layers[layers.len() - 1]);
        let operations = first.operations;
        genes.push(layers.len() as f64);
        genes.extend(Block::ALL.map(|block| flag(first.block == block)));
        genes.extend([place(&space.kernels, operations.kernel), place(&space.expansions, operations.expansion)]);
        genes.extend([operations.attention, operations.pool, last.operations.skip].map(flag));
    }
    genes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::space;
    use crate::objectives::Price;
    use crate::variation::HierarchicalVariation;
    use renas_base::seed::Seed;
    use renas_search::evolution::Variation as _;

    /// Accuracies that are sums over genes are predicted but for the penalty; the own accuracy of a network plays no part.
    #[test]
    fn networks_are_predicted_from_the_genes_of_the_others() {
        let space = space();
        let variation = HierarchicalVariation { space: space.clone() };
        let mut stream = Seed::from_number(1).stream("networks");
        let mut draw = || {
            let choice = space.choice(&variation.sample(&mut stream).flat(space.depth));
            let alone = 0.3 + 0.01 * genes(&space, &choice).iter().sum::<f64>();
            Ranked { choice, price: Price { parameters: 1, multiply_adds: 1, peak: 1 }, shared: 0.0, alone }
        };
        let mut ranked: Vec<Ranked> = (0..120).map(|_| draw()).collect();
        let found = left_out(&space, &ranked);
        for (found, one) in found.iter().zip(&ranked) {
            assert!((found.expect("many others") - one.alone).abs() < 0.01, "{found:?} {}", one.alone);
        }
        ranked[0].alone = 1.0;
        let changed = left_out(&space, &ranked);
        assert_eq!(changed[0], found[0]);
        assert_ne!(changed[1], found[1]);
        assert_eq!(left_out(&space, &ranked[..2]), [None, None]);
    }

    #[test]
    fn genes_tell_networks_apart() {
        let space = space();
        let variation = HierarchicalVariation { space: space.clone() };
        let mut stream = Seed::from_number(2).stream("networks");
        let choices: Vec<Choice> =
            (0..60).map(|_| space.choice(&variation.sample(&mut stream).flat(space.depth))).collect();
        for (place, one) in choices.iter().enumerate() {
            for other in &choices[..place] {
                assert_eq!(genes(&space, one) == genes(&space, other), one == other, "{one:?} {other:?}");
            }
        }
    }
}
