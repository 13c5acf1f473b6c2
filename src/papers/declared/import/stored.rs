//! Columns as a study's result holds them: a text a column, so that a million rows are a few texts and no tree.

use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};

pub(crate) use super::found::{Arm, Found, Named};

/// What was read of the files of an import.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stored {
    /// How many rows there are.
    pub(crate) rows: usize,
    /// The keys, in the order of the manifest.
    pub(crate) keys: Vec<Coded>,
    /// The columns, in the order of the manifest.
    pub(crate) columns: Vec<StoredColumn>,
    /// What the page says of it.
    pub(crate) found: Found,
}

/// Words by number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Coded {
    /// The words, one a line, where the manifest does not list them.
    labels: String,
    /// The number of each row's word.
    codes: String,
}

/// The cells of a column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StoredColumn {
    /// Numbers as they were written, with `-` for one that was lost.
    Numbers(String),
    /// A digit a row, 0 or 1.
    Flags(String),
    /// Words.
    Words(Coded),
}

impl Coded {
    pub(super) fn of(codes: &[u32], labels: Vec<&str>) -> Self {
        let mut text = String::with_capacity(codes.len() * 3);
        for code in codes {
            if !text.is_empty() {
                text.push(' ');
            }
            // Small numbers are many: no formatter for those of one digit.
            match u8::try_from(*code) {
                Ok(digit @ 0..=9) => text.push(char::from(b'0' + digit)),
                _ => text.push_str(&code.to_string()),
            }
        }
        Self { labels: labels.join("\n"), codes: text }
    }

    /// The number of each row's word.
    pub(crate) fn codes(&self, rows: usize) -> Result<Vec<u32>> {
        let codes: Vec<u32> =
            self.codes.split_ascii_whitespace().map(str::parse).collect::<Result<_, _>>().context("a code")?;
        ensure!(codes.len() == rows, "{} codes of {rows} rows", codes.len());
        Ok(codes)
    }

    /// The words that are not the manifest's, in the order of their numbers.
    pub(crate) fn labels(&self) -> Vec<String> {
        self.labels.split('\n').map(str::to_owned).collect()
    }

    /// The words of the rows.
    pub(crate) fn words(&self, rows: usize) -> Result<Vec<Arc<str>>> {
        let labels: Vec<Arc<str>> = self.labels.split('\n').map(Arc::from).collect();
        let word = |code: u32| labels.get(code as usize).cloned().context("a word");
        self.codes(rows)?.into_iter().map(word).collect()
    }
}

/// The numbers of a text of `StoredColumn::Numbers`.
pub(crate) fn numbers(text: &str, rows: usize) -> Result<Vec<Option<f64>>> {
    let number = |word: &str| match word {
        "-" => Ok(None),
        word => word.parse().map(Some).context("a number"),
    };
    let numbers = text.split_ascii_whitespace().map(number).collect::<Result<Vec<Option<f64>>>>()?;
    ensure!(numbers.len() == rows, "{} numbers of {rows} rows", numbers.len());
    Ok(numbers)
}
