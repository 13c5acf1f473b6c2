//! Declared figures: series over dimensions, points of rows or of quantities.

mod caption; // what a dot is, of how many, and when times are modelled
mod finding; // what a figure shows, as its title
mod points; //  points of several units, and of quantities

use std::collections::BTreeSet;

use renas_report::findings::{Across, Figure, Form, Quantity, Reference, Series};
use renas_report::range::Range;

use crate::declare::{self, Band, Centre, Mistake, OverUnits, Place, Points, ReferenceGroup};
use crate::plan::filter::Filter;
use crate::plan::measure::MeasureError;
use crate::plan::table::Shown;
use crate::plan::{Fallible, Scope, mistake};
use crate::rows::{Kind, Rows, Schema};
use crate::template::{Binding, Template};
use finding::PlannedFinding;
use points::{Counted, of_quantity, over_units};

/// A figure whose templates are filled.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PlannedFigure {
    /// All but its points.
    frame: Figure,
    series: Vec<PlannedSeries>,
    /// What a dot is.
    dot: Option<String>,
    finding: Option<PlannedFinding>,
}

#[derive(Clone, Debug, PartialEq)]
struct PlannedSeries {
    name: String,
    panel: String,
    points: PlannedPoints,
    is_papers: bool,
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

#[derive(Clone, Debug, PartialEq)]
struct PlannedUnits {
    unit: usize,
    cluster: Option<usize>,
    /// What a cluster is.
    of: String,
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
    let dot = declared.dot.as_ref().map(&mut text);
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
    for group in &declared.references {
        match references(group, scope, member) {
            Ok(more) => frame.references.extend(more),
            Err(found) => mistakes.push(found),
        }
    }
    if scope.frame.is_time_modelled {
        caption::say_modelled(&mut frame, &declared.series, scope, shown);
    }
    let finding = declared.finding.as_ref().map(|finding| finding::plan(finding, scope, shown, member)).transpose();
    match finding {
        Ok(finding) if mistakes.is_empty() => Ok(PlannedFigure { frame, series, dot, finding }),
        Ok(_) => Err(mistakes),
        Err(found) => Err(mistakes.into_iter().chain([found]).collect()),
    }
}

fn references<'s>(group: &ReferenceGroup, scope: &'s Scope<'_>, member: &Binding<'s>) -> Fallible<Vec<Reference>> {
    let place = &group.place;
    let each: Vec<&str> = group.each.iter().map(String::as_str).collect();
    let line = |binding: &Binding<'_>| {
        let fill = |template: &Template| template.fill(binding).map_err(|why| mistake(place, why));
        let number = |template: &Template| number(place, &fill(template)?);
        let at = match (&group.x, &group.y) {
            (Some(x), _) => Across::X(number(x)?),
            (None, Some(y)) => Across::Y(number(y)?),
            (None, None) => return Err(mistake(place, "a line stands at `x` or at `y`")),
        };
        let panel = group.panel.as_ref().map(fill).transpose()?.unwrap_or_default();
        Ok(Reference { name: fill(&group.name)?, panel, at })
    };
    scope.expand_from(member, place, &each)?.iter().map(line).collect()
}

/// A number that a template says.
fn number(place: &Place, text: &str) -> Fallible<f64> {
    let number = text.parse().ok().filter(|value: &f64| value.is_finite());
    number.ok_or_else(|| mistake(place, format!("`{text}` is no number")))
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
        Points::Stated([x, y]) if frame.form.draws(2) => {
            let x = fill(x, binding)?;
            let x = if frame.form.has_categories() { along_the_axis(frame, place, &x)? } else { number(place, &x)? };
            PlannedPoints::Stated([x, number(place, &fill(y, binding)?)?])
        }
        Points::Stated(_) => return Err(mistake(place, "the form draws no points of two numbers")),
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
    Ok(PlannedSeries { name, panel, points, is_papers: group.is_papers })
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
    let of = match schema.column(over.cluster.as_deref().unwrap_or(&over.unit)).map(|(_, column)| &column.kind) {
        Some(Kind::Unit { over }) => over.clone(),
        _ => String::new(),
    };
    Ok(PlannedUnits {
        unit: unit(&over.unit)?,
        cluster: over.cluster.as_deref().map(unit).transpose()?,
        of,
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
        let mut series: Vec<Series> = Vec::new();
        for planned in &self.series {
            let points = planned
                .points(rows, self.frame.form, quantity)
                .map_err(|why| MeasureError { name: format!("figure `{}`", self.frame.id), why })?;
            if points.is_empty() {
                continue;
            }
            let (points, n): (Vec<_>, Vec<_>) = points.into_iter().unzip();
            let n = if n.iter().all(|n| *n == 0) { Vec::new() } else { n };
            let (name, panel) = (planned.name.clone(), planned.panel.clone());
            series.push(Series { name, panel, points, n, is_papers: planned.is_papers });
        }
        let mut figure = Figure { series, ..self.frame.clone() };
        // What the paper prints of something that was not run stands beside nothing.
        let panels: BTreeSet<String> =
            figure.series.iter().filter(|one| !one.is_papers).map(|one| one.panel.clone()).collect();
        figure.series.retain(|one| panels.contains(&one.panel));
        figure.references.retain(|one| one.panel.is_empty() || panels.contains(&one.panel));
        if figure.series.is_empty() {
            return Ok(None);
        }
        self.say(&mut figure, quantity);
        Ok(Some(figure))
    }

    /// Title and caption of a figure with its points.
    fn say<'q>(&self, figure: &mut Figure, quantity: &dyn Fn(&str) -> Option<&'q Quantity>) {
        let of: Vec<String> = self.series.iter().filter_map(|one| one.of(quantity)).collect();
        let counted = caption::counted(figure, self.dot.as_deref(), &of);
        figure.caption = format!("{}{counted}", figure.caption.trim_end());
        if let Some(found) = self.finding.as_ref().and_then(|finding| finding.title(quantity)) {
            let named = std::mem::replace(&mut figure.title, found);
            figure.caption = format!("{}. {}", named.trim_end_matches('.'), figure.caption);
        }
    }
}

impl PlannedSeries {
    /// What a cluster of its points is.
    fn of<'q>(&self, quantity: &dyn Fn(&str) -> Option<&'q Quantity>) -> Option<String> {
        match &self.points {
            PlannedPoints::Units { over, .. } => Some(over.of.clone()),
            PlannedPoints::Quantities(all) => all.iter().find_map(|(_, name)| Some(quantity(name)?.cluster.clone())),
            PlannedPoints::Rows { .. } | PlannedPoints::Stated(_) => None,
        }
    }

    fn points<'q>(
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
