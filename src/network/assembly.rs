//! How the weights of one network are put together from those of another: the weight side of operators that change a
//! network and keep what it has learnt (Chen et al. 2015, <https://arxiv.org/abs/1511.05641>).
//!
//! An `Assembly` is data and part of keys: it says where each value comes from, and the worker that has the old weights
//! carries it out. Fresh values come from streams named after the tensor, so that they depend on nothing else.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::parameter::{Parameter, parameters};
use super::shape::ShapeError;
use super::spec::NetworkSpec;
use super::weights::{Tensor, Tensors};
use renas_base::nearest::nearest;
use renas_base::seed::{Seed, Stream};

/// The tensors of a new network that are put together; all others are inherited unchanged under their own name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assembly {
    /// By name of the tensor: blocks that cover it, each of its values exactly once.
    pub tensors: BTreeMap<String, Vec<Block>>,
}

/// A rectangle of a tensor, and where its values come from.
///
/// A tensor is seen as a matrix: `[n]` as `[n, 1]`, a kernel `[filters, channels, height, width]` as `[filters, rest]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// First row and first column.
    pub at: [usize; 2],
    /// Rows and columns; at least 1 each.
    pub size: [usize; 2],
    /// Where the values come from.
    pub from: Source,
}

/// Where the values of a block come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "source", rename_all = "snake_case", deny_unknown_fields)]
pub enum Source {
    /// Those of a rectangle of an old tensor, as large as the block, times `scale` (rounded once to f32).
    Tensor {
        /// Name of the old tensor.
        name: String,
        /// First row and first column there.
        at: [usize; 2],
        /// What each value is multiplied by.
        scale: f64,
    },
    /// Zeros.
    Zeros,
    /// `scale` on the diagonal that starts at the block's first row and column, zeros elsewhere.
    Identity {
        /// The value on the diagonal.
        scale: f64,
    },
    /// Fresh draws, row after row, as f64 and rounded once to f32.
    Initial {
        /// How they are distributed.
        law: Law,
    },
}

/// A distribution of fresh weights around 0.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case", deny_unknown_fields)]
pub enum Law {
    /// Uniform in +-sqrt(6 / (fan_in + fan_out)): Glorot and Bengio 2010, equation 16,
    /// <https://proceedings.mlr.press/v9/glorot10a.html>.
    Xavier {
        /// Features that the layer reads.
        fan_in: usize,
        /// Features that it passes on.
        fan_out: usize,
    },
    /// Uniform in +-bound.
    Uniform {
        /// The bound.
        bound: f64,
    },
    /// Normal with mean 0.
    Normal {
        /// Standard deviation.
        deviation: f64,
    },
    /// Uniform in +-1/sqrt(fan_in): PyTorch's default of `Linear` and `Conv2d`.
    Pytorch {
        /// Inputs that one output value is computed from.
        fan_in: usize,
    },
}

/// Weights cannot be put together as told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssemblyError {
    /// The new network is none.
    #[error(transparent)]
    Network(#[from] ShapeError),
    /// A tensor is put together that the new network does not have.
    #[error("assembly of tensor `{name}`: the network has no such tensor{}", did_you_mean(near))]
    Unknown {
        /// The tensor.
        name: String,
        /// The network's tensor with the nearest name.
        near: Option<String>,
    },
    /// The blocks of a tensor do not cover it exactly once, or one of them has no values to take.
    #[error("assembly of tensor `{tensor}`, {rows} x {columns}: {rule}")]
    Block {
        /// The tensor.
        tensor: String,
        /// Its rows.
        rows: usize,
        /// Its columns.
        columns: usize,
        /// The rule that is broken, with block and numbers that break it.
        rule: String,
    },
    /// A tensor that is not put together cannot be inherited.
    #[error("tensor `{tensor}` {shape:?} of the network is not put together, and {what}; put it together or keep it")]
    Inherited {
        /// The tensor.
        tensor: String,
        /// Its shape in the new network.
        shape: Vec<usize>,
        /// What is wrong with the old one of the same name.
        what: String,
    },
}

fn did_you_mean(near: &Option<String>) -> String {
    near.as_ref().map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}

/// The tensors of `network`: those that `assembly` names from its blocks, all others as they are in `old`.
///
/// `old` may be empty where every tensor is put together without it; tensors of `old` that nothing reads are left out.
/// Fresh values of block i of a tensor come from the stream `<tensor>\0<i>` of `seed.derive("assembly")`.
pub fn assemble(
    network: &NetworkSpec,
    assembly: &Assembly,
    old: &Tensors,
    seed: Seed,
) -> Result<Tensors, AssemblyError> {
    let parameters = parameters(network)?;
    let names = || parameters.iter().map(|parameter| parameter.name.as_str());
    if let Some(name) = assembly.tensors.keys().find(|name| !names().any(|known| known == name.as_str())) {
        let near = nearest(name, names()).map(str::to_owned);
        return Err(AssemblyError::Unknown { name: name.clone(), near });
    }
    let seed = seed.derive("assembly");
    let tensor = |parameter: Parameter| {
        let tensor = match assembly.tensors.get(&parameter.name) {
            Some(blocks) => put_together(&parameter, blocks, old, seed)?,
            None => inherited(&parameter, old)?,
        };
        Ok((parameter.name, tensor))
    };
    parameters.into_iter().map(tensor).collect()
}

fn inherited(parameter: &Parameter, old: &Tensors) -> Result<Tensor, AssemblyError> {
    let what = match old.get(&parameter.name) {
        Some(tensor) if tensor.shape == parameter.shape => return Ok(tensor.clone()),
        Some(tensor) => format!("the old one has shape {:?}", tensor.shape),
        None => "the old weights have none of that name".to_owned(),
    };
    Err(AssemblyError::Inherited { tensor: parameter.name.clone(), shape: parameter.shape.clone(), what })
}

fn put_together(parameter: &Parameter, blocks: &[Block], old: &Tensors, seed: Seed) -> Result<Tensor, AssemblyError> {
    let [rows, columns] = matrix(&parameter.shape);
    let broken = |rule| AssemblyError::Block { tensor: parameter.name.clone(), rows, columns, rule };
    let mut values = vec![0.0; rows * columns];
    // For each value the number of the block that it comes from, counted from 1; 0 is none.
    let mut covered = vec![0usize; rows * columns];
    for (index, block) in blocks.iter().enumerate() {
        let of_block = |rule: String| broken(format!("block {index} ({}): {rule}", place(block)));
        let Block { at, size, from } = block;
        let inside = |axis: usize, limit: usize| at[axis].checked_add(size[axis]).is_some_and(|end| end <= limit);
        if size.contains(&0) {
            return Err(of_block("it is empty".to_owned()));
        }
        if !inside(0, rows) || !inside(1, columns) {
            return Err(of_block("it is not within the tensor".to_owned()));
        }
        let fill = Fill::new(from, *size, old).map_err(of_block)?;
        let mut stream = seed.stream(&format!("{}\0{index}", parameter.name));
        for row in 0..size[0] {
            for column in 0..size[1] {
                let cell = (at[0] + row) * columns + at[1] + column;
                if covered[cell] > 0 {
                    return Err(of_block(format!("it overlaps block {}", covered[cell] - 1)));
                }
                covered[cell] = index + 1;
                values[cell] = fill.value(row, column, &mut stream);
            }
        }
    }
    match covered.iter().position(|block| *block == 0) {
        Some(cell) => Err(broken(format!("no block covers row {}, column {}", cell / columns, cell % columns))),
        None => Ok(Tensor { shape: parameter.shape.clone(), values }),
    }
}

/// Rows and columns of a tensor seen as a matrix.
fn matrix(shape: &[usize]) -> [usize; 2] {
    match shape {
        [] => [1, 1],
        [rows, rest @ ..] => [*rows, rest.iter().product()],
    }
}

fn place(block: &Block) -> String {
    let Block { at, size, .. } = block;
    format!("{} x {} at [{}, {}]", size[0], size[1], at[0], at[1])
}

/// A checked source.
enum Fill<'a> {
    Tensor { values: &'a [f32], columns: usize, at: [usize; 2], scale: f64 },
    Diagonal(f64),
    Uniform(f64),
    Normal(f64),
}

impl<'a> Fill<'a> {
    fn new(source: &Source, size: [usize; 2], old: &'a Tensors) -> Result<Self, String> {
        let finite = |name: &str, value: f64| match value.is_finite() {
            true => Ok(value),
            false => Err(format!("its {name} is {value}")),
        };
        Ok(match source {
            Source::Tensor { name, at, scale } => {
                let tensor = old.get(name).ok_or_else(|| format!("the old weights have no tensor `{name}`"))?;
                let limits = matrix(&tensor.shape);
                let inside = |axis: usize| at[axis].checked_add(size[axis]).is_some_and(|end| end <= limits[axis]);
                if !inside(0) || !inside(1) {
                    let [rows, columns] = limits;
                    return Err(format!("from {at:?} on it is not within the old tensor `{name}`, {rows} x {columns}"));
                }
                Self::Tensor { values: &tensor.values, columns: limits[1], at: *at, scale: finite("scale", *scale)? }
            }
            Source::Zeros => Self::Diagonal(0.0),
            Source::Identity { scale } => Self::Diagonal(finite("scale", *scale)?),
            Source::Initial { law } => Self::drawn(*law)?,
        })
    }

    fn drawn(law: Law) -> Result<Self, String> {
        let spread = |name: &str, value: f64| match value.is_finite() && value >= 0.0 {
            true => Ok(value),
            false => Err(format!("its law's {name} is {value}; it must be at least 0")),
        };
        Ok(match law {
            Law::Xavier { fan_in, fan_out } => {
                let fans = fan_in.checked_add(fan_out).filter(|fans| *fans > 0);
                let fans = fans.ok_or_else(|| format!("its law's fans {fan_in} and {fan_out} must be at least 1"))?;
                Self::Uniform((6.0 / fans as f64).sqrt())
            }
            Law::Uniform { bound } => Self::Uniform(spread("bound", bound)?),
            Law::Normal { deviation } => Self::Normal(spread("deviation", deviation)?),
            Law::Pytorch { fan_in: 0 } => return Err("its law's fan_in is 0; it must be at least 1".to_owned()),
            Law::Pytorch { fan_in } => Self::Uniform(1.0 / (fan_in as f64).sqrt()),
        })
    }

    fn value(&self, row: usize, column: usize, stream: &mut Stream) -> f32 {
        match self {
            Self::Tensor { values, columns, at, scale } => {
                (f64::from(values[(at[0] + row) * *columns + at[1] + column]) * *scale) as f32
            }
            Self::Diagonal(scale) => {
                if row == column {
                    *scale as f32
                } else {
                    0.0
                }
            }
            Self::Uniform(bound) => ((2.0 * stream.uniform() - 1.0) * *bound) as f32,
            Self::Normal(deviation) => (stream.normal() * *deviation) as f32,
        }
    }
}

#[cfg(test)]
mod tests;
