//! What a verification found, told as it is found and counted.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use crate::agreement::Level;
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
    /// The levels that were expected and reached, none where the trials agree at no level; and how often.
    agreements: BTreeMap<(Level, Option<Level>), usize>,
    /// What was checked.
    pub checked: Checked,
}

impl<'t> Found<'t> {
    /// Nothing yet; each line is told when it is found.
    pub fn new(tell: &'t mut dyn FnMut(Line<'_>)) -> Self {
        Self {
            tell,
            lines: Vec::new(),
            differences: Vec::new(),
            agreements: BTreeMap::new(),
            checked: Checked::default(),
        }
    }

    /// Something is as promised, or was merely seen.
    pub fn fine(&mut self, line: String) {
        (self.tell)(Line::Fine(&line));
        self.lines.push(line);
    }

    /// A promise is not kept.
    pub fn differs(&mut self, line: String) {
        (self.tell)(Line::Differs(&line));
        self.differences.push(line);
    }

    /// How far the trials of one class agree with those that are promised.
    pub(super) fn agrees(&mut self, expected: Level, reached: Option<Level>) {
        *self.agreements.entry((expected, reached)).or_default() += 1;
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
        json!({
            "fine": self.lines, "differences": self.differences, "checked": self.checked,
            "summary": self.summary(), "agreement": self.agreements().collect::<Vec<_>>(),
        })
    }

    fn agreements(&self) -> impl Iterator<Item = String> {
        self.agreements.iter().map(|((expected, reached), times)| {
            let reached = reached.map_or("none".to_owned(), |level| level.to_string());
            let times = if *times == 1 { "once".to_owned() } else { format!("{times} times") };
            format!("expected {expected}, reached {reached} ({times})")
        })
    }

    /// What was checked and how many of each, a line per kind, to be pasted into a review.
    pub fn summary(&self) -> Vec<String> {
        let Checked { objects, records, report_files, reports, locks, trials, trials_again, unfinished } = self.checked;
        let agreements: Vec<String> = self.agreements().collect();
        let lines = [
            (reports, format!("{} rebuilt from their evidence", many(reports, "report"))),
            (report_files, format!("{} that {SUMS} promise", many(report_files, "file"))),
            (locks, format!("{} with a promise of {}", many(locks, "lock file"), many(trials, "trial"))),
            (trials_again, format!("{} computed again", many(trials_again, "trial"))),
            (unfinished, format!("{} of unfinished runs", many(unfinished, "record"))),
            (1, format!("{} and {} of the store", many(objects, "object"), many(records, "record"))),
            (agreements.len(), format!("agreement of trials with what is promised: {}", agreements.join("; "))),
            (1, many(self.differences.len(), "difference")),
        ];
        lines.into_iter().filter(|(count, _)| *count > 0).map(|(_, line)| line).collect()
    }
}

/// A number of things.
fn many(count: usize, thing: &str) -> String {
    if count == 1 { format!("1 {thing}") } else { format!("{count} {thing}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_names_what_was_checked_and_nothing_else() {
        let mut tell = |_: Line<'_>| {};
        let mut found = Found::new(&mut tell);
        assert_eq!(found.summary(), ["0 objects and 0 records of the store", "0 differences"]);
        found.checked.reports = 2;
        found.agrees(Level::Bit, Some(Level::Bit));
        found.agrees(Level::Bit, Some(Level::Bit));
        found.agrees(Level::Numeric, None);
        found.differs("something".to_owned());
        assert_eq!(
            found.summary(),
            [
                "2 reports rebuilt from their evidence",
                "0 objects and 0 records of the store",
                "agreement of trials with what is promised: expected numeric, reached none (once); expected bit, reached bit (2 times)",
                "1 difference",
            ]
        );
    }
}
