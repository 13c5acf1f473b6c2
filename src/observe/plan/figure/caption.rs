//! What a caption and an axis say of themselves: what a dot is, of how many things a point is, and that times are modelled.

use renas_base::metric::Unit;
use renas_report::findings::{Figure, Form};
use renas_report::number;

use crate::declare::{PointRows, Points, SeriesGroup};
use crate::plan::Scope;
use crate::plan::table::Shown;
use crate::rows::Kind;

/// What an axis of computed times says before its label.
const MODELLED: &str = "modelled ";

/// Sentences for the end of a caption; `of` is what a cluster of each series' points is.
pub(super) fn counted(figure: &Figure, dot: Option<&str>, of: &[String]) -> String {
    let ours = || figure.series.iter().filter(|series| !series.is_papers);
    let mut said = String::new();
    let is_cloud = matches!(figure.form, Form::Scatter | Form::Density | Form::Scatter3d);
    if let Some(dot) = dot {
        said.push_str(&format!(" A dot is {dot}"));
    }
    let points: usize = ours().map(|series| series.points.len()).sum();
    match (is_cloud, dot) {
        (true, Some(_)) => said.push_str(&format!("; {}.", number::sample_size(points))),
        (true, None) => said.push_str(&format!(" {} dots.", number::exact(points as f64, Unit::Count))),
        (false, Some(_)) => said.push('.'),
        (false, None) => {}
    }
    let counts = || ours().flat_map(|series| &series.n).copied().filter(|n| *n > 0);
    let mut units: Vec<&String> = of.iter().filter(|one| !one.is_empty()).collect();
    units.dedup();
    if let (Some(least), Some(most)) = (counts().min(), counts().max()) {
        let range =
            if least == most { String::new() } else { format!(" to {}", number::exact(most as f64, Unit::Count)) };
        let what = units.first().map_or(String::new(), |what| format!(" ({what})"));
        said.push_str(&format!(" {}{range} at each point{what}.", number::sample_size(least)));
    }
    if figure.series.iter().any(|series| series.is_papers) {
        said.push_str(" A diamond is a number that the paper prints.");
    }
    said
}

/// Say on axes that hold seconds that these are computed from what networks cost.
pub(super) fn say_modelled(figure: &mut Figure, series: &[SeriesGroup], scope: &Scope<'_>, shown: &Shown<'_>) {
    let is_time = |side: usize| {
        series.iter().any(|group| match &group.points {
            Points::Rows(PointRows { from, columns, .. }) => {
                let schema = scope.frame.table(from);
                let column = columns.get(side).and_then(|name| name.words()).and_then(|name| schema?.column(name));
                column.is_some_and(|(_, column)| {
                    column.is_observed_time && matches!(column.kind, Kind::Number { unit: Unit::Seconds, .. })
                })
            }
            // Values of categories stand across.
            Points::Quantities { quantity, .. } => {
                let is_shown = if figure.form.has_categories() { side == 0 } else { side == 1 };
                is_shown && shown.times.iter().any(|name| quantity.may_be(name))
            }
            Points::Stated(_) => false,
        })
    };
    let [x, y] = [is_time(0), is_time(1)];
    for (label, is_time) in [(&mut figure.x_label, x), (&mut figure.y_label, y)] {
        if is_time && !label.starts_with(MODELLED) {
            label.insert_str(0, MODELLED);
        }
    }
}
