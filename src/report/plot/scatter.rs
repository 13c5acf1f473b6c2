//! Points in a plane; where they are many, their density, with the small series on top.

use super::axis::Axis;
use super::canvas::{Canvas, SERIES};
use super::frame::{Entry, Frame, Mark, legend};
use super::{MOST_POINTS, PlotError, values};
use crate::findings::{Figure, Series};

/// Bins of the density, across and up.
const BINS: [usize; 2] = [60, 42];

/// Steps of opacity, so that a drawing does not depend on the last bit of a logarithm.
const SHADES: f64 = 8.0;

pub(super) fn draw(canvas: &Canvas, figure: &Figure) -> Result<(), PlotError> {
    let (dense, front) = split(&figure.series);
    let mut entries: Vec<Entry> = Vec::new();
    let all = dense.iter().map(|series| series.name.as_str()).collect::<Vec<_>>().join(", ") + " (darker: more)";
    if !dense.is_empty() {
        entries.push(Entry { name: &all, mark: Mark::Square, colour: SERIES[0] });
    }
    for (series, colour) in front.iter().zip(SERIES.iter().cycle().skip(entries.len())) {
        entries.push(Entry { name: &series.name, mark: Mark::Dot, colour: *colour });
    }
    let top = legend(canvas, &entries)?;
    let x = Axis::over(values(&figure.series, 0), 0.03, 6);
    let y = Axis::over(values(&figure.series, 1), 0.03, 5);
    let frame = Frame::draw(canvas, x, y, [&figure.x_label, &figure.y_label], top)?;
    density(canvas, &frame, &dense)?;
    for (series, entry) in front.iter().zip(&entries[usize::from(!dense.is_empty())..]) {
        let (radius, opacity) = if series.points.len() > 400 { (4, 0.5) } else { (6, 0.7) };
        for point in &series.points {
            canvas.dot(frame.place(point[0], point[1]), radius, entry.colour, opacity)?;
        }
    }
    Ok(())
}

/// The series that are drawn as density, and those whose points are seen, both in their own order: the largest ones
/// are density until the others have few enough points together. Of equal ones the earlier is.
fn split(series: &[Series]) -> (Vec<&Series>, Vec<&Series>) {
    let mut left: usize = series.iter().map(|series| series.points.len()).sum();
    let mut by_size: Vec<usize> = (0..series.len()).collect();
    by_size.sort_by_key(|&index| std::cmp::Reverse(series[index].points.len()));
    let mut is_dense = vec![false; series.len()];
    for index in by_size {
        if left <= MOST_POINTS {
            break;
        }
        is_dense[index] = true;
        left -= series[index].points.len();
    }
    let pick = |wanted: bool| series.iter().zip(&is_dense).filter(move |(_, is)| **is == wanted).map(|(one, _)| one);
    (pick(true).collect(), pick(false).collect())
}

fn density(canvas: &Canvas, frame: &Frame, series: &[&Series]) -> Result<(), PlotError> {
    let mut counts = vec![0usize; BINS[0] * BINS[1]];
    for point in series.iter().flat_map(|one| &one.points) {
        let [across, up] = frame.shares(point[0], point[1]);
        let bin = |share: f64, bins: usize| ((share * bins as f64) as usize).min(bins - 1);
        counts[bin(up, BINS[1]) * BINS[0] + bin(across, BINS[0])] += 1;
    }
    let most = counts.iter().copied().max().unwrap_or(0);
    for (index, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let share = libm::log1p(*count as f64) / libm::log1p(most as f64);
        let corner =
            |across: usize, up: usize| frame.at_shares(across as f64 / BINS[0] as f64, up as f64 / BINS[1] as f64);
        let (across, up) = (index % BINS[0], index / BINS[0]);
        let opacity = (share * SHADES).ceil() / SHADES;
        canvas.rectangle(corner(across, up + 1), corner(across + 1, up), SERIES[0], opacity)?;
    }
    Ok(())
}
