//! From a manifest to findings: planning, memoised execution, the store, lock files and their verification.

pub mod event; // what happens during a run, told as it happens
pub mod manifest; // manifests: YAML at the edge, every mistake in one pass
pub mod store; // results on disk: absent or complete, durable, verified on every read
pub mod study; // what a paper is to the harness, and what the harness is to a paper
