//! Tests of the rules: every wrong graph is refused with the name of the component that makes it wrong.

use super::*;
use crate::model::component::{InitialLaw, Layer, OutputKind};
use crate::model::graph::Valp;
use crate::test_support::models::{connection, id, network, output, parts, three_outputs};

/// Three sub-networks and one output, right but for what `change` does to them.
fn refused(change: impl FnOnce(&mut Parts)) -> String {
    let networks = ["n0", "n1", "n2"].map(|name| network(name, Kind::Generic, 2)).to_vec();
    let outputs = vec![output("o0", OutputKind::Values, 2)];
    let mut parts = parts(networks, outputs, "i0 > n0, n0 > n1, n1 > n2, n2 > o0");
    assert!(Valp::new(parts.clone()).is_ok(), "right before the change");
    change(&mut parts);
    Valp::new(parts).expect_err("wrong after the change").to_string()
}

fn connect(text: &'static str) -> impl FnOnce(&mut Parts) {
    move |parts| parts.connections.push(connection(text))
}

#[test]
fn data_never_flows_in_a_circle() {
    assert_eq!(refused(connect("n2 > n0")), "n0: it feeds itself, directly or through others");
    assert_eq!(refused(connect("n1 > n1")), "n1: it feeds itself, directly or through others");
    // Behind the circle of n1 and n2 nothing is named that only reads from it.
    assert_eq!(refused(connect("n2 > n1")), "n1: it feeds itself, directly or through others");
}

#[test]
fn names_are_unique_and_say_what_they_name() {
    let twice = refused(|parts| parts.networks.push(network("n1", Kind::Generic, 2)));
    assert_eq!(twice, "n1: another component has the same name");
    let wrong = refused(|parts| parts.networks[1].id = id("o7"));
    assert_eq!(wrong, "o7: an internal sub-network is named `n` and a number");
}

#[test]
fn everything_is_fed_and_feeds() {
    let unfed = refused(|parts| parts.outputs.push(output("o1", OutputKind::Values, 2)));
    assert_eq!(unfed, "o1: nothing feeds it");
    let unfed = refused(|parts| parts.connections.retain(|c| c.to != id("n1")));
    assert_eq!(unfed, "n1: nothing feeds it");
    let unused = refused(|parts| {
        parts.networks.push(network("n3", Kind::Generic, 2));
        parts.connections.push(connection("i0 > n3"));
    });
    assert_eq!(unused, "n3: it feeds nothing");
    let unused = refused(|parts| parts.inputs.push(Input { id: id("i1"), features: 2 }));
    assert_eq!(unused, "i1: it feeds nothing");
    assert_eq!(refused(|parts| parts.outputs.clear()), "a VALP without an output");
}

#[test]
fn outputs_are_fed_by_sub_networks_of_their_type_and_wide_enough() {
    assert_eq!(refused(connect("i0 > o0")), "o0: it cannot read i0: it sums values, and is offered features");
    let discrete = refused(|parts| parts.networks[2].kind = Kind::Discrete);
    assert_eq!(discrete, "o0: it cannot read n2: it sums values, and is offered discrete");
    let narrow = refused(|parts| parts.networks[2].last.units = 1);
    assert_eq!(narrow, "o0: it cannot read n2: it sums 2 units, and is offered 1");
}

#[test]
fn decoders_read_no_features_and_no_samples_and_need_a_latent() {
    let features = refused(|parts| parts.networks[0].kind = Kind::Decoder);
    assert_eq!(features, "n0: it cannot read i0: a sub-network of its kind does not read features");
    let without = refused(|parts| {
        parts.networks[1].kind = Kind::Decoder;
        parts.networks[2].kind = Kind::Generic;
    });
    assert_eq!(without, "n1: a decoder needs a latent source");
    let latent = refused(|parts| parts.connections[1].role = Role::Latent);
    assert_eq!(latent, "n1: it cannot read n0: only a decoder draws a latent");
    let narrow = refused(|parts| {
        parts.networks[0].last.units = 1;
        parts.networks[1].kind = Kind::Decoder;
        parts.connections[1].role = Role::Latent;
    });
    assert_eq!(narrow, "n1: it cannot read n0: a latent is drawn from at least 2 units");
}

#[test]
fn connections_join_two_components_once_and_in_one_direction() {
    assert_eq!(refused(connect("n0 > n1")), "n1: it cannot read n0: it already does");
    assert_eq!(refused(connect("n0 > i0")), "i0: it cannot read n0: an input is fed by nothing");
    assert_eq!(refused(connect("o0 > n1")), "n1: it cannot read o0: an output feeds nothing");
    let missing = "the connection from n9 to n1 names it, but there is no such component";
    assert_eq!(refused(connect("n9 > n1")), format!("n9: {missing}"));
    assert!(refused(connect("n0 > o9")).starts_with("o9: the connection from n0 to o9"));
}

#[test]
fn layers_have_units_and_numbers_of_their_own() {
    assert_eq!(refused(|parts| parts.networks[1].hidden.clear()), "n1: a sub-network without a hidden layer");
    assert_eq!(refused(|parts| parts.networks[1].hidden[0].units = 0), "n1: its layer 1 has no units");
    assert_eq!(refused(|parts| parts.networks[1].last.units = 0), "n1: its last layer has no units");
    let layer = Layer { number: 1, units: 2, activation: None, law: InitialLaw::Normal };
    let shared = refused(|parts| parts.networks[2].hidden.push(layer));
    assert_eq!(shared, "n2: two of its layers have the number 1");
    assert_eq!(refused(|parts| parts.inputs[0].features = 0), "i0: an input without features");
    assert_eq!(refused(|parts| parts.outputs[0].units = 0), "o0: an output without units");
}

#[test]
fn a_training_that_cannot_be_done_is_refused() {
    let rate = refused(|parts| parts.outputs[0].optimizer = Some(Optimizer::Adam { learning_rate: 0.0 }));
    assert_eq!(rate, "o0: the learning rate must be above 0, not 0");
    let momentum = Optimizer::Sgd { learning_rate: 0.1, momentum: 1.0 };
    let momentum = refused(|parts| parts.training.optimizer = momentum);
    assert_eq!(momentum, "training: the momentum must lie in 0..1, not 1");
    let batch = refused(|parts| parts.training.batch_size = 0);
    assert_eq!(batch, "training: a batch needs at least one observation");
}

#[test]
fn a_description_reads_back_and_a_wrong_one_does_not() {
    let valp = three_outputs();
    let text = serde_json::to_string(&valp).expect("numbers are finite");
    assert_eq!(serde_json::from_str::<Valp>(&text).expect("own text"), valp);
    let wrong = text.replace(r#""to":"o0""#, r#""to":"n0""#);
    let error = serde_json::from_str::<Valp>(&wrong).expect_err("o0 is not fed").to_string();
    assert!(error.contains("o0: nothing feeds it"), "{error}");
    let unknown = text.replace(r#""batch_size""#, r#""batchsize""#);
    assert!(serde_json::from_str::<Valp>(&unknown).expect_err("no such field").to_string().contains("batchsize"));
}
