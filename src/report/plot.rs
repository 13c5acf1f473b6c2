//! A figure as SVG: the same bytes everywhere, no font opened, readable on light and dark pages.
//!
//! Drawn by plotters' SVG backend on scales of our own, so that every tick and label is exact arithmetic. A file stands
//! alone on a white card; a page that embeds it may restyle the few neutral colours, which appear nowhere else.

mod axis; //        round ticks, and the scale from values to the drawing
mod canvas; //      lines, shapes and words on the drawing; the palette
mod diagram; //     boxes and arrows
mod frame; //       axes, grid and legend of a plane
mod lines; //       lines with bands
mod perspective; // points in space
mod scatter; //     points in a plane, or their density

use super::findings::{Figure, Form, Series};
use super::markup::escaped;
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
    /// Arrows of a diagram lead to no box, or in a circle.
    #[error("the diagram's arrows {0}")]
    Arrows(&'static str),
    /// The backend refused; a bug.
    #[error("the drawing failed: {0}")]
    Backend(String),
}

/// The figure as one SVG element; `id` makes its anchors unique in a page.
pub fn svg(figure: &Figure, id: &str) -> Result<String, PlotError> {
    check(figure)?;
    let drawing = Canvas::draw(|canvas| match figure.form {
        Form::Lines => lines::draw(canvas, figure),
        Form::Scatter => scatter::draw(canvas, figure),
        Form::Scatter3d => perspective::draw(canvas, figure),
        Form::Diagram => diagram::draw(canvas, figure),
    })?;
    let head = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\" \
         width=\"{}\" height=\"{}\" viewBox=\"0 0 {} {}\">\n<title id=\"{id}-title\">{}</title>\n\
         <desc id=\"{id}-desc\">{}</desc>\n",
        canvas::WIDTH / 2,
        canvas::HEIGHT / 2,
        canvas::WIDTH,
        canvas::HEIGHT,
        escaped(&figure.title),
        escaped(&figure.caption),
    );
    Ok(head + &drawing)
}

fn check(figure: &Figure) -> Result<(), PlotError> {
    let drawn = |numbers: usize| match figure.form {
        Form::Lines => numbers == 2 || numbers == 4,
        Form::Scatter => numbers == 2,
        Form::Scatter3d => numbers == 3,
        Form::Diagram => false,
    };
    for series in &figure.series {
        if let Some(point) = series.points.iter().position(|point| !drawn(point.len())) {
            let numbers = series.points[point].len();
            return Err(PlotError::Point { series: series.name.clone(), point, numbers });
        }
    }
    let has_boxes = figure.diagram.as_ref().is_some_and(|diagram| !diagram.boxes.is_empty());
    let is_empty = match figure.form {
        Form::Lines | Form::Scatter | Form::Scatter3d => figure.series.iter().all(|series| series.points.is_empty()),
        Form::Diagram => !has_boxes,
    };
    if is_empty { Err(PlotError::Empty) } else { Ok(()) }
}

/// The numbers at one place of all points.
fn values(series: &[Series], place: usize) -> impl Iterator<Item = f64> {
    series.iter().flat_map(move |series| series.points.iter().filter_map(move |point| point.get(place).copied()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(form: Form, series: Vec<Vec<Vec<f64>>>) -> Figure {
        let series = series.into_iter().enumerate();
        Figure {
            id: "f".to_owned(),
            title: "A <title>".to_owned(),
            caption: "What \"it\" says".to_owned(),
            form,
            x_label: "x (s)".to_owned(),
            y_label: "y".to_owned(),
            z_label: (form == Form::Scatter3d).then(|| "z".to_owned()),
            series: series.map(|(index, points)| Series { name: format!("series {index}"), points }).collect(),
            diagram: None,
        }
    }

    fn cloud(count: usize) -> Vec<Vec<f64>> {
        (0..count).map(|index| vec![(index * 37 % 101) as f64, (index * 61 % 97) as f64]).collect()
    }

    #[test]
    fn every_form_names_itself_for_people_who_do_not_see_it_and_opens_no_address() {
        let space = vec![vec![vec![0.0, 1.0, 2.0], vec![1.0, 0.0, 3.0]]];
        let line = vec![vec![vec![0.0, 1.0, 0.5, 1.5], vec![1.0, 2.0, 1.5, 2.5]], vec![vec![0.0, 0.0], vec![1.0, 1.0]]];
        for (form, series) in [(Form::Lines, line), (Form::Scatter, vec![cloud(50)]), (Form::Scatter3d, space)] {
            let text = svg(&figure(form, series), "e-f").expect("a figure");
            assert!(text.starts_with("<svg "), "{text}");
            assert!(text.trim_end().ends_with("</svg>"), "{text}");
            assert!(text.contains("role=\"img\" aria-labelledby=\"e-f-title e-f-desc\""));
            assert!(text.contains("<title id=\"e-f-title\">A &lt;title&gt;</title>"));
            assert!(text.contains("<desc id=\"e-f-desc\">What &quot;it&quot; says</desc>"));
            let addresses = text.matches("http").count();
            assert_eq!(addresses, 1, "only the name space of SVG: {text}");
            assert!(!text.contains("NaN") && !text.contains("inf"));
        }
    }

    #[test]
    fn many_points_become_density_with_the_small_series_on_top() {
        let circles = |sizes: &[usize]| {
            let clouds = sizes.iter().map(|&size| cloud(size)).collect();
            svg(&figure(Form::Scatter, clouds), "f").expect("a figure").matches("<circle").count()
        };
        assert_eq!(circles(&[1_900, 100]), 2_000 + 2, "all points and two in the legend");
        assert_eq!(circles(&[1_901, 100]), 100 + 1, "the front and its place in the legend");
        assert_eq!(circles(&[1_901, 40, 60]), 100 + 2, "both series that are small together");
        assert_eq!(circles(&[40, 1_901, 60]), 100 + 2, "wherever the large one stands");
        assert_eq!(circles(&[1_500, 1_500]), 1_500 + 1, "of equal series the first");
        assert_eq!(circles(&[2_001]), 0, "one series is all density");
    }

    #[test]
    fn one_point_and_equal_values_can_be_drawn() {
        for (form, point) in [(Form::Lines, 2), (Form::Scatter, 2), (Form::Scatter3d, 3)] {
            for value in [0.0, 5.0, -1e9, 1e-9] {
                svg(&figure(form, vec![vec![vec![value; point]; 3]]), "f").expect("a figure");
            }
        }
    }

    #[test]
    fn points_that_the_form_does_not_draw_are_refused_by_name() {
        let error = svg(&figure(Form::Lines, vec![vec![vec![1.0; 3]]]), "f").expect_err("three numbers");
        assert_eq!(error.to_string(), "point 0 of series `series 0` has 3 numbers, which its form does not draw");
        assert!(matches!(svg(&figure(Form::Scatter, vec![vec![]]), "f"), Err(PlotError::Empty)));
    }
}
