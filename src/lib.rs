//! renas re-runs the experiments of neural-architecture-search papers and says, claim by claim, what can be reproduced.
//!
//! This file is the map. The order is the order in which one module may use another: a line uses only lines above it
//! (`tests/architecture.rs` enforces the exact rule of ARCHITECTURE.md).

pub mod base; // digests, seeds and random streams, metrics: what everything else names things with
pub mod search; // algorithms that ask for evaluations: NSGA-II; Pareto sorting, fronts, hypervolume
pub mod stats; // intervals, correlations and tests of samples
pub mod surrogate; // cheap predictors fitted to trained networks: trees, linear functions, XGBoost
pub mod network; // the description of a network, its shapes and cost, its weights as tensors
pub mod data; // registered data sets: pins, fetch, formats, splits
pub mod task; // what can be asked of a worker, and what it answers
pub mod report; // findings, claims and verdicts, and the pages made of them
pub mod harness; // manifests, plans, memoised execution, the store, lock files
pub mod papers; // the papers, each in one folder: search spaces, searches, analyses
pub mod cli; // commands, flags, progress, exit codes
