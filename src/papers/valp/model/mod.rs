//! A VALP: what it is made of, what makes one correct, how one is drawn, and what the worker trains of it. Section III.

pub mod component; //  inputs, sub-networks, outputs, and which may feed which
pub mod parts; //      all components of a model and its training, which may yet be wrong
pub mod validate; //   what makes parts structurally correct, and what is wrong with those that are not
pub mod graph; //      a structurally correct graph of components
pub mod subgraph; //   which sub-networks belong to which outputs
pub mod space; //      what is predicted from what, and how large parts may be
pub mod generate; //   random models
pub mod network; //    a model's graph of layers, heads and latents
pub mod initial; //    fresh weights
