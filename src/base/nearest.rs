//! The known name nearest to a mistyped one, for messages that end in "did you mean `...`?".

use strsim::osa_distance;

/// The name of `known` nearest to `word`, where one is near enough to be what was meant.
///
/// Distance: optimal string alignment (insertions, deletions, substitutions, swaps of neighbours), by Unicode scalar
/// value, upper and lower case being equal. Near enough: at most a third of the longer length, and at least 1. A name
/// that `word` begins with, or that begins with `word` (three characters or more), is near too, behind any of those.
/// Ties go to the one that comes first.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let length = word.chars().count();
    let mut best: Option<(usize, &'a str)> = None;
    for name in known {
        let lower = name.to_lowercase();
        let longer = length.max(lower.chars().count());
        let distance = osa_distance(&word, &lower);
        let is_long = length.min(lower.chars().count()) >= 3;
        let shares_beginning = is_long && (word.starts_with(&lower) || lower.starts_with(&word));
        let rank = if distance <= (longer / 3).max(1) && distance < longer {
            distance
        } else if shares_beginning {
            FAR + distance
        } else {
            continue;
        };
        if best.is_none_or(|(least, _)| rank < least) {
            best = Some((rank, name));
        }
    }
    best.map(|(_, name)| name)
}

/// Added to the rank of names that only share their beginning with the word.
const FAR: usize = 1 << 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_error_finds_the_name_that_was_meant() {
        let known = ["digits", "mnist", "fashion_mnist", "cifar10"];
        assert_eq!(nearest("mnsit", known), Some("mnist"));
        assert_eq!(nearest("Fashion-MNIST", known), Some("fashion_mnist"));
        assert_eq!(nearest("cifar", known), Some("cifar10"));
        assert_eq!(nearest("fashion", known), Some("fashion_mnist"));
    }

    #[test]
    fn a_word_like_nothing_known_finds_nothing() {
        let known = ["digits", "mnist", "fashion_mnist", "cifar10"];
        assert_eq!(nearest("imagenet", known), None);
        assert_eq!(nearest("", known), None);
        assert_eq!(nearest("x", ["y"]), None);
        assert_eq!(nearest("mnist", []), None);
    }

    #[test]
    fn an_equal_distance_goes_to_the_first() {
        assert_eq!(nearest("seet", ["seed", "seat"]), Some("seed"));
    }
}
