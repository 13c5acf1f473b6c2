//! Manifests: what an experiment runs at each profile, and what its paper claims.

mod claims;
pub mod brought; // what a declared experiment brings with it
mod findings; // what it declares over the paper's observations
pub mod decode; // typed values out of a tree, every mistake collected
pub mod images; // images that a paper trains on, and how they are split
pub mod load; //   from files to checked manifests
pub mod model; //  what a manifest says, as checked types
mod profiles; //  what is run, on which clock
pub mod problem; // one mistake, and the words for it
mod reference; // the paper, its audit and our deviations
pub mod parameters; // parameters of a paper, each listed once
pub mod schema; // what may stand in a manifest, for editors
pub mod units; // units of numbers
pub mod yaml; //   YAML text as a tree that remembers lines

pub use renas_data::registry::Registry; // for `parameters!`
pub use serde_json::Value as Json; //       likewise
