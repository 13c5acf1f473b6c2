//! The findings: quantities, tables and figures together.

use anyhow::Result;

use super::evidence::Evidence;
use super::{figures, quantities, tables};
use crate::settings::Settings;
use renas_harness::study::Results;
use renas_report::findings::Findings;

/// All that the results say.
pub fn analyze(settings: &Settings, results: &Results) -> Result<Findings> {
    let evidence = Evidence::read(settings, results)?;
    Ok(Findings {
        quantities: quantities::measure(settings, &evidence)?,
        tables: tables::all(settings, &evidence),
        figures: figures::all(settings, &evidence)?,
    })
}
