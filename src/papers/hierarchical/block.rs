//! The layers of the searched networks: four kinds of blocks with their operations.
//!
//! The paper names standard convolutions, depthwise-separable ones, bottlenecks, squeeze-and-excitation, skips and pooling
//! and says nothing more of them; kernels, expansions and the inverted form of the bottleneck are ours.

use serde::{Deserialize, Serialize};

/// What a layer is composed of; every convolution is followed by batch normalisation, and by ReLU where not said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// One dense convolution.
    Standard,
    /// A depthwise convolution, then a 1 x 1 convolution: Howard et al. 2017, <https://arxiv.org/abs/1704.04861>.
    Separable,
    /// 1 x 1 to a part of the channels, a dense convolution among these, 1 x 1 back: He et al. 2016, figure 5,
    /// <https://doi.org/10.1109/CVPR.2016.90>.
    Bottleneck,
    /// 1 x 1 to a multiple of the channels, a depthwise convolution, 1 x 1 back without ReLU: Sandler et al. 2018,
    /// <https://doi.org/10.1109/CVPR.2018.00474>.
    Inverted,
}

impl Block {
    /// All blocks, in the order of tables.
    pub const ALL: [Self; 4] = [Self::Standard, Self::Separable, Self::Bottleneck, Self::Inverted];

    /// The name as it stands in names of nodes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Separable => "separable",
            Self::Bottleneck => "bottleneck",
            Self::Inverted => "inverted",
        }
    }

    /// Whether its number of inner channels depends on the expansion.
    pub fn has_expansion(self) -> bool {
        match self {
            Self::Standard | Self::Separable => false,
            Self::Bottleneck | Self::Inverted => true,
        }
    }
}

/// The operations within a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operations {
    /// Height and width of the dense or depthwise convolution's kernel; odd.
    pub kernel: usize,
    /// Inner channels of an inverted bottleneck as a multiple of those that it reads; what those of a bottleneck are
    /// divided by. Without effect in other blocks.
    pub expansion: usize,
    /// Whether squeeze-and-excitation scales the block's channels: Hu et al. 2018, <https://doi.org/10.1109/CVPR.2018.00745>.
    pub attention: bool,
    /// Whether what the block reads is added to what it makes. Without effect in the first layer of a stage.
    pub skip: bool,
    /// Whether maxima over 3 x 3 cells halve the image before the block, rather than a stride within it. Without effect but
    /// in the first layer of a stage after the first.
    pub pool: bool,
}

/// One layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// What it is composed of.
    pub block: Block,
    /// Its operations.
    pub operations: Operations,
}

/// Where a layer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Index of its stage.
    pub stage: usize,
    /// Index within the stage.
    pub layer: usize,
}

impl Place {
    /// Whether it is the first of its stage, which every network has, and which cannot add what it reads.
    pub fn is_first(self) -> bool {
        self.layer == 0
    }

    /// Whether it halves the image.
    pub fn halves(self) -> bool {
        self.is_first() && self.stage > 0
    }
}
