//! What a verification found, told as it is found and counted.

use serde::Serialize;
use serde_json::{Value, json};

use crate::report_folder::SUMS;

/// How many things were checked, sound or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// Objects of the store that were hashed.
    pub objects: usize,
    /// Step records of the store that were hashed.
    pub records: usize,
    /// Files that a `SHA256SUMS` promises.
    pub report_files: usize,
    /// Experiments whose reports were rebuilt from their evidence.
    pub reports: usize,
    /// Lock files that were compared.
    pub locks: usize,
    /// Trials that lock files promise.
    pub trials: usize,
    /// Trials that were computed again.
    pub trials_again: usize,
    /// Records that runs left which were cut off.
    pub unfinished: usize,
}

impl Checked {
    fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

/// What a verification says, as it finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'l> {
    /// Something is as promised, or was merely seen.
    Fine(&'l str),
    /// A promise is not kept.
    Differs(&'l str),
}

/// What was found.
pub struct Found<'t> {
    tell: &'t mut dyn FnMut(Line<'_>),
    lines: Vec<String>,
    differences: Vec<String>,
    /// What was checked.
    pub checked: Checked,
}

impl<'t> Found<'t> {
    /// Nothing yet; each line is told when it is found.
    pub fn new(tell: &'t mut dyn FnMut(Line<'_>)) -> Self {
        Self { tell, lines: Vec::new(), differences: Vec::new(), checked: Checked::default() }
    }

    /// Something is as promised, or was merely seen.
    pub(super) fn fine(&mut self, line: String) {
        (self.tell)(Line::Fine(&line));
        self.lines.push(line);
    }

    /// A promise is not kept.
    pub fn differs(&mut self, line: String) {
        (self.tell)(Line::Differs(&line));
        self.differences.push(line);
    }

    /// The number of promises that were not kept so far.
    pub fn count(&self) -> usize {
        self.differences.len()
    }

    /// Whether nothing was there to be checked, and nothing missing that was promised.
    pub fn is_nothing(&self) -> bool {
        self.checked.is_nothing() && self.differences.is_empty()
    }

    /// The answer for machines.
    pub fn json(&self) -> Value {
        json!({"fine": self.lines, "differences": self.differences, "checked": self.checked})
    }

    /// What was checked, in a line.
    pub fn summary(&self) -> String {
        let Checked { objects, records, report_files, reports, locks, trials, trials_again, unfinished } = self.checked;
        let again = match trials_again {
            0 => String::new(),
            count => format!(", {count} trials computed again"),
        };
        let unfinished = match unfinished {
            0 => String::new(),
            count => format!(", {count} records of unfinished runs"),
        };
        format!(
            "checked {objects} objects and {records} records of the store, {report_files} files that {SUMS} promise, \
             {reports} reports rebuilt from their evidence, {locks} lock files that promise {trials} trials{again}{unfinished}: {} \
             differences",
            self.differences.len()
        )
    }
}
