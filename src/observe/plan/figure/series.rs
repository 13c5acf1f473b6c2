//! The series of a declared figure: planned for each member, and their points on the rows.

use renas_report::findings::{Figure, Form, Quantity};
use renas_report::range::Range;

use super::points::{Counted, PlannedUnits, of_quantity, over_units};
use crate::declare::{Mistake, Place, PointRows, Points, SeriesGroup};
use crate::plan::filter::Filter;
use crate::plan::table::Shown;
use crate::plan::{Fallible, Scope, filled, mistake, number};
use crate::rows::Rows;
use crate::template::{Binding, Template};

#[derive(Clone, Debug, PartialEq)]
pub(super) struct PlannedSeries {
    pub(super) name: String,
    pub(super) panel: String,
    points: PlannedPoints,
    pub(super) is_papers: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum PlannedPoints {
    /// A point per row; columns by place.
    Rows { filter: Filter, columns: Vec<usize> },
    /// A point per number across, of the numbers up of each unit, which can be within a range.
    Units { filter: Filter, columns: [usize; 2], range: Range, over: PlannedUnits },
    /// What the manifest states.
    Stated([f64; 2]),
    /// Where along the axis, and which quantity.
    Quantities(Vec<(f64, String)>),
}

/// The series of a group, one for each combination of members; new categories are added to the figure.
pub(super) fn plan<'s>(
    group: &SeriesGroup,
    scope: &'s Scope<'_>,
    shown: &Shown<'_>,
    member: &Binding<'s>,
    figure: &mut Figure,
) -> Result<Vec<PlannedSeries>, Vec<Mistake>> {
    let each: Vec<&str> = group.each.iter().map(String::as_str).collect();
    let bindings = scope.expand_from(member, &group.place, &each).map_err(|found| vec![found])?;
    let (mut series, mut mistakes) = (Vec::new(), Vec::new());
    for binding in &bindings {
        match one(group, scope, shown, binding, figure) {
            Ok(planned) => series.push(planned),
            Err(found) => mistakes.push(found),
        }
    }
    if mistakes.is_empty() { Ok(series) } else { Err(mistakes) }
}

fn one<'s>(
    group: &SeriesGroup,
    scope: &'s Scope<'_>,
    shown: &Shown<'_>,
    binding: &Binding<'s>,
    figure: &mut Figure,
) -> Fallible<PlannedSeries> {
    let place = &group.place;
    let fill = |template: &Template| filled(place, template, binding);
    let name = fill(&group.name)?;
    let panel = group.panel.as_ref().map(fill).transpose()?.unwrap_or_default();
    let points = match &group.points {
        Points::Rows(rows) => of_rows(rows, place, scope, binding, figure.form)?,
        Points::Stated([x, y]) if figure.form.draws(2) => {
            let x = fill(x)?;
            let x = if figure.form.has_categories() { along_the_axis(figure, place, &x)? } else { number(place, &x)? };
            PlannedPoints::Stated([x, number(place, &fill(y)?)?])
        }
        Points::Stated(_) => return Err(mistake(place, "the form draws no points of two numbers")),
        Points::Quantities { along, at, quantity } => {
            let along: Vec<&str> = along.iter().map(String::as_str).collect();
            let mut points = Vec::new();
            for binding in &scope.expand_from(binding, place, &along)? {
                let name = shown.known(place, &filled(place, quantity, binding)?)?;
                let at = filled(place, at, binding)?;
                points.push((along_the_axis(figure, place, &at)?, name));
            }
            PlannedPoints::Quantities(points)
        }
    };
    Ok(PlannedSeries { name, panel, points, is_papers: group.is_papers })
}

fn of_rows(
    PointRows { from, conditions, columns, over_units }: &PointRows,
    place: &Place,
    scope: &Scope<'_>,
    binding: &Binding<'_>,
    form: Form,
) -> Fallible<PlannedPoints> {
    if form.has_categories() {
        let message = "bars and strips are drawn of quantities: say `along`, `at` and `quantity`";
        return Err(mistake(place, message));
    }
    let numbers = columns.len();
    if !form.draws(numbers) || numbers > 3 {
        let wanted = if form == Form::Scatter3d { 3 } else { 2 };
        return Err(mistake(place, format!("`points` names {numbers} columns, and the form draws {wanted}")));
    }
    let schema = scope.table(place, from)?;
    let filter = scope.filter(schema, conditions, binding)?;
    let column = |name: &Template| scope.number_column(place, schema, &filled(place, name, binding)?);
    let columns: Vec<(usize, Range)> = columns.iter().map(column).collect::<Fallible<_>>()?;
    match (over_units, columns.as_slice()) {
        (None, _) => {
            Ok(PlannedPoints::Rows { filter, columns: columns.into_iter().map(|(column, _)| column).collect() })
        }
        (Some(over), &[(x, _), (y, range)]) => {
            let over = PlannedUnits::of(over, scope, place, schema)?;
            Ok(PlannedPoints::Units { filter, columns: [x, y], range, over })
        }
        (Some(_), _) => Err(mistake(place, "`per` gives lines of two columns, not points in space")),
    }
}

/// A number across, or the place of a category, which is added where it is new.
fn along_the_axis(figure: &mut Figure, place: &Place, at: &str) -> Fallible<f64> {
    if figure.form.has_categories() {
        let known = figure.categories.iter().position(|category| category == at);
        return Ok(known.unwrap_or_else(|| {
            figure.categories.push(at.to_owned());
            figure.categories.len() - 1
        }) as f64);
    }
    match figure.form {
        Form::Lines | Form::Scatter => at.parse().map_err(|_| mistake(place, format!("`at`: `{at}` is no number"))),
        _ => Err(mistake(place, "quantities are drawn as lines, scatter, bars or strips")),
    }
}

impl PlannedSeries {
    /// What a cluster of its points is.
    pub(super) fn of<'q>(&self, quantity: &dyn Fn(&str) -> Option<&'q Quantity>) -> Option<String> {
        match &self.points {
            PlannedPoints::Units { over, .. } => Some(over.of.clone()),
            PlannedPoints::Quantities(all) => all.iter().find_map(|(_, name)| Some(quantity(name)?.cluster.clone())),
            PlannedPoints::Rows { .. } | PlannedPoints::Stated(_) => None,
        }
    }

    pub(super) fn points<'q>(
        &self,
        rows: &[Rows],
        form: Form,
        quantity: &dyn Fn(&str) -> Option<&'q Quantity>,
    ) -> Result<Vec<Counted>, String> {
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
                points.into_iter().map(|point| (point, 0)).collect()
            }
            PlannedPoints::Stated(point) => vec![(point.to_vec(), 0)],
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
