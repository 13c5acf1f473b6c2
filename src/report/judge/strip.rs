//! What an expectation compares, as it can be drawn: where the numbers lie beside what is accepted.
//!
//! Drawn from the same comparisons that judge; nothing is decided here.

use serde::{Deserialize, Serialize};

use super::Evaluator;
use super::border::touches;
use super::comparison::along;
use super::decide::one_sided;
use super::whole::of_one;
use crate::claim::{Direction, Expectation, Foil};
use crate::compare::{self, Contrast, Side};
use renas_base::metric::Unit;
use renas_stats::summary::{Interval, SampleError};

/// One comparison on a line of numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Strip {
    /// What is compared, for people.
    pub label: String,
    /// Its unit.
    pub unit: Unit,
    /// Where it must lie; ends that are not finite are open.
    #[serde(with = "open_ends")]
    pub accepted: Interval,
    /// That is where one more run of ours is to be expected, and the paper's number must lie there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_of_one_run: bool,
    /// What the paper has, where it names a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paper: Option<f64>,
    /// What we have; absent where single units alone are looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// The interval that is held against the border.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// One value per cluster, or per unit where every unit counts; `findings.json` has them with the quantities alone.
    #[serde(skip)]
    pub samples: Vec<f64>,
    /// What is known to be false, in the place of the judged one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub foil: Option<Mark>,
}

/// Ends that do not exist are absent, since JSON has no infinity.
mod open_ends {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::range::Range;
    use renas_stats::summary::Interval;

    pub(super) fn serialize<S: Serializer>(ends: &Interval, serializer: S) -> Result<S::Ok, S::Error> {
        let finite = |end: f64| Some(end).filter(|end| end.is_finite());
        Range { low: finite(ends.low), high: finite(ends.high) }.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Interval, D::Error> {
        let Range { low, high } = Range::deserialize(deserializer)?;
        Ok(Interval { low: low.unwrap_or(f64::NEG_INFINITY), high: high.unwrap_or(f64::INFINITY) })
    }
}

/// A number with its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// The name, for people.
    pub label: String,
    /// The number.
    pub value: f64,
}

impl Strip {
    /// The borders that its interval does not touch: written ends must not seem to.
    pub(crate) fn clear_borders(&self) -> Vec<f64> {
        let ends = self.interval.iter().flat_map(|ends| [ends.low, ends.high]);
        let is_clear = |border: &f64| ends.clone().all(|end| !touches(end, *border));
        [self.accepted.low, self.accepted.high]
            .into_iter()
            .filter(|border| border.is_finite())
            .filter(is_clear)
            .collect()
    }

    /// How near that interval comes to a border of what is accepted, in half widths of the interval; none where there is no border.
    pub fn clearance(&self, interval: Interval) -> Option<f64> {
        let Interval { low, high } = interval;
        let half = (high - low) / 2.0;
        let borders = [self.accepted.low, self.accepted.high].into_iter().filter(|border| border.is_finite());
        let distances = borders.flat_map(|border| [(low - border).abs(), (high - border).abs()]);
        let nearest = distances.fold(f64::INFINITY, f64::min);
        (half > 0.0 && nearest.is_finite()).then(|| nearest / half)
    }
}

impl<'a> Evaluator<'a> {
    /// The comparisons of an expectation, in its order; none of what was not measured.
    /// The intervals are of the level that decides.
    pub(super) fn strips(&self, expectation: &'a Expectation, level: f64) -> Vec<Strip> {
        if let Expectation::All(parts)
        | Expectation::Parts(parts)
        | Expectation::Any(parts)
        | Expectation::Robust(parts) = expectation
        {
            let level = if matches!(expectation, Expectation::Any(_)) { of_one(level, parts.len()) } else { level };
            return parts.iter().flat_map(|part| self.strips(part, level)).collect();
        }
        let sides: Result<Vec<Side>, _> = expectation.quantities().into_iter().map(|name| self.side(name)).collect();
        let Ok(sides) = sides else { return Vec::new() };
        match expectation {
            Expectation::Ordering { direction, .. } => {
                sides.windows(2).map(|pair| self.step(pair[0], pair[1], *direction, level)).collect()
            }
            Expectation::Differ { .. } | Expectation::Undecided { .. } | Expectation::Untestable { .. } => Vec::new(),
            _ => vec![self.strip(expectation, &sides, level)],
        }
    }

    fn step(&self, from: Side<'a>, to: Side<'a>, direction: Direction, level: f64) -> Strip {
        let label = format!("{}, minus {}", to.quantity.label, from.quantity.label);
        let plain = Strip { label, unit: to.quantity.unit.of_difference(), ..open(to) };
        compared(Strip { accepted: along(direction), ..plain }, compare::difference(to, from, level))
    }

    fn strip(&self, expectation: &'a Expectation, sides: &[Side<'a>], level: f64) -> Strip {
        let side = sides[0];
        let other = sides.get(1).copied();
        let plain = Strip { accepted: expectation.accepted().unwrap_or(EVERYWHERE), ..open(side) };
        // As margins are judged.
        let level = match expectation {
            Expectation::Equivalence { .. } | Expectation::NonInferiority { .. } => one_sided(level),
            _ => level,
        };
        let contrast = |side: Side<'a>| match (expectation, other) {
            (Expectation::Ratio { .. }, Some(below)) => {
                compare::ratio(side, below, level)?.ok_or(SampleError::Argument("no ratio"))
            }
            (Expectation::Trend { at, .. }, _) => {
                compare::slope(sides, at, level)?.ok_or(SampleError::Argument("no slope"))
            }
            (_, Some(right)) => compare::difference(side, right, level),
            (_, None) => compare::single(side, level),
        };
        match expectation {
            Expectation::OneRun { value, foil, .. } => {
                let accepted = side.summary.prediction.unwrap_or(EVERYWHERE);
                let foil = self.mark(foil.as_ref(), contrast);
                let plain = Strip { accepted, is_of_one_run: true, paper: Some(*value), foil, ..plain };
                compared(plain, contrast(side))
            }
            Expectation::Within { value, foil, .. } => {
                let foil = self.mark(foil.as_ref(), contrast);
                compared(Strip { paper: Some(*value), foil, ..plain }, contrast(side))
            }
            Expectation::Bound { paper, foil, .. } => {
                let foil = self.mark(foil.as_ref(), contrast);
                compared(Strip { paper: *paper, foil, ..plain }, contrast(side))
            }
            Expectation::Every { .. } => {
                let units = side.quantity.measured.unit_values().map(<[f64]>::to_vec);
                Strip { samples: units.or(side.exact().map(|value| vec![value])).unwrap_or_default(), ..plain }
            }
            Expectation::Ratio { value, foil, .. } => {
                let label = format!("{}, as a ratio to {}", plain.label, other.map_or("", label_of));
                let foil = self.mark(foil.as_ref(), contrast);
                compared(Strip { label, unit: Unit::One, paper: *value, foil, ..plain }, contrast(side))
            }
            Expectation::Trend { direction, .. } => {
                let label =
                    format!("slope from {} to {}", plain.label, sides.last().map_or("", |side| label_of(*side)));
                let unit = plain.unit.of_difference();
                compared(Strip { label, unit, accepted: along(*direction), ..plain }, contrast(side))
            }
            Expectation::Equivalence { foil, .. } | Expectation::NonInferiority { foil, .. } => {
                let label = match other {
                    Some(right) => format!("{}, minus {}", plain.label, right.quantity.label),
                    None => plain.label.clone(),
                };
                let unit = if other.is_some() { plain.unit.of_difference() } else { plain.unit };
                let foil = self.mark(foil.as_ref(), contrast);
                compared(Strip { label, unit, foil, ..plain }, contrast(side))
            }
            _ => plain,
        }
    }

    fn mark(
        &self,
        foil: Option<&'a Foil>,
        contrast: impl Fn(Side<'a>) -> Result<Contrast, SampleError>,
    ) -> Option<Mark> {
        match foil? {
            Foil::Value { value, is } => Some(Mark { label: is.clone(), value: *value }),
            Foil::Quantity(name) => {
                let side = self.side(name).ok()?;
                let value = contrast(side).map_or(side.summary.mean, |contrast| contrast.value);
                Some(Mark { label: side.quantity.label.clone(), value })
            }
        }
    }
}

const EVERYWHERE: Interval = Interval { low: f64::NEG_INFINITY, high: f64::INFINITY };

fn open(side: Side<'_>) -> Strip {
    Strip {
        label: side.quantity.label.clone(),
        unit: side.quantity.shown_unit(),
        accepted: EVERYWHERE,
        is_of_one_run: false,
        paper: None,
        value: None,
        interval: None,
        samples: side.values().map(std::borrow::Cow::into_owned).unwrap_or_default(),
        foil: None,
    }
}

fn label_of(side: Side<'_>) -> &str {
    &side.quantity.label
}

/// The strip of a contrast; of too few clusters the values alone.
fn compared(plain: Strip, contrast: Result<Contrast, SampleError>) -> Strip {
    match contrast {
        Ok(contrast) => Strip {
            value: Some(contrast.value),
            interval: (!contrast.is_exact()).then_some(contrast.interval),
            samples: contrast.values.unwrap_or_default(),
            ..plain
        },
        Err(_) => plain,
    }
}
