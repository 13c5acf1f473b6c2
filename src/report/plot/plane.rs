//! Planes with two axes: one, or several panels beside each other with the same axes.

mod categories; // bars and strips beside categories
mod lines; //      lines with bands
mod scatter; //    points in a plane, or their density

use super::axis::Axis;
use super::canvas::{Canvas, HEIGHT, Place, SERIES, WIDTH};
use super::frame::{Entry, Frame, Labels, Mark, legend};
use super::{PlotError, values};
use crate::findings::{Figure, Form, Series};
use plotters::style::RGBColor;
use scatter::Density;

/// Height of a row of panels, of what stands around it, and of a lane of a category.
const PANEL: u32 = 330;
const AROUND: u32 = 130;
const LANE: u32 = 44;

/// A series and its colour.
pub(super) type Coloured<'a> = (&'a Series, RGBColor);

/// The height of a drawing: higher where it has several rows of panels or many categories.
pub(super) fn height(figure: &Figure) -> u32 {
    let panels = headings(figure).len();
    let shown = AROUND + LANE * (figure.categories.len() * names(figure).len()) as u32;
    match panels {
        0 | 1 => HEIGHT.max(shown),
        _ => PANEL.max(shown) * panels.div_ceil(across(panels)) as u32 + AROUND / 2,
    }
}

/// How many of so many panels stand beside each other.
fn across(panels: usize) -> usize {
    match panels {
        0..=3 => panels.max(1),
        4 => 2,
        _ => 3,
    }
}

/// The headings of the panels, in the order of their first series; one without a heading for a figure of one plane.
fn headings(figure: &Figure) -> Vec<&str> {
    distinct(figure.series.iter().map(|series| series.panel.as_str()))
}

/// The names of the series, once each.
fn names(figure: &Figure) -> Vec<&str> {
    distinct(figure.series.iter().map(|series| series.name.as_str()))
}

fn distinct<'a>(words: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut found: Vec<&str> = Vec::new();
    words.for_each(|word| {
        if !found.contains(&word) {
            found.push(word);
        }
    });
    found
}

pub(super) fn draw(canvas: &Canvas, figure: &Figure) -> Result<(), PlotError> {
    let density = Density::of(figure);
    let (names, offset) = (names(figure), usize::from(density.has_series()));
    // What is dense has the first colour; the others have theirs by name, in whatever panel they are.
    let points: Vec<&str> = names.iter().copied().filter(|name| !density.holds(name)).collect();
    let colour = |place: usize| SERIES[(place + offset) % SERIES.len()];
    let mark = if figure.form == Form::Lines { Mark::Stroke } else { Mark::Dot };
    let mark = if figure.form == Form::Bars { Mark::Square } else { mark };
    let entries = points.iter().enumerate().map(|(place, name)| Entry { name, mark, colour: colour(place) });
    let dense = density.legend();
    let entries: Vec<Entry> =
        dense.iter().map(|name| Entry { name, mark: Mark::Square, colour: SERIES[0] }).chain(entries).collect();
    let top = legend(canvas, &entries)?;
    let headings = headings(figure);
    let across = across(headings.len());
    let rows = headings.len().div_ceil(across);
    let axes = axes(figure, across);
    let [width, down] = [f64::from(WIDTH) / across as f64, (f64::from(height(figure)) - top) / rows as f64];
    for (place, heading) in headings.iter().enumerate() {
        let corner: Place = [width * (place % across) as f64, top + down * (place / across) as f64];
        // The labels of common axes stand at the edges only.
        let x = if place + across >= headings.len() { figure.x_label.as_str() } else { "" };
        let y = if place % across == 0 { figure.y_label.as_str() } else { "" };
        let area = [corner, [corner[0] + width, corner[1] + down]];
        let frame = Frame::draw(canvas, [&axes[0], &axes[1]], Labels { x, y, heading }, area)?;
        if figure.scales.equal {
            frame.diagonal(canvas)?;
        }
        let here = || figure.series.iter().filter(|series| series.panel == **heading);
        let coloured: Vec<Coloured> = here()
            .filter_map(|series| Some((series, colour(points.iter().position(|name| *name == series.name)?))))
            .collect();
        match figure.form {
            Form::Lines => lines::marks(canvas, &frame, &coloured)?,
            Form::Bars | Form::Strips => categories::marks(canvas, &frame, figure.form, &points, &coloured)?,
            _ => {
                let dense: Vec<&Series> = here().filter(|series| density.holds(&series.name)).collect();
                scatter::density(canvas, &frame, &dense)?;
                scatter::marks(canvas, &frame, &coloured)?;
            }
        }
    }
    Ok(())
}

/// The axes of all panels, of which so many stand beside each other.
fn axes(figure: &Figure, across: usize) -> [Axis; 2] {
    let Figure { form, scales, series, .. } = figure;
    if form.has_categories() {
        let from = if *form == Form::Bars { Some(0.0) } else { None };
        let shown = [1, 2, 3].into_iter().flat_map(|place| values(series, place)).chain(from);
        let count = 6 / across;
        let x = if scales.log_x { Axis::logarithmic(shown, 0.03, count) } else { Axis::over(shown, 0.03, count) };
        return [x, Axis::of_categories(&figure.categories)];
    }
    let (margin, counts) = if *form == Form::Lines { ([0.0, 0.04], [7, 5]) } else { ([0.03, 0.03], [6, 5]) };
    let counts = if across > 1 { [3, 4] } else { counts };
    let along = || values(series, 0);
    let up = || [1, 2, 3].into_iter().flat_map(|place| values(series, place));
    let axis = |values: &mut dyn Iterator<Item = f64>, is_log: bool, side: usize| match is_log {
        true => Axis::logarithmic(values, margin[side], counts[side]),
        false => Axis::over(values, margin[side], counts[side]),
    };
    match scales.equal {
        true => [0, 1].map(|side| axis(&mut along().chain(up()), scales.log_x, side)),
        false => [axis(&mut along(), scales.log_x, 0), axis(&mut up(), scales.log_y, 1)],
    }
}
