//! Boxes and arrows, from left to right.
//!
//! A box stands one column right of the rightmost box that an arrow leads from; within a column boxes are spread evenly,
//! those first whose arrows come from further up (the mean height of where they come from), then in their own order.
//! Columns that find no room beside one another go on below, as words in lines do.

use super::PlotError;
use super::canvas::{Canvas, FONT, HEIGHT, Hang, INK, Place, SERIES, WIDTH, width};
use crate::findings::{Diagram, DiagramBox, Figure};

/// Free space around the drawing and inside boxes, in units of the drawing.
const MARGIN: f64 = 24.0;
const PADDING: f64 = 12.0;
/// Height of a line of words.
const LINE: f64 = FONT * 1.25;
/// Least space between columns: an arrow that can be seen.
const GAP: f64 = 20.0;
/// Length and half width of an arrow's head.
const HEAD: [f64; 2] = [14.0, 6.0];

pub(super) fn draw(canvas: &Canvas, figure: &Figure) -> Result<(), PlotError> {
    let diagram = figure.diagram.as_ref().ok_or(PlotError::Empty)?;
    let places = places(diagram)?;
    let half = |one: &DiagramBox| {
        let widest = one.lines.iter().map(|line| width(line)).fold(0.0, f64::max);
        [widest / 2.0 + PADDING, one.lines.len().max(1) as f64 * LINE / 2.0 + PADDING / 2.0]
    };
    for &[from, to] in &diagram.arrows {
        let ([across, down], [before, above]) = (half(&diagram.boxes[from]), half(&diagram.boxes[to]));
        let (source, target) = (places[from], places[to]);
        // To the right from side to side, to a line below from bottom to top.
        let (start, end) = if source[0] < target[0] {
            ([source[0] + across, source[1]], [target[0] - before, target[1]])
        } else {
            ([source[0], source[1] + down], [target[0], target[1] - above])
        };
        arrow(canvas, start, end)?;
    }
    for (one, [x, y]) in diagram.boxes.iter().zip(&places) {
        let [across, up] = half(one);
        let (from, to) = ([x - across, y - up], [x + across, y + up]);
        let colour = one.kind.checked_sub(1).map_or(INK, |kind| SERIES[kind % SERIES.len()]);
        canvas.rectangle(from, to, colour, if one.kind == 0 { 0.06 } else { 0.2 })?;
        canvas.line(&[from, [to[0], from[1]], to, [from[0], to[1]], from], colour, 2)?;
        let first = y - (one.lines.len() as f64 - 1.0) * LINE / 2.0;
        for (index, line) in one.lines.iter().enumerate() {
            canvas.words(line, [*x, first + index as f64 * LINE], Hang::Centre)?;
        }
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

/// The centre of every box.
fn places(diagram: &Diagram) -> Result<Vec<Place>, PlotError> {
    let columns = columns(diagram)?;
    let count = columns.iter().max().map_or(0, |last| last + 1);
    let widest = |column: usize| {
        let inside = diagram.boxes.iter().zip(&columns).filter(|(_, own)| **own == column);
        inside.flat_map(|(one, _)| &one.lines).map(|line| width(line)).fold(0.0, f64::max) + 2.0 * PADDING
    };
    let widths: Vec<f64> = (0..count).map(widest).collect();
    let lines = lines(&widths);
    let line_height = (f64::from(HEIGHT) - 2.0 * MARGIN) / lines.len().max(1) as f64;
    let mut places = vec![[f64::from(WIDTH) / 2.0, f64::from(HEIGHT) / 2.0]; diagram.boxes.len()];
    for (number, line) in lines.iter().enumerate() {
        let top = MARGIN + number as f64 * line_height;
        let free = f64::from(WIDTH) - 2.0 * MARGIN - widths[line.clone()].iter().sum::<f64>();
        // The last of several lines has the spaces of the others rather than a few boxes far apart.
        let gap = match line.len() {
            0 | 1 => 0.0,
            columns if number > 0 && number + 1 == lines.len() => (free / (columns - 1) as f64).min(2.0 * GAP),
            columns => free / (columns - 1) as f64,
        };
        let mut left = MARGIN;
        for column in line.clone() {
            let mut members: Vec<usize> = (0..columns.len()).filter(|&one| columns[one] == column).collect();
            let height = |one: usize| {
                let sources = diagram.arrows.iter().filter(|arrow| arrow[1] == one).map(|arrow| places[arrow[0]][1]);
                let sources: Vec<f64> = sources.collect();
                sources.iter().sum::<f64>() / sources.len().max(1) as f64
            };
            let heights: Vec<f64> = (0..columns.len()).map(height).collect();
            members.sort_by(|&a, &b| heights[a].total_cmp(&heights[b]).then(a.cmp(&b)));
            let step = line_height / members.len() as f64;
            for (row, &member) in members.iter().enumerate() {
                places[member] = [left + widths[column] / 2.0, top + (row as f64 + 0.5) * step];
            }
            left += widths[column] + gap;
        }
    }
    if count == 1 {
        places.iter_mut().for_each(|place| place[0] = f64::from(WIDTH) / 2.0);
    }
    Ok(places)
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

    fn diagram(boxes: usize, arrows: &[[usize; 2]]) -> Diagram {
        let one = |index: usize| DiagramBox { lines: vec![format!("box {index}")], kind: index % 3 };
        Diagram { boxes: (0..boxes).map(one).collect(), arrows: arrows.to_vec() }
    }

    #[test]
    fn a_box_stands_right_of_all_that_lead_to_it_and_inside_the_drawing() {
        let diagram = diagram(6, &[[0, 1], [0, 2], [1, 3], [2, 3], [0, 3], [3, 4]]);
        assert_eq!(columns(&diagram).expect("no circle"), [0, 1, 1, 2, 3, 0]);
        let places = places(&diagram).expect("no circle");
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
        let places = places(&diagram).expect("no circle");
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
    fn circles_and_arrows_to_nowhere_are_refused() {
        let circle = columns(&diagram(3, &[[0, 1], [1, 2], [2, 1]])).expect_err("a circle").to_string();
        assert_eq!(circle, "the diagram's arrows lead in a circle");
        assert!(columns(&diagram(2, &[[0, 2]])).is_err());
        assert!(columns(&diagram(1, &[[0, 0]])).is_err());
    }
}
