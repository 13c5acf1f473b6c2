//! MobileNetV2: Sandler et al. 2018, table 2, <https://doi.org/10.1109/CVPR.2018.00474>.

use super::Form;
use crate::network::{Chain, Convolution, pointwise};
use renas_network::spec::{NetworkSpec, Operator};

/// Strides of the first two groups of blocks where images are small.
pub(super) const CIFAR_STRIDES: [usize; 2] = [1, 1];

/// The same as published, after a stem of stride 2.
pub(super) const IMAGENET_STRIDES: [usize; 2] = [1, 2];

/// Expansion, channels, number and first stride of the other groups of blocks.
const GROUPS: [(usize, usize, usize, usize); 5] =
    [(6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)];

/// The network, with ReLU in place of ReLU6.
pub(super) fn mobile_net_v2(form: &Form, [first, second]: [usize; 2]) -> NetworkSpec {
    let mut chain = Chain::new("network".to_owned(), "input");
    let mut channels = form.channels(32);
    let stem = Convolution { filters: channels, kernel: 3, stride: form.stem_stride, groups: 1 };
    chain.convolution("stem", stem).relu();
    let groups = [(1, 16, 1, first), (6, 24, 2, second)].into_iter().chain(GROUPS);
    for (group, (expansion, published, count, stride)) in (1..).zip(groups) {
        let to = form.channels(published);
        for block in 1..=count {
            let name = |part: &str| format!("group{group}_block{block}_{part}");
            let before = chain.last();
            let stride = if block == 1 { stride } else { 1 };
            let inner = expansion * channels;
            if expansion > 1 {
                chain.convolution(&name("expand"), pointwise(inner)).relu();
            }
            chain
                .convolution(&name("depthwise"), Convolution { filters: inner, kernel: 3, stride, groups: inner })
                .relu();
            chain.convolution(&name("project"), pointwise(to));
            if stride == 1 && channels == to {
                chain.add_with(&name("sum"), Operator::Add, &before);
            }
            channels = to;
        }
    }
    chain.convolution("last", pointwise(form.channels(1280))).relu();
    chain.add("means", Operator::GlobalMeanPool).add("logits", Operator::Linear { units: form.classes });
    chain.network(form.input.clone())
}

#[cfg(test)]
mod tests {
    use super::super::tests::without_convolution_biases;
    use super::*;
    use renas_network::cost::cost;

    /// The documentation of torchvision's `mobilenet_v2`: 3,504,872 parameters, 0.30 G multiply-adds on ImageNet; the publication says
    /// 3.4 M and 300 M.
    #[test]
    fn as_published_it_has_the_published_parameters_and_multiply_adds() {
        let form = Form { input: vec![3, 224, 224], classes: 1000, stem_stride: 2, divisor: 1 };
        let network = mobile_net_v2(&form, IMAGENET_STRIDES);
        assert_eq!(without_convolution_biases(&network), 3_504_872);
        let multiply_adds = cost(&network).expect("valid").total.multiply_adds;
        assert_eq!((multiply_adds as f64 / 1e7).round(), 30.0, "{multiply_adds}");
    }
}
