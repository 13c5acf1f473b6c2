//! A small space, a small experiment, and a context that trains nothing, for tests.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::arm::Arm;
use super::baselines::Baseline;
use super::objectives::Weights;
use super::paper::Hierarchical;
use super::plan::{Inputs, plan};
use super::search::SearchInputs;
use super::settings::{
    BaselineSettings, LatencySettings, RankingSettings, SearchSettings, Settings, SpaceSettings, SupernetSettings,
    TrainingSettings, TransferSettings,
};
use super::space::Space;
use super::supernet::SupernetRecord;
use renas_base::digest::Digest;
use renas_data::registry::Registry;
use renas_harness::context::fake::{FakeOutcomes, results_of};
use renas_harness::manifest::images::ImageData;
use renas_harness::study::{Results, StudyResult};
use renas_network::cost::cost;
use renas_network::spec::NetworkSpec;
use renas_task::numerics::Numerics;
use renas_task::outcome::Outcome;
use renas_task::{Probe, Task, names};

/// Two stages of at most two layers, two widths, two kernels, two expansions.
pub(super) fn space() -> Space {
    settings().space_on(&data(), &Registry::default()).expect("a registered data set")
}

fn data() -> ImageData {
    ImageData { name: "digits".to_owned(), train: Some(64), validation: 50, test: Some(40) }
}

/// Every arm and every baseline.
pub(super) fn settings() -> Settings {
    Settings {
        seed: 7,
        data: data(),
        space: SpaceSettings {
            stem_stride: 1,
            channels: vec![4, 8],
            depth: 2,
            widths: vec![1, 2],
            denominator: 2,
            kernels: vec![3, 5],
            expansions: vec![2, 4],
        },
        supernet: SupernetSettings {
            seeds: 2,
            paths: None,
            standard_epochs: None,
            distillation: None,
            epochs: 2,
            batch_size: 32,
            learning_rate: 0.001,
            calibration: 64,
            seconds: 1.0,
        },
        ranking: RankingSettings { networks: 20, epochs: None },
        search: SearchSettings {
            population: 12,
            generations: 9,
            crossover_rate: 0.5,
            mutation_rate: 0.9,
            weights: Weights { accuracy: 1.0, multiply_adds: 4.0, memory: 1.0 },
            seeds: 3,
            seconds: 0.1,
        },
        training: TrainingSettings {
            epochs: 2,
            batch_size: 32,
            learning_rate: 0.001,
            seeds: 3,
            diverged_accuracy: 0.0,
            seconds: 1.0,
        },
        budgets: vec![20_000, 40_000, 80_000],
        baselines: BaselineSettings { divisor: 4, networks: Baseline::ALL.to_vec() },
        transfer: TransferSettings { data: data(), networks: vec![Baseline::MobileNetV2] },
        latency: LatencySettings {
            networks: 4,
            batch_sizes: vec![8, 32],
            threads: vec![1, 2],
            numerics: vec![Numerics::Portable, Numerics::Avx2],
        },
    }
}

/// A search of an arm from the first seed.
pub(super) fn search_inputs(arm: Arm) -> SearchInputs {
    let studies = plan(&settings(), &Registry::default()).expect("a sound experiment");
    let id = super::plan::search_study(arm, 0);
    let study = studies.into_iter().find(|study| study.id == id.id()).expect("every arm searches");
    match serde_json::from_value(study.inputs).expect("own inputs") {
        Inputs::Search(inputs) => inputs,
        other => panic!("{id} is {other:?}"),
    }
}

/// The result of the study of a supernet.
pub(super) fn supernet_results(id: &str) -> Results {
    let record = SupernetRecord { weights: Digest::of(b"weights"), loss: vec![1.0] };
    let mut results = Results::default();
    results.insert(id.to_owned(), StudyResult::of(&record).expect("finite numbers"));
    results
}

/// Answers tasks from the task alone: accuracies grow with the multiply-adds, and differ a little from network to network.
pub(super) struct FakeContext;

fn accuracy(network: &NetworkSpec) -> Result<f64> {
    let multiply_adds = cost(network)?.total.multiply_adds as f64;
    let noise = Digest::of_value(network)?.bytes()[0];
    Ok((multiply_adds / (multiply_adds + 50_000.0) + f64::from(noise) / 4096.0).min(1.0))
}

impl FakeOutcomes for FakeContext {
    fn outcome(&self, task: &Task) -> Result<Outcome> {
        let mut outcome = Outcome::default();
        let (network, probes) = match task {
            Task::TrainPaths(_) => {
                outcome.tensors = BTreeMap::from([(names::WEIGHTS.to_owned(), Digest::of(b"weights"))]);
                outcome.curves = BTreeMap::from([(names::TRAIN_LOSS.to_owned(), vec![2.0, 1.0])]);
                return Ok(outcome);
            }
            Task::EvaluateSlice(evaluate) => (&evaluate.network, &evaluate.probes),
            Task::Train(train) => (&train.network, &train.probes),
            other => bail!("hierarchical does not ask for {other:?}"),
        };
        for probe in probes {
            let Probe::Score { split } = probe else { bail!("hierarchical does not ask for {probe:?}") };
            outcome.scalars.insert(names::accuracy(*split), accuracy(network)?);
        }
        outcome.curves = BTreeMap::from([(names::TRAIN_LOSS.to_owned(), vec![2.0, 1.5])]);
        Ok(outcome)
    }
}

/// The results of all studies of the small experiment.
pub(super) fn results() -> (Value, Results) {
    let parameters = json!(settings());
    let results = results_of(&Hierarchical, &parameters, &FakeContext);
    (parameters, results)
}
