//! The steps that workers do: what each task's is called in keys, and the version of its meaning.

use serde::de::Error as _;
use serde::{Deserialize as _, Deserializer};
use serde_json::Value;

use renas_task::Task;

/// Version of the meaning of a `Train` task; raised when the same task would give other results on purpose.
pub const TRAIN_VERSION: u32 = 1;

/// Version of the meaning of an `Evaluate` task.
pub const EVALUATE_VERSION: u32 = 1;

/// Version of the meaning of a `FitSequence` task.
pub const FIT_SEQUENCE_VERSION: u32 = 1;

/// Version of the meaning of a `PredictSequence` task.
pub const PREDICT_SEQUENCE_VERSION: u32 = 1;

/// Version of the meaning of a `TrainHeads` task.
pub const TRAIN_HEADS_VERSION: u32 = 1;

/// Version of the meaning of an `EvaluateHeads` task.
pub const EVALUATE_HEADS_VERSION: u32 = 1;

/// Version of the meaning of a `Generate` task.
pub const GENERATE_VERSION: u32 = 1;

/// Version of the meaning of a `TrainPaths` task.
pub const TRAIN_PATHS_VERSION: u32 = 1;

/// Version of the meaning of an `EvaluateSlice` task.
pub const EVALUATE_SLICE_VERSION: u32 = 1;

/// Version of the meaning of a `Time` task.
pub const TIME_VERSION: u32 = 1;

/// Version of the meaning of a `Latency` task.
pub const LATENCY_VERSION: u32 = 1;

/// The step of a `Time` task: what came of it is an observation, which no machine repeats.
pub(super) const TIME: &str = "time";

/// The step of a `Latency` task, an observation too.
pub(super) const LATENCY: &str = "latency";

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

/// Name of the step of a task, and the version of its meaning.
pub(super) fn step_of(task: &Task) -> (&'static str, u32) {
    match task {
        Task::Train(_) => ("train", TRAIN_VERSION),
        Task::Evaluate(_) => ("evaluate", EVALUATE_VERSION),
        Task::FitSequence(_) => ("fit_sequence", FIT_SEQUENCE_VERSION),
        Task::PredictSequence(_) => ("predict_sequence", PREDICT_SEQUENCE_VERSION),
        Task::TrainHeads(_) => ("train_heads", TRAIN_HEADS_VERSION),
        Task::EvaluateHeads(_) => ("evaluate_heads", EVALUATE_HEADS_VERSION),
        Task::Generate(_) => ("generate", GENERATE_VERSION),
        Task::TrainPaths(_) => ("train_paths", TRAIN_PATHS_VERSION),
        Task::EvaluateSlice(_) => ("evaluate_slice", EVALUATE_SLICE_VERSION),
        Task::Time(_) => (TIME, TIME_VERSION),
        Task::Latency(_) => (LATENCY, LATENCY_VERSION),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
    use renas_task::{DataChoice, Evaluate, SplitChoice, Start, Time, Train};

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
        let supernet = Supernet { input: vec![64], widths: vec![1], denominator: 1, slots: Vec::new() };
        let train_paths =
            TrainPaths { supernet, data: data.clone(), stop: Stop::Steps(2), recipe: recipe.clone(), seed };
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
            assert_eq!(identity.inputs["task"], name, "the inputs say the same");
            let record = Record { identity, result: StepResult::Outcome(Outcome::default()), observation: None };
            assert_eq!(record.is_observed_time(), ["time", "latency"].contains(&name));
            let text = record.to_text().expect("it can be stored");
            assert!(text.contains(&format!(r#","step":"{name}","version":"#)), "{text}");
        }
    }
}
