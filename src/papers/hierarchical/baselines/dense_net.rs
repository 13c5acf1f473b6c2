//! Densely connected networks with bottlenecks and compression: Huang et al. 2017, <https://doi.org/10.1109/CVPR.2017.243>.

use super::Form;
use crate::network::Chain;
use renas_network::spec::{Activation, NetworkSpec, Operator};

/// Channels that each layer adds, k.
const GROWTH: usize = 12;

/// Layers of a block: L = 100 layers are the first, three blocks of 16 pairs, two transitions and the classifier.
const PAIRS: usize = 16;

/// DenseNet-BC with L = 100 and k = 12, compression a half.
pub(super) fn dense_net_bc(form: &Form) -> NetworkSpec {
    let growth = form.channels(GROWTH);
    let mut channels = 2 * growth;
    let mut chain = Chain::new("network".to_owned(), "input");
    chain.add("stem", convolution(channels, 3, form.stem_stride));
    for block in 1..=3 {
        for pair in 1..=PAIRS {
            let name = |part: &str| format!("block{block}_pair{pair}_{part}");
            let before = chain.last();
            activated(&mut chain, &name("first"));
            chain.add(&name("bottleneck"), convolution(4 * growth, 1, 1));
            activated(&mut chain, &name("second"));
            chain.add(&name("growth"), convolution(growth, 3, 1));
            chain.add_with(&name("concat"), Operator::Concat, &before);
            channels += growth;
        }
        if block < 3 {
            channels /= 2;
            activated(&mut chain, &format!("transition{block}"));
            chain.add(&format!("transition{block}_compress"), convolution(channels, 1, 1));
            let pool = Operator::AvgPool2d { kernel: 2, stride: 2, padding: 0 };
            chain.add(&format!("transition{block}_pool"), pool);
        }
    }
    activated(&mut chain, "last");
    chain.add("means", Operator::GlobalMeanPool).add("logits", Operator::Linear { units: form.classes });
    chain.network(form.input.clone())
}

/// Normalisation and ReLU of the last node, before a convolution.
fn activated(chain: &mut Chain, name: &str) {
    chain.add(&format!("{name}_norm"), Operator::BatchNorm);
    chain.add(&format!("{name}_relu"), Operator::Activation { function: Activation::Relu });
}

fn convolution(filters: usize, kernel: usize, stride: usize) -> Operator {
    Operator::Conv2d { filters, kernel, stride, padding: kernel / 2, dilation: 1, groups: 1 }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{cifar, without_convolution_biases};
    use super::*;
    use renas_network::cost::cost;

    /// Huang et al. 2017, table 2: 0.8 M; 769,162 is what the implementation of A. Veit (`densenet-pytorch`) prints.
    #[test]
    fn the_dense_network_has_the_published_number_of_parameters() {
        assert_eq!(without_convolution_biases(&dense_net_bc(&cifar())), 769_162);
    }

    /// Not the 253 M of the paper's table 1. By hand (Python), a sum of kernel^2 x from x to x size^2: 24 x 27 x 32^2; of
    /// pair i of a block (c + 12 i) x 48 + 9 x 48 x 12 on 32^2, 16^2 and 8^2; transitions 216 x 108 x 32^2 and
    /// 300 x 150 x 16^2; 342 x 10.
    #[test]
    fn the_dense_network_has_288_million_multiply_adds() {
        assert_eq!(cost(&dense_net_bc(&cifar())).expect("valid").total.multiply_adds, 287_929_692);
    }
}
