//! Classifiers trained from fresh weights: what the protocols of papers have in common.

use anyhow::{Context as _, Result, ensure};

use super::study::{Context, Training};
use renas_task::outcome::Outcome;
use renas_task::recipe::Stop;
use renas_task::{Probe, Split, Start, Task, Train};

impl Training {
    /// The task that does it; the accuracy on each split of `curves` is measured after every epoch, and at the end what `probes`
    /// ask for.
    pub fn task(self, curves: &[Split], probes: &[Probe]) -> Task {
        let Self { network, data, recipe, epochs, seed } = self;
        let (curves, probes) = (curves.to_vec(), probes.to_vec());
        Task::Train(Train {
            network,
            data,
            start: Start::Fresh,
            stop: Stop::Epochs(epochs),
            recipe,
            seed,
            curves,
            probes,
        })
    }
}

/// Train each from fresh weights; see `Training::task`. A diverged training is an outcome.
pub fn train(
    trainings: Vec<Training>,
    curves: &[Split],
    probes: &[Probe],
    context: &dyn Context,
) -> Result<Vec<Outcome>> {
    let tasks: Vec<Task> = trainings.into_iter().map(|training| training.task(curves, probes)).collect();
    let outcomes = context.outcomes(&tasks)?;
    ensure!(outcomes.len() == tasks.len(), "{} trainings had {} outcomes", tasks.len(), outcomes.len());
    Ok(outcomes)
}

/// The same of one training.
pub fn train_one(training: Training, curves: &[Split], probes: &[Probe], context: &dyn Context) -> Result<Outcome> {
    train(vec![training], curves, probes, context)?.pop().context("one training has one outcome")
}
