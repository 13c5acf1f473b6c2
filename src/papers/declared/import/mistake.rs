//! What is wrong with files of results, with file, line and column.

use std::fmt;

/// Most mistakes that are written out.
pub(crate) const MOST_SHOWN: usize = 50;

/// Most of those of a file that differ in places and values alone.
const MOST_ALIKE: usize = 3;

/// Mistakes of files, in the order in which they were found.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Mistakes {
    file: String,
    kinds: Vec<Kind>,
    /// Of each mistake the place of its kind.
    found: Vec<u32>,
}

/// Mistakes that differ in places and values alone.
#[derive(Clone, Debug, PartialEq)]
struct Kind {
    /// Their words without the values.
    words: String,
    /// The first ones that say something else, with their places; each with how many came before it.
    shown: Vec<(usize, String)>,
    count: usize,
}

impl Mistakes {
    /// None yet of this file.
    pub(crate) fn of(file: &str) -> Self {
        Self { file: file.to_owned(), ..Self::default() }
    }

    /// One at a line and a column, both from 1.
    pub(crate) fn add(&mut self, line: usize, column: usize, what: impl fmt::Display) {
        let what = what.to_string();
        let kind = self.kind(without_values(&what));
        let Kind { shown, count, .. } = &mut self.kinds[kind];
        if shown.len() < MOST_ALIKE && !shown.iter().any(|(_, one)| one.ends_with(&what)) {
            shown.push((*count, format!("{}:{line}:{column}: {what}", self.file)));
        }
        self.count_of(kind, 1);
    }

    /// One of several files together. It names a key, which no other tells.
    pub(crate) fn add_of_all(&mut self, what: impl fmt::Display) {
        let what = what.to_string();
        let kind = self.kind(without_values(&what));
        let Kind { shown, count, .. } = &mut self.kinds[kind];
        if shown.len() < MOST_SHOWN {
            shown.push((*count, what));
        }
        self.count_of(kind, 1);
    }

    /// More that are like the last one, and not written out.
    pub(crate) fn add_alike(&mut self, count: usize) {
        if let Some(last) = self.found.last() {
            self.count_of(*last as usize, count);
        }
    }

    /// The place of a kind.
    fn kind(&mut self, words: String) -> usize {
        let known = self.kinds.iter().position(|kind| kind.words == words);
        known.unwrap_or_else(|| {
            self.kinds.push(Kind { words, shown: Vec::new(), count: 0 });
            self.kinds.len() - 1
        })
    }

    fn count_of(&mut self, kind: usize, count: usize) {
        self.kinds[kind].count += count;
        self.found.extend(std::iter::repeat_n(kind as u32, count));
    }

    /// Those of another file too.
    pub(crate) fn join(&mut self, other: Self) {
        for Kind { words, shown, count } in other.kinds.into_iter().filter(|kind| kind.count > 0) {
            let kind = self.kind(words);
            let ours = &mut self.kinds[kind];
            let room = MOST_ALIKE.saturating_sub(ours.shown.len());
            ours.shown.extend(shown.into_iter().take(room).map(|(before, one)| (ours.count + before, one)));
            self.count_of(kind, count);
        }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.found.len()
    }

    /// Forget all but the first ones: another mistake explains them.
    pub(crate) fn cut(&mut self, count: usize) {
        for place in self.found.split_off(count.min(self.found.len())) {
            let kind = &mut self.kinds[place as usize];
            kind.count -= 1;
            kind.shown.retain(|(before, _)| *before < kind.count);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }
}

/// The words of a mistake with nothing between back quotes and without numbers; digits of names (`top5`) stay.
fn without_values(what: &str) -> String {
    let mut words = String::new();
    for (at, part) in what.split('`').enumerate() {
        let mut is_in_name = false;
        for letter in part.chars().filter(|_| at % 2 == 0) {
            is_in_name = letter == '_' || letter.is_alphabetic() || (is_in_name && letter.is_ascii_digit());
            if is_in_name || !letter.is_ascii_digit() {
                words.push(letter);
            }
        }
        words.push('`');
    }
    words
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.count(), if self.count() == 1 { "mistake" } else { "mistakes" })?;
        let (mut room, mut told) = (MOST_SHOWN, 0);
        for kind in self.kinds.iter().filter(|kind| kind.count > 0) {
            if room == 0 {
                break;
            }
            let shown = &kind.shown[..kind.shown.len().min(room)];
            shown.iter().try_for_each(|(_, one)| write!(f, "\n  {one}"))?;
            if kind.count > shown.len() {
                write!(f, "\n  and {} more like it", kind.count - shown.len())?;
            }
            room -= shown.len();
            told += kind.count;
        }
        match self.count() - told {
            0 => Ok(()),
            more => write!(f, "\n  and {more} others"),
        }
    }
}
