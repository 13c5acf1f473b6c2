//! An expectation in words, and the names of the quantities that it is about.

use super::claim::{Direction, Expectation};
use super::findings::Findings;
use super::number;
use renas_base::metric::Unit;
use renas_stats::summary::Interval;

impl Expectation {
    /// Names of the quantities that the expectation needs, in its order.
    pub fn quantities(&self) -> Vec<&str> {
        match self {
            Self::OneRun { quantity, .. } | Self::Within { quantity, .. } | Self::Bound { quantity, .. } => {
                vec![quantity]
            }
            Self::Ordering { quantities, .. } | Self::Trend { quantities, .. } | Self::Undecided { quantities, .. } => {
                quantities.iter().map(String::as_str).collect()
            }
            Self::Ratio { numerator, denominator, .. } => vec![numerator, denominator],
            Self::Equivalence { left, right, .. } => vec![left, right],
            Self::All(parts) => parts.iter().flat_map(Self::quantities).collect(),
            Self::Untestable { .. } => Vec::new(),
        }
    }

    /// What the verdict's interval is about, as an expression over names (`a - b`); empty for what cannot be tested.
    pub fn subject(&self) -> String {
        match self {
            Self::OneRun { quantity, .. } | Self::Within { quantity, .. } | Self::Bound { quantity, .. } => {
                quantity.clone()
            }
            Self::Ordering { quantities, direction } => quantities.join(match direction {
                Direction::Rising => " < ",
                Direction::Falling => " > ",
            }),
            Self::Trend { quantities, .. } => format!("slope of {}", quantities.join(", ")),
            Self::Ratio { numerator, denominator, .. } => format!("{numerator} / {denominator}"),
            Self::Equivalence { left, right, .. } => format!("{left} - {right}"),
            Self::All(parts) => parts.iter().map(Self::subject).collect::<Vec<_>>().join("; "),
            Self::Undecided { .. } | Self::Untestable { .. } => String::new(),
        }
    }

    /// What must hold, in words; numbers in the units that `findings` knows.
    pub fn in_words(&self, findings: &Findings) -> String {
        let unit = |name: &String| unit_of(name, findings);
        match self {
            Self::OneRun { quantity, value } => format!(
                "the paper's {}, one run of its own, lies in the 95\u{a0}% prediction interval of one of our runs",
                number::exact_in_words(*value, unit(quantity))
            ),
            Self::Within { quantity, value, tolerance } => format!(
                "the 95\u{a0}% interval of the mean lies within {} of the paper's {}",
                number::exact(*tolerance, unit(quantity)),
                number::exact_in_words(*value, unit(quantity))
            ),
            Self::Bound { quantity, least, most } => {
                let written = |value: &f64| number::exact_in_words(*value, unit(quantity));
                let bounds = match (least, most) {
                    (Some(least), Some(most)) => format!("between {} and {}", written(least), written(most)),
                    (Some(least), None) => format!("above {}", written(least)),
                    (None, Some(most)) => format!("below {}", written(most)),
                    (None, None) => "anywhere".to_owned(),
                };
                format!("the 95\u{a0}% interval lies wholly {bounds}")
            }
            Self::Ordering { quantities, direction } => format!(
                "{} strictly from one to the next (neighbours compared at 5\u{a0}%, Holm-corrected): {}",
                verb(*direction, "the means rise", "the means fall"),
                codes(quantities)
            ),
            Self::Trend { quantities, direction } => format!(
                "the slope over {} is {} (95\u{a0}% interval over paired runs)",
                codes(quantities),
                verb(*direction, "positive", "negative")
            ),
            Self::Ratio { numerator, denominator, value, tolerance } => format!(
                "the 95\u{a0}% interval of the ratio of `{numerator}` to `{denominator}` lies within {1} of {0}",
                number::exact(*value, Unit::One),
                number::exact(*tolerance, Unit::Fraction)
            ),
            Self::Equivalence { left, right, margin } => format!(
                "`{left}` and `{right}` differ by less than {} (two one-sided tests at 5\u{a0}%)",
                number::exact_in_words(*margin, unit(left))
            ),
            Self::All(parts) => {
                let part = |(index, part): (usize, &Self)| {
                    let about = match part {
                        Self::OneRun { quantity, .. }
                        | Self::Within { quantity, .. }
                        | Self::Bound { quantity, .. } => {
                            format!("`{quantity}`: ")
                        }
                        Self::Ordering { .. }
                        | Self::Trend { .. }
                        | Self::Ratio { .. }
                        | Self::Equivalence { .. }
                        | Self::All(_)
                        | Self::Undecided { .. }
                        | Self::Untestable { .. } => String::new(),
                    };
                    format!("({}) {about}{}", index + 1, part.in_words(findings))
                };
                let parts: Vec<String> = parts.iter().enumerate().map(part).collect();
                format!("all of: {}", parts.join("; "))
            }
            Self::Undecided { quantities, .. } => format!("nothing that {} could show decides it", codes(quantities)),
            Self::Untestable { .. } => "cannot be tested by this project at any profile".to_owned(),
        }
    }

    /// The interval in which the compared number must lie, where the expectation names one.
    pub(super) fn accepted(&self) -> Option<Interval> {
        match self {
            Self::Within { value, tolerance, .. } => Some(Interval { low: value - tolerance, high: value + tolerance }),
            Self::Bound { least, most, .. } => {
                Some(Interval { low: least.unwrap_or(f64::NEG_INFINITY), high: most.unwrap_or(f64::INFINITY) })
            }
            Self::Ratio { value, tolerance, .. } => {
                let width = (value * tolerance).abs();
                Some(Interval { low: value - width, high: value + width })
            }
            Self::Equivalence { margin, .. } => Some(Interval { low: -margin, high: *margin }),
            Self::OneRun { .. }
            | Self::Ordering { .. }
            | Self::Trend { .. }
            | Self::All(_)
            | Self::Undecided { .. }
            | Self::Untestable { .. } => None,
        }
    }
}

/// The unit of a quantity; of one that the profile did not measure, that of its namesakes (`...accuracy`) where they agree.
fn unit_of(name: &str, findings: &Findings) -> Unit {
    if let Some(quantity) = findings.quantities.get(name) {
        return quantity.unit;
    }
    let last = |name: &str| name.rsplit('.').next().map(str::to_owned);
    let mut namesakes = findings.quantities.iter().filter(|(other, _)| last(other) == last(name));
    match namesakes.next() {
        Some((_, first)) if namesakes.all(|(_, other)| other.unit == first.unit) => first.unit,
        Some(_) | None => Unit::One,
    }
}

fn verb(direction: Direction, rising: &'static str, falling: &'static str) -> &'static str {
    match direction {
        Direction::Rising => rising,
        Direction::Falling => falling,
    }
}

fn codes(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{Measured, Quantity};

    fn findings() -> Findings {
        let quantity = |unit| Quantity {
            label: String::new(),
            unit,
            data: String::new(),
            over: String::new(),
            measured: Measured::Samples(Vec::new()),
            observed_time: false,
        };
        let names =
            [("a.digits.accuracy", Unit::Fraction), ("a.digits.cost", Unit::MultiplyAdds), ("b.cost", Unit::One)];
        let quantities = names.map(|(name, unit)| (name.to_owned(), quantity(unit))).into();
        Findings { quantities, ..Findings::default() }
    }

    #[test]
    fn a_quantity_that_was_not_measured_is_written_like_its_namesakes_where_they_agree() {
        let words = |quantity: &str| {
            let expectation = Expectation::Bound { quantity: quantity.to_owned(), least: Some(0.5), most: None };
            expectation.in_words(&findings())
        };
        let above = |bound: &str| format!("the 95\u{a0}% interval lies wholly above {bound}");
        assert_eq!(words("a.digits.accuracy"), above("50\u{a0}%"));
        assert_eq!(words("c.mnist.accuracy"), above("50\u{a0}%"));
        assert_eq!(words("c.mnist.cost"), above("0.5"));
        assert_eq!(words("unknown"), above("0.5"));
    }

    #[test]
    fn parts_are_numbered_and_an_order_shows_its_direction() {
        let order = |direction| Expectation::Ordering { quantities: vec!["x".to_owned(), "y".to_owned()], direction };
        let all = Expectation::All(vec![order(Direction::Rising), order(Direction::Falling)]);
        assert_eq!(all.subject(), "x < y; x > y");
        assert_eq!(all.quantities(), ["x", "y", "x", "y"]);
        let words = all.in_words(&findings());
        assert!(words.starts_with("all of: (1) the means rise strictly"), "{words}");
        assert!(words.contains("; (2) the means fall strictly"), "{words}");
        let bound = Expectation::Bound { quantity: "x".to_owned(), least: None, most: Some(1.0) };
        let words = Expectation::All(vec![bound]).in_words(&findings());
        assert_eq!(words, "all of: (1) `x`: the 95\u{a0}% interval lies wholly below 1");
    }
}
