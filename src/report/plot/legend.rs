//! The legend: what each look stands for, in rows above the planes.

use plotters::style::RGBColor;

use super::PlotError;
use super::canvas::{Canvas, FONT, Hang, LINE, Place, WIDTH};
use super::style::Style;
use super::words;

/// How a legend shows a series.
#[derive(Clone, Copy)]
pub(super) enum Mark {
    /// A line.
    Stroke(Style),
    /// A line with points.
    Line(Style),
    /// A point.
    Point(Style),
    /// A filled square: a bar, or a place where many points are.
    Square(RGBColor),
    /// Words alone.
    None,
}

/// One entry.
pub(super) struct Entry {
    name: Vec<String>,
    mark: Mark,
}

/// Entries with their places.
pub(super) struct Legend {
    entries: Vec<(Place, Entry)>,
    /// Where it ends.
    pub(super) bottom: f64,
}

/// Where the legend begins, and what a mark takes.
const LEFT: f64 = 24.0;
const MARK: f64 = 58.0;

impl Entry {
    /// An entry, of as many words as three rows hold.
    pub(super) fn new(name: &str, mark: Mark) -> Self {
        let room = f64::from(WIDTH) - 2.0 * LEFT - MARK;
        Self { name: words::lines(name, room, 3), mark }
    }
}

impl Legend {
    /// The entries in rows.
    pub(super) fn of(entries: Vec<Entry>) -> Self {
        if entries.is_empty() {
            return Self { entries: Vec::new(), bottom: FONT * 0.4 };
        }
        let (mut at, mut below) = ([LEFT, LINE * 0.75], 0.0f64);
        let mut placed = Vec::new();
        for entry in entries {
            let needed = if matches!(entry.mark, Mark::None) { 0.0 } else { MARK } + words::widest(&entry.name);
            if at[0] > LEFT && at[0] + needed > f64::from(WIDTH) - LEFT {
                at = [LEFT, at[1] + LINE + below];
                below = 0.0;
            }
            below = below.max(entry.name.len().saturating_sub(1) as f64 * LINE);
            placed.push((at, entry));
            at[0] += needed + FONT;
        }
        Self { entries: placed, bottom: at[1] + below + LINE * 0.75 }
    }

    pub(super) fn draw(&self, canvas: &Canvas) -> Result<(), PlotError> {
        for ([x, y], Entry { name, mark }) in &self.entries {
            let (stroke, middle) = ([[*x, *y], [x + MARK - 12.0, *y]], [x + (MARK - 12.0) / 2.0, *y]);
            match mark {
                Mark::Stroke(style) => canvas.stroke(&stroke, style.colour, style.dash)?,
                Mark::Line(style) => {
                    canvas.stroke(&stroke, style.colour, style.dash)?;
                    style.point(canvas, middle, 8.0)?;
                }
                Mark::Point(style) => style.point(canvas, middle, 9.0)?,
                Mark::Square(colour) => {
                    let [left, top] = [middle[0] - 11.0, y - 11.0];
                    canvas.rectangle([left, top], [left + 22.0, top + 22.0], *colour, 1.0)?;
                }
                Mark::None => {}
            }
            let across = if matches!(mark, Mark::None) { *x } else { x + MARK };
            // The first line stands beside the mark.
            let middle = y + name.len().saturating_sub(1) as f64 * LINE / 2.0;
            canvas.lines(name, [across, middle], Hang::Left)?;
        }
        Ok(())
    }
}
