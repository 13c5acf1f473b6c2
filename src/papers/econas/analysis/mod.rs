//! From the results of the studies to what the report shows. Pure, and cheap: whatever takes time is a study.

pub mod evidence; //   the results of all studies, as their types
pub mod figures; //    Figures 1 and 2, and those that the paper leaves out
pub mod published; //  numbers of the paper, and of an earlier re-implementation
pub mod quantities; // every quantity: its name and where it comes from
pub mod tables; //     Tables 1 and 2, and those that the paper leaves out

mod findings;

pub use findings::analyze;
