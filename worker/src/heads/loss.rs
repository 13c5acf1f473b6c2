//! The losses of heads and latents, as means over a batch or one per sample.

use anyhow::Result;
use renas_task::heads::HeadLoss;
use tch::{Reduction, Tensor};

use crate::loss::cross_entropy;
use crate::module::mean_and_log_variance;

/// The loss of a batch, a single number.
///
/// `output`: `[batch, values]`; `target`: `[batch]` labels (i64) for the softmax cross entropy, else like the output.
pub fn mean_loss(loss: HeadLoss, output: &Tensor, target: &Tensor) -> Result<Tensor> {
    reduced(loss, output, target, Reduction::Mean)
}

/// The loss of each sample, `[batch]`; their mean is that of the batch.
pub fn losses(loss: HeadLoss, output: &Tensor, target: &Tensor) -> Result<Tensor> {
    let all = reduced(loss, output, target, Reduction::None)?;
    match loss {
        HeadLoss::SoftmaxCrossEntropy => Ok(all),
        HeadLoss::SigmoidCrossEntropy | HeadLoss::MeanSquaredError => mean_of_each(&all),
    }
}

fn reduced(loss: HeadLoss, output: &Tensor, target: &Tensor, reduction: Reduction) -> Result<Tensor> {
    match loss {
        HeadLoss::SoftmaxCrossEntropy => cross_entropy(output, target, reduction),
        HeadLoss::SigmoidCrossEntropy => {
            Ok(output.f_binary_cross_entropy_with_logits::<Tensor>(target, None, None, reduction)?)
        }
        HeadLoss::MeanSquaredError => Ok(output.f_mse_loss(target, reduction)?),
    }
}

fn mean_of_each(losses: &Tensor) -> Result<Tensor> {
    Ok(losses.f_mean_dim(&[1i64][..], false, None)?)
}

/// Kullback-Leibler divergence of each sample's normal distribution from the standard one, in nats: `[batch]`.
///
/// `read`: what the latent sample reads, `[batch, 2 units]`.
pub fn divergences(read: &Tensor) -> Result<Tensor> {
    let (mean, log_variance) = mean_and_log_variance(read)?;
    let terms = log_variance.f_sub(&mean.f_square()?)?.f_sub(&log_variance.f_exp()?)?.f_add_scalar(1.0)?;
    Ok(terms.f_sum_dim_intlist(&[1i64][..], false, None)?.f_mul_scalar(-0.5)?)
}
