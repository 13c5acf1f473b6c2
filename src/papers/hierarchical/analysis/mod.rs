//! What the results say: all of it is declared in the manifest over rows.

pub mod result_set; // results of all studies, read once
pub mod frame; //    tables, dimensions and units that declarations may name
pub mod rows; //     the results as rows
pub mod measures; // numbers of one search or network
mod genes; //    ranking without a supernet, by a regression on genes
pub mod times; //    how alike two configurations of the machine rank networks

#[cfg(test)]
mod tests;
