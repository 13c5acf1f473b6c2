//! `findings.json`: everything that an experiment found and concluded, for machines.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::findings::{Figure, Measured, Table};
use crate::json;
use crate::judge::Judgement;
use crate::page::{DataSet, Experiment, Profile};
use crate::range::Range;
use crate::render;
use crate::summary::Summary;
use renas_base::metric::Unit;

/// Raised when the meaning of a field changes.
pub(super) const FORMAT: u32 = 2;

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
    figures: &'a [Figure],
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
    #[serde(skip_serializing_if = "Option::is_none")]
    samples: Option<&'a [f64]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clusters: Option<&'a [usize]>,
}

/// The text of `findings.json`.
pub(super) fn findings_json(profile: &Profile, experiment: &Experiment) -> Result<String, render::RenderError> {
    let quantities = experiment.findings.quantities.iter().map(|(name, quantity)| {
        let clusters = match &quantity.measured {
            Measured::Clustered { clusters, .. } => Some(clusters.as_slice()),
            Measured::Exact(_) | Measured::Samples(_) | Measured::Estimate { .. } | Measured::PValue { .. } => None,
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
            samples: quantity.measured.unit_values(),
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
        figures: &experiment.findings.figures,
    };
    let value = serde_json::to_value(&document)
        .map_err(|error| render::RenderError::Json { experiment: experiment.id.clone(), error })?;
    Ok(json::pretty(&value))
}
