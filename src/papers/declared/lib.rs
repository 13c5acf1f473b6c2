//! Experiments whose studies a manifest declares: results that are handed in as files, and commands of any language.
//!
//! One paper, `Declared`, serves them all. Its studies give rows, and from there on everything is as for any other paper:
//! quantities, claims, verdicts, reports, evidence.

pub mod paper; //   how the harness sees it
mod manifest; //    the sections of a manifest that it reads itself
mod settings; //    what they say, and what a profile fills in
mod units; //       units of several studies that are called alike
mod pattern; //     names with places for keys: `runs/{method}_s{seed}.csv`
mod import; //      files of results, read into columns
mod results; //     the studies, each with the type of its result
mod command; //     the tasks of a command
mod analysis; //    tables of observations, their rows, and what the page says of an import
