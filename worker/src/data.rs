//! Samples as tensors: the whole data set lies on the device as bytes, batches are gathered from it.
//!
//! A pixel is its byte divided by the largest value that the data set's bytes can have (255; 16 for the digits), as
//! PyTorch's `ToTensor` does; nothing else is normalised.

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use renas_base::digest::Digest;
use renas_data::load::Dataset;
use renas_data::locate::Locations;
use renas_data::registry::{Registry, Sizes};
use renas_data::split::{DataChoice, Indices, Split, indices};
use renas_network::spec::NetworkSpec;
use renas_task::head_check::SampleSizes;
use tch::{Device, Kind, Tensor};

/// Reads data sets and keeps the last one, since most tasks of a run share theirs.
pub struct DataSource {
    registry: Registry,
    device: Device,
    last: Option<Resident>,
}

/// A data set on the device.
struct Resident {
    name: String,
    digest: Digest,
    layout: Layout,
    /// `[samples, channels, height, width]` or `[samples, height, width, channels]`, u8.
    images: Tensor,
    /// `[samples]` i64.
    labels: Tensor,
    /// Shape of one sample.
    shape: Vec<usize>,
    classes: usize,
    pixel_max: u8,
    /// Shares of pixels per bin, `[samples, bins]` f32, for the number of bins that was asked for last.
    histograms: Option<Tensor>,
    /// The pool that splits are drawn from lies first, the official test part behind it.
    sizes: Sizes,
}

/// In which order the values of an image lie in memory.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    ChannelsFirst,
    /// Faster for convolutions and pools on a CPU.
    ChannelsLast,
}

/// The samples of one task.
pub struct Samples {
    images: Tensor,
    labels: Tensor,
    layout: Layout,
    /// The shape of one input sample, as the network reads it.
    input: Vec<i64>,
    scale: f64,
    device: Device,
    /// Number of classes.
    pub classes: usize,
    /// Positions in `images`.
    parts: Indices,
}

impl DataSource {
    /// A source that looks into `folders` before the usual places.
    pub fn new(folders: Vec<PathBuf>, device: Device) -> Self {
        Self { registry: Registry::open(Locations::from_environment(&folders)), device, last: None }
    }

    /// The samples that `choice` names, shaped as `network` reads them.
    pub fn samples(&mut self, choice: &DataChoice, network: &NetworkSpec) -> Result<Samples> {
        let layout = layout_for(network);
        let fits = |last: &Resident| (&last.name, last.digest, last.layout) == (&choice.name, choice.digest, layout);
        if !self.last.as_ref().is_some_and(fits) {
            self.last = None; // free the memory before the next set is read
            let set = renas_data::load::load(&choice.name, &self.registry)?;
            self.last = Some(Resident::new(set, choice, layout, self.device)?);
        }
        let resident = self.last.as_ref().context("the data set was just loaded")?;
        let flat = [resident.shape.iter().product::<usize>()];
        ensure!(
            network.input == resident.shape || network.input == flat,
            "the network reads {:?}, but a sample of `{}` has shape {:?}",
            network.input,
            choice.name,
            resident.shape
        );
        let split = indices(&choice.split, resident.sizes);
        let mut parts = split.with_context(|| format!("splitting data set `{}`", choice.name))?;
        if resident.sizes.test.is_some() {
            parts.test.iter_mut().for_each(|index| *index += resident.sizes.train);
        }
        Ok(Samples {
            images: resident.images.shallow_clone(),
            labels: resident.labels.shallow_clone(),
            layout,
            input: network.input.iter().map(|&size| size as i64).collect(),
            scale: f64::from(resident.pixel_max),
            device: self.device,
            classes: resident.classes,
            parts,
        })
    }

    /// For every sample of the data set that was read last, the share of its pixels in each of `bins` equal parts of
    /// 0..=1, the last of which is closed: `[samples, bins]` f32, by position in the data.
    pub fn histograms(&mut self, bins: usize) -> Result<Tensor> {
        let device = self.device;
        let resident = self.last.as_mut().context("histograms are of samples, but none were read")?;
        let known = resident.histograms.take().filter(|known| known.size()[1] == bins as i64);
        let histograms = known.map_or_else(|| resident.compute_histograms(bins, device), Ok)?;
        resident.histograms = Some(histograms.shallow_clone());
        Ok(histograms)
    }
}

impl Resident {
    fn compute_histograms(&self, bins: usize, device: Device) -> Result<Tensor> {
        let images = self.images.f_to_device(Device::Cpu)?.f_contiguous()?;
        let mut pixels = vec![0u8; images.numel()];
        let count = pixels.len();
        images.f_copy_data(&mut pixels, count)?;
        let shares = histograms(&pixels, self.shape.iter().product(), self.pixel_max, bins);
        Ok(Tensor::from_slice(&shares).f_view([-1, bins as i64])?.f_to_device(device)?)
    }

    fn new(set: Dataset, choice: &DataChoice, layout: Layout, device: Device) -> Result<Self> {
        ensure!(
            set.digest == choice.digest,
            "data set `{}` found here has the ordered digest {}, but the task was made for {}; bring the data that the \
             plan was made with, or plan again",
            choice.name,
            set.digest,
            choice.digest
        );
        let (sizes, shape) = (set.sizes(), set.shape.clone());
        let (mut pixels, mut labels) = (set.train.pixels, set.train.labels);
        if let Some(test) = set.test {
            pixels.extend(test.pixels);
            labels.extend(test.labels);
        }
        let all: Vec<i64> =
            std::iter::once(labels.len()).chain(shape.iter().copied()).map(|size| size as i64).collect();
        let images = Tensor::f_from_data_size(&pixels, &all, Kind::Uint8)?;
        let images = match layout {
            Layout::ChannelsFirst => images,
            Layout::ChannelsLast => images.f_permute([0, 2, 3, 1])?.f_contiguous()?,
        };
        let labels: Vec<i64> = labels.into_iter().map(i64::from).collect();
        Ok(Self {
            name: choice.name.clone(),
            digest: choice.digest,
            layout,
            images: images.f_to_device(device)?,
            labels: Tensor::from_slice(&labels).f_to_device(device)?,
            shape,
            classes: set.classes,
            pixel_max: set.pixel_max,
            histograms: None,
            sizes,
        })
    }
}

/// Shares of the bytes of each image, of `size` bytes up to `max`, in equal bins. Whole numbers until the last division,
/// so that a pixel on the edge of two bins is in the upper one.
fn histograms(pixels: &[u8], size: usize, max: u8, bins: usize) -> Vec<f32> {
    let bin = |byte: u8| (usize::from(byte) * bins / usize::from(max)).min(bins - 1);
    let bin_of: Vec<usize> = (0..=u8::MAX).map(bin).collect();
    let mut shares = Vec::with_capacity(pixels.len() / size * bins);
    let mut counts = vec![0u32; bins];
    for image in pixels.chunks_exact(size) {
        counts.fill(0);
        image.iter().for_each(|&byte| counts[bin_of[usize::from(byte)]] += 1);
        shares.extend(counts.iter().map(|&count| (f64::from(count) / size as f64) as f32));
    }
    shares
}

impl Samples {
    /// What heads must know of the samples.
    pub fn sizes(&self) -> SampleSizes {
        SampleSizes { classes: self.classes, pixels: self.input.iter().product::<i64>() as usize }
    }

    /// Where the samples lie.
    pub fn device(&self) -> Device {
        self.device
    }

    /// Indices of the samples of a split, in the split's order.
    pub fn part(&self, split: Split) -> &[usize] {
        match split {
            Split::Train => &self.parts.train,
            Split::Validation => &self.parts.validation,
            Split::Test => &self.parts.test,
        }
    }

    /// Sample indices on the device, `[indices]` i64, for `batch` to take pieces of.
    pub fn index(&self, indices: impl Iterator<Item = usize>) -> Result<Tensor> {
        let indices: Vec<i64> = indices.map(|index| index as i64).collect();
        Ok(Tensor::from_slice(&indices).f_to_device(self.device)?)
    }

    /// The batch of the given samples: inputs f32 in 0..=1, shaped as the network reads them, and labels i64.
    pub fn batch(&self, index: &Tensor) -> Result<(Tensor, Tensor)> {
        let images = self.images.f_index_select(0, index)?;
        let mut shape = vec![images.size()[0]];
        shape.extend(&self.input);
        let images = match self.layout {
            Layout::ChannelsFirst => images.f_view(shape.as_slice())?,
            Layout::ChannelsLast => images.f_permute([0, 3, 1, 2])?,
        };
        let input = images.f_to_kind(Kind::Float)?.f_div_scalar_(self.scale)?;
        Ok((input, self.labels.f_index_select(0, index)?))
    }
}

/// Networks that look at windows read images with channels last, all others as they lie in the data set.
fn layout_for(network: &NetworkSpec) -> Layout {
    let has_windows = network.nodes.iter().any(|node| node.operator.has_window());
    if has_windows { Layout::ChannelsLast } else { Layout::ChannelsFirst }
}

/// The values of a tensor on any device, in the order of its indices.
pub fn floats(tensor: &Tensor) -> Result<Vec<f32>> {
    let tensor = tensor.f_detach()?.f_to_device(Device::Cpu)?.f_contiguous()?;
    let mut values = vec![0f32; tensor.numel()];
    let count = values.len();
    tensor.f_copy_data(&mut values, count)?;
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: eighths of 0..=16 are 0-1, 2-3, ..., 14-16.
    #[test]
    fn a_histogram_counts_edges_upward_and_closes_its_last_bin() {
        let pixels = [0, 1, 2, 3, 4, 14, 15, 16, 16, 16, 16, 16, 0, 0, 8, 7];
        let shares = histograms(&pixels, 8, 16, 8);
        assert_eq!(shares[..8], [0.25, 0.25, 0.125, 0.0, 0.0, 0.0, 0.0, 0.375]);
        assert_eq!(shares[8..], [0.25, 0.0, 0.0, 0.125, 0.125, 0.0, 0.0, 0.5]);
        // 255 is 1.0; 127 x 8 / 255 = 3.98 and 128 x 8 / 255 = 4.02.
        assert_eq!(histograms(&[0, 127, 128, 255], 4, 255, 8), [0.25, 0.0, 0.0, 0.25, 0.25, 0.0, 0.0, 0.25]);
        assert_eq!(histograms(&[0, 255], 2, 255, 1), [1.0]);
    }
}
