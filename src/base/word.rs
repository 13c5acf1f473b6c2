//! A short name that is copied like a number: of a profile, of a unit.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Most letters of a word.
const MOST: usize = 30;

/// A name of lower-case letters, digits, `-`, `_` and `/`, 30 at most, that begins with a letter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Word {
    /// Those behind the last letter are 0.
    letters: [u8; MOST],
}

/// A text is no word.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no name of at most {MOST} lower-case letters, digits, `-`, `_` and `/` that begins with a letter")]
pub struct NoWord(String);

impl Word {
    /// The text.
    pub fn as_str(&self) -> &str {
        let length = self.letters.iter().position(|letter| *letter == 0).unwrap_or(MOST);
        std::str::from_utf8(&self.letters[..length]).expect("a word is ASCII")
    }
}

impl FromStr for Word {
    type Err = NoWord;

    fn from_str(text: &str) -> Result<Self, NoWord> {
        let may_stand = |letter: &u8| matches!(letter, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'/');
        let bytes = text.as_bytes();
        let is_word = bytes.len() <= MOST && bytes.iter().all(may_stand);
        if !is_word || !bytes.first().is_some_and(u8::is_ascii_lowercase) {
            return Err(NoWord(text.to_owned()));
        }
        let mut letters = [0; MOST];
        letters[..bytes.len()].copy_from_slice(bytes);
        Ok(Self { letters })
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl Serialize for Word {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_reads_back_and_is_ordered_as_its_text() {
        let word = |text: &str| text.parse::<Word>().expect("a word");
        assert_eq!(word("images/s").to_string(), "images/s");
        assert!(word("a") < word("ab") && word("ab") < word("b"));
        let json = serde_json::to_string(&word("joules")).expect("text");
        assert_eq!(
            (json.as_str(), serde_json::from_str::<Word>(&json).expect("own text")),
            ("\"joules\"", word("joules"))
        );
    }

    #[test]
    fn what_is_no_word_is_named() {
        for text in ["", "Joules", "1a", "a b", "a.b", &"a".repeat(31)] {
            let error = text.parse::<Word>().expect_err(text).to_string();
            assert!(error.starts_with(&format!("`{text}` is no name")), "{error}");
        }
        assert_eq!("a".repeat(30).parse::<Word>().expect("as long as may be").as_str().len(), 30);
    }
}
