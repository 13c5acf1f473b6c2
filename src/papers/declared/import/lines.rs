//! A JSON object a line; fields by their path (`metrics.test`, `curve.0`).

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

use super::collect::Collector;
use super::mistake::Mistakes;
use super::plan::Plan;

/// Read all records.
pub(super) fn read(
    text: &str,
    plan: &Plan<'_>,
    constants: Option<&BTreeMap<String, String>>,
    collector: &mut Collector<'_>,
    mistakes: &mut Mistakes,
) {
    let mut fixed: Vec<Option<&str>> = vec![None; plan.fields.len()];
    for (name, value) in constants.into_iter().flatten() {
        if let Some(field) = plan.field_of(name) {
            fixed[field] = Some(value);
        }
    }
    let lines: Vec<&str> = text.split('\n').collect();
    let last = lines.len() - usize::from(lines.last().is_some_and(|line| line.is_empty()));
    for (place, line) in lines[..last].iter().enumerate() {
        let number = place + 1;
        let record: Value = match serde_json::from_str(line) {
            Ok(record @ Value::Object(_)) => record,
            Ok(_) => {
                mistakes.add(number, 1, "expected a JSON object");
                continue;
            }
            Err(error) => {
                mistakes.add(number, error.column().max(1), why(line, &error));
                continue;
            }
        };
        let found: Vec<Option<&Value>> = plan.fields.iter().map(|path| at(&record, path)).collect();
        let goes_on = match plan.import.arrays {
            false => one(number, &found, &fixed, collector, mistakes),
            true => many(number, &found, (&fixed, plan), collector, mistakes),
        };
        if !goes_on {
            return;
        }
    }
}

fn why(line: &str, error: &serde_json::Error) -> String {
    if line.trim().is_empty() {
        return "an empty line".to_owned();
    }
    if ["NaN", "Infinity"].iter().any(|word| line.contains(word)) {
        return "no JSON: NaN and Infinity are no numbers of JSON; write what failed in words, and say so under `failed`".to_owned();
    }
    format!("no JSON: {error}")
}

/// The value at a path; a name with dots wins over a path of that text.
fn at<'v>(record: &'v Value, path: &str) -> Option<&'v Value> {
    if let Some(found) = record.get(path) {
        return Some(found);
    }
    let (first, rest) = path.split_once('.')?;
    let inner = match record {
        Value::Array(items) => items.get(first.parse::<usize>().ok()?)?,
        other => other.get(first)?,
    };
    let in_list = |items: &'v Vec<Value>| items.get(rest.parse::<usize>().ok()?);
    inner.as_array().and_then(in_list).or_else(|| at(inner, rest))
}

/// A value as text; nothing where it is a list or an object.
fn text(value: &Value) -> Option<Cow<'_, str>> {
    Some(match value {
        Value::String(text) => Cow::Borrowed(text.as_str()),
        Value::Number(number) => Cow::Owned(number.to_string()),
        Value::Bool(true) => Cow::Borrowed("true"),
        Value::Bool(false) => Cow::Borrowed("false"),
        Value::Null => Cow::Borrowed("null"),
        Value::Array(_) | Value::Object(_) => return None,
    })
}

/// A record that is one row; whether to go on.
fn one(
    line: usize,
    found: &[Option<&Value>],
    fixed: &[Option<&str>],
    collector: &mut Collector<'_>,
    mistakes: &mut Mistakes,
) -> bool {
    let texts: Vec<Option<Cow<'_, str>>> = found.iter().map(|value| value.and_then(text)).collect();
    let fields = texts.iter().zip(fixed).map(|(found, fixed)| Some((fixed.or(found.as_deref())?, 1)));
    collector.record(line, fields, mistakes)
}

/// A record whose lists are one row an element; whether to go on.
fn many(
    line: usize,
    found: &[Option<&Value>],
    (fixed, plan): (&[Option<&str>], &Plan<'_>),
    collector: &mut Collector<'_>,
    mistakes: &mut Mistakes,
) -> bool {
    let mut lengths = found.iter().enumerate().filter_map(|(at, one)| Some((at, one.and_then(Value::as_array)?.len())));
    let Some((first, length)) = lengths.next() else {
        mistakes.add(line, 1, "no field is a list, and `arrays: true` says that some are");
        return true;
    };
    if let Some((other, another)) = lengths.find(|(_, other)| *other != length) {
        let names = [first, other].map(|at| &plan.fields[at]);
        mistakes.add(line, 1, format!("`{}` has {length} elements, and `{}` has {another}", names[0], names[1]));
        return true;
    }
    let counter = plan.step.map(|step| plan.of_columns[step]).filter(|field| found[*field].is_none());
    (0..length).all(|step| {
        let texts: Vec<Option<Cow<'_, str>>> = found
            .iter()
            .enumerate()
            .map(|(at, value)| match value {
                None if counter == Some(at) => Some(Cow::Owned(step.to_string())),
                Some(Value::Array(items)) => text(&items[step]),
                other => other.and_then(text),
            })
            .collect();
        let fields = texts.iter().zip(fixed).map(|(found, fixed)| Some((fixed.or(found.as_deref())?, 1)));
        collector.record(line, fields, mistakes)
    })
}
