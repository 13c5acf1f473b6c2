//! The keys of one mapping, while they are read: what is missing, is a duplicate or was not asked for is reported.

use std::fmt;
use std::ops::RangeInclusive;

use crate::manifest::decode::{ABSENT, Item};
use crate::manifest::problem::{Problems, in_file, suggestion};
use crate::manifest::yaml::Entry;

/// The keys of one mapping, while they are read.
#[derive(Debug)]
pub struct Section<'a> {
    /// Where keys are looked up, in this order.
    layers: Vec<Layer<'a>>,
    line: usize,
    path: String,
    problems: Option<&'a Problems>,
    asked: Vec<String>,
}

/// One mapping in which the keys of a section stand.
#[derive(Debug)]
pub(super) struct Layer<'a> {
    pub(super) entries: &'a [Entry],
    pub(super) path: String,
}

impl<'a> Section<'a> {
    pub(super) fn new(layers: Vec<Layer<'a>>, line: usize, path: String, problems: Option<&'a Problems>) -> Self {
        Self { layers, line, path, problems, asked: Vec::new() }
    }

    /// What `decode` makes of it; reports keys that stand twice, and keys that `decode` did not ask for.
    pub(super) fn read<T>(mut self, decode: impl FnOnce(&mut Section<'a>) -> T) -> T {
        self.report_duplicates();
        let decoded = decode(&mut self);
        if let Some(problems) = self.problems {
            problems.note_keys(&self.path, &self.asked);
        }
        self.report_unknown();
        decoded
    }

    /// A section without keys in the place of one that is not there.
    pub(crate) fn empty(&self, key: &str) -> Self {
        Self::new(Vec::new(), self.line, join(&self.path, key), self.problems)
    }

    /// The keys, in the order of the text, each once.
    pub fn keys(&self) -> Vec<&'a str> {
        let mut keys: Vec<&str> = Vec::new();
        for entry in self.layers.iter().flat_map(|layer| layer.entries) {
            if !keys.contains(&entry.key.as_str()) {
                keys.push(&entry.key);
            }
        }
        keys
    }

    /// Count every key as known: the section cannot be read, for a reason that is reported elsewhere.
    pub fn ignore_rest(&mut self) {
        self.asked.extend(self.keys().into_iter().map(str::to_owned));
    }

    /// The value of a key, where it is there; the key counts as known from now on.
    pub fn item(&mut self, key: &str) -> Option<Item<'a>> {
        self.asked.push(key.to_owned());
        let (path, entry) = self.find(key)?;
        Some(Item { node: &entry.value, line: entry.line, path, problems: self.problems })
    }

    /// The path and the entry of a key, from the first layer that has it.
    fn find(&self, key: &str) -> Option<(String, &'a Entry)> {
        self.layers.iter().find_map(|layer| {
            let entry = layer.entries.iter().find(|entry| entry.key == key)?;
            Some((join(&layer.path, key), entry))
        })
    }

    /// What `read` makes of the value of a key; a missing key is a mistake.
    pub fn required<T>(&mut self, key: &str, read: impl FnOnce(&Item<'a>) -> T) -> T {
        if let Some(item) = self.item(key) {
            return read(&item);
        }
        self.problem(key, "is missing");
        read(&Item { node: &ABSENT, line: 0, path: String::new(), problems: None })
    }

    /// What `read` makes of the value of a key, where it is there.
    pub fn optional<T>(&mut self, key: &str, read: impl FnOnce(&Item<'a>) -> T) -> Option<T> {
        self.item(key).map(|item| read(&item))
    }

    /// See `Item::text`.
    pub fn text(&mut self, key: &str) -> String {
        self.required(key, Item::text)
    }

    /// See `Item::flag`.
    pub fn flag(&mut self, key: &str) -> bool {
        self.required(key, Item::flag)
    }

    /// See `Item::integer`.
    pub fn integer<T>(&mut self, key: &str, range: RangeInclusive<T>) -> T
    where
        T: Copy + fmt::Display + PartialOrd + TryFrom<i128>,
    {
        self.required(key, |item| item.integer(range))
    }

    /// See `Item::number`.
    pub fn number(&mut self, key: &str, range: RangeInclusive<f64>) -> f64 {
        self.required(key, |item| item.number(range))
    }

    /// See `Item::choice`.
    pub fn choice<T: Copy>(&mut self, key: &str, choices: &[(&str, T)]) -> T {
        self.required(key, |item| item.choice(choices))
    }

    /// See `Item::known`.
    pub fn known<S: AsRef<str>>(&mut self, key: &str, kind: &'static str, known: &[S]) -> String {
        self.required(key, |item| item.known(kind, known))
    }

    /// See `Item::list`.
    pub fn list<T>(&mut self, key: &str, read: impl Fn(&Item<'a>) -> T) -> Vec<T> {
        self.required(key, |item| item.list(read))
    }

    /// See `Item::ascending`.
    pub fn ascending<T: PartialOrd>(&mut self, key: &str, read: impl Fn(&Item<'a>) -> T) -> Vec<T> {
        self.required(key, |item| item.ascending(read))
    }

    /// See `Item::distinct`.
    pub fn distinct<T: PartialEq>(&mut self, key: &str, read: impl Fn(&Item<'a>) -> T) -> Vec<T> {
        self.required(key, |item| item.distinct(read))
    }

    /// See `Item::range`.
    pub fn range<T: Copy + PartialOrd>(&mut self, key: &str, read: impl Fn(&Item<'a>) -> T) -> [T; 2] {
        self.required(key, |item| item.range(read))
    }

    /// See `Item::section`.
    pub fn section<T>(&mut self, key: &str, decode: impl FnOnce(&mut Section<'a>) -> T) -> T {
        self.required(key, |item| item.section(decode))
    }

    /// What `decode` makes of a section whose keys may also stand in `defaults`, which then need not be repeated.
    pub fn section_over<T>(&mut self, key: &str, defaults: &Item<'a>, decode: impl FnOnce(&mut Section<'a>) -> T) -> T {
        match self.item(key) {
            Some(item) => item.section_over(Some(defaults), decode),
            None => {
                let layers = defaults.layer().into_iter().collect();
                Section::new(layers, self.line, join(&self.path, key), self.problems).read(decode)
            }
        }
    }

    /// Report a mistake that concerns a key: a rule between several values, say. The line is the key's, where it is there.
    pub fn problem(&self, key: &str, message: impl Into<String>) {
        if let Some(problems) = self.problems {
            let (path, line) = match self.find(key) {
                Some((path, entry)) => (path, entry.line),
                None => (join(&self.path, key), self.line),
            };
            problems.add(line, path, message);
        }
    }

    /// Mistakes that were reported so far, anywhere in the text. Where reading some keys adds to them, rules between the
    /// values of these keys need no look: stand-ins may break them.
    pub fn mistakes(&self) -> usize {
        self.problems.map_or(0, Problems::count)
    }

    /// Whether anything was read since there were so many mistakes, and no mistake was found.
    pub fn is_sound_since(&self, mistakes: usize) -> bool {
        self.problems.is_some_and(|problems| problems.count() == mistakes)
    }

    fn report_duplicates(&self) {
        let Some(problems) = self.problems else { return };
        for Layer { entries, path } in &self.layers {
            for (index, entry) in entries.iter().enumerate() {
                if let Some(first) = entries[..index].iter().find(|earlier| earlier.key == entry.key) {
                    let message = format!("duplicate key, first on line {}", in_file(first.line));
                    problems.add(entry.line, join(path, &entry.key), message);
                }
            }
        }
    }

    fn report_unknown(&self) {
        let Some(problems) = self.problems else { return };
        for Layer { entries, path } in &self.layers {
            for entry in entries.iter().filter(|entry| !self.asked.contains(&entry.key)) {
                let message = format!("unknown key; {}", suggestion(&entry.key, &self.asked));
                problems.add(entry.line, join(path, &entry.key), message);
            }
        }
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}
