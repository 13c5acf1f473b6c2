//! The command line: what can be asked for, and how the answer leaves the program.
#![allow(rustdoc::invalid_html_tags, reason = "what `--help` prints names places as <profile>, without marks of code")]

#[macro_use]
pub mod output; // what the program says, even where nobody reads it any more
pub mod signal; // Ctrl-C and termination
pub mod arguments; // commands and flags
pub mod exit; // exit codes, and which failure gets which
pub mod session; // what every command starts from: profile, manifests, data, worker
pub mod progress; // bars on a terminal, lines elsewhere
pub mod start; // renas alone
pub mod schema; // renas schema
pub mod init; // renas init
pub mod demo; // renas demo
pub mod list; // renas list
pub mod plan; // renas plan
pub mod outlook; // what a plan can decide
pub mod numbers; // renas numbers
pub mod tables; // renas tables, renas badge
pub mod seal; // renas seal
pub mod why; // renas why
pub mod explain; // renas explain
pub mod archive; // renas archive
pub mod gc; // renas gc
pub mod run; // renas run
pub mod run_summary; // what a run says at its end, and its record
pub mod up_to_date; // a run that was done already: looking at its files instead of doing it again
pub mod locks; // what a run promises, beside what was promised
pub mod report; // renas report
pub mod status; // renas status
pub mod verify; // renas verify
pub mod certify; // renas certify
pub mod emit; // renas emit
pub mod data; // renas data
pub mod doctor; // renas doctor

use arguments::Common;

/// A line for people, on standard error, unless they asked for quiet.
pub fn say(common: &Common, line: &str) {
    if !common.quiet {
        errln!("renas: {line}");
    }
}
