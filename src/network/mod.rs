//! One description of a network, read twice: by `cost` here, without libtorch, and by the worker that trains it.

pub mod shape; //   the shape of each node's value, and every mistake a spec can contain
pub mod spec; //    the graph of layers
