//! Boxes and arrows, from left to right.
//!
//! A box stands one column right of the rightmost box that an arrow leads from; within a column boxes are spread evenly,
//! those first whose arrows come from further up (the mean height of where they come from), then in their own order.
//! Columns that find no room beside one another go on below, as words in lines do.

use super::PlotError;
use super::canvas::{Canvas, HEIGHT, Hang, INK, LINE, Place, SERIES, WIDTH};
use super::words;
use crate::findings::{Diagram, DiagramBox, Figure};

/// Free space around the drawing and inside boxes, in units of the drawing.
const MARGIN: f64 = 24.0;
const PADDING: f64 = 12.0;
/// Least height of a line of boxes.
const LEAST: f64 = 120.0;
/// Least space between boxes of a column.
const BETWEEN: f64 = 14.0;
/// Space between two lines of boxes.
const BETWEEN_LINES: f64 = 64.0;
/// Most lines that a line of a box is broken into.
const MOST_LINES: usize = 3;
/// Least space between columns: an arrow that can be seen.
const GAP: f64 = 20.0;
/// Length and half width of an arrow's head.
const HEAD: [f64; 2] = [14.0, 6.0];

/// Where the boxes of a diagram stand.
#[derive(Debug)]
struct Plan {
    /// The boxes with their lines broken, and the arrows.
    diagram: Diagram,
    /// The centre of every box, and where its line of boxes begins.
    places: Vec<Place>,
    lines: Vec<f64>,
    /// Height of the drawing.
    height: f64,
}

/// The height of the drawing: higher where boxes need it.
pub(super) fn height(figure: &Figure) -> u32 {
    let plan = figure.diagram.as_ref().and_then(|diagram| Plan::of(diagram).ok());
    plan.map_or(HEIGHT, |plan| plan.height.ceil() as u32)
}

/// Half the width and height of a box.
fn half(one: &DiagramBox) -> Place {
    let lines = one.lines.len().max(1) as f64;
    [words::widest(&one.lines) / 2.0 + PADDING, lines * LINE / 2.0 + PADDING / 2.0]
}

pub(super) fn draw(canvas: &Canvas, figure: &Figure) -> Result<(), PlotError> {
    let Plan { diagram, places, lines, .. } = Plan::of(figure.diagram.as_ref().ok_or(PlotError::Empty)?)?;
    for &[from, to] in &diagram.arrows {
        let ([across, down], [before, above]) = (half(&diagram.boxes[from]), half(&diagram.boxes[to]));
        let (source, target) = (places[from], places[to]);
        // To the right from side to side; to a line below from bottom to top, through the space between the lines.
        if source[0] < target[0] && lines[from] == lines[to] {
            arrow(canvas, [source[0] + across, source[1]], [target[0] - before, target[1]])?;
        } else {
            let level = lines[to] - BETWEEN_LINES / 2.0;
            canvas.line(&[[source[0], source[1] + down], [source[0], level], [target[0], level]], INK, 2)?;
            arrow(canvas, [target[0], level], [target[0], target[1] - above])?;
        }
    }
    for (one, [x, y]) in diagram.boxes.iter().zip(&places) {
        let [across, up] = half(one);
        let (from, to) = ([x - across, y - up], [x + across, y + up]);
        let colour = one.kind.checked_sub(1).map_or(INK, |kind| SERIES[kind % SERIES.len()]);
        canvas.rectangle(from, to, colour, if one.kind == 0 { 0.06 } else { 0.2 })?;
        canvas.line(&[from, [to[0], from[1]], to, [from[0], to[1]], from], colour, 2)?;
        canvas.lines(&one.lines, [*x, *y], Hang::Centre)?;
    }
    Ok(())
}

/// A straight line with a head.
fn arrow(canvas: &Canvas, start: Place, end: Place) -> Result<(), PlotError> {
    let (across, down) = (end[0] - start[0], end[1] - start[1]);
    let length = libm::hypot(across, down).max(1.0);
    let [x, y] = [across / length, down / length];
    let neck = [end[0] - x * HEAD[0], end[1] - y * HEAD[0]];
    canvas.line(&[start, neck], INK, 2)?;
    let side = |sign: f64| [neck[0] - sign * y * HEAD[1], neck[1] + sign * x * HEAD[1]];
    canvas.polygon(&[end, side(1.0), side(-1.0)], INK, 1.0)
}

impl Plan {
    fn of(diagram: &Diagram) -> Result<Self, PlotError> {
        let columns = columns(diagram)?;
        let room = f64::from(WIDTH) - 2.0 * (MARGIN + PADDING);
        let broken = |one: &DiagramBox| DiagramBox {
            lines: one.lines.iter().flat_map(|line| words::lines(line, room, MOST_LINES)).collect(),
            kind: one.kind,
        };
        let boxes: Vec<DiagramBox> = diagram.boxes.iter().map(broken).collect();
        let count = columns.iter().max().map_or(0, |last| last + 1);
        let of_column = |column: usize| boxes.iter().zip(&columns).filter(move |(_, own)| **own == column);
        let widest = |column: usize| of_column(column).map(|(one, _)| half(one)[0] * 2.0).fold(0.0, f64::max);
        let highest = |column: usize| of_column(column).map(|(one, _)| half(one)[1] * 2.0 + BETWEEN).sum::<f64>();
        let widths: Vec<f64> = (0..count).map(widest).collect();
        let heights: Vec<f64> = (0..count).map(highest).collect();
        let lines = lines(&widths);
        let mut plan = Self {
            places: vec![[f64::from(WIDTH) / 2.0, f64::from(HEIGHT) / 2.0]; boxes.len()],
            lines: vec![0.0; boxes.len()],
            diagram: Diagram { boxes, arrows: diagram.arrows.clone() },
            height: MARGIN,
        };
        for (number, line) in lines.iter().enumerate() {
            let free = f64::from(WIDTH) - 2.0 * MARGIN - widths[line.clone()].iter().sum::<f64>();
            // The last of several lines has the spaces of the others rather than a few boxes far apart.
            let gap = match line.len() {
                0 | 1 => 0.0,
                columns if number > 0 && number + 1 == lines.len() => (free / (columns - 1) as f64).min(2.0 * GAP),
                columns => free / (columns - 1) as f64,
            };
            let height = heights[line.clone()].iter().copied().fold(LEAST, f64::max);
            let mut left = MARGIN;
            for column in line.clone() {
                plan.stack(&columns, column, [left + widths[column] / 2.0, height]);
                left += widths[column] + gap;
            }
            plan.height += height + if number + 1 < lines.len() { BETWEEN_LINES } else { MARGIN };
        }
        if count == 1 {
            plan.places.iter_mut().for_each(|place| place[0] = f64::from(WIDTH) / 2.0);
        }
        Ok(plan)
    }

    /// Spread the boxes of a column over the height of its line: those first whose arrows come from further up.
    fn stack(&mut self, columns: &[usize], column: usize, [middle, height]: [f64; 2]) {
        let source = |one: usize| {
            let arrows = self.diagram.arrows.iter().filter(|arrow| arrow[1] == one);
            let sources: Vec<f64> = arrows.map(|arrow| self.places[arrow[0]][1]).collect();
            sources.iter().sum::<f64>() / sources.len().max(1) as f64
        };
        let mut members: Vec<usize> = (0..columns.len()).filter(|&one| columns[one] == column).collect();
        members.sort_by(|&a, &b| source(a).total_cmp(&source(b)).then(a.cmp(&b)));
        let heights: Vec<f64> = members.iter().map(|&one| half(&self.diagram.boxes[one])[1] * 2.0 + BETWEEN).collect();
        let spare = (height - heights.iter().sum::<f64>()) / members.len().max(1) as f64;
        let mut top = self.height;
        for (&member, own) in members.iter().zip(heights) {
            self.places[member] = [middle, top + (own + spare) / 2.0];
            self.lines[member] = self.height;
            top += own + spare;
        }
    }
}

/// Columns of these widths, divided into lines that hold as many as find room.
fn lines(widths: &[f64]) -> Vec<std::ops::Range<usize>> {
    let room = f64::from(WIDTH) - 2.0 * MARGIN;
    let (mut lines, mut first, mut used) = (Vec::new(), 0, 0.0);
    for (column, own) in widths.iter().enumerate() {
        if column > first && used + GAP + own > room {
            lines.push(first..column);
            (first, used) = (column, 0.0);
        }
        used += own + if column > first { GAP } else { 0.0 };
    }
    lines.push(first..widths.len());
    lines
}

/// The column of every box: the longest way to it.
fn columns(diagram: &Diagram) -> Result<Vec<usize>, PlotError> {
    let count = diagram.boxes.len();
    if diagram.arrows.iter().flatten().any(|&end| end >= count) {
        return Err(PlotError::Arrows("lead to a box that there is not"));
    }
    let mut columns = vec![0; count];
    // A way without a circle has fewer arrows than there are boxes.
    for _ in 0..count {
        let mut is_settled = true;
        for &[from, to] in &diagram.arrows {
            if columns[to] <= columns[from] {
                columns[to] = columns[from] + 1;
                is_settled = false;
            }
        }
        if is_settled {
            return Ok(columns);
        }
    }
    if diagram.arrows.is_empty() { Ok(columns) } else { Err(PlotError::Arrows("lead in a circle")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::canvas::width;

    fn diagram(boxes: usize, arrows: &[[usize; 2]]) -> Diagram {
        let one = |index: usize| DiagramBox { lines: vec![format!("box {index}")], kind: index % 3 };
        Diagram { boxes: (0..boxes).map(one).collect(), arrows: arrows.to_vec() }
    }

    #[test]
    fn a_box_stands_right_of_all_that_lead_to_it_and_inside_the_drawing() {
        let diagram = diagram(6, &[[0, 1], [0, 2], [1, 3], [2, 3], [0, 3], [3, 4]]);
        assert_eq!(columns(&diagram).expect("no circle"), [0, 1, 1, 2, 3, 0]);
        let places = Plan::of(&diagram).expect("no circle").places;
        for [from, to] in &diagram.arrows {
            assert!(places[*from][0] < places[*to][0]);
        }
        assert!(places[1][1] < places[2][1], "in their own order, since both come from one box");
        assert!(places.iter().all(|[x, y]| (0.0..960.0).contains(x) && (0.0..700.0).contains(y)));
    }

    /// Boxes of 300 units and less: three to a line of 960 - 2 x 24.
    #[test]
    fn columns_without_room_go_on_below_and_never_overlap() {
        assert_eq!(lines(&[280.0; 7]), [0..3, 3..6, 6..7]);
        assert_eq!(lines(&[950.0, 10.0]), [0..1, 1..2], "what is too wide stands alone");
        assert_eq!(lines(&[]).len(), 1, "there is always a line");
        let chain: Vec<[usize; 2]> = (0..20).map(|one| [one, one + 1]).collect();
        let diagram = diagram(21, &chain);
        let Plan { places, height, .. } = Plan::of(&diagram).expect("no circle");
        assert!(places.iter().all(|[_, y]| (0.0..height).contains(y)));
        for (index, [x, y]) in places.iter().enumerate() {
            let half = width(&diagram.boxes[index].lines[0]) / 2.0 + PADDING;
            assert!(x - half >= 0.0 && x + half <= f64::from(WIDTH), "box {index} lies outside");
            for (other, [beside, level]) in places.iter().enumerate().filter(|(other, _)| *other < index) {
                let apart = half + width(&diagram.boxes[other].lines[0]) / 2.0 + PADDING;
                assert!((x - beside).abs() >= apart || (y - level).abs() >= 2.0 * LINE, "{other} and {index} overlap");
            }
        }
    }

    #[test]
    fn a_column_of_many_boxes_makes_the_drawing_higher_and_long_words_are_broken() {
        let mut many = diagram(30, &[]);
        many.boxes[0].lines =
            vec!["a_name_that_is_longer_than_the_whole_drawing_is_wide_and_then_some_more".to_owned()];
        let plan = Plan::of(&many).expect("no circle");
        assert!(plan.height > 30.0 * LINE, "{}", plan.height);
        for (index, one) in plan.diagram.boxes.iter().enumerate() {
            let [across, up] = half(one);
            let [x, y] = plan.places[index];
            assert!(x - across >= 0.0 && x + across <= f64::from(WIDTH), "box {index} lies outside");
            let others = plan.places[..index].iter().zip(&plan.diagram.boxes);
            assert!(others.into_iter().all(|(other, one)| (other[1] - y).abs() >= up + half(one)[1]), "{index}");
        }
    }

    #[test]
    fn circles_and_arrows_to_nowhere_are_refused() {
        let circle = columns(&diagram(3, &[[0, 1], [1, 2], [2, 1]])).expect_err("a circle").to_string();
        assert_eq!(circle, "the diagram's arrows lead in a circle");
        assert!(columns(&diagram(2, &[[0, 2]])).is_err());
        assert!(columns(&diagram(1, &[[0, 0]])).is_err());
    }
}
