//! A trial as its page shows it.

use serde::Serialize;

use crate::findings::{Figure, Form, Series};
use crate::page::Trial;
use crate::{number, plot};

/// A trial.
#[derive(Serialize)]
pub(crate) struct Page<'a> {
    pub(crate) trial: &'a Trial,
    /// The first digits of its key, which name its page.
    pub(crate) name: &'a str,
    /// What was scored, each number with all its digits.
    pub(crate) scalars: Vec<(&'a str, String)>,
    /// Learning curves as SVG; empty where it has none that can be drawn.
    pub(crate) curves: String,
    pub(crate) seconds: String,
}

/// Digits of a key that name a page.
const DIGITS: usize = 12;

impl<'a> Page<'a> {
    pub(crate) fn new(trial: &'a Trial) -> Self {
        let name = trial.key.get(..DIGITS).unwrap_or(&trial.key);
        let curve = |(name, values): (&String, &Vec<f64>)| {
            let points = values.iter().enumerate().map(|(epoch, value)| vec![epoch as f64 + 1.0, *value]);
            Series::new(name.clone(), points.filter(|point| point[1].is_finite()).collect())
        };
        let figure = Figure {
            id: name.to_owned(),
            title: "Learning curves".to_owned(),
            caption: "One point per epoch.".to_owned(),
            form: Form::Lines,
            x_label: "epoch".to_owned(),
            y_label: "loss or accuracy".to_owned(),
            series: trial.curves.iter().map(curve).filter(|series| series.points.len() > 1).collect(),
            ..Figure::default()
        };
        let curves = if figure.series.is_empty() { None } else { plot::svg(&figure, "curves").ok() };
        Self {
            trial,
            name,
            scalars: trial.scalars.iter().map(|(name, value)| (name.as_str(), number::plain(*value))).collect(),
            curves: curves.unwrap_or_default(),
            seconds: trial.cpu_seconds.map_or(String::new(), |seconds| format!("{} CPU-s", number::fixed(seconds, 1))),
        }
    }
}
