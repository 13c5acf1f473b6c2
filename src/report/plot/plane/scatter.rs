//! Points in a plane; where they are many, their density, with the small series on top.

use crate::findings::{Figure, Form, Series};
use crate::plot::canvas::{Canvas, SERIES};
use crate::plot::frame::Frame;
use crate::plot::plane::Coloured;
use crate::plot::{MOST_POINTS, PlotError};

/// Bins of the density, across and up.
const BINS: [usize; 2] = [60, 42];

/// Steps of opacity, so that a drawing does not depend on the last bit of a logarithm.
const SHADES: f64 = 8.0;

/// Which series are drawn as density.
pub(super) struct Density<'a> {
    names: Vec<&'a str>,
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
        let mut names: Vec<&str> = Vec::new();
        dense.for_each(|(series, _)| {
            if !names.contains(&series.name.as_str()) {
                names.push(&series.name);
            }
        });
        Self { names }
    }

    /// Whether there is any.
    pub(super) fn has_series(&self) -> bool {
        !self.names.is_empty()
    }

    /// Whether a series of that name is one.
    pub(super) fn holds(&self, name: &str) -> bool {
        self.names.contains(&name)
    }

    /// Their entry in the legend.
    pub(super) fn legend(&self) -> Option<String> {
        self.has_series().then(|| self.names.join(", ") + " (darker: more)")
    }
}

pub(super) fn marks(canvas: &Canvas, frame: &Frame, series: &[Coloured]) -> Result<(), PlotError> {
    for (series, colour) in series {
        let (radius, opacity) = if series.points.len() > 400 { (4, 0.5) } else { (6, 0.7) };
        for point in &series.points {
            canvas.dot(frame.place(point[0], point[1]), radius, *colour, opacity)?;
        }
    }
    Ok(())
}

pub(super) fn density(canvas: &Canvas, frame: &Frame, series: &[&Series]) -> Result<(), PlotError> {
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
