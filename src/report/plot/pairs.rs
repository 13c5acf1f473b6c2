//! Points of three numbers, two of them at a time: each number against each other one, since a perspective hides where a point is.

use super::axis::Axis;
use super::canvas::{Canvas, FONT, Place, WIDTH};
use super::frame::{Frame, Labels};
use super::legend::{Entry, Legend, Mark};
use super::plane::cloud;
use super::style::Style;
use super::{PlotError, values};
use crate::findings::Figure;
use crate::number;

/// Which two numbers of a point each plane shows.
const PAIRS: [[usize; 2]; 3] = [[0, 1], [0, 2], [1, 2]];

/// Height of a plane with its labels.
const PLANE: f64 = 430.0;

fn legend(figure: &Figure) -> Legend {
    let entry = |(place, series): (usize, &crate::findings::Series)| {
        let said = format!("{} ({})", series.name, number::sample_size(series.points.len()));
        Entry::new(&said, Mark::Point(Style::of(place)))
    };
    Legend::of(figure.series.iter().enumerate().map(entry).collect())
}

/// The height of the drawing.
pub(super) fn height(figure: &Figure) -> u32 {
    (legend(figure).bottom + PLANE * PAIRS.len() as f64 + FONT * 0.4).ceil() as u32
}

pub(super) fn draw(canvas: &Canvas, figure: &Figure) -> Result<(), PlotError> {
    let legend = legend(figure);
    legend.draw(canvas)?;
    let axes = [0, 1, 2].map(|place| Axis::readable(values(&figure.series, place), 0.03, 5));
    let names = [figure.x_label.as_str(), figure.y_label.as_str(), figure.z_label.as_deref().unwrap_or("")];
    for (row, [x, y]) in PAIRS.into_iter().enumerate() {
        let top = legend.bottom + PLANE * row as f64;
        let labels =
            Labels { x: names[x], y: names[y], heading: &[], heading_lines: 0, beneath: &[], is_square: false };
        let area: [Place; 2] = [[0.0, top], [f64::from(WIDTH), top + PLANE]];
        let frame = Frame::draw(canvas, [&axes[x], &axes[y]], labels, area)?;
        for (place, series) in figure.series.iter().enumerate() {
            cloud(canvas, series.points.iter().map(|point| frame.place(point[x], point[y])), &Style::of(place))?;
        }
    }
    Ok(())
}
