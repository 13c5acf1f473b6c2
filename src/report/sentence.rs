//! A sentence about what was found, whose numbers are filled in: `{evolution.best.accuracy}` stands for what was measured.
//!
//! So it cannot go stale: no number in it is typed, and where one of them was not measured there is no sentence.

use std::collections::BTreeSet;

use super::clock::Clock;
use super::findings::Findings;
use super::number;
use super::summary::Summaries;
use super::table::measured;

/// A piece of it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Quantity(String),
}

/// A sentence with the names of quantities in braces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sentence {
    pieces: Vec<Piece>,
}

impl Sentence {
    /// The sentence that a text is; an error in words where a brace stands alone or no quantity is named.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(start) = rest.find(['{', '}']) {
            let (before, after) = rest.split_at(start);
            let Some((name, behind)) = after.strip_prefix('{').and_then(|after| after.split_once('}')) else {
                return Err("a brace is never closed or never opened".to_owned());
            };
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            pieces.push(Piece::Quantity(name.trim().to_owned()));
            rest = behind;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        let sentence = Self { pieces };
        if sentence.quantities().next().is_none() {
            return Err(
                "names no quantity in braces: a sentence about what was found has its numbers from there".to_owned()
            );
        }
        Ok(sentence)
    }

    /// The names in it, in their order.
    pub fn quantities(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Quantity(name) => Some(name.as_str()),
            Piece::Text(_) => None,
        })
    }

    /// The sentence with its numbers, each with its interval, and the sizes of their samples at its end; nothing where one of
    /// them was not measured, or is a time of a cost model.
    pub fn filled(&self, findings: &Findings, summaries: &Summaries, clock: Clock) -> Option<String> {
        let mut text = String::new();
        let mut sizes = BTreeSet::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(words) => text.push_str(words),
                Piece::Quantity(name) => {
                    let (quantity, summary) = (findings.quantities.get(name)?, summaries.get(name)?);
                    if quantity.observed_time && clock == Clock::CostModel {
                        return None;
                    }
                    let unit = quantity.shown_unit();
                    text.push_str(&match summary.interval {
                        Some(_) => measured(summary, unit),
                        None => number::short(summary.mean, unit),
                    });
                    if summary.n > 0 {
                        sizes.insert((summary.n, quantity.cluster.as_str()));
                    }
                }
            }
        }
        let sizes: Vec<String> =
            sizes.into_iter().map(|(n, cluster)| format!("{}, {cluster}", number::sample_size(n))).collect();
        if sizes.is_empty() {
            return Some(text);
        }
        let (sentence, stop) = text.strip_suffix('.').map_or((text.as_str(), ""), |sentence| (sentence, "."));
        Some(format!("{sentence} ({}){stop}", sizes.join("; ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{Measured, Quantity};
    use crate::range::Range;
    use crate::summary::summarize;
    use renas_base::metric::Unit;

    fn findings(observed_time: bool) -> Findings {
        let quantity = |samples: &[f64], cluster: &str| Quantity {
            label: "accuracy".to_owned(),
            unit: Unit::Fraction,
            data: "digits".to_owned(),
            over: cluster.to_owned(),
            cluster: cluster.to_owned(),
            range: Range::SHARE,
            measured: Measured::Samples(samples.to_vec()),
            observed_time,
            imported: false,
            handed_in: false,
            definition: String::new(),
        };
        let quantities = [
            ("a.best".to_owned(), quantity(&[0.90, 0.92, 0.91], "search seed")),
            ("b.best".to_owned(), quantity(&[0.80, 0.82, 0.81], "search seed")),
            ("c".to_owned(), quantity(&[0.5, 0.6], "network")),
        ];
        Findings { quantities: quantities.into(), ..Findings::default() }
    }

    fn filled(text: &str, observed_time: bool) -> Option<String> {
        let findings = findings(observed_time);
        let summaries = summarize(&findings);
        Sentence::parse(text).expect("a sentence").filled(&findings, &summaries, Clock::CostModel)
    }

    #[test]
    fn numbers_are_filled_in_with_their_intervals_and_the_size_of_the_sample_is_said_once() {
        let text = filled("Best: evolution {a.best}, random search {b.best}.", false).expect("both are measured");
        // 0.91 +- 4.303 x 0.01 / sqrt(3): R, t.test(c(0.90, 0.92, 0.91)) gives 0.8851586 to 0.9348414.
        let expected = "Best: evolution 91.0\u{a0}% [88.5,\u{a0}93.5], random search 81.0\u{a0}% [78.5,\u{a0}83.5] \
                        (n\u{a0}=\u{a0}3, search seed).";
        assert_eq!(text, expected);
        let two = filled("{a.best} of {c}", false).expect("both are measured");
        assert!(two.ends_with("(n\u{a0}=\u{a0}2, network; n\u{a0}=\u{a0}3, search seed)"), "{two}");
    }

    #[test]
    fn what_was_not_measured_or_is_a_modelled_time_makes_no_sentence() {
        assert_eq!(filled("{a.best} and {elsewhere}", false), None);
        assert_eq!(filled("{a.best}", true), None);
    }

    #[test]
    fn a_sentence_without_a_quantity_or_with_half_a_brace_is_refused() {
        for text in ["Nothing is measured.", "Half {a", "Half a}"] {
            assert!(Sentence::parse(text).is_err(), "{text}");
        }
    }
}
