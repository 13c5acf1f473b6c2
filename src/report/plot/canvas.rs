//! Lines, shapes and words on the drawing; the palette.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::PlotError;
use super::compact::compact;

/// Width and usual height of the drawing in its own units, two to a pixel of a page.
pub(super) const WIDTH: u32 = 960;
pub(super) const HEIGHT: u32 = 700;

/// Neutral colours, which pages may restyle by value.
pub(super) const CARD: RGBColor = RGBColor(0xFF, 0xFF, 0xFF);
pub(super) const INK: RGBColor = RGBColor(0x1C, 0x20, 0x24);
pub(super) const GRID: RGBColor = RGBColor(0xDC, 0xD9, 0xD1);

/// Series colours: those of Okabe and Ito's colour-blind-safe set with a contrast of 3 to 1 on white and on dark cards
/// (<https://jfly.uni-koeln.de/color/>), then a grey and a dark amber.
pub(super) const SERIES: [RGBColor; 6] = [
    RGBColor(0x00, 0x72, 0xB2),
    RGBColor(0xD5, 0x5E, 0x00),
    RGBColor(0x00, 0x9E, 0x73),
    RGBColor(0xCC, 0x79, 0xA7),
    RGBColor(0x76, 0x80, 0x8A),
    RGBColor(0xA8, 0x74, 0x00),
];

/// Size of words, in units of the drawing: 11 pixels where a phone of 390 pixels shows the drawing 325 wide.
pub(super) const FONT: f64 = 33.0;
pub(super) const FONTS: &str = "system-ui, DejaVu Sans, sans-serif";

/// The widths that stand for dashes until the drawing is written, since plotters knows no dashes; nothing else has them. A
/// broken line is as wide as a whole one.
const DASHED: [(u32, &str); 3] = [(5, "18 9"), (6, "4 7"), (7, "9 8")];
const STROKE: u32 = 4;

/// How a line is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dash {
    Solid,
    Long,
    Dotted,
    Short,
}

/// A place on the drawing: right and down from the upper left corner.
pub(super) type Place = [f64; 2];

/// Where a text hangs on its place.
#[derive(Clone, Copy)]
pub(super) enum Hang {
    /// Its left end, middle height.
    Left,
    /// Its right end, middle height.
    Right,
    /// Its centre, middle height.
    Centre,
    /// Its centre, upper edge.
    Below,
    /// Its centre, turned to read upwards.
    Upwards,
}

/// The drawing while it is drawn.
pub(super) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, plotters::coord::Shift>,
}

impl Canvas<'_> {
    /// The content of an SVG element, with its closing tag: what `paint` draws on a card of that height.
    pub(super) fn draw(height: u32, paint: impl FnOnce(&Canvas) -> Result<(), PlotError>) -> Result<String, PlotError> {
        let mut text = String::new();
        {
            let canvas = Canvas { area: SVGBackend::with_string(&mut text, (WIDTH, height)).into_drawing_area() };
            canvas.rectangle([0.0, 0.0], [f64::from(WIDTH), f64::from(height)], CARD, 1.0)?;
            paint(&canvas)?;
            canvas.area.present().map_err(backend)?;
        }
        let content = text.split_once(">\n").map_or("", |(_, content)| content);
        let dashed = DASHED.iter().fold(content.to_owned(), |text, (width, dashes)| {
            let written = format!("stroke-width=\"{STROKE}\" stroke-dasharray=\"{dashes}\"");
            text.replace(&format!("stroke-width=\"{width}\""), &written)
        });
        Ok(compact(&dashed, FONTS))
    }

    /// A line of a series.
    pub(super) fn stroke(&self, points: &[Place], colour: RGBColor, dash: Dash) -> Result<(), PlotError> {
        let width = match dash {
            Dash::Solid => STROKE,
            Dash::Long => DASHED[0].0,
            Dash::Dotted => DASHED[1].0,
            Dash::Short => DASHED[2].0,
        };
        self.line(points, colour, width)
    }

    pub(super) fn line(&self, points: &[Place], colour: RGBColor, width: u32) -> Result<(), PlotError> {
        let points: Vec<(i32, i32)> = points.iter().map(pixel).collect();
        self.area.draw(&PathElement::new(points, colour.stroke_width(width))).map_err(backend)
    }

    pub(super) fn polygon(&self, points: &[Place], colour: RGBColor, opacity: f64) -> Result<(), PlotError> {
        let points: Vec<(i32, i32)> = points.iter().map(pixel).collect();
        self.area.draw(&Polygon::new(points, colour.mix(opacity).filled())).map_err(backend)
    }

    pub(super) fn rectangle(&self, from: Place, to: Place, colour: RGBColor, opacity: f64) -> Result<(), PlotError> {
        let corners = [pixel(&from), pixel(&to)];
        self.area.draw(&Rectangle::new(corners, colour.mix(opacity).filled())).map_err(backend)
    }

    pub(super) fn ring(&self, at: Place, radius: u32, colour: RGBColor) -> Result<(), PlotError> {
        self.area.draw(&Circle::new(pixel(&at), radius, colour.stroke_width(3))).map_err(backend)
    }

    /// Lines of words below each other around a place: the first one `hang`s on it, or all are centred on it.
    pub(super) fn lines(&self, lines: &[String], [x, y]: Place, hang: Hang) -> Result<(), PlotError> {
        let above = match hang {
            Hang::Below => 0.0,
            Hang::Left | Hang::Right | Hang::Centre | Hang::Upwards => (lines.len().max(1) - 1) as f64 * LINE / 2.0,
        };
        lines.iter().enumerate().try_for_each(|(place, line)| {
            let along = place as f64 * LINE - above;
            self.words(line, if matches!(hang, Hang::Upwards) { [x + along, y] } else { [x, y + along] }, hang)
        })
    }

    fn words(&self, words: &str, at: Place, hang: Hang) -> Result<(), PlotError> {
        let (horizontal, vertical) = match hang {
            Hang::Left => (HPos::Left, VPos::Center),
            Hang::Right => (HPos::Right, VPos::Center),
            Hang::Centre => (HPos::Center, VPos::Center),
            Hang::Below => (HPos::Center, VPos::Top),
            Hang::Upwards => (HPos::Center, VPos::Center),
        };
        // The SVG backend divides sizes by 1.24, and cuts them to whole ones before.
        let style = (FONTS, (FONT * 1.24).ceil()).into_text_style(&self.area).color(&INK);
        let style = style.pos(Pos::new(horizontal, vertical));
        let style = match hang {
            Hang::Upwards => style.transform(FontTransform::Rotate270),
            Hang::Left | Hang::Right | Hang::Centre | Hang::Below => style,
        };
        self.area.draw(&Text::new(words.to_owned(), pixel(&at), style)).map_err(backend)
    }
}

/// Height of a line of words.
pub(super) const LINE: f64 = FONT * 1.2;

/// About how wide words are; no font is asked.
pub(super) fn width(words: &str) -> f64 {
    words.chars().count() as f64 * FONT * 0.6
}

fn pixel(place: &Place) -> (i32, i32) {
    (place[0].round() as i32, place[1].round() as i32)
}

fn backend<E: std::error::Error + Send + Sync>(error: DrawingAreaErrorKind<E>) -> PlotError {
    PlotError::Backend(error.to_string())
}
