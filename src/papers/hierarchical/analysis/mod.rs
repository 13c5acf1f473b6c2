//! What the results say: quantities, tables and figures.

pub mod quantities; // one catalogue of names and how each is read
pub mod networks; //   its part about trained networks
pub mod counts; //     its part about hand-designed networks at their full size
pub mod searches; //   its part about searches
pub mod supernets; //  its part about supernets
pub mod times; //      its part about times

pub mod evidence; //  results of all studies, read once
pub mod figures; //   fronts, hypervolumes and rankings
pub mod measures; //  numbers of one search
pub mod published; // the paper's own numbers
pub mod tables; //    the paper's table, and those beyond it

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
