//! A paper whose searches ask for 250 trials each: what is measured is the harness, not the paper.

use anyhow::{Result, bail};
use renas::base::digest::Digest;
use renas::base::metric::Unit;
use renas::base::seed::Seed;
use renas::data::registry::Registry;
use renas::harness::event::Observer;
use renas::harness::executor::{Answer, Execute, ExecuteError, Job};
use renas::harness::paper::Paper;
use renas::harness::parameters;
use renas::harness::store::{Identity, Observation, Record, StepResult, WorkerIdentity};
use renas::harness::study::{Context, Handle, Results, Study};
use renas::network::spec::{Activation, NetworkSpec};
use renas::observe::frame::{Frame, Member};
use renas::observe::rows::{Rows, Schema};
use renas::report::range::Range;
use renas::task::outcome::Outcome;
use renas::task::recipe::{Loss, Optimizer, Recipe, Schedule, Stop};
use renas::task::{DataChoice, Probe, Split, SplitChoice, Start, Task, Train};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(crate) struct Simulated;

/// Trials of one search, as in the published experiments.
const EACH: usize = 250;

const ARMS: [&str; 2] = ["random", "evolution"];

/// Its manifest, of so many trials.
pub(crate) fn manifest(trials: usize) -> String {
    format!(
        r#"id: simulated
title: Simulated searches
paper: {{title: On simulation, authors: [A. Author], year: 2026}}
summary: How long does the harness take?
failure_rule: A diverged network has accuracy 0.
tolerances: {{validation.accuracy: 0.01}}
profiles:
  quick:
    purpose: A plan of {trials} trials.
    numerics: portable
    clock: cost_model
    parameters: {{seeds: {}}}
findings:
  quantities:
    "{{arm}}.best": {{label: "best accuracy ({{arm}})", from: visits, where: {{arm: "{{arm}}"}}, take: max accuracy, per: seed}}
    "{{arm}}.mean": {{label: "mean accuracy ({{arm}})", from: visits, where: {{arm: "{{arm}}"}}, take: mean accuracy, per: seed}}
    gain: {{label: best accuracy of evolution minus that of random search, minus: [evolution.best, random.best]}}
  tables:
    - {{id: arms, title: Arms, caption: "Two arms.", columns: [Arm, Best],
       rows: [{{each: [arm], cells: ["{{arm}}", {{quantity: "{{arm}}.best"}}]}}]}}
claims:
  - id: evolution-wins
    source: Abstract
    sentence: Evolution finds better networks.
    expectation: {{bound: {{quantity: gain, least: 0}}}}
"#,
        trials / EACH / ARMS.len()
    )
}

parameters! {
    /// What a profile sets.
    pub(crate) struct Settings {
        seeds: usize = integer(1..=10_000),
    }
}

#[derive(Deserialize, Serialize)]
pub(crate) struct Inputs {
    arm: usize,
    seed: u64,
}

impl Paper for Simulated {
    type Settings = Settings;
    type Inputs = Inputs;
    type ResultSet = Vec<(usize, usize, Vec<f64>)>;

    const ID: &'static str = "simulated";
    const VERSION: u32 = 1;

    fn plan(settings: &Settings, _: &Registry) -> Result<Vec<Study>> {
        let study = |arm: usize, seed: usize| {
            let inputs = Inputs { arm, seed: seed as u64 };
            Ok(Study::new(&search(arm, seed), &inputs)?.reading("digits").asking(EACH, EACH as f64))
        };
        (0..ARMS.len()).flat_map(|arm| (0..settings.seeds).map(move |seed| study(arm, seed))).collect()
    }

    fn run(inputs: Inputs, _: &Results, context: &dyn Context) -> Result<Value> {
        let data = context.data("digits", split())?;
        let outcomes = context.outcomes(&tasks(inputs.arm, inputs.seed, &data))?;
        Ok(json!(outcomes.iter().map(|outcome| outcome.accuracy(Split::Validation)).collect::<Result<Vec<f64>, _>>()?))
    }

    fn frame(settings: &Settings, _: &Registry) -> Frame {
        let mut frame = Frame { tables: vec![table()], data: "digits".to_owned(), ..Frame::default() };
        frame.dimension("arm", ARMS.map(Member::from));
        frame.units.insert("search seed".to_owned(), settings.seeds);
        frame
    }

    fn result_set(settings: &Settings, _: &Registry, results: &Results) -> Result<Self::ResultSet> {
        let mut found = Vec::new();
        for arm in 0..ARMS.len() {
            let accuracies = results.leading((0..settings.seeds).map(|seed| search(arm, seed)))?;
            found.extend(accuracies.into_iter().enumerate().map(|(seed, accuracies)| (arm, seed, accuracies)));
        }
        Ok(found)
    }

    fn observe(_: &Settings, results: &Self::ResultSet) -> Vec<Rows> {
        let mut rows = Rows::new(table());
        for (arm, seed, accuracies) in results {
            accuracies.iter().for_each(|&one| rows.push([ARMS[*arm].into(), (*seed).into(), one.into()]));
        }
        vec![rows]
    }
}

fn table() -> Schema {
    let table = Schema::new("visits").of_studies(["search/{arm}/*"]).identity("arm").unit("seed", "search seed");
    table.number("accuracy", Unit::Fraction, Range::SHARE)
}

fn search(arm: usize, seed: usize) -> Handle<Vec<f64>> {
    Handle::new(format!("search/{}/seed-{seed:04}", ARMS[arm]))
}

fn split() -> SplitChoice {
    SplitChoice { test: Some(300), validation: 200, train: None, seed: Seed::from_number(1) }
}

/// The trials of a search: perceptrons of up to eleven layers, as EcoNAS trains them.
fn tasks(arm: usize, seed: u64, data: &DataChoice) -> Vec<Task> {
    let seed = Seed::from_number(seed * 2 + arm as u64);
    let task = |index: usize| {
        let seed = seed.derive_indexed("network", index as u64);
        let mut stream = seed.stream("genotype");
        let layers: Vec<usize> = (0..3 + stream.below(9)).map(|_| 10 + stream.below(90)).collect();
        Task::Train(Train {
            network: NetworkSpec::perceptron(&[1, 8, 8], &layers, Activation::Relu, 10),
            data: data.clone(),
            start: Start::Fresh,
            stop: Stop::Epochs(20),
            recipe: Recipe {
                loss: Loss::CrossEntropy,
                optimizer: Optimizer::Adam { learning_rate: 0.001 },
                schedule: Schedule::Constant,
                batch_size: 32,
            },
            seed,
            curves: Vec::new(),
            probes: vec![Probe::Score { split: Split::Validation }],
        })
    };
    (0..EACH).map(task).collect()
}

/// What computed the trials.
pub(crate) fn worker() -> WorkerIdentity {
    WorkerIdentity { numerics: "portable".into(), device: "cpu".into(), libtorch: "2.11.0".into() }
}

/// The weights that every trial has.
pub(crate) const WEIGHTS: &[u8] = b"weights";

/// The records of the searches from the seed of that number.
pub(crate) fn records(seed: usize, registry: &Registry) -> Result<Vec<Record>> {
    let data = registry.choice("digits", split())?;
    let mut records = Vec::with_capacity(ARMS.len() * EACH);
    for task in (0..ARMS.len()).flat_map(|arm| tasks(arm, seed as u64, &data)) {
        let identity = Identity::of_task(&task, &worker())?;
        let mut stream = Seed::from_number(seed as u64).stream(&identity.question().to_string());
        let mut outcome = Outcome::default();
        outcome.scalars.insert("validation.accuracy".into(), stream.uniform());
        outcome.scalars.insert("validation.loss".into(), stream.uniform());
        outcome.curves.insert("train.loss".into(), (0..20).map(|_| stream.uniform()).collect());
        outcome.tensors.insert("weights".into(), Digest::of(WEIGHTS));
        let observation = Observation {
            cpu_seconds: 0.25,
            fingerprint: Digest::of(b"one"),
            worker: "0".into(),
            surroundings: None,
            said: None,
        };
        records.push(Record { identity, result: StepResult::Outcome(outcome), observation: Some(observation) });
    }
    Ok(records)
}

/// Nobody is asked to train anything.
pub(crate) struct Nobody(pub(crate) WorkerIdentity);

impl Execute for Nobody {
    fn jobs(&self) -> usize {
        2
    }

    fn identity(&self) -> &WorkerIdentity {
        &self.0
    }

    fn execute(&self, _: Job<'_>, _: &dyn Observer) -> Result<Answer, ExecuteError> {
        Err(ExecuteError::Cancelled)
    }

    fn is_cancelled(&self) -> bool {
        false
    }
}

impl renas::harness::pipeline::verify::Workers for Nobody {
    fn start(
        &self,
        _: Option<&renas::harness::pipeline::Selected>,
        _: &WorkerIdentity,
        _: Option<&std::path::Path>,
    ) -> Result<Box<dyn Execute>> {
        bail!("nobody trains")
    }

    fn observer(&self) -> Box<dyn Observer + '_> {
        Box::new(renas::harness::event::Unobserved)
    }
}
