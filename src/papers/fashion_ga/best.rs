//! The best network of all searches, trained fully and evaluated once on the test split.

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use super::network::network;
use super::search::{SearchRecord, Visit};
use renas_base::seed::Seed;
use renas_harness::classifier::train_one;
use renas_harness::study::{Context, Handle, Results, Training};
use renas_task::recipe::{Recipe, Schedule};
use renas_task::{Probe, Split, SplitChoice};

/// What the study depends on besides the searches that it needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BestInputs {
    /// The searches.
    pub searches: Vec<Handle<SearchRecord>>,
    /// Name of the data set in the registry.
    pub data: String,
    /// The split: all samples for training that the searches do not validate or test on.
    pub split: SplitChoice,
    /// Shape of one image, `[channels, height, width]`.
    pub input: Vec<usize>,
    /// Passes over the training samples.
    pub epochs: usize,
    /// Samples per step.
    pub batch_size: usize,
    /// Adam's rate at the start.
    pub learning_rate: f64,
    /// Fraction of it that remains at the end of a cosine.
    pub floor: f64,
    /// Root of every draw.
    pub seed: Seed,
}

/// The best network and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BestRecord {
    /// The search that found it.
    pub search: Handle<SearchRecord>,
    /// How it was found.
    pub visit: Visit,
    /// Validation accuracy after each epoch of the full training.
    pub validation: Vec<f64>,
    /// Mean training loss of each epoch, in nats.
    pub loss: Vec<f64>,
    /// Accuracy on the test split after the last epoch, a fraction; absent where the training diverged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<f64>,
}

/// The most accurate network; of equal ones the one of fewest parameters, and then the first.
pub fn best_visit<'r>(visits: impl IntoIterator<Item = &'r Visit>) -> Option<&'r Visit> {
    let is_better = |one: &Visit, best: &Visit| {
        let accuracy = one.trained.accuracy.total_cmp(&best.trained.accuracy);
        accuracy.then(best.parameters.cmp(&one.parameters)).is_gt()
    };
    visits.into_iter().reduce(|best, one| if is_better(one, best) { one } else { best })
}

/// Train and test it.
pub fn best(inputs: &BestInputs, results: &Results, context: &dyn Context) -> Result<BestRecord> {
    let mut bests: Vec<(&Handle<SearchRecord>, Visit)> = Vec::new();
    for id in &inputs.searches {
        let record = results.read(id)?;
        // A network that breaks the constraints is no answer to the paper's task.
        let allowed = record.iter().filter(|visit| visit.genome.keeps_constraints());
        bests.extend(best_visit(allowed).map(|visit| (id, visit.clone())));
    }
    let best = best_visit(bests.iter().map(|(_, visit)| visit)).context("no search, so no best network")?;
    let (search, visit) = bests.iter().find(|(_, visit)| visit == best).cloned().context("one of them")?;
    let recipe = Recipe::classifier(inputs.learning_rate, Schedule::Cosine { floor: inputs.floor }, inputs.batch_size);
    let training = Training {
        network: network(&inputs.input, visit.genome.layers()),
        data: context.data(&inputs.data, inputs.split.clone())?,
        recipe,
        epochs: inputs.epochs,
        seed: inputs.seed,
    };
    let outcome = train_one(training, &[Split::Validation], &[Probe::Score { split: Split::Test }], context)?;
    let test = if outcome.is_diverged() { None } else { Some(outcome.accuracy(Split::Test)?) };
    let (validation, loss) = (outcome.accuracy_curve(Split::Validation)?.to_vec(), outcome.loss_curve()?.to_vec());
    Ok(BestRecord { search: search.clone(), visit, validation, loss, test })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trainer::Trained;

    fn visit(accuracy: f64, parameters: u64) -> Visit {
        let genome = "RC:8:3:relu-RC:8:3:relu-GAP-FC:64-FC:10".parse().expect("a genome");
        let trained = Trained { accuracy, diverged: false };
        Visit { genome, trained, parameters, multiply_adds: 1, parent: None, mutation: None }
    }

    #[test]
    fn the_most_accurate_of_fewest_parameters_is_best_and_of_those_the_first() {
        let visits = [visit(0.5, 1), visit(0.75, 9), visit(0.75, 7), visit(0.75, 7), visit(0.25, 1)];
        assert!(best_visit(&visits).is_some_and(|best| std::ptr::eq(best, &visits[2])));
        assert_eq!(best_visit(&[]), None);
    }
}
