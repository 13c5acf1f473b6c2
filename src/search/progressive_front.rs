//! The trade-off of accuracy against time, taken from the most accurate candidate on.
//!
//! POPNAS (2020, section III-C) keeps for the next step the candidates that no other beats in predicted accuracy and
//! predicted time. Its code walks them in descending accuracy and compares each with the last kept one only, which for
//! two objectives is the same, but for ties: `FrontRule` is what becomes of them.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

/// Which candidates of a walk in descending accuracy are kept, beside the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FrontRule {
    /// Those faster than the last kept: no kept candidate dominates another, and equal ones are kept once.
    Strict,
    /// Those not slower than the last kept, as in the code of POPNAS: of equal times all are kept, however inaccurate.
    NonStrict,
}

impl FrontRule {
    fn keeps(self, time: f64, last: f64) -> bool {
        match self {
            Self::Strict => time < last,
            Self::NonStrict => time <= last,
        }
    }
}

/// The places of at most `most` candidates, in descending accuracy; those of equal accuracy are walked by place.
///
/// `accuracy`, `time`: one value per candidate, accuracy to be high and time to be low. The first candidate is always
/// kept. Candidates are sorted in portions, the most accurate first, and after each portion the rest loses those that are
/// too slow already: of 409,600 few are ever sorted.
///
/// Panics where the lengths differ or a value is NaN.
pub fn progressive_front(accuracy: &[f64], time: &[f64], rule: FrontRule, most: usize) -> Vec<usize> {
    /// About the size of the first portion; each further one is twice as large.
    const PORTION: usize = 4096;
    assert_eq!(accuracy.len(), time.len(), "one accuracy and one time per candidate");
    // Counted, not looked for: a loop that has no early end takes several values at a time.
    let not_numbers = |values: &[f64]| values.iter().filter(|value| value.is_nan()).count();
    assert!(not_numbers(accuracy) + not_numbers(time) == 0, "an accuracy or a time is NaN: give it its worst value");
    let mut walk = Walk { accuracy, time, rule, most, front: Vec::new() };
    let mut rest = walk.portion(0..accuracy.len(), PORTION);
    let mut portion = PORTION;
    while !rest.is_empty() {
        portion *= 2;
        rest = walk.portion(rest.iter().copied(), portion);
    }
    walk.front
}

/// A walk in descending accuracy.
struct Walk<'a> {
    accuracy: &'a [f64],
    time: &'a [f64],
    rule: FrontRule,
    most: usize,
    front: Vec<usize>,
}

impl Walk<'_> {
    /// Walk the most accurate candidates, about so many; returns what may still be kept of the others.
    fn portion(&mut self, candidates: impl ExactSizeIterator<Item = usize> + Clone, portion: usize) -> Vec<usize> {
        let bound = self.bound(candidates.clone(), portion);
        let accuracy = self.accuracy;
        let mut ahead: Vec<usize> = candidates.clone().filter(|&candidate| accuracy[candidate] >= bound).collect();
        ahead.sort_unstable_by(|&a, &b| descending(accuracy[a], accuracy[b]).then(a.cmp(&b)));
        for candidate in ahead {
            if self.front.len() < self.most && self.keeps(candidate) {
                self.front.push(candidate);
            }
        }
        if self.front.len() >= self.most {
            return Vec::new();
        }
        candidates.filter(|&candidate| accuracy[candidate] < bound && self.keeps(candidate)).collect()
    }

    /// An accuracy that about so many candidates reach: all where there are not more, and always one.
    fn bound(&self, candidates: impl ExactSizeIterator<Item = usize>, portion: usize) -> f64 {
        /// Candidates of whom that is guessed, evenly spaced.
        const SAMPLE: usize = 1024;
        let count = candidates.len();
        if count <= portion {
            return f64::NEG_INFINITY;
        }
        let sample = candidates.step_by(count.div_ceil(SAMPLE));
        let mut sample: Vec<f64> = sample.map(|candidate| self.accuracy[candidate]).collect();
        sample.sort_unstable_by(|&a, &b| descending(a, b));
        sample[portion * sample.len() / count]
    }

    fn keeps(&self, candidate: usize) -> bool {
        self.front.last().is_none_or(|&last| self.rule.keeps(self.time[candidate], self.time[last]))
    }
}

/// Zeros of both signs are equal.
fn descending(a: f64, b: f64) -> Ordering {
    b.partial_cmp(&a).expect("no value is NaN")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use renas_base::seed::Seed;

    /// Candidates 1 and 4 tie in accuracy, 1 and 2 in time, 3 and 5 in both.
    const ACCURACY: [f64; 7] = [0.5, 0.9, 0.8, 0.7, 0.9, 0.7, 0.95];
    const TIME: [f64; 7] = [1.0, 6.0, 6.0, 2.0, 5.5, 2.0, 9.0];

    /// By hand: 6 (9 s), then 1 (6 s) before 4 (5.5 s) by place; 2 (6 s) is slower than 4; 3 and 5 (2 s); 0 (1 s).
    #[test]
    fn the_front_of_seven_candidates_is_that_found_by_hand() {
        assert_eq!(progressive_front(&ACCURACY, &TIME, FrontRule::Strict, 9), [6, 1, 4, 3, 0]);
        assert_eq!(progressive_front(&ACCURACY, &TIME, FrontRule::NonStrict, 9), [6, 1, 4, 3, 5, 0]);
    }

    /// Kept under the reference's rule although a candidate of equal time is more accurate.
    #[test]
    fn of_equal_times_the_strict_rule_keeps_the_most_accurate_and_the_other_all() {
        let (accuracy, time) = ([0.1, 0.3, 0.2], [4.0; 3]);
        assert_eq!(progressive_front(&accuracy, &time, FrontRule::Strict, 3), [1]);
        assert_eq!(progressive_front(&accuracy, &time, FrontRule::NonStrict, 3), [1, 2, 0]);
    }

    #[test]
    fn a_fastest_candidate_that_is_also_the_most_accurate_is_a_front_of_one() {
        let (accuracy, time) = ([0.1, 0.9, 0.5], [2.0, 1.0, 3.0]);
        for rule in [FrontRule::Strict, FrontRule::NonStrict] {
            assert_eq!(progressive_front(&accuracy, &time, rule, 256), [1]);
        }
    }

    #[test]
    fn at_most_so_many_are_kept_from_the_most_accurate_on() {
        let front = |most| progressive_front(&ACCURACY, &TIME, FrontRule::NonStrict, most);
        assert_eq!((front(1), front(3), front(0)), (vec![6], vec![6, 1, 4], vec![]));
        assert!(progressive_front(&[], &[], FrontRule::Strict, 4).is_empty());
    }

    #[test]
    fn zeros_of_both_signs_and_infinite_values_have_their_place() {
        assert_eq!(progressive_front(&[0.0, -0.0], &[1.0, 0.5], FrontRule::Strict, 2), [0, 1]);
        let accuracy = [f64::NEG_INFINITY, 0.5, f64::INFINITY];
        assert_eq!(progressive_front(&accuracy, &[1.0, 2.0, f64::INFINITY], FrontRule::Strict, 3), [2, 1, 0]);
    }

    #[test]
    #[should_panic(expected = "is NaN")]
    fn a_value_that_is_not_a_number_is_refused() {
        progressive_front(&[0.5], &[f64::NAN], FrontRule::Strict, 1);
    }

    /// The rule as the paper's code states it, without any shortcut.
    fn by_full_sort(accuracy: &[f64], time: &[f64], rule: FrontRule, most: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..accuracy.len()).collect();
        order.sort_by(|&a, &b| accuracy[b].total_cmp(&accuracy[a]));
        let mut front: Vec<usize> = Vec::new();
        for place in order {
            let kept = match (front.last(), rule) {
                (None, _) => true,
                (Some(&last), FrontRule::Strict) => time[place] < time[last],
                (Some(&last), FrontRule::NonStrict) => time[place] <= time[last],
            };
            if kept {
                front.push(place);
            }
        }
        front.truncate(most);
        front
    }

    proptest! {
        /// Up to five portions, few or many ties, steep and flat fronts.
        #[test]
        fn sorting_in_portions_changes_nothing(
            levels in 1..20_000u32, n in 0..40_000usize, tilt in 0..3u32, seed in any::<u64>(), most in 1..9_000usize,
        ) {
            let mut stream = Seed::from_number(seed).stream("candidates");
            let accuracy: Vec<f64> = (0..n).map(|_| stream.below(levels as usize) as f64 / 7.0).collect();
            let time: Vec<f64> = accuracy.iter().map(|accuracy| f64::from(tilt) * accuracy + stream.uniform()).collect();
            for rule in [FrontRule::Strict, FrontRule::NonStrict] {
                let expected = by_full_sort(&accuracy, &time, rule, most);
                prop_assert_eq!(progressive_front(&accuracy, &time, rule, most), expected);
            }
        }
    }
}
