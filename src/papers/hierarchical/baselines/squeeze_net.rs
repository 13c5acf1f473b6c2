//! SqueezeNet 1.0: Iandola et al. 2016, table 1, <https://arxiv.org/abs/1602.07360>.

use super::baseline::Form;
use crate::network::Chain;
use renas_network::spec::{Activation, NetworkSpec, Operator};

/// Kernel of the first convolution where images are small; 7 as published.
pub(super) const CIFAR_STEM_KERNEL: usize = 3;

/// Channels of the squeezing layer and of either expanding one, of the modules between poolings.
const FIRES: [&[(usize, usize)]; 3] =
    [&[(16, 64), (16, 64), (32, 128)], &[(32, 128), (48, 192), (48, 192), (64, 256)], &[(64, 256)]];

/// The network. It has no normalisation; dropout is left out.
pub(super) fn squeeze_net(form: &Form, stem_kernel: usize) -> NetworkSpec {
    let mut chain = Chain::new("network".to_owned(), "input");
    convolved(&mut chain, "stem", form.channels(96), stem_kernel, form.stem_stride);
    let mut number = 1;
    for (group, fires) in (1..).zip(FIRES) {
        chain.add(&format!("pool{group}"), Operator::MaxPool2d { kernel: 3, stride: 2, padding: 1 });
        for &(squeeze, expand) in fires {
            number += 1;
            let name = |part: &str| format!("fire{number}_{part}");
            let expand = form.channels(expand);
            let squeezed = convolved(&mut chain, &name("squeeze"), form.channels(squeeze), 1, 1);
            let small = convolved(&mut chain, &name("expand1"), expand, 1, 1);
            chain.continue_from(squeezed);
            convolved(&mut chain, &name("expand3"), expand, 3, 1);
            chain.add_with(&name("concat"), Operator::Concat, &small);
        }
    }
    convolved(&mut chain, "classes", form.classes, 1, 1);
    chain.add("logits", Operator::GlobalMeanPool);
    chain.network(form.input.clone())
}

/// A convolution that keeps the size but for the stride, and its ReLU, whose name is answered.
fn convolved(chain: &mut Chain, name: &str, filters: usize, kernel: usize, stride: usize) -> String {
    chain.add(name, Operator::Conv2d { filters, kernel, stride, padding: kernel / 2, dilation: 1, groups: 1 });
    chain.add(&format!("{name}_relu"), Operator::Activation { function: Activation::Relu });
    chain.last()
}

#[cfg(test)]
mod tests {
    use super::*;
    use renas_network::cost::cost;

    /// The documentation of torchvision's `squeezenet1_0`: 1,248,424 parameters; the publication says 50 times fewer than AlexNet's 60 M.
    #[test]
    fn as_published_it_has_the_published_number_of_parameters() {
        let form = Form { input: vec![3, 224, 224], classes: 1000, stem_stride: 2, divisor: 1 };
        assert_eq!(cost(&squeeze_net(&form, 7)).expect("valid").total.parameters, 1_248_424);
    }
}
