//! Lines, with the interval of each point as a band where it has one.

use crate::plot::PlotError;
use crate::plot::canvas::{Canvas, Place};
use crate::plot::frame::Frame;
use crate::plot::plane::Coloured;

pub(super) fn marks(canvas: &Canvas, frame: &Frame, series: &[Coloured]) -> Result<(), PlotError> {
    for (series, colour) in series {
        let edge = |place: usize| series.points.iter().filter_map(move |point| Some((point[0], *point.get(place)?)));
        let mut band: Vec<Place> = edge(2).map(|(x, y)| frame.place(x, y)).collect();
        let mut upper: Vec<Place> = edge(3).map(|(x, y)| frame.place(x, y)).collect();
        upper.reverse();
        band.append(&mut upper);
        if !band.is_empty() {
            canvas.polygon(&band, *colour, 0.18)?;
        }
    }
    for (series, colour) in series {
        let line: Vec<Place> = series.points.iter().map(|point| frame.place(point[0], point[1])).collect();
        canvas.line(&line, *colour, if line.len() > 100 { 3 } else { 4 })?;
        // Few points are measurements of their own, to be seen between their lines.
        if line.len() <= 25 {
            line.iter().try_for_each(|at| canvas.dot(*at, 6, *colour, 1.0))?;
        }
    }
    Ok(())
}
