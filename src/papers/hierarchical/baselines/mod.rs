//! The hand-designed networks that the paper compares with, as far as they are trained here.
//!
//! NASNet-A and AmoebaNet-B stand in the paper's table too; they are quoted, not built.

mod dense_net; //   densely connected layers
mod mobile_net; //  inverted bottlenecks
mod res_net; //     residual blocks
mod squeeze_net; // fire modules

pub mod baseline; // the networks by name, and the form in which they are built
