//! Points in space, seen in perspective and coloured by height.

use plotters::style::RGBColor;

use super::axis::Axis;
use super::canvas::{self, Canvas, FONT, GRID, HEIGHT, Hang, INK, Place, SERIES, WIDTH};
use super::frame::{Entry, Mark, legend};
use super::{PlotError, values};
use crate::findings::Figure;

/// Where the eye stands: degrees above the floor, degrees around from the first axis, and how far from the centre of the
/// unit cube.
const ELEVATION: f64 = 20.0;
const AZIMUTH: f64 = 30.0;
const DISTANCE: f64 = 3.2;

/// A corner or point of the unit cube.
type Point = [f64; 3];

/// From the unit cube to the drawing.
struct View {
    right: Point,
    up: Point,
    towards: Point,
    scale: f64,
    origin: Place,
}

pub(super) fn draw(canvas: &Canvas, figure: &Figure) -> Result<(), PlotError> {
    let marks = [Mark::Dot, Mark::Ring, Mark::Square];
    let entries: Vec<Entry> = figure
        .series
        .iter()
        .zip(marks.iter().cycle())
        .map(|(series, mark)| Entry { name: &series.name, mark: *mark, colour: INK })
        .collect();
    let top = legend(canvas, &entries)?;
    let axes = [0, 1, 2].map(|place| Axis::over(values(&figure.series, place), 0.03, 4));
    let view = View::fitted([[130.0, top], [f64::from(WIDTH) - 170.0, f64::from(HEIGHT) - 95.0]]);
    draw_box(canvas, &view, &axes)?;
    draw_labels(canvas, &view, &axes, figure)?;
    let mut points: Vec<(f64, Point, Mark)> = Vec::new();
    for (series, entry) in figure.series.iter().zip(&entries) {
        for point in &series.points {
            let shares = [0, 1, 2].map(|place: usize| axes[place].share(point[place]));
            points.push((view.depth(shares), shares, entry.mark));
        }
    }
    // The farthest first; equal depths keep the order of the series.
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (_, point, mark) in &points {
        let (at, colour) = (view.place(*point), ramp(point[2]));
        match mark {
            Mark::Dot | Mark::Stroke => canvas.dot(at, 7, colour, 0.7)?,
            Mark::Ring => canvas.ring(at, 6, colour)?,
            Mark::Square => canvas.rectangle([at[0] - 6.0, at[1] - 6.0], [at[0] + 6.0, at[1] + 6.0], colour, 0.7)?,
        }
    }
    Ok(())
}

/// The floor and the two far walls, with a grid at the ticks.
fn draw_box(canvas: &Canvas, view: &View, axes: &[Axis; 3]) -> Result<(), PlotError> {
    let edge = |from: Point, to: Point| canvas.line(&[view.place(from), view.place(to)], GRID, 2);
    let shares = |axis: &Axis| -> Vec<f64> { axis.ticks.iter().map(|(value, _)| axis.share(*value)).collect() };
    for x in shares(&axes[0]).into_iter().chain([0.0, 1.0]) {
        edge([x, 0.0, 0.0], [x, 1.0, 0.0])?;
        edge([x, 0.0, 0.0], [x, 0.0, 1.0])?;
    }
    for y in shares(&axes[1]).into_iter().chain([0.0, 1.0]) {
        edge([0.0, y, 0.0], [1.0, y, 0.0])?;
        edge([0.0, y, 0.0], [0.0, y, 1.0])?;
    }
    for z in shares(&axes[2]).into_iter().chain([0.0, 1.0]) {
        edge([0.0, 0.0, z], [1.0, 0.0, z])?;
        edge([0.0, 0.0, z], [0.0, 1.0, z])?;
    }
    let axes =
        [[[0.0, 1.0, 0.0], [1.0, 1.0, 0.0]], [[1.0, 0.0, 0.0], [1.0, 1.0, 0.0]], [[1.0, 0.0, 0.0], [1.0, 0.0, 1.0]]];
    axes.into_iter().try_for_each(|[from, to]| canvas.line(&[view.place(from), view.place(to)], INK, 2))
}

/// Ticks along the three near edges, the axes' labels, and the colours of the heights.
fn draw_labels(canvas: &Canvas, view: &View, axes: &[Axis; 3], figure: &Figure) -> Result<(), PlotError> {
    for (value, label) in &axes[0].ticks {
        let at = view.place([axes[0].share(*value), 1.0, 0.0]);
        canvas.words(label, [at[0] + 10.0, at[1] + 16.0], Hang::Left)?;
    }
    for (value, label) in &axes[1].ticks {
        let at = view.place([1.0, axes[1].share(*value), 0.0]);
        canvas.words(label, [at[0] - 4.0, at[1] + 18.0], Hang::Right)?;
    }
    let mut widest = 0.0f64;
    for (value, label) in &axes[2].ticks {
        let at = view.place([1.0, 0.0, axes[2].share(*value)]);
        widest = widest.max(canvas::width(label));
        canvas.words(label, [at[0] - 10.0, at[1]], Hang::Right)?;
    }
    let bottom = f64::from(HEIGHT) - FONT * 1.1;
    let x_middle = view.place([0.5, 1.0, 0.0]);
    let y_middle = view.place([1.0, 0.35, 0.0]);
    let half = |label: &str| canvas::width(label) / 2.0;
    let x_at = (x_middle[0] + 90.0).min(f64::from(WIDTH) - 20.0 - half(&figure.x_label));
    let y_at = (y_middle[0] - 60.0).max(20.0 + half(&figure.y_label));
    canvas.words(&figure.x_label, [x_at, bottom - FONT * 1.0], Hang::Centre)?;
    canvas.words(
        &figure.y_label,
        [y_at.min(x_at - half(&figure.x_label) - half(&figure.y_label) - 20.0), bottom - FONT * 1.0],
        Hang::Centre,
    )?;
    let z_label = figure.z_label.as_deref().unwrap_or("");
    let edge = view.place([1.0, 0.0, 0.5]);
    canvas.words(z_label, [edge[0] - widest - FONT * 1.3, edge[1]], Hang::Upwards)?;
    let (left, upper, lower) = (f64::from(WIDTH) - 60.0, f64::from(HEIGHT) * 0.2, f64::from(HEIGHT) * 0.6);
    for step in 0..16 {
        let height = |step: f64| lower - (lower - upper) * step / 16.0;
        let (from, to) = (height(f64::from(step) + 1.0), height(f64::from(step)));
        canvas.rectangle([left, from], [left + 20.0, to], ramp((f64::from(step) + 0.5) / 16.0), 1.0)?;
    }
    for (value, label) in &axes[2].ticks {
        canvas.words(label, [left - 8.0, lower - (lower - upper) * axes[2].share(*value)], Hang::Right)?;
    }
    Ok(())
}

impl View {
    /// The view whose cube fills the rectangle between two corners.
    fn fitted(corners: [Place; 2]) -> Self {
        let [elevation, azimuth] = [ELEVATION, AZIMUTH].map(|degrees| degrees * std::f64::consts::PI / 180.0);
        let (sin_e, cos_e) = (libm::sin(elevation), libm::cos(elevation));
        let (sin_a, cos_a) = (libm::sin(azimuth), libm::cos(azimuth));
        let mut view = Self {
            right: [-sin_a, cos_a, 0.0],
            up: [-sin_e * cos_a, -sin_e * sin_a, cos_e],
            towards: [cos_e * cos_a, cos_e * sin_a, sin_e],
            scale: 1.0,
            origin: [0.0, 0.0],
        };
        let cube = (0..8).map(|corner| [corner & 1, corner >> 1 & 1, corner >> 2].map(f64::from));
        let seen: Vec<Place> = cube.map(|corner| view.place(corner)).collect();
        let least = |side: usize| seen.iter().map(|place| place[side]).fold(f64::INFINITY, f64::min);
        let most = |side: usize| seen.iter().map(|place| place[side]).fold(f64::NEG_INFINITY, f64::max);
        let fit = |side: usize| (corners[1][side] - corners[0][side]) / (most(side) - least(side));
        let scale = fit(0).min(fit(1));
        let centre =
            |side: usize| (corners[0][side] + corners[1][side]) / 2.0 - scale * (least(side) + most(side)) / 2.0;
        view.origin = [centre(0), centre(1)];
        view.scale = scale;
        view
    }

    fn depth(&self, point: Point) -> f64 {
        dot(self.towards, point)
    }

    fn place(&self, point: Point) -> Place {
        let centred = point.map(|share| share - 0.5);
        let nearer = DISTANCE / (DISTANCE - dot(self.towards, centred));
        let across = dot(self.right, centred) * nearer;
        let down = -dot(self.up, centred) * nearer;
        [self.origin[0] + self.scale * across, self.origin[1] + self.scale * down]
    }
}

fn dot(a: Point, b: Point) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// Blue at 0, over grey-violet, to vermilion at 1: told apart by colour-blind eyes, on white and dark cards.
fn ramp(share: f64) -> RGBColor {
    let middle = RGBColor(0x8E, 0x6F, 0x96);
    let (from, to, share) = match share < 0.5 {
        true => (SERIES[0], middle, share * 2.0),
        false => (middle, SERIES[1], share * 2.0 - 1.0),
    };
    let mixed =
        |from: u8, to: u8| (f64::from(from) + (f64::from(to) - f64::from(from)) * share.clamp(0.0, 1.0)).round();
    RGBColor(mixed(from.0, to.0) as u8, mixed(from.1, to.1) as u8, mixed(from.2, to.2) as u8)
}
