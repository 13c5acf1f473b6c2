//! What the results say: quantities, tables and figures.

pub mod quantities; // one catalogue of names and how each is read
pub mod searches; //   its part about the searches
pub mod relations; //  its part about what accuracy goes with

pub mod diagram; //  the best network, drawn
pub mod evidence; // results of all studies, read once
pub mod figures; //  curves and scatters
pub mod measures; // numbers of one search
pub mod published; // the paper's own numbers
pub mod tables; //   the table of mutations, and those beyond the paper

use anyhow::Result;

use super::settings::Settings;
use renas_harness::study::Results;
use renas_report::findings::Findings;

/// All that the results say.
pub fn analyze(settings: &Settings, results: &Results) -> Result<Findings> {
    let evidence = evidence::Evidence::read(settings, results)?;
    let quantities = quantities::measure(settings, &evidence);
    Ok(Findings {
        tables: tables::all(settings, &evidence, &quantities),
        figures: figures::all(settings, &evidence),
        quantities,
    })
}
