//! The initial values of tensors.

/// The initial values of a tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Initial {
    /// Uniform in +-1/sqrt(fan_in), PyTorch's default of `Linear` and `Conv2d`, weight and bias alike.
    Uniform {
        /// Inputs that one output value is computed from.
        fan_in: usize,
    },
    /// Standard normal, PyTorch's default of `Embedding`.
    Normal,
    /// All zeros.
    Zeros,
    /// All ones.
    Ones,
}
