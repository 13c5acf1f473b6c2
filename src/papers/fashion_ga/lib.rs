//! Aging evolution over sequential convolutional networks on Fashion-MNIST, with four kinds of mutation.
//!
//! Iyer, Budhwani and Srivastava 2021, a course project of the Indian Institute of Technology, Jodhpur; Algorithm 1 is
//! aging evolution, Real et al. 2019, <https://doi.org/10.1609/aaai.v33i01.33014780>.

pub mod paper; //      how the harness sees it
pub mod settings; //   the manifest's parameters
pub mod plan; //       the studies of a profile
pub mod arm; //        the ways to search
pub mod layer; //      one convolution: kind, filters, kernel, activation function
pub mod genome; //     layers in a row as a string, and the paper's constraints
pub mod space; //      which genomes are searched, and random ones
pub mod mutation; //   all genomes that one change makes of another
pub mod network; //    the network of a genome
pub mod trainer; //    networks trained and timed
pub mod search; //     one search
pub mod activations; // the same layers with each activation function
pub mod filters; //    training time by number of filters, up to and above the paper's limit
pub mod best; //       the best network of all searches, trained fully and tested once
pub mod analysis; //   rows of observations, and figures

#[cfg(test)]
mod fixture; // a small experiment without workers
