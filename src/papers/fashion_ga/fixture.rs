//! A small experiment and a context that trains nothing, for tests.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::arm::{Arm, NAMES};
use super::paper::FashionGa;
use super::plan::{Inputs, plan};
use super::search::SearchInputs;
use super::settings::{
    ActivationSettings, AnalysisSettings, BestSettings, FilterSettings, SearchSettings, Settings, TrainingSettings,
};
use super::space::{Functions, Space};
use super::trainer::Trainer;
use renas_harness::context::fake::{FakeOutcomes, results_of};
use renas_harness::manifest::images::ImageData;
use renas_harness::study::Results;
use renas_task::outcome::Outcome;
use renas_task::{Probe, Split, Task, names};

/// Two numbers of filters, two kernels, three functions, two to five layers; the limit is never reached.
pub(super) fn space() -> Space {
    Space {
        input: vec![1, 8, 8],
        layers: [2, 5],
        filters: vec![8, 16],
        kernels: vec![1, 3],
        functions: Functions::Three,
        multiply_adds: Some(1_000_000),
    }
}

/// Every arm.
pub(super) fn settings() -> Settings {
    Settings {
        seed: 7,
        data: ImageData { name: "digits".to_owned(), train: Some(64), validation: 50, test: Some(40) },
        space: Space { layers: [2, 8], ..space() },
        training: TrainingSettings {
            epochs: 2,
            batch_size: 32,
            learning_rate: 0.001,
            diverged_accuracy: 0.0,
            seconds: 1.0,
        },
        search: SearchSettings {
            population: 4,
            sample: 2,
            cycles: 60,
            seeds: 3,
            arms: NAMES.map(str::to_owned).to_vec(),
        },
        activations: ActivationSettings { genomes: 4 },
        filter_sweep: FilterSettings { filters: vec![16, 256, 511, 512], repeats: 2 },
        best: BestSettings { epochs: 3, floor: 0.1, seconds: 1.0 },
        analysis: AnalysisSettings { parameters: [100.0, 1e6] },
    }
}

/// A search of an arm from the first seed.
pub(super) fn search_inputs(arm: Arm) -> SearchInputs {
    let studies = plan(&settings()).expect("a sound experiment");
    let inputs = serde_json::from_value(studies[0].inputs.clone()).expect("own inputs");
    match inputs {
        Inputs::Search(inputs) => SearchInputs { arm, ..*inputs },
        other => panic!("the first study is {other:?}"),
    }
}

pub(super) fn trainer() -> Trainer {
    search_inputs(Arm::Random).trainer
}

/// Answers tasks from the task alone.
pub(super) struct FakeContext;

impl FakeOutcomes for FakeContext {
    fn outcome(&self, task: &Task) -> Result<Outcome> {
        let Task::Train(train) = task else { bail!("fashion_ga does not ask for {task:?}") };
        let mut stream = train.seed.stream("fake");
        let mut outcome = Outcome::default();
        for probe in &train.probes {
            let Probe::Score { split } = probe else { bail!("fashion_ga does not ask for {probe:?}") };
            // Multiples of a sample's share, as real accuracies are.
            outcome.scalars.insert(names::accuracy(*split), stream.below(41) as f64 / 40.0);
        }
        let curve = vec![stream.uniform(), stream.uniform(), stream.uniform()];
        outcome.curves = BTreeMap::from([
            (names::TRAIN_LOSS.to_owned(), curve.clone()),
            (names::accuracy(Split::Validation), curve),
        ]);
        Ok(outcome)
    }
}

/// The results of all studies of the small experiment, run once for all tests.
pub(super) fn results() -> &'static (Value, Results) {
    static RESULTS: LazyLock<(Value, Results)> = LazyLock::new(|| {
        let parameters = json!(settings());
        let results = results_of(&FashionGa, &parameters, &FakeContext);
        (parameters, results)
    });
    &RESULTS
}
