//! Declared figures: series over dimensions, points of rows or of quantities.

use std::collections::BTreeSet;

use renas_report::catalogue::clustered;
use renas_report::findings::{Figure, Form, Measured, Quantity, Series};
use renas_report::range::Range;
use renas_report::summary::band;
use renas_stats::summary::{mean, median, quantile, sorted};

use crate::declare::{self, Band, Centre, Mistake, OverUnits, Place, Points};
use crate::plan::filter::Filter;
use crate::plan::measure::MeasureError;
use crate::plan::table::Shown;
use crate::plan::{Fallible, Scope, mistake};
use crate::rows::{Kind, Rows, Schema};
use crate::template::{Binding, Template};

/// A figure whose templates are filled.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PlannedFigure {
    /// All but its points.
    frame: Figure,
    series: Vec<PlannedSeries>,
}

#[derive(Clone, Debug, PartialEq)]
struct PlannedSeries {
    name: String,
    panel: String,
    points: PlannedPoints,
}

#[derive(Clone, Debug, PartialEq)]
enum PlannedPoints {
    /// A point per row; columns by place.
    Rows { filter: Filter, columns: Vec<usize> },
    /// A point per number across, of the numbers up of each unit, which can be within a range.
    Units { filter: Filter, columns: [usize; 2], range: Range, over: PlannedUnits },
    /// Where along the axis, and which quantity.
    Quantities(Vec<(f64, String)>),
}

#[derive(Clone, Debug, PartialEq)]
struct PlannedUnits {
    unit: usize,
    cluster: Option<usize>,
    is_complete: bool,
    centre: Centre,
    band: Band,
}

/// The figures under a frame, one for each member that its id has a place for.
pub(crate) fn plan(
    declared: &declare::Figure,
    scope: &Scope<'_>,
    shown: &Shown<'_>,
) -> Result<Vec<PlannedFigure>, Vec<Mistake>> {
    let members = scope.expand(&declared.place, &declared.id.places()).map_err(|found| vec![found])?;
    members.iter().map(|member| figure(declared, scope, shown, member)).collect()
}

fn figure<'s>(
    declared: &declare::Figure,
    scope: &'s Scope<'_>,
    shown: &Shown<'_>,
    member: &Binding<'s>,
) -> Result<PlannedFigure, Vec<Mistake>> {
    let mut mistakes = Vec::new();
    let mut text = |template: &Template| {
        template.fill(member).unwrap_or_else(|why| {
            mistakes.push(mistake(&declared.place, why));
            String::new()
        })
    };
    let [id, title, caption] = [&declared.id, &declared.title, &declared.caption].map(&mut text);
    let [x_label, y_label, z_label] = declared.labels.each_ref().map(|label| label.as_ref().map(&mut text));
    let mut frame = Figure {
        id,
        title,
        caption,
        form: declared.form,
        x_label: x_label.unwrap_or_default(),
        y_label: y_label.unwrap_or_default(),
        z_label,
        scales: declared.scales,
        ..Figure::default()
    };
    let mut series = Vec::new();
    for group in &declared.series {
        let each: Vec<&str> = group.each.iter().map(String::as_str).collect();
        let bindings = match scope.expand_from(member, &group.place, &each) {
            Ok(bindings) => bindings,
            Err(found) => {
                mistakes.push(found);
                continue;
            }
        };
        for binding in &bindings {
            match planned_series(group, scope, shown, binding, &mut frame) {
                Ok(planned) => series.push(planned),
                Err(found) => mistakes.push(found),
            }
        }
    }
    if mistakes.is_empty() { Ok(PlannedFigure { frame, series }) } else { Err(mistakes) }
}

fn planned_series<'s>(
    group: &declare::SeriesGroup,
    scope: &'s Scope<'_>,
    shown: &Shown<'_>,
    binding: &Binding<'s>,
    frame: &mut Figure,
) -> Fallible<PlannedSeries> {
    let place = &group.place;
    let fill = |template: &Template, binding: &Binding<'_>| template.fill(binding).map_err(|why| mistake(place, why));
    let name = fill(&group.name, binding)?;
    let panel = group.panel.as_ref().map(|panel| fill(panel, binding)).transpose()?.unwrap_or_default();
    let points = match &group.points {
        Points::Rows { from, conditions, columns, over_units } => {
            if frame.form.has_categories() {
                return Err(mistake(
                    place,
                    "bars and strips are drawn of quantities: say `along`, `at` and `quantity`",
                ));
            }
            let numbers = columns.len();
            if !frame.form.draws(numbers) || numbers > 3 {
                let wanted = if frame.form == Form::Scatter3d { 3 } else { 2 };
                return Err(mistake(place, format!("`points` names {numbers} columns, and the form draws {wanted}")));
            }
            let schema = scope.table(place, from)?;
            let filter = scope.filter(schema, conditions, binding)?;
            let columns: Vec<(usize, Range)> = columns
                .iter()
                .map(|column| number_column(scope, place, schema, &fill(column, binding)?))
                .collect::<Fallible<_>>()?;
            let places: Vec<usize> = columns.iter().map(|(at, _)| *at).collect();
            match (over_units, places.as_slice()) {
                (None, _) => PlannedPoints::Rows { filter, columns: places },
                (Some(over), &[x, y]) => {
                    let over = planned_units(scope, place, schema, over)?;
                    PlannedPoints::Units { filter, columns: [x, y], range: columns[1].1, over }
                }
                (Some(_), _) => return Err(mistake(place, "`per` gives lines of two columns, not points in space")),
            }
        }
        Points::Quantities { along, at, quantity } => {
            let along: Vec<&str> = along.iter().map(String::as_str).collect();
            let mut points = Vec::new();
            for binding in &scope.expand_from(binding, place, &along)? {
                let name = shown.known(place, &fill(quantity, binding)?)?;
                let at = fill(at, binding)?;
                points.push((along_the_axis(frame, place, &at)?, name));
            }
            PlannedPoints::Quantities(points)
        }
    };
    Ok(PlannedSeries { name, panel, points })
}

/// A number across, or the place of a category, which is added where it is new.
fn along_the_axis(frame: &mut Figure, place: &Place, at: &str) -> Fallible<f64> {
    if frame.form.has_categories() {
        let known = frame.categories.iter().position(|category| category == at);
        return Ok(known.unwrap_or_else(|| {
            frame.categories.push(at.to_owned());
            frame.categories.len() - 1
        }) as f64);
    }
    match frame.form {
        Form::Lines | Form::Scatter => at.parse().map_err(|_| mistake(place, format!("`at`: `{at}` is no number"))),
        _ => Err(mistake(place, "quantities are drawn as lines, scatter, bars or strips")),
    }
}

fn number_column(scope: &Scope<'_>, place: &Place, schema: &Schema, name: &str) -> Fallible<(usize, Range)> {
    match scope.column(place, schema, name)? {
        (at, Kind::Number { range, .. }) => Ok((at, *range)),
        (_, kind) => Err(mistake(place, format!("`{name}` holds {}, not numbers", kind.in_words()))),
    }
}

fn planned_units(scope: &Scope<'_>, place: &Place, schema: &Schema, over: &OverUnits) -> Fallible<PlannedUnits> {
    let unit = |name: &str| match scope.column(place, schema, name)? {
        (at, Kind::Unit { .. }) => Ok(at),
        (_, kind) => Err(mistake(place, format!("`{name}` holds {}, no units of replication", kind.in_words()))),
    };
    let OverUnits { is_complete, centre, band, .. } = *over;
    Ok(PlannedUnits {
        unit: unit(&over.unit)?,
        cluster: over.cluster.as_deref().map(unit).transpose()?,
        is_complete,
        centre,
        band,
    })
}

impl PlannedFigure {
    /// The figure of these rows and quantities, without series that have no point; nothing where none has.
    pub(crate) fn figure<'q>(
        &self,
        rows: &[Rows],
        quantity: &dyn Fn(&str) -> Option<&'q Quantity>,
    ) -> Result<Option<Figure>, MeasureError> {
        let mut series = Vec::new();
        for planned in &self.series {
            let points = planned
                .points(rows, self.frame.form, quantity)
                .map_err(|why| MeasureError { name: format!("figure `{}`", self.frame.id), why })?;
            if !points.is_empty() {
                series.push(Series { name: planned.name.clone(), panel: planned.panel.clone(), points });
            }
        }
        Ok((!series.is_empty()).then(|| Figure { series, ..self.frame.clone() }))
    }
}

impl PlannedSeries {
    fn points<'q>(
        &self,
        rows: &[Rows],
        form: Form,
        quantity: &dyn Fn(&str) -> Option<&'q Quantity>,
    ) -> Result<Vec<Vec<f64>>, String> {
        let of = |filter: &Filter| rows.iter().find(|rows| rows.schema().name == filter.table);
        Ok(match &self.points {
            PlannedPoints::Rows { filter, columns } => {
                let Some(rows) = of(filter) else { return Ok(Vec::new()) };
                let kept = filter.kept(rows).into_iter();
                let mut points: Vec<Vec<f64>> =
                    kept.filter_map(|row| columns.iter().map(|&column| rows.number(column, row)).collect()).collect();
                if form == Form::Lines {
                    points.sort_by(|one, other| one[0].total_cmp(&other[0]));
                }
                points
            }
            PlannedPoints::Units { filter, columns, range, over } => {
                let Some(rows) = of(filter) else { return Ok(Vec::new()) };
                over_units(rows, &filter.kept(rows), (*columns, *range), over, &self.name)?
            }
            PlannedPoints::Quantities(all) => {
                let found = all.iter().filter_map(|(at, name)| Some((*at, name, quantity(name)?)));
                found.flat_map(|(at, name, quantity)| of_quantity(at, quantity, form, name)).collect()
            }
        })
    }
}

fn over_units(
    rows: &Rows,
    kept: &[usize],
    ([x, y], range): ([usize; 2], Range),
    over: &PlannedUnits,
    name: &str,
) -> Result<Vec<Vec<f64>>, String> {
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
) -> Option<Vec<f64>> {
    let measured = clustered(units)?;
    let values = measured.cluster_values()?;
    let centre = match over.centre {
        Centre::Mean => mean(&values),
        Centre::Median => median(&values),
    };
    Some(match over.band {
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
    })
}

/// The point of a quantity, and of strips its samples before that.
fn of_quantity(at: f64, quantity: &Quantity, form: Form, name: &str) -> Vec<Vec<f64>> {
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
    samples.iter().map(|sample| vec![at, *sample]).chain(middle).collect()
}
