//! What the results say. All is declared in the manifest over rows, but for the drawing of a network.

pub mod evidence; // results of all studies, read once
pub mod frame; //   tables, dimensions and units that declarations may name
pub mod rows; //    the results as rows
pub mod measures; // numbers of one search
pub mod diagram; // the best network, drawn

#[cfg(test)]
mod tests;

use anyhow::Result;

use super::settings::Settings;
use renas_harness::study::Results;
use renas_report::findings::Findings;

/// What the results say beside what is declared.
pub fn analyze(settings: &Settings, results: &Results) -> Result<Findings> {
    let evidence = evidence::Evidence::read(settings, results)?;
    Ok(Findings { figures: evidence.best.iter().map(diagram::best_network).collect(), ..Findings::default() })
}
