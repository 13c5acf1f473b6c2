//! Expectations about single runs and units, and about tests: the paper's number, every unit, a p-value.

use crate::claim::{Expectation, Foil, Verdict};
use crate::compare::Side;
use crate::judge::border::{Place, is_point, place, place_exactly};
use crate::judge::decide::{Severity, at_most_consistent, weaken};
use crate::judge::part::Part;
use crate::number;
use crate::summary::FEWEST_FOR_INTERVAL;
use renas_base::metric::Unit;
use renas_stats::summary::Interval;

/// The paper's number is one run: it must lie where one of ours is to be expected, and its foil must not.
pub(super) fn one_run(side: Side, value: f64, foil: Option<&Foil>) -> Part {
    let n = Some(side.summary.n);
    let unit = side.quantity.shown_unit();
    let Some(prediction) = side.summary.prediction else {
        let reason = match side.values() {
            Some(values) => format!(
                "a 95\u{a0}% prediction interval of one run needs {FEWEST_FOR_INTERVAL} runs, there are {}",
                values.len()
            ),
            None => "a number of one whole sample has no spread of single runs".to_owned(),
        };
        return Part { cluster: side.quantity.cluster.clone(), ..Part::inconclusive(reason, n) };
    };
    let holds = |value: f64| {
        let ends = Interval { low: value, high: value };
        place(ends, prediction) != Place::Outside
    };
    let mut part = Part {
        interval: Some(prediction),
        units: side.summary.units,
        cluster: side.quantity.cluster.clone(),
        ..Part::plain(Verdict::NotReproduced, String::new(), n)
    };
    let word = if holds(value) { "inside" } else { "outside" };
    let interval = number::interval_beside(prediction, unit, &[value]);
    part.reason = format!(
        "the paper's {} lies {word} {interval}, where 95\u{a0}% of our single runs are to be expected (n = {}); our mean is {}",
        number::exact_in_words(value, unit),
        side.summary.n,
        number::exact_in_words(number::rounded(side.summary.mean), unit)
    );
    if is_point(prediction) {
        part.verdict = Verdict::Inconclusive;
        part.reason = format!("{}; an interval of no width decides nothing", part.reason);
        return part;
    }
    if !holds(value) {
        return part;
    }
    let severity = match foil {
        Some(Foil::Value { value, is }) => {
            let word = if holds(*value) { "fits too" } else { "does not fit" };
            Severity { words: format!("{is}, {}, {word}", number::exact_in_words(*value, unit)), passes: holds(*value) }
        }
        Some(Foil::Quantity(_)) | None => Severity { words: "no foil is named".to_owned(), passes: true },
    };
    if severity.passes {
        part.verdict = Verdict::Inconclusive;
        part.reason = format!("{}; size not decided: {}", part.reason, severity.words);
        part.severity = severity.words;
        return part;
    }
    part.verdict = Verdict::Reproduced;
    weaken(&mut part, &severity);
    if let Some(of) = side.quantity.of_others() {
        part.verdict = Verdict::Consistent;
        part.reason = format!("{}; {}", part.reason, at_most_consistent(of));
    }
    part
}

/// Every single unit: one counterexample refutes.
pub(super) fn every(expectation: &Expectation, side: Side) -> Part {
    let accepted = expectation.accepted().expect("it has a border");
    let unit = side.quantity.shown_unit();
    let exact = side.exact().map(|value| [value]);
    let Some(values) = exact.as_ref().map(<[f64; 1]>::as_slice).or(side.quantity.measured.unit_values()) else {
        return Part::inconclusive("single units are not known of an estimate of one whole sample".to_owned(), None);
    };
    let written = |value: f64| match unit {
        Unit::Count | Unit::MultiplyAdds => number::exact_in_words(value, unit),
        Unit::Fraction | Unit::Points | Unit::One | Unit::Seconds | Unit::Own(_) => {
            number::exact_in_words(number::rounded(value), unit)
        }
    };
    let is_counterexample = |value: &&f64| place_exactly(**value, accepted) != Place::Inside;
    let counterexamples: Vec<String> = values.iter().filter(is_counterexample).map(|value| written(*value)).collect();
    let border = match (accepted.low.is_finite(), accepted.high.is_finite()) {
        (true, true) if accepted.low == accepted.high => number::border(accepted.low, unit),
        (true, true) => format!("{} to {}", number::border(accepted.low, unit), number::border(accepted.high, unit)),
        (true, false) => format!("at least {}", number::border(accepted.low, unit)),
        (false, _) => format!("at most {}", number::border(accepted.high, unit)),
    };
    let (count, over) = (values.len(), &side.quantity.over);
    let (verdict, reason) = match (counterexamples.as_slice(), side.quantity.of_others()) {
        ([], Some(of)) => {
            let note = at_most_consistent(of);
            (Verdict::Consistent, format!("each of {count} (unit: {over}) is {border}; {note}"))
        }
        ([], None) => (Verdict::Reproduced, format!("each of {count} (unit: {over}) is {border}")),
        (some, _) => {
            const SHOWN: usize = 8;
            let shown = some[..some.len().min(SHOWN)].join(", ");
            let more = if some.len() > SHOWN { ", ..." } else { "" };
            let reason = format!("{} of {count} (unit: {over}) are not {border}: {shown}{more}", some.len());
            (Verdict::NotReproduced, reason)
        }
    };
    Part {
        units: side.summary.units,
        cluster: side.quantity.cluster.clone(),
        ..Part::plain(verdict, reason, Some(side.summary.n))
    }
}

/// A test that tells apart: it never shows that things are alike.
pub(super) fn differ(side: Side, level: f64) -> Part {
    let (p, n) = (side.summary.mean, side.summary.n);
    let written = if p < 0.001 { "below 0.001".to_owned() } else { format!("{p:.3}") };
    let cluster = side.quantity.cluster.clone();
    if p >= 1.0 - level {
        let reason =
            format!("p = {written} ({}): it tells nothing apart, which does not mean alike", side.summary.method);
        return Part { cluster, ..Part::inconclusive(reason, Some(n)) };
    }
    let reason = format!("p = {written} ({}, n = {n})", side.summary.method);
    let mut part = Part { cluster, ..Part::plain(Verdict::Reproduced, reason, Some(n)) };
    // The p-value is the share of exchanges that are as far apart: what passes at this level is known without exchanging.
    let words = format!("by its own level the test passes {:.3} of labels exchanged within blocks", 1.0 - level);
    weaken(&mut part, &Severity { words, passes: false });
    if let Some(of) = side.quantity.of_others() {
        part.verdict = Verdict::Consistent;
        part.reason = format!("{}; {}", part.reason, at_most_consistent(of));
    }
    part
}
