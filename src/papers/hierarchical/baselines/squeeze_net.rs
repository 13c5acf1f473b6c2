//! SqueezeNet 1.0: Iandola et al. 2016, table 1, <https://arxiv.org/abs/1602.07360>.

use super::Form;
use crate::network::Chain;
use renas_network::spec::{Activation, NetworkSpec, Operator};

/// Channels of the squeezing layer and of either expanding one, of the modules between poolings.
const FIRES: [&[(usize, usize)]; 3] =
    [&[(16, 64), (16, 64), (32, 128)], &[(32, 128), (48, 192), (48, 192), (64, 256)], &[(64, 256)]];

/// The first convolution, and what surrounds the images of it and of the poolings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stem {
    kernel: usize,
    padding: usize,
    pool_padding: usize,
}

/// Where images are small: a smaller kernel, and zeros around, so that a row of pixels is left for the last modules.
pub(super) const CIFAR_STEM: Stem = Stem { kernel: 3, padding: 1, pool_padding: 1 };

/// As published: nothing stands around; table 1's sizes 111, 55, 27 and 13 are those of images of 227 x 227.
pub(super) const PUBLISHED_STEM: Stem = Stem { kernel: 7, padding: 0, pool_padding: 0 };

/// Whether batch normalisation follows convolutions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Norms {
    /// None, as published.
    Absent,
    /// Every one but the last, whose channels are the classes.
    Present,
}

/// The network; dropout is left out.
pub(super) fn squeeze_net(form: &Form, stem: Stem, norms: Norms) -> NetworkSpec {
    let mut chain = Chain::new("network".to_owned(), "input");
    let Stem { kernel, padding, pool_padding } = stem;
    let (filters, stride) = (form.channels(96), form.stem_stride);
    chain.add("stem", Operator::Conv2d { filters, kernel, stride, padding, dilation: 1, groups: 1 });
    activated(&mut chain, "stem", norms);
    let mut number = 1;
    for (group, fires) in (1..).zip(FIRES) {
        chain.add(&format!("pool{group}"), Operator::MaxPool2d { kernel: 3, stride: 2, padding: pool_padding });
        for &(squeeze, expand) in fires {
            number += 1;
            let name = |part: &str| format!("fire{number}_{part}");
            let expand = form.channels(expand);
            let squeezed = convolved(&mut chain, &name("squeeze"), form.channels(squeeze), 1, norms);
            let small = convolved(&mut chain, &name("expand1"), expand, 1, norms);
            chain.continue_from(squeezed);
            convolved(&mut chain, &name("expand3"), expand, 3, norms);
            chain.add_with(&name("concat"), Operator::Concat, &small);
        }
    }
    convolved(&mut chain, "classes", form.classes, 1, Norms::Absent);
    chain.add("logits", Operator::GlobalMeanPool);
    chain.network(form.input.clone())
}

/// A convolution that keeps the size, and its ReLU, whose name is answered.
fn convolved(chain: &mut Chain, name: &str, filters: usize, kernel: usize, norms: Norms) -> String {
    chain.add(name, Operator::Conv2d { filters, kernel, stride: 1, padding: kernel / 2, dilation: 1, groups: 1 });
    activated(chain, name, norms);
    chain.last()
}

fn activated(chain: &mut Chain, name: &str, norms: Norms) {
    if norms == Norms::Present {
        chain.add(&format!("{name}_norm"), Operator::BatchNorm);
    }
    chain.add(&format!("{name}_relu"), Operator::Activation { function: Activation::Relu });
}

#[cfg(test)]
mod tests {
    use super::*;
    use renas_network::cost::cost;
    use renas_network::shape::shapes;

    /// The documentation of torchvision's `squeezenet1_0`: 1,248,424 parameters; the publication says 50 times fewer than AlexNet's 60 M.
    #[test]
    fn as_published_it_has_the_published_number_of_parameters() {
        let form = Form { input: vec![3, 227, 227], classes: 1000, stem_stride: 2, divisor: 1 };
        let network = squeeze_net(&form, PUBLISHED_STEM, Norms::Absent);
        assert_eq!(cost(&network).expect("valid").total.parameters, 1_248_424);
        // Iandola et al. 2016, table 1, column "output size".
        let shapes = shapes(&network).expect("valid");
        let size = |name: &str| {
            let node = network
                .nodes
                .iter()
                .position(|node| node.name.ends_with(&format!("/{name}")))
                .expect("the network has it");
            shapes[node][1]
        };
        assert_eq!(["stem", "pool1", "pool2", "pool3", "classes"].map(size), [111, 55, 27, 13, 13]);
    }

    /// `sum(kernel^2 * from * to * size^2)` over table 1 by hand (Python): 832,667,936, which is the paper's 833 M.
    #[test]
    fn as_published_it_has_the_multiply_adds_that_the_paper_quotes() {
        let form = Form { input: vec![3, 227, 227], classes: 1000, stem_stride: 2, divisor: 1 };
        let network = squeeze_net(&form, PUBLISHED_STEM, Norms::Absent);
        assert_eq!(cost(&network).expect("valid").total.multiply_adds, 832_667_936);
    }
    /// 25 of 26 convolutions have one: the stem, and three in each of eight modules; each has two parameters per channel.
    #[test]
    fn with_normalisation_it_is_the_same_network_with_norms() {
        let form = Form { input: vec![3, 32, 32], classes: 10, stem_stride: 1, divisor: 1 };
        let [plain, normed] = [Norms::Absent, Norms::Present].map(|norms| squeeze_net(&form, CIFAR_STEM, norms));
        let is_norm = |operator: &Operator| *operator == Operator::BatchNorm;
        assert_eq!(normed.nodes.iter().filter(|node| is_norm(&node.operator)).count(), 25);
        assert_eq!(normed.nodes.len(), plain.nodes.len() + 25);
        let total = |network: &NetworkSpec| cost(network).expect("valid").total;
        assert_eq!(total(&normed).multiply_adds, total(&plain).multiply_adds);
        let channels: usize = 96 + FIRES.concat().iter().map(|(squeeze, expand)| squeeze + 2 * expand).sum::<usize>();
        assert_eq!(total(&normed).parameters, total(&plain).parameters + 2 * channels as u64);
    }
}
