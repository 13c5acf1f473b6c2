//! Means that somebody printed, with deviation and n, checked against the rows: do they follow from them, and by which divisor?
//!
//! What is printed is rounded: it agrees where the number of the rows is at most half a unit of its last digit away. A deviation has
//! n - 1 degrees of freedom (the divisor of R's `sd`) or n (of `numpy.std`), or it is none but the standard error of the mean; which
//! of them its digits tell is said.

use renas_base::metric::Unit;
use renas_report::findings::{Cell, Quantity, Table};
use renas_report::number;
use renas_stats::summary::{mean, variance};

use crate::declare::Mistake;
use crate::plan::table::Shown;
use crate::printed::{DegreesOfFreedom, Printed, Published};

/// What is checked against the rows; a mistake for each quantity that is not known.
pub(super) fn plan(declared: &[Published], shown: &Shown<'_>) -> Result<Vec<Published>, Vec<Mistake>> {
    let unknown = |one: &Published| shown.known(&one.place, &one.quantity).err();
    let mistakes: Vec<Mistake> = declared.iter().filter_map(unknown).collect();
    if mistakes.is_empty() { Ok(declared.to_vec()) } else { Err(mistakes) }
}

/// The table of all checks; nothing where nothing is declared. A quantity that has no units here is a row of dashes.
pub(super) fn table<'q>(all: &[Published], quantity: &dyn Fn(&str) -> Option<&'q Quantity>) -> Option<Table> {
    let columns = [
        "Quantity",
        "Printed in",
        "Mean, printed",
        "Mean of the rows",
        "Deviation, printed",
        "Of the rows, n - 1",
        "Of the rows, n",
        "n, printed",
        "n of the rows",
        "What follows",
    ];
    (!all.is_empty()).then(|| Table {
        id: "printed_means".to_owned(),
        title: "Printed means beside the rows".to_owned(),
        caption: "What is printed agrees where the number of the rows lies within half a unit of its last digit. A standard deviation \
                  has n - 1 or n degrees of freedom."
            .to_owned(),
        columns: columns.map(str::to_owned).into(),
        rows: all.iter().map(|one| row(one, quantity(&one.quantity))).collect(),
    })
}

fn row(printed: &Published, quantity: Option<&Quantity>) -> Vec<Cell> {
    let Published { quantity: name, source, mean: of_mean, deviation, n, .. } = printed;
    let values = quantity.and_then(|quantity| quantity.measured.unit_values()).unwrap_or_default();
    let unit = quantity.map_or(Unit::One, Quantity::shown_unit);
    let number = |value: Option<f64>, unit: Unit| value.map_or(Cell::Empty, |value| Cell::Number { value, unit });
    let stated = |printed: &Option<Printed>| printed.as_ref().map(|one| one.value);
    let found = Found::of(values);
    let spread = unit.of_difference();
    vec![
        Cell::Text(format!("`{name}`")),
        Cell::Text(source.clone()),
        number(stated(of_mean), unit),
        number(found.as_ref().map(|found| found.mean), unit),
        number(stated(deviation), spread),
        number(found.as_ref().and_then(|found| found.deviations).map(|[sample, _]| sample), spread),
        number(found.as_ref().and_then(|found| found.deviations).map(|[_, population]| population), spread),
        number(n.map(|n| n as f64), Unit::Count),
        number(found.as_ref().map(|found| found.n as f64), Unit::Count),
        match &found {
            Some(found) => Cell::Text(found.against(printed, unit)),
            None => Cell::Text("it was not measured unit by unit here".to_owned()),
        },
    ]
}

/// What the rows say.
#[derive(Clone, Debug, PartialEq)]
struct Found {
    n: usize,
    mean: f64,
    /// With divisor n - 1, and with divisor n; none of a single unit.
    deviations: Option<[f64; 2]>,
}

impl Found {
    fn of(values: &[f64]) -> Option<Self> {
        let n = values.len();
        (n > 0).then(|| {
            let deviations = (n > 1).then(|| {
                let variance = variance(values);
                [variance.sqrt(), (variance * (n - 1) as f64 / n as f64).sqrt()]
            });
            Self { n, mean: mean(values), deviations }
        })
    }

    /// What becomes of what is printed, in words.
    fn against(&self, printed: &Published, unit: Unit) -> String {
        let mut said = Vec::new();
        if let Some(of_mean) = &printed.mean {
            said.push(match of_mean.agrees(self.mean) {
                true => "the mean agrees".to_owned(),
                false => {
                    let found = number::exact_in_words(self.mean, unit);
                    format!("the mean DIFFERS: that of the rows is {found}")
                }
            });
        }
        if let Some(n) = printed.n {
            said.push(match n == self.n {
                true => "n agrees".to_owned(),
                false => format!("n DIFFERS: there are {} in the rows", self.n),
            });
        }
        if let Some(deviation) = &printed.deviation {
            said.push(self.deviation_against(deviation, printed.degrees_of_freedom));
        }
        said.join("; ")
    }

    fn deviation_against(&self, printed: &Printed, stated: Option<DegreesOfFreedom>) -> String {
        let Some(deviations) = self.deviations else { return "one unit has no deviation".to_owned() };
        let [sample, population] = deviations.map(|deviation| printed.agrees(deviation));
        let is_error = printed.agrees(deviations[0] / (self.n as f64).sqrt());
        match (stated, sample, population) {
            (None, true, true) => "the deviation agrees with n - 1 and with n degrees of freedom, rounded".to_owned(),
            (None | Some(DegreesOfFreedom::Sample), true, _) => {
                "the deviation agrees: n - 1 degrees of freedom".to_owned()
            }
            (None | Some(DegreesOfFreedom::Population), _, true) => {
                "the deviation agrees: n degrees of freedom".to_owned()
            }
            (Some(DegreesOfFreedom::Sample), false, true) => {
                "the deviation DIFFERS: it has n degrees of freedom, and n - 1 are stated".to_owned()
            }
            (Some(DegreesOfFreedom::Population), true, false) => {
                "the deviation DIFFERS: it has n - 1 degrees of freedom, and n are stated".to_owned()
            }
            (_, false, false) if is_error => {
                "the deviation DIFFERS: what is printed is the standard error of the mean".to_owned()
            }
            (_, false, false) => "the deviation DIFFERS from that of n - 1 and of n degrees of freedom".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declare::Place;

    const VALUES: [f64; 5] = [0.931, 0.936, 0.929, 0.942, 0.933];

    fn printed(mean: &str, deviation: &str, n: usize, degrees_of_freedom: Option<DegreesOfFreedom>) -> Published {
        let number = |text: &str| Some(Printed::parse(text).expect("a number"));
        let (place, quantity, source) = (Place::default(), "a".to_owned(), "Table 1".to_owned());
        Published {
            place,
            quantity,
            source,
            mean: number(mean),
            deviation: number(deviation),
            n: Some(n),
            degrees_of_freedom,
        }
    }

    fn said(printed: &Published) -> String {
        Found::of(&VALUES).expect("five values").against(printed, Unit::Fraction)
    }

    /// CPython 3.11.7's `statistics`: mean = 0.9342, stdev = 0.0050695167422545925, pstdev = 0.0045343136195018195 of these five.
    #[test]
    fn mean_and_both_deviations_are_those_of_python() {
        let found = Found::of(&VALUES).expect("five values");
        assert!((found.mean - 0.9342).abs() < 1e-12);
        let [sample, population] = found.deviations.expect("five values");
        assert!((sample - 0.005_069_516_742_254_592_5).abs() < 1e-12, "{sample}");
        assert!((population - 0.004_534_313_619_501_819_5).abs() < 1e-12, "{population}");
        assert_eq!(Found::of(&VALUES[..1]).expect("one value").deviations, None);
        assert_eq!(Found::of(&[]), None);
    }

    #[test]
    fn what_is_printed_agrees_within_half_a_unit_of_its_last_digit_and_names_its_degrees_of_freedom() {
        let agrees = "the mean agrees; n agrees; the deviation agrees: ";
        assert_eq!(said(&printed("93.42 %", "0.51 %", 5, None)), format!("{agrees}n - 1 degrees of freedom"));
        assert_eq!(said(&printed("0.934", "0.0045", 5, None)), format!("{agrees}n degrees of freedom"));
        let both = said(&printed("93.4 %", "0.5 %", 5, None));
        assert!(both.ends_with("the deviation agrees with n - 1 and with n degrees of freedom, rounded"), "{both}");
        assert!(
            said(&printed("93.4 %", "0.5 %", 5, Some(DegreesOfFreedom::Population)))
                .ends_with("agrees: n degrees of freedom")
        );
        let other = said(&printed("93.5 %", "0.51 %", 4, Some(DegreesOfFreedom::Population)));
        assert_eq!(
            other.replace('\u{a0}', " "),
            "the mean DIFFERS: that of the rows is 93.42 %; n DIFFERS: there are 5 in the rows; the deviation DIFFERS: it has n - 1 \
             degrees of freedom, and n are stated"
        );
    }

    #[test]
    fn a_standard_error_that_is_printed_as_a_deviation_is_called_so() {
        // stdev / sqrt(5) = 0.0022671568097509098 by the same Python.
        assert!(said(&printed("93.4 %", "0.227 %", 5, None)).ends_with("is the standard error of the mean"));
        let none = said(&printed("93.4 %", "0.9 %", 5, None));
        assert!(none.ends_with("the deviation DIFFERS from that of n - 1 and of n degrees of freedom"), "{none}");
        let one =
            Found::of(&VALUES[..1]).expect("one value").against(&printed("93.1 %", "0 %", 1, None), Unit::Fraction);
        assert_eq!(one, "the mean agrees; n agrees; one unit has no deviation");
    }

    #[test]
    fn digits_say_how_far_rounding_may_have_moved_a_number() {
        for (text, value, half) in
            [("93.40 %", 0.934, 0.000_05), ("12", 12.0, 0.5), ("-0.5", -0.5, 0.05), ("1.20e3", 1200.0, 5.0)]
        {
            let printed = Printed::parse(text).expect("a number");
            assert!((printed.value - value).abs() < 1e-12 && (printed.half - half).abs() < 1e-12, "{printed:?}");
        }
        for text in ["", "%", "inf", "1,5", "n/a", "nan", "1.2.3"] {
            assert_eq!(Printed::parse(text), None, "{text}");
        }
    }
}
