//! JSON for people and machines: indented, but what fits on a line stays on one.

use serde_json::{Map, Value};

/// The longest value, in bytes, that stands on one line.
const LINE: usize = 600;

/// The value as text, ending in a line feed; keys in ascending order.
///
/// What fits stands on one line, as rows of plain numbers or words do at any length: so a quantity is a line of a comparison.
pub(super) fn pretty(value: &Value) -> String {
    let mut text = String::new();
    write(value, 0, &mut text);
    text.push('\n');
    text
}

fn write(value: &Value, depth: usize, text: &mut String) {
    if depth > 0 {
        let start = text.len();
        write_line(value, text);
        if text.len() - start <= LINE || is_row(value) {
            return;
        }
        text.truncate(start);
    }
    match value {
        Value::Array(items) => write_all(items.iter().map(|item| (None, item)), ['[', ']'], depth, text),
        Value::Object(map) => write_all(sorted(map), ['{', '}'], depth, text),
        plain => text.push_str(&plain.to_string()),
    }
}

/// The entries in ascending order of key: serde_json's map is sorted only while no crate in the build turns on `preserve_order`.
fn sorted(map: &Map<String, Value>) -> impl Iterator<Item = (Option<&String>, &Value)> {
    let mut entries: Vec<_> = map.iter().map(|(key, item)| (Some(key), item)).collect();
    entries.sort_by_key(|(key, _)| *key);
    entries.into_iter()
}

/// The value on one line.
fn write_line(value: &Value, text: &mut String) {
    match value {
        Value::Array(items) => write_items(items.iter().map(|item| (None, item)), ['[', ']'], text),
        Value::Object(map) => write_items(sorted(map), ['{', '}'], text),
        plain => text.push_str(&plain.to_string()),
    }
}

fn write_items<'a>(
    items: impl Iterator<Item = (Option<&'a String>, &'a Value)>,
    brackets: [char; 2],
    text: &mut String,
) {
    text.push(brackets[0]);
    for (index, (key, item)) in items.enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        if let Some(key) = key {
            text.push_str(&format!("{}: ", quoted(key)));
        }
        write_line(item, text);
    }
    text.push(brackets[1]);
}

fn write_all<'a>(
    items: impl Iterator<Item = (Option<&'a String>, &'a Value)>,
    brackets: [char; 2],
    depth: usize,
    text: &mut String,
) {
    text.push(brackets[0]);
    for (index, (key, item)) in items.enumerate() {
        text.push_str(if index > 0 { ",\n" } else { "\n" });
        text.push_str(&"  ".repeat(depth + 1));
        if let Some(key) = key {
            text.push_str(&format!("{}: ", quoted(key)));
        }
        write(item, depth + 1, text);
    }
    text.push('\n');
    text.push_str(&"  ".repeat(depth));
    text.push(brackets[1]);
}

/// Whether the value is plain, or an array of plain values.
fn is_row(value: &Value) -> bool {
    is_plain(value) || value.as_array().is_some_and(|items| items.iter().all(is_plain))
}

fn quoted(key: &str) -> String {
    Value::from(key).to_string()
}

fn is_plain(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
        Value::Array(_) | Value::Object(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_fits_and_every_row_stands_on_one_line_and_the_text_reads_back() {
        let long = "x".repeat(LINE);
        let row: Vec<f64> = (0..LINE).map(|index| index as f64 / 8.0).collect();
        let value = json!({"b": row, "a": {"low": 0.1, "high": [[2.0]]}, "c": {}, "d": [{"y": long, "x\"": 1}, []]});
        let text = pretty(&value);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[1], "  \"a\": {\"high\": [[2.0]], \"low\": 0.1},", "{text}");
        assert!(lines[2].starts_with("  \"b\": [0.0, 0.125, ") && lines[2].ends_with("],"), "{text}");
        assert_eq!(lines[3..7], ["  \"c\": {},", "  \"d\": [", "    {", "      \"x\\\"\": 1,"], "{text}");
        assert_eq!(lines[9..], ["    []", "  ]", "}"], "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).expect("own text"), value);
    }
}
