//! From a manifest to findings: planning, memoised execution, the store, lock files and their verification.

pub mod paper; // what a paper is to the harness
pub mod study; // a study, and what the harness is to it
pub mod analysis; // what results say: found by the paper, and declared by the manifest
mod handle; // ids of studies, each with the type of its result
pub mod results; // what finished studies gave, as text
pub mod manifest; // manifests: YAML at the edge, every mistake in one pass
pub mod classifier; // classifiers trained from fresh weights
mod timed; //   what can be timed
pub mod timing; // seconds of trainings, by the profile's clock
pub mod event; // what happens during a run, told as it happens
pub mod store; // results on disk: absent or complete, durable, verified on every read
pub mod executor; // who computes trials: a pool of worker processes
pub mod context; // what studies run in: memoised tasks and values, on a store with workers or on evidence
pub mod schedule; // running the studies of a plan, each after what it needs
mod commits; // results of studies on their way to the disk
pub mod stagger; // several experiments beside each other
pub mod resume; // what a run goes on from besides its store, and leaves for the next
pub mod run; // the studies of an experiment, their analysis and the verdicts
pub mod pipeline; // what `run` and `report` do, for a program of any kind
pub mod numbers; // every number that a paper prints, and what judges it
pub mod committed; // what committed reports say of claims
pub mod publish; // conclusions as pages
pub mod report_folder; // which files of a folder are a report's, and how they get there
pub mod evidence; // the records that a committed report is made of, in one file
pub mod receipt; // what a finished run read and wrote: why the same run need not be repeated
pub mod seal; // what was claimed, and how it would be measured, before the first result
pub mod ledger; // what was expected of every claim, and which verdict came of it
pub mod lockfile; // the digests that a committed profile promises, and what differs from them
pub mod rerun; // which promised trials are computed again, and in which order
pub mod heal; // setting damaged files aside, and making lost objects again
pub mod agreement; // how far the trials of two machines agree
pub mod explain; // why two results differ
pub mod signature; // signatures by SSH keys
pub mod archive; // a selection with all that it needs, in one file
