//! From a manifest to findings: planning, memoised execution, the store, lock files and their verification.

pub mod study; // what a paper is to the harness, and what the harness is to a paper
