//! Moves the flat buffer of weights along the flat buffer of gradients, by PyTorch's fused kernels.

use anyhow::Result;
use renas_task::recipe::{Optimizer as Choice, Schedule};
use tch::Tensor;

use crate::shim::{self, Adam, AdamConstants};

/// Kingma and Ba 2015, algorithm 1, as PyTorch defaults to.
const ADAM: AdamConstants = AdamConstants { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

/// An optimiser with its state, over one flat buffer.
pub struct Optimizer {
    kind: Kind,
    learning_rate: f64,
    schedule: Schedule,
    /// Steps that the whole training takes; what the cosine is stretched over.
    total_steps: usize,
    steps_taken: usize,
}

enum Kind {
    Adam(Adam),
    Sgd { momentum: f64, velocity: Tensor },
}

impl Optimizer {
    /// The chosen optimiser for weights like `flat`, for a training of `total_steps`.
    pub fn new(choice: &Choice, schedule: &Schedule, total_steps: usize, flat: &Tensor) -> Result<Self> {
        let (kind, learning_rate) = match *choice {
            Choice::Adam { learning_rate } => {
                let steps = Tensor::f_zeros([], (tch::Kind::Float, flat.device()))?;
                let state = Adam { mean: flat.f_zeros_like()?, square: flat.f_zeros_like()?, steps };
                (Kind::Adam(state), learning_rate)
            }
            Choice::Sgd { learning_rate, momentum } => {
                (Kind::Sgd { momentum, velocity: flat.f_zeros_like()? }, learning_rate)
            }
        };
        Ok(Self { kind, learning_rate, schedule: schedule.clone(), total_steps, steps_taken: 0 })
    }

    /// One step of `weights` along `gradient`, in place.
    pub fn step(&mut self, weights: &mut Tensor, gradient: &Tensor) -> Result<()> {
        self.step_at(self.steps_taken, weights, gradient)
    }

    /// The same at the rate of step `at` of the schedule: for weights that a training moves at some of its steps only.
    pub fn step_at(&mut self, at: usize, weights: &mut Tensor, gradient: &Tensor) -> Result<()> {
        let rate = self.learning_rate * rate_factor(&self.schedule, at, self.total_steps);
        match &mut self.kind {
            Kind::Adam(state) => {
                let _ = state.steps.f_add_scalar_(1.0)?;
                shim::adam(weights, gradient, state, rate, &ADAM)?;
            }
            Kind::Sgd { momentum, velocity } => {
                shim::sgd(weights, gradient, velocity, rate, *momentum, self.steps_taken == 0)?;
            }
        }
        self.steps_taken += 1;
        Ok(())
    }
}

/// What the starting rate is multiplied by at `step`, counted from 0.
fn rate_factor(schedule: &Schedule, step: usize, total_steps: usize) -> f64 {
    match *schedule {
        Schedule::Constant => 1.0,
        Schedule::Cosine { floor } => {
            // A training of one step stays at its starting rate.
            let progress = step as f64 / (total_steps.max(2) - 1) as f64;
            floor + (1.0 - floor) * 0.5 * (1.0 + libm::cos(std::f64::consts::PI * progress))
        }
    }
}
