//! Operators: what changes a VALP, and where the weights of the changed one come from. Section V of the paper.
//!
//! A gentle form keeps every output of the model as it is; an aggressive one draws what is new from the layer's law.
//! Every operator lists the edits that give a structurally correct model, and makes no other.

pub mod edit; //              operators, forms, edits: an operator at a place
pub mod columns; //           what the first layer of a receiver makes of its sources
pub mod identity; //          sub-networks and layers that pass on what they read
pub mod add_connection; //    let a component feed another
pub mod delete_connection; // and let it no longer
pub mod insert_network; //    a sub-network into a connection
pub mod delete_network; //    bypass a sub-network
pub mod clone_network; //     a second sub-network beside one, with all its connections
pub mod add_layer; //         a hidden layer more
pub mod remove_layer; //      a hidden layer less
pub mod extend_layer; //      more units in a hidden layer
pub mod hyper; //             learning rate, algorithm, batch size
pub mod apply; //             the edits of every operator, and the model after one
pub mod reach; //             which outputs an edit may change
pub mod crossover; //         the exclusive subgraph of an output from another model

#[cfg(test)]
mod tests; // what all operators promise, on random models
