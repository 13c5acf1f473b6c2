//! The steps that workers do: the version of what each means. They are called as the kinds of tasks are.

use serde::de::Error as _;
use serde::{Deserialize as _, Deserializer};
use serde_json::Value;

use renas_task::kind::Kind;

/// A value as it can be stored: `null` has no canonical form, so that no record holds one.
pub(super) fn without_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    let value = Value::deserialize(deserializer)?;
    if holds_null(&value) { Err(D::Error::custom("its result holds `null`")) } else { Ok(value) }
}

fn holds_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        Value::Array(items) => items.iter().any(holds_null),
        Value::Object(entries) => entries.values().any(holds_null),
    }
}

/// The version of the meaning of a kind of tasks; raised when the same task would give other results on purpose.
pub(super) fn version_of(kind: Kind) -> u32 {
    match kind {
        Kind::Train
        | Kind::Evaluate
        | Kind::FitSequence
        | Kind::PredictSequence
        | Kind::TrainHeads
        | Kind::EvaluateHeads
        | Kind::Generate
        | Kind::TrainPaths
        | Kind::EvaluateSlice
        | Kind::Time
        | Kind::Latency
        | Kind::Command => 1,
    }
}

#[cfg(test)]
mod tests {
    use crate::store::{Identity, Record, StepResult, WorkerIdentity};
    use renas_base::digest::Digest;
    use renas_base::seed::Seed;
    use renas_network::assembly::Assembly;
    use renas_network::spec::{Activation, NetworkSpec};
    use renas_network::supernet::Supernet;
    use renas_task::heads::{Assembled, EvaluateHeads, Generate, TrainHeads};
    use renas_task::latency::Latency;
    use renas_task::numerics::Numerics;
    use renas_task::outcome::Outcome;
    use renas_task::paths::{EvaluateSlice, TrainPaths};
    use renas_task::recipe::{Loss, Optimizer, Recipe, Schedule, Stop};
    use renas_task::sequence::{FitSequence, PredictSequence, SequenceModel, SequenceRecipe};
    use renas_task::{DataChoice, Evaluate, SplitChoice, Start, Task, Time, Train};

    /// One task of every kind, and what its step is called.
    fn named() -> [(Task, &'static str); 11] {
        let network = NetworkSpec::perceptron(&[64], &[], Activation::Relu, 10);
        let (weights, seed) = (Digest::of(b"weights"), Seed::from_number(1));
        let split = SplitChoice { test: Some(300), validation: 200, train: None, seed };
        let data = DataChoice { name: "digits".to_owned(), digest: Digest::of(b"samples"), split };
        let optimizer = Optimizer::Adam { learning_rate: 0.001 };
        let (loss, schedule) = (Loss::CrossEntropy, Schedule::Constant);
        let recipe = Recipe { loss, optimizer: optimizer.clone(), schedule, batch_size: 50 };
        let model = SequenceModel { vocabularies: vec![2], embedding: 4, hidden: 8 };
        let train = Train {
            network: network.clone(),
            data: data.clone(),
            start: Start::Fresh,
            stop: Stop::Steps(2),
            recipe: recipe.clone(),
            seed,
            curves: Vec::new(),
            probes: Vec::new(),
        };
        let evaluate = Evaluate { network: network.clone(), data: data.clone(), weights, probes: Vec::new() };
        let fit = FitSequence {
            model: model.clone(),
            examples: Vec::new(),
            start: Start::Fresh,
            recipe: SequenceRecipe { learning_rate: 0.002, epochs: 1, batch_size: 1 },
            seed,
        };
        let train_heads = TrainHeads {
            network: network.clone(),
            data: data.clone(),
            start: Assembled { weights: Some(weights), donor: None, assembly: Assembly::default() },
            heads: Vec::new(),
            latents: Vec::new(),
            optimizer,
            batch_size: 50,
            steps: 2,
            seed,
            every: 1,
            scores: Vec::new(),
        };
        let evaluate_heads = EvaluateHeads {
            network: network.clone(),
            data: data.clone(),
            weights,
            heads: Vec::new(),
            latents: Vec::new(),
            seed,
            interventions: Vec::new(),
            scores: Vec::new(),
            values: None,
            nodes: Vec::new(),
        };
        let (network_of_images, node) = (network.clone(), "images".to_owned());
        let generate =
            Generate { network: network_of_images, data: data.clone(), weights, node, count: 3, seed, through: None };
        let supernet =
            Supernet { input: vec![64], widths: vec![1], denominator: 1, slots: Vec::new(), groups: Vec::new() };
        let train_paths = TrainPaths {
            supernet,
            data: data.clone(),
            stop: Stop::Steps(2),
            recipe: recipe.clone(),
            seed,
            paths: 1,
            first_kind_epochs: 0,
            distillation: 0.0,
        };
        let (of_slice, calibration) = (network.clone(), 256);
        let evaluate_slice =
            EvaluateSlice { network: of_slice, data: data.clone(), weights, calibration, probes: Vec::new() };
        let time = Time { network: network.clone(), data, recipe, seed, warm_up: 1, steps: 2 };
        let (networks, numerics) = (vec![network], Numerics::Avx2);
        let latency = Latency { networks, batch_size: 8, threads: 2, numerics, seed, warm_up: 1, steps: 2 };
        [
            (Task::Train(train), "train"),
            (Task::Evaluate(evaluate), "evaluate"),
            (Task::FitSequence(fit), "fit_sequence"),
            (Task::PredictSequence(PredictSequence { model, weights, sequences: Vec::new() }), "predict_sequence"),
            (Task::TrainHeads(train_heads), "train_heads"),
            (Task::EvaluateHeads(evaluate_heads), "evaluate_heads"),
            (Task::Generate(generate), "generate"),
            (Task::TrainPaths(train_paths), "train_paths"),
            (Task::EvaluateSlice(evaluate_slice), "evaluate_slice"),
            (Task::Time(time), "time"),
            (Task::Latency(latency), "latency"),
        ]
    }

    /// These names are in the keys of all that was ever computed: they may never change.
    #[test]
    fn the_names_of_steps_in_keys_are_pinned() {
        let worker = WorkerIdentity { numerics: "portable".into(), device: "cpu".into(), libtorch: "2.11.0".into() };
        for (task, name) in named() {
            let identity = Identity::of_task(&task, &worker).expect("finite numbers");
            assert_eq!(identity.step, name);
            let of_inputs = identity.inputs.member("task").map(|text| text.into_owned());
            assert_eq!(of_inputs, Some(format!("\"{name}\"")), "the inputs say the same");
            let record = Record { identity, result: StepResult::Outcome(Outcome::default()), observation: None };
            assert_eq!(record.is_observed_time(), ["time", "latency"].contains(&name));
            let text = record.to_text().expect("it can be stored");
            assert!(text.contains(&format!(r#","step":"{name}","version":"#)), "{text}");
        }
    }
}
