//! From findings to verdicts to pages.

pub mod claim; //    the claims of a paper, what is expected of them, and their verdicts
pub mod findings; // what an analysis found: quantities, tables, figures
