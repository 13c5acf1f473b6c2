//! From a claim and the findings to a verdict: one pure function.
//!
//! A 95 % interval decides: wholly where the claim wants it, reproduced; wholly elsewhere, not reproduced; across the
//! border, inconclusive. What a profile did not measure is not tested, never guessed.

pub mod rules; // the change log of judging

use serde::{Deserialize, Serialize};

use super::claim::{Claim, Direction, Expectation, Verdict};
use super::compare::{self, Contrast, Side, Test};
use super::findings::{Findings, Measured, Quantity};
use super::number;
use super::page::Clock;
use super::summary::{FEWEST_FOR_INTERVAL, FEWEST_FOR_PREDICTION, Summaries, Summary, students_t};
use renas_base::metric::Unit;
use renas_stats::multiple::holm;
use renas_stats::summary::Interval;

/// What a profile could see.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// Registry names of the data sets that it ran.
    pub data: &'a [String],
    /// Its name, which says at what scale it trained.
    pub profile: &'a str,
    /// Where its training times came from.
    pub clock: Clock,
}

/// What became of a claim, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judgement {
    /// The claim's id.
    pub id: String,
    /// Where the paper says it.
    pub source: String,
    /// What the paper says, in our words.
    pub sentence: String,
    /// What the interval is about: a name, or an expression over names; empty where nothing was compared.
    pub quantity: String,
    /// What was expected, in words.
    pub expectation: String,
    /// Runs, pairs or networks behind the interval: the fewest, where several were compared.
    pub n: Option<usize>,
    /// The interval that decided, in the unit of the quantity: where several did, of the first undecided or failed.
    pub interval: Option<Interval>,
    /// The verdict.
    pub verdict: Verdict,
    /// Why: what decided, or what is missing.
    pub reason: String,
    /// Every quantity that was looked at, in the order of the expectation.
    pub evidence: Vec<Evidence>,
}

/// A quantity that a verdict looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Its dotted name.
    pub quantity: String,
    /// What was measured, for people.
    pub label: String,
    /// The data set.
    pub data: String,
    /// What one sample is.
    pub over: String,
    /// Its unit.
    pub unit: Unit,
    /// Size, mean and intervals.
    pub summary: Summary,
    /// It derives from measured time.
    pub observed_time: bool,
}

/// Judge one claim on what was found.
pub fn judge(claim: &Claim, findings: &Findings, summaries: &Summaries, setting: Setting) -> Judgement {
    let scene = Scene { findings, summaries, setting };
    let untestable = matches!(claim.expectation, Expectation::Untestable { .. });
    let about_other_data = !claim.data.is_empty() && !claim.data.iter().any(|name| setting.data.contains(name));
    let about_other_scale = !claim.profiles.is_empty() && !claim.profiles.iter().any(|name| name == setting.profile);
    let part = if about_other_data && !untestable {
        let ran = if setting.data.is_empty() { "no data".to_owned() } else { setting.data.join(", ") };
        Part::not_tested(format!("this profile runs {ran}, the claim is about {}", claim.data.join(" or ")))
    } else if about_other_scale && !untestable {
        let scale = claim.profiles.join("` or `");
        Part::not_tested(format!("the claim is about the scale of profile `{scale}`, this is `{}`", setting.profile))
    } else {
        scene.part(&claim.expectation)
    };
    let tested = part.verdict != Verdict::NotTested;
    Judgement {
        id: claim.id.clone(),
        source: claim.source.clone(),
        sentence: claim.sentence.clone(),
        quantity: claim.expectation.subject(),
        expectation: claim.expectation.in_words(findings),
        n: part.n,
        interval: part.interval.filter(|ends| ends.low.is_finite() && ends.high.is_finite()),
        verdict: part.verdict,
        reason: part.reason,
        evidence: if tested { scene.evidence(&claim.expectation) } else { Vec::new() },
    }
}

/// The verdict on an expectation or on a part of one.
struct Part {
    verdict: Verdict,
    reason: String,
    n: Option<usize>,
    interval: Option<Interval>,
}

impl Part {
    fn not_tested(reason: String) -> Self {
        Self { verdict: Verdict::NotTested, reason, n: None, interval: None }
    }

    fn inconclusive(reason: String, n: Option<usize>) -> Self {
        Self { verdict: Verdict::Inconclusive, reason, n, interval: None }
    }
}

struct Scene<'a> {
    findings: &'a Findings,
    summaries: &'a Summaries,
    setting: Setting<'a>,
}

impl<'a> Scene<'a> {
    fn part(&self, expectation: &'a Expectation) -> Part {
        if let Expectation::All(parts) = expectation {
            return all(parts.iter().map(|part| (part.subject(), self.part(part))).collect());
        }
        let sides: Vec<Side> = match expectation.quantities().into_iter().map(|name| self.side(name)).collect() {
            Ok(sides) => sides,
            Err(part) => return part,
        };
        let needs_interval = !matches!(expectation, Expectation::OneRun { .. } | Expectation::Undecided { .. });
        if let Some(side) = sides.iter().find(|side| needs_interval && side.summary.interval.is_none()) {
            let n = side.summary.n;
            let reason = format!("`{}` has {n} of the {FEWEST_FOR_INTERVAL} samples that an interval needs", side.name);
            return Part::inconclusive(reason, Some(n));
        }
        match expectation {
            Expectation::OneRun { value, .. } => one_run(sides[0], *value),
            Expectation::Within { .. } | Expectation::Bound { .. } => by_interval(expectation, sides[0]),
            Expectation::Ordering { direction, .. } => ordering(&sides, *direction),
            Expectation::Trend { direction, .. } => trend(&sides, *direction),
            Expectation::Ratio { .. } => ratio(expectation, sides[0], sides[1]),
            Expectation::Equivalence { margin, .. } => equivalence(expectation, sides[0], sides[1], *margin),
            Expectation::Undecided { reason, .. } => Part::inconclusive(reason.clone(), None),
            Expectation::Untestable { reason } => Part::not_tested(reason.clone()),
            Expectation::All(_) => unreachable!("judged above, part by part"),
        }
    }

    /// The quantity with its summary; or why it cannot be judged.
    fn side(&self, name: &'a str) -> Result<Side<'a>, Part> {
        let Some(quantity) = self.findings.quantities.get(name) else {
            return Err(Part::not_tested(format!("this profile did not measure `{name}`")));
        };
        if quantity.observed_time && self.setting.clock == Clock::CostModel {
            return Err(Part::not_tested("synthetic clock".to_owned()));
        }
        let Some(summary) = self.summaries.get(name) else {
            return Err(Part::inconclusive(format!("`{name}` has no finite sample"), None));
        };
        Ok(Side { name, quantity, summary })
    }

    fn evidence(&self, expectation: &Expectation) -> Vec<Evidence> {
        let mut evidence: Vec<Evidence> = Vec::new();
        for name in expectation.quantities() {
            let known = evidence.iter().any(|known| known.quantity == name);
            if let (false, Some(quantity), Some(summary)) =
                (known, self.findings.quantities.get(name), self.summaries.get(name))
            {
                let Quantity { label, unit, data, over, observed_time, measured: _ } = quantity.clone();
                let quantity = name.to_owned();
                evidence.push(Evidence { quantity, label, data, over, unit, summary: summary.clone(), observed_time });
            }
        }
        evidence
    }
}

/// The paper's number is one run: it must lie where one of ours is to be expected.
fn one_run(side: Side, value: f64) -> Part {
    let n = Some(side.summary.n);
    let Some(prediction) = side.summary.prediction else {
        let reason = match side.quantity.measured {
            Measured::Samples(_) => format!(
                "a 95\u{a0}% prediction interval of one run needs {FEWEST_FOR_PREDICTION} runs, there are {}",
                side.summary.n
            ),
            Measured::Estimate { .. } => "an estimate of one whole sample has no spread of single runs".to_owned(),
        };
        return Part::inconclusive(reason, n);
    };
    let inside = prediction.contains(value);
    let (verdict, word) = if inside { (Verdict::Reproduced, "inside") } else { (Verdict::NotReproduced, "outside") };
    let unit = side.quantity.unit;
    let reason = format!(
        "the paper's {} lies {word} {}, where 95\u{a0}% of our single runs fall; our mean is {}",
        number::exact(value, unit),
        number::interval_in_words(prediction, unit),
        number::estimate(side.summary.mean, side.interval(), unit)
    );
    Part { verdict, reason, n, interval: Some(prediction) }
}

fn by_interval(expectation: &Expectation, side: Side) -> Part {
    let method = side.few().map_or(String::new(), students_t);
    decided(expectation, side.summary.mean, side.interval(), side.quantity.unit, side.summary.n, &method)
}

fn ratio(expectation: &Expectation, above: Side, below: Side) -> Part {
    match compare::ratio(above, below) {
        Ok(Some(Contrast { value, interval, n, method, few: _ })) => {
            decided(expectation, value, interval, Unit::One, n, &method)
        }
        Ok(None) => Part::inconclusive(
            "a ratio is judged only where both quantities are above zero".to_owned(),
            Some(above.summary.n.min(below.summary.n)),
        ),
        Err(error) => Part::inconclusive(error.to_string(), None),
    }
}

/// Two one-sided tests prove that the difference is small; the 95 % interval beyond the margin proves that it is not.
fn equivalence(expectation: &Expectation, left: Side, right: Side, margin: f64) -> Part {
    let (contrast, test) = match compare::difference(left, right) {
        Ok(compared) => compared,
        Err(error) => return Part::inconclusive(error.to_string(), None),
    };
    let Contrast { value, interval, n, method, few: _ } = contrast;
    let unit = left.quantity.unit;
    let p = test.p_equivalent(margin);
    if p >= 0.05 {
        let mut part = decided(expectation, value, interval, unit, n, &method);
        if part.verdict == Verdict::Reproduced {
            part.verdict = Verdict::Inconclusive;
        }
        part.reason = format!("{}; two one-sided tests: p = {}", part.reason, small(p));
        return part;
    }
    let difference = number::estimate(value, interval, unit);
    let reason = format!(
        "the difference, {difference} ({method}), is less than {} (two one-sided tests: p = {})",
        number::exact_in_words(margin, unit),
        small(p)
    );
    Part { verdict: Verdict::Reproduced, reason, n: Some(n), interval: Some(interval) }
}

/// Wholly inside what the expectation accepts, wholly outside, or across its border.
fn decided(expectation: &Expectation, value: f64, interval: Interval, unit: Unit, n: usize, method: &str) -> Part {
    let accepted = expectation.accepted().expect("only expectations with a border come here");
    let inside = accepted.low < interval.low && interval.high < accepted.high;
    let outside = interval.high < accepted.low || accepted.high < interval.low;
    let verdict = match (inside, outside) {
        (true, _) => Verdict::Reproduced,
        (false, true) => Verdict::NotReproduced,
        (false, false) => Verdict::Inconclusive,
    };
    let method = if method.is_empty() { String::new() } else { format!(" ({method})") };
    let place = place(verdict, accepted, unit);
    let reason = format!("{}{method} {place}", number::estimate(value, interval, unit));
    Part { verdict, reason, n: Some(n), interval: Some(interval) }
}

/// Where an interval lies, for a verdict on where it should: `lies wholly above 0.5`.
fn place(verdict: Verdict, accepted: Interval, unit: Unit) -> String {
    let written = |value| number::exact_in_words(value, unit);
    let (low, high) = (written(accepted.low), written(accepted.high));
    let [inside, outside, border] = match (accepted.low.is_finite(), accepted.high.is_finite()) {
        (true, true) => {
            let range = format!("{} to {high}", number::exact(accepted.low, unit));
            [format!("within {range}"), format!("outside {range}"), format!("the border of {range}")]
        }
        (true, false) => [format!("above {low}"), format!("below {low}"), low],
        (false, _) => [format!("below {high}"), format!("above {high}"), high],
    };
    match verdict {
        Verdict::Reproduced => format!("lies wholly {inside}"),
        Verdict::NotReproduced => format!("lies wholly {outside}"),
        Verdict::Inconclusive | Verdict::PartiallyReproduced | Verdict::NotTested => format!("reaches across {border}"),
    }
}

fn ordering(sides: &[Side], direction: Direction) -> Part {
    let compared: Result<Vec<_>, _> = sides.windows(2).map(|pair| compare::difference(pair[1], pair[0])).collect();
    let (contrasts, tests): (Vec<Contrast>, Vec<Test>) = match compared {
        Ok(compared) => compared.into_iter().unzip(),
        Err(error) => return Part::inconclusive(error.to_string(), None),
    };
    let adjusted = holm(&tests.iter().map(Test::p_different).collect::<Vec<_>>());
    let step = |index: usize| format!("from `{}` to `{}`", sides[index].name, sides[index + 1].name);
    let mut undecided = None;
    let mut reversed = None;
    for (index, (contrast, p)) in contrasts.iter().zip(&adjusted).enumerate() {
        let along = match direction {
            Direction::Rising => contrast.value > 0.0,
            Direction::Falling => contrast.value < 0.0,
        };
        if *p >= 0.05 {
            undecided.get_or_insert(index);
        } else if !along {
            reversed.get_or_insert(index);
        }
    }
    let n = contrasts.iter().map(|contrast| contrast.n).min();
    let Some(index) = reversed.or(undecided).or((!contrasts.is_empty()).then_some(0)) else {
        return Part::inconclusive("an order needs two quantities".to_owned(), None);
    };
    let contrast = &contrasts[index];
    let change = number::estimate(contrast.value, contrast.interval, sides[index].quantity.unit);
    let change = if contrast.few { format!("{change} ({})", contrast.method) } else { change };
    let p = format!("Holm-adjusted p = {}", small(adjusted[index]));
    let (verdict, reason) = match (reversed, undecided) {
        (Some(_), _) => {
            (Verdict::NotReproduced, format!("{} the mean changes the other way, by {change} ({p})", step(index)))
        }
        (None, Some(_)) => {
            (Verdict::Inconclusive, format!("{} the change of {change} may be chance ({p})", step(index)))
        }
        (None, None) => {
            let largest = adjusted.iter().copied().fold(0.0, f64::max);
            let all = format!("every neighbour stands in order (largest Holm-adjusted p = {})", small(largest));
            (Verdict::Reproduced, format!("{all}; {} the mean changes by {change}", step(index)))
        }
    };
    Part { verdict, reason, n, interval: Some(contrast.interval) }
}

fn small(p: f64) -> String {
    if p < 0.001 { "below 0.001".to_owned() } else { format!("{p:.3}") }
}

fn trend(sides: &[Side], direction: Direction) -> Part {
    let slope = if sides.len() > 1 { compare::slope(sides) } else { Ok(None) };
    let Contrast { value, interval, n, method, few: _ } = match slope {
        Ok(Some(contrast)) => contrast,
        Ok(None) => {
            return Part::inconclusive("a trend needs several quantities over the same runs".to_owned(), None);
        }
        Err(error) => return Part::inconclusive(error.to_string(), None),
    };
    let (along, against) = match direction {
        Direction::Rising => (interval.low > 0.0, interval.high < 0.0),
        Direction::Falling => (interval.high < 0.0, interval.low > 0.0),
    };
    let (verdict, place) = match (along, against) {
        (true, _) => (Verdict::Reproduced, "has the claimed sign"),
        (false, true) => (Verdict::NotReproduced, "has the other sign"),
        (false, false) => (Verdict::Inconclusive, "may be zero"),
    };
    let slope = number::estimate(value, interval, sides[0].quantity.unit);
    Part {
        verdict,
        reason: format!("the slope per step, {slope} ({method}), {place}"),
        n: Some(n),
        interval: Some(interval),
    }
}

/// The whole of several parts, each with what it is about.
fn all(parts: Vec<(String, Part)>) -> Part {
    let count = |verdict: Verdict| parts.iter().filter(|(_, part)| part.verdict == verdict).count();
    let some = count(Verdict::Reproduced) + count(Verdict::PartiallyReproduced);
    let verdict = if parts.is_empty() {
        Verdict::NotTested
    } else if count(Verdict::Reproduced) == parts.len() {
        Verdict::Reproduced
    } else if some > 0 {
        Verdict::PartiallyReproduced
    } else if count(Verdict::NotReproduced) > 0 {
        Verdict::NotReproduced
    } else if count(Verdict::NotTested) == parts.len() {
        Verdict::NotTested
    } else {
        Verdict::Inconclusive
    };
    let told = |(index, (subject, part)): (usize, &(String, Part))| {
        // A reason that names its quantity needs no other name.
        let named = subject.is_empty() || part.reason.contains('`');
        let about = if named { String::new() } else { format!("`{subject}`, ") };
        format!("({}) {}: {about}{}", index + 1, part.verdict.name(), part.reason)
    };
    let deciding = parts.iter().find(|(_, part)| part.verdict == verdict).or(parts.first());
    Part {
        verdict,
        reason: parts.iter().enumerate().map(told).collect::<Vec<_>>().join("; "),
        n: parts.iter().filter_map(|(_, part)| part.n).min(),
        interval: deciding.and_then(|(_, part)| part.interval),
    }
}

#[cfg(test)]
mod tests;
