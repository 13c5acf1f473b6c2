//! Predictors over sequences of tokens: against PyTorch 2.11.0 (`pytorch.py`), and as the worker answers them.

use renas_base::digest::Digest;
use renas_base::seed::Seed;
use renas_network::weights::{Tensor, Tensors};
use renas_task::outcome::Ending;
use renas_task::protocol::Reply;
use renas_task::sequence::{Example, FitSequence, PredictSequence, SequenceModel, SequenceRecipe};
use renas_task::{Start, Task};
use renas_worker::lstm::{Layout, Pass};
use renas_worker::sequence::{fit, predict};
use serde_json::Value;

use crate::pytorch::{expected, numbers};
use crate::{Worker, object};

/// Those of `pytorch.py`.
const SEQUENCES: [&str; 4] = ["040312", "110204", "040301", "130014"];
const TARGETS: [f64; 4] = [0.75, 0.25, 0.5, 0.125];

fn model() -> SequenceModel {
    SequenceModel { vocabularies: vec![2, 5], embedding: 3, hidden: 5 }
}

/// The weights of `pytorch.py`: exact fractions, numbered over the tensors.
fn weights() -> Tensors {
    let tensor = |(number, parameter): (usize, renas_network::parameter::Parameter)| {
        let value = |index| (((index * 37 + number * 11) % 101) as f64 - 50.0) / 40.0;
        let values = (0..parameter.size()).map(|index| value(index) as f32).collect();
        (parameter.name, Tensor { shape: parameter.shape, values })
    };
    model().parameters().into_iter().enumerate().map(tensor).collect()
}

/// All values in the order of the model's parameters.
fn values(tensors: &Tensors) -> Vec<f64> {
    let parameters = model().parameters();
    parameters.iter().flat_map(|parameter| tensors[&parameter.name].values.iter().copied().map(f64::from)).collect()
}

fn assert_close(name: &str, found: &[f64], expected: &Value) {
    let expected = numbers(expected);
    assert_eq!(found.len(), expected.len(), "{name}");
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() <= 2e-6, "{name}[{index}]: {found} instead of {expected}");
    }
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

fn predict_task(weights: Digest, texts: &[&str]) -> PredictSequence {
    PredictSequence { model: model(), weights, sequences: strings(texts) }
}

fn fit_task(batch_size: usize) -> FitSequence {
    let examples = SEQUENCES.iter().zip(TARGETS);
    FitSequence {
        model: model(),
        examples: examples.map(|(&sequence, target)| Example { sequence: sequence.to_owned(), target }).collect(),
        start: Start::Fresh,
        recipe: SequenceRecipe { learning_rate: 0.05, epochs: 4, batch_size },
        seed: Seed::from_number(1),
    }
}

#[test]
fn a_predictor_computes_and_learns_as_pytorch_does() {
    let expected = expected("predictor");
    let ask = |texts: &[&str]| predict(&predict_task(Digest::of(b"weights"), texts), weights()).expect("valid");
    assert_close("predictions", &ask(&SEQUENCES), &expected["predictions"]);
    assert_close("shorter", &ask(&["04", "12"]), &expected["shorter"]);

    let layout = Layout::new(&model());
    let flat = layout.flatten(&model(), &weights());
    let (mut gradient, mut pass) = (vec![0.0; layout.size()], Pass::default());
    for (text, target) in SEQUENCES.iter().zip(TARGETS) {
        let tokens = model().tokens(text).expect("a sequence");
        let answer = layout.forward(&flat, &tokens, &mut pass);
        let slope = 2.0 * (answer - target) * answer * (1.0 - answer) / 4.0;
        layout.backward(&flat, &tokens, &pass, slope as f32, &mut gradient);
    }
    assert_close("gradient", &values(&layout.tensors(&model(), &gradient)), &expected["gradient"]);

    // All examples are one batch: a step per epoch.
    let fitted = fit(&fit_task(4), Some(weights())).expect("valid");
    assert_close("losses", &fitted.losses, &expected["losses"]);
    assert_close("fitted", &values(&fitted.weights), &expected["fitted"]);
}

#[test]
fn an_answer_does_not_depend_on_what_else_is_asked() {
    let texts = ["1302", "04", "040312", "1302", "0403", "040301", "130214", "12"];
    let ask = |texts: &[&str]| predict(&predict_task(Digest::of(b"weights"), texts), weights()).expect("valid");
    let together = ask(&texts);
    let alone: Vec<f64> = texts.iter().flat_map(|text| ask(&[text])).collect();
    assert_eq!(together, alone);
    assert_eq!(together[0], together[3]);
    assert!(together[1] != together[4] && together[2] != together[5]);
    assert!(ask(&[]).is_empty());
}

/// The same bits under every numerics, on every processor: nothing of libtorch computes them.
#[test]
fn a_fit_gives_the_same_bits_twice_and_under_other_numerics() {
    let mut task = fit_task(3);
    task.examples.push(Example { sequence: "04".to_owned(), target: 1.0 });
    task.recipe.epochs = 30;
    let mut worker = Worker::start("portable");
    let (first, out) = worker.outcome(Task::FitSequence(task.clone()), &[]);
    let (second, _) = worker.outcome(Task::FitSequence(task.clone()), &[]);
    let (third, _) = Worker::start("avx2").outcome(Task::FitSequence(task.clone()), &[]);
    assert_eq!(first, second);
    assert_eq!(first, third);
    let weights = first.tensors["weights"];
    assert_eq!(weights.to_string(), "36a23ba0e1af02e996cdab3aa8402de99b5d8669e1171d9381dc02ae60965185");
    assert_eq!(first.ending, Ending::Completed);
    let losses = &first.curves["train.loss"];
    assert_eq!(losses.len(), 30);
    assert!(losses[29] < losses[0] / 10.0, "{losses:?}");

    let file = out.join("weights.safetensors");
    let ask = Task::PredictSequence(predict_task(weights, &["04", SEQUENCES[0]]));
    let (predicted, _) = worker.outcome(ask, &[&file]);
    let predictions = &predicted.curves["predictions"];
    assert!((predictions[0] - 1.0).abs() < 0.2 && (predictions[1] - 0.75).abs() < 0.2, "{predictions:?}");

    let continued = FitSequence { start: Start::Weights { weights }, ..task.clone() };
    let (continued, _) = worker.outcome(Task::FitSequence(continued), &[&file]);
    assert!(continued.curves["train.loss"][0] < losses[10]);
    let (other, _) = worker.outcome(Task::FitSequence(FitSequence { seed: Seed::from_number(2), ..task }), &[]);
    assert_ne!(other.tensors["weights"], weights);
    assert_eq!(object(&out, "weights")["lstm.weight_hh"].shape, [20, 5]);
}

#[test]
fn a_fit_that_diverges_is_an_outcome() {
    let mut worker = Worker::start("portable");
    let mut task = fit_task(1);
    task.recipe.learning_rate = 1e38;
    let (outcome, _) = worker.outcome(Task::FitSequence(task), &[]);
    assert!(matches!(outcome.ending, Ending::Diverged { step: 1.. }), "{:?}", outcome.ending);
    assert!(outcome.tensors.is_empty());
}

#[test]
fn what_cannot_be_fitted_is_named() {
    let mut worker = Worker::start("portable");
    let mut refused = |change: fn(&mut FitSequence), message: &str| {
        let mut task = fit_task(1);
        change(&mut task);
        let answer = worker.failure(Task::FitSequence(task));
        assert!(answer.contains(message), "{answer}");
    };
    refused(|task| task.examples.clear(), "at least one example");
    refused(|task| task.examples[2].target = 1.5, "examples[2]: the target is 1.5; it must be in 0..=1");
    refused(|task| task.examples[1].sequence = "05".to_owned(), "examples[1]: sequence `05`: token 5 at character 2");
    refused(|task| task.recipe.batch_size = 0, "recipe.batch_size must be at least 1");
    refused(|task| task.recipe.learning_rate = -1.0, "recipe.learning_rate is -1");
    refused(|task| task.model.vocabularies.clear(), "it has no vocabulary");

    let (outcome, out) = worker.outcome(Task::FitSequence(fit_task(1)), &[]);
    let mut other = predict_task(outcome.tensors["weights"], &["04"]);
    other.model.hidden = 6;
    match worker.ask(Task::PredictSequence(other), &[&out.join("weights.safetensors")]) {
        (Reply::Failed { message, .. }, _) => {
            let expected = "`lstm.weight_ih` of the weights has shape [20, 6], but the network needs [24, 6]";
            assert!(message.contains(expected), "{message}");
        }
        (done, _) => panic!("{done:?}"),
    }
}
