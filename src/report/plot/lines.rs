//! Lines, with the interval of each point as a band where it has one.

use super::axis::Axis;
use super::canvas::{Canvas, Place, SERIES};
use super::frame::{Entry, Frame, Mark, legend};
use super::{PlotError, values};
use crate::findings::Figure;

pub(super) fn draw(canvas: &Canvas, figure: &Figure) -> Result<(), PlotError> {
    let entries: Vec<Entry> = figure
        .series
        .iter()
        .zip(SERIES.iter().cycle())
        .map(|(series, colour)| Entry { name: &series.name, mark: Mark::Stroke, colour: *colour })
        .collect();
    let top = legend(canvas, &entries)?;
    let heights = [1, 2, 3].into_iter().flat_map(|place| values(&figure.series, place));
    let x = Axis::over(values(&figure.series, 0), 0.0, 7);
    let y = Axis::over(heights, 0.04, 5);
    let frame = Frame::draw(canvas, x, y, [&figure.x_label, &figure.y_label], top)?;
    for (series, entry) in figure.series.iter().zip(&entries) {
        let edge = |place: usize| series.points.iter().filter_map(move |point| Some((point[0], *point.get(place)?)));
        let mut band: Vec<Place> = edge(2).map(|(x, y)| frame.place(x, y)).collect();
        let mut upper: Vec<Place> = edge(3).map(|(x, y)| frame.place(x, y)).collect();
        upper.reverse();
        band.append(&mut upper);
        if !band.is_empty() {
            canvas.polygon(&band, entry.colour, 0.18)?;
        }
    }
    for (series, entry) in figure.series.iter().zip(&entries) {
        let line: Vec<Place> = series.points.iter().map(|point| frame.place(point[0], point[1])).collect();
        canvas.line(&line, entry.colour, if line.len() > 100 { 3 } else { 4 })?;
        // Few points are measurements of their own, to be seen between their lines.
        if line.len() <= 25 {
            line.iter().try_for_each(|at| canvas.dot(*at, 6, entry.colour, 1.0))?;
        }
    }
    Ok(())
}
