//! What trainings minimise.

use anyhow::Result;
use tch::{Reduction, Tensor};

/// Softmax cross entropy in nats: `[n, classes]` logits and `[n]` labels to a mean, a sum or `[n]` losses.
pub(crate) fn cross_entropy(logits: &Tensor, labels: &Tensor, reduction: Reduction) -> Result<Tensor> {
    Ok(logits.f_log_softmax(-1, None)?.f_nll_loss::<Tensor>(labels, None, reduction, -100)?)
}

/// The mean cross entropy of `[n, classes]` logits to class probabilities, `[n, classes]`, in nats.
pub(crate) fn cross_entropy_to(logits: &Tensor, probabilities: &Tensor) -> Result<Tensor> {
    Ok(logits.f_cross_entropy_loss::<Tensor>(probabilities, None, Reduction::Mean, -100, 0.0)?)
}
