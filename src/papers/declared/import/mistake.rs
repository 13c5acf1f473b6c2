//! What is wrong with files of results, with file, line and column.

use std::fmt;

/// Most mistakes that are written out.
pub(crate) const MOST_SHOWN: usize = 50;

/// Mistakes of files, in the order in which they were found.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Mistakes {
    file: String,
    shown: Vec<String>,
    count: usize,
}

impl Mistakes {
    /// None yet of this file.
    pub(crate) fn of(file: &str) -> Self {
        Self { file: file.to_owned(), ..Self::default() }
    }

    /// One at a line and a column, both from 1.
    pub(crate) fn add(&mut self, line: usize, column: usize, what: impl fmt::Display) {
        if self.count < MOST_SHOWN {
            self.shown.push(format!("{}:{line}:{column}: {what}", self.file));
        }
        self.count += 1;
    }

    /// One of several files together.
    pub(crate) fn add_of_all(&mut self, what: impl fmt::Display) {
        if self.count < MOST_SHOWN {
            self.shown.push(what.to_string());
        }
        self.count += 1;
    }

    /// Those of another file too.
    pub(crate) fn join(&mut self, other: Self) {
        let room = MOST_SHOWN.saturating_sub(self.count);
        self.shown.extend(other.shown.into_iter().take(room));
        self.count += other.count;
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Forget all but the first ones: another mistake explains them.
    pub(crate) fn cut(&mut self, count: usize) {
        self.shown.truncate(count);
        self.count = self.count.min(count);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.count, if self.count == 1 { "mistake" } else { "mistakes" })?;
        self.shown.iter().try_for_each(|one| write!(f, "\n  {one}"))?;
        match self.count - self.shown.len() {
            0 => Ok(()),
            more => write!(f, "\n  and {more} more"),
        }
    }
}
