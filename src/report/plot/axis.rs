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

    /// The same, so wide that three digits tell its ticks apart: what differs by less is drawn as what hardly differs.
    pub(super) fn readable(values: impl Iterator<Item = f64>, margin: f64, count: usize) -> Self {
        let plain = Self::over(values, margin, count);
        let short = 3.0 * finest(plain.low, plain.high) - (plain.high - plain.low);
        if short <= 0.0 {
            return plain;
        }
        let (low, high) = (plain.low - short / 2.0, plain.high + short / 2.0);
        Self { low, high, ticks: ticks(low, high, count), ..plain }
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
            .map(|(exponent, factor)| factor * power(exponent))
            .map(|value| (value, label(value, value, value)))
            .filter(|(value, _)| (low..=high).contains(&libm::log10(*value)))
            .collect()
    };
    let mut powers = of(&[1.0]);
    if powers.len() > count * 2 {
        let every = powers.len().div_ceil(count);
        powers = powers.into_iter().step_by(every).collect();
    }
    let candidates = [powers, of(&[1.0, 2.0, 5.0])];
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

/// The least step whose multiples between these ends have no more than three digits.
fn finest(low: f64, high: f64) -> f64 {
    let size = low.abs().max(high.abs());
    if size > 0.0 && size.is_finite() { power(number::exponent(size) - 2) } else { 0.0 }
}

/// Multiples of 1, 2 or 5 times a power of ten within the range.
fn ticks(low: f64, high: f64, count: usize) -> Vec<(f64, String)> {
    // A step somewhat smaller than asked for is better than one of more than twice its size.
    let step = step(((high - low) / count as f64 * 0.8).max(finest(low, high)));
    let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
    let most = (first.abs().max(last.abs()) as f64) * step;
    (first..=last).map(|multiple| multiple as f64 * step).map(|value| (value, label(value, step, most))).collect()
}

/// The smallest round step that is at least `least`.
fn step(least: f64) -> f64 {
    let exponent = number::exponent(least);
    let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|factor| factor * power(exponent) >= least);
    match factor {
        Some(factor) if factor < 10.0 => factor * power(exponent),
        _ => power(exponent + 1),
    }
}

/// A multiple of `step` on an axis up to `most`: thousands as `k`, millions as `M`, and powers of ten where no such letter is known.
fn label(value: f64, step: f64, most: f64) -> String {
    const LETTERS: [(i32, &str); 5] = [(12, "T"), (9, "G"), (6, "M"), (3, "k"), (0, "")];
    let size = number::exponent(most);
    if value == 0.0 && !(-4..=3).contains(&size) {
        return "0".to_owned();
    }
    let decimals = |unit: i32| (unit - number::exponent(step)).max(0);
    if !(-4..15).contains(&size) {
        return format!("{}·10{}", number::fixed(value / power(size), decimals(size)), raised(size));
    }
    let letter = LETTERS.into_iter().find(|(unit, _)| size >= *unit && size != 3);
    let (unit, letter) = letter.unwrap_or((0, ""));
    format!("{}{letter}", number::fixed(value / power(unit), decimals(unit)))
}

/// A number as an exponent: `⁻⁷`.
fn raised(number: i32) -> String {
    let raised = |letter: char| match letter {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        digit => char::from_u32('⁰' as u32 + digit.to_digit(10).unwrap_or(0)).unwrap_or(digit),
    };
    number.to_string().chars().map(raised).collect()
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
        assert_eq!(labels(0.0, 250_000.0), ["0", "50k", "100k", "150k", "200k", "250k"]);
        assert_eq!(labels(0.0, 4_000.0), ["0", "1,000", "2,000", "3,000", "4,000"]);
        assert_eq!(labels(0.0, 2.4e6), ["0", "0.5M", "1.0M", "1.5M", "2.0M"]);
        assert_eq!(labels(-3e-7, 2e-7), ["-3·10⁻⁷", "-2·10⁻⁷", "-1·10⁻⁷", "0", "1·10⁻⁷", "2·10⁻⁷"]);
        assert_eq!(labels(1.0, 15.0), ["5", "10", "15"]);
    }

    #[test]
    fn a_logarithmic_axis_has_powers_of_ten_and_more_where_they_are_few() {
        let labels = |values: [f64; 2]| -> Vec<String> {
            let axis = Axis::logarithmic(values.into_iter(), 0.0, 5);
            axis.ticks.into_iter().map(|(_, label)| label).collect()
        };
        assert_eq!(labels([0.01, 1e4]), ["0.01", "0.1", "1", "10", "100", "1,000", "10k"]);
        assert_eq!(labels([900.0, 21_000.0]), ["1,000", "2,000", "5,000", "10k", "20k"]);
        assert_eq!(labels([290.0, 460.0]), ["300", "350", "400", "450"]);
        let axis = Axis::logarithmic([1.0, 10_000.0].into_iter(), 0.0, 5);
        assert_eq!((axis.share(1.0), axis.share(100.0), axis.share(10_000.0)), (0.0, 0.5, 1.0));
    }

    /// What was found on axes of reports: `-0.00000020`, `0.94125`, `500,000,000`.
    #[test]
    fn no_tick_has_more_than_three_digits_or_is_a_negative_nothing() {
        let ends = [
            -3.1e9, -1.0, -0.0101, -2e-7, 0.0, 1e-300, 3e-9, 0.0009, 0.94123, 0.94178, 999.4, 1_000.2, 65_437.0, 1e12,
            2e18, 1e300,
        ];
        for low in ends {
            for high in ends.into_iter().filter(|high| *high >= low) {
                for count in [2, 3, 5, 7] {
                    let axis = Axis::readable([low, high].into_iter(), 0.03, count);
                    assert!(axis.low <= low && axis.high >= high);
                    assert!((1..=12).contains(&axis.ticks.len()), "{low} to {high}: {:?}", axis.ticks);
                    for (value, label) in &axis.ticks {
                        let digits: String =
                            label.split('·').next().unwrap_or("").chars().filter(char::is_ascii_digit).collect();
                        let digits = digits.trim_start_matches('0').trim_end_matches('0');
                        assert!(digits.len() <= 3 && label.chars().count() <= 10, "{low} to {high}: {label}");
                        assert!(!label.starts_with('-') || !digits.is_empty(), "{low} to {high}: {value} is {label}");
                    }
                }
            }
        }
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
