//! A context that trains nothing, for tests of papers, which say how a task is answered from the task alone.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::analysis::{Analysis, Promise, Unplanned};
use crate::manifest::load::{Known, load};
use crate::manifest::model::Manifest;
use crate::paper::AnyPaper;
use crate::study::{Context, Inference, Results, Step, StudyResult, Training};
use renas_base::digest::Digest;
use renas_data::registry::Registry;
use renas_network::cost::{CostModel, pass_seconds, step_seconds};
use renas_report::findings::Findings;
use renas_report::page::Clock;
use renas_task::outcome::Outcome;
use renas_task::{DataChoice, SplitChoice, Task};

/// What every task takes, in device seconds.
pub const TASK_SECONDS: f64 = 0.5;

/// Times are modelled with it.
const CLOCK: CostModel = CostModel { overhead_seconds: 1e-4, multiply_adds_per_second: 1e8, bytes_per_second: 1e8 };

/// How a paper's tasks are answered.
pub trait FakeOutcomes {
    /// The outcome of a task; an error for one that the paper does not ask for.
    fn outcome(&self, task: &Task) -> Result<Outcome>;

    /// The bytes of an object that an outcome named.
    fn object(&self, digest: &Digest) -> Result<Vec<u8>> {
        bail!("nothing made {digest}")
    }

    /// A table of a registered data set.
    fn table(&self, name: &str) -> Result<String> {
        bail!("there is no table of {name}")
    }
}

impl<P: FakeOutcomes + Sync> Context for P {
    fn outcomes(&self, tasks: &[Task]) -> Result<Vec<Outcome>> {
        tasks.iter().map(|task| self.outcome(task)).collect()
    }

    fn training_seconds(&self, trainings: &[Training]) -> Result<Vec<f64>> {
        let seconds = |training: &Training| {
            let step = step_seconds(&training.network, training.recipe.batch_size, &CLOCK);
            step.context("a sound network").map(|step| step * training.epochs as f64)
        };
        trainings.iter().map(seconds).collect()
    }

    fn latencies(&self, inferences: &[Inference]) -> Result<Vec<Vec<f64>>> {
        let seconds = |inference: &Inference| {
            let Inference { networks, batch_size, threads, .. } = inference;
            let seconds = |network| pass_seconds(network, *batch_size, *threads, &CLOCK).context("a sound network");
            networks.iter().map(seconds).collect()
        };
        inferences.iter().map(seconds).collect()
    }

    fn spent_seconds(&self, tasks: &[Task]) -> Result<Option<Vec<f64>>> {
        Ok(Some(vec![TASK_SECONDS; tasks.len()]))
    }

    fn memoize_value(&self, _: Step, _: Value, compute: &mut dyn FnMut() -> Result<Value>) -> Result<Value> {
        compute()
    }

    fn object(&self, digest: &Digest) -> Result<Vec<u8>> {
        FakeOutcomes::object(self, digest)
    }

    fn data(&self, name: &str, split: SplitChoice) -> Result<DataChoice> {
        Ok(DataChoice { name: name.to_owned(), digest: Digest::of(name.as_bytes()), split })
    }

    fn table(&self, name: &str) -> Result<String> {
        FakeOutcomes::table(self, name)
    }
}

/// The committed manifest of a paper.
///
/// Panics where it has mistakes.
pub fn manifest_of(paper: &dyn AnyPaper) -> Manifest {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../experiments");
    let known = Known { papers: &[paper], data: &Registry::default() };
    load(&dir, paper.id(), known).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

/// What its committed manifest declares and what the paper adds, on the results of an experiment with these parameters.
///
/// Panics where the manifest does not fit the parameters, or the results are not the paper's.
pub fn found_in(paper: &dyn AnyPaper, parameters: &Value, results: &Results) -> (Promise, Findings) {
    let (manifest, data) = (manifest_of(paper), Registry::default());
    let analysis =
        Analysis { paper, parameters, declarations: &manifest.declarations, data: &data, clock: Clock::Measured };
    let promise = analysis.promise().map_err(Unplanned::into_error).expect("the manifest fits the parameters");
    let findings = analysis.findings(&promise, results).unwrap_or_else(|error| panic!("{error:#}"));
    (promise, findings)
}

/// The results of all studies of an experiment.
///
/// Panics where a study fails.
pub fn results_of(paper: &dyn AnyPaper, parameters: &Value, context: &dyn Context) -> Results {
    let mut results = Results::default();
    for study in paper.plan(parameters, &Registry::default()).expect("a sound experiment") {
        let value = paper.run(&study, &results, context).unwrap_or_else(|error| panic!("{}: {error:#}", study.id));
        results.insert(study.id, StudyResult::of(&value).expect("finite numbers"));
    }
    results
}
