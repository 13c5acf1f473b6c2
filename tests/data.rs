//! Data sets: the real ones where `$RENAS_DATA` points at them, altered ones, and downloads from servers that misbehave.

#[path = "data/altered.rs"]
mod altered;
#[path = "data/real.rs"]
mod real;
