//! How long forward passes of networks take on this machine, in a setting that may be another than the worker's own.

use serde::{Deserialize, Serialize};

use super::numerics::Numerics;
use renas_base::seed::Seed;
use renas_network::spec::NetworkSpec;

/// Time forward passes in evaluation mode, without gradients, on one batch of random images.
///
/// A worker does not change its own pinned settings: it has a process of its own program measure, which is started with
/// the numerics and threads of the task (on a GPU where the numerics are `cuda`, else on the CPU) and ends with it.
/// Images are uniform in 0..1, drawn for each network anew from stream `images` of the seed, in the shape that the network
/// reads; weights are fresh ones of the same seed, as in `Train`.
///
/// Answers the curve `pass.seconds`: for each network, in the order of the task, the median wall seconds of one pass of
/// the batch; on a GPU between two synchronisations. Outputs do not matter, finite or not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Latency {
    /// The networks; at least one.
    pub networks: Vec<NetworkSpec>,
    /// Images of one pass; at least 1.
    pub batch_size: usize,
    /// Threads that compute one operation together; at least 1.
    pub threads: usize,
    /// The pinned settings under which passes are timed, whichever those of the worker are.
    pub numerics: Numerics,
    /// Root of every draw: initial weights (`init`) and images (`images`).
    pub seed: Seed,
    /// Passes of each network before the timed ones.
    pub warm_up: usize,
    /// Timed passes of each network; at least 1.
    pub steps: usize,
}

/// There is nothing to time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LatencyError {
    /// No network.
    #[error("networks must be at least one: there is nothing to time")]
    NoNetwork,
    /// Batches without images.
    #[error("batch_size must be at least 1: a batch of no images takes no time")]
    EmptyBatch,
    /// No thread.
    #[error("threads must be at least 1: nothing would compute")]
    NoThread,
    /// No timed pass.
    #[error("steps must be at least 1: there is no median of nothing")]
    NoStep,
}

impl Latency {
    /// The first reason why there is nothing to time, where there is one.
    pub fn check(&self) -> Result<(), LatencyError> {
        match self {
            Self { networks, .. } if networks.is_empty() => Err(LatencyError::NoNetwork),
            Self { batch_size: 0, .. } => Err(LatencyError::EmptyBatch),
            Self { threads: 0, .. } => Err(LatencyError::NoThread),
            Self { steps: 0, .. } => Err(LatencyError::NoStep),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Task;
    use super::*;
    use renas_base::digest::Digest;
    use renas_network::spec::Activation;

    fn latency() -> Latency {
        Latency {
            networks: vec![NetworkSpec::perceptron(&[1, 8, 8], &[16], Activation::Relu, 10)],
            batch_size: 64,
            threads: 2,
            numerics: Numerics::Avx2,
            seed: Seed::from_number(2),
            warm_up: 2,
            steps: 9,
        }
    }

    /// This digest is in keys of stored trials: a new variant or field may never change it.
    #[test]
    fn the_canonical_json_of_a_latency_task_is_pinned() {
        let task = Task::Latency(latency());
        assert_eq!((task.data(), task.objects(), task.kind().is_observation()), (None, Vec::new(), true));
        let text = serde_json::to_string(&task).expect("a task is JSON");
        assert_eq!(serde_json::from_str::<Task>(&text).expect("own text"), task);
        let digest = Digest::of_value(&task).expect("finite numbers").to_string();
        assert_eq!(digest, "4c7fafd865348fae2a81902eada89bc04c685e191e8d098616f46718479c704b");
    }

    #[test]
    fn a_task_that_times_nothing_is_refused_with_its_reason() {
        assert_eq!(latency().check(), Ok(()));
        for (task, error) in [
            (Latency { networks: Vec::new(), ..latency() }, LatencyError::NoNetwork),
            (Latency { batch_size: 0, ..latency() }, LatencyError::EmptyBatch),
            (Latency { threads: 0, ..latency() }, LatencyError::NoThread),
            (Latency { steps: 0, ..latency() }, LatencyError::NoStep),
        ] {
            assert_eq!(task.check(), Err(error));
        }
    }
}
