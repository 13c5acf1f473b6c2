//! Numbers as people read them: the only place where a fraction becomes percent.
//!
//! No locale is asked: the decimal point is a point and thousands are parted by commas. An estimate is written to two
//! significant digits of its interval's half width, since further digits would promise what the sample cannot keep;
//! machines read the full digits from `findings.json` and the CSV files.

use std::borrow::Cow;

use renas_base::metric::Unit;
use renas_stats::summary::Interval;

/// A number that is quoted or exact by nature, with at most six significant digits (a count: all of them): `96.8 %`.
pub fn exact(value: f64, unit: Unit) -> String {
    format!("{}{}", exact_digits(scaled(value, unit), unit), sign(unit))
}

/// `exact`, with the unit in words where it is not a sign: `116,239 multiply-adds`.
pub fn exact_in_words(value: f64, unit: Unit) -> String {
    format!("{}{}", exact(value, unit), word(unit))
}

/// A mean and the interval around it, whose ends are rounded outward: `96.71 % [96.52, 96.90]`; it never breaks over lines.
pub fn estimate(value: f64, interval: Interval, unit: Unit) -> String {
    estimate_beside(value, interval, unit, &[])
}

/// `estimate`, with as many digits as it takes that no written end says of a border what the interval does not.
pub fn estimate_beside(value: f64, interval: Interval, unit: Unit, borders: &[f64]) -> String {
    match digits_of(interval, unit, borders) {
        None => exact(value, unit),
        Some(decimals) => {
            let value = fixed(scaled(value, unit), decimals);
            format!("{value}{} {}", sign(unit), bracketed(interval, unit, decimals))
        }
    }
}

/// An interval alone, with its unit, its ends rounded outward: `[95.6, 97.6] %`.
pub fn interval(of: Interval, unit: Unit) -> String {
    interval_beside(of, unit, &[])
}

/// `interval`, with as many digits as it takes that no written end says of a border what the interval does not.
pub fn interval_beside(interval: Interval, unit: Unit, borders: &[f64]) -> String {
    match digits_of(interval, unit, borders) {
        None => format!("[{0},\u{a0}{0}]{1}", exact_digits(scaled(interval.low, unit), unit), sign(unit)),
        Some(decimals) => format!("{}{}", bracketed(interval, unit, decimals), sign(unit)),
    }
}

/// A number to at most three significant digits, where a file beside it has all of them: `96.8 %`, `1,690,000`. What counts fewer
/// than ten thousand keeps all its digits, which are exact: `3,072`.
pub fn short(value: f64, unit: Unit) -> String {
    let value = scaled(value, unit);
    let small = value == value.trunc() && value.abs() < 10_000.0;
    let digits = match decimals_of(rounded(value)) {
        _ if small => fixed(value, 0),
        _ if !value.is_finite() => "not a number".to_owned(),
        None => format!("{value:.2e}"),
        // Zeros say that digits were left out.
        Some(decimals) if (rounded(value) - value).abs() > 1e-9 * value.abs() => fixed(value, decimals),
        Some(decimals) => trimmed(fixed(value, decimals)),
    };
    format!("{digits}{}", sign(unit))
}

/// `short` with its interval, if it has one; at most two digits of the interval's half width.
pub fn brief(value: f64, interval: Option<Interval>, unit: Unit) -> String {
    let ends = interval.and_then(|interval| Some((interval, digits_of(interval, unit, &[])?)));
    let Some((interval, of_width)) = ends else { return short(value, unit) };
    let [middle, low, high] = [value, interval.low, interval.high].map(|end| scaled(end, unit).abs());
    // 100 % is as many digits as 99.9 %.
    let size = if unit == Unit::Fraction { middle.max(low).min(99.9) } else { middle.max(low).max(high) };
    match decimals_of(rounded(size)) {
        Some(most) if size > 0.0 => {
            let decimals = of_width.min(most);
            format!("{}{} {}", fixed(scaled(value, unit), decimals), sign(unit), bracketed(interval, unit, decimals))
        }
        _ => estimate(value, interval, unit),
    }
}

/// Two numbers as `short` writes them, with their sign once: `-4.84 to 0.5 points`.
pub fn short_range(least: f64, most: f64, unit: Unit) -> String {
    let least = short(least, unit);
    format!("{} to {}", least.strip_suffix(&*sign(unit)).unwrap_or(&least), short(most, unit))
}

/// Decimals that show three significant digits; none where a numeral would be too long.
fn decimals_of(value: f64) -> Option<i32> {
    if value == 0.0 || !value.is_finite() {
        return Some(0);
    }
    let power = exponent(value);
    (-5..15).contains(&power).then_some(2 - power)
}

/// A border with all the digits that tell it from its neighbours: `0.123456789`.
pub fn border(value: f64, unit: Unit) -> String {
    let digits = scaled(value, unit);
    if digits != 0.0 && digits.abs() < 1e-9 {
        return exact(value, unit);
    }
    format!("{}{}", trimmed(fixed(digits, MOST_DECIMALS)), sign(unit))
}

/// `border`, with the unit in words where it is not a sign.
pub fn border_in_words(value: f64, unit: Unit) -> String {
    format!("{}{}", border(value, unit), word(unit))
}

/// A number to three significant digits, where no interval says how many it has.
pub fn rounded(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    format!("{value:.2e}").parse().expect("a number that was just written")
}

/// The size of a sample: `n = 1,000`.
pub fn sample_size(n: usize) -> String {
    format!("n\u{a0}=\u{a0}{}", grouped(&n.to_string()))
}

/// A number with all its digits, as machines read it; never in percent.
pub fn plain(value: f64) -> String {
    // Adding zero turns -0 into 0.
    format!("{}", value + 0.0)
}

/// What a heading or an axis adds for the unit: ` (%)`, ` (s)`; nothing where the number carries its own sign.
pub fn heading(unit: Unit) -> Cow<'static, str> {
    match unit {
        Unit::Fraction => " (%)".into(),
        Unit::Points => " (percentage points)".into(),
        Unit::Seconds => " (s)".into(),
        Unit::MultiplyAdds => " (multiply-adds)".into(),
        Unit::Own(unit) => format!(" ({unit})").into(),
        Unit::One | Unit::Count => "".into(),
    }
}

pub(crate) fn scaled(value: f64, unit: Unit) -> f64 {
    match unit {
        Unit::Fraction | Unit::Points => value * 100.0,
        Unit::One | Unit::Count | Unit::MultiplyAdds | Unit::Seconds | Unit::Own(_) => value,
    }
}

fn sign(unit: Unit) -> Cow<'static, str> {
    match unit {
        Unit::Fraction => "\u{a0}%".into(),
        Unit::Points => "\u{a0}points".into(),
        Unit::Seconds => "\u{a0}s".into(),
        Unit::Own(unit) => format!("\u{a0}{unit}").into(),
        Unit::One | Unit::Count | Unit::MultiplyAdds => "".into(),
    }
}

fn word(unit: Unit) -> &'static str {
    match unit {
        Unit::MultiplyAdds => " multiply-adds",
        Unit::Fraction | Unit::Points | Unit::Seconds | Unit::One | Unit::Count | Unit::Own(_) => "",
    }
}

/// The interval in brackets, each end rounded away from the other.
fn bracketed(interval: Interval, unit: Unit, decimals: i32) -> String {
    let low = outward(scaled(interval.low, unit), decimals, Outward::Down);
    let high = outward(scaled(interval.high, unit), decimals, Outward::Up);
    format!("[{low},\u{a0}{high}]")
}

#[derive(Clone, Copy, PartialEq)]
enum Outward {
    Down,
    Up,
}

/// Rounded to that many decimals, away from the middle of an interval; what is a multiple already stays.
fn outward(value: f64, decimals: i32, to: Outward) -> String {
    let step =
        if decimals >= 0 { libm::pow(10.0, -f64::from(decimals)) } else { libm::pow(10.0, f64::from(-decimals)) };
    let text = fixed(value, decimals);
    let written = parsed(&text);
    // Nearest rounding is outward already, or one step away from it; a last bit is no step.
    let off = (written - value) / step;
    match to {
        Outward::Down if off > 1e-9 => fixed(written - step, decimals),
        Outward::Up if off < -1e-9 => fixed(written + step, decimals),
        Outward::Down | Outward::Up => text,
    }
}

/// The number that a text of `fixed` says.
fn parsed(text: &str) -> f64 {
    text.replace(',', "").parse().expect("digits that were just written")
}

/// Most decimals of an interval's end.
const MOST_DECIMALS: i32 = 12;

/// Decimals that show two significant digits of the half width, and more until no rounded end crosses a border that the
/// interval keeps clear of; none for an interval without width.
fn digits_of(interval: Interval, unit: Unit, borders: &[f64]) -> Option<i32> {
    let half_width = (scaled(interval.high, unit) - scaled(interval.low, unit)) / 2.0;
    // Rounding noise is no width.
    let noise = 1e-12 * scaled(interval.high, unit).abs().max(1.0);
    if !half_width.is_finite() || half_width <= noise {
        return None;
    }
    let clear = |decimals: i32| {
        borders.iter().filter(|border| border.is_finite()).all(|border| {
            let end = |end: f64, to: Outward| parsed(&outward(scaled(end, unit), decimals, to));
            // As it is written: a last bit beyond it is not seen.
            let edge = parsed(&fixed(scaled(*border, unit), MOST_DECIMALS));
            let low_is_clear = interval.low <= *border || end(interval.low, Outward::Down) > edge;
            low_is_clear && (interval.high >= *border || end(interval.high, Outward::Up) < edge)
        })
    };
    let least = (1 - exponent(half_width)).clamp(-MOST_DECIMALS, MOST_DECIMALS);
    Some((least..MOST_DECIMALS).find(|decimals| clear(*decimals)).unwrap_or(MOST_DECIMALS))
}

/// The power of ten of the leading digit.
pub(super) fn exponent(value: f64) -> i32 {
    let text = format!("{value:e}");
    text.rsplit('e').next().and_then(|digits| digits.parse().ok()).expect("`{:e}` ends in its exponent")
}

/// At most six significant digits without trailing zeros; a whole number keeps all its digits.
fn exact_digits(value: f64, unit: Unit) -> String {
    let whole = matches!(unit, Unit::Count | Unit::MultiplyAdds) || value == value.trunc();
    if whole && value.abs() < 1e15 {
        return if value == value.trunc() { fixed(value, 0) } else { trimmed(fixed(value, 2)) };
    }
    if !value.is_finite() {
        return "not a number".to_owned();
    }
    let power = exponent(value);
    if !(-5..15).contains(&power) {
        return format!("{value:.3e}");
    }
    trimmed(fixed(value, (5 - power).max(0)))
}

fn trimmed(text: String) -> String {
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// Rounded to that many decimals (negative: to tens, hundreds), thousands parted.
pub(crate) fn fixed(value: f64, decimals: i32) -> String {
    let text = if decimals >= 0 {
        format!("{value:.*}", decimals as usize)
    } else {
        let step = (0..-decimals).fold(1.0, |step, _| step * 10.0);
        format!("{:.0}", (value / step).round_ties_even() * step)
    };
    let is_zero = text.bytes().all(|byte| matches!(byte, b'-' | b'0' | b'.'));
    grouped(if is_zero { text.trim_start_matches('-') } else { &text })
}

/// Commas between the thousands of a decimal numeral.
fn grouped(numeral: &str) -> String {
    let (minus, digits) = numeral.strip_prefix('-').map_or(("", numeral), |digits| ("-", digits));
    let (whole, decimals) = digits.find('.').map_or((digits, ""), |point| digits.split_at(point));
    let mut text = minus.to_owned();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text + decimals
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(low: f64, high: f64) -> Interval {
        Interval { low, high }
    }

    #[test]
    fn the_papers_numbers_read_as_the_paper_prints_them() {
        assert_eq!(exact(0.968, Unit::Fraction), "96.8\u{a0}%");
        assert_eq!(exact(0.327, Unit::One), "0.327");
        assert_eq!(exact(116_239.0, Unit::MultiplyAdds), "116,239");
        assert_eq!(exact_in_words(116_239.0, Unit::MultiplyAdds), "116,239 multiply-adds");
        assert_eq!(exact(1.0, Unit::Fraction), "100\u{a0}%");
        assert_eq!(exact(-0.5, Unit::One), "-0.5");
        assert_eq!(exact(1234567.0, Unit::Count), "1,234,567");
        assert_eq!(exact(2.5e-9, Unit::One), "2.500e-9");
        assert_eq!(exact(999.0, Unit::Count), "999");
    }

    #[test]
    fn an_estimate_shows_two_digits_of_its_half_width() {
        assert_eq!(estimate(0.967_123, between(0.9652, 0.9690), Unit::Fraction), "96.71\u{a0}% [96.52,\u{a0}96.90]");
        assert_eq!(
            estimate(105_764.0, between(98_123.0, 113_011.0), Unit::MultiplyAdds),
            "105,800 [98,100,\u{a0}113,100]"
        );
        assert_eq!(estimate(0.289, between(0.17, 0.46), Unit::One), "0.29 [0.17,\u{a0}0.46]");
        assert_eq!(estimate(-0.731, between(-0.78, -0.66), Unit::One), "-0.731 [-0.780,\u{a0}-0.660]");
    }

    #[test]
    fn in_tables_and_titles_a_number_has_three_significant_digits_and_a_small_count_all_of_its_own() {
        let short = |value: f64, unit: Unit| short(value, unit).replace('\u{a0}', " ");
        assert_eq!(short(0.74712, Unit::Fraction), "74.7 %");
        assert_eq!([short(0.5, Unit::Fraction), short(0.07, Unit::Fraction)], ["50 %", "7 %"]);
        assert_eq!([short(0.99999, Unit::Fraction), short(0.89951, Unit::Fraction)], ["100 %", "90.0 %"]);
        assert_eq!(short(1_692_572.0, Unit::Count), "1,690,000");
        assert_eq!([short(3_072.0, Unit::Count), short(10_240.0, Unit::Count)], ["3,072", "10,200"]);
        assert_eq!(short(116_239.4, Unit::MultiplyAdds), "116,000");
        assert_eq!([short(0.000_123_4, Unit::One), short(1.234_5e-8, Unit::One)], ["0.000123", "1.23e-8"]);
        assert_eq!(
            [short(-0.0, Unit::One), short(f64::NAN, Unit::One), short(f64::INFINITY, Unit::One)],
            ["0", "not a number", "not a number"]
        );
        assert_eq!(short_range(-0.0484, 0.005, Unit::Points).replace('\u{a0}', " "), "-4.84 to 0.5 points");
        let brief = |value: f64, low: f64, high: f64, unit: Unit| {
            brief(value, Some(between(low, high)), unit).replace('\u{a0}', " ")
        };
        assert_eq!(brief(0.967_123, 0.9652, 0.9690, Unit::Fraction), "96.7 % [96.5, 96.9]");
        assert_eq!(brief(105_764.0, 98_123.0, 113_011.0, Unit::MultiplyAdds), "106,000 [98,000, 114,000]");
        assert_eq!(brief(-0.0051, -0.0204, 0.0102, Unit::Points), "-0.5 points [-2.1, 1.1]");
        assert_eq!(brief(0.9995, 0.9990, 1.0, Unit::Fraction), "100.0 % [99.9, 100.0]");
        assert_eq!(brief(54_321.0, 54_311.0, 54_331.0, Unit::One), "54,300 [54,300, 54,400]");
        assert_eq!(brief(0.25, 0.25, 0.25, Unit::One), "0.25");
    }

    #[test]
    fn an_interval_without_width_is_written_as_its_value() {
        assert_eq!(estimate(0.25, between(0.25, 0.25), Unit::One), "0.25");
        assert_eq!(interval(between(3.0, 3.0), Unit::Count), "[3,\u{a0}3]");
    }

    #[test]
    fn an_interval_alone_carries_its_unit() {
        assert_eq!(interval(between(0.956, 0.976), Unit::Fraction), "[95.6,\u{a0}97.6]\u{a0}%");
    }

    #[test]
    fn zero_has_no_sign() {
        assert_eq!(estimate(-0.0001, between(-0.5, 0.5), Unit::One), "0.00 [-0.50,\u{a0}0.50]");
        assert_eq!(plain(-0.0), "0");
        assert_eq!(plain(0.1 + 0.2), "0.30000000000000004");
    }

    #[test]
    fn a_sample_size_does_not_break_over_lines() {
        assert_eq!(sample_size(25_000), "n\u{a0}=\u{a0}25,000");
    }
}
