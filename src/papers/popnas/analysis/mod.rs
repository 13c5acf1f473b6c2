//! What the results say. Quantities and tables are declared in the manifest over rows; figures are made here.

pub mod evidence; // results of all studies, read once
pub mod frame; //    tables, dimensions and units that declarations may name
pub mod rows; //     the results as rows
pub mod measures; // numbers of one search
pub mod figures; //  figures 4 to 7 and those beyond the paper
pub mod diagrams; // figures 1, 2 and 8, which are drawings

mod equal_counts; // what as many as another has would give
mod nnls; //         NNLS fitted anew, by whole networks
mod rivals; //       one arm beside another

#[cfg(test)]
mod tests;

use anyhow::Result;

use super::settings::Settings;
use renas_harness::study::Results;
use renas_report::findings::Findings;

/// What the results say beside what is declared.
pub fn analyze(settings: &Settings, results: &Results) -> Result<Findings> {
    let evidence = evidence::Evidence::read(settings, results)?;
    let figures = [diagrams::all(settings, &evidence), figures::all(settings, &evidence)].concat();
    Ok(Findings { figures, ..Findings::default() })
}
