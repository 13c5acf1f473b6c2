//! Data sets: the real ones where `$RENAS_DATA` points at them, altered ones, and downloads from servers that misbehave.

#[path = "data/altered.rs"]
mod altered;
#[path = "data/archive.rs"]
mod archive;
#[path = "data/cli.rs"]
mod cli;
#[path = "data/fetch.rs"]
mod fetch;
#[path = "data/real.rs"]
mod real;
#[path = "data/server.rs"]
mod server;
