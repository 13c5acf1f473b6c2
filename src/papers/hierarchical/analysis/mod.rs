//! What the results say. Quantities and tables are declared in the manifest over rows; figures are made here.

pub mod evidence; // results of all studies, read once
pub mod frame; //    tables, dimensions and units that declarations may name
pub mod rows; //     the results as rows
pub mod measures; // numbers of one search or network
pub mod times; //    how alike two configurations of the machine rank networks
pub mod figures; //  fronts, hypervolumes and rankings

#[cfg(test)]
mod tests;

use anyhow::Result;

use super::settings::Settings;
use renas_harness::study::Results;
use renas_report::findings::Findings;

/// What the results say beside what is declared.
pub fn analyze(settings: &Settings, results: &Results) -> Result<Findings> {
    let evidence = evidence::Evidence::read(settings, results)?;
    Ok(Findings { figures: figures::all(settings, &evidence), ..Findings::default() })
}
