//! Names with places for keys: `runs/{method}_s{seed}.csv`, `{method}/{column}`.

/// A name with places.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pattern {
    /// What stands before the first place.
    head: String,
    /// Each place, and the text up to the next one or the end.
    places: Vec<(String, String)>,
}

impl Pattern {
    /// The pattern that a text is; an error in words where two places touch, or a brace stands alone.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (head, mut rest) = text.split_once('{').ok_or_else(|| format!("`{text}` has no place such as {{seed}}"))?;
        let mut places = Vec::new();
        loop {
            let (name, behind) =
                rest.split_once('}').ok_or_else(|| format!("`{text}` has a brace that is never closed"))?;
            let (words, more) = match behind.split_once('{') {
                Some((words, more)) => (words, Some(more)),
                None => (behind, None),
            };
            if words.is_empty() && more.is_some() {
                return Err(format!("two places of `{text}` touch: nothing says where one ends"));
            }
            places.push((name.to_owned(), words.to_owned()));
            match more {
                Some(more) => rest = more,
                None => break,
            }
        }
        Ok(Self { head: head.to_owned(), places })
    }

    /// The names of its places.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.places.iter().map(|(name, _)| name.as_str())
    }

    /// What stands in each place of a text, by its name; nothing where the text is another. A place is as short as may be.
    pub(crate) fn captures<'t>(&self, text: &'t str) -> Option<Vec<(&str, &'t str)>> {
        let mut rest = text.strip_prefix(self.head.as_str())?;
        let mut found = Vec::new();
        for (at, (name, words)) in self.places.iter().enumerate() {
            let is_last = at + 1 == self.places.len();
            let (value, behind) = match (is_last, words.is_empty()) {
                (true, _) => (rest.strip_suffix(words.as_str())?, ""),
                (false, _) => rest.split_once(words.as_str())?,
            };
            if value.is_empty() {
                return None;
            }
            found.push((name.as_str(), value));
            rest = behind;
        }
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_hold_what_stands_between_the_words() {
        let pattern = Pattern::parse("runs/{method}_s{seed}.csv").expect("sound");
        assert_eq!(pattern.captures("runs/random_s12.csv"), Some(vec![("method", "random"), ("seed", "12")]));
        for other in ["runs/random_s.csv", "runs/_s1.csv", "runs/random_s1.json", "random_s1.csv"] {
            assert_eq!(pattern.captures(other), None, "{other}");
        }
        assert_eq!(pattern.names().collect::<Vec<_>>(), ["method", "seed"]);
    }

    #[test]
    fn a_pattern_that_cannot_be_read_one_way_is_refused() {
        for text in ["plain", "{a}{b}", "{a", "a{b}{c}"] {
            assert!(Pattern::parse(text).is_err(), "{text}");
        }
    }
}
