//! Models with several outputs: the tasks `TrainHeads`, `EvaluateHeads` and `Generate`.

pub mod answer; //   from a request to an outcome
pub mod evaluate; // scores under interventions, and values of nodes
pub mod generate; // samples from a model
pub mod loss; //     the losses of heads and latents
pub mod model; //    a network with its heads, ready to compute losses
pub mod noise; //    the standard normal numbers of latent samples
pub mod train; //    the training loop
pub mod update; //   optimisers over the parts of the flat buffer
