//! All that the results say.

use anyhow::Result;

use super::result_set::ResultSet;
use super::{figures, quantities, tables};
use crate::settings::Settings;
use renas_harness::study::Results;
use renas_report::findings::Findings;

/// Quantities, tables and figures of the results of a profile.
pub fn analyze(settings: &Settings, results: &Results) -> Result<Findings> {
    let results = ResultSet::read(settings, results)?;
    let quantities = quantities::measure(settings, &results);
    Ok(Findings {
        tables: tables::all(settings, &results, &quantities),
        figures: figures::all(settings, &results),
        quantities,
    })
}
