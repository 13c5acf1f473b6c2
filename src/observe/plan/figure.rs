//! Declared figures: series over dimensions, points of rows or of quantities.

mod caption; // what a dot is, of how many, and when times are modelled
mod finding; // what a figure shows, as its title
mod points; //  points of several units, and of quantities
mod series; //  its series, and their points

use std::collections::BTreeSet;

use renas_report::findings::{Across, Figure, Quantity, Reference, Series};

use crate::declare::{self, Mistake, ReferenceGroup};
use crate::plan::measure::MeasureError;
use crate::plan::table::Shown;
use crate::plan::{Fallible, Scope, all, filled, mistake, number};
use crate::rows::Rows;
use crate::template::{Binding, Template};
use finding::PlannedFinding;
use series::PlannedSeries;

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
    let (mut frame, dot) = without_data(declared, member, &mut mistakes);
    let groups = declared.series.iter().map(|group| series::plan(group, scope, shown, member, &mut frame));
    let series = all(groups, &mut mistakes);
    let lines = declared.references.iter().map(|group| references(group, scope, member).map_err(|found| vec![found]));
    frame.references = all(lines, &mut mistakes);
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

/// The figure with its texts alone, and what a dot of it is.
fn without_data(
    declared: &declare::Figure,
    member: &Binding<'_>,
    mistakes: &mut Vec<Mistake>,
) -> (Figure, Option<String>) {
    let mut text = |template: &Template| {
        filled(&declared.place, template, member).unwrap_or_else(|found| {
            mistakes.push(found);
            String::new()
        })
    };
    let [id, title, caption] = [&declared.id, &declared.title, &declared.caption].map(&mut text);
    let [x_label, y_label, z_label] = declared.labels.each_ref().map(|label| label.as_ref().map(&mut text));
    let figure = Figure {
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
    (figure, declared.dot.as_ref().map(text))
}

fn references<'s>(group: &ReferenceGroup, scope: &'s Scope<'_>, member: &Binding<'s>) -> Fallible<Vec<Reference>> {
    let place = &group.place;
    let each: Vec<&str> = group.each.iter().map(String::as_str).collect();
    let line = |binding: &Binding<'_>| {
        let fill = |template: &Template| filled(place, template, binding);
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
