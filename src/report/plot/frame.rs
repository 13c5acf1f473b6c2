//! Axes, grid and legend of a plane.

use plotters::style::RGBColor;

use super::PlotError;
use super::axis::Axis;
use super::canvas::{self, Canvas, FONT, GRID, Hang, INK, Place, WIDTH};

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
    /// Above the plane; empty for none.
    pub(super) heading: &'a str,
}

/// How a legend shows a series.
#[derive(Clone, Copy)]
pub(super) enum Mark {
    /// A stroke.
    Stroke,
    /// A filled point.
    Dot,
    /// A hollow point.
    Ring,
    /// A filled square.
    Square,
}

/// One entry of a legend.
pub(super) struct Entry<'a> {
    pub(super) name: &'a str,
    pub(super) mark: Mark,
    pub(super) colour: RGBColor,
}

impl<'a> Frame<'a> {
    /// Draw grid, ticks and labels within an area of the drawing, by its upper left and lower right corner.
    pub(super) fn draw(
        canvas: &Canvas,
        [x, y]: [&'a Axis; 2],
        labels: Labels<'_>,
        [[from, top], [to, bottom]]: [Place; 2],
    ) -> Result<Self, PlotError> {
        let widest = y.ticks.iter().map(|(_, label)| canvas::width(label)).fold(0.0, f64::max);
        let above = if labels.heading.is_empty() { 10.0 } else { FONT * 1.4 };
        let left = from + widest + FONT * if labels.y.is_empty() { 1.0 } else { 2.4 };
        let frame = Self { x, y, corners: [[left, top + above], [to - 30.0, bottom - FONT * 3.6]] };
        let corners = frame.corners;
        let [[left, upper], [right, lower]] = corners;
        for (value, label) in &frame.y.ticks {
            let height = lower - (lower - upper) * frame.y.share(*value);
            canvas.line(&[[left, height], [right, height]], GRID, 2)?;
            canvas.words(label, [left - 12.0, height], Hang::Right)?;
        }
        let mut free = f64::NEG_INFINITY;
        for (value, label) in &frame.x.ticks {
            let across = left + (right - left) * frame.x.share(*value);
            canvas.line(&[[across, lower], [across, lower + 8.0]], INK, 2)?;
            let half = canvas::width(label) / 2.0;
            if across - half > free {
                canvas.words(label, [across, lower + 14.0], Hang::Below)?;
                free = across + half + FONT * 0.5;
            }
        }
        canvas.line(&[[left, lower], [right, lower]], INK, 2)?;
        let middle = (left + right) / 2.0;
        for (words, at, hang) in [
            (labels.x, [middle, bottom - FONT * 1.75], Hang::Below),
            (labels.y, [from + FONT * 0.8, (upper + lower) / 2.0], Hang::Upwards),
            (labels.heading, [middle, upper - FONT * 0.75], Hang::Centre),
        ] {
            if !words.is_empty() {
                canvas.words(words, at, hang)?;
            }
        }
        Ok(frame)
    }

    /// Draw the line of equal coordinates between the corners of axes of one range.
    pub(super) fn diagonal(&self, canvas: &Canvas) -> Result<(), PlotError> {
        canvas.line(&[self.at_shares(0.0, 0.0), self.at_shares(1.0, 1.0)], INK, 1)
    }

    /// Where a point of the plane lies on the drawing.
    pub(super) fn place(&self, x: f64, y: f64) -> Place {
        let [[left, upper], [right, lower]] = self.corners;
        [left + (right - left) * self.x.share(x), lower - (lower - upper) * self.y.share(y)]
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
}

/// Draw the legend in rows from the upper left corner; returns where it ends. One series needs none.
pub(super) fn legend(canvas: &Canvas, entries: &[Entry]) -> Result<f64, PlotError> {
    let mut at = [30.0, FONT * 1.1];
    if entries.len() < 2 {
        return Ok(at[1] - FONT * 0.3);
    }
    for entry in entries {
        let needed = 46.0 + canvas::width(entry.name) + FONT;
        if at[0] > 30.0 && at[0] + needed > f64::from(WIDTH) {
            at = [30.0, at[1] + FONT * 1.35];
        }
        let middle = [at[0] + 17.0, at[1]];
        match entry.mark {
            Mark::Stroke => canvas.line(&[at, [at[0] + 34.0, at[1]]], entry.colour, 5)?,
            Mark::Dot => canvas.dot(middle, 8, entry.colour, 1.0)?,
            Mark::Ring => canvas.ring(middle, 7, entry.colour)?,
            Mark::Square => {
                canvas.rectangle([at[0] + 9.0, at[1] - 8.0], [at[0] + 25.0, at[1] + 8.0], entry.colour, 0.8)?;
            }
        }
        canvas.words(entry.name, [at[0] + 44.0, at[1]], Hang::Left)?;
        at[0] += needed;
    }
    Ok(at[1] + FONT)
}
