//! A figure as SVG: the same bytes everywhere, no font opened, readable on light and dark pages.
//!
//! Drawn by plotters' SVG backend on scales of our own, so that every tick and label is exact arithmetic. A file stands
//! alone on a white card; a page that embeds it may restyle the few neutral colours, which appear nowhere else.

mod axis; //        round ticks, and the scale from values to the drawing
mod canvas; //      lines, shapes and words on the drawing; the palette
mod diagram; //     boxes and arrows
mod frame; //       axes, grid and legend of a plane
mod perspective; // points in space
pub mod strip; // one comparison on a line of numbers
mod plane; //       planes with two axes, one or several panels

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
pub fn svg(figure: &Figure, id: &str) -> Result<String, PlotError> {
    check(figure)?;
    let height = plane::height(figure);
    let drawing = Canvas::draw(height, |canvas| match figure.form {
        Form::Lines | Form::Scatter | Form::Density | Form::Bars | Form::Strips => plane::draw(canvas, figure),
        Form::Scatter3d => perspective::draw(canvas, figure),
        Form::Diagram => diagram::draw(canvas, figure),
    })?;
    let head = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\" \
         width=\"{}\" height=\"{}\" viewBox=\"0 0 {} {}\">\n<title id=\"{id}-title\">{}</title>\n\
         <desc id=\"{id}-desc\">{}</desc>\n",
        canvas::WIDTH / 2,
        height / 2,
        canvas::WIDTH,
        height,
        escaped(&figure.title),
        escaped(&figure.caption),
    );
    Ok(head + &drawing)
}

fn check(figure: &Figure) -> Result<(), PlotError> {
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
        _ => figure.series.iter().all(|series| series.points.is_empty()),
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
            series: series.map(|(index, points)| Series::new(format!("series {index}"), points)).collect(),
            categories: if form.has_categories() { vec!["one".to_owned(), "two".to_owned()] } else { Vec::new() },
            ..Figure::default()
        }
    }

    fn drawn(figure: &Figure) -> String {
        svg(figure, "f").expect("a figure")
    }

    fn cloud(count: usize) -> Vec<Vec<f64>> {
        (0..count).map(|index| vec![(index * 37 % 101) as f64, (index * 61 % 97) as f64]).collect()
    }

    #[test]
    fn every_form_names_itself_for_people_who_do_not_see_it_and_opens_no_address() {
        let space = vec![vec![vec![0.0, 1.0, 2.0], vec![1.0, 0.0, 3.0]]];
        let line = vec![vec![vec![0.0, 1.0, 0.5, 1.5], vec![1.0, 2.0, 1.5, 2.5]], vec![vec![0.0, 0.0], vec![1.0, 1.0]]];
        let categories = vec![vec![vec![0.0, 1.0], vec![0.0, 1.5], vec![0.0, 1.25, 1.0, 1.5], vec![1.0, -2.0]]];
        for (form, series) in [
            (Form::Lines, line),
            (Form::Scatter, vec![cloud(50)]),
            (Form::Density, vec![cloud(50)]),
            (Form::Bars, categories.clone()),
            (Form::Strips, categories),
            (Form::Scatter3d, space),
        ] {
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
    fn a_density_has_no_dots_and_strips_have_one_per_sample() {
        let circles = |figure: &Figure| drawn(figure).matches("<circle").count();
        assert_eq!(circles(&figure(Form::Density, vec![cloud(20)])), 0);
        let samples = vec![vec![0.0, 1.0], vec![0.0, 2.0], vec![1.0, 3.0], vec![0.0, 1.5, 1.0, 2.0]];
        assert_eq!(circles(&figure(Form::Strips, vec![samples.clone()])), 3);
        assert_eq!(circles(&figure(Form::Bars, vec![samples])), 0);
    }

    #[test]
    fn panels_stand_beside_each_other_with_their_headings_and_one_legend() {
        let mut panels = figure(Form::Scatter, vec![cloud(3), cloud(4), cloud(5), cloud(6), cloud(7)]);
        for (series, (name, panel)) in panels.series.iter_mut().zip([
            ("a", "left"),
            ("b", "left"),
            ("a", "right"),
            ("b", "third"),
            ("a", "fourth"),
        ]) {
            (series.name, series.panel) = (name.to_owned(), panel.to_owned());
        }
        let text = drawn(&panels);
        for heading in ["left", "right", "third", "fourth"] {
            assert_eq!(text.matches(&format!("\n{heading}\n")).count(), 1, "{heading}");
        }
        assert_eq!(text.matches("<circle").count(), 25 + 2, "all points, and two names in the legend");
        assert_eq!(text.matches("\ny\n").count(), 2, "one label for each row of panels");
    }

    #[test]
    fn equal_axes_have_one_range_and_the_line_between_their_corners() {
        let mut figure = figure(Form::Scatter, vec![vec![vec![0.0, 100.0], vec![10.0, 40.0]]]);
        let ticks = |figure: &Figure| drawn(figure).matches("\n100\n").count();
        assert_eq!(ticks(&figure), 1);
        figure.scales.equal = true;
        assert_eq!(ticks(&figure), 2, "100 stands on both axes");
    }

    #[test]
    fn what_has_no_logarithm_or_no_category_is_refused() {
        let mut line = figure(Form::Lines, vec![vec![vec![1.0, 2.0], vec![0.0, 1.0]]]);
        line.scales.log_y = true;
        drawn(&line);
        line.scales.log_x = true;
        let error = svg(&line, "f").expect_err("0 has no logarithm");
        assert_eq!(error.to_string(), "point 1 of series `series 0` is not above 0, and its axis is logarithmic");
        for place in [-1.0, 0.5, 2.0] {
            let error = svg(&figure(Form::Bars, vec![vec![vec![place, 1.0]]]), "f").expect_err("no category");
            assert_eq!(error.to_string(), "point 0 of series `series 0` stands at none of the 2 categories");
        }
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
