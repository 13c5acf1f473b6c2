//! Quantities of two others, paired by unit, and numbers that go with every unit.

use std::collections::BTreeSet;

use renas_base::metric::Unit;
use renas_report::catalogue::Promised;
use renas_report::findings::EXACT;
use renas_report::range::Range;

use crate::declare::Place;
use crate::plan::{Fallible, Planned, PlannedHow, PlannedPer, define, mistake};

/// One minus another.
pub(super) fn difference(one: &Planned, other: &Planned) -> Planned {
    let range = one.promised.range.minus(&other.promised.range);
    let how = PlannedHow::Minus(one.promised.name.clone(), other.promised.name.clone());
    Planned { definition: define::of_pair(one, "minus", other), ..paired(one, other, (one.promised.unit, range), how) }
}

/// One divided by another.
pub(super) fn ratio(one: &Planned, other: &Planned) -> Planned {
    let is_positive = |side: &Planned| side.promised.range.low.is_some_and(|low| low >= 0.0);
    let range = if is_positive(one) && is_positive(other) { Range::NOT_NEGATIVE } else { Range::ANY };
    let how = PlannedHow::Divide(one.promised.name.clone(), other.promised.name.clone());
    Planned { definition: define::of_pair(one, "divided by", other), ..paired(one, other, (Unit::One, range), how) }
}

/// What is planned of two, but for its name, label and definition.
fn paired(one: &Planned, other: &Planned, (unit, range): (Unit, Range), how: PlannedHow) -> Planned {
    let units = if one.promised.is_exact() && !other.promised.is_exact() { other } else { one };
    let studies = &one.promised.studies | &other.promised.studies;
    let promised = Promised { unit, range, studies, ..units.promised.clone() };
    let is_observed_time = one.is_observed_time || other.is_observed_time;
    let is_imported = one.is_imported || other.is_imported;
    Planned {
        promised,
        label: String::new(),
        definition: String::new(),
        data: units.data.clone(),
        measured_on: &one.measured_on | &other.measured_on,
        is_hidden: false,
        is_observed_time,
        is_imported,
        how,
    }
}

/// A number that can be nothing but itself.
pub(super) fn stated(value: f64, unit: Unit) -> Planned {
    let range = Range { low: Some(value), high: Some(value) };
    let (over, cluster) = (EXACT.to_owned(), EXACT.to_owned());
    let promised = Promised { name: String::new(), unit, range, over, cluster, studies: BTreeSet::new() };
    let how = PlannedHow::Number(value);
    let definition = format!("{value}, as stated");
    Planned {
        promised,
        label: String::new(),
        definition,
        data: None,
        measured_on: BTreeSet::new(),
        is_hidden: false,
        is_observed_time: false,
        is_imported: false,
        how,
    }
}

/// What is paired is paired by unit; what is exact goes with every unit.
pub(super) fn same_units(place: &Place, one: &Planned, other: &Planned) -> Fallible<()> {
    let is_whole = |side: &Planned| matches!(side.how, PlannedHow::Rows { per: PlannedPer::Whole(_), .. });
    if is_whole(one) || is_whole(other) {
        return Err(mistake(place, "an estimate over all rows has no units to be paired by"));
    }
    match one.promised.over == other.promised.over || one.promised.is_exact() || other.promised.is_exact() {
        true => Ok(()),
        false => Err(mistake(
            place,
            format!(
                "`{}` is one number per {}, and `{}` per {}: they cannot be paired",
                one.promised.name, one.promised.over, other.promised.name, other.promised.over
            ),
        )),
    }
}
