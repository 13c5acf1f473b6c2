//! Lines, with the interval of each point as a band where it has one.

use crate::findings::Series;
use crate::plot::PlotError;
use crate::plot::canvas::{Canvas, Place};
use crate::plot::frame::Frame;
use crate::plot::plane::Styled;

/// The room that a point takes which is to be seen between its neighbours.
const ROOM: f64 = 28.0;

/// Whether the points of a series are drawn in a plane of that width: they are measurements of their own, to be seen where they
/// find room.
pub(super) fn has_points(series: &Series, width: f64) -> bool {
    series.points.len() as f64 * ROOM <= width
}

pub(super) fn marks(canvas: &Canvas, frame: &Frame, series: &[Styled]) -> Result<(), PlotError> {
    for (series, style) in series {
        let edge = |place: usize| -> Vec<Place> {
            let ends = series.points.iter().filter_map(|point| Some((point[0], *point.get(place)?)));
            ends.map(|(x, y)| frame.place(x, y)).collect()
        };
        let [lower, upper] = [edge(2), edge(3)];
        let band: Vec<Place> = lower.iter().chain(upper.iter().rev()).copied().collect();
        if !band.is_empty() {
            canvas.polygon(&band, style.colour, 0.16)?;
            // A tint is hardly seen on a dark page: its edges say where it ends.
            canvas.line(&lower, style.colour, 1)?;
            canvas.line(&upper, style.colour, 1)?;
        }
    }
    for (series, style) in series {
        let line: Vec<Place> = series.points.iter().map(|point| frame.place(point[0], point[1])).collect();
        canvas.stroke(&line, style.colour, style.dash)?;
        if has_points(series, frame.size()[0]) {
            line.iter().try_for_each(|at| style.point(canvas, *at, 8.0))?;
        }
    }
    Ok(())
}
