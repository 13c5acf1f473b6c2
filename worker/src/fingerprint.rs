//! The numeric fingerprint of a worker: a digest of what fixed computations give on its device under its pins.
//!
//! Two workers with equal fingerprints are one numeric class: their results are expected to be equal bit for bit. It
//! covers the kernels that training uses: convolutions with their gradients, matrix products of several shapes, softmax,
//! normalisation, reductions, exponentials and a step of Adam.

use anyhow::Result;
use renas_base::digest::{Digest, Hasher};
use renas_base::seed::{Seed, Stream};
use renas_task::recipe::{Optimizer as Choice, Schedule};
use tch::{Device, Kind, Tensor};

use crate::data::floats;
use crate::optimizer::Optimizer;

/// Rows, inner size and columns of the matrix products: small, wide, long and uneven ones take different kernels.
const PRODUCTS: [[i64; 3]; 6] =
    [[1, 64, 10], [7, 13, 5], [32, 100, 100], [128, 784, 100], [128, 3072, 65], [256, 33, 257]];

/// The fingerprint of this process on `device`.
pub fn fingerprint(device: Device) -> Result<Digest> {
    let mut stream = Seed::from_number(0).stream("fingerprint");
    let mut hasher = Hasher::default();
    for sizes in PRODUCTS {
        add_product(sizes, &mut stream, &mut hasher, device)?;
    }
    add_convolution(&mut stream, &mut hasher, device)?;
    add_functions(&mut stream, &mut hasher, device)?;
    add_optimizer(&mut stream, &mut hasher, device)?;
    Ok(hasher.finish())
}

/// Values uniform in -2..2.
fn values(stream: &mut Stream, shape: &[i64], device: Device) -> Result<Tensor> {
    let count = shape.iter().product::<i64>();
    let values: Vec<f32> = (0..count).map(|_| (4.0 * stream.uniform() - 2.0) as f32).collect();
    Ok(Tensor::from_slice(&values).f_view(shape)?.f_to_device(device)?)
}

fn add(hasher: &mut Hasher, tensor: &Tensor) -> Result<()> {
    for value in floats(tensor)? {
        hasher.update(&value.to_le_bytes());
    }
    Ok(())
}

/// A linear layer with its gradients, as training computes it.
fn add_product(sizes: [i64; 3], stream: &mut Stream, hasher: &mut Hasher, device: Device) -> Result<()> {
    let [rows, inner, columns] = sizes;
    let x = values(stream, &[rows, inner], device)?.f_set_requires_grad(true)?;
    let weight = values(stream, &[columns, inner], device)?.f_set_requires_grad(true)?;
    let bias = values(stream, &[columns], device)?.f_set_requires_grad(true)?;
    let y = x.f_linear(&weight, Some(&bias))?;
    add(hasher, &y)?;
    let loss = y.f_log_softmax(-1, None)?.f_mean(None)?;
    for gradient in Tensor::f_run_backward(&[loss], &[&x, &weight, &bias], false, false)? {
        add(hasher, &gradient)?;
    }
    Ok(())
}

/// A dense and a depthwise convolution, normalised and pooled, with their gradients.
fn add_convolution(stream: &mut Stream, hasher: &mut Hasher, device: Device) -> Result<()> {
    let x = values(stream, &[4, 10, 10, 8], device)?.f_permute([0, 3, 1, 2])?;
    let dense = values(stream, &[16, 8, 3, 3], device)?.f_set_requires_grad(true)?;
    let depthwise = values(stream, &[16, 1, 3, 3], device)?.f_set_requires_grad(true)?;
    let scale = values(stream, &[16], device)?.f_set_requires_grad(true)?;
    let shift = values(stream, &[16], device)?.f_set_requires_grad(true)?;
    let y = x.f_conv2d(&dense, None::<&Tensor>, 1, 1, 1, 1)?.f_relu()?;
    let y = y.f_conv2d(&depthwise, Some(&shift), 1, 1, 1, 16)?;
    let y = y.f_batch_norm(Some(&scale), Some(&shift), None, None, true, 0.1, 1e-5, true)?;
    let y = y.f_avg_pool2d(2, 2, 0, false, true, None)?.f_mean_dim(&[2i64, 3][..], false, None)?;
    add(hasher, &y)?;
    let loss = y.f_square()?.f_mean(None)?;
    for gradient in Tensor::f_run_backward(&[loss], &[&dense, &depthwise, &scale, &shift], false, false)? {
        add(hasher, &gradient)?;
    }
    Ok(())
}

fn add_functions(stream: &mut Stream, hasher: &mut Hasher, device: Device) -> Result<()> {
    let x = values(stream, &[1003], device)?;
    let positive = x.f_abs()?.f_add_scalar(1e-3)?;
    let results = [
        x.f_exp()?,
        positive.f_log()?,
        positive.f_sqrt()?,
        x.f_softmax(0, None)?,
        x.f_sigmoid()?,
        x.f_tanh()?,
        x.f_silu()?,
        x.f_gelu("none")?,
        x.f_sum(Kind::Float)?,
        x.f_mean(Kind::Float)?,
        x.f_var(true)?,
        x.f_div_scalar(255.0)?,
    ];
    results.iter().try_for_each(|result| add(hasher, result))
}

fn add_optimizer(stream: &mut Stream, hasher: &mut Hasher, device: Device) -> Result<()> {
    for choice in [Choice::Adam { learning_rate: 1e-3 }, Choice::Sgd { learning_rate: 1e-2, momentum: 0.9 }] {
        let mut weights = values(stream, &[1003], device)?;
        let mut optimizer = Optimizer::new(&choice, &Schedule::Constant, 3, &weights)?;
        for _ in 0..3 {
            let gradient = values(stream, &[1003], device)?;
            optimizer.step(&mut weights, &gradient)?;
        }
        add(hasher, &weights)?;
    }
    Ok(())
}
