//! A network with its heads and latents, ready to compute losses; nothing else of the network is computed.

use anyhow::Result;
use renas_network::spec::NetworkSpec;
use renas_task::heads::{Head, HeadLoss, Latent, Target};
use tch::{Device, Kind, Tensor};

use super::loss::{divergences, losses, mean_loss};
use crate::data::Samples;
use crate::module::{Encoders, Mode, Module, Noise, node_index};
use crate::parameters::Parameters;

/// Where the targets of heads come from: tensors over all samples of the data, on its device.
pub struct Targets {
    heads: Vec<HeadTarget>,
}

struct HeadTarget {
    name: String,
    node: usize,
    loss: HeadLoss,
    values: Values,
}

enum Values {
    /// The labels of the batch.
    Labels,
    /// Rows of `[classes, classes]`: the label's is the target.
    OneHot(Tensor),
    /// Rows of `[samples, bins]`: the sample's is the target.
    Histogram(Tensor),
    /// The batch's images.
    Image,
}

/// Samples of one step.
pub struct Batch {
    /// What the network reads.
    pub input: Tensor,
    /// The images, which may differ from the input.
    pub images: Tensor,
    /// `[batch]` i64.
    pub labels: Tensor,
    /// Positions in the data, `[batch]` i64.
    pub index: Tensor,
}

impl Batch {
    /// The samples at the given positions.
    pub fn new(samples: &Samples, index: Tensor) -> Result<Self> {
        let (input, labels) = samples.batch(&index)?;
        Ok(Self { images: input.shallow_clone(), input, labels, index })
    }

    /// Labels on the host.
    pub fn host_labels(&self) -> Result<Vec<usize>> {
        crate::evaluate::host_labels(&self.labels)
    }
}

impl Targets {
    /// The targets of heads that have passed their check; `histograms` answers `[samples, bins]` f32 for all samples.
    pub fn new(
        heads: &[Head],
        network: &NetworkSpec,
        classes: usize,
        device: Device,
        mut histograms: impl FnMut(usize) -> Result<Tensor>,
    ) -> Result<Self> {
        let mut all = Vec::with_capacity(heads.len());
        for head in heads {
            let values = match head.target {
                Target::Labels => match head.loss {
                    HeadLoss::SoftmaxCrossEntropy => Values::Labels,
                    HeadLoss::SigmoidCrossEntropy | HeadLoss::MeanSquaredError => {
                        Values::OneHot(Tensor::f_eye(classes as i64, (Kind::Float, device))?)
                    }
                },
                Target::Histogram { bins } => Values::Histogram(histograms(bins)?),
                Target::Image => Values::Image,
            };
            let node = node_index(network, &head.node)?;
            all.push(HeadTarget { name: head.name.clone(), node, loss: head.loss, values });
        }
        Ok(Self { heads: all })
    }
}

impl HeadTarget {
    fn of(&self, batch: &Batch) -> Result<Tensor> {
        Ok(match &self.values {
            Values::Labels => batch.labels.shallow_clone(),
            Values::OneHot(rows) => rows.f_index_select(0, &batch.labels)?,
            Values::Histogram(rows) => rows.f_index_select(0, &batch.index)?,
            Values::Image => batch.images.f_flatten(1, -1)?,
        })
    }

    /// Whether its error can be counted: the largest of its values names a class.
    fn is_classifier(&self) -> bool {
        match self.values {
            Values::Labels | Values::OneHot(_) => true,
            Values::Histogram(_) | Values::Image => false,
        }
    }
}

/// A network over given weights, with its heads and latents.
pub struct Model<'a> {
    /// The network.
    pub module: Module,
    targets: &'a Targets,
    /// Weights of the latents' terms.
    latents: Vec<f64>,
    /// What heads read, what latents read, and the nodes that are asked for beside them.
    wanted: Vec<Option<usize>>,
}

/// What a head gave for the samples of a batch.
pub struct HeadScore {
    /// The loss of each sample, `[batch]`.
    pub losses: Tensor,
    /// `[batch, classes]`, where the target is the label.
    pub logits: Option<Tensor>,
}

/// What a model gave for the samples of a batch.
pub struct BatchScores {
    /// Per head.
    pub heads: Vec<HeadScore>,
    /// The sum of the latents' terms of each sample; absent where there are no latents.
    pub latent: Option<Tensor>,
    /// Values of the nodes that were asked for.
    pub values: Vec<Tensor>,
}

impl<'a> Model<'a> {
    /// The model over `parameters`; `nodes`: indices of nodes whose values are asked for beside the losses.
    pub fn new(
        network: &NetworkSpec,
        parameters: &Parameters,
        targets: &'a Targets,
        latents: &[Latent],
        nodes: &[usize],
    ) -> Result<Self> {
        let module = Module::new(network, parameters)?;
        let mut roots: Vec<usize> = targets.heads.iter().map(|head| head.node).collect();
        let mut wanted: Vec<Option<usize>> = roots.iter().copied().map(Some).collect();
        for latent in latents {
            let node = node_index(network, &latent.node)?;
            let read = module.source(node);
            roots.extend(read);
            wanted.push(read);
        }
        roots.extend(nodes);
        wanted.extend(nodes.iter().copied().map(Some));
        let module = module.limited_to(network, &roots, Encoders::Kept);
        Ok(Self { module, targets, latents: latents.iter().map(|latent| latent.weight).collect(), wanted })
    }

    /// Names of the losses: the heads', then `latent` where there are latents.
    pub fn loss_names(&self) -> Vec<&str> {
        let latent = (!self.latents.is_empty()).then_some(renas_task::head_check::LATENT);
        self.targets.heads.iter().map(|head| head.name.as_str()).chain(latent).collect()
    }

    /// The losses of a batch in training, in the order of their names: `[losses]`.
    pub fn training_losses(&self, batch: &Batch, noise: Noise<'_>) -> Result<Tensor> {
        let values = self.module.values(&batch.input, Mode::Training, noise, &self.wanted)?;
        let (outputs, rest) = values.split_at(self.targets.heads.len());
        let of_head = |(head, output): (&HeadTarget, &Tensor)| mean_loss(head.loss, output, &head.of(batch)?);
        let mut all = self.targets.heads.iter().zip(outputs).map(of_head).collect::<Result<Vec<_>>>()?;
        if let Some(terms) = self.latent_terms(rest)? {
            all.push(terms.f_mean(None)?);
        }
        Ok(Tensor::f_stack(&all, 0)?)
    }

    /// The losses of each sample of a batch, without noise, and values of nodes.
    pub fn scores(&self, batch: &Batch) -> Result<BatchScores> {
        let mut values = self.module.values(&batch.input, Mode::Evaluation, Noise::Absent, &self.wanted)?;
        let mut rest = values.split_off(self.targets.heads.len());
        let mut heads = Vec::with_capacity(values.len());
        for (head, output) in self.targets.heads.iter().zip(values) {
            let losses = losses(head.loss, &output, &head.of(batch)?)?;
            heads.push(HeadScore { losses, logits: head.is_classifier().then_some(output) });
        }
        let latent = self.latent_terms(&rest)?;
        let values = rest.split_off(self.latents.len());
        Ok(BatchScores { heads, latent, values })
    }

    /// The weighted sum of the divergences of each sample; absent where there are no latents.
    fn latent_terms(&self, read: &[Tensor]) -> Result<Option<Tensor>> {
        let mut sum: Option<Tensor> = None;
        for (&weight, read) in self.latents.iter().zip(read) {
            let term = divergences(read)?.f_mul_scalar(weight)?;
            sum = Some(match sum {
                None => term,
                Some(sum) => sum.f_add(&term)?,
            });
        }
        Ok(sum)
    }
}
