//! The operators of libtorch that the worker may use, and why each repeats bit for bit on an NVIDIA GPU.
//!
//! PyTorch's documentation of `torch.use_deterministic_algorithms` (version 2.11,
//! <https://docs.pytorch.org/docs/2.11/generated/torch.use_deterministic_algorithms.html>) lists two kinds of operators
//! that do not repeat by themselves: those that then switch to another algorithm, and those that then fail. What it
//! does not list repeats anyway. A test records what really runs, backward passes included, and compares it with this
//! table, so that a new layer cannot bring in an operator that nobody has looked up.
//!
//! That page is made from the function's docstring. Every operator below was looked up in the docstring of the package
//! `torch` 2.11.0+cu130 (commit 70d99e998b49). Of those in use it names convolutions, which switch, and three more under
//! conditions that do not occur here: `index_select` switches where it is differentiated, and only data is selected;
//! `NLLLoss` fails on images, whose operators are `nll_loss2d_*`, and ours reads vectors; `resize_` fails on quantised
//! tensors. The operators of models with several outputs (sums, slices, latent samples, ELU, softplus, softsign, their
//! losses) stand in neither list; none of them ran on a GPU yet.

/// Why an operator repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The documentation lists it as deterministic once `setDeterministicAlgorithms` is on; the shim turns it on.
    Switched,
    /// The documentation does not list it: each output value is computed by one thread or by a fixed tree.
    Always,
    /// It computes nothing: it makes, shapes, copies or looks at tensors.
    NoArithmetic,
}

/// Operators of libtorch by name, in ascending order. On a GPU those of cuDNN stand in for `mkldnn_convolution` and
/// `native_batch_norm`, and `avg_pool2d` for the convolution that takes means on a CPU.
pub const OPERATORS: &[(&str, Reason)] = &[
    ("aten::_batch_norm_impl_index", Reason::Always),
    ("aten::_convolution", Reason::Switched),
    ("aten::_fused_adam_", Reason::Always),
    ("aten::_fused_sgd_", Reason::Always),
    ("aten::_local_scalar_dense", Reason::NoArithmetic),
    ("aten::_log_softmax", Reason::Always),
    ("aten::_log_softmax_backward_data", Reason::Always),
    ("aten::_to_copy", Reason::NoArithmetic),
    ("aten::_unsafe_view", Reason::NoArithmetic),
    ("aten::abs", Reason::Always),
    ("aten::add", Reason::Always),
    ("aten::add_", Reason::Always),
    ("aten::addcmul", Reason::Always),
    ("aten::addmm", Reason::Always),
    ("aten::as_strided", Reason::NoArithmetic),
    ("aten::as_strided_", Reason::NoArithmetic),
    ("aten::avg_pool2d", Reason::Always),
    ("aten::avg_pool2d_backward", Reason::Always),
    ("aten::batch_norm", Reason::Always),
    ("aten::binary_cross_entropy_with_logits", Reason::Always),
    ("aten::cat", Reason::NoArithmetic),
    ("aten::clamp", Reason::Always),
    ("aten::clamp_min", Reason::Always),
    ("aten::clone", Reason::NoArithmetic),
    ("aten::contiguous", Reason::NoArithmetic),
    ("aten::conv2d", Reason::Switched),
    ("aten::convolution", Reason::Switched),
    ("aten::convolution_backward", Reason::Switched),
    ("aten::copy_", Reason::NoArithmetic),
    ("aten::cudnn_batch_norm", Reason::Always),
    ("aten::cudnn_batch_norm_backward", Reason::Always),
    ("aten::cudnn_convolution", Reason::Switched),
    ("aten::detach", Reason::NoArithmetic),
    ("aten::div", Reason::Always),
    ("aten::div_", Reason::Always),
    ("aten::elu", Reason::Always),
    ("aten::elu_backward", Reason::Always),
    ("aten::empty", Reason::NoArithmetic),
    ("aten::empty_like", Reason::NoArithmetic),
    ("aten::empty_strided", Reason::NoArithmetic),
    ("aten::exp", Reason::Always),
    ("aten::expand", Reason::NoArithmetic),
    ("aten::eye", Reason::NoArithmetic),
    ("aten::fill_", Reason::NoArithmetic),
    ("aten::flatten", Reason::NoArithmetic),
    ("aten::full", Reason::NoArithmetic),
    ("aten::gelu", Reason::Always),
    ("aten::gelu_backward", Reason::Always),
    ("aten::index_select", Reason::NoArithmetic),
    ("aten::item", Reason::NoArithmetic),
    ("aten::linear", Reason::Always),
    ("aten::log_sigmoid", Reason::Always),
    ("aten::log_sigmoid_forward", Reason::Always),
    ("aten::log_softmax", Reason::Always),
    ("aten::max_pool2d", Reason::Always),
    ("aten::max_pool2d_with_indices", Reason::Always),
    ("aten::max_pool2d_with_indices_backward", Reason::Always),
    ("aten::mean", Reason::Always),
    ("aten::mkldnn_convolution", Reason::Always),
    ("aten::mm", Reason::Always),
    ("aten::mse_loss", Reason::Always),
    ("aten::mse_loss_backward", Reason::Always),
    ("aten::mul", Reason::Always),
    ("aten::mul_", Reason::Always),
    ("aten::narrow", Reason::NoArithmetic),
    ("aten::native_batch_norm", Reason::Always),
    ("aten::native_batch_norm_backward", Reason::Always),
    ("aten::neg", Reason::Always),
    ("aten::nll_loss", Reason::Always),
    ("aten::nll_loss_backward", Reason::Always),
    ("aten::nll_loss_forward", Reason::Always),
    ("aten::ones_like", Reason::NoArithmetic),
    ("aten::permute", Reason::NoArithmetic),
    ("aten::pow", Reason::Always),
    ("aten::relu", Reason::Always),
    ("aten::reshape", Reason::NoArithmetic),
    ("aten::resize_", Reason::NoArithmetic),
    ("aten::resolve_conj", Reason::NoArithmetic),
    ("aten::result_type", Reason::NoArithmetic),
    ("aten::select", Reason::NoArithmetic),
    ("aten::sgn", Reason::Always),
    ("aten::sigmoid", Reason::Always),
    ("aten::sigmoid_backward", Reason::Always),
    ("aten::silu", Reason::Always),
    ("aten::silu_backward", Reason::Always),
    ("aten::slice", Reason::NoArithmetic),
    ("aten::slice_backward", Reason::NoArithmetic),
    ("aten::softplus", Reason::Always),
    ("aten::softplus_backward", Reason::Always),
    ("aten::square", Reason::Always),
    ("aten::stack", Reason::NoArithmetic),
    ("aten::sub", Reason::Always),
    ("aten::sub_", Reason::Always),
    ("aten::sum", Reason::Always),
    ("aten::t", Reason::NoArithmetic),
    ("aten::tanh", Reason::Always),
    ("aten::tanh_backward", Reason::Always),
    ("aten::threshold_backward", Reason::Always),
    ("aten::to", Reason::NoArithmetic),
    ("aten::transpose", Reason::NoArithmetic),
    ("aten::unsqueeze", Reason::NoArithmetic),
    ("aten::view", Reason::NoArithmetic),
    ("aten::zero_", Reason::NoArithmetic),
    ("aten::zeros", Reason::NoArithmetic),
    ("aten::zeros_like", Reason::NoArithmetic),
];

/// Beginnings of the names of operators that the documentation lists as failing, for lack of a deterministic form. Some
/// fail under a condition alone (with indices, with weights, where they are differentiated), which is not looked at; but
/// the negative log likelihood does so for images only (`nll_loss2d`).
pub const WITHOUT_DETERMINISTIC_FORM: &[&str] = &[
    "aten::_adaptive_avg_pool",
    "aten::_ctc_loss",
    "aten::_cudnn_ctc_loss",
    "aten::_embedding_bag",
    "aten::adaptive_avg_pool",
    "aten::adaptive_max_pool",
    "aten::avg_pool3d",
    "aten::bincount",
    "aten::ctc_loss",
    "aten::cumsum",
    "aten::embedding_bag",
    "aten::fractional_max_pool",
    "aten::grid_sampler",
    "aten::histc",
    "aten::max_pool3d",
    "aten::max_unpool",
    "aten::median",
    "aten::nll_loss2d",
    "aten::put",
    "aten::reflection_pad",
    "aten::scatter_reduce",
    "aten::upsample",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_holds_nothing_that_fails() {
        assert!(OPERATORS.is_sorted_by(|left, right| left.0 < right.0));
        for (name, _) in OPERATORS {
            assert!(!WITHOUT_DETERMINISTIC_FORM.iter().any(|start| name.starts_with(start)), "{name}");
        }
    }
}
