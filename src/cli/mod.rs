//! The command line: what can be asked for, and how the answer leaves the program.

pub mod arguments; // commands and flags
pub mod data; //      data list, fetch, verify
pub mod exit; //      exit codes, and which failure gets which
