//! One description of a network, read twice: by `cost` here, without libtorch, and by the worker that trains it.

pub mod assembly; //  the weights of one network put together from those of another
pub mod cost; //      parameters, multiply-adds and activations of a network
pub mod forward; //   a small forward pass in plain Rust, for tests
mod initial; //       the initial values of tensors
pub mod memory; //    the values that a forward pass holds at once
pub mod operator; //  what each operator is apart from its arithmetic
pub mod parameter; // the tensors that a network owns: names, shapes, initial values
pub mod reach; //     which nodes the value of another depends on
pub mod shape; //     the shape of each node's value, and every mistake a spec can contain
pub mod spec; //      the graph of layers
pub mod supernet; //  many networks whose layers share their weights
pub mod weights; //   named tensors as safetensors bytes
