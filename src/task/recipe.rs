//! How a network is trained: loss, optimiser, learning-rate schedule, batches, and when to stop.

use serde::{Deserialize, Serialize};

/// Loss, optimiser, schedule and batch size of one training.
///
/// Samples are shuffled anew each epoch from the task's seed; the last, smaller batch of an epoch is used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// What is minimised.
    pub loss: Loss,
    /// How weights move.
    pub optimizer: Optimizer,
    /// How the learning rate changes.
    pub schedule: Schedule,
    /// Samples per step.
    pub batch_size: usize,
}

impl Recipe {
    /// Of a classifier: softmax cross entropy, minimised by Adam.
    pub fn classifier(learning_rate: f64, schedule: Schedule, batch_size: usize) -> Self {
        Self { loss: Loss::CrossEntropy, optimizer: Optimizer::Adam { learning_rate }, schedule, batch_size }
    }
}

/// What a training minimises, as a mean over the batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// Softmax cross entropy of logits and class labels, in nats.
    CrossEntropy,
}

/// How weights move.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case", deny_unknown_fields)]
pub enum Optimizer {
    /// Kingma and Ba 2015, <https://arxiv.org/abs/1412.6980>; betas .9 and .999, epsilon 1e-8, no weight decay.
    Adam {
        /// Learning rate at the start.
        learning_rate: f64,
    },
    /// Stochastic gradient descent with momentum in PyTorch's form: v = momentum v + g; w = w - rate v.
    Sgd {
        /// Learning rate at the start.
        learning_rate: f64,
        /// 0 is plain gradient descent.
        momentum: f64,
    },
}

/// How the learning rate changes over the steps of a training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "shape", rename_all = "snake_case", deny_unknown_fields)]
pub enum Schedule {
    /// It stays.
    Constant,
    /// Half a cosine, step by step, from the starting rate at step 0 down to `floor` times it at the last step.
    Cosine {
        /// The fraction of the starting rate that remains; in 0..=1.
        floor: f64,
    },
}

/// When a training ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// After this many passes over the training samples.
    Epochs(usize),
    /// After this many optimiser steps.
    Steps(usize),
}
