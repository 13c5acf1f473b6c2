//! What the results say. Nearly all is declared in the manifest over rows; what cannot be is made here.

pub mod result_set; //   results of all studies, read once
pub mod observations; // improvements, with what was known before
pub mod frame; //        tables, dimensions and units that declarations may name
pub mod rows; //         the results as rows
pub mod family; //       the tests of section VII-A
pub mod diagnoses; //    what diagnoses tell
pub mod learned; //      rules learned from outcomes, and the guidelines
pub mod climbing; //     numbers of searches: fronts, hypervolume, compute
pub mod undeclared; //   p-values, and correlations over models
pub mod tables; //       tables whose rows are what was found

#[cfg(test)]
mod tests;
