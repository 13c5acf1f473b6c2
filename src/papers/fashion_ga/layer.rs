//! One convolution of a genome: `NC:32:3:relu` is a normal one (stride 1) of 32 filters, kernel 3 x 3 and ReLU; `RC` is a
//! reduction (stride 2).

use std::fmt;

use renas_network::spec::Activation;

/// Whether a convolution keeps height and width or halves them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Stride 1.
    Normal,
    /// Stride 2.
    Reduction,
}

/// A convolution and its activation function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Layer {
    /// Its stride.
    pub kind: Kind,
    /// Output channels, at least 1.
    pub filters: usize,
    /// Height and width of the kernel: odd, so that an image keeps its size but for the stride.
    pub kernel: usize,
    /// What follows it.
    pub function: Activation,
}

/// The activation functions of the constraints (section II-A); the first three are those of the experiments.
pub const FUNCTIONS: [Activation; 5] =
    [Activation::Relu, Activation::Sigmoid, Activation::Tanh, Activation::Swish, Activation::Gelu];

/// The paper's limit: filters are fewer than this.
pub const FILTER_LIMIT: usize = 512;

/// The largest kernel that a genome may name.
pub const LARGEST_KERNEL: usize = 11;

impl Kind {
    /// How genomes write it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Normal => "NC",
            Self::Reduction => "RC",
        }
    }

    /// Step of the convolution.
    pub fn stride(self) -> usize {
        match self {
            Self::Normal => 1,
            Self::Reduction => 2,
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}:{}", self.kind.code(), self.filters, self.kernel, self.function.name())
    }
}

/// A part of a layer's text that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerMistake {
    /// Where it begins, in bytes from the start of the layer's text.
    pub offset: usize,
    /// What must hold.
    pub rule: String,
}

impl Layer {
    /// Read a layer's text.
    pub fn read(text: &str) -> Result<Self, LayerMistake> {
        let mistake = |offset: usize, rule: String| Err(LayerMistake { offset, rule });
        let mut offset = 0;
        let mut parts = Vec::with_capacity(4);
        for part in text.split(':') {
            parts.push((offset, part));
            offset += part.len() + 1;
        }
        let &[(_, kind), (filters_at, filters), (kernel_at, kernel), (function_at, function)] = &parts[..] else {
            return mistake(0, "a layer is <NC or RC>:<filters>:<kernel>:<activation function>".to_owned());
        };
        let kind = match kind {
            "NC" => Kind::Normal,
            "RC" => Kind::Reduction,
            other => return mistake(0, format!("a layer is NC (stride 1) or RC (stride 2), not `{other}`")),
        };
        let Some(filters) = number(filters).filter(|filters| (1..FILTER_LIMIT).contains(filters)) else {
            return mistake(
                filters_at,
                format!("filters are a number from 1 to {}, not `{filters}`", FILTER_LIMIT - 1),
            );
        };
        let is_kernel = |kernel: &usize| kernel % 2 == 1 && *kernel <= LARGEST_KERNEL;
        let Some(kernel) = number(kernel).filter(is_kernel) else {
            return mistake(kernel_at, format!("a kernel is an odd number up to {LARGEST_KERNEL}, not `{kernel}`"));
        };
        let Some(function) = FUNCTIONS.into_iter().find(|known| known.name() == function) else {
            let known = FUNCTIONS.map(Activation::name).join(", ");
            return mistake(function_at, format!("an activation function is one of {known}, not `{function}`"));
        };
        Ok(Self { kind, filters, kernel, function })
    }
}

/// A number as genomes write it: digits without a sign and without leading zeros, so that each has one text.
fn number(text: &str) -> Option<usize> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    plain.then(|| text.parse().ok()).flatten()
}
