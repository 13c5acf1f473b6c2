//! What is compared under each form of expectation: a level, a ratio, a margin, an order, a trend.

use super::Evaluator;
use super::border::{Place, place};
use super::decide::{Rule, Severity, distance, nothing_at, one_sided, weaken};
use super::part::Part;
use super::severity;
use super::whole::of_one;
use crate::claim::{Direction, Expectation, Verdict};
use crate::compare::{self, Side};
use renas_base::metric::Unit;
use renas_stats::summary::{Interval, SampleError};
use renas_stats::t_interval::{Students, interval_of_difference};

const UNDEFINED: SampleError = SampleError::Argument("a ratio of what is not above zero");

impl<'a> Evaluator<'a> {
    /// A quantity beside a bound, or beside the paper's number and a tolerance.
    pub(super) fn level(&self, expectation: &'a Expectation, side: Side<'a>, level: f64) -> Result<Part, SampleError> {
        let contrast = compare::single(side, level)?;
        let accepted = expectation.accepted().expect("a level has a border");
        let paper = match expectation {
            Expectation::Bound { paper, .. } => *paper,
            _ => None,
        };
        let effect = paper.map(|paper| (distance(paper, accepted), "between the border and the paper's number"));
        let rule = Rule {
            accepted,
            unit: side.quantity.shown_unit(),
            about: "",
            effect,
            of_others: side.quantity.of_others(),
            refuting: None,
            level,
        };
        let foil = match expectation {
            Expectation::Bound { foil, .. } | Expectation::Within { foil, .. } => foil.as_ref(),
            _ => None,
        };
        let students = Students::new(contrast.n.max(2), level)?;
        let severity = || match (foil, &contrast.values) {
            (Some(foil), _) => self.foil(foil, &rule, |side| compare::single(side, level)),
            (None, Some(values)) if side.quantity.range.has_both_signs() => {
                let border = if accepted.low.is_finite() { accepted.low } else { accepted.high };
                let students = students.no_stricter_than(values, border);
                let passes = |values: &[f64]| place(students.mean(values), accepted) == Place::Inside;
                Severity::of("labels exchanged within clusters", severity::signs(values, side.name, passes))
            }
            (None, _) if side.quantity.range.has_both_signs() => nothing_at(0.0, "no relation or difference", &rule),
            (None, _) => Severity { words: "no foil is named".to_owned(), passes: true },
        };
        Ok(self.decided(&rule, &contrast, severity))
    }

    pub(super) fn ratio(
        &self,
        expectation: &'a Expectation,
        above: Side<'a>,
        below: Side<'a>,
        level: f64,
    ) -> Result<Part, SampleError> {
        let Some(contrast) = compare::ratio(above, below, level)? else {
            let n = Some(above.summary.n.min(below.summary.n));
            return Ok(Part::inconclusive("a ratio is judged only where both quantities are above zero".to_owned(), n));
        };
        let Expectation::Ratio { value, tolerance, foil, .. } = expectation else {
            unreachable!("only ratios come here");
        };
        let accepted = expectation.accepted().expect("a ratio has a border");
        let is_size = tolerance.is_some();
        let paper = value.filter(|_| !is_size);
        let effect = paper.map(|paper| (distance(paper, accepted), "between the border and the paper's ratio"));
        let of_others = above.quantity.of_others().or(below.quantity.of_others());
        let rule = Rule { accepted, unit: Unit::One, about: "the ratio", effect, of_others, level, refuting: None };
        let students = Students::new(contrast.n.max(2), level)?;
        let severity = || match (foil, above.values().zip(below.values())) {
            (Some(foil), _) => {
                let of = |side| compare::ratio(side, below, level).and_then(|one| one.ok_or(UNDEFINED));
                self.foil(foil, &rule, of)
            }
            (None, Some((above, below))) if !is_size && above.len() == below.len() => {
                let passes = |columns: &[Vec<f64>]| inside(students.ratio(&columns[0], &columns[1]), accepted);
                let columns = [above.into_owned(), below.into_owned()];
                let passing = severity::levels(&columns, &expectation.subject(), passes);
                Severity::of("labels exchanged within clusters", passing)
            }
            (None, _) => nothing_at(1.0, "no difference", &rule),
        };
        Ok(self.decided(&rule, &contrast, severity))
    }

    /// Equivalence and non-inferiority: the 90 % interval proves, the 95 % interval beyond the margin refutes.
    pub(super) fn margin(
        &self,
        expectation: &'a Expectation,
        left: Side<'a>,
        right: Option<Side<'a>>,
        level: f64,
    ) -> Result<Part, SampleError> {
        let one_sided = one_sided(level);
        let of = |side: Side<'a>, level: f64| match right {
            Some(right) => compare::difference(side, right, level),
            None => compare::single(side, level),
        };
        let contrast = of(left, one_sided)?;
        let (margin, foil, effect) = match expectation {
            Expectation::Equivalence { margin, foil, .. } => (*margin, foil, "of no difference within the margin"),
            Expectation::NonInferiority { margin, foil, .. } => (*margin, foil, "of no difference beside the margin"),
            _ => unreachable!("only margins come here"),
        };
        let accepted = expectation.accepted().expect("a margin is a border");
        let refuting = of(left, level)?.interval;
        let of_others = left.quantity.of_others().or(right.and_then(|right| right.quantity.of_others()));
        let rule = Rule {
            accepted,
            unit: if right.is_some() { left.quantity.unit.of_difference() } else { left.quantity.shown_unit() },
            about: if right.is_some() { "the difference" } else { "" },
            effect: Some((margin, effect)),
            of_others,
            refuting: Some((refuting, level)),
            level: one_sided,
        };
        let severity = || match foil {
            Some(foil) => self.foil(foil, &rule, |side| of(side, one_sided)),
            None => Severity { words: String::new(), passes: false },
        };
        Ok(self.decided(&rule, &contrast, severity))
    }

    pub(super) fn ordering(&self, sides: &[Side<'a>], direction: Direction, level: f64) -> Result<Part, SampleError> {
        if sides.len() < 2 {
            return Ok(Part::inconclusive("an order needs two quantities".to_owned(), None));
        }
        let along = along(direction);
        // To refute an order one reversed step of several is enough: its interval is wider.
        let strict = of_one(level, sides.len() - 1);
        let mut steps = Vec::new();
        for pair in sides.windows(2) {
            let (held, reversed) =
                (compare::difference(pair[1], pair[0], level)?, compare::difference(pair[1], pair[0], strict)?);
            let rule = Rule {
                accepted: along,
                unit: pair[0].quantity.unit.of_difference(),
                about: "the change",
                effect: None,
                of_others: pair.iter().find_map(|side| side.quantity.of_others()),
                refuting: Some((reversed.interval, strict)),
                level,
            };
            let mut part = self.decided(&rule, &held, || Severity { words: String::new(), passes: false });
            part.reason = format!("from `{}` to `{}` {}", pair[0].name, pair[1].name, part.reason);
            steps.push(part);
        }
        let worst = |verdict: Verdict| steps.iter().position(|step| step.verdict == verdict);
        let at = worst(Verdict::NotReproduced).or(worst(Verdict::Inconclusive)).or(worst(Verdict::Consistent));
        let mut part = steps[at.unwrap_or(0)].clone();
        part.n = steps.iter().filter_map(|step| step.n).min();
        if matches!(part.verdict, Verdict::Reproduced | Verdict::Consistent) {
            if sides.len() > 2 {
                part.reason = format!("every step stands in order; {}", part.reason);
            }
            let severity = severity_of_order(sides, part.n.unwrap_or_default(), along, level)?;
            if sides.iter().any(|side| side.exact().is_none()) {
                weaken(&mut part, &severity);
            }
        }
        Ok(part)
    }

    pub(super) fn trend(
        &self,
        sides: &[Side<'a>],
        direction: Direction,
        at: &[f64],
        level: f64,
    ) -> Result<Part, SampleError> {
        let Some(contrast) = compare::slope(sides, at, level)? else {
            let reason = "a trend needs several quantities over the same clusters".to_owned();
            return Ok(Part::inconclusive(reason, None));
        };
        let accepted = along(direction);
        let rule = Rule {
            accepted,
            unit: sides[0].quantity.unit.of_difference(),
            about: if at.is_empty() { "the slope per step" } else { "the slope" },
            effect: None,
            of_others: sides.iter().find_map(|side| side.quantity.of_others()),
            refuting: None,
            level,
        };
        let students = Students::new(contrast.n.max(2), level)?;
        let students = contrast.values.as_deref().map_or(students, |values| students.no_stricter_than(values, 0.0));
        let severity = || {
            let columns = compare::columns(sides).expect("a slope was taken over them");
            let name = sides.iter().map(|side| side.name).collect::<Vec<_>>().join(", ");
            let passes =
                |columns: &[Vec<f64>]| place(students.mean(&compare::slopes(columns, at)), accepted) == Place::Inside;
            Severity::of("levels permuted within clusters", severity::levels(&columns, &name, passes))
        };
        Ok(self.decided(&rule, &contrast, severity))
    }
}

/// Would an order of `n` clusters hold for exchanged labels too? Permuted within clusters where the sides share these, else dealt anew.
fn severity_of_order(sides: &[Side<'_>], n: usize, along: Interval, level: f64) -> Result<Severity, SampleError> {
    let name = sides.iter().map(|side| side.name).collect::<Vec<_>>().join(", ");
    if let Some(columns) = compare::columns(sides) {
        let step =
            |pair: &[Vec<f64>]| -> Vec<f64> { pair[1].iter().zip(&pair[0]).map(|(to, from)| to - from).collect() };
        // No step of the exchanged columns is held to more than the observed steps had to pass.
        let students = Students::new(n.max(2), level)?;
        let students = columns.windows(2).fold(students, |students, pair| students.no_stricter_than(&step(pair), 0.0));
        let rises = |pair: &[Vec<f64>]| place(students.mean(&step(pair)), along) == Place::Inside;
        let passes = |columns: &[Vec<f64>]| columns.windows(2).all(rises);
        return Ok(Severity::of("levels permuted within clusters", severity::levels(&columns, &name, passes)));
    }
    let samples: Option<Vec<Vec<f64>>> = sides.iter().map(|side| Some(side.values()?.into_owned())).collect();
    let Some(samples) = samples else {
        return Ok(Severity { words: "no difference: does not pass".to_owned(), passes: false });
    };
    let step = |pair: &[Vec<f64>]| inside(interval_of_difference(&pair[1], &pair[0], level), along);
    let passes = |samples: &[Vec<f64>]| samples.windows(2).all(step);
    Ok(Severity::of("labels exchanged", severity::labels(&samples, &name, passes)))
}

fn inside(interval: Result<Interval, SampleError>, accepted: Interval) -> bool {
    interval.is_ok_and(|interval| place(interval, accepted) == Place::Inside)
}

pub(super) fn along(direction: Direction) -> Interval {
    match direction {
        Direction::Rising => Interval { low: 0.0, high: f64::INFINITY },
        Direction::Falling => Interval { low: f64::NEG_INFINITY, high: 0.0 },
    }
}
