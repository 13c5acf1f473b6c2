//! What the results say. All is declared in the manifest over rows, but for the drawing of a network.

pub mod result_set; // results of all studies, read once
pub mod frame; //      tables, dimensions and units that declarations may name
pub mod rows; //       the results as rows
pub mod measures; //   numbers of one search
pub mod diagram; //    the best network, drawn

#[cfg(test)]
mod tests;
