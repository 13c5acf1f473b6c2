//! `findings.json` read back: what a committed report says of an experiment, for tables and badges that are made of it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::document::FORMAT;
use crate::findings::{Findings, Measured, Quantity, Table};
use crate::judge::Judgement;
use crate::page::{DataSet, Profile};
use crate::range::Range;
use crate::summary::{Summaries, Summary};
use renas_base::metric::Unit;

/// What a report says of one experiment; figures are not read.
#[derive(Clone, Debug, PartialEq)]
pub struct Reported {
    /// The experiment's id.
    pub experiment: String,
    /// The paper's title.
    pub paper: String,
    /// The profile that it was run under.
    pub profile: Profile,
    /// The data sets that it read.
    pub data: Vec<DataSet>,
    /// Its claims, each with its verdict.
    pub claims: Vec<Judgement>,
    /// Quantities and tables.
    pub findings: Findings,
    /// The summary of every quantity.
    pub summaries: Summaries,
}

/// A text is no `findings.json` that can be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is no such JSON.
    #[error("it is damaged or of another version ({0}); `renas report` makes it anew from the evidence beside it")]
    Json(#[from] serde_json::Error),
    /// Another program wrote it.
    #[error(
        "it has format {found}, and this program reads format {FORMAT}; `renas report` makes it anew from the evidence beside it"
    )]
    Format {
        /// Its format.
        found: u32,
    },
}

#[derive(Deserialize)]
struct Document {
    experiment: String,
    paper: String,
    profile: Profile,
    data: Vec<DataSet>,
    claims: Vec<Judgement>,
    quantities: BTreeMap<String, Found>,
    tables: Vec<Table>,
}

#[derive(Deserialize)]
struct Format {
    format: u32,
}

#[derive(Deserialize)]
struct Found {
    label: String,
    unit: Unit,
    data: String,
    over: String,
    cluster: String,
    #[serde(default)]
    range: Range,
    observed_time: bool,
    #[serde(default)]
    imported: bool,
    #[serde(default)]
    handed_in: bool,
    #[serde(default)]
    definition: String,
    summary: Option<Summary>,
    samples: Option<Vec<f64>>,
    clusters: Option<Vec<usize>>,
}

impl Reported {
    /// What the bytes of a `findings.json` say.
    pub fn parse(bytes: &[u8]) -> Result<Self, ReadError> {
        let Format { format: found } = serde_json::from_slice(bytes)?;
        if found != FORMAT {
            return Err(ReadError::Format { found });
        }
        let Document { experiment, paper, profile, data, claims, quantities: all, tables } =
            serde_json::from_slice(bytes)?;
        let (mut quantities, mut summaries) = (BTreeMap::new(), Summaries::new());
        for (name, found) in all {
            if let Some((quantity, summary)) = found.read() {
                quantities.insert(name.clone(), quantity);
                summaries.insert(name, summary);
            }
        }
        let findings = Findings { quantities, tables, figures: Vec::new() };
        Ok(Self { experiment, paper, profile, data, claims, findings, summaries })
    }
}

impl Found {
    /// The quantity with its summary; nothing of one that has no finite value.
    fn read(self) -> Option<(Quantity, Summary)> {
        let Self { label, unit, data, over, cluster, range, observed_time, imported, handed_in, definition, .. } = self;
        let summary = self.summary?;
        let Summary { n, mean: value, interval, ref method, .. } = summary;
        let measured = match (self.samples, self.clusters, interval, method.strip_prefix("p-value: ")) {
            (Some(samples), Some(clusters), ..) => Measured::Clustered { samples, clusters },
            (Some(samples), None, ..) => Measured::Samples(samples),
            (None, _, Some(ends), _) => {
                Measured::Estimate { value, low: ends.low, high: ends.high, n, interval: method.clone() }
            }
            (None, _, None, Some(test)) => Measured::PValue { p: value, n, test: test.to_owned() },
            (None, _, None, None) => Measured::Exact(value),
        };
        let quantity = Quantity {
            label,
            unit,
            data,
            over,
            cluster,
            range,
            measured,
            observed_time,
            imported,
            handed_in,
            definition,
        };
        Some((quantity, summary))
    }
}
