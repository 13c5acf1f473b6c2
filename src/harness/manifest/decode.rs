//! Reading typed values out of a tree, collecting every mistake instead of stopping at the first.
//!
//! A value that is missing or wrong is reported and replaced by a stand-in that is legal by its type and range, so that
//! reading goes on; the caller that opened the `Problems` refuses the whole text when there are any, and no stand-in gets out.
//! A section that was read reports the keys that nobody asked for.
//!
//! ```
//! use renas_harness::manifest::decode::{Item, Problems, read};
//!
//! struct Search { data: Vec<String>, population: usize, rate: f64, textbook: bool }
//!
//! let text = "data: [digits]\npopulation: many\nrate: 1.5\ntextbok: true\n";
//! let tree = renas_harness::manifest::yaml::parse(text).expect("valid YAML");
//! let problems = Problems::default();
//! let search = read(&tree, &problems, |section| Search {
//!     data: section.list("data", |item| item.known("data set", &["digits", "mnist"])),
//!     population: section.integer("population", 2..=10_000),
//!     rate: section.number("rate", 0.0..=1.0),
//!     textbook: section.optional("textbook", Item::flag).unwrap_or(true),
//! });
//! let messages: Vec<String> = problems.into_sorted().iter().map(|problem| problem.to_string()).collect();
//! assert_eq!(messages, [
//!     "2: population: expected a whole number, found the text `many`",
//!     "3: rate: 1.5 is not between 0 and 1",
//!     "4: textbok: unknown key; did you mean `textbook`?",
//! ]);
//! assert_eq!((search.population, search.rate), (2, 0.0)); // stand-ins: `search` must not be used
//! ```

mod section; // the keys of one mapping, while they are read

use std::fmt;
use std::ops::RangeInclusive;

pub use super::problem::{Asked, Problem, Problems};
use super::problem::{found, suggestion};
use super::yaml::{Node, Value};
use section::Layer;
pub use section::Section;

/// What `decode` makes of the section that is the whole tree.
pub fn read<'a, T>(tree: &'a Node, problems: &'a Problems, decode: impl FnOnce(&mut Section<'a>) -> T) -> T {
    let item = Item { node: tree, line: tree.line, path: String::new(), problems: Some(problems) };
    item.section(decode)
}

/// One value and its place; methods read it as a type.
#[derive(Clone, Debug)]
pub struct Item<'a> {
    pub(super) node: &'a Node,
    pub(super) line: usize,
    pub(super) path: String,
    /// Absent where a missing value is stood in for: what follows from it is not reported again.
    pub(super) problems: Option<&'a Problems>,
}

/// Stands for a missing value while its stand-in is made.
pub(super) const ABSENT: Node = Node { line: 0, column: 0, value: Value::Null };

impl<'a> Item<'a> {
    /// The line, from 1: of the key where the value belongs to one.
    pub fn line(&self) -> usize {
        self.line
    }

    /// Path of the key (`claims[2].expectation`).
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Report a mistake of this value.
    pub fn problem(&self, message: impl Into<String>) {
        self.report(message.into(), None);
    }

    fn report(&self, message: String, unknown: Option<&'static str>) {
        let Some(problems) = self.problems else { return };
        let line = if matches!(self.node.value, Value::Null | Value::Mapping(_)) { self.line } else { self.node.line };
        problems.push(Problem { line, path: self.path.clone(), message, unknown });
    }

    fn wrong_type(&self, expected: &str) {
        let quote = match (expected, &self.node.value) {
            ("text", Value::Bool(_) | Value::Integer(_) | Value::Float(_)) => "; put it in quotes if it is text",
            _ => "",
        };
        self.problem(format!("expected {expected}, found {}{quote}", found(&self.node.value)));
    }

    /// Text that is not blank, without white space around it. Stand-in: empty.
    pub fn text(&self) -> String {
        match &self.node.value {
            Value::Text(text) if text.trim().is_empty() => self.problem("is blank"),
            Value::Text(text) => return text.trim().to_owned(),
            _ => self.wrong_type("text"),
        }
        String::new()
    }

    /// A word, a number or a flag as text, empty or not. Stand-in: empty.
    pub fn words(&self) -> String {
        self.words_or_none().unwrap_or_default()
    }

    /// Like `words`, with nothing in the place of what is none.
    pub(super) fn words_or_none(&self) -> Option<String> {
        match &self.node.value {
            Value::Text(text) => Some(text.clone()),
            Value::Integer(number) => Some(number.to_string()),
            Value::Float(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Null | Value::Sequence(_) | Value::Mapping(_) => {
                self.wrong_type("a word, a number or a flag");
                None
            }
        }
    }

    /// The whole value as JSON; nothing (`null`) in it is a mistake. Stand-in: `false`.
    pub fn json(&self) -> serde_json::Value {
        json(self.node).unwrap_or_else(|| {
            self.problem("nothing stands where a value is needed, or a key stands twice");
            false.into()
        })
    }

    /// `true` or `false`. Stand-in: `false`.
    pub fn flag(&self) -> bool {
        match self.node.value {
            Value::Bool(flag) => flag,
            _ => {
                self.wrong_type("`true` or `false`");
                false
            }
        }
    }

    /// A whole number in a range. Stand-in: its start.
    pub fn integer<T>(&self, range: RangeInclusive<T>) -> T
    where
        T: Copy + fmt::Display + PartialOrd + TryFrom<i128>,
    {
        match self.node.value {
            Value::Integer(number) => match T::try_from(number) {
                Ok(number) if range.contains(&number) => return number,
                _ => self.problem(format!("{number} is not between {} and {}", range.start(), range.end())),
            },
            _ => self.wrong_type("a whole number"),
        }
        *range.start()
    }

    /// A number in a range, either end of which may be infinite. Stand-in: an end that is finite, else 0.
    pub fn number(&self, range: RangeInclusive<f64>) -> f64 {
        let (low, high) = (*range.start(), *range.end());
        let number = match self.node.value {
            Value::Integer(number) => number as f64,
            Value::Float(number) => number,
            _ => {
                self.wrong_type("a number");
                return number_stand_in(low, high);
            }
        };
        if number.is_finite() && range.contains(&number) {
            return number;
        }
        self.problem(match (low.is_finite(), high.is_finite()) {
            (true, true) => format!("{number} is not between {low} and {high}"),
            (true, false) => format!("{number} is not at least {low}"),
            (false, true) => format!("{number} is not at most {high}"),
            (false, false) => format!("{number} is not a finite number"),
        });
        number_stand_in(low, high)
    }

    /// The value of one of several words. Stand-in: the first. Panics where `choices` is empty.
    pub fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> T {
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        if let Some(problems) = self.problems {
            problems.note_words(&self.path, &words);
        }
        let chosen = self.known("choice", &words);
        choices.iter().find(|(word, _)| *word == chosen).map_or(choices[0].1, |(_, value)| *value)
    }

    /// A name that must be known; `kind` says what it names (`quantity`). Stand-in: the first known name, or empty.
    pub fn known<S: AsRef<str>>(&self, kind: &'static str, known: &[S]) -> String {
        let stand_in = || known.first().map(|name| name.as_ref().to_owned()).unwrap_or_default();
        self.known_or_none(kind, known).unwrap_or_else(stand_in)
    }

    /// Like `known`, with nothing in the place of what is not known: for names whose own mistakes follow from what they name.
    pub fn known_or_none<S: AsRef<str>>(&self, kind: &'static str, known: &[S]) -> Option<String> {
        let Value::Text(name) = &self.node.value else {
            self.wrong_type(&format!("the name of a {kind}"));
            return None;
        };
        if known.iter().any(|candidate| candidate.as_ref() == name) {
            return Some(name.clone());
        }
        self.report(format!("no {kind} `{name}`; {}", suggestion(name, known)), Some(kind));
        None
    }

    /// Every element of a list that is not empty, read by `read`. Stand-in: empty.
    pub fn list<T>(&self, read: impl Fn(&Item<'a>) -> T) -> Vec<T> {
        match &self.node.value {
            Value::Sequence(nodes) if nodes.is_empty() => self.problem("is an empty list"),
            Value::Sequence(nodes) => {
                let element = |(index, node): (usize, &'a Node)| {
                    let path = format!("{}[{index}]", self.path);
                    read(&Item { node, line: node.line, path, problems: self.problems })
                };
                return nodes.iter().enumerate().map(element).collect();
            }
            _ => self.wrong_type("a list"),
        }
        Vec::new()
    }

    /// A list whose elements ascend.
    pub fn ascending<T: PartialOrd>(&self, read: impl Fn(&Item<'a>) -> T) -> Vec<T> {
        let values = self.list(read);
        if values.windows(2).any(|pair| pair[0] >= pair[1]) {
            self.problem("must be in ascending order");
        }
        values
    }

    /// A list whose elements differ from each other.
    pub fn distinct<T: PartialEq>(&self, read: impl Fn(&Item<'a>) -> T) -> Vec<T> {
        let values = self.list(read);
        let repeated = |index: &usize| values[..*index].contains(&values[*index]);
        if let Some(index) = (0..values.len()).find(repeated) {
            self.problem(format!("element {} is a duplicate", index + 1));
        }
        values
    }

    /// A list of two values, the smaller one first; they may be equal.
    pub fn range<T: Copy + PartialOrd>(&self, read: impl Fn(&Item<'a>) -> T) -> [T; 2] {
        let mistakes = self.problems.map_or(0, Problems::count);
        let values = self.list(&read);
        if let [low, high] = values[..]
            && low <= high
        {
            return [low, high];
        }
        // What a list must be is said once.
        if self.problems.map_or(0, Problems::count) == mistakes {
            self.problem("must be two values, the smaller one first");
        }
        [read(&Item { node: &ABSENT, line: 0, path: String::new(), problems: None }); 2]
    }

    /// What `decode` makes of a section. Stand-in: what it makes of an empty one, in silence.
    ///
    /// Keys that stand twice are reported before, keys that `decode` did not ask for after it.
    pub fn section<T>(&self, decode: impl FnOnce(&mut Section<'a>) -> T) -> T {
        self.section_over(None, decode)
    }

    /// Like `section`; a key that is not there is read from `defaults`, a section elsewhere in the text.
    pub(super) fn section_over<T>(&self, defaults: Option<&Item<'a>>, decode: impl FnOnce(&mut Section<'a>) -> T) -> T {
        let own = self.layer();
        let problems = own.as_ref().and(self.problems);
        let layers = own.into_iter().chain(defaults.and_then(Item::layer)).collect();
        Section::new(layers, self.line, self.path.clone(), problems).read(decode)
    }

    fn layer(&self) -> Option<Layer<'a>> {
        match &self.node.value {
            Value::Mapping(entries) => Some(Layer { entries, path: self.path.clone() }),
            _ => {
                self.wrong_type("a section");
                None
            }
        }
    }
}

fn json(node: &Node) -> Option<serde_json::Value> {
    Some(match &node.value {
        Value::Null => return None,
        Value::Bool(flag) => (*flag).into(),
        Value::Integer(number) => i64::try_from(*number).ok()?.into(),
        Value::Float(number) => serde_json::Number::from_f64(*number)?.into(),
        Value::Text(text) => text.clone().into(),
        Value::Sequence(nodes) => nodes.iter().map(json).collect::<Option<Vec<_>>>()?.into(),
        Value::Mapping(entries) => {
            let mut map = serde_json::Map::new();
            for entry in entries {
                if map.insert(entry.key.clone(), json(&entry.value)?).is_some() {
                    return None;
                }
            }
            map.into()
        }
    })
}

fn number_stand_in(low: f64, high: f64) -> f64 {
    [low, high].into_iter().find(|end| end.is_finite()).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::yaml::parse;

    fn problems_of<T>(text: &str, decode: impl FnOnce(&mut Section<'_>) -> T) -> Vec<String> {
        let problems = Problems::default();
        read(&parse(text).expect("valid YAML"), &problems, decode);
        problems.into_sorted().iter().map(Problem::to_string).collect()
    }

    #[test]
    fn a_section_without_mistakes_reports_none() {
        let problems = problems_of("a: 1\nb: {c: word, d: [0.5, 2]}\n", |section| {
            assert_eq!(section.integer("a", 0..=u64::MAX), 1);
            section.section("b", |inner| {
                assert_eq!(inner.choice("c", &[("other", 1), ("word", 2)]), 2);
                assert_eq!(inner.list("d", |item| item.number(0.0..=f64::INFINITY)), [0.5, 2.0]);
            });
            assert_eq!(section.optional("e", Item::text), None);
        });
        assert_eq!(problems, [""; 0]);
    }

    #[test]
    fn every_kind_of_mistake_is_reported_in_one_pass_by_line() {
        let text = "a: -1\nb:\n  c: wrod\n  d: [0.5, x, -2]\n  c: word\ntitle: 1.10\nlast:\n";
        let problems = problems_of(text, |section| {
            section.integer("a", 0..=9_usize);
            section.section("b", |inner| {
                inner.choice("c", &[("word", 0), ("other", 1)]);
                inner.list("d", |item| item.number(0.0..=f64::INFINITY));
            });
            section.text("title");
            section.section("last", |inner| inner.text("never reported: the section itself is"));
            section.list("seeds", |item| item.integer(0..=u64::MAX));
        });
        assert_eq!(
            problems,
            [
                "1: a: -1 is not between 0 and 9",
                "1: seeds: is missing",
                "3: b.c: no choice `wrod`; did you mean `word`?",
                "4: b.d[1]: expected a number, found the text `x`",
                "4: b.d[2]: -2 is not at least 0",
                "5: b.c: duplicate key, first on line 3",
                "6: title: expected text, found the number 1.1; put it in quotes if it is text",
                "7: last: expected a section, found nothing",
            ]
        );
    }

    #[test]
    fn an_unknown_name_without_a_near_one_lists_what_is_known() {
        let problems = problems_of("x: zzzzzz\nyyyyyy: 1\n", |section| {
            section.known("x", "data set", &["digits", "mnist"]);
        });
        assert_eq!(
            problems,
            ["1: x: no data set `zzzzzz`; known: `digits`, `mnist`", "2: yyyyyy: unknown key; known: `x`"]
        );
    }

    #[test]
    fn keys_of_a_section_may_stand_in_its_defaults_and_mistakes_name_where_they_stand() {
        let text = "all: {a: 1, b: 2, c: x, z: 0}\nsome: {b: 3, d: 4}\n";
        let problems = problems_of(text, |section| {
            let defaults = section.item("all").expect("it is there");
            let read = |inner: &mut Section<'_>| ["a", "b", "c", "d", "e"].map(|key| inner.integer(key, 0..=3_u8));
            assert_eq!(section.section_over("some", &defaults, read), [1, 3, 0, 0, 0]);
            assert_eq!(section.section_over("none", &defaults, read), [1, 2, 0, 0, 0]);
        });
        assert_eq!(
            problems,
            [
                "1: all.c: expected a whole number, found the text `x`",
                "1: all.z: unknown key; known: `a`, `b`, `c`, `d`, `e`",
                "1: none.d: is missing",
                "1: none.e: is missing",
                "2: some.d: 4 is not between 0 and 3",
                "2: some.e: is missing",
            ]
        );
    }

    #[test]
    fn a_text_that_is_no_section_is_one_mistake() {
        assert_eq!(problems_of("", |section| section.text("a")), ["1: expected a section, found nothing"]);
        assert_eq!(problems_of("- a\n", |section| section.text("a")), ["1: expected a section, found a list"]);
    }
}
