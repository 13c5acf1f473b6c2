//! A certificate that somebody verified a commit: who, when, what, with which result, and what was not checked.
//!
//! Like a certificate of CODECHECK (<https://codecheck.org.uk>) it belongs to the check, not to the report: it holds a day and a
//! name, and no report holds it.

use serde::Serialize;

use super::markup::cell;

/// What was checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// Who checked.
    pub by: String,
    /// The day, `2026-11-30`.
    pub on: String,
    /// The repository, as it was named.
    pub repository: String,
    /// The commit, in full.
    pub commit: String,
    /// The version of the program that checked.
    pub program: String,
    /// The version of the rules of verdicts.
    pub rules: u32,
    /// The reports.
    pub reports: Vec<Checksum>,
    /// What was checked and how many of each, in lines.
    pub summary: Vec<String>,
    /// What differs, in lines.
    pub differences: Vec<String>,
}

/// A report by the digest of its sums.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Checksum {
    /// The file of sums.
    pub name: String,
    /// How many files it promises.
    pub files: usize,
    /// Its SHA-256.
    pub digest: String,
}

/// What such a check leaves unchecked.
pub(super) const UNCHECKED: [&str; 4] = [
    "Nothing was trained: `renas verify --rerun` computes trials again, on a machine with the data.",
    "Weights lie in no repository and were not compared.",
    "Whether a manifest says what its paper says was not judged.",
    "Measured times are observations of one machine, which no check repeats.",
];

/// The certificate as Markdown.
pub fn text(checked: &Checked) -> String {
    let Checked { by, on, repository, commit, program, rules, reports, summary, differences } = checked;
    let (by, repository) = (cell(by), cell(repository));
    let list = |lines: &[String]| lines.iter().map(|line| format!("- {line}\n")).collect::<String>();
    let reports: String =
        reports.iter().map(|one| format!("| {} | {} | `{}` |\n", one.name, one.files, one.digest)).collect();
    let differs = match differences.as_slice() {
        [] => String::new(),
        lines => format!("## What differs\n\n{}\n", list(lines)),
    };
    let unchecked = UNCHECKED.map(str::to_owned);
    format!(
        "# Certificate: {}\n\n| | |\n|---|---|\n| Checked by | {by} |\n| On | {on} |\n| Repository | {repository} |\n| Commit | `{commit}` |\n| \
         With | renas {program}, rules of verdicts {rules} |\n\n## What was checked\n\n{}\n| Sums of a report | Files | SHA-256 \
         |\n|---|---|---|\n{reports}\n{differs}## What was not checked\n\n{}",
        outcome(checked),
        list(summary),
        list(&unchecked)
    )
}

/// What came of it, in a few words.
pub(super) fn outcome(checked: &Checked) -> String {
    match checked.differences.len() {
        0 => "every promise is kept".to_owned(),
        1 => "1 promise is not kept".to_owned(),
        count => format!("{count} promises are not kept"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_says_who_checked_what_and_what_was_not_checked() {
        let sums = Checksum { name: "reports/quick/SHA256SUMS".to_owned(), files: 7, digest: "ab".repeat(32) };
        let mut checked = Checked {
            by: "A | B".to_owned(),
            on: "2026-11-30".to_owned(),
            repository: "../paper".to_owned(),
            commit: "c0ffee".to_owned(),
            program: "0.1.0".to_owned(),
            rules: 5,
            reports: vec![sums],
            summary: vec!["1 report rebuilt from their evidence".to_owned()],
            differences: Vec::new(),
        };
        let fine = text(&checked);
        assert!(fine.starts_with("# Certificate: every promise is kept\n"), "{fine}");
        assert!(
            fine.contains("| Checked by | A \\| B |") && fine.contains("| reports/quick/SHA256SUMS | 7 | `abab"),
            "{fine}"
        );
        assert!(!fine.contains("What differs") && fine.contains("- Nothing was trained"), "{fine}");
        checked.differences.push("one".to_owned());
        assert!(
            text(&checked).contains("1 promise is not kept") && text(&checked).contains("## What differs\n\n- one\n")
        );
    }
}
