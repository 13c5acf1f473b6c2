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

pub mod settings; //    the manifest's parameters
pub mod arm; //         the ways to search
pub mod quality; //     how good generated images are
pub mod laboratory; //  models trained and judged
pub mod examination; // a trained model's parts disturbed
pub mod exploration; // every operator applied to a random model
pub mod donation; //    the crossover of random models
pub mod search; //      hill climbing
pub mod plan; //        the studies of a profile
pub mod analysis; //    quantities, tables and figures
pub mod paper; //       how the harness sees it

#[cfg(test)]
mod fixture; // small VALPs
#[cfg(test)]
mod pretence; // a small experiment without workers
