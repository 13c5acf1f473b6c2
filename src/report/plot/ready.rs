//! A figure made ready to be drawn: numbers that are none are left out and counted, what one plane cannot tell apart gets a plane
//! each, and numbers of the paper that are far from all of ours are said in words rather than drawn.

use super::style::MOST_SERIES;
use crate::findings::{Across, Figure, Form, Series};
use crate::number;

/// A figure as it is drawn.
pub(super) struct Ready {
    pub(super) figure: Figure,
    /// How many points are left out since they are not numbers.
    pub(super) left_out: usize,
    /// Numbers of the paper that lie beyond the axes, in words.
    pub(super) beyond: Vec<String>,
}

/// So many characters of a number of the paper stand as they are printed.
const MOST_DIGITS: usize = 6;

/// A number of the paper further from ours than this many times the range of ours would make a line of all that we have.
const FAR: f64 = 1.5;

/// The figure as it is drawn.
pub(super) fn ready(figure: &Figure) -> Ready {
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
    let beyond = take_what_is_far(&mut figure);
    if has_too_many(&figure) {
        for series in &mut figure.series {
            // Headings say who it is: no colour and no legend need say it again.
            series.panel = std::mem::take(&mut series.name);
        }
    }
    Ready { figure, left_out, beyond }
}

/// Take the numbers of the paper out that are far from ours.
fn take_what_is_far(figure: &mut Figure) -> Vec<String> {
    if !matches!(figure.form, Form::Lines | Form::Scatter) {
        return Vec::new();
    }
    let scale = |value: f64, is_log: bool| if is_log { libm::log10(value) } else { value };
    let is_log = [figure.scales.log_x, figure.scales.log_y];
    let range = |side: usize| {
        let points = figure.series.iter().filter(|one| !one.is_papers).flat_map(|one| &one.points);
        let values = points.flat_map(|point| if side == 0 { &point[..1] } else { &point[1..] });
        let ends = (f64::INFINITY, f64::NEG_INFINITY);
        values
            .map(|value| scale(*value, is_log[side]))
            .fold(ends, |(low, high), value| (low.min(value), high.max(value)))
    };
    let ranges = [range(0), range(1)];
    let is_far = |value: f64, side: usize| {
        let ((low, high), value) = (ranges[side], scale(value, is_log[side]));
        low < high && (value - high).max(low - value) > FAR * (high - low)
    };
    let mut beyond: Vec<(String, Vec<String>)> = Vec::new();
    let mut say = |name: &str, words: String| match beyond.iter_mut().find(|(known, _)| known == name) {
        Some((_, said)) if said.contains(&words) => {}
        Some((_, said)) => said.push(words),
        None => beyond.push((name.to_owned(), vec![words])),
    };
    for series in figure.series.iter_mut().filter(|one| one.is_papers) {
        let (far, near) = std::mem::take(&mut series.points)
            .into_iter()
            .partition::<Vec<_>, _>(|point| point.iter().enumerate().any(|(side, value)| is_far(*value, side.min(1))));
        series.points = near;
        far.iter().for_each(|point| say(&series.name, format!("({})", numbers(point))));
    }
    figure.series.retain(|one| !one.is_papers || !one.points.is_empty());
    figure.references.retain(|one| {
        let (value, side) = match one.at {
            Across::X(value) => (value, 0),
            Across::Y(value) => (value, 1),
        };
        if is_far(value, side) {
            say(&one.name, numbers(&[value]));
        }
        !is_far(value, side)
    });
    beyond.into_iter().map(|(name, said)| format!("{name}, beyond the axes: {}", said.join(", "))).collect()
}

/// Numbers across and up, as they are printed.
fn numbers(point: &[f64]) -> String {
    point.iter().map(|value| printed(*value)).collect::<Vec<_>>().join("; ")
}

/// A number as it is printed where that is short, else in three digits.
pub(super) fn printed(value: f64) -> String {
    let plain = number::plain(value);
    if plain.len() <= MOST_DIGITS { plain } else { number::plain(number::rounded(value)) }
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
