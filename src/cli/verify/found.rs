//! What a verification found, told as it is found and counted.

use serde::Serialize;
use serde_json::{Value, json};

use renas_harness::report_folder::SUMS;

/// How many things were checked, sound or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Checked {
    /// Objects of the store that were hashed.
    pub(super) objects: usize,
    /// Step records of the store that were hashed.
    pub(super) records: usize,
    /// Files that a `SHA256SUMS` promises.
    pub(super) report_files: usize,
    /// Experiments whose reports were rebuilt from their evidence.
    pub(super) reports: usize,
    /// Lock files that were compared.
    pub(super) locks: usize,
    /// Trials that lock files promise.
    pub(super) trials: usize,
    /// Trials that were computed again.
    pub(super) trials_again: usize,
}

impl Checked {
    fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

/// What was found.
pub(super) struct Found {
    /// Whether each line is printed.
    pub(super) say: bool,
    lines: Vec<String>,
    differences: Vec<String>,
    /// What was checked.
    pub(super) checked: Checked,
}

impl Found {
    pub(super) fn new(say: bool) -> Self {
        Self { say, lines: Vec::new(), differences: Vec::new(), checked: Checked::default() }
    }

    /// Something is as promised, or was merely seen.
    pub(super) fn fine(&mut self, line: String) {
        if self.say {
            outln!("ok      {line}");
        }
        self.lines.push(line);
    }

    /// A promise is not kept.
    pub(super) fn differs(&mut self, line: String) {
        if self.say {
            outln!("DIFFERS {line}");
        }
        self.differences.push(line);
    }

    /// The number of promises that were not kept so far.
    pub(super) fn count(&self) -> usize {
        self.differences.len()
    }

    /// Whether nothing was there to be checked, and nothing missing that was promised.
    pub(super) fn is_nothing(&self) -> bool {
        self.checked.is_nothing() && self.differences.is_empty()
    }

    /// The answer for machines.
    pub(super) fn json(&self) -> Value {
        json!({"fine": self.lines, "differences": self.differences, "checked": self.checked})
    }

    /// What was checked, in a line.
    pub(super) fn summary(&self) -> String {
        let Checked { objects, records, report_files, reports, locks, trials, trials_again } = self.checked;
        let again = match trials_again {
            0 => String::new(),
            count => format!(", {count} trials computed again"),
        };
        format!(
            "checked {objects} objects and {records} records of the store, {report_files} files that {SUMS} promise, \
             {reports} reports rebuilt from their evidence, {locks} lock files that promise {trials} trials{again}: {} \
             differences",
            self.differences.len()
        )
    }
}
