//! VALP: models of several sub-networks and several outputs, the operators that change them, and rules for choosing one.
//!
//! Garciarena, Santana and Mendiburu 2021, <https://arxiv.org/abs/2106.08972>.

pub mod component; //   inputs, sub-networks, outputs, and which may feed which
pub mod graph; //       a structurally correct graph of components
pub mod correctness; // what makes it correct, and what is wrong with one that is not
pub mod subgraph; //    which sub-networks belong to which outputs
pub mod space; //       what is predicted from what, and how large parts may be
pub mod generate; //    random models
pub mod network; //     a model's graph of layers, heads and latents
pub mod initial; //     fresh weights
pub mod operator; //    what changes a model, and where the changed one's weights come from
pub mod diagnosis; //   what a trained model says of its parts
pub mod rules; //       which operators a diagnosis advises
pub mod guide; //       which of them is made next

#[cfg(test)]
mod fixture; // small VALPs
