//! Which networks are searched: the bounds of the space, its supernet, and what is a path of it.

use serde::{Deserialize, Serialize};

use super::block::{Block, Layer, Operations, Place};
use super::genotype::{FlatGenotype, Position};
use super::network::{Chain, Channels, Convolution, nodes};
use renas_network::cost::cost;
use renas_network::spec::{Node, Operator};
use renas_network::supernet::{Choice, PREVIOUS, Slot, Supernet, SupernetError};

/// The bounds of the space.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Space {
    /// Shape of one image, `[channels, height, width]`.
    pub input: Vec<usize>,
    /// Classes of the data.
    pub classes: usize,
    /// Stride of the first convolution, 1 or 2.
    pub stem_stride: usize,
    /// Channels of each stage at full width. Each stage after the first halves the image.
    pub channels: Vec<usize>,
    /// Most layers of a stage; at least 1.
    pub depth: usize,
    /// Widths, ascending, in `denominator`-ths of `channels`.
    pub widths: Vec<usize>,
    /// What widths are counted in.
    pub denominator: usize,
    /// Kernels, odd, ascending.
    pub kernels: Vec<usize>,
    /// Expansions, ascending.
    pub expansions: Vec<usize>,
}

impl Space {
    /// The network that all networks of the space are paths of.
    ///
    /// Its paths are drawn as random genotypes are, gene by gene: a layer that may be absent is so in one half of them, and
    /// every block and operation is as likely as any other. (Were every alternative as likely, nearly all paths would be of
    /// full depth, and half of all layers of the two blocks that have more alternatives.)
    pub fn supernet(&self) -> Supernet {
        self.supernet_of(|_| true)
    }

    /// The first mistake where a path of the supernet is no network.
    ///
    /// Layers keep or halve an image whatever they are, so that only a value or a tensor of weights that is too large can be a
    /// mistake; and none is larger than those of the largest layers at the largest width. Where these are networks, all paths are; only else is
    /// each looked at.
    pub fn check(&self) -> Result<(), SupernetError> {
        match self.largest().tensors() {
            Ok(_) => Ok(()),
            Err(_) => self.supernet().tensors().map(drop),
        }
    }

    /// The supernet of the largest layers alone, one of each block, in the widest network. Attention, sums and the pool
    /// before a block make no value that is larger than those of the convolutions. Layers of a stage after its second are
    /// like that one, and left out.
    fn largest(&self) -> Supernet {
        let is_largest = |Layer { block, operations }: Layer| {
            let expansion = match block {
                // Bottlenecks divide by it; on the others it has no effect, and their positions hold the first alone.
                Block::Standard | Block::Separable | Block::Bottleneck => self.expansions[0],
                Block::Inverted => self.expansions[self.expansions.len() - 1],
            };
            // They keep the size of an image, whichever it is; the largest has the most weights.
            let kernel = self.kernels[self.kernels.len() - 1];
            operations == Operations { kernel, expansion, attention: false, skip: false, pool: false }
        };
        let widths = self.widths.last().copied().into_iter().collect();
        let space = Self { depth: self.depth.min(2), widths, ..self.clone() };
        space.supernet_of(|position| position.layer().is_none_or(is_largest))
    }

    /// The supernet of the positions that `is_in` takes, all of which are of the space.
    fn supernet_of(&self, is_in: impl Fn(Position) -> bool) -> Supernet {
        let fixed = |name: &str, nodes| Slot { name: name.to_owned(), alternatives: vec![nodes], shares: Vec::new() };
        let mut slots = vec![fixed("stem", self.stem())];
        for place in self.places() {
            let fragment = |position: Position| match position {
                Position::Absent => Vec::new(),
                Position::Present(layer) => nodes(layer, place, self.channels_at(place)),
            };
            let mut positions = self.positions(place);
            positions.retain(|position| is_in(*position));
            slots.push(Slot {
                name: format!("stage{}/layer{}", place.stage + 1, place.layer + 1),
                shares: self.shares(&positions),
                alternatives: positions.into_iter().map(fragment).collect(),
            });
        }
        slots.push(fixed("head", self.head()));
        Supernet {
            input: self.input.clone(),
            widths: self.widths.clone(),
            denominator: self.denominator,
            slots,
            groups: Vec::new(),
        }
    }

    /// All places for layers, in the order in which a sample passes them.
    pub fn places(&self) -> impl Iterator<Item = Place> + '_ {
        (0..self.channels.len()).flat_map(|stage| (0..self.depth).map(move |layer| Place { stage, layer }))
    }

    /// The path of a genotype.
    ///
    /// Panics where the genotype is not one of this space, which is a bug in whatever made it.
    pub fn choice(&self, genotype: &FlatGenotype) -> Choice {
        let index = |place: Place| {
            let position = self.canonical(genotype.stages[place.stage][place.layer], place);
            let all = self.positions(place);
            all.iter().position(|one| *one == position).expect("the genotype is of this space")
        };
        let slots = std::iter::once(0).chain(self.places().map(index)).chain([0]).collect();
        Choice { width: genotype.width, slots }
    }

    /// The genotype of a path, with genes that have no effect at their least.
    ///
    /// Panics where the choice is no path of this space's supernet.
    pub fn genotype(&self, choice: &Choice) -> FlatGenotype {
        let mut positions =
            choice.slots[1..].iter().zip(self.places()).map(|(&slot, place)| self.positions(place)[slot]);
        let stage = |_| positions.by_ref().take(self.depth).collect();
        FlatGenotype { width: choice.width, stages: (0..self.channels.len()).map(stage).collect() }
    }

    /// The path of most multiply-adds: the widest, with the dearest alternative in every slot.
    pub fn dearest(&self) -> Choice {
        let supernet = self.supernet();
        let least = Choice { width: self.widths.len() - 1, slots: vec![0; supernet.slots.len()] };
        let multiply_adds = |slot: usize, alternative: usize| {
            let mut choice = least.clone();
            choice.slots[slot] = alternative;
            let path = supernet.path(&choice).expect("every choice is a path");
            cost(&path).expect("a path is a network").total.multiply_adds
        };
        let dearest = |(index, slot): (usize, &Slot)| {
            let all = 0..slot.alternatives.len();
            all.max_by_key(|&alternative| multiply_adds(index, alternative)).expect("a slot has alternatives")
        };
        Choice { slots: supernet.slots.iter().enumerate().map(dearest).collect(), ..least.clone() }
    }

    /// What may stand at a place, in the order of the supernet's alternatives; genes without effect are at their least.
    pub fn positions(&self, place: Place) -> Vec<Position> {
        let mut all = if place.is_first() { Vec::new() } else { vec![Position::Absent] };
        let flags = |may_be_set: bool| if may_be_set { &[false, true][..] } else { &[false][..] };
        for block in Block::ALL {
            let expansions = if block.has_expansion() { &self.expansions[..] } else { &self.expansions[..1] };
            for &kernel in &self.kernels {
                for &expansion in expansions {
                    for attention in [false, true] {
                        for &skip in flags(!place.is_first()) {
                            for &pool in flags(place.halves()) {
                                let operations = Operations { kernel, expansion, attention, skip, pool };
                                all.push(Position::Present(Layer { block, operations }));
                            }
                        }
                    }
                }
            }
        }
        all
    }

    /// How often each is drawn: where expansions have no effect, one position stands for all of them.
    fn shares(&self, positions: &[Position]) -> Vec<usize> {
        let share = |layer: Layer| if layer.block.has_expansion() { 1 } else { self.expansions.len() };
        let present = positions.iter().filter_map(|position| position.layer()).map(share).sum();
        positions.iter().map(|position| position.layer().map_or(present, share)).collect()
    }

    /// The same layer with genes that have no effect at their least.
    pub(super) fn canonical(&self, position: Position, place: Place) -> Position {
        let Position::Present(Layer { block, operations }) = position else { return position };
        let Operations { kernel, expansion, attention, skip, pool } = operations;
        let expansion = if block.has_expansion() { expansion } else { self.expansions[0] };
        let (skip, pool) = (skip && !place.is_first(), pool && place.halves());
        Position::Present(Layer { block, operations: Operations { kernel, expansion, attention, skip, pool } })
    }

    /// Channels that a layer reads and makes, at full width.
    fn channels_at(&self, place: Place) -> Channels {
        let to = self.channels[place.stage];
        let from = if place.halves() { self.channels[place.stage - 1] } else { to };
        Channels { from, to }
    }

    fn stem(&self) -> Vec<Node> {
        let (filters, stride) = (self.channels[0], self.stem_stride);
        let mut chain = Chain::new("stem".to_owned(), PREVIOUS);
        chain.convolution("dense", Convolution { filters, kernel: 3, stride, groups: 1 }).relu();
        chain.nodes
    }

    /// Its norm is what lets paths share a classifier: sums of skips and gates of attention leave their channels at scales
    /// that differ several times over.
    fn head(&self) -> Vec<Node> {
        let mut chain = Chain::new("head".to_owned(), PREVIOUS);
        chain
            .add("norm", Operator::BatchNorm)
            .add("means", Operator::GlobalMeanPool)
            .add("logits", Operator::Linear { units: self.classes });
        chain.nodes
    }
}

#[cfg(test)]
mod tests;
