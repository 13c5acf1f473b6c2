//! Genotypes: at three levels, and flat.
//!
//! At the macro level stand the width of all layers and the depth of each stage, at the meso level the block of each
//! stage, at the micro level the operations of each stage's layers: all layers of a stage are of one kind. A flat genotype
//! chooses for every layer by itself. Every hierarchical one has a flat one of the same network.

use serde::{Deserialize, Serialize};

use super::block::{Block, Layer, Operations};

/// A network of the hierarchical space.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Genotype {
    /// Index of the width, macro.
    pub width: usize,
    /// The stages, from the input on.
    pub stages: Vec<Stage>,
}

/// The layers of one stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Number of layers, macro; at least 1.
    pub depth: usize,
    /// What each is composed of, meso.
    pub block: Block,
    /// The operations of each, micro.
    pub operations: Operations,
}

/// A network of the flat space.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlatGenotype {
    /// Index of the width.
    pub width: usize,
    /// As many places for layers per stage as a stage may be deep, some of them empty (`Position::Absent`), the first of a
    /// stage never.
    pub stages: Vec<Vec<Position>>,
}

/// A place for a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Position {
    /// There is none: what is read is handed on.
    Absent,
    /// It.
    Present(Layer),
}

impl Position {
    /// The layer, where there is one.
    pub fn layer(self) -> Option<Layer> {
        match self {
            Self::Absent => None,
            Self::Present(layer) => Some(layer),
        }
    }
}

impl Genotype {
    /// The flat genotype of the same network, whose stages have `depth` places: layers stand before empty places.
    pub fn flat(&self, depth: usize) -> FlatGenotype {
        let stage = |stage: &Stage| {
            let layer = Position::Present(Layer { block: stage.block, operations: stage.operations });
            (0..depth).map(|place| if place < stage.depth { layer } else { Position::Absent }).collect()
        };
        FlatGenotype { width: self.width, stages: self.stages.iter().map(stage).collect() }
    }
}

impl FlatGenotype {
    /// Layers of each stage.
    pub fn depths(&self) -> Vec<usize> {
        let depth = |stage: &Vec<Position>| stage.iter().filter(|position| position.layer().is_some()).count();
        self.stages.iter().map(depth).collect()
    }
}
