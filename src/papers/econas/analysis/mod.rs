//! From the results of the studies to what the report shows: declared in the manifest over rows, but for estimates that have
//! an interval of their own. Pure, and cheap: whatever takes time is a study.

pub mod result_set; //       the results of all studies, as their types
pub mod names; //            data sets, searches and trees as quantities name them
pub mod frame; //            tables, dimensions and units that declarations may name
pub mod rows; //             the results as rows
pub mod measures; //         how one search went from generation to generation
pub mod published; //        numbers of the paper, and of an earlier re-implementation
pub mod estimates; //        what cannot be declared: estimates of whole tables and of studies
pub mod order_statistics; // the interval of a quantile
pub mod out_of_fold; //      what the trees predict of networks that they were not fitted on

#[cfg(test)]
mod tests;
