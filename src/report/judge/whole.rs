//! The whole of several parts: one statement, several statements, one of many, one statement read in several ways.

use super::Evaluator;
use super::part::Part;
use crate::claim::{Expectation, Verdict};

impl<'a> Evaluator<'a> {
    /// The verdict on a composite expectation.
    pub(super) fn whole(&self, expectation: &'a Expectation, level: f64) -> Option<Part> {
        let judged = |parts: &'a [Expectation], level: f64| -> Vec<(String, Part)> {
            parts.iter().map(|part| (part.subject(), self.part(part, level))).collect()
        };
        match expectation {
            Expectation::All(parts) => Some(told(self.refuting(parts, judged(parts, level), level), conjunction)),
            Expectation::Parts(parts) => Some(told(self.refuting(parts, judged(parts, level), level), independent)),
            Expectation::Robust(parts) => {
                let judged = judged(parts, level);
                let is_missing = judged.iter().any(|(_, part)| part.verdict == Verdict::NotTested);
                let mut whole = told(judged, agreement);
                if is_missing && whole.verdict == Verdict::Reproduced {
                    whole.verdict = Verdict::Consistent;
                    whole.reason =
                        format!("consistent only, since not every reading could be tested: {}", whole.reason);
                }
                Some(whole)
            }
            Expectation::Any(parts) => Some(told(judged(parts, of_one(level, parts.len())), disjunction)),
            _ => None,
        }
    }

    /// The parts of a statement that one of them refutes: of `m` intervals one misses at `m` times the rate of a single one,
    /// so that a part refutes only where its interval of level 1 - 0.05 / m does too. To hold, all must, which needs none.
    fn refuting(&self, parts: &'a [Expectation], judged: Vec<(String, Part)>, level: f64) -> Vec<(String, Part)> {
        let rests_on_interval = |part: &Part| part.n.is_some_and(|n| n > 0) && part.interval.is_some();
        let tests = judged.iter().filter(|(_, part)| rests_on_interval(part)).count();
        if tests < 2 {
            return judged;
        }
        let strict = of_one(level, tests);
        let again = |(expectation, (subject, mut part)): (&'a Expectation, (String, Part))| {
            if part.verdict == Verdict::NotReproduced && rests_on_interval(&part) {
                let strictly = self.part(expectation, strict);
                if strictly.verdict != Verdict::NotReproduced {
                    part.verdict = Verdict::Inconclusive;
                    part.reason = format!("{}, but not at the level that one of {tests} parts needs", part.reason);
                    part.need = strictly.need;
                }
            }
            (subject, part)
        };
        parts.iter().zip(judged).map(again).collect()
    }
}

/// The level of each of several intervals that together are of this one (Bonferroni).
pub(super) fn of_one(level: f64, several: usize) -> f64 {
    1.0 - (1.0 - level) / several as f64
}

/// One statement: it fails where one part does, and holds where all tested parts do.
fn conjunction(tested: &[Verdict]) -> Verdict {
    let has = |verdict: Verdict| tested.contains(&verdict);
    if has(Verdict::NotReproduced) {
        Verdict::NotReproduced
    } else if has(Verdict::Inconclusive) {
        Verdict::Inconclusive
    } else if has(Verdict::PartiallyReproduced) {
        Verdict::PartiallyReproduced
    } else if has(Verdict::Consistent) {
        Verdict::Consistent
    } else {
        Verdict::Reproduced
    }
}

/// Several statements: partially reproduced where some hold severely and others are contradicted.
fn independent(tested: &[Verdict]) -> Verdict {
    let has = |verdict: Verdict| tested.contains(&verdict);
    if has(Verdict::PartiallyReproduced) || (has(Verdict::NotReproduced) && has(Verdict::Reproduced)) {
        return Verdict::PartiallyReproduced;
    }
    conjunction(tested)
}

/// One of many: it holds where one does, and fails where all do.
fn disjunction(tested: &[Verdict]) -> Verdict {
    let best = tested.iter().copied().min().unwrap_or(Verdict::NotTested);
    match best {
        Verdict::Inconclusive | Verdict::NotReproduced if tested.contains(&Verdict::Inconclusive) => {
            Verdict::Inconclusive
        }
        best => best,
    }
}

/// One statement read in several ways: where the readings differ, nothing is decided.
fn agreement(tested: &[Verdict]) -> Verdict {
    let holds = |verdict: &Verdict| matches!(verdict, Verdict::Reproduced | Verdict::Consistent);
    if tested.iter().all(holds) || tested.windows(2).all(|pair| pair[0] == pair[1]) {
        return conjunction(tested);
    }
    Verdict::Inconclusive
}

/// The whole and what is said of it, each part with what it is about.
fn told(parts: Vec<(String, Part)>, of: fn(&[Verdict]) -> Verdict) -> Part {
    let verdicts = parts.iter().map(|(_, part)| part.verdict);
    let tested: Vec<Verdict> = verdicts.filter(|verdict| *verdict != Verdict::NotTested).collect();
    let verdict = if tested.is_empty() { Verdict::NotTested } else { of(&tested) };
    let tell = |(index, (subject, part)): (usize, &(String, Part))| {
        // A reason that names its quantity needs no other name.
        let named = subject.is_empty() || part.reason.contains('`');
        let about = if named { String::new() } else { format!("`{subject}`, ") };
        format!("({}) {}: {about}{}", index + 1, part.verdict.name(), part.reason)
    };
    let told = parts.iter().enumerate().map(tell).collect::<Vec<_>>().join("; ");
    let counted = match tested.len() {
        0 => String::new(),
        some if some == parts.len() => String::new(),
        some => format!("{some} of {} parts tested: ", parts.len()),
    };
    let deciding = parts.iter().find(|(_, part)| part.verdict == verdict).or(parts.first());
    let fewest = parts.iter().filter_map(|(_, part)| part.n).filter(|n| *n > 0).min();
    let severity = parts.iter().map(|(_, part)| part.severity.as_str()).filter(|words| !words.is_empty());
    let severity: Vec<&str> = severity.collect();
    Part {
        verdict,
        reason: format!("{counted}{told}"),
        n: match verdict {
            // One part decided; where all had to hold, the fewest clusters carry it.
            Verdict::NotReproduced | Verdict::Inconclusive => deciding.and_then(|(_, part)| part.n).filter(|n| *n > 0),
            _ => fewest,
        },
        units: deciding.and_then(|(_, part)| part.units),
        cluster: deciding.map_or(String::new(), |(_, part)| part.cluster.clone()),
        interval: deciding.and_then(|(_, part)| part.interval),
        severity: severity.join("; "),
        need: largest(&parts),
    }
}

/// The largest need of the undecided parts.
fn largest(parts: &[(String, Part)]) -> Option<super::need::Need> {
    let undecided = parts.iter().filter(|(_, part)| part.verdict == Verdict::Inconclusive);
    undecided.filter_map(|(_, part)| part.need.clone()).max_by_key(|need| need.clusters.unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Verdict::{Consistent, Inconclusive, NotReproduced, PartiallyReproduced, Reproduced};

    #[test]
    fn one_contradicted_part_refutes_a_conjunction_and_halves_several_statements() {
        assert_eq!(conjunction(&[Reproduced, NotReproduced]), NotReproduced);
        assert_eq!(independent(&[Reproduced, NotReproduced]), PartiallyReproduced);
        assert_eq!(independent(&[Consistent, NotReproduced]), NotReproduced, "no part holds severely");
        assert_eq!(conjunction(&[Reproduced, Consistent]), Consistent);
        assert_eq!(conjunction(&[Reproduced, Inconclusive]), Inconclusive);
        assert_eq!(independent(&[Reproduced, Inconclusive]), Inconclusive);
    }

    #[test]
    fn one_of_many_holds_where_one_does_and_fails_where_all_do() {
        assert_eq!(disjunction(&[NotReproduced, Reproduced]), Reproduced);
        assert_eq!(disjunction(&[NotReproduced, Inconclusive]), Inconclusive);
        assert_eq!(disjunction(&[NotReproduced, NotReproduced]), NotReproduced);
    }

    /// The rule that EcoNAS' correlations ask for: with and without networks that learned nothing.
    #[test]
    fn readings_that_differ_decide_nothing() {
        assert_eq!(agreement(&[NotReproduced, Inconclusive]), Inconclusive);
        assert_eq!(agreement(&[Reproduced, NotReproduced]), Inconclusive);
        assert_eq!(agreement(&[Reproduced, Consistent]), Consistent);
        assert_eq!(agreement(&[NotReproduced, NotReproduced]), NotReproduced);
    }
}
