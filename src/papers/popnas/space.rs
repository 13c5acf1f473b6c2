//! Which cells there are: all of one block, and all that follow from a cell by one more block.

use std::collections::BTreeSet;

use super::cell::{Block, Cell, PREVIOUS};
use super::operator::{Operator, PAPER, REFERENCE};
use super::variant::Variant;

/// The cells of a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    variant: Variant,
    /// How many earlier cells a block may name as input; they are built alike.
    lookback: usize,
}

/// A cell that might be trained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The cell.
    pub cell: Cell,
    /// Place of the cell that it was expanded from.
    pub parent: usize,
    /// What was added to it.
    pub added: Block,
}

impl Space {
    /// The space of a variant; `lookback` matters for the reference only.
    pub fn new(variant: Variant, lookback: usize) -> Self {
        Self { variant, lookback }
    }

    /// The operators, in the variant's order.
    pub fn operators(&self) -> [Operator; 8] {
        match self.variant {
            Variant::Paper | Variant::Corrected => PAPER,
            Variant::Reference => REFERENCE,
        }
    }

    /// All cells of one block.
    pub fn first(&self) -> Vec<Cell> {
        self.blocks(0).into_iter().map(|block| Cell::new(vec![block])).collect()
    }

    /// Every cell with every possible further block. Only `corrected` leaves out what computes the same as another.
    pub fn expand(&self, parents: &[Cell]) -> Vec<Candidate> {
        let mut seen: BTreeSet<Cell> = BTreeSet::new();
        let mut candidates = Vec::new();
        for (parent, cell) in parents.iter().enumerate() {
            for added in self.blocks(cell.size()) {
                let mut cell = cell.with(added);
                if self.variant == Variant::Corrected {
                    cell = cell.canonical();
                    if !seen.insert(cell.clone()) {
                        continue;
                    }
                }
                candidates.push(Candidate { cell, parent, added });
            }
        }
        candidates
    }

    /// The block as a cell of its own, in the form that `first` gives it.
    pub fn alone(&self, block: Block) -> Cell {
        let cell = Cell::new(vec![block]);
        if self.variant == Variant::Corrected { cell.canonical() } else { cell.flattened() }
    }

    /// All blocks that may follow `before` blocks.
    fn blocks(&self, before: usize) -> Vec<Block> {
        let operators = self.operators();
        let mut blocks = Vec::new();
        match self.variant {
            Variant::Paper => {
                for first in operators {
                    blocks.extend(operators.map(|second| Block::flat(first, second)));
                }
            }
            Variant::Corrected => {
                for (index, &first) in operators.iter().enumerate() {
                    blocks.extend(operators[index..].iter().map(|&second| Block::flat(first, second)));
                }
            }
            // The code names inputs that its builder then ignores.
            Variant::Reference => {
                let inputs: Vec<i8> = (-(self.lookback as i8)..before as i8).collect();
                for &one in &inputs {
                    for first in operators {
                        for &other in &inputs {
                            blocks.extend(
                                operators.map(|second| Block { inputs: [one, other], operators: [first, second] }),
                            );
                        }
                    }
                }
            }
        }
        debug_assert!(self.variant == Variant::Reference || blocks.iter().all(|block| block.inputs == [PREVIOUS; 2]));
        blocks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(candidates: Vec<Candidate>) -> Vec<Cell> {
        candidates.into_iter().map(|candidate| candidate.cell).collect()
    }

    /// Multisets of 2b of 8 operators: 36, 330, 1716 (the number of ways to draw with repetition).
    #[test]
    fn without_equivalents_there_are_as_many_cells_as_multisets_of_operators() {
        let space = Space::new(Variant::Corrected, 1);
        let one = space.first();
        let two = cells(space.expand(&one));
        let three = cells(space.expand(&two));
        assert_eq!([one.len(), two.len(), three.len()], [36, 330, 1716]);
    }

    /// The candidate counts of the code: lookback 1 gives 64 and 16,384, lookback 2 gives 256 and 147,456.
    #[test]
    fn the_reference_expands_as_many_cells_as_its_code() {
        for (lookback, counts) in [(1, [64, 16_384]), (2, [256, 147_456])] {
            let space = Space::new(Variant::Reference, lookback);
            let one = space.first();
            assert_eq!([one.len(), space.expand(&one).len()], counts);
        }
    }

    #[test]
    fn the_paper_has_all_ordered_pairs_and_expands_each_cell_by_each() {
        let space = Space::new(Variant::Paper, 1);
        let one = space.first();
        assert_eq!(one.len(), 64);
        let two = space.expand(&one[..3]);
        assert_eq!(two.len(), 3 * 64);
        assert_eq!(two[64].parent, 1);
        assert_eq!(two[64].cell, one[1].with(two[64].added));
    }
}
