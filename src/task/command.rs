//! A command of any language: a request in, rows of numbers out. The harness runs it itself, in a folder of its own.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use renas_base::digest::Digest;

/// What stands in arguments for the path of the request, and for that of the rows.
pub const REQUEST: &str = "{request}";
/// See `REQUEST`.
pub const ROWS: &str = "{rows}";

/// One run of a command.
///
/// It answers a curve per column: the numbers of its rows, in their order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// The program and its arguments.
    pub argv: Vec<String>,
    /// All that lies in its folder, by path.
    pub files: BTreeMap<String, Digest>,
    /// Variables of its environment beside those that every command has.
    pub variables: BTreeMap<String, String>,
    /// The request.
    pub request: Request,
    /// The columns of its rows, and what their numbers can be.
    pub columns: BTreeMap<String, Bounds>,
}

/// What a command reads at the path of the request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// What the manifest says, and the members of keys that this run is of.
    pub config: BTreeMap<String, Value>,
    /// Paths of data by name.
    pub data: BTreeMap<String, String>,
    /// The seed, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

/// The least and the greatest number of a column, where it has such.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// The least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// The greatest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
}

impl Bounds {
    /// Whether a number is one of the column's.
    pub fn hold(&self, number: f64) -> bool {
        number.is_finite() && self.low.is_none_or(|low| number >= low) && self.high.is_none_or(|high| number <= high)
    }
}

impl Command {
    /// The rows of a text, by column; an error in words where they are not as they were declared.
    pub fn rows(&self, text: &[u8]) -> Result<BTreeMap<String, Vec<f64>>, String> {
        let mut columns: BTreeMap<String, Vec<f64>> =
            self.columns.keys().map(|name| (name.clone(), Vec::new())).collect();
        let text = std::str::from_utf8(text).map_err(|_| "its rows are not UTF-8".to_owned())?;
        let Some(whole) = text.strip_suffix('\n') else {
            return Err(match text {
                "" => "it wrote no row".to_owned(),
                _ => format!("its row {} is cut off: a line ends in a line feed", text.lines().count()),
            });
        };
        for (place, line) in whole.split('\n').enumerate() {
            let row = place + 1;
            let found: BTreeMap<String, Value> = serde_json::from_str(line).map_err(|error| {
                let is_no_number = ["NaN", "Infinity"].iter().any(|word| line.contains(word));
                match is_no_number {
                    true => format!("its row {row} holds NaN or an infinity, which are no numbers"),
                    false => format!("its row {row} is no JSON object: {error}"),
                }
            })?;
            if let Some(name) = found.keys().find(|name| !columns.contains_key(*name)) {
                return Err(format!("its row {row} has a column `{name}`, which the manifest does not declare"));
            }
            for (name, cells) in &mut columns {
                let number = match found.get(name) {
                    None => return Err(format!("its row {row} has no `{name}`")),
                    Some(Value::Bool(flag)) => Some(f64::from(u8::from(*flag))),
                    Some(value) => value.as_f64(),
                };
                let number = number.ok_or_else(|| format!("`{name}` of its row {row} is no number"))?;
                if !self.columns[name].hold(number) {
                    return Err(format!(
                        "`{name}` of its row {row} is {number}, outside of the range that is declared"
                    ));
                }
                cells.push(number);
            }
        }
        Ok(columns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command() -> Command {
        let share = Bounds { low: Some(0.0), high: Some(1.0) };
        Command {
            argv: vec!["python3".to_owned(), "trial.py".to_owned(), REQUEST.to_owned(), ROWS.to_owned()],
            files: BTreeMap::from([("trial.py".to_owned(), Digest::of(b"program"))]),
            variables: BTreeMap::new(),
            request: Request {
                config: BTreeMap::from([("method".to_owned(), "random".into())]),
                data: BTreeMap::new(),
                seed: Some(3),
            },
            columns: BTreeMap::from([("step".to_owned(), Bounds::default()), ("test".to_owned(), share)]),
        }
    }

    /// Keys of stored trials hang on it.
    #[test]
    fn the_canonical_json_of_a_command_is_pinned() {
        let digest = Digest::of_value(&crate::Task::Command(command())).expect("finite numbers").to_string();
        assert_eq!(digest, "217dd190c3df7f0ccd1d7c05cfb48823770a7272f2c0f6e0dd036f69c088852b");
    }

    #[test]
    fn rows_are_read_by_column() {
        let rows = command().rows(b"{\"step\": 0, \"test\": 0.5}\n{\"test\": true, \"step\": 1}\n").expect("sound");
        assert_eq!((rows["step"].as_slice(), rows["test"].as_slice()), (&[0.0, 1.0][..], &[0.5, 1.0][..]));
    }

    #[test]
    fn rows_that_are_not_as_declared_are_refused_in_words() {
        for (text, why) in [
            ("", "it wrote no row"),
            ("{\"step\": 0, \"test\": 0.5}\n{\"step\": 1", "its row 2 is cut off: a line ends in a line feed"),
            ("{\"step\": 0, \"test\": NaN}\n", "its row 1 holds NaN or an infinity, which are no numbers"),
            ("{\"step\": 0}\n", "its row 1 has no `test`"),
            (
                "{\"step\": 0, \"test\": 0, \"tset\": 1}\n",
                "its row 1 has a column `tset`, which the manifest does not declare",
            ),
            ("{\"step\": 0, \"test\": \"0\"}\n", "`test` of its row 1 is no number"),
            ("{\"step\": 0, \"test\": 1.5}\n", "`test` of its row 1 is 1.5, outside of the range that is declared"),
        ] {
            assert_eq!(command().rows(text.as_bytes()), Err(why.to_owned()));
        }
        assert!(command().rows(b"[1, 2]\n").expect_err("a list").starts_with("its row 1 is no JSON object"));
    }
}
