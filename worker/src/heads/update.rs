//! Optimisers over the parts of the flat buffer: one for all of it, unless a head has an optimiser of its own.

use anyhow::Result;
use renas_network::parameter::parameters;
use renas_task::head_check::{Owner, owners};
use renas_task::heads::TrainHeads;
use renas_task::recipe::{Optimizer as Choice, Schedule};
use tch::Tensor;

use crate::optimizer::Optimizer;

/// What moves all weights of a model.
pub struct Update {
    spans: Vec<Span>,
}

/// Consecutive values of the flat buffer that one optimiser moves.
struct Span {
    start: i64,
    length: i64,
    optimizer: Optimizer,
}

impl Update {
    /// The optimisers of a training whose weights are laid out as `flat`.
    pub fn new(task: &TrainHeads, flat: &Tensor) -> Result<Self> {
        let mut spans = Vec::new();
        for (choice, start, length) in layout(task)? {
            let part = flat.f_narrow(0, start, length)?;
            let optimizer = Optimizer::new(choice, &Schedule::Constant, task.steps, &part)?;
            spans.push(Span { start, length, optimizer });
        }
        Ok(Self { spans })
    }

    /// One step of the weights along the gradient, in place.
    pub fn step(&mut self, flat: &Tensor, gradient: &Tensor) -> Result<()> {
        for Span { start, length, optimizer } in &mut self.spans {
            let mut weights = flat.f_narrow(0, *start, *length)?;
            optimizer.step(&mut weights, &gradient.f_narrow(0, *start, *length)?)?;
        }
        Ok(())
    }
}

/// Optimiser, start and length of each span, as long as possible.
fn layout(task: &TrainHeads) -> Result<Vec<(&Choice, i64, i64)>> {
    let owners = owners(&task.network, &task.heads, &task.latents)?;
    let mut spans: Vec<(&Choice, i64, i64)> = Vec::new();
    let mut start = 0;
    for parameter in parameters(&task.network)?.iter().filter(|parameter| parameter.trainable) {
        let choice = match owners[parameter.node] {
            Owner::Head(head) => task.heads[head].optimizer.as_ref().unwrap_or(&task.optimizer),
            Owner::Shared | Owner::Nobody => &task.optimizer,
        };
        let size = parameter.size() as i64;
        match spans.last_mut() {
            // Equal choices are one: an optimiser's state is one value per weight.
            Some((last, _, length)) if *last == choice => *length += size,
            Some(_) | None => spans.push((choice, start, size)),
        }
        start += size;
    }
    Ok(spans)
}
