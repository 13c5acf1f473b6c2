//! The verdict on one expectation, whichever its form is.

mod single; //     single runs, every unit, tests

use super::Evaluator;
use super::need::Need;
use crate::claim::{Expectation, Verdict};
use crate::compare::Side;
use crate::number;
use crate::summary::FEWEST_FOR_INTERVAL;
use renas_stats::summary::{Interval, SampleError};
use single::{differ, every, one_run};

/// The verdict on an expectation or on a part of one.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) verdict: Verdict,
    pub(super) reason: String,
    pub(super) n: Option<usize>,
    pub(super) units: Option<usize>,
    pub(super) cluster: String,
    pub(super) interval: Option<Interval>,
    pub(super) severity: String,
    pub(super) need: Option<Need>,
}

impl Part {
    pub(super) fn plain(verdict: Verdict, reason: String, n: Option<usize>) -> Self {
        let (cluster, severity) = (String::new(), String::new());
        Self { verdict, reason, n, units: None, cluster, interval: None, severity, need: None }
    }

    pub(super) fn not_tested(reason: String) -> Self {
        Self::plain(Verdict::NotTested, reason, None)
    }

    pub(super) fn inconclusive(reason: String, n: Option<usize>) -> Self {
        Self::plain(Verdict::Inconclusive, reason, n)
    }
}

impl<'a> Evaluator<'a> {
    /// The verdict on an expectation; intervals of this level.
    pub(super) fn part(&self, expectation: &'a Expectation, level: f64) -> Part {
        if let Some(whole) = self.whole(expectation, level) {
            return whole;
        }
        let sides: Vec<Side> = match expectation.quantities().into_iter().map(|name| self.side(name)).collect() {
            Ok(sides) => sides,
            Err(part) => return *part,
        };
        let part = match expectation {
            Expectation::OneRun { value, foil, .. } => Ok(one_run(sides[0], *value, foil.as_ref())),
            Expectation::Within { .. } | Expectation::Bound { .. } => self.level(expectation, sides[0], level),
            Expectation::Every { .. } => Ok(every(expectation, sides[0])),
            Expectation::Ordering { direction, .. } => self.ordering(&sides, *direction, level),
            Expectation::Trend { direction, at, .. } => self.trend(&sides, *direction, at, level),
            Expectation::Ratio { .. } => self.ratio(expectation, sides[0], sides[1], level),
            Expectation::Equivalence { .. } | Expectation::NonInferiority { .. } => {
                self.margin(expectation, sides[0], sides.get(1).copied(), level)
            }
            Expectation::Differ { .. } => Ok(differ(sides[0], level)),
            Expectation::Undecided { reason, .. } => Ok(Part::inconclusive(reason.clone(), None)),
            Expectation::Untestable { reason } => Ok(Part::not_tested(reason.clone())),
            Expectation::All(_) | Expectation::Parts(_) | Expectation::Any(_) | Expectation::Robust(_) => {
                unreachable!("judged above, part by part")
            }
        };
        part.unwrap_or_else(|error| undecidable(&sides, &error))
    }
}

/// Nothing is said from so few clusters: the values are shown.
fn undecidable(sides: &[Side], error: &SampleError) -> Part {
    let fewest = sides.iter().filter(|side| side.exact().is_none()).min_by_key(|side| side.summary.n);
    let Some(side) = fewest else { return Part::inconclusive(error.to_string(), None) };
    let n = side.summary.n;
    if n >= FEWEST_FOR_INTERVAL {
        return Part { cluster: side.quantity.cluster.clone(), ..Part::inconclusive(error.to_string(), Some(n)) };
    }
    let unit = side.quantity.shown_unit();
    let values = side.values().unwrap_or_default();
    let values: Vec<String> = values.iter().map(|value| number::exact(*value, unit)).collect();
    let shown = if values.is_empty() { String::new() } else { format!(" ({})", values.join(", ")) };
    let reason = format!(
        "`{}` has {n} of the {FEWEST_FOR_INTERVAL} clusters that an interval needs{shown}; a cluster is a {}",
        side.name, side.quantity.cluster
    );
    Part { cluster: side.quantity.cluster.clone(), ..Part::inconclusive(reason, Some(n)) }
}
