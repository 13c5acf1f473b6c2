//! What the results say: quantities, tables and figures.

pub mod quantities; // one catalogue of names and how each is read

pub mod climbing; //     numbers of searches: fronts, hypervolume, compute
pub mod evidence; //     results of all studies, read once
pub mod diagnoses; //    what diagnoses tell, and thresholds
pub mod family; //       the tests of section VII-A
pub mod figures; //      figures 5 to 9 and one beyond the paper
pub mod halves; //       the regression by slope and by relevance
pub mod learned; //      rules learned from outcomes, and the guidelines
pub mod observations; // improvements, with what was known before
pub mod operators; //    quantities of the study of operators
pub mod searches; //     quantities of the searches
pub mod tables; //       the tests and what the paper leaves out

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
