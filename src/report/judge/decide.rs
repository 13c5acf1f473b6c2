//! Where an interval lies beside what is accepted, whether something false would lie there too, and what would decide.

use super::Evaluator;
use super::border::{Place, is_point, place, place_exactly, touches};
use super::need::{self, Need};
use super::part::Part;
use super::severity::Passing;
use crate::claim::{Foil, Verdict};
use crate::clusters::percent;
use crate::compare::{Contrast, Side};
use crate::number;
use crate::summary::{FEWEST_FOR_SEVERITY, LEVEL};
use renas_base::metric::Unit;
use renas_stats::summary::{Interval, SampleError};

/// Values of fewer clusters than this, more than half of them equal (rare events), have no interval that keeps its level.
const FEWEST_OF_TIED_VALUES: usize = 30;

/// What is said of a verdict on what is no run of ours.
pub(super) fn at_most_consistent(of_others: &str) -> String {
    format!("at most consistent: it rests on {of_others}")
}

/// What something known to be false gave.
pub(super) struct Severity {
    pub(super) words: String,
    pub(super) passes: bool,
}

impl Severity {
    pub(super) fn of(what: &str, passing: Passing) -> Self {
        let Passing { count, of } = passing;
        Self { words: format!("{what}: {count} of {of} pass"), passes: passing.is_frequent() }
    }
}

/// What an interval is held against.
pub(super) struct Rule<'e> {
    /// Where it must lie.
    pub(super) accepted: Interval,
    /// The unit of what is compared.
    pub(super) unit: Unit,
    /// What is compared is a difference or ratio and needs a name: `the difference`.
    pub(super) about: &'e str,
    /// How far from the border the effect is said to be, and what says so.
    pub(super) effect: Option<(f64, &'static str)>,
    /// What of it is no run of ours, in words.
    pub(super) of_others: Option<&'static str>,
    /// The level of the interval that accepts, and that refutes where there is no other.
    pub(super) level: f64,
    /// The interval that refutes, and its level: two one-sided tests accept by an interval of 90 %, which refutes nothing.
    pub(super) refuting: Option<(Interval, f64)>,
}

impl<'a> Evaluator<'a> {
    /// Another quantity, or a known number, in the place of the judged one.
    pub(super) fn foil(
        &self,
        foil: &'a Foil,
        rule: &Rule<'_>,
        compared: impl FnOnce(Side<'a>) -> Result<Contrast, SampleError>,
    ) -> Severity {
        match foil {
            Foil::Value { value, is } => nothing_at(*value, is, rule),
            Foil::Quantity(name) => {
                let Ok(side) = self.side(name) else {
                    return Severity { words: format!("its foil `{name}` was not measured"), passes: true };
                };
                let Ok(contrast) = compared(side) else {
                    return Severity { words: format!("its foil `{name}` cannot be compared"), passes: true };
                };
                let passes = match contrast.is_exact() {
                    true => place_exactly(contrast.value, rule.accepted) == Place::Inside,
                    false => place(contrast.interval, rule.accepted) == Place::Inside,
                };
                let written = number::estimate(contrast.value, contrast.interval, rule.unit);
                let word = if passes { "passes too" } else { "does not pass" };
                Severity { words: format!("foil `{name}`, {written}, {word}"), passes }
            }
        }
    }

    /// Where the interval lies, and what may be concluded from it.
    pub(super) fn decided(&self, rule: &Rule<'_>, contrast: &Contrast, severity: impl FnOnce() -> Severity) -> Part {
        let Contrast { value, interval, n, units, cluster, method, .. } = contrast;
        let is_clear = |border: &f64| !touches(interval.low, *border) && !touches(interval.high, *border);
        let borders: Vec<f64> = [rule.accepted.low, rule.accepted.high].into_iter().filter(is_clear).collect();
        let about = if rule.about.is_empty() { String::new() } else { format!("{}, ", rule.about) };
        let comma = if rule.about.is_empty() { "" } else { "," };
        if contrast.is_exact() {
            let lies = place_exactly(*value, rule.accepted);
            let verdict = verdict(lies, lies);
            let (verdict, note) = match (verdict, rule.of_others) {
                (Verdict::Reproduced, Some(of)) => (Verdict::Consistent, format!("; {}", at_most_consistent(of))),
                (verdict, _) => (verdict, String::new()),
            };
            let written = number::exact_in_words(*value, rule.unit);
            let lies = where_it_lies(verdict, rule, *interval);
            let reason = format!("{about}{written} (exact){comma} {lies}{note}");
            return Part { cluster: cluster.clone(), interval: Some(*interval), ..Part::plain(verdict, reason, None) };
        }
        let shown = |interval: Interval| number::estimate_beside(*value, interval, rule.unit, &borders);
        let mut part = Part {
            units: *units,
            cluster: cluster.clone(),
            interval: Some(*interval),
            ..Part::plain(Verdict::Inconclusive, String::new(), Some(*n))
        };
        let written = format!("{about}{} ({method}){comma}", shown(*interval));
        if is_point(*interval) {
            part.reason = format!("{written} has an interval of no width, which decides nothing");
            return part;
        }
        if *n < FEWEST_OF_TIED_VALUES && contrast.values.as_deref().is_some_and(is_mostly_tied) {
            part.reason = format!(
                "{written} is the mean of values more than half of which are equal: below {FEWEST_OF_TIED_VALUES} \
                 clusters no interval keeps its level"
            );
            return part;
        }
        let proving = place(*interval, rule.accepted);
        let refuting = rule.refuting.map_or(proving, |(interval, _)| place(interval, rule.accepted));
        part.verdict = verdict(proving, refuting);
        let (decisive, level) = match (part.verdict, rule.refuting) {
            (Verdict::NotReproduced, Some(refuting)) => refuting,
            // An estimate has no interval of a lower level.
            _ if contrast.is_estimate => (*interval, rule.level.max(LEVEL)),
            _ => (*interval, rule.level),
        };
        // Where the same claim is held against intervals of two levels, the usual one is named too.
        let is_usual = (level - LEVEL).abs() < 1e-9;
        let is_named = !is_usual || rule.level < LEVEL;
        let level = if is_named { format!("{} interval, ", percent(level)) } else { String::new() };
        part.interval = Some(decisive);
        let lies = where_it_lies(part.verdict, rule, decisive);
        part.reason = format!("{about}{} ({level}{method}){comma} {lies}", shown(decisive));
        match part.verdict {
            Verdict::Reproduced => {
                weaken(&mut part, &severity());
                if let Some(of) = rule.of_others {
                    part.verdict = Verdict::Consistent;
                    part.reason = format!("{}; {}", part.reason, at_most_consistent(of));
                }
            }
            Verdict::Inconclusive => part.need = Some(self.need(rule, contrast)),
            _ => {}
        }
        part
    }

    fn need(&self, rule: &Rule<'_>, contrast: &Contrast) -> Need {
        let is_margin = rule.refuting.is_some() && rule.effect.is_some();
        let tail = |level: f64| (1.0 - level) / 2.0;
        let is_band = rule.accepted.low.is_finite() && rule.accepted.high.is_finite();
        let power = if is_margin && is_band { 0.9 } else { 0.8 };
        let observed = (distance(contrast.value, rule.accepted), "that was observed");
        let (mut effect, mut words) = rule.effect.filter(|(effect, _)| *effect > 0.0).unwrap_or(observed);
        let mut clusters = need::clusters(effect, contrast.deviation, tail(rule.level), power);
        if clusters.is_some_and(|clusters| clusters <= contrast.n) {
            // These clusters would have decided such an effect: what was observed lies nearer to the border.
            (effect, words) = observed;
            let level = rule.refuting.map_or(rule.level, |(_, level)| level);
            clusters = need::clusters(effect, contrast.deviation, tail(level), 0.8);
        }
        // These clusters did not decide it, whatever a symmetric interval would have done.
        let clusters = clusters.map(|clusters| clusters.max(contrast.n + 1));
        let missing = clusters.map(|clusters| clusters.saturating_sub(contrast.n) as f64);
        let each = self.context.clusters.seconds.get(&contrast.cluster);
        let effect = format!("{words}, {}", number::exact_in_words(number::rounded(effect), rule.unit.of_difference()));
        Need {
            clusters,
            have: contrast.n,
            of: contrast.cluster.clone(),
            effect,
            seconds: missing.zip(each).map(|(missing, each)| missing * each),
        }
    }
}

/// Reproduced is at most consistent where something false would pass too, or where clusters are few.
pub(super) fn weaken(part: &mut Part, severity: &Severity) {
    part.severity.clone_from(&severity.words);
    let few = part.n.is_some_and(|n| n < FEWEST_FOR_SEVERITY);
    let why = match (severity.passes, few) {
        (true, _) => severity.words.clone(),
        (false, true) => format!("fewer than {FEWEST_FOR_SEVERITY} clusters are no severe test"),
        (false, false) => return,
    };
    if part.verdict != Verdict::Consistent {
        part.reason = format!("{}; at most consistent: {why}", part.reason);
    }
    part.verdict = Verdict::Consistent;
}

/// Two one-sided tests at 5 % are one interval of 90 %, as one of 95 % is two-sided at 5 %.
pub(super) fn one_sided(level: f64) -> f64 {
    1.0 - 2.0 * (1.0 - level)
}

fn verdict(proving: Place, refuting: Place) -> Verdict {
    match (proving, refuting) {
        (Place::Inside, _) => Verdict::Reproduced,
        (_, Place::Outside) => Verdict::NotReproduced,
        (Place::Outside | Place::Across, _) => Verdict::Inconclusive,
    }
}

/// A known number in the place of the judged one.
pub(super) fn nothing_at(value: f64, is: &str, rule: &Rule<'_>) -> Severity {
    let passes = place_exactly(value, rule.accepted) == Place::Inside
        && place(Interval { low: value, high: value }, rule.accepted) == Place::Inside;
    let word = if passes { "passes too" } else { "does not pass" };
    Severity { words: format!("foil: {is}, {}, {word}", number::exact_in_words(value, rule.unit)), passes }
}

/// How far a number is from the nearest border that exists.
pub(super) fn distance(value: f64, accepted: Interval) -> f64 {
    let ends = [accepted.low, accepted.high].into_iter().filter(|end| end.is_finite());
    ends.map(|end| (value - end).abs()).fold(f64::INFINITY, f64::min)
}

/// More than half of the values are one value.
fn is_mostly_tied(values: &[f64]) -> bool {
    values.iter().any(|value| 2 * values.iter().filter(|other| touches(**other, *value)).count() > values.len())
}

/// Where an interval lies, for a verdict on where it should: `lies wholly above 0.5`.
fn where_it_lies(verdict: Verdict, rule: &Rule<'_>, interval: Interval) -> String {
    let (accepted, unit) = (rule.accepted, rule.unit);
    let (low, high) = (number::border(accepted.low, unit), number::border(accepted.high, unit));
    let is_exact = interval.low == interval.high;
    let wholly = if is_exact { "" } else { "wholly " };
    let [inside, outside, border] = match (accepted.low.is_finite(), accepted.high.is_finite()) {
        (true, true) => {
            let range = format!("{low} to {high}");
            [format!("within {range}"), format!("outside {range}"), format!("the border of {range}")]
        }
        (true, false) if is_exact => [format!("at or above {low}"), format!("below {low}"), low],
        (true, false) => [format!("above {low}"), format!("below {low}"), low],
        (false, _) if is_exact => [format!("at or below {high}"), format!("above {high}"), high],
        (false, _) => [format!("below {high}"), format!("above {high}"), high],
    };
    match verdict {
        Verdict::Reproduced | Verdict::Consistent => format!("lies {wholly}{inside}"),
        Verdict::NotReproduced => format!("lies {wholly}{outside}"),
        Verdict::Inconclusive | Verdict::PartiallyReproduced | Verdict::NotTested => {
            let borders = [accepted.low, accepted.high].into_iter().filter(|border| border.is_finite());
            let is_touched = |border: f64| touches(interval.low, border) || touches(interval.high, border);
            let word = if borders.into_iter().any(is_touched) { "touches" } else { "reaches across" };
            format!("{word} {border}")
        }
    }
}
