//! The accuracy predictor: an LSTM over the (input, operator) pairs of a cell, fitted to all children so far.

use anyhow::{Context as _, Result};

use super::cell::Cell;
use super::operator::Operator;
use renas_base::digest::Digest;
use renas_base::seed::Seed;
use renas_harness::parameters;
use renas_harness::study::Context;
use renas_task::outcome::Ending;
use renas_task::sequence::{Example, FitSequence, PredictSequence, SequenceModel, SequenceRecipe};
use renas_task::{Start, Task};

parameters! {
    /// The controller's settings.
    pub struct ControllerSettings {
        /// Values that a token is embedded in; the code has 20.
        pub embedding: usize = integer(1..=4096),
        /// Units of the LSTM; the code has 100.
        pub hidden: usize = integer(1..=4096),
        /// Passes over the history, per stage.
        pub epochs: usize = integer(1..=10_000),
        /// Children per step.
        pub batch_size: usize = integer(1..=4096),
        /// Adam's rate.
        pub learning_rate: f64 = number(1e-12..=10.0),
        /// Adam's rate under `reference`, where a step counter that is shared with the children has all but stopped it.
        pub reference_learning_rate: f64 = number(1e-12..=10.0),
    }
}

/// A controller in the course of one search.
#[derive(Clone, Debug)]
pub struct Controller {
    model: SequenceModel,
    recipe: SequenceRecipe,
    operators: [Operator; 8],
    seed: Seed,
    weights: Option<Digest>,
    stages: u64,
}

impl Controller {
    /// A controller for cells of up to `blocks` blocks; `seed` is the root of its draws.
    pub fn new(
        settings: &ControllerSettings,
        operators: [Operator; 8],
        blocks: usize,
        learning_rate: f64,
        seed: Seed,
    ) -> Self {
        // Inputs are the cell before the last, the last, and the earlier blocks.
        let vocabularies = vec![blocks + 1, operators.len()];
        let model = SequenceModel { vocabularies, embedding: settings.embedding, hidden: settings.hidden };
        let recipe = SequenceRecipe { learning_rate, epochs: settings.epochs, batch_size: settings.batch_size };
        Self { model, recipe, operators, seed, weights: None, stages: 0 }
    }

    /// Fit it to all children so far, going on from where it stands.
    pub fn fit(&mut self, history: &[(&Cell, f64)], context: &dyn Context) -> Result<()> {
        let example = |(cell, target): &(&Cell, f64)| Ok(Example { sequence: self.tokens(cell)?, target: *target });
        let examples = history.iter().map(example).collect::<Result<_>>()?;
        let start = self.weights.map_or(Start::Fresh, |weights| Start::Weights { weights });
        let seed = self.seed.derive_indexed("controller", self.stages);
        let task = FitSequence { model: self.model.clone(), examples, start, recipe: self.recipe.clone(), seed };
        let outcomes = context.outcomes(&[Task::FitSequence(task)])?;
        let outcome = outcomes.first().context("one task has one outcome")?;
        self.stages += 1;
        // A controller that diverged keeps the weights that it had.
        if outcome.ending == Ending::Completed {
            self.weights = Some(outcome.weights()?);
        }
        Ok(())
    }

    /// The predicted accuracy of each cell. Without any weights, since its first fit diverged, all are 0.
    pub fn predict<'c>(&self, cells: impl Iterator<Item = &'c Cell>, context: &dyn Context) -> Result<Vec<f64>> {
        let sequences = cells.map(|cell| self.tokens(cell)).collect::<Result<Vec<String>>>()?;
        let Some(weights) = self.weights else { return Ok(vec![0.0; sequences.len()]) };
        let count = sequences.len();
        let task = PredictSequence { model: self.model.clone(), weights, sequences };
        let outcomes = context.outcomes(&[Task::PredictSequence(task)])?;
        let outcome = outcomes.first().context("one task has one outcome")?;
        Ok(outcome.predictions(count)?.to_vec())
    }

    /// Two characters per side of a block: its input and its operator.
    fn tokens(&self, cell: &Cell) -> Result<String> {
        let mut text = String::new();
        for block in cell.blocks() {
            for (input, operator) in block.inputs.iter().zip(block.operators) {
                let place = self.operators.iter().position(|&one| one == operator);
                let place = place.with_context(|| format!("operator {operator} of {cell} is not in this space"))?;
                for token in [(input + 2) as u32, place as u32] {
                    text.push(char::from_digit(token, 36).context("a vocabulary has at most 36 tokens")?);
                }
            }
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operator::PAPER;

    #[test]
    fn a_cell_is_a_sequence_of_inputs_and_operators() {
        let settings = ControllerSettings {
            embedding: 20,
            hidden: 100,
            epochs: 10,
            batch_size: 1,
            learning_rate: 0.002,
            reference_learning_rate: 1e-5,
        };
        let controller = Controller::new(&settings, PAPER, 5, 0.002, Seed::from_number(1));
        let cell: Cell = "avg3+conv1x7|identity@0+dw3@-2".parse().expect("a cell");
        assert_eq!(controller.tokens(&cell).expect("all are there"), "10172204");
        let error = controller.tokens(&"conv3+avg3".parse().expect("a cell")).expect_err("not in the paper's list");
        assert!(error.to_string().contains("operator conv3 of conv3+avg3"), "{error}");
    }
}
