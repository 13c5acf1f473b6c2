//! What the results say: quantities, tables and figures.

pub mod quantities; // one catalogue of names and how each is read

mod ablations; //       errors of time regressors on the cells of a search
mod equal_counts; //    what as many as another has would give
mod nnls; //            NNLS fitted anew, by whole networks
mod rivals; //          one arm beside another
mod stages; //          cells of one number of blocks

pub mod diagrams; // figures 1, 2 and 8, which are drawings
pub mod evidence; // results of all studies, read once
pub mod figures; //  figures 4 to 7 and those beyond the paper
pub mod measures; // numbers of one search
pub mod published; // the paper's own numbers
pub mod tables; //   tables 3 to 8 and those beyond the paper

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
        figures: [diagrams::all(settings, &evidence), figures::all(settings, &evidence)].concat(),
        quantities,
    })
}
