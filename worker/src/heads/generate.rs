//! Draws images from a model, and passes them through a classifier.

use anyhow::{Context as _, Result, ensure};
use renas_data::split::Split;
use renas_network::shape::shapes;
use renas_network::weights::{Tensor as Stored, Tensors};
use renas_task::heads::{Generate, Through};
use tch::Tensor;

use super::noise::NoiseSource;
use crate::data::{Samples, floats};
use crate::evaluate::BATCH_SIZE;
use crate::module::{Encoders, Mode, Module, Noise, node_index};
use crate::parameters::Parameters;

/// A classifier and its weights.
pub struct Classifier {
    module: Module,
    /// The shape of one sample as it reads it.
    input: Vec<i64>,
    classes: usize,
}

impl Classifier {
    /// The classifier of `through`, whose weights are `parameters`; `pixels`: of an image.
    pub fn new(through: &Through, parameters: &Parameters, pixels: usize) -> Result<Self> {
        let network = &through.network;
        let shapes = shapes(network).context("the classifier that images are passed through")?;
        let read: usize = network.input.iter().product();
        ensure!(
            read == pixels,
            "the classifier that images are passed through reads {:?}, but an image has {pixels} pixels",
            network.input
        );
        let classes = shapes[node_index(network, &network.output)?].iter().product();
        let input = network.input.iter().map(|&size| size as i64).collect();
        Ok(Self { module: Module::new(network, parameters)?, input, classes })
    }

    /// `[batch, classes]` for images `[batch, features]`.
    fn logits(&self, images: &Tensor) -> Result<Vec<f32>> {
        let shape: Vec<i64> = std::iter::once(images.size()[0]).chain(self.input.iter().copied()).collect();
        floats(&self.module.forward(&images.f_reshape(shape.as_slice())?, Mode::Evaluation)?)
    }
}

/// The tensors of the object `generated`. The task has passed its check.
pub fn generate(
    task: &Generate,
    samples: &Samples,
    parameters: &Parameters,
    classifier: Option<&Classifier>,
) -> Result<Tensors> {
    let _no_grad = tch::no_grad_guard();
    let node = node_index(&task.network, &task.node)?;
    let module = Module::new(&task.network, parameters)?.limited_to(&task.network, &[node], Encoders::LeftOut);
    let mut noise = NoiseSource::new(&task.network, &module, task.seed.derive("generate"), samples.device())?;
    let index = samples.index(samples.part(Split::Test).iter().take(task.count).copied())?;
    let (mut images, mut logits) = (Vec::new(), Vec::new());
    let (mut start, total) = (0, task.count as i64);
    while start < total {
        let size = BATCH_SIZE.min(total - start);
        let (input, _) = samples.batch(&index.f_narrow(0, start, size)?)?;
        start += size;
        let draws = noise.draw(size as usize)?;
        let values = module.values(&input, Mode::Evaluation, Noise::Alone(&draws), &[Some(node)])?;
        let batch = values[0].f_reshape([size, -1])?.f_clamp(0.0, 1.0)?;
        match classifier {
            Some(classifier) => logits.extend(classifier.logits(&batch)?),
            None => images.extend(floats(&batch)?),
        }
    }
    let (name, columns, values) = match classifier {
        Some(classifier) => ("logits", classifier.classes, logits),
        None => ("images", images.len() / task.count, images),
    };
    Ok(Tensors::from([(name.to_owned(), Stored { shape: vec![task.count, columns], values })]))
}
