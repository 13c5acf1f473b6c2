//! What the paper shows as drawings: both searches (Figure 1), block and cell (Figure 2), the best cells (Figure 8).

use super::measures;
use super::result_set::ResultSet;
use crate::arm;
use crate::cell::Cell;
use crate::operator::Operator;
use crate::plan::SHOWN_SEED;
use crate::settings::Settings;
use crate::variant::Variant;
use renas_report::findings::{Diagram, DiagramBox, Figure, Form};

/// Kinds of boxes: what is built or trained, what pools, what convolves, what joins, what predicts.
const PLAIN: usize = 0;
const POOLING: usize = 1;
const CONVOLUTION: usize = 2;
const JOIN: usize = 3;
const PREDICTOR: usize = 4;

/// All diagrams, in the order of the report.
pub fn all(settings: &Settings, results: &ResultSet) -> Vec<Figure> {
    let mut figures = vec![search(false), search(true), cell_of_two(settings)];
    for arm in settings.search.arms.iter().filter(|arm| SHOWN_ARMS.contains(&arm.name.as_str())) {
        let best = results.searches(&arm.name).get(SHOWN_SEED).and_then(measures::best);
        let variant = arm::find(&arm.name).map(|found| found.variant);
        figures.extend(best.zip(variant).map(|(best, variant)| best_cell(&arm.name, &best.cell, variant)));
    }
    figures
}

/// Arms whose best cell is drawn; a table holds those of all arms.
const SHOWN_ARMS: [&str; 2] = ["popnas", "pnas"];

fn figure(id: String, title: String, caption: String, diagram: Diagram) -> Figure {
    Figure { id, title, caption, form: Form::Diagram, diagram: Some(diagram), ..Figure::default() }
}

/// A diagram under construction.
#[derive(Default)]
struct Sketch(Diagram);

impl Sketch {
    /// A box that arrows from the given boxes lead to; its place.
    fn add(&mut self, lines: &[&str], kind: usize, from: &[usize]) -> usize {
        let place = self.0.boxes.len();
        self.0.boxes.push(DiagramBox { lines: lines.iter().map(|&line| line.to_owned()).collect(), kind });
        self.0.arrows.extend(from.iter().map(|&source| [source, place]));
        place
    }
}

/// Figure 1: one stage of PNAS, or of POPNAS.
fn search(with_time: bool) -> Figure {
    let mut sketch = Sketch::default();
    let trained = sketch.add(&["trained", "cells of", "b blocks"], PLAIN, &[]);
    let candidates = sketch.add(&["all with", "a block", "more"], PLAIN, &[trained]);
    let mut predictions = vec![sketch.add(&["LSTM", "predicts", "accuracy"], PREDICTOR, &[candidates])];
    if with_time {
        predictions.push(sketch.add(&["regressor", "predicts", "time"], PREDICTOR, &[candidates]));
    }
    let chosen = if with_time { ["front of", "both, at", "most K"] } else { ["the K", "most", "accurate"] };
    let chosen = sketch.add(&chosen, JOIN, &predictions);
    sketch.add(&["train,", "learn,", "b := b + 1"], PLAIN, &[chosen]);
    let (name, id) = if with_time { ("POPNAS", "popnas") } else { ("PNAS", "pnas") };
    let caption = format!(
        "How {name} goes from cells of b blocks to cells of one block more, until b = B; both predictors learn from all cells \
         trained so far."
    );
    figure(format!("figure1_{id}"), format!("Figure 1. One stage of {name}"), caption, sketch.0)
}

/// Figure 2: two blocks make a cell.
fn cell_of_two(settings: &Settings) -> Figure {
    let mut sketch = Sketch::default();
    let input = sketch.add(&["previous", "cell"], PLAIN, &[]);
    let mut blocks = Vec::new();
    for block in 1..=2 {
        let operators: Vec<usize> = (1..=2)
            .map(|side| sketch.add(&[&format!("operator {side}"), &format!("of block {block}")], CONVOLUTION, &[input]))
            .collect();
        blocks.push(sketch.add(&[&format!("block {block}:"), "concat"], JOIN, &operators));
    }
    let cell = sketch.add(&["cell:", "concat"], JOIN, &blocks);
    sketch.add(&["next cell"], PLAIN, &[cell]);
    let caption = format!(
        "A block is two operators on the output of the previous cell, concatenated; a cell is up to B blocks side by side. The \
         network is three stages of {} such cells, halved in height and width between them, then a mean over positions and a \
         linear classifier. A 1x1 convolution brings each cell's output back to its number of filters (our deviation).",
        settings.scale.repeats
    );
    figure("figure2".to_owned(), "Figure 2. From blocks to a cell".to_owned(), caption, sketch.0)
}

/// Figure 8: the best cell of an arm's first search.
fn best_cell(arm: &str, cell: &Cell, variant: Variant) -> Figure {
    let mut sketch = Sketch::default();
    let input = sketch.add(&["previous", "cell"], PLAIN, &[]);
    let mut blocks = Vec::new();
    for (block, number) in cell.blocks().iter().zip(1..) {
        let operators = block.operators.map(|operator| sketch.add(&[words(operator)], kind(operator), &[input]));
        blocks.push(sketch.add(&[&format!("block {number}")], JOIN, &operators));
    }
    let lines: &[&str] = if variant == Variant::Reference { &["concat"] } else { &["concat,", "1x1"] };
    let joined = sketch.add(lines, JOIN, &blocks);
    sketch.add(&["next", "cell"], PLAIN, &[joined]);
    let caption = format!(
        "The most accurate cell of the largest stage, from the first seed of {arm}: `{cell}`. Every operator reads the output of \
         the previous cell; all outputs are concatenated."
    );
    figure(format!("figure8_{arm}"), format!("Figure 8. The best cell of {arm}"), caption, sketch.0)
}

fn words(operator: Operator) -> &'static str {
    match operator {
        Operator::Avg3 => "3x3 average pool",
        Operator::Max3 => "3x3 max pool",
        Operator::Identity => "identity",
        Operator::Dil3 => "3x3 dilated conv",
        Operator::Dw3 => "3x3 separable",
        Operator::Dw5 => "5x5 separable",
        Operator::Dw7 => "7x7 separable",
        Operator::Conv1x7 => "1x7-7x1 conv",
        Operator::Conv3 => "3x3 conv",
    }
}

fn kind(operator: Operator) -> usize {
    match (operator.is_pooling(), operator.is_convolution()) {
        (true, _) => POOLING,
        (_, true) => CONVOLUTION,
        _ => PLAIN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_drawn_with_every_operator_between_the_cells_before_and_after_it() {
        let cell: Cell = "avg3+dw3|identity+conv1x7".parse().expect("a cell");
        let figure = best_cell("popnas", &cell, Variant::Paper);
        let diagram = figure.diagram.expect("a diagram");
        let first: Vec<&str> = diagram.boxes.iter().map(|one| one.lines[0].as_str()).collect();
        let expected = [
            "previous",
            "3x3 average pool",
            "3x3 separable",
            "block 1",
            "identity",
            "1x7-7x1 conv",
            "block 2",
            "concat,",
            "next",
        ];
        assert_eq!(first, expected);
        let kinds: Vec<usize> = diagram.boxes.iter().map(|one| one.kind).collect();
        assert_eq!(kinds, [PLAIN, POOLING, CONVOLUTION, JOIN, PLAIN, CONVOLUTION, JOIN, JOIN, PLAIN]);
        let arrows = [[0, 1], [0, 2], [1, 3], [2, 3], [0, 4], [0, 5], [4, 6], [5, 6], [3, 7], [6, 7], [7, 8]];
        assert_eq!(diagram.arrows, arrows);
    }

    #[test]
    fn popnas_differs_from_pnas_by_the_predictor_of_time() {
        let boxes = |with_time| search(with_time).diagram.map(|diagram| diagram.boxes.len());
        assert_eq!((boxes(false), boxes(true)), (Some(5), Some(6)));
    }
}
