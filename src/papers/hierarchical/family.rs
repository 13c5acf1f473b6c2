//! Which paths of the supernet are trained together: those of hierarchical genotypes, or those of flat ones.
//!
//! In either family every gene of a path is uniform, as in a random genotype, but that the paths of one update have
//! different blocks: each block of a stage, or of a layer, is trained as often as any other.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::block::{Block, Layer, Operations, Place};
use super::genotype::Position;
use super::space::Space;
use renas_network::supernet::{Group, Layout, Supernet};

/// Whose paths a supernet is trained for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// Those of hierarchical genotypes: all layers of a stage are alike.
    Hierarchical,
    /// Those of flat genotypes: every layer is drawn by itself.
    Flat,
}

impl Space {
    /// The supernet of this space, with paths drawn as those of a family.
    pub fn supernet_for(&self, family: Family) -> Supernet {
        let places: Vec<Place> = self.places().collect();
        let together = match family {
            Family::Hierarchical => self.depth,
            Family::Flat => 1,
        };
        // The slot before the first layer is the stem.
        let group = |(number, places): (usize, &[Place])| Group {
            slots: (0..places.len()).map(|index| 1 + number * together + index).collect(),
            layouts: self.layouts(places),
        };
        Supernet { groups: places.chunks(together).enumerate().map(group).collect(), ..self.supernet() }
    }

    /// The layers that places of one stage may have together: those of the first places are there, all of one block and with the same
    /// operations, and every number of them is as frequent. The kind of a layout is its block, also where nothing is there.
    fn layouts(&self, places: &[Place]) -> Vec<Layout> {
        let positions: Vec<Vec<Position>> = places.iter().map(|&place| self.positions(place)).collect();
        let least = usize::from(places[0].is_first());
        let mut shares: BTreeMap<(usize, Vec<usize>), usize> = BTreeMap::new();
        for present in least..=places.len() {
            for (kind, block) in Block::ALL.into_iter().enumerate() {
                for operations in self.operations() {
                    let way = |(index, place): (usize, &Place)| {
                        let layer = Position::Present(Layer { block, operations });
                        let position = if index < present { self.canonical(layer, *place) } else { Position::Absent };
                        let found = positions[index].iter().position(|one| *one == position);
                        found.expect("a canonical layer of the space has its place among the positions")
                    };
                    let ways = places.iter().enumerate().map(way).collect();
                    *shares.entry((kind, ways)).or_default() += 1;
                }
            }
        }
        shares.into_iter().map(|((kind, ways), share)| Layout { ways, kind, share }).collect()
    }

    /// All operations of a layer.
    fn operations(&self) -> Vec<Operations> {
        let mut all = Vec::new();
        for &kernel in &self.kernels {
            for &expansion in &self.expansions {
                for flags in 0..8 {
                    let [attention, skip, pool] = [1, 2, 4].map(|flag| flags & flag != 0);
                    all.push(Operations { kernel, expansion, attention, skip, pool });
                }
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::space;
    use crate::variation::HierarchicalVariation;
    use renas_base::seed::Seed;
    use renas_network::supernet::Choice;
    use renas_search::evolution::Variation as _;

    fn updates(family: Family, count: usize) -> Vec<Vec<Choice>> {
        let supernet = space().supernet_for(family);
        supernet.tensors().expect("groups that can be drawn");
        let mut stream = Seed::from_number(5).stream("path");
        (0..count).map(|_| supernet.draw_together(Block::ALL.len(), &mut stream)).collect()
    }

    fn blocks(space: &Space, choice: &Choice) -> Vec<Vec<Block>> {
        let stages = space.genotype(choice).stages;
        let blocks =
            |stage: &Vec<Position>| stage.iter().filter_map(|one| one.layer()).map(|layer| layer.block).collect();
        stages.iter().map(blocks).collect()
    }

    #[test]
    fn every_update_trains_each_block_of_a_stage_once_and_the_largest_width() {
        let space = space();
        for update in updates(Family::Hierarchical, 100) {
            assert_eq!(update[0].width, space.widths.len() - 1);
            for stage in 0..space.channels.len() {
                let mut found: Vec<Block> = update.iter().map(|choice| blocks(&space, choice)[stage][0]).collect();
                found.sort();
                assert_eq!(found, Block::ALL);
            }
        }
    }

    /// By what random genotypes draw: every hierarchical path of a small space, as often as its genes say.
    #[test]
    fn hierarchical_paths_are_those_of_random_genotypes() {
        let space = space();
        let variation = HierarchicalVariation { space: space.clone() };
        let mut stream = Seed::from_number(6).stream("genotypes");
        let stage = |choice: &Choice| (choice.slots[3], choice.slots[4]); // the second, which may pool
        let (mut found, mut expected) = (BTreeMap::<_, usize>::new(), BTreeMap::<_, usize>::new());
        let draws = 16_000;
        for update in updates(Family::Hierarchical, draws / 4) {
            update.iter().for_each(|choice| *found.entry(stage(choice)).or_default() += 1);
        }
        for _ in 0..draws {
            let choice = space.choice(&variation.sample(&mut stream).flat(space.depth));
            *expected.entry(stage(&choice)).or_default() += 1;
        }
        assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
        for (layout, &count) in &found {
            let (one, other) = (count as f64, expected[layout] as f64);
            assert!((one - other).abs() <= 5.0 * (one + other).sqrt(), "{layout:?}: {one} {other}");
        }
    }

    /// Four standard deviations of 4,000 draws with chance 1/2 are 126; of 2,000 with chance 1/4, 77.
    #[test]
    fn flat_paths_choose_for_every_layer_and_leave_half_of_them_out() {
        let space = space();
        let all: Vec<Choice> = updates(Family::Flat, 1_000).concat();
        let second = |choice: &Choice| space.genotype(choice).stages[1][1].layer();
        let present: Vec<Layer> = all.iter().filter_map(second).collect();
        assert!(present.len().abs_diff(2_000) < 126, "{}", present.len());
        for block in Block::ALL {
            let count = present.iter().filter(|layer| layer.block == block).count();
            assert!(count.abs_diff(present.len() / 4) < 77, "{block:?}: {count}");
        }
        let mixed =
            |choice: &&Choice| blocks(&space, choice).iter().any(|stage| stage.len() > 1 && stage[0] != stage[1]);
        assert!(all.iter().filter(mixed).count() > 1_000, "layers of a stage differ");
    }
}
