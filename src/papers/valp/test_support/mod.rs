//! What tests of several modules need: small models, and a small experiment without workers.

pub(crate) mod models; //       small VALPs, a space and losses
pub(crate) mod experiment; //   settings of a small experiment, inputs and results of its studies
pub(crate) mod fake_context; // answers tasks without training anything
