//! Cells: blocks of two inputs and two operators whose outputs are concatenated.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::operator::{Operator, OperatorError};

/// The input that stands for the previous cell's output.
pub const PREVIOUS: i8 = -1;

/// Two inputs, each with its operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Block {
    /// What each operator reads by name: -1 is the previous cell, -2 the one before it, 0.. an earlier block. Cells are
    /// flat: whatever stands here, every operator is built on the previous cell's output.
    pub inputs: [i8; 2],
    /// The operators.
    pub operators: [Operator; 2],
}

impl Block {
    /// A block on the previous cell's output.
    pub fn flat(first: Operator, second: Operator) -> Self {
        Self { inputs: [PREVIOUS; 2], operators: [first, second] }
    }
}

/// One or more blocks. As text: `avg3+dw3|identity@0+max3`; an input other than the previous cell follows its `@`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    blocks: Vec<Block>,
}

impl Cell {
    /// A cell of these blocks. Panics where there is none: the empty cell is no cell of a search.
    pub fn new(blocks: Vec<Block>) -> Self {
        assert!(!blocks.is_empty(), "a cell without blocks");
        Self { blocks }
    }

    /// Its blocks, in order.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// Number of blocks.
    pub fn size(&self) -> usize {
        self.blocks.len()
    }

    /// Its operators, two per block, in order.
    pub fn operators(&self) -> impl Iterator<Item = Operator> + '_ {
        self.blocks.iter().flat_map(|block| block.operators)
    }

    /// The cell with one more block at its end.
    pub fn with(&self, block: Block) -> Self {
        let mut blocks = self.blocks.clone();
        blocks.push(block);
        Self { blocks }
    }

    /// The same cell with every input the previous cell: what is built.
    pub fn flattened(&self) -> Self {
        Self { blocks: self.blocks.iter().map(|block| Block { inputs: [PREVIOUS; 2], ..*block }).collect() }
    }

    /// The flat cell whose operators are these in ascending order: one for all cells that compute the same.
    pub fn canonical(&self) -> Self {
        let mut operators: Vec<Operator> = self.operators().collect();
        operators.sort_unstable();
        Self { blocks: operators.chunks_exact(2).map(|pair| Block::flat(pair[0], pair[1])).collect() }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, block) in self.blocks.iter().enumerate() {
            if index > 0 {
                f.write_str("|")?;
            }
            for side in 0..2 {
                if side > 0 {
                    f.write_str("+")?;
                }
                write!(f, "{}", block.operators[side])?;
                if block.inputs[side] != PREVIOUS {
                    write!(f, "@{}", block.inputs[side])?;
                }
            }
        }
        Ok(())
    }
}

/// A text is no cell.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CellError {
    /// A block has not two sides.
    #[error("cell `{cell}`: block {block} is `{text}`; a block is two operators, as in `avg3+dw3`")]
    Block {
        /// The text of the cell.
        cell: String,
        /// Which block, from 1.
        block: usize,
        /// Its text.
        text: String,
    },
    /// An operator is unknown.
    #[error("cell `{cell}`: block {block}: {source}")]
    Operator {
        /// The text of the cell.
        cell: String,
        /// Which block, from 1.
        block: usize,
        /// Which operator.
        source: OperatorError,
    },
    /// An input is no number.
    #[error("cell `{cell}`: block {block}: `{input}` is no input; inputs are -2, -1 and the numbers of earlier blocks")]
    Input {
        /// The text of the cell.
        cell: String,
        /// Which block, from 1.
        block: usize,
        /// The text after `@`.
        input: String,
    },
}

impl FromStr for Cell {
    type Err = CellError;

    fn from_str(cell: &str) -> Result<Self, CellError> {
        let blocks = cell.split('|').enumerate().map(|(index, text)| read_block(cell, index + 1, text));
        Ok(Self { blocks: blocks.collect::<Result<_, _>>()? })
    }
}

fn read_block(cell: &str, block: usize, text: &str) -> Result<Block, CellError> {
    let broken = || CellError::Block { cell: cell.to_owned(), block, text: text.to_owned() };
    let (first, second) = text.split_once('+').ok_or_else(broken)?;
    let side = |text: &str| {
        let (name, input) = text.split_once('@').unwrap_or((text, "-1"));
        let operator = name.parse().map_err(|source| CellError::Operator { cell: cell.to_owned(), block, source })?;
        let known = |&input: &i8| input >= -2 && i64::from(input) < block as i64 - 1;
        let number = input.parse().ok().filter(known);
        let number =
            number.ok_or_else(|| CellError::Input { cell: cell.to_owned(), block, input: input.to_owned() })?;
        Ok::<(Operator, i8), CellError>((operator, number))
    };
    let (first, second) = (side(first)?, side(second)?);
    Ok(Block { inputs: [first.1, second.1], operators: [first.0, second.0] })
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_a_cell_reads_back() {
        for text in ["avg3+dw3", "identity+identity|conv1x7@-2+max3@0", "dw5+dw7|avg3+avg3|dil3@1+conv3@0"] {
            let cell: Cell = text.parse().expect("a cell");
            assert_eq!(cell.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_cell_is_named_with_its_block() {
        let refused = |text: &str| text.parse::<Cell>().expect_err("no cell").to_string();
        assert!(refused("avg3+dw3|max3").contains("block 2 is `max3`"));
        assert!(refused("avg3+dw4").contains("block 1: no operator `dw4`"));
        assert!(refused("avg3@0+dw3").contains("block 1: `0` is no input"));
        assert!(refused("").contains("block 1 is ``"));
    }

    #[test]
    fn equivalent_cells_have_one_canonical_form() {
        let one: Cell = "dw3+avg3|max3@0+identity".parse().expect("a cell");
        let other: Cell = "identity+max3|avg3+dw3".parse().expect("a cell");
        assert_eq!(one.canonical(), other.canonical());
        assert_eq!(one.canonical().to_string(), "avg3+max3|identity+dw3");
        assert_eq!(one.flattened().to_string(), "dw3+avg3|max3+identity");
    }
}
