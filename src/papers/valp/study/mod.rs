//! The studies of the paper, and how a model is trained, judged and diagnosed in all of them.

pub mod sample_quality; //    how good generated images are
pub mod training_protocol; // models trained and judged
pub mod diagnostics; //       a trained model's parts disturbed
pub mod operator_study; //    every operator applied to a random model
pub mod crossover_study; //   the crossover of random models
pub mod search; //            hill climbing
