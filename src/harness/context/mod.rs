//! What studies run in: memoised worker tasks and values, on a store with workers or on evidence alone.

mod live; //     `LiveContext`: hits from the store, misses computed in parallel and committed
mod replay; //   `ReplayContext`: hits only, for reports from evidence
pub mod fake; // tasks answered from themselves, for tests of papers
mod restore; //  objects that are missing or damaged, made again from the trials that made them
mod run_context; // what the studies of one run share

pub use live::LiveContext;
pub use replay::{MissingTrials, ReplayContext};
pub use run_context::RunContext;
