//! From the results of the studies to what the report shows. Pure, and cheap: whatever takes time is a study.

pub mod evidence; //   the results of all studies, as their types
pub mod figures; //    Figures 1 and 2, and those that the paper leaves out
pub mod published; //  numbers of the paper, and of an earlier re-implementation
pub mod quantities; // every quantity: its name and where it comes from
pub mod tables; //     Tables 1 and 2, and those that the paper leaves out

pub mod entry; //            one quantity of the catalogue, and what its units and clusters are
mod findings;
pub mod of_retrained; //     quantities of the networks of final populations, really trained
pub mod of_search; //        quantities of the searches
pub mod of_table; //         quantities of the tables of trained networks
pub mod of_trees; //         quantities of the regression trees
pub mod order_statistics; // the interval of a quantile
pub mod out_of_fold; //      what the trees predict of networks that they were not fitted on

pub use findings::analyze;
