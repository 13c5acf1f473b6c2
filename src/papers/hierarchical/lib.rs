//! Multi-objective search for efficient convolutional networks in a hierarchical space, with a weight-sharing supernet.
//!
//! Zhang, Rodriguez, Tanaka and Al-Mansoori, "Neural Architecture Search for Efficient Convolutional Networks: A
//! Multi-Objective Optimization Approach". It states no settings and has no code: the space below is ours, built from what
//! it names.

pub mod paper; //      how the harness sees it
pub mod settings; //   the manifest's parameters
pub mod plan; //       the studies of a profile
pub mod arm; //        the ways to search
pub mod block; //      the layers: four kinds of blocks, and their operations
pub mod genotype; //   networks at three levels, and flat
pub mod network; //    the nodes of a layer
pub mod space; //      the bounds of the space, and its supernet
pub mod family; //     which paths of the supernet are trained together
pub mod variation; //  random genotypes, crossover and mutation
pub mod objectives; // error, multiply-adds and memory
pub mod baselines; //  the hand-designed networks that the paper compares with
pub mod supernet; //    the supernet trained, and networks judged with its weights
pub mod trainer; //    networks trained on their own
pub mod search; //     one search
pub mod ranking; //    how well a supernet ranks
pub mod final_training; //     chosen and hand-designed networks, trained
pub mod latency; //    times of one search's networks
pub mod cost; //       what a search took
pub mod analysis; //   rows of observations, and figures

#[cfg(test)]
mod fixture; // a small experiment without workers
