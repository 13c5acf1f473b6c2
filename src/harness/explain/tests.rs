//! Records that differ in one place each.

use super::*;
use crate::store::WorkerIdentity;
use serde_json::json;

fn record(inputs: &Value, numerics: &str, losses: &[f64], accuracy: f64) -> Record {
    let plain = Identity::new("train", 1, inputs).expect("inputs");
    let worker =
        WorkerIdentity { numerics: numerics.to_owned(), device: "cpu".to_owned(), libtorch: "2.11.0".to_owned() };
    let outcome = Outcome {
        scalars: [("validation.accuracy".to_owned(), accuracy)].into(),
        curves: [("train.loss".to_owned(), losses.to_vec())].into(),
        tensors: [("weights".to_owned(), Digest::of(format!("{losses:?}").as_bytes()))].into(),
        ..Outcome::default()
    };
    Record {
        identity: Identity { worker: Some(worker), ..plain },
        result: StepResult::Outcome(outcome),
        observation: None,
    }
}

#[test]
fn the_first_input_that_differs_is_named_with_its_place() {
    let of = |seed: u64, epochs: usize| json!({"recipe": {"epochs": epochs, "layers": [8, 16]}, "seed": seed});
    let [a, b] = [of(1, 3), of(2, 5)].map(|inputs| record(&inputs, "avx2", &[1.0], 0.5));
    let Reason::Inputs { first, count } = records(&a, &b) else { panic!("inputs differ") };
    assert_eq!((first.to_string().as_str(), count), ("inputs.recipe.epochs: 3 and 5", 2));
    let longer = record(&json!({"recipe": {"epochs": 3, "layers": [8, 16, 32]}, "seed": 1}), "avx2", &[1.0], 0.5);
    let Reason::Inputs { first, .. } = records(&a, &longer) else { panic!("inputs differ") };
    assert_eq!(first.to_string(), "inputs.recipe.layers[2]: nothing and 32");
}

#[test]
fn of_two_answers_the_first_epoch_comes_first_and_the_scalars_last() {
    let inputs = json!({"seed": 1});
    let a = record(&inputs, "avx2", &[1.0, 0.5, 0.25], 0.5);
    let b = record(&inputs, "portable", &[1.0, 0.75, 0.25], 0.625);
    let Reason::Answers(found) = records(&a, &b) else { panic!("answers differ") };
    assert_eq!(found.first_epoch, Some(2));
    assert_eq!(found.first().map(ToString::to_string).as_deref(), Some("train.loss, epoch 2: 0.5 and 0.75"));
    assert_eq!((found.tensors.len(), found.scalars.len(), found.ending), (1, 1, None));
}

#[test]
fn equal_answers_of_two_machines_differ_in_who_computed_them_alone() {
    let inputs = json!({"seed": 1});
    let [a, b] = ["avx2", "portable"].map(|numerics| record(&inputs, numerics, &[1.0], 0.5));
    let Reason::Inputs { first, count } = records(&a, &b) else { panic!("the worker differs") };
    assert_eq!((first.to_string().as_str(), count), ("numerics: avx2 and portable", 1));
    assert_eq!(records(&a, &a), Reason::Same);
}
