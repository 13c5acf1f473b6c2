//! Round ticks, and the scale from values to the drawing.

use crate::number;

/// Values from `low` to `high`, with round ticks between.
pub(super) struct Axis {
    pub(super) low: f64,
    pub(super) high: f64,
    /// Value and label.
    pub(super) ticks: Vec<(f64, String)>,
}

impl Axis {
    /// The axis that holds all values, widened by `margin` of their range on both sides; about `count` ticks.
    pub(super) fn over(values: impl Iterator<Item = f64>, margin: f64, count: usize) -> Self {
        let (least, most) =
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| (least.min(value), most.max(value)));
        let (least, most) = if least <= most { (least, most) } else { (0.0, 1.0) };
        // Equal values get an axis around them.
        let range = most - least;
        let flat = range <= least.abs().max(most.abs()) * 1e-12;
        let half = if least == 0.0 { 1.0 } else { least.abs() / 2.0 };
        let (low, high) =
            if flat { (least - half, most + half) } else { (least - range * margin, most + range * margin) };
        Self { low, high, ticks: ticks(low, high, count) }
    }

    /// The place of a value, from 0 at `low` to 1 at `high`.
    pub(super) fn share(&self, value: f64) -> f64 {
        (value - self.low) / (self.high - self.low)
    }
}

/// Multiples of 1, 2 or 5 times a power of ten within the range.
fn ticks(low: f64, high: f64, count: usize) -> Vec<(f64, String)> {
    // A step somewhat smaller than asked for is better than one of more than twice its size.
    let (step, decimals) = step((high - low) / count as f64 * 0.8);
    let first = (low / step).ceil() as i64;
    let last = (high / step).floor() as i64;
    (first..=last).map(|multiple| multiple as f64 * step).map(|value| (value, number::fixed(value, decimals))).collect()
}

/// The smallest round step that is at least `least`, and the decimals that show its multiples.
fn step(least: f64) -> (f64, i32) {
    let exponent = number::exponent(least);
    let power = |exponent: i32| {
        let magnitude = (0..exponent.abs()).fold(1.0, |power, _| power * 10.0);
        if exponent < 0 { 1.0 / magnitude } else { magnitude }
    };
    let unit = power(exponent);
    let (factor, exponent) = [1.0, 2.0, 5.0]
        .into_iter()
        .map(|factor| (factor, exponent))
        .find(|(factor, _)| factor * unit >= least)
        .unwrap_or((1.0, exponent + 1));
    (factor * power(exponent), (-exponent).max(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(low: f64, high: f64) -> Vec<String> {
        ticks(low, high, 5).into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn ticks_are_round_numbers_within_the_range() {
        assert_eq!(labels(0.0, 1.0), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(-0.13, 0.37), ["-0.1", "0.0", "0.1", "0.2", "0.3"]);
        assert_eq!(labels(0.0, 250_000.0), ["0", "50,000", "100,000", "150,000", "200,000", "250,000"]);
        assert_eq!(labels(1.0, 15.0), ["5", "10", "15"]);
    }

    #[test]
    fn an_axis_holds_its_values_and_widens_around_equal_ones() {
        let axis = Axis::over([1.0, 3.0].into_iter(), 0.5, 5);
        assert_eq!((axis.low, axis.high, axis.share(2.0)), (0.0, 4.0, 0.5));
        let flat = Axis::over([4.0, 4.0].into_iter(), 0.1, 5);
        assert_eq!((flat.low, flat.high), (2.0, 6.0));
        let zero = Axis::over([0.0].into_iter(), 0.1, 5);
        assert_eq!((zero.low, zero.high), (-1.0, 1.0));
    }
}
