//! What a time regressor sees of a cell: its number of blocks, and for each of 2B slots the index of an operator and,
//! in some arms, its input. Empty slots are 0.

use serde::{Deserialize, Serialize};

use super::cell::Cell;
use super::operator::{Operator, PAPER, REFERENCE, UNORDERED};
use super::variant::Variant;

/// How operators become numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "index", rename_all = "snake_case")]
pub enum Index {
    /// Their place in the code's list, from 1.
    Standard,
    /// Their place in the paper's list, which is ordered by time, from 1: the static re-index.
    Reordered,
    /// `8 x T / max T`, T the training time of the one-block cell with the operator on both sides: the dynamic re-index.
    Dynamic {
        /// The value of each operator.
        values: Vec<(Operator, f64)>,
    },
}

/// An encoding of cells as rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Encoding {
    /// B: the blocks of the largest cell, hence the number of slots.
    pub blocks: usize,
    /// How operators become numbers.
    pub index: Index,
    /// Whether inputs are columns too.
    pub inputs: bool,
    /// Which list `Standard` and `Reordered` count in.
    pub variant: Variant,
    /// The code casts indices of cells to be predicted to whole numbers, not those that it is fitted on.
    pub truncates: bool,
}

impl Index {
    /// The dynamic re-index from training times of symmetric one-block cells.
    pub fn dynamic(times: &[(Operator, f64)]) -> Self {
        let longest = times.iter().map(|(_, seconds)| *seconds).fold(0.0, f64::max);
        let scaled = |seconds: f64| if longest > 0.0 { seconds / longest * times.len() as f64 } else { 0.0 };
        Self::Dynamic { values: times.iter().map(|&(operator, seconds)| (operator, scaled(seconds))).collect() }
    }

    fn value(&self, operator: Operator, variant: Variant) -> f64 {
        let place = |list: &[Operator]| list.iter().position(|&one| one == operator).map_or(0.0, |at| at as f64 + 1.0);
        match (self, variant) {
            (Self::Standard, Variant::Reference) => place(&REFERENCE),
            (Self::Standard, _) => place(&UNORDERED),
            // The reference's list by time has its plain convolution where the paper has a dilated one.
            (Self::Reordered, _) => place(
                &PAPER.map(|one| if operator == Operator::Conv3 && one == Operator::Dil3 { operator } else { one }),
            ),
            (Self::Dynamic { values }, _) => {
                values.iter().find(|(one, _)| *one == operator).map_or(0.0, |(_, value)| *value)
            }
        }
    }
}

impl Encoding {
    /// Number of columns.
    pub fn columns(&self) -> usize {
        1 + 2 * self.blocks * if self.inputs { 2 } else { 1 }
    }

    /// The rows that a regressor is fitted on, and their targets: every cell slid over all places that it fits in, each
    /// place with the same time, and first, where asked for, the empty network's row without any block.
    pub fn fitted(&self, cells: &[(&Cell, f64)], thrust: Option<f64>) -> (Vec<f64>, Vec<f64>) {
        let (mut rows, mut targets) = (Vec::new(), Vec::new());
        if let Some(seconds) = thrust {
            rows.extend(std::iter::repeat_n(0.0, self.columns()));
            targets.push(seconds);
        }
        let values = self.values();
        for (cell, seconds) in cells {
            for offset in 0..=self.blocks - cell.size() {
                self.push(cell, offset, &values, &mut rows);
                targets.push(*seconds);
            }
        }
        (rows, targets)
    }

    /// The row of each cell whose time is to be predicted.
    pub fn asked<'c>(&self, cells: impl IntoIterator<Item = &'c Cell>) -> Vec<f64> {
        let values = if self.truncates { self.values().map(libm::trunc) } else { self.values() };
        let mut rows = Vec::new();
        for cell in cells {
            self.push(cell, 0, &values, &mut rows);
        }
        rows
    }

    /// The number of every operator, by its place in `Operator::ALL`: a stage has hundreds of thousands of cells.
    fn values(&self) -> [f64; Operator::ALL.len()] {
        Operator::ALL.map(|operator| self.index.value(operator, self.variant))
    }

    /// Append the row of a cell whose first block stands at `offset`.
    fn push(&self, cell: &Cell, offset: usize, values: &[f64; Operator::ALL.len()], rows: &mut Vec<f64>) {
        let width = if self.inputs { 2 } else { 1 };
        let start = rows.len();
        rows.push(cell.size() as f64);
        rows.extend(std::iter::repeat_n(0.0, 2 * self.blocks * width));
        for (block, place) in cell.blocks().iter().zip(offset..) {
            for side in 0..2 {
                let slot = start + 1 + (2 * place + side) * width;
                rows[slot] = values[block.operators[side] as usize];
                if self.inputs {
                    // The cell before the last is 1, the last 2, blocks follow; an empty slot stays 0.
                    rows[slot + 1] = f64::from(block.inputs[side]) + 3.0;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoding(index: Index, inputs: bool) -> Encoding {
        Encoding { blocks: 3, index, inputs, variant: Variant::Paper, truncates: false }
    }

    fn cell(text: &str) -> Cell {
        text.parse().expect("a cell")
    }

    /// Tables 1 and 2 of the paper, row by row; Figure 3 on its left is the first row.
    #[test]
    fn sliding_blocks_and_the_initial_thrust_give_the_papers_rows() {
        let (five, six) = (cell("dw3+dw3"), cell("dw5+dw5"));
        let (rows, targets) =
            encoding(Index::Reordered, false).fitted(&[(&five, 63.145701), (&six, 63.789210)], Some(3.043455));
        let expected = [
            [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
            [1.0, 5.0, 5.0, 0.0, 0.0, 0.0, 0.0],
            [1.0, 0.0, 0.0, 5.0, 5.0, 0.0, 0.0],
            [1.0, 0.0, 0.0, 0.0, 0.0, 5.0, 5.0],
            [1.0, 6.0, 6.0, 0.0, 0.0, 0.0, 0.0],
            [1.0, 0.0, 0.0, 6.0, 6.0, 0.0, 0.0],
            [1.0, 0.0, 0.0, 0.0, 0.0, 6.0, 6.0],
        ];
        assert_eq!(rows, expected.concat());
        assert_eq!(targets, [3.043455, 63.145701, 63.145701, 63.145701, 63.789210, 63.789210, 63.789210]);
    }

    /// Figure 3 on its right: the same cell with the dynamic index of its operator in both slots.
    #[test]
    fn the_dynamic_index_scales_times_to_the_number_of_operators() {
        let times: Vec<(Operator, f64)> = PAPER.iter().zip(1..).map(|(&one, i)| (one, f64::from(i) * 10.0)).collect();
        let index = Index::dynamic(&times);
        let rows = encoding(index.clone(), false).asked([&cell("dw3+conv1x7")]);
        assert_eq!(rows, [1.0, 5.0, 8.0, 0.0, 0.0, 0.0, 0.0]);
        let uneven: Vec<(Operator, f64)> =
            PAPER.iter().zip([3.0, 4.0, 1.0, 5.0, 7.0, 9.0, 11.0, 16.0]).map(|(&one, t)| (one, t)).collect();
        let rows = encoding(Index::dynamic(&uneven), false).asked([&cell("dw3+avg3")]);
        assert_eq!(rows[1..3], [3.5, 1.5]);
        let truncated = Encoding { truncates: true, ..encoding(Index::dynamic(&uneven), false) };
        assert_eq!(truncated.asked([&cell("dw3+avg3")])[1..3], [3.0, 1.0]);
        assert_eq!(
            Index::dynamic(&PAPER.map(|one| (one, 0.0))),
            Index::Dynamic { values: PAPER.map(|one| (one, 0.0)).to_vec() }
        );
    }

    #[test]
    fn inputs_are_columns_of_their_own_where_they_are_kept() {
        let rows = encoding(Index::Standard, true).asked([&cell("identity+max3|avg3@0+dil3@-2")]);
        let expected = [2.0, 1.0, 2.0, 7.0, 2.0, 8.0, 3.0, 6.0, 1.0, 0.0, 0.0, 0.0, 0.0];
        assert_eq!(rows, expected);
    }
}
