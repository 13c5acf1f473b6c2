//! Networks that the searches chose, and hand-designed ones, trained on their own; and the same on another data set.

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use super::baselines::{Baseline, Form};
use super::search::{SearchRecord, Visit, best_within};
use super::space::Space;
use super::trainer::{Trained, Trainer};
use renas_harness::study::{Context, Handle, Results};

/// What the training of a chosen network depends on besides the search that it needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FinalInputs {
    /// The search.
    pub search: Handle<SearchRecord>,
    /// Most multiply-adds of the chosen network; absent where there is no such limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<u64>,
    /// The space of the search, on the images of `trainer`: those that were searched on, or those of another data set.
    pub space: Space,
    /// How it is trained.
    pub trainer: Trainer,
}

/// A chosen network, trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FinalRecord {
    /// How the search judged it.
    pub visit: Visit,
    /// What became of it.
    pub trained: Trained,
}

/// Choose and train.
pub fn train_chosen(inputs: &FinalInputs, results: &Results, context: &dyn Context) -> Result<FinalRecord> {
    let record = results.read(&inputs.search)?;
    let visit = best_within(&record, inputs.budget).with_context(|| {
        let budget = inputs.budget.unwrap_or_default();
        format!("{} has no network of at most {budget} multiply-adds: raise `budgets` in the manifest", inputs.search)
    })?;
    let network = inputs.space.supernet().path(&visit.choice)?;
    let trained = inputs.trainer.train(&[network], context)?;
    let trained = trained.into_iter().next().context("one training had no outcome")?;
    Ok(FinalRecord { visit: visit.clone(), trained })
}

/// What the training of a hand-designed network depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaselineInputs {
    /// Which one.
    pub baseline: Baseline,
    /// How it is built.
    pub form: Form,
    /// How it is trained.
    pub trainer: Trainer,
}

/// Build and train.
pub fn baseline(inputs: &BaselineInputs, context: &dyn Context) -> Result<Trained> {
    let trained = inputs.trainer.train(&[inputs.baseline.network(&inputs.form)], context)?;
    trained.into_iter().next().context("one training had no outcome")
}
