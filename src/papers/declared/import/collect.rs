//! Records become columns: each cell is read once, and every mistake is noted with its place.

use std::collections::BTreeMap;

use super::found::Found;
use super::mistake::Mistakes;
use super::number::{Form, number};
use super::plan::Plan;
use super::stored::{Coded, Stored, StoredColumn};
use crate::settings::{Holds, Members};

/// Most fields that are wanted of a file: a manifest with more is refused.
pub(crate) const MOST_FIELDS: usize = 64;

/// What stands for a field that a record of JSON has not.
const ABSENT: &str = "absent";

/// Columns that grow.
pub(super) struct Collector<'p> {
    pub(super) plan: &'p Plan<'p>,
    /// Of each key the place of each row's member.
    pub(super) keys: Vec<Labels>,
    columns: Vec<Cells>,
    /// Where each row stands.
    pub(super) lines: Vec<u32>,
    pub(super) files: Vec<u16>,
    /// The step of each row, where there are steps.
    pub(super) steps: Vec<f64>,
    /// A digest of the numbers of each row, those of steps apart.
    pub(super) prints: Vec<u64>,
    /// Rows that lost numbers, each with the place of the reason.
    pub(super) lost: Vec<(u32, u16)>,
    /// For each reason the columns that it takes.
    taken: Vec<Vec<usize>>,
    file: u16,
    is_first: bool,
    pub(super) mistakes: Mistakes,
}

/// Words by number, in the order in which they came or were declared.
#[derive(Default)]
pub(super) struct Labels {
    pub(super) codes: Vec<u32>,
    places: BTreeMap<String, u32>,
    /// Whether a word that is not there is added.
    grows: bool,
    last: Option<(String, u32)>,
}

enum Cells {
    Numbers(String),
    Flags(String),
    Words(Labels),
}

impl Labels {
    fn of(declared: Option<&[String]>) -> Self {
        let places = declared.into_iter().flatten().enumerate().map(|(at, label)| (label.clone(), at as u32)).collect();
        Self { places, grows: declared.is_none(), ..Self::default() }
    }

    fn code(&mut self, label: &str) -> Option<u32> {
        if let Some((last, code)) = &self.last
            && last == label
        {
            return Some(*code);
        }
        let next = self.places.len() as u32;
        let code = match self.places.get(label) {
            Some(code) => *code,
            None if self.grows => *self.places.entry(label.to_owned()).or_insert(next),
            None => return None,
        };
        self.last = Some((label.to_owned(), code));
        Some(code)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// The label of a code: looked for, since it is asked for only where something is named.
    pub(super) fn label(&self, code: u32) -> Option<&str> {
        self.places.iter().find(|(_, place)| **place == code).map(|(label, _)| label.as_str())
    }

    /// The labels in the order of their codes.
    pub(super) fn labels(&self) -> Vec<&str> {
        let mut labels = vec![""; self.places.len()];
        self.places.iter().for_each(|(label, code)| labels[*code as usize] = label);
        labels
    }
}

impl<'p> Collector<'p> {
    pub(super) fn new(plan: &'p Plan<'p>) -> Self {
        let keys = plan.keys.iter().map(|key| Labels::of(key.members.declared())).collect();
        let cells = plan.study.rows.iter().map(|column| match &column.holds {
            Holds::Number { .. } => Cells::Numbers(String::new()),
            Holds::Flag => Cells::Flags(String::new()),
            Holds::Word => Cells::Words(Labels::of(None)),
        });
        let is_number = |column: &usize| matches!(plan.study.rows[*column].holds, Holds::Number { .. });
        let numbers: Vec<usize> =
            (0..plan.study.rows.len()).filter(is_number).filter(|at| plan.step != Some(*at)).collect();
        let taken = plan.of_lost.iter().map(|fields| {
            let reads = |column: &&usize| fields.iter().any(|(field, _)| *field == plan.of_columns[**column]);
            let own: Vec<usize> = numbers.iter().filter(reads).copied().collect();
            if own.is_empty() { numbers.clone() } else { own }
        });
        Self {
            plan,
            keys,
            columns: cells.collect(),
            lines: Vec::new(),
            files: Vec::new(),
            steps: Vec::new(),
            prints: Vec::new(),
            lost: Vec::new(),
            taken: taken.collect(),
            file: 0,
            is_first: true,
            mistakes: Mistakes::default(),
        }
    }

    /// The records that follow are of another file.
    pub(super) fn begin(&mut self, file: usize) {
        self.file = u16::try_from(file).unwrap_or(u16::MAX);
        self.is_first = true;
    }

    /// One record: the text of every wanted field with its column, in the order of the plan. Whether to go on with the file.
    pub(super) fn record<'t>(
        &mut self,
        line: usize,
        fields: impl Iterator<Item = Option<(&'t str, usize)>>,
        mistakes: &mut Mistakes,
    ) -> bool {
        // Most tables have few columns that are wanted.
        let mut found: [(&str, usize); MOST_FIELDS] = [("", 1); MOST_FIELDS];
        let mut count = 0;
        for field in fields.take(found.len()) {
            found[count] = field.unwrap_or((ABSENT, 0));
            count += 1;
        }
        let found = &found[..count];
        let before = mistakes.count();
        let row = self.lines.len() as u32;
        let mut lost = 0_u64;
        for (reason, fields) in self.plan.of_lost.iter().enumerate() {
            if all_hold(fields, found) {
                self.lost.push((row, reason as u16));
                lost |= self.taken[reason].iter().fold(0, |bits, column| bits | 1 << column);
            }
        }
        let codes = self.keys_of(found, line, mistakes);
        let has_no_key = mistakes.count() > before;
        let numbers = self.cells_of(found, lost, line, mistakes);
        if mistakes.count() > before {
            self.lost.retain(|(lost, _)| *lost != row);
            self.prints.truncate(row as usize);
            self.steps.truncate(row as usize);
            let is_header = self.is_first && has_no_key && numbers == Numbers::None;
            self.is_first = false;
            if is_header {
                mistakes.cut(before);
                mistakes.add(
                    line,
                    1,
                    "no key and no number stands here: a file has one line of headers, keep only that",
                );
            }
            return !is_header;
        }
        self.is_first = false;
        for (key, code) in self.keys.iter_mut().zip(codes) {
            key.codes.push(code);
        }
        self.lines.push(line as u32);
        self.files.push(self.file);
        true
    }

    fn keys_of(&mut self, found: &[(&str, usize)], line: usize, mistakes: &mut Mistakes) -> Vec<u32> {
        let mut codes = Vec::with_capacity(self.keys.len());
        for (place, key) in self.plan.keys.iter().enumerate() {
            let Some(field) = self.plan.of_keys[place] else {
                codes.push(self.lines.len() as u32);
                continue;
            };
            let (text, at) = found[field];
            let text = text.trim();
            let map = self.plan.import.names.get(&key.name);
            let label = map.and_then(|map| map.get(text)).map_or(text, String::as_str);
            let name = &key.name;
            if at == 0 {
                mistakes.add(line, 1, format!("{name}: there is no field `{}`", self.plan.fields[field]));
            } else if label.is_empty() || label.contains('\n') {
                mistakes.add(line, at, format!("{name}: an empty cell, or one of several lines, tells no rows apart"));
            } else if let Some(code) = self.keys[place].code(label) {
                codes.push(code);
            } else {
                let known = key.members.declared().unwrap_or_default();
                let known: Vec<&str> = known.iter().take(12).map(String::as_str).collect();
                mistakes.add(line, at, format!("{name}: `{label}` is none of its members ({}, ..)", known.join(", ")));
            }
        }
        codes
    }

    /// Read the cells of the columns, of which those in `lost` hold nothing. Where there is a mistake, the columns are of no use.
    fn cells_of(&mut self, found: &[(&str, usize)], lost: u64, line: usize, mistakes: &mut Mistakes) -> Numbers {
        let mut print = 0_u64;
        let mut seen = Numbers::Unknown;
        for (place, column) in self.plan.study.rows.iter().enumerate() {
            let field = self.plan.of_columns[place];
            let (text, at) = found[field];
            let name = &column.name;
            match (&column.holds, &mut self.columns[place]) {
                (Holds::Number { unit: _, range, written, negated }, Cells::Numbers(cells)) => {
                    if lost >> place & 1 == 1 {
                        cells.push_str("- ");
                        print = mixed(print, u64::MAX);
                        seen = Numbers::Some;
                        continue;
                    }
                    let is_negated = negated.is_some() && all_hold(&self.plan.of_negated[place], found);
                    let form = Form { written: *written, range: *range, csv: self.plan.csv() };
                    match number(text, &form, is_negated) {
                        Ok((value, digits)) => {
                            cells.push_str(&digits);
                            cells.push(' ');
                            seen = Numbers::Some;
                            match self.plan.step == Some(place) {
                                true => self.steps.push(value),
                                false => print = mixed(print, value.to_bits()),
                            }
                        }
                        Err(_) if at == 0 => {
                            let field = &self.plan.fields[field];
                            let what = format!(
                                "{name}: there is no field `{field}`; say `{ABSENT}` under `missing` or `failed`"
                            );
                            mistakes.add(line, 1, what);
                        }
                        Err(why) => {
                            if seen == Numbers::Unknown {
                                seen = Numbers::None;
                            }
                            mistakes.add(line, at, format!("{name}: {why}"));
                        }
                    }
                }
                (Holds::Flag, Cells::Flags(cells)) => match text.trim() {
                    "true" | "True" | "TRUE" | "1" => cells.push('1'),
                    "false" | "False" | "FALSE" | "0" => cells.push('0'),
                    other => mistakes.add(line, at.max(1), format!("{name}: `{other}` is neither true nor false")),
                },
                (Holds::Word, Cells::Words(labels)) => match labels.code(text.trim()) {
                    Some(code) if at > 0 && !text.contains('\n') => labels.codes.push(code),
                    _ => mistakes.add(line, at.max(1), format!("{name}: no word of one line stands here")),
                },
                _ => unreachable!("cells are made for their columns"),
            }
        }
        self.prints.push(print);
        seen
    }

    /// What was read; or every mistake.
    pub(super) fn finish(self, found: Found) -> Result<Stored, Mistakes> {
        if !self.mistakes.is_empty() {
            return Err(self.mistakes);
        }
        let coded =
            |labels: &Labels, keeps: bool| Coded::of(&labels.codes, if keeps { labels.labels() } else { Vec::new() });
        let keys =
            self.keys.iter().zip(&self.plan.keys).map(|(labels, key)| coded(labels, key.members == Members::Any));
        let keys = keys.collect();
        let rows = self.lines.len();
        let columns = self.columns.into_iter().map(|cells| match cells {
            Cells::Numbers(mut text) => {
                text.pop();
                StoredColumn::Numbers(text)
            }
            Cells::Flags(text) => StoredColumn::Flags(text),
            Cells::Words(labels) => StoredColumn::Words(coded(&labels, true)),
        });
        Ok(Stored { rows, keys, columns: columns.collect(), found })
    }
}

/// Whether each of the fields of a record has one of its texts.
fn all_hold(conditions: &[(usize, &[String])], found: &[(&str, usize)]) -> bool {
    conditions.iter().all(|(field, texts)| texts.iter().any(|text| text == found[*field].0.trim()))
}

/// Whether a record has any number where numbers are declared.
#[derive(Clone, Copy, PartialEq)]
enum Numbers {
    Unknown,
    None,
    Some,
}

/// A digest that goes on.
pub(super) fn mixed(print: u64, bits: u64) -> u64 {
    (print ^ bits).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29) ^ 0x5851_f42d_4c95_7f2d
}
