//! What everything else names things with; uses nothing of ours.

pub mod canonical; // canonical JSON as text, without a tree of it
pub mod digest; // SHA-256 of bytes and of canonical JSON
pub mod files; //  reading regular files alone, and showing their names
pub mod metric; // the name, unit and goal of a measured quantity
pub mod nearest; // the known name nearest to a mistyped one
pub mod order; //  places of numbers in ascending order
pub mod pattern; // names with stars
pub mod parallel; // the same work on many items at a time
pub mod word; //   short names that are copied like numbers
pub mod seed; //   seeds, and the named ChaCha8 streams that every random draw comes from
