//! Round ticks, and the scale from values to the drawing.

use crate::number;

/// Values from `low` to `high`, with round ticks between.
pub(super) struct Axis {
    /// Ends; of a logarithmic axis those of the logarithms to base 10.
    pub(super) low: f64,
    pub(super) high: f64,
    /// Value and label.
    pub(super) ticks: Vec<(f64, String)>,
    is_logarithmic: bool,
    /// Its low end is at 1.
    is_reversed: bool,
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
        Self { low, high, ticks: ticks(low, high, count), is_logarithmic: false, is_reversed: false }
    }

    /// The same on a logarithmic scale; all values are above 0.
    pub(super) fn logarithmic(values: impl Iterator<Item = f64>, margin: f64, count: usize) -> Self {
        let plain = Self::over(values.map(libm::log10), margin, count);
        Self { ticks: logarithmic_ticks(plain.low, plain.high, count), is_logarithmic: true, ..plain }
    }

    /// The axis of categories at 0, 1, 2, ..., from its high end down.
    pub(super) fn of_categories(names: &[String]) -> Self {
        let ticks = names.iter().enumerate().map(|(place, name)| (place as f64, name.clone())).collect();
        Self { low: -0.5, high: names.len() as f64 - 0.5, ticks, is_logarithmic: false, is_reversed: true }
    }

    /// The place of a value, from 0 at `low` to 1 at `high`.
    pub(super) fn share(&self, value: f64) -> f64 {
        let value = if self.is_logarithmic { libm::log10(value) } else { value };
        let share = (value - self.low) / (self.high - self.low);
        if self.is_reversed { 1.0 - share } else { share }
    }
}

/// Powers of ten between these logarithms, with their doubles and fivefolds where the powers are few; on less than a decade the
/// ticks of a linear axis.
fn logarithmic_ticks(low: f64, high: f64, count: usize) -> Vec<(f64, String)> {
    let of = |factors: &[f64]| -> Vec<(f64, String)> {
        (low.floor() as i32..=high.ceil() as i32)
            .flat_map(|exponent| factors.iter().map(move |factor| (exponent, *factor)))
            .map(|(exponent, factor)| {
                (factor * power(exponent), number::fixed(factor * power(exponent), -exponent.min(0)))
            })
            .filter(|(value, _)| (low..=high).contains(&libm::log10(*value)))
            .collect()
    };
    let candidates = [of(&[1.0]), of(&[1.0, 2.0, 5.0])];
    let enough = candidates.into_iter().find(|ticks| ticks.len() * 2 >= count);
    enough.unwrap_or_else(|| {
        let value = |logarithm: f64| libm::exp10(logarithm);
        ticks(value(low), value(high), count).into_iter().filter(|(value, _)| *value > 0.0).collect()
    })
}

/// Ten to that power, exact where it can be.
fn power(exponent: i32) -> f64 {
    let magnitude = (0..exponent.abs()).fold(1.0, |power, _| power * 10.0);
    if exponent < 0 { 1.0 / magnitude } else { magnitude }
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
    fn a_logarithmic_axis_has_powers_of_ten_and_more_where_they_are_few() {
        let labels = |values: [f64; 2]| -> Vec<String> {
            let axis = Axis::logarithmic(values.into_iter(), 0.0, 5);
            axis.ticks.into_iter().map(|(_, label)| label).collect()
        };
        assert_eq!(labels([0.01, 1e4]), ["0.01", "0.1", "1", "10", "100", "1,000", "10,000"]);
        assert_eq!(labels([900.0, 21_000.0]), ["1,000", "2,000", "5,000", "10,000", "20,000"]);
        assert_eq!(labels([290.0, 460.0]), ["300", "350", "400", "450"]);
        let axis = Axis::logarithmic([1.0, 10_000.0].into_iter(), 0.0, 5);
        assert_eq!((axis.share(1.0), axis.share(100.0), axis.share(10_000.0)), (0.0, 0.5, 1.0));
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
