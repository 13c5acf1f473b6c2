//! One progressive search: all cells of one block trained, then stage by stage the best of those with one block more.

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};

use super::arm::{Arm, Choice};
use super::cell::Cell;
use super::child::{Child, ChildTrainer};
use super::controller::{Controller, ControllerSettings};
use super::features::{Encoding, Index};
use super::operator::Operator;
use super::regressor::predict;
use super::space::{Candidate, Space};
use super::variant::Variant;
use renas_base::seed::Seed;
use renas_harness::study::Context;
use renas_search::progressive_front::progressive_front;
use renas_stats::summary::{quantile, sorted};
use renas_surrogate::xgboost::XgboostGrid;

/// What a search depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchInputs {
    /// How it searches.
    pub arm: Arm,
    /// B: the blocks of the largest cells.
    pub blocks: usize,
    /// K: cells trained per stage, at most.
    pub beam: usize,
    /// Earlier cells that a block may name, under `reference`.
    pub lookback: usize,
    /// How children are trained.
    // The name in stored inputs, on which keys hang.
    #[serde(rename = "nursery")]
    pub child_trainer: ChildTrainer,
    /// The accuracy predictor.
    pub controller: ControllerSettings,
    /// Settings that XGBoost is chosen from.
    pub grid: XgboostGrid,
    /// Whether the predictions of all candidates are recorded, for figures.
    pub show: bool,
    /// Root of the controller's draws and of random choices.
    pub seed: Seed,
}

/// What came of a search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchRecord {
    /// Seconds of the training of the network without cells.
    pub empty_seconds: f64,
    /// One per number of blocks, from 1. Fewer than B where a time limit left no candidate.
    pub stages: Vec<Stage>,
}

/// The cells of one number of blocks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// The trained cells, in the order of their choice.
    pub cells: Vec<Trained>,
    /// Candidates that there were.
    pub candidates: usize,
    /// Candidates that the time limit cut.
    pub cut: usize,
    /// Shortest and longest predicted seconds of all candidates; absent at the first stage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predicted_range: Option<[f64; 2]>,
    /// Predicted seconds and accuracy of every candidate, where they are shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shown: Vec<[f64; 2]>,
    /// Places in `shown` of the K candidates of highest predicted accuracy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub most_accurate: Vec<usize>,
}

/// A trained cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trained {
    /// The cell.
    pub cell: Cell,
    /// What became of it.
    pub child: Child,
    /// Place in the stage before of the cell that it was expanded from, and the cell of the added block alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<(usize, Cell)>,
    /// Predicted accuracy and seconds, before it was trained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predicted: Option<[f64; 2]>,
}

/// A candidate that was chosen, with its predictions.
struct Chosen {
    place: usize,
    predicted: [f64; 2],
}

/// Run a search.
pub fn search(inputs: &SearchInputs, context: &dyn Context) -> Result<SearchRecord> {
    let variant = inputs.arm.variant;
    let space = Space::new(variant, inputs.lookback);
    let building = variant.building();
    let empty_seconds = inputs.child_trainer.empty_seconds(building, context)?;
    let first = space.first();
    let children = inputs.child_trainer.train(&first, building, context).context("stage 1")?;
    let trained = |(cell, child)| Trained { cell, child, origin: None, predicted: None };
    let cells: Vec<Trained> = first.into_iter().zip(children).map(trained).collect();
    let mut stages = vec![Stage {
        candidates: cells.len(),
        cells,
        cut: 0,
        predicted_range: None,
        shown: Vec::new(),
        most_accurate: Vec::new(),
    }];
    let rate = match variant {
        Variant::Reference => inputs.controller.reference_learning_rate,
        Variant::Paper | Variant::Corrected => inputs.controller.learning_rate,
    };
    let mut controller =
        Controller::new(&inputs.controller, space.operators(), inputs.blocks, rate, inputs.seed.derive("controller"));
    for size in 2..=inputs.blocks {
        let stage = next_stage(inputs, &space, &stages, empty_seconds, &mut controller, context);
        match stage.with_context(|| format!("stage {size}"))? {
            Some(stage) => stages.push(stage),
            None => break,
        }
    }
    Ok(SearchRecord { empty_seconds, stages })
}

/// The next stage; none where the time limit cut every candidate.
fn next_stage(
    inputs: &SearchInputs,
    space: &Space,
    stages: &[Stage],
    empty_seconds: f64,
    controller: &mut Controller,
    context: &dyn Context,
) -> Result<Option<Stage>> {
    let history: Vec<&Trained> = stages.iter().flat_map(|stage| &stage.cells).collect();
    let accuracies: Vec<(&Cell, f64)> = history.iter().map(|one| (&one.cell, one.child.accuracy)).collect();
    controller.fit(&accuracies, context).context("the controller")?;
    let parents: Vec<Cell> = stages[stages.len() - 1].cells.iter().map(|one| one.cell.clone()).collect();
    let candidates = space.expand(&parents);
    let accuracy = controller.predict(candidates.iter().map(|one| &one.cell), context).context("the controller")?;
    let times: Vec<(&Cell, f64)> = history.iter().map(|one| (&one.cell, one.child.seconds)).collect();
    let encoding = encoding(inputs, space, &stages[0])?;
    // The row of the empty network helps before there are cells of two sizes; then it is taken out.
    let thrust = (stages.len() == 1).then_some(empty_seconds);
    let asked = candidates.iter().map(|one| &one.cell);
    let seconds = predict(inputs.arm.regressor, &encoding, &times, thrust, asked, &inputs.grid, context)
        .context("the time regressor")?;
    let limit = inputs.arm.limit.map(|level| quantile(&sorted(&first_times(&stages[0])), level));
    let allowed: Vec<usize> =
        (0..candidates.len()).filter(|&at| limit.is_none_or(|limit| seconds[at] <= limit)).collect();
    let stream = inputs.seed.derive_indexed("choice", stages.len() as u64);
    let places = choose(inputs.arm.choice, inputs.beam, &allowed, &accuracy, &seconds, &stream);
    if places.is_empty() {
        return Ok(None);
    }
    let chosen = places.into_iter().map(|place| Chosen { place, predicted: [accuracy[place], seconds[place]] });
    let cells = train(inputs, space, &candidates, chosen.collect(), context)?;
    let range = [seconds.iter().copied().fold(f64::INFINITY, f64::min), seconds.iter().copied().fold(0.0, f64::max)];
    let mut stage = Stage {
        cells,
        candidates: candidates.len(),
        cut: candidates.len() - allowed.len(),
        predicted_range: Some(range),
        shown: Vec::new(),
        most_accurate: Vec::new(),
    };
    if inputs.show {
        stage.shown = seconds.iter().zip(&accuracy).map(|(&seconds, &accuracy)| [seconds, accuracy]).collect();
        stage.most_accurate = most_accurate(&(0..candidates.len()).collect::<Vec<_>>(), &accuracy, inputs.beam);
    }
    Ok(Some(stage))
}

/// Train the chosen candidates.
fn train(
    inputs: &SearchInputs,
    space: &Space,
    candidates: &[Candidate],
    chosen: Vec<Chosen>,
    context: &dyn Context,
) -> Result<Vec<Trained>> {
    let cells: Vec<Cell> = chosen.iter().map(|one| candidates[one.place].cell.clone()).collect();
    let children = inputs.child_trainer.train(&cells, inputs.arm.variant.building(), context)?;
    ensure!(children.len() == cells.len(), "{} cells had {} children", cells.len(), children.len());
    let trained = |((cell, child), one): ((Cell, Child), Chosen)| {
        let Candidate { parent, added, .. } = &candidates[one.place];
        Trained { cell, child, origin: Some((*parent, space.alone(*added))), predicted: Some(one.predicted) }
    };
    Ok(cells.into_iter().zip(children).zip(chosen).map(trained).collect())
}

/// Places of the candidates to be trained, of those allowed.
fn choose(
    choice: Choice,
    beam: usize,
    allowed: &[usize],
    accuracy: &[f64],
    seconds: &[f64],
    seed: &Seed,
) -> Vec<usize> {
    match choice {
        Choice::Accuracy => most_accurate(allowed, accuracy, beam),
        Choice::Front(rule) => {
            let of = |values: &[f64]| allowed.iter().map(|&at| values[at]).collect::<Vec<_>>();
            let front = progressive_front(&of(accuracy), &of(seconds), rule, beam);
            front.into_iter().map(|at| allowed[at]).collect()
        }
        Choice::Random => {
            let drawn = seed.stream("candidates").distinct(beam.min(allowed.len()), allowed.len());
            drawn.into_iter().map(|at| allowed[at]).collect()
        }
    }
}

/// The `count` places of highest accuracy, descending; of equal ones the first.
fn most_accurate(places: &[usize], accuracy: &[f64], count: usize) -> Vec<usize> {
    let mut places = places.to_vec();
    places.sort_by(|&a, &b| accuracy[b].total_cmp(&accuracy[a]));
    places.truncate(count);
    places
}

/// Training times of the cells of one block.
fn first_times(stage: &Stage) -> Vec<f64> {
    stage.cells.iter().map(|one| one.child.seconds).collect()
}

/// How the arm's own regressor sees cells: without inputs, re-indexed.
fn encoding(inputs: &SearchInputs, space: &Space, first: &Stage) -> Result<Encoding> {
    let variant = inputs.arm.variant;
    let index = if inputs.arm.dynamic { dynamic_index(space.operators(), first)? } else { Index::Reordered };
    Ok(Encoding { blocks: inputs.blocks, index, inputs: false, variant, truncates: variant == Variant::Reference })
}

/// The dynamic re-index from the cells of one block with the same operator on both sides.
pub fn dynamic_index(operators: [Operator; 8], first: &Stage) -> Result<Index> {
    let time = |operator: Operator| {
        let symmetric = |one: &&Trained| {
            let block = one.cell.blocks()[0];
            block.operators == [operator; 2] && block.inputs[0] == block.inputs[1]
        };
        let found = first.cells.iter().find(symmetric);
        let found = found.with_context(|| format!("stage 1 has no cell with {operator} on both sides"))?;
        Ok((operator, found.child.seconds))
    };
    Ok(Index::dynamic(&operators.into_iter().map(time).collect::<Result<Vec<_>>>()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::{ARMS, find};
    use crate::fixture::{FakeContext, search_inputs};
    use renas_search::progressive_front::FrontRule;

    fn run(arm: &str, change: impl FnOnce(&mut SearchInputs)) -> SearchRecord {
        let mut inputs = search_inputs(find(arm).expect("an arm"));
        change(&mut inputs);
        search(&inputs, &FakeContext).unwrap_or_else(|error| panic!("{arm}: {error:#}"))
    }

    #[test]
    fn every_arm_trains_cells_of_every_size_and_at_most_the_beam() {
        for (name, _) in ARMS {
            let record = run(name, |_| {});
            let sizes: Vec<usize> = record.stages.iter().map(|stage| stage.cells[0].cell.size()).collect();
            // The time limit of this small experiment leaves no cell of three blocks.
            assert_eq!(sizes, [1, 2, 3][..if name == "popnas_limit" { 2 } else { 3 }], "{name}");
            let first = if name.ends_with("corrected") { 36 } else { 64 };
            assert_eq!(record.stages[0].cells.len(), first, "{name}");
            assert!(record.stages[1..].iter().all(|stage| stage.cells.len() <= 4), "{name}");
        }
    }

    #[test]
    fn a_search_gives_the_same_record_again() {
        assert_eq!(run("popnas", |_| {}), run("popnas", |_| {}));
        assert_eq!(run("random", |_| {}), run("random", |_| {}));
    }

    #[test]
    fn every_cell_is_its_parent_with_the_block_that_was_added() {
        let record = run("pnas", |_| {});
        for stages in record.stages.windows(2) {
            for one in &stages[1].cells {
                let (parent, added) = one.origin.as_ref().expect("it was expanded");
                assert_eq!(one.cell, stages[0].cells[*parent].cell.with(added.blocks()[0]));
            }
        }
    }

    #[test]
    fn a_time_limit_cuts_candidates_and_one_that_leaves_none_ends_the_search() {
        let record = run("popnas_limit", |_| {});
        assert!(record.stages[1].cut > 0);
        let record = run("popnas_limit", |inputs| inputs.arm.limit = Some(0.0));
        assert_eq!(record.stages.len(), 1);
    }

    #[test]
    fn a_front_of_one_is_a_stage_of_one() {
        let record = run("popnas", |inputs| inputs.beam = 1);
        assert!(record.stages[1..].iter().all(|stage| stage.cells.len() == 1));
    }

    #[test]
    fn choices_follow_their_rules_and_ties_go_to_the_first() {
        let (accuracy, seconds) = ([0.5, 0.9, 0.9, 0.7, 0.8], [1.0, 4.0, 3.0, 2.0, 3.0]);
        let seed = Seed::from_number(1);
        let pick = |choice, beam, allowed: &[usize]| choose(choice, beam, allowed, &accuracy, &seconds, &seed);
        assert_eq!(pick(Choice::Accuracy, 3, &[0, 1, 2, 3, 4]), [1, 2, 4]);
        assert_eq!(pick(Choice::Front(FrontRule::Strict), 9, &[0, 1, 2, 3, 4]), [1, 2, 3, 0]);
        assert_eq!(pick(Choice::Front(FrontRule::NonStrict), 9, &[0, 1, 2, 3, 4]), [1, 2, 4, 3, 0]);
        assert_eq!(pick(Choice::Front(FrontRule::Strict), 2, &[0, 3, 4]), [4, 3]);
        let mut drawn = pick(Choice::Random, 9, &[0, 3]);
        drawn.sort_unstable();
        assert_eq!(drawn, [0, 3]);
    }
}
