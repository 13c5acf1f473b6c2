//! VALP: models of several sub-networks and several outputs, the operators that change them, and rules for choosing one.
//!
//! Garciarena, Santana and Mendiburu 2021, <https://arxiv.org/abs/2106.08972>.
//!
//! Each room uses those above it: `model`, `operator` and `diagnosis`, `policy`, `settings`, `study`, `plan`, `analysis`,
//! `paper`.

pub mod model; //     components, graphs of them, the space of models
pub mod operator; //  what changes a model, and where the changed one's weights come from
pub mod diagnosis; // what a trained model says of its parts
pub mod policy; //    which operators a diagnosis advises, and which of them is made next
pub mod settings; //  the manifest's parameters
pub mod study; //     models trained, judged, changed and searched for
pub mod plan; //      the studies of a profile
pub mod analysis; //  quantities, tables and figures
pub mod paper; //     how the harness sees it

#[cfg(test)]
mod test_support; // small models, and a small experiment without workers
