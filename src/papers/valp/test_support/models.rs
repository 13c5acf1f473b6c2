//! Small VALPs for tests.

use crate::model::component::{
    Connection, Id, InitialLaw, Input, Kind, LastLayer, Layer, Output, OutputKind, Role, SubNetwork,
};
use crate::model::graph::Valp;
use crate::model::network::Losses;
use crate::model::parts::{Parts, Training};
use crate::model::space::{Algorithm, Space};
use renas_network::spec::Activation;
use renas_task::heads::HeadLoss;
use renas_task::recipe::Optimizer;

/// `n3`, say.
pub(crate) fn id(text: &str) -> Id {
    text.parse().expect("a name")
}

/// A sub-network with one hidden layer of three units and ReLU.
pub(crate) fn network(name: &str, kind: Kind, units: usize) -> SubNetwork {
    let hidden = Layer { number: 1, units: 3, activation: Some(Activation::Relu), law: InitialLaw::Xavier };
    SubNetwork { id: id(name), kind, hidden: vec![hidden], last: LastLayer { units, law: InitialLaw::Normal } }
}

/// An output without an optimiser of its own.
pub(crate) fn output(name: &str, kind: OutputKind, units: usize) -> Output {
    Output { id: id(name), kind, units, optimizer: None }
}

/// `n1 > n2`, or `n1 ~> n2` for a latent.
pub(crate) fn connection(text: &str) -> Connection {
    let (from, to, role) = match text.split_once(" ~> ") {
        Some((from, to)) => (from, to, Role::Latent),
        None => text.split_once(" > ").map(|(from, to)| (from, to, Role::Value)).expect("two ends"),
    };
    Connection { from: id(from), to: id(to), role }
}

/// All of `connections`, as `connection` reads them, between commas.
pub(crate) fn parts(networks: Vec<SubNetwork>, outputs: Vec<Output>, connections: &str) -> Parts {
    let training = Training { optimizer: Optimizer::Adam { learning_rate: 1e-3 }, batch_size: 10 };
    let inputs = vec![Input { id: Id::Input(0), features: 4 }];
    let connections = connections.split(", ").map(connection).collect();
    Parts { inputs, networks, outputs, connections, training }
}

/// The graph of the paper's Figure 2, as far as its text says: `n1`, `n3` and `n5` are exclusive to `o1`, `n4` is to
/// `o2`, `n2` and `n6` belong to both.
pub(crate) fn figure_2() -> Valp {
    let networks = ["n1", "n2", "n3", "n4", "n5", "n6"].map(|name| network(name, Kind::Generic, 2)).to_vec();
    let outputs = vec![output("o1", OutputKind::Values, 2), output("o2", OutputKind::Values, 2)];
    let connections = "i0 > n1, i0 > n2, n1 > n3, n2 > n6, n6 > n5, n6 > n4, n3 > n5, n5 > o1, n4 > o2";
    Valp::new(parts(networks, outputs, connections)).expect("correct")
}

/// One of everything: `n0` reads the input and feeds the classifier `n1`, the values `n2` and, as a latent, the decoder
/// `n3`; `n1` conditions `n3`; `n0` and `n1` have ReLU, `n2` the hyperbolic tangent, `n3` is linear. Outputs: `o0` discrete of 3, `o1` values of 2, `o2` samples of 4.
pub(crate) fn three_outputs() -> Valp {
    let mut networks = vec![
        network("n0", Kind::Generic, 5),
        network("n1", Kind::Discrete, 3),
        network("n2", Kind::Generic, 2),
        network("n3", Kind::Decoder, 4),
    ];
    networks[2].hidden[0].activation = Some(Activation::Tanh);
    networks[3].hidden[0].activation = None;
    let outputs = vec![
        output("o0", OutputKind::Discrete, 3),
        output("o1", OutputKind::Values, 2),
        output("o2", OutputKind::Samples, 4),
    ];
    let connections = "i0 > n0, n0 > n1, n0 > n2, n0 ~> n3, n1 > n3, n0 > o1, n1 > o0, n2 > o1, n3 > o2";
    Valp::new(parts(networks, outputs, connections)).expect("correct")
}

/// A space of small models: one input of 8 features, a classifier of 3, values of 2, samples of 8.
pub(crate) fn space() -> Space {
    Space {
        inputs: vec![Input { id: Id::Input(0), features: 8 }],
        outputs: vec![
            output("o0", OutputKind::Discrete, 3),
            output("o1", OutputKind::Values, 2),
            output("o2", OutputKind::Samples, 8),
        ],
        training: Training { optimizer: Optimizer::Adam { learning_rate: 1e-3 }, batch_size: 10 },
        hidden: [2, 4],
        width: [5, 9],
        interface: [2, 6],
        inserted_interface: [4, 6],
        carried: 100,
        learning_rates: vec![1e-4, 1e-3, 1e-2],
        algorithms: vec![Algorithm::Adam, Algorithm::Sgd { momentum: 0.9 }],
        batch_sizes: vec![10, 20],
    }
}

/// Softmax cross entropy, and the variational bound.
pub(crate) fn losses() -> Losses {
    Losses { discrete: HeadLoss::SoftmaxCrossEntropy, latent_weight: 1.0 }
}
