//! Lines of fields, in a declared dialect.

use std::borrow::Cow;
use std::collections::BTreeMap;

use renas_harness::manifest::problem::suggestion;

use super::collect::Collector;
use super::mistake::Mistakes;
use super::plan::Plan;
use super::refuse;
use crate::pattern::Pattern;
use crate::settings::Csv;

/// Where a wanted field stands.
#[derive(Clone, Debug)]
enum Stands {
    /// In this column, from 0.
    Column(usize),
    /// Nowhere: it is the same in all records.
    Fixed(String),
}

impl Stands {
    /// The text of the field in a record, and its column.
    fn field<'a>(&'a self, fields: &'a [Field<'_>]) -> Option<(&'a str, usize)> {
        Some(match self {
            Self::Column(column) => (fields[*column].text.as_ref(), fields[*column].at),
            Self::Fixed(text) => (text.as_str(), 1),
        })
    }
}

/// A field of a record.
#[derive(Clone, Debug)]
pub(super) struct Field<'t> {
    pub(super) text: Cow<'t, str>,
    /// The column of its first character, from 1.
    pub(super) at: usize,
}

/// Read all records.
pub(super) fn read(
    text: &str,
    dialect: &Csv,
    plan: &Plan<'_>,
    constants: Option<&BTreeMap<String, String>>,
    collector: &mut Collector<'_>,
    mistakes: &mut Mistakes,
) {
    let mut records = Records { text, separator: dialect.separator as u8, at: 0, line: 1 };
    let mut fields: Vec<Field<'_>> = Vec::new();
    let (mut groups, mut width) = (Vec::new(), None);
    while let Some((line, read)) = records.next(&mut fields) {
        if let Err(why) = read {
            mistakes.add(line, 1, why);
            return;
        }
        if width.is_none() {
            let numbers: Vec<String> = (1..=fields.len()).map(|number| number.to_string()).collect();
            let named =
                |field: &Field<'_>| if field.text.is_empty() { dialect.index.clone() } else { field.text.to_string() };
            let names = if dialect.header { fields.iter().map(named).collect() } else { numbers };
            groups = match header(&names, plan, constants) {
                Ok(groups) => groups,
                Err(why) => return why.into_iter().for_each(|why| mistakes.add(line, 1, why)),
            };
            width = Some(fields.len());
            if dialect.header {
                continue;
            }
        }
        let width = width.unwrap_or_default();
        if fields.len() == 1 && fields[0].text.is_empty() && width > 1 {
            mistakes.add(line, 1, "an empty line");
            continue;
        }
        if fields.len() != width {
            mistakes.add(line, 1, format!("{} fields, and {width} were to be expected", fields.len()));
            continue;
        }
        for group in &groups {
            if !collector.record(line, group.iter().map(|one| one.field(&fields)), mistakes) {
                return;
            }
        }
    }
    if width.is_none() {
        mistakes.add(1, 1, "the file is empty");
    }
}

/// Where each wanted field stands; for a wide table once for each record that a line holds.
fn header(
    names: &[String],
    plan: &Plan<'_>,
    constants: Option<&BTreeMap<String, String>>,
) -> Result<Vec<Vec<Stands>>, Vec<String>> {
    let shown: Vec<&str> = names.iter().map(String::as_str).collect();
    if let Some(why) = refuse::header(&shown, &plan.fields) {
        return Err(vec![why]);
    }
    if names.iter().any(String::is_empty) {
        return Err(vec![
            "a column has no name: where it is the index, say what it is called (`index: NAME`)".to_owned(),
        ]);
    }
    let mut found: Vec<Option<Stands>> = vec![None; plan.fields.len()];
    let mut wrong = Vec::new();
    for (name, value) in constants.into_iter().flatten() {
        if let Some(field) = plan.field_of(name) {
            found[field] = Some(Stands::Fixed(value.clone()));
        }
    }
    for (field, name) in plan.fields.iter().enumerate() {
        let places: Vec<usize> = (0..names.len()).filter(|place| names[*place] == *name).collect();
        match places.as_slice() {
            [] => {}
            [place] if found[field].is_none() => found[field] = Some(Stands::Column(*place)),
            [_] => wrong.push(format!("`{name}` is a column, and the manifest says it is the same in the whole file")),
            [_, ..] => wrong.push(format!("{} columns are called `{name}`", places.len())),
        }
    }
    let groups = match plan.import.wide.is_empty() {
        true => vec![found],
        false => wide(names, plan, &found),
    };
    if groups.is_empty() {
        wrong.push(format!("no header is like `{}`", plan.import.wide));
    }
    let missing = |group: &Vec<Option<Stands>>| (0..group.len()).find(|field| group[*field].is_none());
    if let Some(field) = groups.iter().find_map(missing).filter(|_| wrong.is_empty()) {
        let name = &plan.fields[field];
        wrong.push(format!("no column `{name}`; {}", suggestion(name, names)));
    }
    match wrong.is_empty() {
        true => Ok(groups.into_iter().map(|group| group.into_iter().flatten().collect()).collect()),
        false => Err(wrong),
    }
}

/// The records of a line of a wide table: headers with the same keys are one.
fn wide(names: &[String], plan: &Plan<'_>, found: &[Option<Stands>]) -> Vec<Vec<Option<Stands>>> {
    let pattern = Pattern::parse(&plan.import.wide).expect("a pattern is looked at when the manifest is read");
    let mut groups: BTreeMap<Vec<(&str, &str)>, Vec<Option<Stands>>> = BTreeMap::new();
    for (place, name) in names.iter().enumerate() {
        let Some(mut keys) = pattern.captures(name) else { continue };
        let column = keys.iter().position(|(name, _)| *name == "column").map(|at| keys.remove(at).1);
        let free = || plan.study.rows.iter().find(|one| plan.field_of(&one.name).is_some_and(|at| found[at].is_none()));
        let column = column.or_else(|| free().map(|one| one.name.as_str()));
        // A header that names no column of ours is one that nobody wants.
        let Some(field) = column.and_then(|column| plan.field_of(column)) else { continue };
        let group = groups.entry(keys.clone()).or_insert_with(|| {
            let mut group = found.to_vec();
            for (key, value) in &keys {
                if let Some(field) = plan.field_of(key) {
                    group[field] = Some(Stands::Fixed((*value).to_owned()));
                }
            }
            group
        });
        group[field] = Some(Stands::Column(place));
    }
    groups.into_values().collect()
}

/// The records of a text.
struct Records<'t> {
    text: &'t str,
    separator: u8,
    at: usize,
    line: usize,
}

impl<'t> Records<'t> {
    /// The next record into `fields`, and the line that it begins in; an error in words where a quote is never closed.
    fn next(&mut self, fields: &mut Vec<Field<'t>>) -> Option<(usize, Result<(), String>)> {
        fields.clear();
        let bytes = self.text.as_bytes();
        if self.at >= bytes.len() {
            return None;
        }
        let (begin, line) = (self.at, self.line);
        loop {
            let start = self.at;
            let at = start - begin + 1;
            if bytes.get(start) == Some(&b'"') {
                match self.quoted() {
                    Ok(text) => fields.push(Field { text, at }),
                    Err(why) => return Some((line, Err(why))),
                }
            } else {
                let rest = &bytes[start..];
                let length = rest.iter().position(|byte| *byte == self.separator || *byte == b'\n');
                self.at = start + length.unwrap_or(rest.len());
                let text = self.text[start..self.at].trim_end_matches('\r');
                fields.push(Field { text: text.into(), at });
            }
            match bytes.get(self.at) {
                Some(byte) if *byte == self.separator => self.at += 1,
                Some(_) => {
                    self.at += 1;
                    self.line += 1;
                    return Some((line, Ok(())));
                }
                None => return Some((line, Ok(()))),
            }
        }
    }

    /// The field in quotes that begins here; afterwards the separator or the end of the line is next.
    fn quoted(&mut self) -> Result<Cow<'t, str>, String> {
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        let (mut at, mut has_doubled) = (start, false);
        loop {
            match bytes.get(at) {
                None => return Err("a quote is opened here and never closed".to_owned()),
                Some(b'"') if bytes.get(at + 1) == Some(&b'"') => {
                    has_doubled = true;
                    at += 2;
                }
                Some(b'"') => break,
                Some(byte) => {
                    self.line += usize::from(*byte == b'\n');
                    at += 1;
                }
            }
        }
        let inside = &self.text[start..at];
        self.at = at + 1;
        if bytes.get(self.at) == Some(&b'\r') {
            self.at += 1;
        }
        match bytes.get(self.at) {
            Some(byte) if *byte != self.separator && *byte != b'\n' => {
                Err("something follows a closed quote before the next separator".to_owned())
            }
            _ if has_doubled => Ok(inside.replace("\"\"", "\"").into()),
            _ => Ok(inside.into()),
        }
    }
}
