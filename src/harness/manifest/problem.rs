//! Mistakes of a manifest, and the words in which they are reported.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::yaml::Value;
use renas_base::nearest::nearest;

/// One mistake: where, and what.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Line, from 1.
    pub line: usize,
    /// Path of the key (`claims[2].expectation`); empty for the whole text.
    pub path: String,
    /// What is wrong, and what was meant where that can be guessed.
    pub message: String,
    /// Of a name that is not known: what it names (`data set`). What to do about it depends on that.
    pub unknown: Option<&'static str>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, path, message, .. } = self;
        if path.is_empty() { write!(f, "{line}: {message}") } else { write!(f, "{line}: {path}: {message}") }
    }
}

/// Fewest lines that no file of a manifest has: a line of the second file is told from one of the first by so much.
pub(super) const FILE_LINES: usize = 1 << 20;

/// The line in its file.
pub(super) fn in_file(line: usize) -> usize {
    line % FILE_LINES
}

/// What was looked for while a text was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The keys that were looked for in each section, by its path; empty for the whole text.
    pub keys: BTreeMap<String, BTreeSet<String>>,
    /// The words of which one had to stand at a path.
    pub words: BTreeMap<String, Vec<String>>,
}

/// The mistakes found so far.
#[derive(Debug, Default)]
pub struct Problems {
    found: RefCell<Vec<Problem>>,
    /// Present where somebody wants to know what is looked for.
    asked: Option<RefCell<Asked>>,
}

impl Problems {
    /// None so far; what is looked for is noted, too.
    pub(super) fn noting() -> Self {
        Self { found: RefCell::default(), asked: Some(RefCell::default()) }
    }

    /// What was looked for; nothing where it was not to be noted.
    pub(super) fn into_asked(self) -> Asked {
        self.asked.map(RefCell::into_inner).unwrap_or_default()
    }

    /// These keys were looked for in a section.
    pub(super) fn note_keys(&self, path: &str, keys: &[String]) {
        if let Some(asked) = &self.asked {
            asked.borrow_mut().keys.entry(path.to_owned()).or_default().extend(keys.iter().cloned());
        }
    }

    /// One of these words had to stand there.
    pub(super) fn note_words(&self, path: &str, words: &[&str]) {
        if let Some(asked) = &self.asked {
            let words = words.iter().map(|word| (*word).to_owned()).collect();
            asked.borrow_mut().words.insert(path.to_owned(), words);
        }
    }

    /// Add a mistake.
    pub fn add(&self, line: usize, path: String, message: impl Into<String>) {
        self.push(Problem { line, path, message: message.into(), unknown: None });
    }

    /// Add a mistake.
    pub(super) fn push(&self, problem: Problem) {
        self.found.borrow_mut().push(problem);
    }

    /// Number of mistakes so far.
    pub fn count(&self) -> usize {
        self.found.borrow().len()
    }

    /// All mistakes by line, each once.
    pub fn into_sorted(self) -> Vec<Problem> {
        self.take_sorted()
    }

    /// The same; none are left.
    pub(super) fn take_sorted(&self) -> Vec<Problem> {
        let mut problems = self.found.take();
        problems.sort();
        problems.dedup();
        problems
    }
}

/// The nearest known name; where none is near, all of them, or how many there are.
pub fn suggestion<S: AsRef<str>>(name: &str, known: &[S]) -> String {
    if let Some(near) = nearest(name, known.iter().map(AsRef::as_ref)) {
        return format!("did you mean `{near}`?");
    }
    match known {
        [] => "none is known".to_owned(),
        _ if known.len() <= 12 => {
            let names: Vec<String> = known.iter().map(|name| format!("`{}`", name.as_ref())).collect();
            format!("known: {}", names.join(", "))
        }
        _ => format!("none of the {} known names is near", known.len()),
    }
}

/// A value in words, for messages that say what was found.
pub(super) fn found(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(flag) => format!("`{flag}`"),
        Value::Integer(number) => format!("the number {number}"),
        Value::Float(number) => format!("the number {number}"),
        Value::Text(text) if text.chars().count() > 40 => {
            format!("the text `{}...`", text.chars().take(40).collect::<String>())
        }
        Value::Text(text) => format!("the text `{text}`"),
        Value::Sequence(_) => "a list".to_owned(),
        Value::Mapping(_) => "a section".to_owned(),
    }
}
