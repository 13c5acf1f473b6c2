//! Planes with two axes: one, or several panels beside each other with the same axes.

mod categories; // bars and strips beside categories
mod layout; //     where legend and panels stand, and what is said of how many
mod lines; //      lines with bands
mod scatter; //    points in a plane, or their density

use super::axis::Axis;
use super::canvas::{Canvas, FONT, Hang, LINE, Place, WIDTH};
use super::frame::{Frame, Labels};
use super::ready::{headings, within};
use super::style::{PAPER, Style};
use super::{PlotError, values, words};
use crate::findings::{Across, Figure, Form, Series};
pub(super) use layout::Layout;
pub(super) use scatter::cloud;

/// A series and its look.
pub(super) type Styled<'a> = (&'a Series, Style);

/// Ticks across and up of one plane, and of each of two beside each other.
const TICKS: [[usize; 2]; 2] = [[6, 5], [4, 4]];

pub(super) fn draw(canvas: &Canvas, figure: &Figure, layout: &Layout) -> Result<(), PlotError> {
    layout.legend.draw(canvas)?;
    let axes = axes(figure, layout);
    let headings = headings(figure);
    let is_alone = headings.len() == 1;
    for (place, heading) in headings.iter().enumerate() {
        let [row, column] = [place / layout.across, place % layout.across];
        let [width, height] = layout.panel;
        let corner: Place = [layout.left + width * column as f64, layout.legend.bottom + height * row as f64];
        let beneath = layout.beneath(figure, heading);
        let labels = Labels {
            x: if is_alone { &figure.x_label } else { "" },
            y: if is_alone { &figure.y_label } else { "" },
            heading: &layout.headings[place],
            heading_lines: layout.heading_lines,
            beneath: &beneath,
            is_square: figure.scales.equal,
        };
        let area = [corner, [corner[0] + width, corner[1] + height]];
        let frame = Frame::draw(canvas, [&axes[0], &axes[1]], labels, area)?;
        panel(canvas, figure, layout, &frame, heading)?;
    }
    if !is_alone {
        let bottom = layout.legend.bottom + layout.panel[1] * headings.len().div_ceil(layout.across) as f64;
        let x_lines = words::lines(&figure.x_label, f64::from(WIDTH) - FONT, 2);
        canvas.lines(&x_lines, [f64::from(WIDTH) / 2.0, bottom], Hang::Below)?;
        let y_lines = words::lines(&figure.y_label, bottom - layout.legend.bottom, 1);
        canvas.lines(&y_lines, [FONT * 0.6, (layout.legend.bottom + bottom) / 2.0], Hang::Upwards)?;
    }
    let bottom = f64::from(layout.height) - LINE * 0.6;
    canvas.lines(&layout.left_out, [FONT * 0.5, bottom], Hang::Left)
}

/// What stands in the plane of a panel.
fn panel(canvas: &Canvas, figure: &Figure, layout: &Layout, frame: &Frame<'_>, heading: &str) -> Result<(), PlotError> {
    if figure.scales.equal {
        frame.diagonal(canvas)?;
    }
    layout::references(figure, heading).try_for_each(|one| frame.across(canvas, one.at))?;
    let ours = || within(figure, heading).filter(|series| !series.is_papers);
    let styled: Vec<Styled> = ours().filter_map(|series| Some((series, layout.style(&series.name)?))).collect();
    match figure.form {
        Form::Lines => lines::marks(canvas, frame, &styled)?,
        Form::Bars | Form::Strips => categories::marks(canvas, frame, figure.form, &layout.names, &styled)?,
        _ => {
            let dense: Vec<&Series> = ours().filter(|series| layout.density.holds(&series.name)).collect();
            scatter::density(canvas, frame, &dense)?;
            scatter::marks(canvas, frame, &styled)?;
        }
    }
    let papers = within(figure, heading).filter(|series| series.is_papers).flat_map(|series| &series.points);
    papers.into_iter().try_for_each(|point| {
        let at = if figure.form.has_categories() { [point[1], point[0]] } else { [point[0], point[1]] };
        PAPER.point(canvas, frame.place(at[0], at[1]), 9.0)
    })
}

/// The axes of all panels.
fn axes(figure: &Figure, layout: &Layout) -> [Axis; 2] {
    let Figure { form, scales, series, references, .. } = figure;
    let counts = TICKS[usize::from(layout.across > 1)];
    let [mut lines_x, mut lines_y] = [Vec::new(), Vec::new()];
    references.iter().for_each(|one| match one.at {
        Across::X(value) => lines_x.push(value),
        Across::Y(value) => lines_y.push(value),
    });
    if form.has_categories() {
        let from = if *form == Form::Bars && !scales.log_x { Some(0.0) } else { None };
        let shown = [1, 2, 3].into_iter().flat_map(|place| values(series, place)).chain(from).chain(lines_x);
        let x = axis(shown, scales.log_x, (0.03, counts[0]));
        return [x, Axis::of_categories(&layout.categories)];
    }
    let margins = if *form == Form::Lines { [0.02, 0.04] } else { [0.03, 0.03] };
    let along = || values(series, 0).chain(lines_x.iter().copied());
    let up = || [1, 2, 3].into_iter().flat_map(|place| values(series, place)).chain(lines_y.iter().copied());
    match scales.equal {
        true => [0, 1].map(|side| axis(along().chain(up()), scales.log_x, (margins[side], counts[side]))),
        false => {
            [axis(along(), scales.log_x, (margins[0], counts[0])), axis(up(), scales.log_y, (margins[1], counts[1]))]
        }
    }
}

fn axis(values: impl Iterator<Item = f64>, is_log: bool, (margin, count): (f64, usize)) -> Axis {
    match is_log {
        true => Axis::logarithmic(values, margin, count),
        false => Axis::readable(values, margin, count),
    }
}
