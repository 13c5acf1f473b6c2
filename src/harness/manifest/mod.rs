//! Manifests: what an experiment runs at each profile, and what its paper claims.

pub mod decode; // typed values out of a tree, every mistake collected
pub mod yaml; //   YAML text as a tree that remembers lines
