//! The hand-designed networks that the paper compares with, as far as they are trained here.
//!
//! NASNet-A and AmoebaNet-B stand in the paper's table too; they are quoted, not built.

mod dense_net; //   densely connected layers
mod mobile_net; //  inverted bottlenecks
mod res_net; //     residual blocks
mod squeeze_net; // fire modules

use serde::{Deserialize, Serialize};

use dense_net::dense_net_bc;
use mobile_net::{CIFAR_STRIDES, IMAGENET_STRIDES, mobile_net_v2};
use renas_network::spec::NetworkSpec;
use res_net::res_net;
use squeeze_net::{CIFAR_STEM, Norms, PUBLISHED_STEM, squeeze_net};

/// A hand-designed network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Baseline {
    /// He et al. 2016, section 4.2, n = 9, <https://doi.org/10.1109/CVPR.2016.90>.
    ResNet56,
    /// The same, n = 3.
    ResNet20,
    /// Huang et al. 2017, L = 100, k = 12, <https://doi.org/10.1109/CVPR.2017.243>.
    DenseNetBc,
    /// Sandler et al. 2018, <https://doi.org/10.1109/CVPR.2018.00474>, with less stride, for small images.
    MobileNetV2,
    /// Iandola et al. 2016, version 1.0, <https://arxiv.org/abs/1602.07360>, with a smaller first kernel, for small images.
    SqueezeNet,
    /// The same with batch normalisation after every convolution but the last, which the publication does not have.
    SqueezeNetBn,
}

/// On what, and how large, networks are built.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// Shape of one image, `[channels, height, width]`.
    pub input: Vec<usize>,
    /// Classes of the data.
    pub classes: usize,
    /// Stride of the first convolution; 1 as published for small images.
    pub stem_stride: usize,
    /// What all numbers of channels are divided by, rounded up; 1 as published.
    pub divisor: usize,
}

impl Baseline {
    /// All of them, in the order of tables.
    pub const ALL: [Self; 6] =
        [Self::ResNet56, Self::ResNet20, Self::DenseNetBc, Self::MobileNetV2, Self::SqueezeNet, Self::SqueezeNetBn];

    /// Those that are as they were published.
    pub const PUBLISHED: [Self; 5] =
        [Self::ResNet56, Self::ResNet20, Self::DenseNetBc, Self::MobileNetV2, Self::SqueezeNet];

    /// The name as it stands in manifests and names of quantities.
    pub fn name(self) -> &'static str {
        match self {
            Self::ResNet56 => "res_net56",
            Self::ResNet20 => "res_net20",
            Self::DenseNetBc => "dense_net_bc",
            Self::MobileNetV2 => "mobile_net_v2",
            Self::SqueezeNet => "squeeze_net",
            Self::SqueezeNetBn => "squeeze_net_bn",
        }
    }

    /// The network. Convolutions have biases, also where normalisation follows and the publication has none.
    pub fn network(self, form: &Form) -> NetworkSpec {
        match self {
            Self::ResNet56 => res_net(form, 9),
            Self::ResNet20 => res_net(form, 3),
            Self::DenseNetBc => dense_net_bc(form),
            Self::MobileNetV2 => mobile_net_v2(form, CIFAR_STRIDES),
            Self::SqueezeNet => squeeze_net(form, CIFAR_STEM, Norms::Absent),
            Self::SqueezeNetBn => squeeze_net(form, CIFAR_STEM, Norms::Present),
        }
    }
}

impl Baseline {
    /// The network at its full size on images of CIFAR-10, the form of the paper's table 1.
    pub fn on_cifar(self) -> NetworkSpec {
        self.network(&Form { input: vec![3, 32, 32], classes: 10, stem_stride: 1, divisor: 1 })
    }

    /// The network as published for ImageNet, where it was published for that.
    pub fn on_imagenet(self) -> Option<NetworkSpec> {
        let form = |size| Form { input: vec![3, size, size], classes: 1000, stem_stride: 2, divisor: 1 };
        match self {
            Self::ResNet56 | Self::ResNet20 | Self::DenseNetBc | Self::SqueezeNetBn => None,
            Self::MobileNetV2 => Some(mobile_net_v2(&form(224), IMAGENET_STRIDES)),
            Self::SqueezeNet => Some(squeeze_net(&form(227), PUBLISHED_STEM, Norms::Absent)),
        }
    }
}

impl Form {
    /// A published number of channels, divided.
    pub(super) fn channels(&self, published: usize) -> usize {
        published.div_ceil(self.divisor)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use renas_network::cost::cost;
    use renas_network::parameter::parameters;
    use renas_network::spec::Operator;

    /// As published for CIFAR.
    pub(in super::super) fn cifar() -> Form {
        Form { input: vec![3, 32, 32], classes: 10, stem_stride: 1, divisor: 1 }
    }

    /// Parameters but for the biases of convolutions, which publications with normalisation leave out.
    pub(in super::super) fn without_convolution_biases(network: &NetworkSpec) -> u64 {
        let is_counted = |name: &str, node: usize| {
            !(name.ends_with(".bias") && matches!(network.nodes[node].operator, Operator::Conv2d { .. }))
        };
        let all = parameters(network).expect("valid");
        let counted = all.iter().filter(|one| one.trainable && is_counted(&one.name, one.node));
        counted.map(|one| one.size() as u64).sum()
    }

    #[test]
    fn every_baseline_fits_small_images_and_shrinks_with_the_divisor() {
        for baseline in Baseline::ALL {
            for (input, stem_stride) in [(vec![1, 8, 8], 1), (vec![1, 28, 28], 2), (vec![3, 32, 32], 2)] {
                let form = |divisor| Form { input: input.clone(), classes: 10, stem_stride, divisor };
                let parameters = |divisor| cost(&baseline.network(&form(divisor))).expect("valid").total.parameters;
                assert!(parameters(4) * 8 < parameters(1), "{}", baseline.name());
            }
        }
    }

    /// The paper's own table, column FLOPs: 125 M, without the skips that have no weights in the publication.
    #[test]
    fn res_net_56_has_the_multiply_adds_of_the_papers_table() {
        let skips = 16 * 16 * 16 * 32 + 8 * 8 * 32 * 64;
        let multiply_adds = cost(&Baseline::ResNet56.network(&cifar())).expect("valid").total.multiply_adds - skips;
        assert_eq!((multiply_adds as f64 / 1e6).round(), 125.0);
    }
}
