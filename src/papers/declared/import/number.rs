//! Numbers as they are written, and as text that reads back exactly: a percentage is shifted by its digits, never divided.

use std::borrow::Cow;

use renas_report::range::Range;

use crate::settings::{Csv, Written};

/// How numbers of a column are written.
pub(super) struct Form<'p> {
    pub(super) written: Written,
    pub(super) range: Range,
    pub(super) csv: Option<&'p Csv>,
}

/// The number of a text and a text that reads back as it; an error in words.
pub(super) fn number<'t>(text: &'t str, form: &Form<'_>, is_negated: bool) -> Result<(f64, Cow<'t, str>), String> {
    let text = text.trim_matches([' ', '\t']);
    let plain = undressed(text, form);
    let digits: Cow<'t, str> = match form.written {
        Written::Plain => plain,
        Written::Percent => {
            shifted(plain.trim_end_matches('%').trim_end(), -2).ok_or_else(|| no_number(text, form))?.into()
        }
        Written::Thousands => shifted(&plain, 3).ok_or_else(|| no_number(text, form))?.into(),
        Written::Millions => shifted(&plain, 6).ok_or_else(|| no_number(text, form))?.into(),
        Written::Clock => clock(&plain).ok_or_else(|| format!("`{text}` is no time such as 1:02:03"))?.into(),
    };
    let digits = if is_negated { negated(digits) } else { digits };
    let value = parsed(&digits).ok_or_else(|| no_number(text, form))?;
    let Range { low, high } = form.range;
    if low.is_some_and(|low| value < low) || high.is_some_and(|high| value > high) {
        let end = |end: Option<f64>| end.map_or("any".to_owned(), |end| end.to_string());
        return Err(format!("{digits} lies outside of its range, {} to {}", end(low), end(high)));
    }
    // A zero has no sign.
    Ok((value + 0.0, if value == 0.0 { Cow::Borrowed("0") } else { digits }))
}

fn no_number(text: &str, form: &Form<'_>) -> String {
    if text.is_empty() {
        return "an empty cell is no number: say under `missing` or `failed` what it means".to_owned();
    }
    match form.csv.and_then(|csv| other_sign(text, csv)) {
        Some(',') => format!(
            "`{text}` is no number where a point is the decimal sign: say `decimal: \",\"`, or `grouping: \",\"` where commas \
             stand between thousands"
        ),
        Some(_) => format!(
            "`{text}` is no number where a comma is the decimal sign: leave `decimal` out, or say `grouping: \".\"` where points \
             stand between thousands"
        ),
        None => format!("`{text}` is no number: say under `missing` or `failed` where it means something else"),
    }
}

/// The decimal sign by which the text would be a number, where it is not that of the dialect.
fn other_sign(text: &str, csv: &Csv) -> Option<char> {
    let other = if csv.decimal == '.' { ',' } else { '.' };
    let (whole, fraction) = text.trim_end_matches(['%', ' ']).split_once(other)?;
    let is_number = csv.grouping.is_none() && parsed(&format!("{whole}.{fraction}")).is_some();
    is_number.then_some(other)
}

/// The text with a point as its decimal sign and nothing between thousands.
fn undressed<'t>(text: &'t str, form: &Form<'_>) -> Cow<'t, str> {
    let Some(csv) = form.csv.filter(|csv| csv.decimal != '.' || csv.grouping.is_some()) else { return text.into() };
    let letters = text.chars().filter(|letter| csv.grouping != Some(*letter));
    // A point that is no decimal sign stays what it is not.
    let letter = |letter: char| match letter {
        '.' if csv.decimal != '.' => '?',
        letter if letter == csv.decimal => '.',
        letter => letter,
    };
    letters.map(letter).collect::<String>().into()
}

/// The number of digits, a point and an exponent; of no other text (`inf`, `nan`).
fn parsed(text: &str) -> Option<f64> {
    let may_stand = |byte: &u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
    let is_plain = text.bytes().all(|byte| may_stand(&byte));
    text.parse().ok().filter(|value: &f64| is_plain && value.is_finite())
}

/// The digits with another exponent; nothing where they are no number.
fn shifted(text: &str, by: i32) -> Option<String> {
    let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent: i32 = exponent.parse().ok()?;
    parsed(digits)?;
    Some(format!("{digits}e{}", exponent.saturating_add(by)))
}

fn negated(digits: Cow<'_, str>) -> Cow<'_, str> {
    match digits.strip_prefix('-') {
        Some(rest) => rest.to_owned().into(),
        None => format!("-{}", digits.trim_start_matches('+')).into(),
    }
}

/// Seconds of `h:mm:ss` or `mm:ss`, with a fraction of the seconds or without.
fn clock(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(':').collect();
    let whole = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<u64>().ok()).flatten();
    let (hours, minutes, seconds) = match parts.as_slice() {
        [hours, minutes, seconds] => (whole(hours)?, whole(minutes)?, *seconds),
        [minutes, seconds] => (0, whole(minutes)?, *seconds),
        _ => return None,
    };
    let (full, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    let full = whole(full).filter(|full| *full < 60 && full.to_string().len() <= 2)?;
    let is_fraction = fraction.bytes().all(|byte| byte.is_ascii_digit());
    if !is_fraction || (parts.len() == 3 && minutes >= 60) {
        return None;
    }
    let total = hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?.checked_add(full)?;
    Some(if fraction.is_empty() { total.to_string() } else { format!("{total}.{fraction}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, written: Written) -> Result<f64, String> {
        let (value, digits) = number(text, &Form { written, range: Range::ANY, csv: None }, false)?;
        assert_eq!(digits.parse::<f64>().expect("digits"), value, "{text}");
        Ok(value)
    }

    #[test]
    fn numbers_are_read_as_they_are_written_to_the_last_bit() {
        assert_eq!(read("93.4%", Written::Percent), Ok(0.934));
        assert_eq!(read("7 %", Written::Percent), Ok(0.07));
        assert_eq!(read("1.2e1", Written::Percent), Ok(0.12));
        assert_eq!(read("4.3", Written::Millions), Ok(4_300_000.0));
        assert_eq!(read("1:02:03.5", Written::Clock), Ok(3723.5));
        assert_eq!(read("90:07", Written::Clock), Ok(5407.0));
        assert_eq!(read(" -0.0 ", Written::Plain).map(f64::to_bits), Ok(0.0_f64.to_bits()));
    }

    #[test]
    fn what_is_no_finite_number_is_refused() {
        for text in ["", "inf", "nan", "NaN", "-Infinity", "1,5", "0x1", "1e999", "1.2.3", "N/A", "infinity"] {
            assert!(read(text, Written::Plain).is_err(), "{text}");
        }
        for text in ["1:60", "1:60:00", "1", "a:10", "1:2:3:4", "1:-2"] {
            assert!(read(text, Written::Clock).is_err(), "{text}");
        }
    }

    #[test]
    fn a_number_with_the_other_decimal_sign_is_told_from_a_word() {
        let point =
            Csv { separator: ',', decimal: '.', grouping: None, header: true, index: String::new(), is_latin: false };
        let comma = Csv { separator: ';', decimal: ',', ..point.clone() };
        let why = |text: &str, csv: &Csv, written: Written| {
            let form = Form { written, range: Range::ANY, csv: Some(csv) };
            number(text, &form, false).expect_err("no number")
        };
        for written in [Written::Plain, Written::Percent] {
            assert!(why("90,13 %", &point, Written::Percent).contains("say `decimal: \",\"`"));
            assert!(why("90,13", &point, written).contains("say `decimal: \",\"`"));
            assert!(why("90.13", &comma, written).contains("leave `decimal` out"));
            for text in ["OOM", "1,2,3", "1,2.3"] {
                assert!(why(text, &point, written).contains("under `missing` or `failed`"), "{text}");
            }
        }
        let grouped = Csv { grouping: Some('.'), ..comma };
        assert!(why("OOM", &grouped, Written::Plain).contains("under `missing` or `failed`"));
    }

    #[test]
    fn decimal_signs_and_groups_are_those_of_the_dialect_alone() {
        let csv = Csv {
            separator: ';',
            decimal: ',',
            grouping: Some('.'),
            header: true,
            index: String::new(),
            is_latin: false,
        };
        let form = Form { written: Written::Plain, range: Range::ANY, csv: Some(&csv) };
        assert_eq!(number("1.234,5", &form, false).map(|found| found.0), Ok(1234.5));
        let plain = Csv { grouping: None, ..csv.clone() };
        let form = Form { csv: Some(&plain), ..form };
        assert!(number("1.5", &form, false).is_err(), "a point is no decimal sign there");
        assert_eq!(number("1,5", &form, true).map(|found| found.0), Ok(-1.5));
    }
}
