//! renas-worker trains and evaluates one network at a time, and is the only program of renas that links libtorch.
//!
//! It knows no paper: what can be asked of it is the closed enum `renas_task::Task`, one JSON line at a time. This file
//! is the map; the program is `main.rs`.

pub mod alive; //       signs of life while a task is worked on
pub mod data; //        samples as tensors
pub mod determinism; // the operators in use, and why each repeats on a GPU
pub mod evaluate; //    probes: scores, class means, outputs
pub mod fingerprint; // what this machine's arithmetic gives, as a digest
pub mod heads; //       models with several outputs: trained, scored, asked for samples
pub mod latency; //     how long forward passes take, measured by a process of its own
pub mod lstm; //        the LSTM over sequences of tokens, in plain Rust
mod loss; //       what trainings minimise
pub mod module; //      a NetworkSpec as libtorch computes it
pub mod numerics; //    pins the environment and libtorch's switches; opens the device
mod objects; //    tensor objects, read and written
pub mod optimizer; //   Adam and gradient descent on one flat buffer
pub mod parameters; //  the tensors of a network, fresh or from the store
pub mod paths; //       supernets: one set of weights for many networks
pub mod perceptron; //  perceptrons trained without autograd
pub mod sequence; //    fits predictors over sequences, and asks them
pub mod serve; //       the protocol
pub mod shim; //        calls into C++: the only unsafe code
pub mod stopwatch; //   clocks
pub mod timing; //      how long training steps take
pub mod train; //       the training loop
pub mod watch; //       whether anybody still listens
