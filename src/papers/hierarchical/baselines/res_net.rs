//! Residual networks for small images: He et al. 2016, section 4.2, <https://doi.org/10.1109/CVPR.2016.90>.

use super::Form;
use crate::network::{Chain, Convolution};
use renas_network::spec::{NetworkSpec, Operator};

/// 6n + 2 layers: three stages of n blocks of two 3 x 3 convolutions each.
///
/// Where a stage begins, the skip is a strided 1 x 1 convolution with normalisation (the publication's option B; its
/// experiments on CIFAR pad with channels of zeros).
pub(super) fn res_net(form: &Form, n: usize) -> NetworkSpec {
    let mut chain = Chain::new("network".to_owned(), "input");
    let widths = [16, 32, 64].map(|channels| form.channels(channels));
    let stem = Convolution { filters: widths[0], kernel: 3, stride: form.stem_stride, groups: 1 };
    chain.convolution("stem", stem).relu();
    for (stage, filters) in widths.into_iter().enumerate() {
        for block in 0..n {
            let name = |part: &str| format!("stage{}_block{}_{part}", stage + 1, block + 1);
            let stride = if stage > 0 && block == 0 { 2 } else { 1 };
            let mut skip = chain.last();
            if stride > 1 {
                let source = skip.clone();
                chain.convolution(&name("skip"), Convolution { filters, kernel: 1, stride, groups: 1 });
                skip = chain.last();
                chain.continue_from(source);
            }
            chain.convolution(&name("first"), Convolution { filters, kernel: 3, stride, groups: 1 }).relu();
            chain.convolution(&name("second"), Convolution { filters, kernel: 3, stride: 1, groups: 1 });
            chain.add_with(&name("sum"), Operator::Add, &skip).relu();
        }
    }
    chain.add("means", Operator::GlobalMeanPool).add("logits", Operator::Linear { units: form.classes });
    chain.network(form.input.clone())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{cifar, without_convolution_biases};
    use super::*;

    /// He et al. 2016, table 6: 0.27 M parameters for 20 layers, 0.85 M for 56; 269,722 is what the well-known
    /// implementation of Y. Idelbayev (`pytorch_resnet_cifar10`) prints for 20. Skips have no parameters there; ours have
    /// 16 x 32 + 64 and 32 x 64 + 128.
    #[test]
    fn residual_networks_have_the_published_numbers_of_parameters() {
        let skips = 16 * 32 + 64 + 32 * 64 + 128;
        assert_eq!(without_convolution_biases(&res_net(&cifar(), 3)) - skips, 269_722);
        let large = without_convolution_biases(&res_net(&cifar(), 9)) - skips;
        assert_eq!((large as f64 / 1e4).round(), 85.0, "{large}");
    }
}
