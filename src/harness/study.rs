//! A study, and what the harness is to it (`Context`).
//!
//! A killed run is started again and replays: finished steps are hits, so no search state is ever saved.

use anyhow::{Context as _, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use crate::handle::Handle;
pub use crate::results::{Results, StudyResult};
pub use crate::timed::{Inference, Training};
use renas_base::digest::Digest;
use renas_task::outcome::Outcome;
use renas_task::{DataChoice, SplitChoice, Task};

/// One algorithm or variant, on one data set, from one seed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Study {
    /// Slash-separated, unique in the experiment (`search/reference/mnist/seed-007`); `--only` matches it.
    pub id: String,
    /// All that the study's result depends on besides its needs: the paper's own description of it.
    pub inputs: Value,
    /// Studies whose results this one reads; the harness runs them first.
    pub needs: Vec<String>,
    /// Registered data sets (names) that it reads itself, in its tasks or as tables: they must be there before it runs.
    pub data: Vec<String>,
    /// Number of worker tasks that it is expected to ask for.
    pub trials: usize,
    /// Expected process CPU seconds of those tasks on one core of an ordinary machine; for `renas plan`.
    pub cpu_seconds: f64,
}

impl Study {
    /// The study of that name and these inputs: one that needs nothing, reads nothing and asks for no task.
    pub fn new<T>(handle: &Handle<T>, inputs: &impl Serialize) -> Result<Self> {
        let inputs = serde_json::to_value(inputs).with_context(|| format!("inputs of study {handle}"))?;
        Ok(Self { id: handle.into(), inputs, needs: Vec::new(), data: Vec::new(), trials: 0, cpu_seconds: 0.0 })
    }

    /// The same that also needs these.
    pub fn needing<'h, T: 'h>(mut self, handles: impl IntoIterator<Item = &'h Handle<T>>) -> Self {
        self.needs.extend(handles.into_iter().map(String::from));
        self
    }

    /// The same that also reads this data set.
    pub fn reading(mut self, data: &str) -> Self {
        self.data.push(data.to_owned());
        self
    }

    /// The same that asks for so many tasks, which take so many CPU seconds together.
    pub fn asking(self, trials: usize, cpu_seconds: f64) -> Self {
        Self { trials, cpu_seconds, ..self }
    }
}

/// The identity of a memoised computation: its name, and the version of its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What is computed (`introspectability`).
    pub name: &'static str,
    /// Raised whenever the same inputs would give another result.
    pub version: u32,
}

/// What a study may ask of the harness.
pub trait Context: Sync {
    /// Outcomes of worker tasks, in the order asked: hits from the store, misses computed in parallel and stored.
    ///
    /// Errors where a task could not be done after retries; a diverged network is an outcome.
    fn outcomes(&self, tasks: &[Task]) -> Result<Vec<Outcome>>;

    /// Seconds that trainings take, in the order asked, by the profile's clock: a model of their cost, or the machine.
    ///
    /// A quantity that derives from them is marked `observed_time`, whichever the clock is. Errors where the manifest
    /// does not say what the clock needs (`cost_model`, `timing`).
    fn training_seconds(&self, trainings: &[Training]) -> Result<Vec<f64>>;

    /// Seconds of one forward pass of a batch, in the order asked, for each inference one number per network: in evaluation
    /// mode, wall time of this machine, or by a model of their cost.
    ///
    /// A quantity that derives from them is marked `observed_time`. Errors as for `training_seconds`, and where an
    /// inference has no network, no image or no thread.
    fn latencies(&self, inferences: &[Inference]) -> Result<Vec<Vec<f64>>>;

    /// Device seconds that these tasks took when they were computed, in the order asked: of process CPU time on a CPU, of
    /// wall time on a GPU. A task that was not computed yet is.
    ///
    /// Nothing where the clock is a cost model: what a task took repeats on no machine, and results must. A quantity that
    /// derives from them is marked `observed_time`. Errors as for `outcomes` and `training_seconds`, and where the record
    /// of a task does not say what it took.
    fn spent_seconds(&self, tasks: &[Task]) -> Result<Option<Vec<f64>>>;

    /// The memoised value of a step, as JSON; prefer `memoize`. `compute` may read objects of the store.
    fn memoize_value(&self, step: Step, inputs: Value, compute: &mut dyn FnMut() -> Result<Value>) -> Result<Value>;

    /// The verified bytes of an object of the store.
    fn object(&self, digest: &Digest) -> Result<Vec<u8>>;

    /// A registered data set with a split, ready to be named in a task.
    fn data(&self, name: &str, split: SplitChoice) -> Result<DataChoice>;

    /// The verified content of a file of a registered data set that is a table (`econas_mnist`: CSV text).
    fn table(&self, name: &str) -> Result<String>;

    /// The verified content of all files of a table that a manifest brings, in their order.
    fn files(&self, name: &str) -> Result<Vec<Vec<u8>>> {
        anyhow::bail!("no manifest brings files of `{name}` here")
    }
}

/// The memoised value of `compute`, keyed by the step and its inputs.
///
/// For what is derived from objects of the store (class means, weights): the value enters the evidence that is
/// committed, from which reports are rebuilt where the objects are not available.
pub fn memoize<I, O>(context: &dyn Context, step: Step, inputs: &I, compute: impl FnOnce() -> Result<O>) -> Result<O>
where
    I: Serialize,
    O: Serialize + DeserializeOwned,
{
    let inputs = serde_json::to_value(inputs).with_context(|| format!("inputs of step {}", step.name))?;
    let mut compute = Some(compute);
    let value = context.memoize_value(step, inputs, &mut || {
        let compute = compute.take().expect("the harness computes a step at most once");
        Ok(serde_json::to_value(compute()?)?)
    })?;
    serde_json::from_value(value).with_context(|| format!("result of step {}", step.name))
}
