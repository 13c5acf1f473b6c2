//! renas re-runs the experiments of neural-architecture-search papers and says, claim by claim, what can be reproduced.
//!
#![doc = include_str!("../docs/picture.svg")]
//!
//! # Five words, in the order of the data
//!
//! | word | what it is | where |
//! |---|---|---|
//! | **experiment** | one manifest: what to run at each profile, and what its paper claims | [`Manifest`](harness::manifest::model::Manifest) |
//! | **study** | one algorithm or variant, on one data set, from one seed | [`Study`](harness::study::Study) |
//! | **trial** | one [`Task`](task::Task) done by a worker, or a value that is [memoised](harness::study::memoize): the unit of caching | [`Record`](harness::store::Record) |
//! | **finding** | a quantity, table or figure, made of the rows of studies | [`Findings`](report::findings::Findings) |
//! | **verdict** | what became of one claim | [`Verdict`](report::claim::Verdict) |
//!
//! A search asks a [`Context`](harness::study::Context) for trials: what the [`Store`](harness::store::Store) holds is read, anything else is computed
//! and kept. No search state is saved: a killed run is started again and replays. [`pipeline`](harness::pipeline) does what the
//! commands `run`, `report` and `verify` do, for a program of any kind.
//!
//! # A whole example
//!
//! A search of one's own, which computes nothing twice (`examples/own_search.rs`; `examples/verify_report.rs` verifies a report):
//!
#![doc = "```no_run"]
#![doc = include_str!("../examples/own_search.rs")]
#![doc = "```"]
//!
//! # The map
//!
//! Each line is a crate of its own, in the folder of its name; it uses only those of groups above it (`tests/architecture.rs`
//! enforces the exact rule of ARCHITECTURE.md).

pub use renas_base as base; // digests, seeds and random streams, metrics: what everything else names things with

pub use renas_search as search; // algorithms that ask for evaluations: NSGA-II; Pareto sorting, fronts, hypervolume
pub use renas_stats as stats; // intervals, correlations and tests of samples
pub use renas_surrogate as surrogate; // cheap predictors fitted to trained networks: trees, linear functions, XGBoost

pub use renas_data as data; // registered data sets: pins, fetch, formats, splits
pub use renas_network as network; // the description of a network, its shapes and cost, its weights as tensors

pub use renas_report as report; // findings, claims and verdicts, and the pages made of them
pub use renas_task as task; // what can be asked of a worker, and what it answers

pub use renas_observe as observe; // typed rows of observations, and quantities and tables declared over them

pub use renas_harness as harness; // manifests, plans, memoised execution, the store, lock files

pub use renas_papers as papers; // the papers, each in one folder: search spaces, searches, analyses

pub use renas_cli as cli; // commands, flags, progress, exit codes
