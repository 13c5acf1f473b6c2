//! JSON for people and machines: indented, but rows of plain numbers or words stay on one line.

use serde_json::Value;

/// The value as text, ending in a line feed; keys in the order of the value's map (sorted).
pub(super) fn pretty(value: &Value) -> String {
    let mut text = String::new();
    write(value, 0, &mut text);
    text.push('\n');
    text
}

fn write(value: &Value, depth: usize, text: &mut String) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => text.push_str(&value.to_string()),
        Value::Array(items) if items.iter().all(is_row) => write_line(value, text),
        Value::Array(items) => write_all(items.iter().map(|item| (None, item)), ['[', ']'], depth, text),
        Value::Object(map) if map.is_empty() => text.push_str("{}"),
        Value::Object(map) => {
            // serde_json's map is sorted only while no crate in the build turns on `preserve_order`: sort here.
            let mut entries: Vec<_> = map.iter().map(|(key, item)| (Some(key), item)).collect();
            entries.sort_by_key(|(key, _)| *key);
            if entries.len() <= 3 && map.values().all(Value::is_number) {
                let entries =
                    entries.iter().map(|(key, item)| format!("{}: {item}", quoted(key.map_or("", |key| key))));
                text.push_str(&format!("{{{}}}", entries.collect::<Vec<_>>().join(", ")));
            } else {
                write_all(entries.into_iter(), ['{', '}'], depth, text);
            }
        }
    }
}

/// Plain values, and arrays of them, one after another.
fn write_line(value: &Value, text: &mut String) {
    let Value::Array(items) = value else {
        text.push_str(&value.to_string());
        return;
    };
    text.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        write_line(item, text);
    }
    text.push(']');
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
    fn arrays_of_numbers_and_small_records_stay_on_one_line_and_the_text_reads_back() {
        let value = json!({"b": [1.5, 2], "a": [{"low": 0.1, "high": 2.0}, {"x\"": "y"}], "c": {}, "d": [], "e": [[1, 2], [3, 4]]});
        let text = pretty(&value);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[2], "    {\"high\": 2.0, \"low\": 0.1},", "{text}");
        assert!(lines.contains(&"  \"b\": [1.5, 2],"), "{text}");
        assert!(lines.contains(&"  \"e\": [[1, 2], [3, 4]]"), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).expect("own text"), value);
    }
}
