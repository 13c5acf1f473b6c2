//! Points of several units, and of quantities, with how many clusters each is of.

use std::collections::BTreeSet;

use renas_report::catalogue::clustered;
use renas_report::findings::{Form, Measured, Quantity};
use renas_report::range::Range;
use renas_report::summary::band;
use renas_stats::summary::{mean, median, quantile, sorted};

use crate::declare::{Band, Centre, OverUnits, Place};
use crate::plan::{Fallible, Scope};
use crate::rows::{Rows, Schema};

/// A point, and of how many clusters it is; 0 where it is one thing.
pub(super) type Counted = (Vec<f64>, usize);

/// What a point of several units shows; columns by place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PlannedUnits {
    unit: usize,
    cluster: Option<usize>,
    /// What a cluster is.
    pub(super) of: String,
    is_complete: bool,
    centre: Centre,
    band: Band,
}

impl PlannedUnits {
    pub(super) fn of(over: &OverUnits, scope: &Scope<'_>, place: &Place, schema: &Schema) -> Fallible<Self> {
        let unit = |name: &String| scope.unit_column(place, schema, name);
        let (at, of) = unit(&over.unit)?;
        let cluster = over.cluster.as_ref().map(unit).transpose()?;
        let OverUnits { is_complete, centre, band, .. } = *over;
        let of = cluster.map_or(of, |(_, of)| of).clone();
        Ok(Self { unit: at, cluster: cluster.map(|(at, _)| at), of, is_complete, centre, band })
    }
}

/// One point per number across, of the units that have a row there.
pub(super) fn over_units(
    rows: &Rows,
    kept: &[usize],
    ([x, y], range): ([usize; 2], Range),
    over: &PlannedUnits,
    name: &str,
) -> Result<Vec<Counted>, String> {
    let unit = |column: usize, row: usize| rows.unit(column, row).expect("a column of units");
    let all: BTreeSet<usize> = kept.iter().map(|&row| unit(over.unit, row)).collect();
    let of = |&row: &usize| {
        let number = unit(over.unit, row);
        let cluster = over.cluster.map_or(number, |column| unit(column, row));
        Some((rows.number(x, row)?, number, (cluster, rows.number(y, row)?)))
    };
    let mut numbers: Vec<(f64, usize, (usize, f64))> = kept.iter().filter_map(of).collect();
    numbers.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
    let mut points = Vec::new();
    for units in numbers.chunk_by(|one, other| one.0 == other.0) {
        let at = units[0].0;
        if units.windows(2).any(|pair| pair[0].1 == pair[1].1) {
            return Err(format!("series `{name}`: a unit has two rows at {at}, and one is meant"));
        }
        if !over.is_complete || units.len() == all.len() {
            points.extend(point(at, units.iter().map(|(_, _, value)| *value), range, over, name));
        }
    }
    Ok(points)
}

fn point(
    at: f64,
    units: impl Iterator<Item = (usize, f64)>,
    range: Range,
    over: &PlannedUnits,
    name: &str,
) -> Option<Counted> {
    let measured = clustered(units)?;
    let values = measured.cluster_values()?;
    let centre = match over.centre {
        Centre::Mean => mean(&values),
        Centre::Median => median(&values),
    };
    let drawn = match over.band {
        Band::Interval => {
            let mut point = band(at, &measured, range, name)?;
            point[1] = centre;
            point
        }
        Band::Quantiles(ends) => {
            let ordered = sorted(&values);
            let [low, high] = ends.map(|level| quantile(&ordered, level));
            vec![at, centre, low, high]
        }
    };
    Some((drawn, values.len()))
}

/// The point of a quantity, and of strips its samples before that.
pub(super) fn of_quantity(at: f64, quantity: &Quantity, form: Form, name: &str) -> Vec<Counted> {
    let samples = match (form, quantity.measured.unit_values()) {
        (Form::Strips, Some(samples)) => samples,
        _ => &[],
    };
    let middle = match &quantity.measured {
        Measured::Exact(value) => Some(vec![at, *value]),
        Measured::Estimate { value, low, high, .. } => Some(vec![at, *value, *low, *high]),
        Measured::PValue { p, .. } => Some(vec![at, *p]),
        measured => band(at, measured, quantity.range, name),
    };
    let middle = middle.map(|point| if form == Form::Scatter { point[..2].to_vec() } else { point });
    let n = match &quantity.measured {
        Measured::Exact(_) => 0,
        Measured::Estimate { n, .. } | Measured::PValue { n, .. } => *n,
        measured => measured.cluster_values().map_or(0, |values| values.len()),
    };
    samples.iter().map(|sample| (vec![at, *sample], 0)).chain(middle.map(|point| (point, n))).collect()
}
