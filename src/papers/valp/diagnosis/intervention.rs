//! Interventions: disturb a sub-network or an input, and see which outputs suffer (sections IV-B.2 and IV-B.3).

use serde::{Deserialize, Serialize};

use crate::model::component::Id;
use crate::model::graph::Valp;
use crate::model::initial::{block, layers};
use renas_network::assembly::{Assembly, Law, Source};

/// The standard deviation of the weights and biases that replace a sub-network's (intelligent_local.py:342-372 of the
/// code; the paper says "random values").
const DEVIATION: f64 = 0.1;

/// How section VII-C's sentence on relevance is read: "relevant to an output if the performance of the VALP in that
/// output decreases by 20 % or less when it is intervened".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// Relevant where the output suffers by 20 % or less.
    AsWritten,
    /// Relevant where it suffers by more: what the rules need.
    Inverted,
    /// Relevant where it suffers by 3 % or more (intelligent_local.py:379 of the code).
    Code,
}

impl Reading {
    /// Whether a sub-network or an input is relevant to an output that suffers by that factor.
    pub fn is_relevant(self, relevance: f64) -> bool {
        match self {
            Self::AsWritten => relevance <= 1.2,
            Self::Inverted => relevance > 1.2,
            Self::Code => relevance >= 1.03,
        }
    }
}

/// How much an output suffers: its loss or error with the intervention over that without it. 1: not at all; 2: it is
/// half as good. 1 where both are 0, infinite where only the latter is.
pub fn relevance(without: f64, with: f64) -> f64 {
    if without == with { 1.0 } else { with / without }
}

/// Replace all weights and biases of one sub-network by random values. Panics where there is no such sub-network.
pub fn module_intervention(valp: &Valp, network: Id) -> Assembly {
    let random = || Source::Initial { law: Law::Normal { deviation: DEVIATION } };
    let mut assembly = Assembly::default();
    for layer in layers(valp, network) {
        let whole = |columns| vec![block([0, 0], [layer.units, columns], random())];
        assembly.tensors.insert(layer.weight(), whole(layer.features));
        assembly.tensors.insert(layer.bias(), whole(1));
    }
    assembly
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::initial::initial;
    use crate::model::network::model;
    use crate::test_support::models::{id, losses, three_outputs};
    use renas_base::seed::Seed;
    use renas_network::assembly::assemble;
    use renas_network::weights::Tensors;

    #[test]
    fn the_three_readings_of_the_threshold_differ() {
        let relevant =
            |relevance| [Reading::AsWritten, Reading::Inverted, Reading::Code].map(|r| r.is_relevant(relevance));
        assert_eq!(relevant(1.0), [true, false, false]);
        assert_eq!(relevant(1.03), [true, false, true]);
        assert_eq!(relevant(1.2), [true, false, true]);
        assert_eq!(relevant(1.3), [false, true, true]);
        assert_eq!(relevant(f64::INFINITY), [false, true, true]);
    }

    /// Section VII-A: 1 where nothing changes, 2 where performance is halved.
    #[test]
    fn relevance_is_the_factor_by_which_an_output_suffers() {
        assert_eq!((relevance(0.2, 0.2), relevance(0.2, 0.4), relevance(0.0, 0.0)), (1.0, 2.0, 1.0));
        assert_eq!(relevance(0.0, 0.1), f64::INFINITY);
    }

    #[test]
    fn an_intervention_replaces_one_sub_network_and_nothing_else() {
        let valp = three_outputs();
        let network = model(&valp, &[4], &losses()).network;
        let seed = Seed::from_number(1);
        let before = assemble(&network, &initial(&valp), &Tensors::new(), seed).expect("complete");
        let after = assemble(&network, &module_intervention(&valp, id("n2")), &before, seed).expect("complete");
        for (name, tensor) in &after {
            assert_eq!(*tensor == before[name], !name.starts_with("n2_"), "{name}");
        }
    }
}
