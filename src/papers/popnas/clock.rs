//! How noisy the clock is: the same trainings timed again and again.

use anyhow::Result;

use super::plan::ClockInputs;
use super::space::Space;
use super::variant::Variant;
use renas_harness::study::Context;

/// Seconds of every repetition, for each cell.
pub fn clock(inputs: &ClockInputs, context: &dyn Context) -> Result<Vec<Vec<f64>>> {
    let cells = Space::new(Variant::Paper, 1).first();
    let step = cells.len().div_ceil(inputs.cells);
    cells
        .iter()
        .step_by(step)
        .map(|cell| inputs.child_trainer.repeated_seconds(cell, inputs.repeats, context))
        .collect()
}
