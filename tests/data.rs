//! Data sets: the real ones where `$RENAS_DATA` points at them, altered ones, downloads from servers that misbehave, and
//! images that are packed.

#[path = "data/altered.rs"]
mod altered;
#[path = "data/archive.rs"]
mod archive;
#[path = "data/cli.rs"]
mod cli;
#[path = "data/described.rs"]
mod described;
#[path = "data/fetch.rs"]
mod fetch;
#[path = "data/images.rs"]
mod images;
#[path = "data/jpeg.rs"]
mod jpeg;
#[path = "data/pack.rs"]
mod pack;
#[path = "data/pillow.rs"]
mod pillow;
#[path = "data/real.rs"]
mod real;
#[path = "data/server.rs"]
mod server;
