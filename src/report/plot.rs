//! A figure as SVG: the same bytes everywhere, no font opened, readable on light and dark pages.
//!
//! Drawn by plotters' SVG backend on scales of our own, so that every tick and label is exact arithmetic. A file stands
//! alone on a white card; a page that embeds it may restyle the few neutral colours, which appear nowhere else.

mod axis; //    round ticks, and the scale from values to the drawing
mod canvas; //  lines, shapes and words on the drawing; the palette
mod compact; // what plotters writes, in fewer bytes
mod diagram; // boxes and arrows
mod frame; //   axes and grid of a plane
mod legend; //  what each look stands for
mod pairs; //   points of three numbers, two at a time
mod plane; //   planes with two axes, one or several panels
mod ready; //   numbers that are none, series that one plane cannot tell apart
pub mod strip; // one comparison on a line of numbers
mod style; //   what tells series apart
mod words; //   words broken into lines

#[cfg(test)]
mod tests;

use super::findings::{Figure, Form, Series};
use super::markup::{escaped, plain};
use canvas::Canvas;

/// Points above which a scatter is drawn as density.
pub const MOST_POINTS: usize = 2_000;

/// A figure that cannot be drawn.
#[derive(Debug, thiserror::Error)]
pub enum PlotError {
    /// No series has a point, or a diagram no box.
    #[error("there is nothing to draw: no series has a point, or the diagram no box")]
    Empty,
    /// A point has too few or too many numbers for the figure's form.
    #[error("point {point} of series `{series}` has {numbers} numbers, which its form does not draw")]
    Point {
        /// The series.
        series: String,
        /// The point, from 0.
        point: usize,
        /// Its numbers.
        numbers: usize,
    },
    /// A logarithmic axis has a value that has no logarithm.
    #[error("point {point} of series `{series}` is not above 0, and its axis is logarithmic")]
    Logarithm {
        /// The series.
        series: String,
        /// The point, from 0.
        point: usize,
    },
    /// A point of bars or strips stands at no category.
    #[error("point {point} of series `{series}` stands at none of the {categories} categories")]
    Category {
        /// The series.
        series: String,
        /// The point, from 0.
        point: usize,
        /// How many categories there are.
        categories: usize,
    },
    /// Arrows of a diagram lead to no box, or in a circle.
    #[error("the diagram's arrows {0}")]
    Arrows(&'static str),
    /// The backend refused; a bug.
    #[error("the drawing failed: {0}")]
    Backend(String),
}

/// The figure as one SVG element; `id` makes its anchors unique in a page.
///
/// Points that are not numbers are left out, and the drawing says how many.
pub fn svg(figure: &Figure, id: &str) -> Result<String, PlotError> {
    let ready = ready::ready(figure);
    let figure = &ready.figure;
    check(figure, ready.left_out)?;
    let layout = plane::Layout::of(&ready);
    let height = match figure.form {
        Form::Lines | Form::Scatter | Form::Density | Form::Bars | Form::Strips => layout.height,
        Form::Scatter3d => pairs::height(figure),
        Form::Diagram => diagram::height(figure),
    };
    let drawing = Canvas::draw(height, |canvas| match figure.form {
        Form::Lines | Form::Scatter | Form::Density | Form::Bars | Form::Strips => plane::draw(canvas, figure, &layout),
        Form::Scatter3d => pairs::draw(canvas, figure),
        Form::Diagram => diagram::draw(canvas, figure),
    })?;
    let head = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\" \
         width=\"{}\" height=\"{}\" viewBox=\"0 0 {} {}\" font-family=\"{}\">\n<title id=\"{id}-title\">{}</title>\n\
         <desc id=\"{id}-desc\">{}</desc>\n",
        canvas::WIDTH / 2,
        height / 2,
        canvas::WIDTH,
        height,
        canvas::FONTS,
        escaped(&plain(&figure.title)),
        escaped(&plain(&figure.caption)),
    );
    Ok(head + &drawing)
}

fn check(figure: &Figure, left_out: usize) -> Result<(), PlotError> {
    let Figure { form, scales, categories, .. } = figure;
    for series in &figure.series {
        let name = || series.name.clone();
        for (point, numbers) in series.points.iter().enumerate() {
            if !form.draws(numbers.len()) {
                return Err(PlotError::Point { series: name(), point, numbers: numbers.len() });
            }
            let has_no_logarithm =
                (scales.log_x && numbers[0] <= 0.0) || (scales.log_y && numbers[1..].iter().any(|value| *value <= 0.0));
            if has_no_logarithm {
                return Err(PlotError::Logarithm { series: name(), point });
            }
            let is_category =
                || numbers[0] >= 0.0 && numbers[0].fract() == 0.0 && (numbers[0] as usize) < categories.len();
            if form.has_categories() && !is_category() {
                return Err(PlotError::Category { series: name(), point, categories: categories.len() });
            }
        }
    }
    let is_empty = match form {
        Form::Diagram => figure.diagram.as_ref().is_none_or(|diagram| diagram.boxes.is_empty()),
        _ => left_out == 0 && figure.series.iter().all(|series| series.points.is_empty()),
    };
    if is_empty { Err(PlotError::Empty) } else { Ok(()) }
}

/// The numbers at one place of all points.
fn values(series: &[Series], place: usize) -> impl Iterator<Item = f64> {
    series.iter().flat_map(move |series| series.points.iter().filter_map(move |point| point.get(place).copied()))
}
