//! Axes and grid of a plane.

use super::PlotError;
use super::axis::Axis;
use super::canvas::{Canvas, FONT, GRID, Hang, INK, LINE, Place, WIDTH, width};
use super::style::{PAPER, Style};
use super::words;
use crate::findings::Across;

/// A plane with two axes on the drawing.
pub(super) struct Frame<'a> {
    x: &'a Axis,
    y: &'a Axis,
    /// Upper left and lower right corner of the plane.
    corners: [Place; 2],
}

/// What a frame says beside its ticks.
#[derive(Clone, Copy)]
pub(super) struct Labels<'a> {
    /// Of the horizontal axis.
    pub(super) x: &'a str,
    /// Of the vertical axis.
    pub(super) y: &'a str,
    /// Above the plane, and beneath that; empty for none.
    pub(super) heading: &'a [String],
    /// How many lines headings of planes beside this one have.
    pub(super) heading_lines: usize,
    /// Between the ticks and the label of the horizontal axis: what stands at numbers, in a row per look.
    pub(super) beneath: &'a [Beneath],
    /// Both axes are as long.
    pub(super) is_square: bool,
}

/// Words at numbers of the horizontal axis, and the look of the series that they are of.
pub(super) type Beneath = (Style, Vec<(f64, String)>);

/// The share of a plane's width that names of categories may take.
const MOST_NAMES: f64 = 0.4;

/// The lines of each label of a vertical axis of categories in a plane of that width.
pub(super) fn names(axis: &Axis, width: f64) -> Vec<Vec<String>> {
    axis.ticks.iter().map(|(_, name)| words::lines(name, width * MOST_NAMES, 2)).collect()
}

impl<'a> Frame<'a> {
    /// Draw grid, ticks and labels within an area of the drawing, by its upper left and lower right corner.
    pub(super) fn draw(
        canvas: &Canvas,
        [x, y]: [&'a Axis; 2],
        labels: Labels<'_>,
        [[from, top], [to, bottom]]: [Place; 2],
    ) -> Result<Self, PlotError> {
        let y_names = names(y, to - from);
        let widest = y_names.iter().map(|lines| words::widest(lines)).fold(0.0, f64::max);
        let (right, upper) = (to - FONT * 0.9, top + FONT * 0.5 + labels.heading_lines as f64 * LINE);
        let below = LINE * (1.4 + labels.beneath.len() as f64);
        let x_lines = words::lines(labels.x, to - from, 2);
        let lower = bottom - below - x_lines.len() as f64 * LINE;
        let y_lines = words::lines(labels.y, lower - upper + LINE, 2);
        let left = from + widest + FONT * 0.8 + y_lines.len() as f64 * LINE;
        let mut corners = [[left, upper], [right, lower]];
        if labels.is_square {
            let side = (right - left).min(lower - upper);
            corners[1] = [left + side, upper + side];
        }
        let frame = Self { x, y, corners };
        let [[left, upper], [right, lower]] = corners;
        for ((value, _), lines) in y.ticks.iter().zip(&y_names) {
            let height = lower - (lower - upper) * y.share(*value);
            canvas.line(&[[left, height], [right, height]], GRID, 2)?;
            canvas.lines(lines, [left - 12.0, height], Hang::Right)?;
        }
        frame.ticks(canvas)?;
        canvas.line(&[[left, lower], [right, lower]], INK, 2)?;
        for (row, (style, counts)) in labels.beneath.iter().enumerate() {
            let level = lower + LINE * (1.1 + row as f64);
            frame.row(canvas, counts, level)?;
            style.point(canvas, [left - FONT, level + FONT * 0.4], 8.0)?;
        }
        let middle = (left + right) / 2.0;
        let half = words::widest(&x_lines) / 2.0;
        let x_at = middle.clamp((from + half).min(to - half), (to - half).max(from + half));
        canvas.lines(&x_lines, [x_at, lower + below], Hang::Below)?;
        let y_at = from + FONT * 0.1 + y_lines.len() as f64 * LINE / 2.0;
        canvas.lines(&y_lines, [y_at, (upper + lower) / 2.0], Hang::Upwards)?;
        let heading = top + FONT * 0.3 + labels.heading.len().max(1) as f64 * LINE / 2.0;
        let half = words::widest(labels.heading) / 2.0;
        let at = middle.clamp((from + half).min(to - half), (to - half).max(from + half));
        canvas.lines(labels.heading, [at, heading], Hang::Centre)?;
        Ok(frame)
    }

    /// The ticks of the horizontal axis, those that find room.
    fn ticks(&self, canvas: &Canvas) -> Result<(), PlotError> {
        let [[left, _], [right, lower]] = self.corners;
        for (value, _) in &self.x.ticks {
            let across = left + (right - left) * self.x.share(*value);
            canvas.line(&[[across, lower], [across, lower + 8.0]], INK, 2)?;
        }
        self.row(canvas, &self.x.ticks, lower + 14.0)
    }

    /// Words beneath numbers of the horizontal axis, those that find room.
    fn row(&self, canvas: &Canvas, words: &[(f64, String)], top: f64) -> Result<(), PlotError> {
        let [[left, _], [right, _]] = self.corners;
        let mut free = f64::NEG_INFINITY;
        for (value, label) in words {
            let across = left + (right - left) * self.x.share(*value);
            let half = width(label) / 2.0;
            let across = across.min(f64::from(WIDTH) - half);
            if across - half > free {
                canvas.lines(std::slice::from_ref(label), [across, top], Hang::Below)?;
                free = across + half + FONT * 0.3;
            }
        }
        Ok(())
    }

    /// Draw the line of equal coordinates between the corners of axes of one range.
    pub(super) fn diagonal(&self, canvas: &Canvas) -> Result<(), PlotError> {
        canvas.line(&[self.at_shares(0.0, 0.0), self.at_shares(1.0, 1.0)], INK, 1)
    }

    /// Draw a number of the paper across the plane.
    pub(super) fn across(&self, canvas: &Canvas, at: Across) -> Result<(), PlotError> {
        let ends = match at {
            Across::X(x) => [0.0, 1.0].map(|y| self.at_shares(self.x.share(x), y)),
            Across::Y(y) => [0.0, 1.0].map(|x| self.at_shares(x, self.y.share(y))),
        };
        canvas.stroke(&ends, PAPER.colour, PAPER.dash)
    }

    /// Where a point of the plane lies on the drawing.
    pub(super) fn place(&self, x: f64, y: f64) -> Place {
        self.at_shares(self.x.share(x), self.y.share(y))
    }

    /// Where a point lies as shares of both axes.
    pub(super) fn shares(&self, x: f64, y: f64) -> [f64; 2] {
        [self.x.share(x), self.y.share(y)]
    }

    /// The place of shares of both axes.
    pub(super) fn at_shares(&self, x: f64, y: f64) -> Place {
        let [[left, upper], [right, lower]] = self.corners;
        [left + (right - left) * x, lower - (lower - upper) * y]
    }

    /// Width and height of the plane.
    pub(super) fn size(&self) -> Place {
        let [[left, upper], [right, lower]] = self.corners;
        [right - left, lower - upper]
    }
}
