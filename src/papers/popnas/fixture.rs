//! A small experiment and a context that trains nothing, for tests.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::arm::{self, Arm};
use super::child::{Child, ChildTrainer};
use super::controller::ControllerSettings;
use super::network::Scale;
use super::paper::Popnas;
use super::plan;
use super::search::{SearchInputs, SearchRecord, Stage, Trained};
use super::settings::{ArmSettings, ChildSettings, ClockSettings, SearchSettings, Settings};
use renas_base::digest::Digest;
use renas_base::seed::Seed;
use renas_harness::context::fake::{FakeOutcomes, results_of};
use renas_harness::manifest::images::ImageData;
use renas_harness::study::Results;
use renas_surrogate::xgboost::XgboostGrid;
use renas_task::outcome::Outcome;
use renas_task::{Split, Task, names};

/// A grid of two settings.
pub(super) fn grid() -> XgboostGrid {
    XgboostGrid {
        min_child_weight: vec![1.0],
        gamma: vec![0.0],
        n_estimators: vec![5, 10],
        learning_rate: vec![0.3],
        max_depth: vec![2],
    }
}

/// Every arm, cells of up to three blocks.
pub(super) fn settings() -> Settings {
    Settings {
        seed: 7,
        data: ImageData { name: "digits".to_owned(), train: Some(64), validation: 50, test: Some(10) },
        scale: Scale { input: vec![1, 8, 8], classes: 10, pooled: 1, filters: 2, repeats: 1 },
        children: ChildSettings {
            epochs: 2,
            batch_size: 32,
            learning_rate: 0.01,
            floor: 0.1,
            reference_learning_rate: 0.001,
            diverged_accuracy: 0.0,
            seconds_per_epoch: vec![1.0, 2.0, 3.0],
        },
        controller: ControllerSettings {
            embedding: 4,
            hidden: 8,
            epochs: 2,
            batch_size: 8,
            learning_rate: 0.002,
            reference_learning_rate: 1e-5,
        },
        search: SearchSettings {
            seeds: 3,
            beam: 4,
            lookback: 1,
            arms: arm::names().map(|name| ArmSettings { name: name.to_owned(), blocks: 3 }).to_vec(),
            hypervolume_seconds: 100.0,
        },
        xgboost: grid(),
        clock: ClockSettings { cells: 3, repeats: 2 },
    }
}

pub(super) fn child_trainer() -> ChildTrainer {
    plan::child_trainer(&settings(), 0)
}

/// A search of an arm from the first seed.
pub(super) fn search_inputs(arm: Arm) -> SearchInputs {
    let settings = settings();
    SearchInputs {
        arm,
        blocks: 3,
        beam: settings.search.beam,
        lookback: 1,
        child_trainer: child_trainer(),
        controller: settings.controller.clone(),
        grid: grid(),
        show: true,
        seed: settings.root().derive_indexed("search", 0),
    }
}

/// Answers tasks from the task alone.
pub(super) struct FakeContext;

/// A number in 0..1 that follows from a text.
fn number(text: &str) -> f64 {
    Seed::from_number(3).derive(text).stream("fake").uniform()
}

impl FakeOutcomes for FakeContext {
    fn outcome(&self, task: &Task) -> Result<Outcome> {
        let mut outcome = Outcome::default();
        match task {
            Task::Train(train) => {
                let mut stream = train.seed.stream("fake");
                let curve = vec![stream.uniform(), stream.uniform()];
                outcome.curves = BTreeMap::from([(names::accuracy(Split::Validation), curve)]);
            }
            Task::FitSequence(fit) => {
                outcome.tensors.insert(names::WEIGHTS.to_owned(), Digest::of_value(fit)?);
            }
            Task::PredictSequence(predict) => {
                let value = |sequence: &String| number(&format!("{} {sequence}", predict.weights));
                let values = predict.sequences.iter().map(value).collect();
                outcome.curves.insert(names::PREDICTIONS.to_owned(), values);
            }
            other => bail!("popnas does not ask for {other:?}"),
        }
        Ok(outcome)
    }
}

/// The results of all studies of the small experiment.
pub(super) fn results() -> (Value, Results) {
    let parameters = json!(settings());
    let results = results_of(&Popnas, &parameters, &FakeContext);
    (parameters, results)
}

fn trained(cell: &str, accuracy: f64, seconds: f64, predicted: Option<[f64; 2]>) -> Trained {
    let child = Child { accuracy, seconds, diverged: false };
    Trained { cell: cell.parse().expect("a cell"), child, origin: None, predicted }
}

/// A search of two stages of two cells each, whose numbers can be counted by hand.
pub(super) fn hand_record() -> SearchRecord {
    let stage = |cells: Vec<Trained>| Stage {
        candidates: cells.len(),
        cells,
        cut: 0,
        predicted_range: None,
        shown: Vec::new(),
        most_accurate: Vec::new(),
    };
    SearchRecord {
        empty_seconds: 1.0,
        stages: vec![
            stage(vec![trained("avg3+dw3", 0.5, 2.0, None), trained("dw3+dw3", 0.6, 4.0, None)]),
            stage(vec![
                trained("avg3+dw3|avg3+max3", 0.4, 5.0, Some([0.5, 4.0])),
                trained("dw3+dw3|avg3+max3", 0.7, 8.0, Some([0.6, 10.0])),
            ]),
        ],
    }
}
