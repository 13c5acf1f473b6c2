//! What can be timed: trainings and forward passes.

use serde::{Deserialize, Serialize};

use renas_base::seed::Seed;
use renas_network::spec::NetworkSpec;
use renas_task::DataChoice;
use renas_task::latency::Latency;
use renas_task::numerics::Numerics;
use renas_task::recipe::Recipe;

/// How a network is timed: some training steps from its first on, or some forward passes, alone on the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timing {
    /// Steps or passes before the timed ones.
    pub warm_up: usize,
    /// Timed ones: of steps the mean counts, of passes the median.
    pub steps: usize,
}

/// A training whose time is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Training {
    /// The network.
    pub network: NetworkSpec,
    /// The samples, and how they are split.
    pub data: DataChoice,
    /// Loss, optimiser, schedule and batch size.
    pub recipe: Recipe,
    /// Passes over the training samples.
    pub epochs: usize,
    /// Root of every draw, as in `Train`.
    pub seed: Seed,
}

/// Forward passes whose time is asked for: of some networks in one setting.
#[derive(Clone, Debug, PartialEq)]
pub struct Inference {
    /// The networks; at least one.
    pub networks: Vec<NetworkSpec>,
    /// Images of one pass; at least 1.
    pub batch_size: usize,
    /// Threads that compute together; at least 1.
    pub threads: usize,
    /// The pinned settings of the process that computes, whichever those of the profile are.
    pub numerics: Numerics,
    /// Root of every draw: weights and images.
    pub seed: Seed,
}

impl Inference {
    /// The task that measures it.
    pub(crate) fn task(&self, timing: &Timing) -> Latency {
        let Self { networks, batch_size, threads, numerics, seed } = self.clone();
        let Timing { warm_up, steps } = *timing;
        Latency { networks, batch_size, threads, numerics, seed, warm_up, steps }
    }
}
