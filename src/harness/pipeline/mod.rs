//! What `renas run`, `renas report` and `renas verify` do, for a program of any kind: no flags, no exit codes and no output. What happens is told
//! to an `Observer`; whose fault an error is, a `Fault` says.
//!
//! `examples/verify_report.rs` verifies a committed report in a few lines.

mod fault; //    whose fault an error is
mod selected; // experiments, and what of them is meant
mod work; //     an experiment run on a store
mod rebuild; //  an experiment rebuilt from the evidence of a report
mod pages; //    the pages of a report
pub mod verify; // every hash and promise looked at, every report rebuilt

pub use fault::{Classify, Fault};
pub use pages::{pages, rebuild_each};
pub use rebuild::{Origin, Rebuilt, evidence_in, rebuild};
pub use selected::{Part, Selected};
pub use work::{Came, Done, Work};
