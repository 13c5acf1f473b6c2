//! The known name nearest to a mistyped one, for messages that end in "did you mean `...`?".

/// The name of `known` nearest to `word`, where one is near enough to be what was meant.
///
/// Distance: optimal string alignment (insertions, deletions, substitutions, swaps of neighbours), by Unicode scalar
/// value, upper and lower case being equal. Near enough: at most a third of the longer length, and at least 1. A name
/// that `word` begins with, or that begins with `word` (three characters or more), is near too, behind any of those.
/// Ties go to the one that comes first.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.to_lowercase().chars().collect();
    let mut best: Option<(usize, &'a str)> = None;
    for name in known {
        let letters: Vec<char> = name.to_lowercase().chars().collect();
        let longer = word.len().max(letters.len());
        let distance = alignment_distance(&word, &letters);
        let shares_beginning =
            word.len().min(letters.len()) >= 3 && (word.starts_with(&letters) || letters.starts_with(&word));
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

/// Optimal string alignment distance: the least number of insertions, deletions, substitutions and swaps of
/// neighbours, no part edited twice.
fn alignment_distance(left: &[char], right: &[char]) -> usize {
    let mut before: Vec<usize> = vec![0; right.len() + 1];
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (row, &a) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, &b) in right.iter().enumerate() {
            let mut least = (above[column] + usize::from(a != b)).min(above[column + 1] + 1).min(current[column] + 1);
            if row > 0 && column > 0 && a == right[column - 1] && left[row - 1] == b {
                least = least.min(before[column - 1] + 1);
            }
            current.push(least);
        }
        before = std::mem::replace(&mut above, current);
    }
    above[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distance(left: &str, right: &str) -> usize {
        let letters = |text: &str| text.chars().collect::<Vec<_>>();
        alignment_distance(&letters(left), &letters(right))
    }

    #[test]
    fn distances_count_edits_and_swaps_of_neighbours() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("serch", "search"), 1);
        assert_eq!(distance("mnsit", "mnist"), 1);
        // The restricted distance does not edit a swapped pair again: 3, where the full Damerau distance is 2.
        assert_eq!(distance("ca", "abc"), 3);
        assert_eq!(distance("", "abc"), 3);
    }

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
