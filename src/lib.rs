//! renas re-runs the experiments of neural-architecture-search papers and says, claim by claim, what can be reproduced.
//!
//! This file is the map. Each line is a crate of its own, in the folder of its name; it uses only lines above it
//! (`tests/architecture.rs` enforces the exact rule of ARCHITECTURE.md).

pub use renas_base as base; // digests, seeds and random streams, metrics: what everything else names things with
pub use renas_cli as cli;
pub use renas_data as data; // registered data sets: pins, fetch, formats, splits
pub use renas_harness as harness; // manifests, plans, memoised execution, the store, lock files
pub use renas_network as network; // the description of a network, its shapes and cost, its weights as tensors
pub use renas_observe as observe; // typed rows of observations, and quantities and tables declared over them
pub use renas_papers as papers; // the papers, each in one folder: search spaces, searches, analyses
pub use renas_report as report; // findings, claims and verdicts, and the pages made of them
pub use renas_search as search; // algorithms that ask for evaluations: NSGA-II; Pareto sorting, fronts, hypervolume
pub use renas_stats as stats; // intervals, correlations and tests of samples
pub use renas_surrogate as surrogate; // cheap predictors fitted to trained networks: trees, linear functions, XGBoost
pub use renas_task as task; // what can be asked of a worker, and what it answers // commands, flags, progress, exit codes
