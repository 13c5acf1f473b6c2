//! An expectation in words, and the names of the quantities that it is about.

use super::claim::{Claim, Direction, Expectation, Foil};
use super::findings::{Findings, Measured};
use super::number;
use renas_base::metric::Unit;
use renas_stats::summary::Interval;

impl Expectation {
    /// Names of the quantities that the expectation needs, in its order; foils are not among them.
    pub fn quantities(&self) -> Vec<&str> {
        match self {
            Self::OneRun { quantity, .. }
            | Self::Within { quantity, .. }
            | Self::Bound { quantity, .. }
            | Self::Every { quantity, .. } => vec![quantity],
            Self::Ordering { quantities, .. } | Self::Trend { quantities, .. } | Self::Undecided { quantities, .. } => {
                quantities.iter().map(String::as_str).collect()
            }
            Self::Ratio { numerator, denominator, .. } => vec![numerator, denominator],
            Self::Equivalence { left, right, .. } | Self::NonInferiority { left, right, .. } => {
                std::iter::once(left.as_str()).chain(right.as_deref()).collect()
            }
            Self::Differ { test } => vec![test],
            Self::All(parts) | Self::Parts(parts) | Self::Any(parts) | Self::Robust(parts) => {
                parts.iter().flat_map(Self::quantities).collect()
            }
            Self::Untestable { .. } => Vec::new(),
        }
    }

    /// Whether an interval of the mean, or a test, of some level decides it: not single runs or units, whose intervals have a level of
    /// their own or none.
    pub(crate) fn has_level(&self) -> bool {
        match self {
            Self::OneRun { .. } | Self::Every { .. } | Self::Undecided { .. } | Self::Untestable { .. } => false,
            Self::All(parts) | Self::Parts(parts) | Self::Any(parts) | Self::Robust(parts) => {
                parts.iter().any(Self::has_level)
            }
            _ => true,
        }
    }

    /// Names of the quantities that are foils.
    pub fn foils(&self) -> Vec<&str> {
        match self {
            Self::OneRun { foil, .. }
            | Self::Within { foil, .. }
            | Self::Bound { foil, .. }
            | Self::Ratio { foil, .. }
            | Self::Equivalence { foil, .. }
            | Self::NonInferiority { foil, .. } => match foil {
                Some(Foil::Quantity(name)) => vec![name],
                Some(Foil::Value { .. }) | None => Vec::new(),
            },
            Self::All(parts) | Self::Parts(parts) | Self::Any(parts) | Self::Robust(parts) => {
                parts.iter().flat_map(Self::foils).collect()
            }
            Self::Every { .. }
            | Self::Ordering { .. }
            | Self::Trend { .. }
            | Self::Differ { .. }
            | Self::Undecided { .. }
            | Self::Untestable { .. } => Vec::new(),
        }
    }

    /// What the verdict's interval is about, as an expression over names (`a - b`); empty for what cannot be tested.
    pub fn subject(&self) -> String {
        match self {
            Self::OneRun { quantity, .. }
            | Self::Within { quantity, .. }
            | Self::Bound { quantity, .. }
            | Self::Every { quantity, .. }
            | Self::Differ { test: quantity } => quantity.clone(),
            Self::Ordering { quantities, direction } => quantities.join(match direction {
                Direction::Rising => " < ",
                Direction::Falling => " > ",
            }),
            Self::Trend { quantities, .. } => format!("slope of {}", quantities.join(", ")),
            Self::Ratio { numerator, denominator, .. } => format!("{numerator} / {denominator}"),
            Self::Equivalence { left, right, .. } | Self::NonInferiority { left, right, .. } => match right {
                Some(right) => format!("{left} - {right}"),
                None => left.clone(),
            },
            Self::All(parts) | Self::Parts(parts) | Self::Any(parts) | Self::Robust(parts) => {
                parts.iter().map(Self::subject).collect::<Vec<_>>().join("; ")
            }
            Self::Undecided { .. } | Self::Untestable { .. } => String::new(),
        }
    }

    /// What kind of claim it makes, in a few words: readers choose by it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::OneRun { .. } | Self::Within { .. } => "a number of the paper",
            Self::Bound { .. } => "above or below a bound",
            Self::Every { .. } => "every single one",
            Self::Ordering { .. } | Self::Trend { .. } => "an order or a trend",
            Self::Ratio { .. } => "a ratio",
            Self::Equivalence { .. } | Self::NonInferiority { .. } => "alike within a margin",
            Self::Differ { .. } => "a difference by a test",
            Self::All(parts) | Self::Parts(parts) | Self::Any(parts) | Self::Robust(parts) => {
                let first = parts.first().map_or("several", Self::kind);
                if parts.iter().all(|part| part.kind() == first) { first } else { "several" }
            }
            Self::Undecided { .. } | Self::Untestable { .. } => "not testable",
        }
    }

    /// What must hold, in words; numbers in the units that `findings` knows.
    pub fn in_words(&self, findings: &Findings) -> String {
        let unit = |name: &String| unit_of(name, findings);
        let margin_unit = |left: &String, right: &Option<String>| match right {
            Some(_) => unit(left).of_difference(),
            None => unit(left),
        };
        match self {
            Self::OneRun { quantity, value, foil } => format!(
                "the paper's {}, one run of its own, lies in the 95\u{a0}% prediction interval of one of our runs{}",
                number::border_in_words(*value, unit(quantity)),
                foil_in_words(foil.as_ref(), unit(quantity))
            ),
            Self::Within { quantity, value, tolerance, foil } => format!(
                "{} lies within {} of the paper's {}{}",
                if is_exact(quantity, findings) { "it" } else { "the 95\u{a0}% interval of the mean" },
                number::border(*tolerance, unit(quantity).of_difference()),
                number::border_in_words(*value, unit(quantity)),
                foil_in_words(foil.as_ref(), unit(quantity))
            ),
            Self::Bound { quantity, least, most, paper: _, foil } => format!(
                "{} {}{}",
                if is_exact(quantity, findings) { "it is" } else { "the 95\u{a0}% interval lies wholly" },
                range_in_words(*least, *most, unit(quantity), ["between", "above", "below"]),
                foil_in_words(foil.as_ref(), unit(quantity))
            ),
            Self::Every { quantity, least, most } => format!(
                "every single one is {}",
                range_in_words(*least, *most, unit(quantity), ["between", "at least", "at most"])
            ),
            Self::Ordering { quantities, direction } => format!(
                "{} from one to the next (95\u{a0}% interval of each step): {}",
                verb(*direction, "the means rise strictly", "the means fall strictly"),
                codes(quantities)
            ),
            Self::Trend { quantities, direction, at } => format!(
                "the slope over {}{} is {} (95\u{a0}% interval over clusters)",
                codes(quantities),
                if at.is_empty() { String::new() } else { format!(" at {}", numbers(at)) },
                verb(*direction, "positive", "negative")
            ),
            Self::Ratio { numerator, denominator, value, tolerance, least, most, foil } => {
                let place = match (value, tolerance) {
                    (Some(value), Some(tolerance)) => format!(
                        "lies within {} of {}",
                        number::border(*tolerance, Unit::Fraction),
                        number::border(*value, Unit::One)
                    ),
                    _ => format!(
                        "lies wholly {}",
                        range_in_words(*least, *most, Unit::One, ["between", "above", "below"])
                    ),
                };
                let foil = foil_in_words(foil.as_ref(), Unit::One);
                format!("the 95\u{a0}% interval of the ratio of `{numerator}` to `{denominator}` {place}{foil}")
            }
            Self::Equivalence { left, right, margin, from, foil } => format!(
                "{} by less than {}{} (90\u{a0}% interval: two one-sided tests at 5\u{a0}%){}",
                match right {
                    Some(right) => format!("`{left}` and `{right}` differ"),
                    None => format!("`{left}` differs from 0"),
                },
                number::border_in_words(*margin, margin_unit(left, right)),
                margin_from(from),
                foil_in_words(foil.as_ref(), margin_unit(left, right))
            ),
            Self::NonInferiority { left, right, margin, from, smaller_is_better, foil } => format!(
                "{} by less than {}{} (90\u{a0}% interval: one-sided test at 5\u{a0}%){}",
                match (right, smaller_is_better) {
                    (Some(right), false) => format!("`{left}` is at most smaller than `{right}`"),
                    (Some(right), true) => format!("`{left}` is at most larger than `{right}`"),
                    (None, false) => format!("`{left}` is at most below 0"),
                    (None, true) => format!("`{left}` is at most above 0"),
                },
                number::border_in_words(*margin, margin_unit(left, right)),
                margin_from(from),
                foil_in_words(foil.as_ref(), margin_unit(left, right))
            ),
            Self::Differ { test } => format!("the test `{test}` tells apart at 5\u{a0}%"),
            Self::All(parts) => format!("all of one statement: {}", parts_in_words(parts, findings)),
            Self::Parts(parts) => format!("independent statements: {}", parts_in_words(parts, findings)),
            Self::Any(parts) => {
                let level = number::border(0.05 / parts.len() as f64, Unit::Fraction);
                format!("one of them at least, each tested at {level}: {}", parts_in_words(parts, findings))
            }
            Self::Robust(parts) => format!("in every reading of the data: {}", parts_in_words(parts, findings)),
            Self::Undecided { quantities, .. } => format!("nothing that {} could show decides it", codes(quantities)),
            Self::Untestable { .. } => "cannot be tested by this project at any profile".to_owned(),
        }
    }

    /// The interval in which the compared number must lie, where the expectation names one.
    pub(super) fn accepted(&self) -> Option<Interval> {
        let between = |least: &Option<f64>, most: &Option<f64>| Interval {
            low: least.unwrap_or(f64::NEG_INFINITY),
            high: most.unwrap_or(f64::INFINITY),
        };
        match self {
            Self::Within { value, tolerance, .. } => Some(Interval { low: value - tolerance, high: value + tolerance }),
            Self::Bound { least, most, .. } | Self::Every { least, most, .. } => Some(between(least, most)),
            Self::Ratio { value, tolerance, least, most, .. } => Some(match (value, tolerance) {
                (Some(value), Some(tolerance)) => {
                    let width = (value * tolerance).abs();
                    Interval { low: value - width, high: value + width }
                }
                _ => between(least, most),
            }),
            Self::Equivalence { margin, .. } => Some(Interval { low: -margin, high: *margin }),
            Self::NonInferiority { margin, smaller_is_better, .. } => Some(match smaller_is_better {
                false => Interval { low: -margin, high: f64::INFINITY },
                true => Interval { low: f64::NEG_INFINITY, high: *margin },
            }),
            Self::OneRun { .. }
            | Self::Ordering { .. }
            | Self::Trend { .. }
            | Self::Differ { .. }
            | Self::All(_)
            | Self::Parts(_)
            | Self::Any(_)
            | Self::Robust(_)
            | Self::Undecided { .. }
            | Self::Untestable { .. } => None,
        }
    }
}

impl Claim {
    /// Names of all quantities that the claim looks at: of its expectation, of what stands beside it, foils, comparators.
    pub fn quantities(&self) -> Vec<&str> {
        let beside = self.beside.iter();
        let all = std::iter::once(&self.expectation).chain(beside);
        let named = all.flat_map(|one| one.quantities().into_iter().chain(one.foils()));
        named.chain(self.comparators.iter().map(|comparator| comparator.quantity.as_str())).collect()
    }
}

fn parts_in_words(parts: &[Expectation], findings: &Findings) -> String {
    let part = |(index, part): (usize, &Expectation)| {
        let about = match part {
            Expectation::OneRun { quantity, .. }
            | Expectation::Within { quantity, .. }
            | Expectation::Bound { quantity, .. }
            | Expectation::Every { quantity, .. } => format!("`{quantity}`: "),
            _ => String::new(),
        };
        format!("({}) {about}{}", index + 1, part.in_words(findings))
    };
    parts.iter().enumerate().map(part).collect::<Vec<_>>().join("; ")
}

/// `between 1 and 2`, `above 1`, `below 2`, in the words of the caller.
fn range_in_words(least: Option<f64>, most: Option<f64>, unit: Unit, [between, above, below]: [&str; 3]) -> String {
    let written = |value: f64| number::border_in_words(value, unit);
    match (least, most) {
        (Some(least), Some(most)) if least == most => written(least),
        (Some(least), Some(most)) => format!("{between} {} and {}", written(least), written(most)),
        (Some(least), None) => format!("{above} {}", written(least)),
        (None, Some(most)) => format!("{below} {}", written(most)),
        (None, None) => "anywhere".to_owned(),
    }
}

fn foil_in_words(foil: Option<&Foil>, unit: Unit) -> String {
    match foil {
        None => String::new(),
        Some(Foil::Quantity(name)) => format!("; `{name}` must not"),
        Some(Foil::Value { value, is }) => format!("; {is}, {}, must not", number::border_in_words(*value, unit)),
    }
}

fn margin_from(from: &str) -> String {
    if from.is_empty() { String::new() } else { format!(", which is {from}") }
}

fn numbers(values: &[f64]) -> String {
    values.iter().map(|value| number::exact(*value, Unit::One)).collect::<Vec<_>>().join(", ")
}

/// Whether a quantity was found to be exact.
fn is_exact(name: &str, findings: &Findings) -> bool {
    findings.quantities.get(name).is_some_and(|one| matches!(one.measured, Measured::Exact(_)))
}

/// The unit of a quantity; of one that the profile did not measure, that of its namesakes (`...accuracy`) where they agree.
fn unit_of(name: &str, findings: &Findings) -> Unit {
    if let Some(quantity) = findings.quantities.get(name) {
        return quantity.shown_unit();
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
    use crate::findings::Quantity;
    use crate::range::Range;

    fn findings() -> Findings {
        let quantity = |unit| Quantity {
            label: String::new(),
            unit,
            data: String::new(),
            over: String::new(),
            cluster: String::new(),
            range: Range::ANY,
            measured: Measured::Samples(Vec::new()),
            observed_time: false,
            imported: false,
            handed_in: false,
            definition: String::new(),
        };
        let names =
            [("a.digits.accuracy", Unit::Fraction), ("a.digits.cost", Unit::MultiplyAdds), ("b.cost", Unit::One)];
        let quantities = names.map(|(name, unit)| (name.to_owned(), quantity(unit))).into();
        Findings { quantities, ..Findings::default() }
    }

    #[test]
    fn a_quantity_that_was_not_measured_is_written_like_its_namesakes_where_they_agree() {
        let words = |quantity: &str| {
            let expectation = Expectation::Bound {
                quantity: quantity.to_owned(),
                least: Some(0.5),
                most: None,
                paper: None,
                foil: None,
            };
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
        assert!(words.starts_with("all of one statement: (1) the means rise strictly"), "{words}");
        assert!(words.contains("; (2) the means fall strictly"), "{words}");
        let bound =
            Expectation::Bound { quantity: "x".to_owned(), least: None, most: Some(1.0), paper: None, foil: None };
        let words = Expectation::All(vec![bound]).in_words(&findings());
        assert_eq!(words, "all of one statement: (1) `x`: the 95\u{a0}% interval lies wholly below 1");
    }
}
