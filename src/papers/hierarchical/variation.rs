//! Random genotypes, crossover and mutation: level by level for hierarchical ones, layer by layer for flat ones.
//!
//! The paper says that both operations are tailored to the hierarchical space, and no more. A mutation changes one gene,
//! and is drawn again until it changes the network: genes without effect (the expansion of a standard convolution) give no
//! space an idle step.

use super::block::{Block, Layer, Operations};
use super::genotype::{FlatGenotype, Genotype, Position, Stage};
use super::space::Space;
use renas_base::seed::Stream;
use renas_search::evolution::Variation;

/// The levels of a hierarchical genotype.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    /// Width and depths.
    Macro,
    /// Blocks.
    Meso,
    /// Operations.
    Micro,
}

/// Variation of hierarchical genotypes.
#[derive(Clone, Debug)]
pub struct HierarchicalVariation {
    /// What is searched.
    pub space: Space,
}

/// Variation of flat genotypes.
#[derive(Clone, Debug)]
pub struct FlatVariation {
    /// What is searched.
    pub space: Space,
}

impl Variation for HierarchicalVariation {
    type Genotype = Genotype;

    /// Every gene is uniform.
    fn sample(&self, stream: &mut Stream) -> Genotype {
        let space = &self.space;
        let width = stream.below(space.widths.len());
        let stage = |_| Stage {
            depth: stream.between(1, space.depth),
            block: one_of(&Block::ALL, stream),
            operations: space.sample_operations(stream),
        };
        Genotype { width, stages: (0..space.channels.len()).map(stage).collect() }
    }

    /// The width and, for each stage, depth, block and operations come from either parent, each with equal chance: levels
    /// are exchanged whole, and a stage's operations stay together.
    fn crossover(&self, first: &Genotype, second: &Genotype, stream: &mut Stream) -> Genotype {
        let width = if stream.chance(0.5) { first.width } else { second.width };
        let stage = |(first, second): (&Stage, &Stage)| Stage {
            depth: if stream.chance(0.5) { first.depth } else { second.depth },
            block: if stream.chance(0.5) { first.block } else { second.block },
            operations: if stream.chance(0.5) { first.operations } else { second.operations },
        };
        Genotype { width, stages: first.stages.iter().zip(&second.stages).map(stage).collect() }
    }

    /// A level is drawn, then a gene of it, which takes another value.
    fn mutate(&self, genotype: Genotype, stream: &mut Stream) -> Genotype {
        let space = &self.space;
        let network = |genotype: &Genotype| space.choice(&genotype.flat(space.depth));
        changed(genotype, network, |genotype| match one_of(&[Level::Macro, Level::Meso, Level::Micro], stream) {
            Level::Macro => match stream.below(1 + genotype.stages.len()) {
                0 => genotype.width = other(&(0..space.widths.len()).collect::<Vec<_>>(), genotype.width, stream),
                stage => {
                    let depth = &mut genotype.stages[stage - 1].depth;
                    *depth = other(&(1..=space.depth).collect::<Vec<_>>(), *depth, stream);
                }
            },
            Level::Meso => {
                let block = &mut any_stage(genotype, stream).block;
                *block = other(&Block::ALL, *block, stream);
            }
            Level::Micro => {
                let operations = &mut any_stage(genotype, stream).operations;
                *operations = space.changed_operations(*operations, stream);
            }
        })
    }
}

impl Variation for FlatVariation {
    type Genotype = FlatGenotype;

    /// Width, number of layers of each stage, their places and everything of each layer are uniform.
    fn sample(&self, stream: &mut Stream) -> FlatGenotype {
        let space = &self.space;
        let width = stream.below(space.widths.len());
        let stage = |_| {
            let others = stream.between(1, space.depth) - 1;
            let present = stream.distinct(others, space.depth - 1);
            let position = |place: usize| match place {
                0 => Position::Present(space.sample_layer(stream)),
                place if present.contains(&(place - 1)) => Position::Present(space.sample_layer(stream)),
                _ => Position::Absent,
            };
            (0..space.depth).map(position).collect()
        };
        FlatGenotype { width, stages: (0..space.channels.len()).map(stage).collect() }
    }

    /// The width and every place come from either parent, each with equal chance.
    fn crossover(&self, first: &FlatGenotype, second: &FlatGenotype, stream: &mut Stream) -> FlatGenotype {
        let width = if stream.chance(0.5) { first.width } else { second.width };
        let mut stage = |(first, second): (&Vec<Position>, &Vec<Position>)| {
            let either = |(&first, &second)| if stream.chance(0.5) { first } else { second };
            first.iter().zip(second).map(either).collect()
        };
        FlatGenotype { width, stages: first.stages.iter().zip(&second.stages).map(&mut stage).collect() }
    }

    /// The width or a place is drawn, each as likely; the place is emptied or filled, or its layer changes a gene, the
    /// block as likely as the presence and as the operations together.
    fn mutate(&self, genotype: FlatGenotype, stream: &mut Stream) -> FlatGenotype {
        let space = &self.space;
        changed(
            genotype,
            |genotype| space.choice(genotype),
            |genotype| match stream.below(1 + space.channels.len() * space.depth) {
                0 => genotype.width = other(&(0..space.widths.len()).collect::<Vec<_>>(), genotype.width, stream),
                index => {
                    let (stage, place) = ((index - 1) / space.depth, (index - 1) % space.depth);
                    let position = &mut genotype.stages[stage][place];
                    *position = space.changed_position(*position, place == 0, stream);
                }
            },
        )
    }
}

/// Draws of one change that leave the network as it is before the genotype is handed back unchanged: only a space of one
/// network reaches it.
const PATIENCE: usize = 10_000;

/// The genotype after `change`, which is drawn again until it has another network.
fn changed<G: Clone, N: PartialEq>(genotype: G, network: impl Fn(&G) -> N, mut change: impl FnMut(&mut G)) -> G {
    let before = network(&genotype);
    for _ in 0..PATIENCE {
        let mut child = genotype.clone();
        change(&mut child);
        if network(&child) != before {
            return child;
        }
    }
    genotype
}

fn one_of<T: Copy>(values: &[T], stream: &mut Stream) -> T {
    values[stream.below(values.len())]
}

/// Another of the values; the same where there is no other.
fn other<T: Copy + PartialEq>(values: &[T], value: T, stream: &mut Stream) -> T {
    let others: Vec<T> = values.iter().copied().filter(|other| *other != value).collect();
    if others.is_empty() { value } else { one_of(&others, stream) }
}

fn any_stage<'g>(genotype: &'g mut Genotype, stream: &mut Stream) -> &'g mut Stage {
    let stage = stream.below(genotype.stages.len());
    &mut genotype.stages[stage]
}

impl Space {
    fn sample_layer(&self, stream: &mut Stream) -> Layer {
        Layer { block: one_of(&Block::ALL, stream), operations: self.sample_operations(stream) }
    }

    fn sample_operations(&self, stream: &mut Stream) -> Operations {
        Operations {
            kernel: one_of(&self.kernels, stream),
            expansion: one_of(&self.expansions, stream),
            attention: stream.chance(0.5),
            skip: stream.chance(0.5),
            pool: stream.chance(0.5),
        }
    }

    /// One of the five operations with another value.
    fn changed_operations(&self, mut operations: Operations, stream: &mut Stream) -> Operations {
        match stream.below(5) {
            0 => operations.kernel = other(&self.kernels, operations.kernel, stream),
            1 => operations.expansion = other(&self.expansions, operations.expansion, stream),
            2 => operations.attention = !operations.attention,
            3 => operations.skip = !operations.skip,
            _ => operations.pool = !operations.pool,
        }
        operations
    }

    fn changed_position(&self, position: Position, is_first: bool, stream: &mut Stream) -> Position {
        let Position::Present(layer) = position else { return Position::Present(self.sample_layer(stream)) };
        let Layer { block, operations } = layer;
        match stream.below(3) {
            0 if is_first => position,
            0 => Position::Absent,
            1 => Position::Present(Layer { block: other(&Block::ALL, block, stream), operations }),
            _ => Position::Present(Layer { block, operations: self.changed_operations(operations, stream) }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::fixture::space;
    use renas_base::seed::Seed;

    /// Genes of two genotypes that differ, level by level.
    fn differences(first: &Genotype, second: &Genotype) -> [usize; 3] {
        let mut differences = [usize::from(first.width != second.width), 0, 0];
        for (first, second) in first.stages.iter().zip(&second.stages) {
            differences[0] += usize::from(first.depth != second.depth);
            differences[1] += usize::from(first.block != second.block);
            let (a, b) = (first.operations, second.operations);
            differences[2] += usize::from(a.kernel != b.kernel) + usize::from(a.expansion != b.expansion);
            differences[2] += usize::from(a.attention != b.attention) + usize::from(a.skip != b.skip);
            differences[2] += usize::from(a.pool != b.pool);
        }
        differences
    }

    proptest! {
        #[test]
        fn a_mutation_changes_one_gene_and_the_network(seed in any::<u64>()) {
            let space = space();
            let mut stream = Seed::from_number(seed).stream("variation");
            let variation = HierarchicalVariation { space: space.clone() };
            let parent = variation.sample(&mut stream);
            let child = variation.mutate(parent.clone(), &mut stream);
            prop_assert_eq!(differences(&parent, &child).iter().sum::<usize>(), 1);
            prop_assert_ne!(space.choice(&parent.flat(space.depth)), space.choice(&child.flat(space.depth)));

            let variation = FlatVariation { space: space.clone() };
            let parent = variation.sample(&mut stream);
            let child = variation.mutate(parent.clone(), &mut stream);
            let pairs = || parent.stages.iter().flatten().zip(child.stages.iter().flatten());
            let places = pairs().filter(|(parent, child)| parent != child).count();
            prop_assert_eq!(places + usize::from(parent.width != child.width), 1);
            prop_assert_ne!(space.choice(&parent), space.choice(&child));
        }

        #[test]
        fn a_child_of_two_has_every_gene_of_either(seed in any::<u64>()) {
            let space = space();
            let mut stream = Seed::from_number(seed).stream("variation");
            let variation = HierarchicalVariation { space: space.clone() };
            let (first, second) = (variation.sample(&mut stream), variation.sample(&mut stream));
            let child = variation.crossover(&first, &second, &mut stream);
            prop_assert!(child.width == first.width || child.width == second.width);
            for ((child, first), second) in child.stages.iter().zip(&first.stages).zip(&second.stages) {
                prop_assert!(child.depth == first.depth || child.depth == second.depth);
                prop_assert!(child.block == first.block || child.block == second.block);
                prop_assert!(child.operations == first.operations || child.operations == second.operations);
            }
            let variation = FlatVariation { space };
            let (first, second) = (variation.sample(&mut stream), variation.sample(&mut stream));
            let child = variation.crossover(&first, &second, &mut stream);
            let parents = first.stages.iter().flatten().zip(second.stages.iter().flatten());
            for (child, (first, second)) in child.stages.iter().flatten().zip(parents) {
                prop_assert!(child == first || child == second);
            }
            prop_assert!(child.stages.iter().all(|stage| stage[0].layer().is_some()));
        }
    }

    #[test]
    fn mutations_reach_every_level_and_both_spaces_sample_every_depth_alike() {
        let space = space();
        let mut stream = Seed::from_number(1).stream("variation");
        let variation = HierarchicalVariation { space: space.clone() };
        let parent = variation.sample(&mut stream);
        let mut levels = BTreeSet::new();
        for _ in 0..200 {
            levels.insert(differences(&parent, &variation.mutate(parent.clone(), &mut stream)));
        }
        assert_eq!(levels.into_iter().collect::<Vec<_>>(), [[0, 0, 1], [0, 1, 0], [1, 0, 0]]);
        let flat = FlatVariation { space: space.clone() };
        let (mut deep, mut flat_deep) = (0, 0);
        for _ in 0..1_000 {
            deep += usize::from(variation.sample(&mut stream).stages[0].depth == 2);
            flat_deep += usize::from(flat.sample(&mut stream).depths()[0] == 2);
        }
        // Half of 1,000 each; five standard deviations are 79.
        assert!(deep.abs_diff(500) < 79 && flat_deep.abs_diff(500) < 79, "{deep} {flat_deep}");
    }

    #[test]
    fn a_change_is_drawn_until_the_network_is_another_one() {
        let space =
            Space { channels: vec![4], depth: 1, widths: vec![1], kernels: vec![3], expansions: vec![2], ..space() };
        let variation = HierarchicalVariation { space };
        let mut stream = Seed::from_number(1).stream("variation");
        // Blocks and attention are left.
        let parent = variation.sample(&mut stream);
        assert_ne!(variation.mutate(parent.clone(), &mut stream), parent);
        assert_eq!(changed(1, |_| 0, |number| *number += 1), 1, "nothing else is another network");
    }
}
