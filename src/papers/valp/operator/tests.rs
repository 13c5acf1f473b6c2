//! What all operators promise, tried on random models: every edit that is listed can be made and gives a correct model
//! whose weights can be put together; gentle edits change no output, reducers have fewer weights, expanders more.

use proptest::prelude::*;

use super::apply::EditError;
use super::crossover::crossover;
use super::edit::{Edit, Effect, Form, Operator, Variation};
use crate::model::generate::generate;
use crate::model::graph::Valp;
use crate::model::initial::initial;
use crate::model::network::model;
use crate::model::subgraph::exclusive_subgraph;
use crate::test_support::models::{connection, id, losses, space, three_outputs};
use renas_base::seed::{Seed, Stream};
use renas_network::assembly::{Assembly, Block, Source, assemble};
use renas_network::forward::forward;
use renas_network::weights::Tensors;
use renas_task::heads::DONOR;

/// Weights for a model, fresh or from others.
fn weights(valp: &Valp, assembly: &Assembly, old: &Tensors, seed: u64) -> Tensors {
    let network = model(valp, &[features(valp)], &losses()).network;
    assemble(&network, assembly, old, Seed::from_number(seed)).expect("everything is put together")
}

fn features(valp: &Valp) -> usize {
    valp.inputs().iter().map(|input| input.features).sum()
}

/// The weights of host and donor under the names that the assembly of a crossover takes them from.
fn with_donor(host: &Tensors, donor: &Tensors) -> Tensors {
    let renamed = donor.iter().map(|(name, tensor)| (format!("{DONOR}{name}"), tensor.clone()));
    host.clone().into_iter().chain(renamed).collect()
}

/// Random weights and biases: a bias of 0 would hide mistakes.
fn trained(valp: &Valp, stream: &mut Stream) -> Tensors {
    let mut tensors = weights(valp, &initial(valp), &Tensors::new(), 1);
    for value in tensors.values_mut().flat_map(|tensor| &mut tensor.values) {
        *value = (0.4 * stream.normal()) as f32;
    }
    tensors
}

/// Every output for some random observations.
fn outputs(valp: &Valp, tensors: &Tensors) -> Vec<Vec<f64>> {
    let model = model(valp, &[features(valp)], &losses());
    let mut stream = Seed::from_number(9).stream("observations");
    let mut all = Vec::new();
    for _ in 0..3 {
        let observation: Vec<f64> = (0..features(valp)).map(|_| stream.normal()).collect();
        let mut values = forward(&model.network, tensors, &observation).expect("a sound model");
        all.extend(model.heads.iter().map(|head| values.remove(&head.node).expect("a node per head")));
    }
    all
}

/// The largest difference of any output, relative to outputs above 1.
fn difference(left: &[Vec<f64>], right: &[Vec<f64>]) -> f64 {
    let pairs = left.iter().zip(right).flat_map(|(left, right)| left.iter().zip(right));
    pairs.map(|(a, b)| (a - b).abs() / a.abs().max(1.0)).fold(0.0, f64::max)
}

fn parameters(tensors: &Tensors) -> usize {
    tensors.values().map(|tensor| tensor.values.len()).sum()
}

/// A random model that some operators have changed already.
fn varied(seed: u64) -> (Valp, Stream) {
    let mut stream = Seed::from_number(seed).stream("operators");
    let count = stream.between(3, 7);
    let mut valp = generate(&space(), count, &mut stream).expect("three outputs");
    for _ in 0..stream.below(5) {
        let operator = Operator::ALL[stream.below(Operator::ALL.len())];
        let forms = operator.forms();
        let form = forms[stream.below(forms.len())];
        if let Ok((_, variation)) = operator.vary(form, &valp, &space(), &mut stream) {
            valp = variation.valp;
        }
    }
    (valp, stream)
}

/// Make one of each operator's and form's edits and judge it.
fn check_all(seed: u64) -> Result<(), TestCaseError> {
    let (valp, mut stream) = varied(seed);
    let tensors = trained(&valp, &mut stream);
    let before = outputs(&valp, &tensors);
    for operator in Operator::ALL {
        for form in operator.forms() {
            let (edit, variation) = match operator.vary(*form, &valp, &space(), &mut stream) {
                Ok(made) => made,
                Err(EditError::NoPlace { .. }) => continue,
                Err(error) => return Err(TestCaseError::fail(error.to_string())),
            };
            let after = weights(&variation.valp, &variation.assembly, &tensors, seed);
            let change = difference(&before, &outputs(&variation.valp, &after));
            prop_assert!(change.is_finite());
            if *form == Form::Gentle {
                prop_assert!(change < 1e-5, "gentle {:?}: outputs differ by {}", edit, change);
            }
            let (fewer, more) = (parameters(&tensors), parameters(&after));
            match operator.effect() {
                // A bypassed or shortened model may read wider values than before.
                Effect::Reducer => prop_assert!(operator != Operator::DeleteConnection || more <= fewer),
                Effect::Expander if matches!(edit, Edit::AddConnection { .. }) => prop_assert!(more >= fewer),
                Effect::Expander if matches!(edit, Edit::AddLayer { .. }) => {}
                Effect::Expander => prop_assert!(more > fewer, "{:?}: {} and then {}", edit, fewer, more),
                Effect::Neither => prop_assert_eq!(more, fewer),
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn edits_can_be_made_and_gentle_ones_change_no_output(seed: u64) {
        check_all(seed)?;
    }

    #[test]
    fn crossed_models_are_correct_and_their_weights_can_be_put_together(seed: u64) {
        let ((host, mut stream), (donor, _)) = (varied(seed), varied(!seed));
        let (mine, theirs) = (trained(&host, &mut stream), trained(&donor, &mut stream));
        for output in ["o0", "o1", "o2"].map(id) {
            let Ok(Variation { valp, assembly }) = crossover(&host, &donor, output, &mut stream) else { continue };
            let donated = exclusive_subgraph(&donor, output).len();
            let replaced = exclusive_subgraph(&host, output).len();
            prop_assert_eq!(valp.networks().len() + replaced, host.networks().len() + donated);
            let after = weights(&valp, &assembly, &with_donor(&mine, &theirs), seed);
            let (before, after) = (outputs(&host, &mine), outputs(&valp, &after));
            // The other outputs are the host's.
            let others = (0..before.len()).filter(|place| host.outputs()[place % 3].id != output);
            for place in others {
                prop_assert_eq!(&before[place], &after[place]);
            }
        }
    }
}

/// All edits of two models, so that every kind of receiver occurs: outputs, latents, conditions, several at once.
#[test]
fn every_gentle_edit_of_models_with_every_kind_of_connection_changes_no_output() {
    let mut stream = Seed::from_number(3).stream("operators");
    let mut parts = three_outputs().parts();
    parts.connections.retain(|other| *other != connection("n0 > o1"));
    let mut made = 0;
    for valp in [three_outputs(), Valp::new(parts).expect("correct")] {
        let tensors = trained(&valp, &mut stream);
        let before = outputs(&valp, &tensors);
        for operator in Operator::ALL.into_iter().filter(|operator| operator.forms().contains(&Form::Gentle)) {
            for edit in operator.edits(Form::Gentle, &valp, &space()) {
                for _ in 0..4 {
                    let variation = edit.apply(Form::Gentle, &valp, &space(), &mut stream).expect("admissible");
                    let after = weights(&variation.valp, &variation.assembly, &tensors, 5);
                    let change = difference(&before, &outputs(&variation.valp, &after));
                    assert!(change < 1e-5, "{edit:?}: outputs differ by {change}");
                    made += 1;
                }
            }
        }
    }
    assert!(made > 200, "{made}");
}

#[test]
fn aggressive_edits_change_outputs() {
    let valp = three_outputs();
    let mut stream = Seed::from_number(4).stream("operators");
    let tensors = trained(&valp, &mut stream);
    let before = outputs(&valp, &tensors);
    for operator in Operator::ALL.into_iter().filter(|operator| operator.forms().contains(&Form::Aggressive)) {
        for edit in operator.edits(Form::Aggressive, &valp, &space()) {
            let variation = edit.apply(Form::Aggressive, &valp, &space(), &mut stream).expect("admissible");
            let after = weights(&variation.valp, &variation.assembly, &tensors, 5);
            assert!(difference(&before, &outputs(&variation.valp, &after)) > 1e-6, "{edit:?}");
        }
    }
}

#[test]
fn an_operator_without_an_admissible_place_says_so_and_draws_nothing() {
    let valp = three_outputs();
    let (mut stream, mut untouched) = (Seed::from_number(1).stream("x"), Seed::from_number(1).stream("x"));
    let error = Operator::RemoveLayer.vary(Form::Aggressive, &valp, &space(), &mut stream).expect_err("one layer each");
    assert_eq!(error.to_string(), "aggressive remove_layer: this model has no admissible place for it");
    let error = Operator::RemoveLayer.vary(Form::Gentle, &valp, &space(), &mut stream).expect_err("no such form");
    assert_eq!(error.to_string(), "gentle remove_layer: this model has no admissible place for it");
    let edit = Edit::DeleteConnection { from: id("i0"), to: id("n0") };
    let error = edit.apply(Form::Aggressive, &valp, &space(), &mut stream).expect_err("the only source");
    assert_eq!(error.to_string(), "aggressive delete_connection at i0 > n0: not admissible in this model");
    assert_eq!(stream.bits(), untouched.bits());
}

#[test]
fn places_are_those_that_leave_a_correct_model() {
    let valp = three_outputs();
    let places = |operator: Operator, form| {
        let edits = operator.edits(form, &valp, &space());
        let text = |edit: &Edit| edit.place().iter().map(ToString::to_string).collect::<Vec<_>>().join(" > ");
        edits.iter().map(text).collect::<Vec<_>>().join(", ")
    };
    // n1 feeds o0 alone and n0 alone is n3's latent; n3 without n1 still has it, o1 needs only one of two.
    assert_eq!(places(Operator::DeleteConnection, Form::Aggressive), "n1 > n3, n0 > o1");
    // n0 stands alone before n1 and the decoder; n1 alone before o0; n2 may go, as n0 feeds o1 already; n3 alone.
    assert_eq!(places(Operator::DeleteNetwork, Form::Aggressive), "n2");
    // n1, n2 and n3 read from n0, n3 from n1. No output finds another source of its type.
    assert_eq!(places(Operator::AddConnection, Form::Gentle), "i0 > n1, n2 > n1, i0 > n2, n1 > n2, n3 > n2, n2 > n3");
    assert_eq!(places(Operator::AddConnection, Form::Aggressive), places(Operator::AddConnection, Form::Gentle));
    assert_eq!(places(Operator::CloneNetwork, Form::Gentle), "n0, n1, n2, n3");
    assert_eq!(places(Operator::ChangeLr, Form::Gentle), "o0, o1, o2");
}

/// A model that reads two decoders' samples again would not fit through narrow identities.
#[test]
fn gentle_insertions_carry_no_more_than_the_space_allows() {
    let narrow = crate::model::space::Space { carried: 3, ..space() };
    let edits = Operator::InsertNetwork.edits(Form::Gentle, &three_outputs(), &narrow);
    // o2 adds 4 units; the latent of n3 carries 4; all first layers have 3 units.
    let joined = connection("n3 > o2");
    assert!(!edits.contains(&Edit::InsertNetwork { from: joined.from, to: joined.to }));
    assert!(!edits.contains(&Edit::InsertNetwork { from: id("n0"), to: id("n3") }));
    assert!(edits.contains(&Edit::InsertNetwork { from: id("i0"), to: id("n0") }));
}

/// n0 feeds an output and a latent, n1 an output and a condition, n2 an output; n3 is a decoder. In a model without
/// n0 > o1, n0 feeds sub-networks and a latent alone.
#[test]
fn a_gentle_clone_shares_what_the_original_said_as_its_receivers_allow() {
    let mut stream = Seed::from_number(1).stream("x");
    let mut clone = |valp: &Valp, network: &str| {
        let edit = Edit::CloneNetwork { network: id(network) };
        edit.apply(Form::Gentle, valp, &space(), &mut stream).expect("admissible").assembly.tensors
    };
    let sources = |blocks: &[Block]| blocks.iter().map(|block| block.from.clone()).collect::<Vec<_>>();
    let half = |name: &str, column| Source::Tensor { name: name.to_owned(), at: [0, column], scale: 0.5 };
    let full = |name: &str, column| Source::Tensor { name: name.to_owned(), at: [0, column], scale: 1.0 };
    let valp = three_outputs();
    // The clone of n0 is silent, and n3, which draws two units from n0, does not hear its noise.
    let tensors = clone(&valp, "n0");
    assert_eq!(sources(&tensors["n4_last.weight"]), [Source::Zeros]);
    assert!(!tensors.contains_key("n0_last.weight"));
    assert_eq!(sources(&tensors["n3_1.weight"]), [full("n3_1.weight", 0), full("n3_1.weight", 2), Source::Zeros]);
    // n1 and its clone say half each, and n3 hears both in full.
    let tensors = clone(&valp, "n1");
    assert_eq!(sources(&tensors["n1_last.bias"]), [half("n1_last.bias", 0)]);
    assert_eq!(sources(&tensors["n4_last.bias"]), [half("n1_last.bias", 0)]);
    assert_eq!(sources(&tensors["n3_1.weight"])[1..], [full("n3_1.weight", 2), full("n3_1.weight", 2)]);
    // The clone of a decoder draws numbers of its own: it is silent.
    let tensors = clone(&valp, "n3");
    assert_eq!(sources(&tensors["n4_last.bias"]), [Source::Zeros]);
    // Without an output among the receivers, these take half of both; the decoder hears the original alone.
    let mut parts = valp.parts();
    parts.connections.retain(|other| *other != connection("n0 > o1"));
    let tensors = clone(&Valp::new(parts).expect("correct"), "n0");
    assert!(!tensors.contains_key("n0_last.weight"));
    assert_eq!(sources(&tensors["n4_last.weight"]), [full("n0_last.weight", 0)]);
    assert_eq!(sources(&tensors["n1_1.weight"]), [half("n1_1.weight", 0), half("n1_1.weight", 0)]);
    assert_eq!(sources(&tensors["n3_1.weight"]), [full("n3_1.weight", 0), full("n3_1.weight", 2), Source::Zeros]);
}

#[test]
fn a_donated_sub_network_brings_its_weights_and_hears_the_host_by_fresh_columns() {
    let (host, donor) = (three_outputs(), three_outputs());
    let mut stream = Seed::from_number(1).stream("x");
    let (mine, theirs) = (trained(&host, &mut stream), trained(&donor, &mut stream));
    let Variation { valp, assembly } = crossover(&host, &donor, id("o1"), &mut stream).expect("n2 is donated");
    let after = weights(&valp, &assembly, &with_donor(&mine, &theirs), 1);
    assert_eq!(after["n4_last.weight"], theirs["n2_last.weight"]);
    assert_eq!(after["n4_1.bias"], theirs["n2_1.bias"]);
    assert_ne!(after["n4_1.weight"], theirs["n2_1.weight"]);
    assert!(
        valp.network(id("n2")).is_none() && valp.connected(id("n0"), id("n4")) && valp.connected(id("n4"), id("o1"))
    );
    let error = crossover(&host, &donor, id("o0"), &mut stream).expect_err("n0 and n1 feed o2 too").to_string();
    assert_eq!(error, "o0: no sub-network of the donor belongs to it alone");
}
