//! `findings.json`: everything that an experiment found and concluded, for machines.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use crate::findings::{Figure, Measured, Table};
use crate::json;
use crate::judge::Judgement;
use crate::page::{DataSet, Experiment, Profile};
use crate::range::Range;
use crate::render;
use crate::summary::Summary;
use renas_base::metric::Unit;

/// Raised when the meaning of a field changes.
pub(super) const FORMAT: u32 = 3;

/// The most samples of a quantity that no claim looks at: the evidence holds what more of them are made of.
const MOST_SAMPLES: usize = 20;

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    experiment: &'a str,
    paper: &'a str,
    profile: &'a Profile,
    data: Vec<&'a DataSet>,
    found: &'a [String],
    claims: &'a [Judgement],
    quantities: BTreeMap<&'a str, Found<'a>>,
    tables: &'a [Table],
    figures: Value,
}

#[derive(Serialize)]
struct Found<'a> {
    label: &'a str,
    unit: Unit,
    data: &'a str,
    over: &'a str,
    cluster: &'a str,
    #[serde(skip_serializing_if = "Range::is_any")]
    range: Range,
    observed_time: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    imported: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    handed_in: bool,
    #[serde(skip_serializing_if = "str::is_empty")]
    definition: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<&'a Summary>,
    /// One per unit; absent where they are many and no claim looks at them.
    #[serde(skip_serializing_if = "Option::is_none")]
    samples: Option<&'a [f64]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clusters: Option<&'a [usize]>,
}

/// The text of `findings.json`.
pub(super) fn findings_json(profile: &Profile, experiment: &Experiment) -> Result<String, render::RenderError> {
    let failed = |error| render::RenderError::Json { experiment: experiment.id.clone(), error };
    let seen = experiment.judgements.iter().flat_map(|judgement| &judgement.evidence);
    let seen: BTreeSet<&str> = seen.map(|evidence| evidence.quantity.as_str()).collect();
    let quantities = experiment.findings.quantities.iter().map(|(name, quantity)| {
        let is_kept = |samples: &&[f64]| samples.len() <= MOST_SAMPLES || seen.contains(name.as_str());
        let samples = quantity.measured.unit_values().filter(is_kept);
        let clusters = match &quantity.measured {
            Measured::Clustered { clusters, .. } if samples.is_some() => Some(clusters.as_slice()),
            _ => None,
        };
        let found = Found {
            label: &quantity.label,
            unit: quantity.unit,
            data: &quantity.data,
            over: &quantity.over,
            cluster: &quantity.cluster,
            range: quantity.range,
            observed_time: quantity.observed_time,
            imported: quantity.imported,
            handed_in: quantity.handed_in,
            definition: &quantity.definition,
            summary: experiment.summaries.get(name),
            samples,
            clusters,
        };
        (name.as_str(), found)
    });
    let document = Document {
        format: FORMAT,
        experiment: &experiment.id,
        paper: &experiment.paper.title,
        profile,
        data: experiment.sorted_data(),
        found: &experiment.found,
        claims: &experiment.judgements,
        quantities: quantities.collect(),
        tables: &experiment.findings.tables,
        figures: drawn(&experiment.findings.figures).map_err(failed)?,
    };
    Ok(json::pretty(&serde_json::to_value(&document).map_err(failed)?))
}

/// Figures as they are drawn: a point of six digits is as good a point on a screen.
fn drawn(figures: &[Figure]) -> Result<Value, serde_json::Error> {
    let mut figures: Vec<Figure> = figures.to_vec();
    let points = figures.iter_mut().flat_map(|figure| &mut figure.series).flat_map(|series| &mut series.points);
    points.flatten().for_each(|number| *number = six_digits(*number));
    serde_json::to_value(figures)
}

/// The number of six significant digits that is nearest.
fn six_digits(number: f64) -> f64 {
    format!("{number:.5e}").parse().unwrap_or(number)
}
