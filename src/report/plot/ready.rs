//! A figure made ready to be drawn: numbers that are none are left out and counted, and what one plane cannot tell apart gets a
//! plane each.

use super::style::MOST_SERIES;
use crate::findings::{Across, Figure, Form, Series};

/// The figure as it is drawn, and how many points are left out since they are not numbers.
pub(super) fn ready(figure: &Figure) -> (Figure, usize) {
    let mut figure = figure.clone();
    let mut left_out = 0;
    for series in &mut figure.series {
        let is_drawn: Vec<bool> =
            series.points.iter().map(|point| point.iter().all(|value| value.is_finite())).collect();
        left_out += is_drawn.iter().filter(|is_drawn| !**is_drawn).count();
        let mut flags = is_drawn.iter();
        series.points.retain(|_| flags.next().is_some_and(|is_drawn| *is_drawn));
        let mut flags = is_drawn.iter();
        series.n.retain(|_| flags.next().is_some_and(|is_drawn| *is_drawn));
    }
    figure.references.retain(|one| match one.at {
        Across::X(value) | Across::Y(value) => value.is_finite(),
    });
    if figure.scales.log_x || figure.scales.log_y {
        let Figure { scales, references, .. } = &mut figure;
        references.retain(|one| match one.at {
            Across::X(value) => !scales.log_x || value > 0.0,
            Across::Y(value) => !scales.log_y || value > 0.0,
        });
    }
    if has_too_many(&figure) {
        for series in &mut figure.series {
            // Headings say who it is: no colour and no legend need say it again.
            series.panel = std::mem::take(&mut series.name);
        }
    }
    (figure, left_out)
}

/// Whether one plane holds more series than colours and shapes tell apart.
fn has_too_many(figure: &Figure) -> bool {
    let is_plane = figure.series.iter().all(|series| series.panel.is_empty());
    matches!(figure.form, Form::Lines | Form::Scatter) && is_plane && names(figure).len() > MOST_SERIES
}

/// The headings of the panels, in the order of their first series; one without a heading for a figure of one plane.
pub(super) fn headings(figure: &Figure) -> Vec<&str> {
    distinct(figure.series.iter().map(|series| series.panel.as_str()))
}

/// The names of the series, once each.
pub(super) fn names(figure: &Figure) -> Vec<&str> {
    distinct(figure.series.iter().map(|series| series.name.as_str()))
}

/// The words, once each, in the order of their first place.
pub(super) fn distinct<'a>(words: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut found: Vec<&str> = Vec::new();
    words.for_each(|word| {
        if !found.contains(&word) {
            found.push(word);
        }
    });
    found
}

/// The series in a panel.
pub(super) fn within<'a>(figure: &'a Figure, panel: &'a str) -> impl Iterator<Item = &'a Series> {
    figure.series.iter().filter(move |series| series.panel == panel)
}
