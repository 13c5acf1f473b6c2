//! Where legend and panels of a figure stand, how high it is, and what it says of how many things its points are of.

use super::scatter::Density;
use crate::findings::{Across, Figure, Form, Reference, Series};
use crate::number;
use crate::plot::canvas::{FONT, HEIGHT, LINE, SERIES, WIDTH};
use crate::plot::frame::Beneath;
use crate::plot::legend::{Entry, Legend, Mark};
use crate::plot::ready::{Ready, distinct, headings, names, printed, within};
use crate::plot::style::{PAPER, Style};
use crate::plot::words;

/// Height of the plane of a panel, of one among many, and the least of one alone.
const PLANE: f64 = 230.0;
const SMALL_PLANE: f64 = 150.0;
const ALONE: f64 = 330.0;
const MANY_PANELS: usize = 12;

/// Height of a lane of a category.
const LANE: f64 = 50.0;

/// Most numbers across whose counts stand beneath them.
const MOST_COUNTS: usize = 12;

/// Where everything stands.
pub(in crate::plot) struct Layout<'a> {
    pub(super) legend: Legend,
    pub(super) density: Density<'a>,
    /// The names of the series that are drawn as marks, without the paper's.
    pub(super) names: Vec<&'a str>,
    /// Panels beside each other.
    pub(super) across: usize,
    /// Where the first panel begins, and what each takes.
    pub(super) left: f64,
    pub(super) panel: [f64; 2],
    /// What stands above each panel, and the lines of the longest.
    pub(super) headings: Vec<Vec<String>>,
    pub(super) heading_lines: usize,
    /// The names of the categories, with their counts.
    pub(super) categories: Vec<String>,
    /// What is said of points that are not drawn.
    pub(super) left_out: Vec<String>,
    /// Height of the drawing.
    pub(in crate::plot) height: u32,
}

impl<'a> Layout<'a> {
    /// The layout of a figure of which so many points are left out.
    pub(in crate::plot) fn of(Ready { figure, left_out, beyond }: &'a Ready) -> Self {
        let density = Density::of(figure);
        let papers = |name: &str| figure.series.iter().any(|series| series.is_papers && series.name == name);
        let names: Vec<&str> = names(figure).into_iter().filter(|name| !density.holds(name) && !papers(name)).collect();
        let panels = headings(figure);
        let across = if panels.len() > 1 { 2 } else { 1 };
        let left = if across > 1 && !figure.y_label.is_empty() { FONT * 1.3 } else { 0.0 };
        let width = (f64::from(WIDTH) - left) / across as f64;
        let headings: Vec<Vec<String>> = panels.iter().map(|panel| heading(figure, panel, width)).collect();
        let heading_lines = headings.iter().map(Vec::len).max().unwrap_or(0);
        let left_out = match left_out {
            0 => Vec::new(),
            1 => vec!["1 point is not a number".to_owned()],
            count => vec![format!("{count} points are not numbers")],
        };
        let mut layout = Self {
            legend: Legend::of(Vec::new()),
            density,
            names,
            across,
            left,
            panel: [width, 0.0],
            headings,
            heading_lines,
            categories: categories(figure),
            left_out,
            height: 0,
        };
        layout.legend = layout.legend(figure, beyond);
        layout.measure(figure, panels.len());
        layout
    }

    /// The look of the series of that name, where it is drawn as marks: what is dense has the first colour.
    pub(super) fn style(&self, name: &str) -> Option<Style> {
        let place = self.names.iter().position(|own| *own == name)?;
        Some(Style::of(place + usize::from(self.density.has_series())))
    }

    fn legend(&self, figure: &Figure, beyond: &[String]) -> Legend {
        let is_alone = self.headings.len() == 1;
        let says_counts = is_alone && matches!(figure.form, Form::Scatter | Form::Density) && figure.series.len() > 1;
        let counted = |name: &str| match says_counts {
            true => format!("{name} ({})", number::sample_size(points_of(figure, name))),
            false => name.to_owned(),
        };
        let dense = self.density.names.iter().map(|name| counted(name)).collect::<Vec<_>>().join(", ");
        let has_points = figure.series.iter().any(|series| super::lines::has_points(series, self.panel[0] * 0.75));
        let mark = |style: Style| match figure.form {
            Form::Lines if has_points => Mark::Line(style),
            Form::Lines => Mark::Stroke(style),
            Form::Bars => Mark::Square(style.colour),
            _ => Mark::Point(style),
        };
        let mut entries = Vec::new();
        if self.density.has_series() {
            entries.push(Entry::new(&format!("{dense} (larger: more)"), Mark::Square(SERIES[0])));
        }
        let named = self.names.iter().filter(|name| !name.is_empty());
        let styles = named.filter_map(|name| Some((name, self.style(name)?)));
        entries.extend(styles.map(|(name, style)| Entry::new(&counted(name), mark(style))));
        let papers = papers(figure, beyond, is_alone);
        if entries.len() == 1 && papers.is_empty() && !self.density.has_series() {
            // What is alone needs no name.
            entries.clear();
        }
        entries.extend(papers);
        if super::scatter::most_at_one_place(figure, &self.density) > 1 {
            entries.push(Entry::new("larger: more at one place", Mark::None));
        }
        Legend::of(entries)
    }

    /// How high panels and the drawing are.
    fn measure(&mut self, figure: &Figure, panels: usize) {
        let is_alone = panels < 2;
        let [mut above, mut below] = [FONT * 0.5 + self.heading_lines as f64 * LINE, LINE * 1.4];
        below +=
            LINE * headings(figure).iter().map(|panel| self.beneath(figure, panel).len()).max().unwrap_or(0) as f64;
        let x_label = words::lines(&figure.x_label, f64::from(WIDTH) - FONT, 2).len() as f64 * LINE;
        let noted = if self.left_out.is_empty() { 0.0 } else { LINE * 1.2 };
        let mut lane = LANE * self.names.len().max(1) as f64;
        if figure.form.has_categories() {
            let axis = crate::plot::axis::Axis::of_categories(&self.categories);
            let most = crate::plot::frame::names(&axis, self.panel[0]).iter().map(Vec::len).max().unwrap_or(1);
            lane = lane.max(most as f64 * LINE + 12.0);
        }
        let lanes = lane * figure.categories.len() as f64;
        let plane = match (is_alone, figure.scales.equal) {
            (true, true) => f64::from(HEIGHT) - 60.0,
            (true, false) => (f64::from(HEIGHT) - self.legend.bottom - above - below - x_label).max(lanes).max(ALONE),
            (false, true) => self.panel[0] - FONT * 4.0,
            (false, false) if panels > MANY_PANELS => SMALL_PLANE.max(lanes),
            (false, false) => PLANE.max(lanes),
        };
        if is_alone {
            below += x_label;
        } else {
            above += FONT * 0.2;
        }
        self.panel[1] = above + plane + below;
        let rows = panels.max(1).div_ceil(self.across) as f64;
        let under = if is_alone { FONT * 0.4 } else { x_label + FONT * 0.4 };
        self.height = (self.legend.bottom + self.panel[1] * rows + under + noted).ceil() as u32;
    }

    /// Of how many units the points of a panel's series are, beneath their numbers: where these differ and are few.
    pub(super) fn beneath(&self, figure: &Figure, panel: &str) -> Vec<Beneath> {
        let counted: Vec<&Series> = within(figure, panel).filter(|series| !series.n.is_empty()).collect();
        if figure.form != Form::Lines || !stands_beneath(&counted) {
            return Vec::new();
        }
        let row = |series: &&Series| {
            let counts = series.points.iter().zip(&series.n).filter(|(_, n)| **n > 0);
            Some((self.style(&series.name)?, counts.map(|(point, n)| (point[0], n.to_string())).collect()))
        };
        counted.iter().filter_map(row).collect()
    }
}

/// What a legend says of the paper's numbers.
fn papers(figure: &Figure, beyond: &[String], is_alone: bool) -> Vec<Entry> {
    let points = distinct(figure.series.iter().filter(|one| one.is_papers).map(|one| one.name.as_str()));
    let mut entries: Vec<Entry> = points.into_iter().map(|name| Entry::new(name, Mark::Point(PAPER))).collect();
    for name in distinct(figure.references.iter().map(|one| one.name.as_str())) {
        let numbers = distinct_numbers(figure.references.iter().filter(|one| one.name == name));
        let said = if is_alone { format!("{name}: {}", numbers.join(", ")) } else { name.to_owned() };
        entries.push(Entry::new(&said, Mark::Stroke(PAPER)));
    }
    entries.extend(beyond.iter().map(|words| Entry::new(words, Mark::Point(PAPER))));
    entries
}

/// The lines of numbers of the paper in a panel.
pub(super) fn references<'a>(figure: &'a Figure, panel: &'a str) -> impl Iterator<Item = &'a Reference> {
    figure.references.iter().filter(move |one| one.panel.is_empty() || one.panel == panel)
}

/// Where reference lines stand, in three digits and once each.
fn distinct_numbers<'a>(of: impl Iterator<Item = &'a Reference>) -> Vec<String> {
    let mut numbers: Vec<String> = Vec::new();
    for one in of {
        let (Across::X(value) | Across::Y(value)) = one.at;
        let number = printed(value);
        if !numbers.contains(&number) {
            numbers.push(number);
        }
    }
    numbers
}

fn points_of(figure: &Figure, name: &str) -> usize {
    figure.series.iter().filter(|series| series.name == name).map(|series| series.points.len()).sum()
}

/// The least and the most units of a point.
fn spread(counted: &[&Series]) -> Option<(usize, usize)> {
    let counts = || counted.iter().flat_map(|series| &series.n).copied().filter(|n| *n > 0);
    Some((counts().min()?, counts().max()?))
}

/// Whether the counts of these series are said number by number: where they differ by more than a tenth, and the numbers are few.
fn stands_beneath(counted: &[&Series]) -> bool {
    let differ = spread(counted).is_some_and(|(least, most)| most * 10 > least * 11);
    differ && numbers_across(counted) <= MOST_COUNTS
}

fn numbers_across(counted: &[&Series]) -> usize {
    let mut numbers: Vec<f64> = counted.iter().flat_map(|series| &series.points).map(|point| point[0]).collect();
    numbers.sort_by(f64::total_cmp);
    numbers.dedup();
    numbers.len()
}

/// The lines above a panel: its heading, then of how many things its points are, and the paper's numbers in it.
fn heading(figure: &Figure, panel: &str, width: f64) -> Vec<String> {
    let room = width - FONT;
    let mut lines = words::lines(panel, room, 2);
    let counted: Vec<&Series> = within(figure, panel).filter(|series| !series.n.is_empty()).collect();
    let is_alone = figure.series.iter().all(|series| series.panel == panel);
    let points: usize =
        within(figure, panel).filter(|series| !series.is_papers).map(|series| series.points.len()).sum();
    let mut notes = Vec::new();
    match (figure.form, spread(&counted)) {
        (Form::Lines, Some((least, most))) if least == most => notes.push(number::sample_size(most)),
        (Form::Lines, Some(_)) if stands_beneath(&counted) => notes.push("n beneath each number".to_owned()),
        (Form::Lines, Some((least, most))) => notes.push(format!("{} to {most}", number::sample_size(least))),
        (Form::Scatter | Form::Density, _) if !is_alone || figure.series.len() == 1 => {
            notes.push(number::sample_size(points));
        }
        _ => {}
    }
    if !is_alone {
        let own = || figure.references.iter().filter(|one| one.panel == panel);
        for name in distinct(own().map(|one| one.name.as_str())) {
            let numbers = distinct_numbers(own().filter(|one| one.name == name));
            notes.push(format!("{name}: {}", numbers.join(", ")));
        }
    }
    lines.extend(words::lines(&notes.join("; "), room, 2));
    lines
}

/// The names of the categories, each with the sizes of its samples.
fn categories(figure: &Figure) -> Vec<String> {
    let with_counts = |(place, name): (usize, &String)| {
        let of_series = |series: &Series| {
            let mut counts = series.points.iter().zip(&series.n);
            counts.find(|(point, n)| point[0] == place as f64 && **n > 0).map(|(_, n)| *n)
        };
        let counts: Vec<usize> = figure.series.iter().filter_map(of_series).collect();
        match counts.split_first() {
            None => name.clone(),
            Some((first, rest)) if rest.iter().all(|n| n == first) => {
                format!("{name} ({})", number::sample_size(*first))
            }
            Some(_) => {
                let counts: Vec<String> = counts.iter().map(usize::to_string).collect();
                format!("{name} (n\u{a0}=\u{a0}{})", counts.join(",\u{a0}"))
            }
        }
    };
    figure.categories.iter().enumerate().map(with_counts).collect()
}
