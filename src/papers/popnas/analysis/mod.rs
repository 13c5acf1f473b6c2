//! What the results say. All is declared in the manifest over rows, but for drawings.

pub mod result_set; // results of all studies, read once
pub mod frame; //      tables, dimensions and units that declarations may name
pub mod rows; //       the results as rows
pub mod measures; //   numbers of one search
pub mod diagrams; //   figures 1, 2 and 8, which are drawings
mod equal_counts; //   what as many as another has would give
mod nnls; //           NNLS fitted anew, by whole networks
mod rivals; //         one arm beside another

#[cfg(test)]
mod tests;
