//! Points in a plane, larger where several are at one place; where they are many, their density, with the small series on top.

use std::collections::BTreeMap;

use crate::findings::{Figure, Form, Series};
use crate::plot::canvas::{Canvas, Place, SERIES};
use crate::plot::frame::Frame;
use crate::plot::plane::Styled;
use crate::plot::ready::distinct;
use crate::plot::style::Style;
use crate::plot::{MOST_POINTS, PlotError};

/// About how wide a bin of the density is, in units of the drawing.
const BIN: f64 = 14.0;

/// Half the width of a point, of one of many, and of one that stands for any number of points.
const HALF: f64 = 8.0;
const HALF_OF_MANY: f64 = 5.0;
const MOST_HALF: f64 = 24.0;

/// Which series are drawn as density.
pub(super) struct Density<'a> {
    pub(super) names: Vec<&'a str>,
}

impl<'a> Density<'a> {
    /// All of a density plot; of a scatter the largest until the others have few enough points together, of equal ones the
    /// earlier; none of any other form.
    pub(super) fn of(figure: &'a Figure) -> Self {
        let series = &figure.series;
        let mut left: usize = series.iter().map(|series| series.points.len()).sum();
        let most = match figure.form {
            Form::Density => 0,
            Form::Scatter => MOST_POINTS,
            _ => usize::MAX,
        };
        let mut by_size: Vec<usize> = (0..series.len()).collect();
        by_size.sort_by_key(|&index| std::cmp::Reverse(series[index].points.len()));
        let mut is_dense = vec![false; series.len()];
        for index in by_size {
            if left <= most {
                break;
            }
            is_dense[index] = true;
            left -= series[index].points.len();
        }
        let dense = series.iter().zip(&is_dense).filter(|(_, is_dense)| **is_dense);
        Self { names: distinct(dense.map(|(series, _)| series.name.as_str())) }
    }

    /// Whether there is any.
    pub(super) fn has_series(&self) -> bool {
        !self.names.is_empty()
    }

    /// Whether a series of that name is one.
    pub(super) fn holds(&self, name: &str) -> bool {
        self.names.contains(&name)
    }
}

/// The most points of one series at one place, among those that are drawn as points.
pub(super) fn most_at_one_place(figure: &Figure, density: &Density) -> usize {
    if !matches!(figure.form, Form::Scatter | Form::Scatter3d) {
        return 0;
    }
    let drawn = figure.series.iter().filter(|series| !density.holds(&series.name) && !series.is_papers);
    let most = |series: &Series| {
        let mut counts: BTreeMap<Vec<u64>, usize> = BTreeMap::new();
        for point in &series.points {
            *counts.entry(point.iter().map(|value| value.to_bits()).collect()).or_default() += 1;
        }
        counts.into_values().max().unwrap_or(0)
    };
    drawn.map(most).max().unwrap_or(0)
}

pub(super) fn marks(canvas: &Canvas, frame: &Frame, series: &[Styled]) -> Result<(), PlotError> {
    for (series, style) in series {
        cloud(canvas, series.points.iter().map(|point| frame.place(point[0], point[1])), style)?;
    }
    Ok(())
}

/// Draw points of one look, those at one place as one whose area grows with their number.
pub(in crate::plot) fn cloud(
    canvas: &Canvas,
    places: impl ExactSizeIterator<Item = Place>,
    style: &Style,
) -> Result<(), PlotError> {
    let half = if places.len() > 200 { HALF_OF_MANY } else { HALF };
    counted(places)
        .into_iter()
        .try_for_each(|(at, count)| style.point(canvas, at, (half * (count as f64).sqrt()).min(MOST_HALF)))
}

/// The places, each once, in the order of their first points, and how many points are there.
fn counted(places: impl Iterator<Item = Place>) -> Vec<(Place, usize)> {
    let mut known: BTreeMap<[i64; 2], usize> = BTreeMap::new();
    let mut counted: Vec<(Place, usize)> = Vec::new();
    for at in places {
        let place = *known.entry(at.map(|side| side.round() as i64)).or_insert(counted.len());
        match counted.get_mut(place) {
            Some((_, count)) => *count += 1,
            None => counted.push((at, 1)),
        }
    }
    counted
}

/// Squares as large as bins that hold the most points, and smaller ones for fewer: every one in the full colour, since a tint is
/// hardly seen on a dark page.
pub(super) fn density(canvas: &Canvas, frame: &Frame, series: &[&Series]) -> Result<(), PlotError> {
    let bins = frame.size().map(|side| ((side / BIN).round() as usize).max(1));
    let mut counts = vec![0usize; bins[0] * bins[1]];
    for point in series.iter().flat_map(|one| &one.points) {
        let [across, up] = frame.shares(point[0], point[1]);
        let bin = |share: f64, bins: usize| ((share * bins as f64) as usize).min(bins - 1);
        counts[bin(up, bins[1]) * bins[0] + bin(across, bins[0])] += 1;
    }
    let most = counts.iter().copied().max().unwrap_or(0);
    for (index, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let share = libm::log1p(*count as f64) / libm::log1p(most as f64);
        let middle = |bin: usize, bins: usize| (bin as f64 + 0.5) / bins as f64;
        let [x, y] = frame.at_shares(middle(index % bins[0], bins[0]), middle(index / bins[0], bins[1]));
        let half = (BIN * 0.5 * share).max(1.5).round();
        canvas.rectangle([x - half, y - half], [x + half, y + half], SERIES[0], 1.0)?;
    }
    Ok(())
}
