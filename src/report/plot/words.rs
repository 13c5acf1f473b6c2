//! Words on a drawing: without marks, broken into lines that find room, and cut where they do not.

use super::canvas::width;
use crate::markup;

/// Words in at most so many lines of that width; what has no room ends in an ellipsis.
pub(super) fn lines(words: &str, room: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in pieces(&markup::plain(words), room) {
        match lines.last_mut() {
            // The last spaces of a line need no room.
            Some(line) if width(&format!("{line}{}", word.trim_end())) <= room => line.push_str(&word),
            _ => lines.push(word),
        }
    }
    lines.iter_mut().for_each(|line| *line = line.trim_end().to_owned());
    lines.retain(|line| !line.is_empty());
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            while width(last) + width("…") > room && last.pop().is_some() {}
            last.push('…');
        }
    }
    lines
}

/// The words in pieces that a line may end with: after spaces, and within what is wider than a line after `_`, `-`, `/` and `.`,
/// or anywhere.
fn pieces(words: &str, room: f64) -> Vec<String> {
    let mut pieces = Vec::new();
    for word in words.split_inclusive(' ') {
        let mut piece = String::new();
        for letter in word.chars() {
            let joint = piece.ends_with(['_', '-', '/', '.']) && width(word.trim_end()) > room;
            if joint || (letter != ' ' && width(&piece) + width("m") > room && !piece.is_empty()) {
                pieces.push(std::mem::take(&mut piece));
            }
            piece.push(letter);
        }
        pieces.push(piece);
    }
    pieces
}

/// The width of the widest line.
pub(super) fn widest(lines: &[String]) -> f64 {
    lines.iter().map(|line| width(line)).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_break_after_spaces_then_after_joints_and_end_in_an_ellipsis() {
        let room = width("validation acc");
        assert_eq!(lines("validation accuracy (fraction)", room, 3), ["validation", "accuracy", "(fraction)"]);
        assert_eq!(lines("popnas_without_limit_of_time", room, 3), ["popnas_", "without_limit_", "of_time"]);
        assert_eq!(lines("Donaudampfschifffahrtsgesellschaft", room, 2).len(), 2);
        let cut = lines("validation accuracy of everything", room, 2);
        assert_eq!(cut, ["validation", "accuracy of…"]);
        for words in ["a", "", "  ", "a b c d e f g h i j k l m n o p q r s t u v w x y z", "ÄÖÜ ñ 漢字 🙂"] {
            let lines = lines(words, room, 2);
            assert!(lines.len() <= 2 && widest(&lines) <= room, "{lines:?}");
        }
    }

    #[test]
    fn marks_of_manifests_are_no_words() {
        assert_eq!(
            lines("`popnas` of [the paper](https://doi.org/10)\n*kept*", 9e9, 1),
            ["popnas of the paper *kept*"]
        );
    }
}
