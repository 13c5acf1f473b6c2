//! Bars and strips: categories from top to bottom, values across; the series of a category stand below each other.

use plotters::style::RGBColor;

use crate::findings::Form;
use crate::plot::PlotError;
use crate::plot::canvas::{Canvas, INK};
use crate::plot::frame::Frame;
use crate::plot::plane::Styled;
use crate::plot::style::Style;

/// The share of a category's height that its series take.
const TAKEN: f64 = 0.8;

pub(super) fn marks(
    canvas: &Canvas,
    frame: &Frame,
    form: Form,
    names: &[&str],
    series: &[Styled],
) -> Result<(), PlotError> {
    let lane = TAKEN / names.len().max(1) as f64;
    for (series, style) in series {
        let place = names.iter().position(|name| *name == series.name).unwrap_or(0);
        let offset = lane * (place as f64 + 0.5) - TAKEN / 2.0;
        for point in &series.points {
            let at = point[0] + offset;
            match form {
                Form::Bars => bar(canvas, frame, (at, lane), point, style.colour)?,
                _ => strip(canvas, frame, (at, lane), point, style)?,
            }
        }
    }
    Ok(())
}

fn bar(
    canvas: &Canvas,
    frame: &Frame,
    (at, lane): (f64, f64),
    point: &[f64],
    colour: RGBColor,
) -> Result<(), PlotError> {
    let half = lane * 0.42;
    canvas.rectangle(frame.place(0.0, at - half), frame.place(point[1], at + half), colour, 1.0)?;
    interval(canvas, frame, at, point, INK)
}

fn strip(
    canvas: &Canvas,
    frame: &Frame,
    (at, lane): (f64, f64),
    point: &[f64],
    style: &Style,
) -> Result<(), PlotError> {
    if point.len() == 2 {
        return style.point(canvas, frame.place(point[1], at), 7.0);
    }
    let half = lane * 0.35;
    canvas.line(&[frame.place(point[1], at - half), frame.place(point[1], at + half)], INK, 4)?;
    interval(canvas, frame, at, point, INK)
}

fn interval(canvas: &Canvas, frame: &Frame, at: f64, point: &[f64], colour: RGBColor) -> Result<(), PlotError> {
    match point {
        [_, _, low, high] => canvas.line(&[frame.place(*low, at), frame.place(*high, at)], colour, 3),
        _ => Ok(()),
    }
}
