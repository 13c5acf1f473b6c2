//! What each operator is, apart from its arithmetic: what it reads and passes on, the window that it looks at, the tensors
//! that it owns, and which of its sizes can be scaled.
//!
//! Shapes, costs, parameters, supernets and the worker ask here: a new operator is described in this file and computed in
//! the worker's `module`. Sizes follow PyTorch's rules (floor division).

use super::initial::Initial;
use super::spec::Operator;

/// What is known of an operator before its inputs are.
struct Description {
    inputs: Inputs,
    /// What it looks at around each place of an image; absent where it looks at single places or at all.
    window: Option<Window>,
    weights: Weights,
}

/// How many values an operator reads.
enum Inputs {
    Exactly(usize),
    AtLeastOne,
}

/// Height and width of what is looked at at once, and where it stands.
struct Window {
    extent: [usize; 2],
    stride: usize,
    /// Cells added above and below, and left and right.
    padding: [usize; 2],
}

/// What an operator owns.
#[derive(Clone, Copy, PartialEq)]
enum Weights {
    Nothing,
    /// Weight and bias of a map of channels (or features); with a kernel of one for each of its cells.
    Affine {
        outputs: usize,
        groups: usize,
        kernel: Option<[usize; 2]>,
    },
    /// Scale and shift of each channel, and its running statistics.
    Normalisation,
}

/// One tensor of an operator, as `Parameter` describes it.
pub(super) struct OwnTensor {
    pub(super) suffix: &'static str,
    pub(super) shape: Vec<usize>,
    pub(super) initial: Initial,
    pub(super) trainable: bool,
}

impl Operator {
    /// The description of every operator. Sizes need not be valid.
    fn description(&self) -> Description {
        let plain = Description { inputs: Inputs::Exactly(1), window: None, weights: Weights::Nothing };
        match *self {
            Self::Linear { units } => {
                Description { weights: Weights::Affine { outputs: units, groups: 1, kernel: None }, ..plain }
            }
            Self::Conv2d { filters, kernel, stride, padding, dilation, groups } => {
                let extent = kernel.saturating_sub(1).saturating_mul(dilation).saturating_add(1);
                let weights = Weights::Affine { outputs: filters, groups, kernel: Some([kernel; 2]) };
                Description { window: Some(Window::square(extent, stride, padding)), weights, ..plain }
            }
            Self::Conv2dRect { filters, kernel, stride, padding } => {
                let weights = Weights::Affine { outputs: filters, groups: 1, kernel: Some(kernel) };
                Description { window: Some(Window { extent: kernel, stride, padding }), weights, ..plain }
            }
            Self::BatchNorm => Description { weights: Weights::Normalisation, ..plain },
            Self::MaxPool2d { kernel, stride, padding } | Self::AvgPool2d { kernel, stride, padding } => {
                Description { window: Some(Window::square(kernel, stride, padding)), ..plain }
            }
            Self::Concat | Self::Add => Description { inputs: Inputs::AtLeastOne, ..plain },
            Self::Multiply => Description { inputs: Inputs::Exactly(2), ..plain },
            Self::Activation { .. }
            | Self::GlobalMeanPool
            | Self::Flatten
            | Self::Slice { .. }
            | Self::LatentSample => plain,
        }
    }

    /// The shape of its value for inputs of these shapes, or the rule that it breaks.
    ///
    /// `sources` are as many as `check_number_of_inputs` allows.
    pub(super) fn output_shape(&self, sources: &[&[usize]]) -> Result<Vec<usize>, String> {
        let source = sources[0];
        let windowed = |channels: usize| {
            let [_, height, width] = image(source)?;
            let size =
                |axis: usize, size| self.description().window.map_or(Ok(size), |window| window.count(axis, size));
            Ok(vec![channels, size(0, height)?, size(1, width)?])
        };
        match *self {
            Self::Linear { units } => {
                positive(&[("units", units)])?;
                match source {
                    [_] => Ok(vec![units]),
                    _ => {
                        Err(format!("linear reads a vector, not {source:?}; put `flatten` or a global pool before it"))
                    }
                }
            }
            Self::Conv2d { filters, kernel, stride, dilation, groups, .. } => {
                let [channels, _, _] = image(source)?;
                positive(&[("filters", filters), ("kernel", kernel), ("stride", stride)])?;
                positive(&[("dilation", dilation), ("groups", groups)])?;
                if channels % groups != 0 || filters % groups != 0 {
                    return Err(format!(
                        "{groups} groups do not divide {channels} input channels and {filters} filters"
                    ));
                }
                windowed(filters)
            }
            Self::Conv2dRect { filters, kernel: [height, width], stride, .. } => {
                image(source)?;
                positive(&[("filters", filters), ("kernel[0]", height), ("kernel[1]", width), ("stride", stride)])?;
                windowed(filters)
            }
            Self::BatchNorm | Self::Activation { .. } => Ok(source.to_vec()),
            Self::MaxPool2d { kernel, stride, padding } | Self::AvgPool2d { kernel, stride, padding } => {
                let [channels, _, _] = image(source)?;
                positive(&[("kernel", kernel), ("stride", stride)])?;
                if padding > kernel / 2 {
                    return Err(format!("padding {padding} is more than half of kernel {kernel}"));
                }
                windowed(channels)
            }
            Self::GlobalMeanPool => image(source).map(|[channels, _, _]| vec![channels]),
            Self::Flatten => image(source).map(|[channels, height, width]| vec![channels * height * width]),
            Self::Concat => concatenated(sources),
            Self::Add => match sources.iter().find(|shape| **shape != source) {
                Some(other) => Err(format!("{other:?} and {source:?} differ and cannot be added")),
                None => Ok(source.to_vec()),
            },
            Self::Multiply => match (source, sources[1]) {
                ([channels, _, _] | [channels], [features]) if channels == features => Ok(source.to_vec()),
                (first, second) => Err(format!("{first:?} and {second:?} cannot be multiplied channel by channel")),
            },
            Self::Slice { start, length } => {
                positive(&[("length", length)])?;
                let features = vector(source)?;
                match start.checked_add(length) {
                    Some(end) if end <= features => Ok(vec![length]),
                    _ => Err(format!("{length} features from {start} on are not within its input's {features}")),
                }
            }
            Self::LatentSample => match vector(source)? {
                features if features.is_multiple_of(2) => Ok(vec![features / 2]),
                features => Err(format!("it reads as many means as variances, but its input has {features} features")),
            },
        }
    }

    /// The operator with its filters and units scaled, and its groups where every filter has its own (a depthwise
    /// convolution).
    pub(super) fn scaled(&self, scale: impl Fn(usize) -> usize) -> Self {
        let mut scaled = self.clone();
        match &mut scaled {
            Self::Linear { units: outputs } | Self::Conv2dRect { filters: outputs, .. } => *outputs = scale(*outputs),
            Self::Conv2d { filters, groups, .. } => {
                if groups == filters && *groups > 1 {
                    *groups = scale(*groups);
                }
                *filters = scale(*filters);
            }
            // All others pass on as many channels as they read: a test holds this against the descriptions.
            _ => {}
        }
        scaled
    }

    /// Whether it may read so many values; if not, the rule that this breaks.
    pub(super) fn check_number_of_inputs(&self, found: usize) -> Result<(), String> {
        match self.description().inputs {
            Inputs::Exactly(expected) if expected == found => Ok(()),
            Inputs::Exactly(1) => Err(format!("its operator reads 1 input, but {found} are named")),
            Inputs::Exactly(expected) => Err(format!("its operator reads {expected} inputs, but {found} are named")),
            Inputs::AtLeastOne if found > 0 => Ok(()),
            Inputs::AtLeastOne => Err("its operator reads at least 1 input, but none is named".to_owned()),
        }
    }

    /// Whether it looks at windows of images: a convolution or a pool.
    pub fn has_window(&self) -> bool {
        self.description().window.is_some()
    }

    /// Whether it has weights that an optimiser moves.
    pub fn has_weights(&self) -> bool {
        self.description().weights != Weights::Nothing
    }

    /// Multiply-adds of one value that it passes on, where it reads so many channels (or features).
    pub(super) fn multiply_adds_per_value(&self, channels: usize) -> usize {
        match self.description().weights {
            affine @ Weights::Affine { .. } => affine.weight_shape(channels)[1..].iter().product(),
            Weights::Nothing | Weights::Normalisation => 0,
        }
    }

    /// Shape of its tensor `weight`, `[]` where it has none; the same layout as `Parameter`'s. Its sizes may be too many
    /// to be multiplied.
    pub(super) fn weight_shape(&self, channels: usize) -> Vec<usize> {
        self.description().weights.weight_shape(channels)
    }

    /// The tensors that it owns where it reads so many channels (or features): weight, bias, running mean, running
    /// variance. The operator is one of a valid network.
    pub(super) fn tensors(&self, channels: usize) -> Vec<OwnTensor> {
        let tensor = |suffix, shape, initial, trainable| OwnTensor { suffix, shape, initial, trainable };
        let weights = self.description().weights;
        match weights {
            Weights::Nothing => Vec::new(),
            Weights::Affine { outputs, .. } => {
                let initial = Initial::Uniform { fan_in: self.multiply_adds_per_value(channels) };
                let weight = tensor("weight", weights.weight_shape(channels), initial, true);
                vec![weight, tensor("bias", vec![outputs], initial, true)]
            }
            Weights::Normalisation => vec![
                tensor("weight", vec![channels], Initial::Ones, true),
                tensor("bias", vec![channels], Initial::Zeros, true),
                tensor("running_mean", vec![channels], Initial::Zeros, false),
                tensor("running_var", vec![channels], Initial::Ones, false),
            ],
        }
    }
}

impl Weights {
    fn weight_shape(self, channels: usize) -> Vec<usize> {
        match self {
            Self::Nothing => Vec::new(),
            Self::Affine { outputs, groups, kernel } => {
                [outputs, channels / groups].into_iter().chain(kernel.into_iter().flatten()).collect()
            }
            Self::Normalisation => vec![channels],
        }
    }
}

impl Window {
    fn square(extent: usize, stride: usize, padding: usize) -> Self {
        Self { extent: [extent; 2], stride, padding: [padding; 2] }
    }

    /// Number of windows along `size` cells of an axis (0 is the height) with their padding on both sides.
    fn count(&self, axis: usize, size: usize) -> Result<usize, String> {
        let (extent, padding) = (self.extent[axis], self.padding[axis]);
        let padded =
            padding.checked_mul(2).and_then(|both| both.checked_add(size)).ok_or("its padding is too large")?;
        if extent > padded {
            return Err(format!("a window of {extent} cells does not fit into {size} cells with padding {padding}"));
        }
        Ok((padded - extent) / self.stride + 1)
    }
}

fn vector(source: &[usize]) -> Result<usize, String> {
    let [features] = source else { return Err(format!("its operator reads a vector, not {source:?}")) };
    Ok(*features)
}

fn image(source: &[usize]) -> Result<[usize; 3], String> {
    source.try_into().map_err(|_| format!("its operator reads an image [channels, height, width], not {source:?}"))
}

fn positive(sizes: &[(&str, usize)]) -> Result<(), String> {
    match sizes.iter().find(|(_, size)| *size == 0) {
        Some((name, _)) => Err(format!("{name} must be at least 1")),
        None => Ok(()),
    }
}

/// The channels (or features) of all sources behind one another; everything else must agree.
fn concatenated(sources: &[&[usize]]) -> Result<Vec<usize>, String> {
    let first = sources[0];
    if let Some(other) = sources.iter().find(|shape| shape.len() != first.len() || shape[1..] != first[1..]) {
        return Err(format!("{other:?} and {first:?} differ in more than their channels and cannot be concatenated"));
    }
    let channels = sources.iter().try_fold(0usize, |sum, shape| sum.checked_add(shape[0]));
    let channels = channels.ok_or("its inputs have too many channels")?;
    Ok(std::iter::once(channels).chain(first[1..].iter().copied()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Activation;

    fn every_operator() -> [Operator; 14] {
        [
            Operator::Linear { units: 6 },
            Operator::Conv2d { filters: 6, kernel: 3, stride: 1, padding: 1, dilation: 2, groups: 2 },
            Operator::Conv2dRect { filters: 6, kernel: [1, 7], stride: 1, padding: [0, 3] },
            Operator::BatchNorm,
            Operator::Activation { function: Activation::Relu },
            Operator::MaxPool2d { kernel: 3, stride: 2, padding: 1 },
            Operator::AvgPool2d { kernel: 2, stride: 2, padding: 0 },
            Operator::GlobalMeanPool,
            Operator::Flatten,
            Operator::Concat,
            Operator::Add,
            Operator::Multiply,
            Operator::Slice { start: 0, length: 2 },
            Operator::LatentSample,
        ]
    }

    /// PyTorch 2.11: `[units, features]`, `[filters, channels / groups, height, width]`, of 4 channels.
    #[test]
    fn the_weight_of_an_operator_has_pytorchs_shape_and_counts_its_multiply_adds() {
        let of = |operator: &Operator| (operator.weight_shape(4), operator.multiply_adds_per_value(4));
        let found: Vec<_> = every_operator().iter().map(of).filter(|(shape, _)| !shape.is_empty()).collect();
        let expected = [(vec![6, 4], 4), (vec![6, 2, 3, 3], 18), (vec![6, 4, 1, 7], 28), (vec![4], 0)];
        assert_eq!(found, expected);
    }

    #[test]
    fn exactly_the_operators_with_a_number_of_outputs_of_their_own_are_scaled() {
        for operator in every_operator() {
            let has_outputs = matches!(operator.description().weights, Weights::Affine { .. });
            let scaled = operator.scaled(|size| 2 * size);
            assert_eq!(scaled != operator, has_outputs, "{operator:?}");
        }
    }

    #[test]
    fn a_depthwise_convolution_stays_one_where_it_is_scaled() {
        let depthwise =
            |filters| Operator::Conv2d { filters, kernel: 3, stride: 1, padding: 1, dilation: 1, groups: filters };
        assert_eq!(depthwise(4).scaled(|size| 3 * size), depthwise(12));
    }

    #[test]
    fn convolutions_and_pools_have_windows_and_what_owns_tensors_has_weights() {
        for operator in every_operator() {
            let kind = serde_json::to_value(&operator).expect("JSON")["kind"].as_str().expect("a word").to_owned();
            let has_window = ["conv2d", "conv2d_rect", "max_pool2d", "avg_pool2d"].contains(&kind.as_str());
            assert_eq!(operator.has_window(), has_window, "{kind}");
            assert_eq!(operator.has_weights(), !operator.tensors(4).is_empty(), "{kind}");
        }
    }
}
