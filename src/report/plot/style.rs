//! What tells series apart: a colour, and beside it a shape or a dash, for eyes and printers that see no colour.

use plotters::style::RGBColor;

use super::PlotError;
use super::canvas::{Canvas, Dash, INK, Place, SERIES};

/// The shape of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Ring,
    Triangle,
    Square,
    Cross,
    Wedge,
    Plus,
    /// The paper's numbers, and nothing else.
    Diamond,
}

/// The look of a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Style {
    pub(super) colour: RGBColor,
    pub(super) shape: Shape,
    pub(super) dash: Dash,
}

const SHAPES: [Shape; 6] = [Shape::Ring, Shape::Triangle, Shape::Square, Shape::Cross, Shape::Wedge, Shape::Plus];
const DASHES: [Dash; 4] = [Dash::Solid, Dash::Long, Dash::Dotted, Dash::Short];

/// How many series of one plane are still told apart.
pub(super) const MOST_SERIES: usize = 6;

/// The look of the paper's numbers.
pub(super) const PAPER: Style = Style { colour: INK, shape: Shape::Diamond, dash: Dash::Short };

impl Style {
    /// That of the series at this place of the legend: places of one colour differ in shape and dash.
    pub(super) fn of(place: usize) -> Self {
        let round = place / SERIES.len();
        Self {
            colour: SERIES[place % SERIES.len()],
            shape: SHAPES[(place + round) % SHAPES.len()],
            dash: DASHES[(place + round) % DASHES.len()],
        }
    }

    /// Draw a point; `half` is half its width.
    pub(super) fn point(&self, canvas: &Canvas, [x, y]: Place, half: f64) -> Result<(), PlotError> {
        let (low, wide) = (half * 0.8, half * 1.1);
        let outline = |corners: &[Place]| canvas.line(corners, self.colour, 3);
        match self.shape {
            Shape::Ring => canvas.ring([x, y], half.round() as u32, self.colour),
            Shape::Triangle => outline(&[[x - wide, y + low], [x + wide, y + low], [x, y - wide], [x - wide, y + low]]),
            Shape::Wedge => outline(&[[x - wide, y - low], [x + wide, y - low], [x, y + wide], [x - wide, y - low]]),
            Shape::Square => {
                let [left, right, top, bottom] = [x - low, x + low, y - low, y + low];
                outline(&[[left, top], [right, top], [right, bottom], [left, bottom], [left, top]])
            }
            Shape::Cross => {
                outline(&[[x - low, y - low], [x + low, y + low]])?;
                outline(&[[x - low, y + low], [x + low, y - low]])
            }
            Shape::Plus => {
                outline(&[[x - half, y], [x + half, y]])?;
                outline(&[[x, y - half], [x, y + half]])
            }
            Shape::Diamond => {
                let half = half * 1.5;
                outline(&[[x - half, y], [x, y - half], [x + half, y], [x, y + half], [x - half, y]])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_one_colour_differs_in_shape_and_dash_and_none_is_the_papers() {
        let styles: Vec<Style> = (0..4 * SERIES.len()).map(Style::of).collect();
        for (place, style) in styles.iter().enumerate() {
            assert!(style.shape != Shape::Diamond && style.colour != INK);
            for other in styles[..place].iter().filter(|other| other.colour == style.colour) {
                assert_ne!(style.shape, other.shape, "{place}");
                assert_ne!(style.dash, other.dash, "{place}");
            }
        }
        let first = &styles[..MOST_SERIES];
        assert!(
            first.iter().enumerate().all(|(place, one)| first[..place].iter().all(|other| other.shape != one.shape))
        );
    }
}
