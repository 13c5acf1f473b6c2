//! What every drawing keeps to.

use plotters::style::RGBColor;

use super::*;
use crate::findings::{Across, Reference};

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
    let points = |sizes: &[usize]| -> usize {
        let text = drawn(&figure(Form::Scatter, sizes.iter().map(|&size| cloud(size)).collect()));
        (0..3).map(|place| marks(&text, place)).sum()
    };
    assert_eq!(points(&[1_900, 100]), 2_000 + 2, "all points and two in the legend");
    assert_eq!(points(&[1_901, 100]), 100 + 1, "the front and its place in the legend");
    assert_eq!(points(&[1_901, 40, 60]), 100 + 2, "both series that are small together");
    assert_eq!(points(&[40, 1_901, 60]), 100 + 2, "wherever the large one stands");
    assert_eq!(points(&[1_500, 1_500]), 1_500 + 1, "of equal series the first");
    assert_eq!(points(&[2_001]), 0, "one series is all density");
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
    for (series, (name, panel)) in
        panels.series.iter_mut().zip([("a", "left"), ("b", "left"), ("a", "right"), ("b", "third"), ("a", "fourth")])
    {
        (series.name, series.panel) = (name.to_owned(), panel.to_owned());
    }
    let text = drawn(&panels);
    for heading in ["left", "right", "third", "fourth"] {
        assert_eq!(text.matches(&format!("\n{heading}\n")).count(), 1, "{heading}");
    }
    assert_eq!(marks(&text, 0) + marks(&text, 1), 25 + 2, "all points, and two names in the legend");
    assert_eq!(text.matches("\ny\n").count(), 1, "one label for all panels");
    assert_eq!(text.matches("\nn\u{a0}=\u{a0}7\n").count(), 2, "left has 3 and 4, the fourth 7");
    assert_readable(&panels);
}

#[test]
fn equal_axes_have_one_range_one_length_and_the_line_between_their_corners() {
    let mut figure = figure(Form::Scatter, vec![vec![vec![0.0, 100.0], vec![10.0, 40.0]]]);
    let ticks = |figure: &Figure| drawn(figure).matches("\n100\n").count();
    assert_eq!(ticks(&figure), 1);
    figure.scales.equal = true;
    assert_eq!(ticks(&figure), 2, "100 stands on both axes");
    let text = drawn(&figure);
    let diagonal = text.lines().find(|line| line.contains("stroke-width=\"1\"")).expect("a diagonal");
    let ends: Vec<f64> = diagonal.split(['"', ' ', ',']).filter_map(|number| number.parse().ok()).collect();
    let [_, x, y, to, up] = ends[..] else { panic!("{diagonal}") };
    assert!((to - x - (y - up)).abs() <= 1.0, "as long as high: {diagonal}");
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

/// How many points and lines have the look of the series at that place of the legend; a cross would count twice.
fn marks(text: &str, place: usize) -> usize {
    let RGBColor(red, green, blue) = canvas::SERIES[place];
    let look = format!("stroke=\"#{red:02X}{green:02X}{blue:02X}\"");
    let with_look = text.lines().filter(|line| line.contains(&look));
    with_look.map(|line| line.matches("<circle ").count() + line.matches("<polyline ").count()).sum()
}

/// Where the words of a drawing stand: left, top, right, bottom, and the words.
fn boxes(text: &str) -> Vec<([f64; 4], String)> {
    let mut lines = text.lines();
    let mut found = Vec::new();
    while let Some(line) = lines.next() {
        let Some(attributes) = line.strip_prefix("<text ") else { continue };
        let words = lines.next().unwrap_or("").to_owned();
        let value = |name: &str| {
            let (_, rest) = attributes.split_once(&format!("{name}=\""))?;
            Some(rest.split('"').next().unwrap_or("").to_owned())
        };
        let number = |name: &str| value(name).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
        let plain = words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").replace("&quot;", "\"");
        let (x, y, wide) = (number("x"), number("y"), canvas::width(&plain));
        let high = canvas::FONT * 0.8;
        let left = match value("text-anchor").as_deref() {
            Some("start") => x,
            Some("end") => x - wide,
            _ => x - wide / 2.0,
        };
        let top = if value("dy").as_deref() == Some("0.76em") { y } else { y - high / 2.0 };
        let own = match attributes.contains("rotate(") {
            true => [x - high / 2.0, y - wide / 2.0, x + high / 2.0, y + wide / 2.0],
            false => [left, top, left + wide, top + high],
        };
        found.push((own, words));
    }
    found
}

/// Panics where words overlap each other or leave the drawing.
fn assert_readable(figure: &Figure) {
    let text = drawn(figure);
    let height = text.split("viewBox=\"0 0 960 ").nth(1).and_then(|rest| rest.split('"').next()?.parse::<f64>().ok());
    let height = height.expect("a height");
    let boxes = boxes(&text);
    for (place, ([left, top, right, bottom], words)) in boxes.iter().enumerate() {
        let is_inside = *left >= -1.0 && *right <= 961.0 && *top >= -1.0 && *bottom <= height + 1.0;
        assert!(is_inside, "`{words}` leaves the drawing of {height}: {:?}", boxes[place].0);
        for ([from, above, to, below], other) in &boxes[..place] {
            let is_apart = *right <= from + 1.0 || *left >= to - 1.0 || *bottom <= above + 1.0 || *top >= below - 1.0;
            assert!(is_apart, "`{words}` {:?} stands on `{other}` {:?}", boxes[place].0, [from, above, to, below]);
        }
    }
    assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
}

/// Fifty arms, marks and long names, in every form: what nobody should write and somebody will.
#[test]
fn fifty_arms_long_names_and_marks_stay_readable_in_every_form() {
    let long = "a_search_whose_name_is_longer_than_any_column <b>&amp;</b> `code` \n [link](https://example.org)";
    for form in [Form::Lines, Form::Scatter, Form::Density, Form::Scatter3d, Form::Bars, Form::Strips] {
        for (count, panels) in [(1, false), (2, true), (5, false), (5, true), (50, false), (50, true)] {
            // Fifty forms of one dense cloud are one legend entry each, and no more.
            let point = |index: usize, step: usize| match form {
                Form::Scatter3d => vec![step as f64, index as f64 * 1e7, 1e-7],
                Form::Bars | Form::Strips => vec![(step % 2) as f64, 12_345.678, 12_345.0, 12_346.0],
                Form::Lines => vec![step as f64, index as f64 * 1e-7, -1e-7, 1e-5],
                _ => vec![step as f64, index as f64],
            };
            let series = (0..count).map(|index| (0..3).map(|step| point(index, step)).collect()).collect();
            let mut figure = figure(form, series);
            for (index, series) in figure.series.iter_mut().enumerate() {
                series.name = if panels { "an arm".to_owned() } else { format!("{index} {long}") };
                series.panel = if panels { format!("{index} {long}") } else { String::new() };
                series.n = vec![5; 3];
            }
            (figure.title, figure.caption) = (long.to_owned(), long.to_owned());
            (figure.x_label, figure.y_label) = (long.to_owned(), long.to_owned());
            figure.categories.iter_mut().for_each(|name| *name = format!("{name} {long}"));
            assert_readable(&figure);
            assert!(!drawn(&figure).contains("<b>"), "a mark is words");
        }
    }
}

#[test]
fn numbers_that_are_none_are_left_out_and_counted() {
    for (form, numbers) in
        [(Form::Lines, 4), (Form::Scatter, 2), (Form::Scatter3d, 3), (Form::Strips, 4), (Form::Bars, 2)]
    {
        let mut points = vec![vec![1.0; numbers]; 3];
        points[1][numbers - 1] = f64::NAN;
        points[2][1] = f64::INFINITY;
        for some in [&points[..], &points[1..]] {
            let figure = figure(form, vec![some.to_vec()]);
            assert_readable(&figure);
            if form != Form::Scatter3d {
                assert!(drawn(&figure).contains("2 points are not numbers"), "{form:?}");
            }
        }
    }
    let mut line = figure(Form::Lines, vec![vec![vec![0.0, 1.0], vec![1.0, f64::NAN], vec![2.0, 3.0]]]);
    line.series[0].n = vec![4, 7, 4];
    assert!(drawn(&line).contains("\nn\u{a0}=\u{a0}4\n"), "the count of a point goes with it");
}

/// WCAG 2.2, 1.4.11: what is needed to understand a graphic has a contrast of 3 to 1 with what is beside it. The cards are those of
/// style.css. Tints of bands and boxes are no marks: they have edges.
#[test]
fn what_is_drawn_has_a_contrast_of_three_to_one_on_light_and_dark_cards() {
    let luminance = |[red, green, blue]: [f64; 3]| {
        let linear = |part: f64| match part / 255.0 {
            part if part <= 0.04045 => part / 12.92,
            part => libm::pow((part + 0.055) / 1.055, 2.4),
        };
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    };
    let contrast = |one: [f64; 3], other: [f64; 3]| {
        let [one, other] = [luminance(one), luminance(other)];
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    };
    let black_and_white = contrast([0.0; 3], [255.0; 3]);
    assert!((black_and_white - 21.0).abs() < 1e-9, "WCAG's own example");
    let clouds = || vec![cloud(30), cloud(40), cloud(50), cloud(20), cloud(10), cloud(5)];
    let dense = vec![cloud(9_000), cloud(9)];
    let line = vec![vec![vec![0.0, 1.0, 0.5, 1.5], vec![1.0, 2.0, 1.5, 2.5]]];
    for (form, series) in [
        (Form::Scatter, clouds()),
        (Form::Scatter, dense),
        (Form::Lines, clouds()),
        (Form::Lines, line),
        (Form::Density, clouds()),
        (Form::Bars, vec![vec![vec![0.0, 1.0]]]),
        (Form::Strips, vec![vec![vec![0.0, 1.0]]]),
    ] {
        let text = drawn(&figure(form, series));
        let mut seen = 0;
        for colour in text.split(['"']).filter(|value| value.len() == 7 && value.starts_with('#')) {
            let part = |at: usize| f64::from(u8::from_str_radix(&colour[at..at + 2], 16).expect("a colour"));
            let colour_of = [part(1), part(3), part(5)];
            let is_series = canvas::SERIES.iter().any(|one| [one.0, one.1, one.2].map(f64::from) == colour_of);
            if is_series {
                seen += 1;
                for card in [[255.0; 3], [26.0, 31.0, 38.0]] {
                    assert!(contrast(colour_of, card) >= 3.0, "{colour} on {card:?}");
                }
            }
        }
        assert!(seen > 0, "{form:?}");
        let tinted: Vec<&str> = text.lines().filter(|line| line.contains("opacity=")).collect();
        assert!(tinted.iter().all(|line| line.starts_with("<polygon opacity=\"0.16\"")), "{form:?}: {tinted:?}");
    }
}

/// A phone of 390 pixels shows a figure 325 wide: margins of 20, and of the card 12 and its border.
#[test]
fn words_have_eleven_pixels_on_a_phone() {
    let text = drawn(&figure(Form::Scatter, vec![cloud(3), cloud(4)]));
    let sizes: Vec<&str> = text.split("font-size=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let pixels = |size: &&str| size.parse::<f64>().unwrap_or(0.0) * 325.0 / f64::from(canvas::WIDTH);
    assert!(!sizes.is_empty() && sizes.iter().all(|size| pixels(size) >= 11.0), "{sizes:?}");
}

#[test]
fn every_series_has_a_shape_or_a_dash_of_its_own() {
    let scatter = drawn(&figure(Form::Scatter, vec![cloud(3), cloud(4)]));
    assert_eq!((marks(&scatter, 0), marks(&scatter, 1)), (3 + 1, 4 + 1));
    assert!(scatter.contains("<circle ") && scatter.contains("<polyline "));
    let long = |slope: f64| (0..30).map(|step| vec![f64::from(step), slope * f64::from(step)]).collect();
    let lines = drawn(&figure(Form::Lines, vec![long(1.0), long(2.0)]));
    assert_eq!(lines.matches("stroke-dasharray=").count(), 2, "the second line, and its place in the legend: {lines}");
}

#[test]
fn points_at_one_place_are_one_larger_point() {
    let text =
        drawn(&figure(Form::Scatter, vec![vec![vec![1.0, 1.0]; 9].into_iter().chain([vec![2.0, 2.0]]).collect()]));
    assert_eq!(marks(&text, 0), 2);
    assert!(text.contains("r=\"24\"") && text.contains("r=\"8\""), "nine times the area: {text}");
    assert!(text.contains("larger: more at one place") && text.contains("\nn\u{a0}=\u{a0}10\n"));
}

#[test]
fn the_papers_numbers_are_diamonds_and_lines_with_their_values() {
    let mut figure = figure(Form::Lines, vec![vec![vec![0.0, 1.0], vec![1.0, 2.0]], vec![vec![0.5, 1.75]]]);
    (figure.series[1].is_papers, figure.series[1].name) = (true, "the paper".to_owned());
    figure.references = vec![Reference { name: "chance".to_owned(), panel: String::new(), at: Across::Y(0.123_456) }];
    let text = drawn(&figure);
    assert_eq!(marks(&text, 1), 0, "the paper has no colour of ours");
    assert!(text.contains("\nthe paper\n") && text.contains("\nchance: 0.123\n"), "{text}");
    assert!(text.contains("\n0.0\n"), "the axis holds the line: {text}");
    for (series, panel) in figure.series.iter_mut().zip(["left", "left"]) {
        series.panel = panel.to_owned();
    }
    figure.series.push(Series { panel: "right".to_owned(), ..figure.series[0].clone() });
    figure.references[0].panel = "right".to_owned();
    assert!(drawn(&figure).contains("\nchance: 0.123\n"), "above its panel");
    assert_readable(&figure);
}

#[test]
fn every_mean_says_of_how_many_it_is() {
    let points = || vec![vec![1.0, 1.0], vec![2.0, 2.0], vec![3.0, 1.0]];
    let mut line = figure(Form::Lines, vec![points()]);
    line.series[0].n = vec![5, 5, 5];
    assert!(drawn(&line).contains("\nn\u{a0}=\u{a0}5\n"));
    line.series[0].n = vec![5, 12, 3];
    let text = drawn(&line);
    assert!(text.contains("\nn beneath each number\n") && text.contains("\n12\n"), "{text}");
    let mut strips = figure(Form::Strips, vec![vec![vec![0.0, 1.0], vec![0.0, 1.0, 0.5, 1.5], vec![1.0, 2.0]]]);
    strips.series[0].n = vec![0, 7, 3];
    let text = drawn(&strips);
    assert!(text.contains("\none (n\u{a0}=\u{a0}7)\n") && text.contains("\ntwo (n\u{a0}=\u{a0}3)\n"), "{text}");
    let text = drawn(&figure(Form::Scatter, vec![cloud(30), cloud(5)]));
    assert!(text.contains("\nseries 0 (n\u{a0}=\u{a0}30)\n"), "{text}");
}

/// Two of three numbers at a time: each of them stands on an axis twice.
#[test]
fn points_in_space_are_three_planes() {
    let text = drawn(&figure(Form::Scatter3d, vec![vec![vec![0.0, 1.0, 2.0], vec![1.0, 0.0, 3.0]]]));
    assert_eq!(marks(&text, 0), 3 * 2 + 1);
    for label in ["x (s)", "y", "z"] {
        assert_eq!(text.matches(&format!("\n{label}\n")).count(), 2, "{label}");
    }
}

/// A network of the paper at full scale beside ours of a tenth of its accuracy would make a line of all of ours.
#[test]
fn numbers_of_the_paper_far_from_all_of_ours_are_said_and_not_drawn() {
    let mut figure = figure(Form::Scatter, vec![cloud(20), vec![vec![50.0, 900.0], vec![60.0, 50.0]]]);
    (figure.series[1].is_papers, figure.series[1].name) = (true, "the paper".to_owned());
    figure.references =
        vec![Reference { name: "chance".to_owned(), panel: String::new(), at: Across::Y(-1_000_000.0) }];
    let text = drawn(&figure);
    assert!(text.contains("\nthe paper, beyond the axes: (50; 900)\n"), "{text}");
    assert!(text.contains("\nchance, beyond the axes: -1000000\n") && !text.contains("\n1,000\n"), "{text}");
    assert!(text.contains("\nthe paper\n"), "the near one is drawn: {text}");
    assert_readable(&figure);
}
