//! Time regressors judged on the cells of a search: each is fitted to cells of fewer blocks and asked about the next.

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use super::cell::Cell;
use super::features::{Encoding, Index};
use super::regressor::{RegressorKind, predict};
use super::search::{SearchRecord, Trained, dynamic_index};
use super::space::Space;
use super::variant::Variant;
use renas_harness::study::{Context, Handle, Results};
use renas_surrogate::xgboost::XgboostGrid;

/// What an ablation depends on, besides its search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AblationInputs {
    /// The search.
    pub search: Handle<SearchRecord>,
    /// Its reading.
    pub variant: Variant,
    /// B.
    pub blocks: usize,
    /// Settings that XGBoost is chosen from.
    pub grid: XgboostGrid,
}

/// What a regressor sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeatureSet {
    /// Operators in the code's order, and inputs.
    Standard,
    /// Operators in the paper's order (the static re-index), and inputs.
    Reordered,
    /// Operators in the code's order, no inputs.
    NoInputs,
    /// Operators in the paper's order, no inputs.
    ReorderedNoInputs,
    /// The dynamic re-index, no inputs.
    Dynamic,
}

impl FeatureSet {
    /// The name in quantities.
    pub fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Reordered => "reordered",
            Self::NoInputs => "no_inputs",
            Self::ReorderedNoInputs => "reordered_no_inputs",
            Self::Dynamic => "dynamic",
        }
    }
}

/// Every pair of regressor and features that is judged, in the order of tables.
pub fn pairs() -> Vec<(RegressorKind, FeatureSet)> {
    use FeatureSet::{Dynamic, NoInputs, Reordered, ReorderedNoInputs, Standard};
    let linear = [Standard, Reordered, NoInputs, ReorderedNoInputs];
    let mut pairs = Vec::new();
    for kind in RegressorKind::ALL {
        match kind {
            RegressorKind::Xgboost => pairs.push((kind, Standard)),
            RegressorKind::Ridge | RegressorKind::Nnls | RegressorKind::Lasso => {
                pairs.extend(linear.map(|features| (kind, features)));
            }
        }
        if kind == RegressorKind::Nnls {
            pairs.push((kind, Dynamic));
        }
    }
    pairs
}

/// Predicted and true seconds of the cells of every stage from the second on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judged {
    /// The regressor; block-sum where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<(RegressorKind, FeatureSet)>,
    /// By stage: pairs of predicted and true seconds.
    pub stages: Vec<Vec<[f64; 2]>>,
}

/// Judge every regressor; block-sum stands first.
pub fn ablation(inputs: &AblationInputs, results: &Results, context: &dyn Context) -> Result<Vec<Judged>> {
    let record = results.read(&inputs.search)?;
    let mut judged = vec![Judged { kind: None, stages: block_sum(&record)? }];
    for (kind, features) in pairs() {
        let stages = (1..record.stages.len()).map(|stage| {
            let wrong = || format!("{} on {} features, stage {}", kind.name(), features.name(), stage + 1);
            stage_of(inputs, &record, kind, features, stage, context).with_context(wrong)
        });
        judged.push(Judged { kind: Some((kind, features)), stages: stages.collect::<Result<_>>()? });
    }
    Ok(judged)
}

/// How a regressor sees the cells of a search.
pub fn encoding(variant: Variant, blocks: usize, record: &SearchRecord, features: FeatureSet) -> Result<Encoding> {
    let index = match features {
        FeatureSet::Standard | FeatureSet::NoInputs => Index::Standard,
        FeatureSet::Reordered | FeatureSet::ReorderedNoInputs => Index::Reordered,
        FeatureSet::Dynamic => dynamic_index(Space::new(variant, 1).operators(), &record.stages[0])?,
    };
    let inputs = matches!(features, FeatureSet::Standard | FeatureSet::Reordered);
    Ok(Encoding { blocks, index, inputs, variant, truncates: false })
}

fn stage_of(
    inputs: &AblationInputs,
    record: &SearchRecord,
    kind: RegressorKind,
    features: FeatureSet,
    stage: usize,
    context: &dyn Context,
) -> Result<Vec<[f64; 2]>> {
    let encoding = encoding(inputs.variant, inputs.blocks, record, features)?;
    let known: Vec<(&Cell, f64)> = record.stages[..stage]
        .iter()
        .flat_map(|stage| &stage.cells)
        .map(|one| (&one.cell, one.child.seconds))
        .collect();
    let thrust = (stage == 1).then_some(record.empty_seconds);
    let asked = &record.stages[stage].cells;
    let predicted = predict(kind, &encoding, &known, thrust, asked.iter().map(|one| &one.cell), &inputs.grid, context)?;
    Ok(predicted.into_iter().zip(asked).map(|(predicted, one)| [predicted, one.child.seconds]).collect())
}

/// The heuristic of the paper: the time of the cell before, plus that of the added block as a cell of its own.
fn block_sum(record: &SearchRecord) -> Result<Vec<Vec<[f64; 2]>>> {
    let alone = |cell: &Cell| {
        let found = record.stages[0].cells.iter().find(|one| one.cell.flattened() == *cell);
        found.map(|one| one.child.seconds).with_context(|| format!("stage 1 has no cell {cell}"))
    };
    let pair = |before: &[Trained], one: &Trained| {
        let (parent, added) = one.origin.as_ref().with_context(|| format!("cell {} has no parent", one.cell))?;
        let parent = before.get(*parent).with_context(|| format!("the parent of {} is not there", one.cell))?;
        Ok([parent.child.seconds + alone(added)?, one.child.seconds])
    };
    let stage = |two: &[super::search::Stage]| two[1].cells.iter().map(|one| pair(&two[0].cells, one)).collect();
    record.stages.windows(2).map(stage).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::find;
    use crate::fixture::{FakeContext, grid, search_inputs};
    use crate::search::search;
    use renas_harness::study::StudyResult;

    fn judged() -> (SearchRecord, Vec<Judged>) {
        let inputs = search_inputs(find("pnas").expect("an arm"));
        let context = FakeContext;
        let record = search(&inputs, &context).expect("it runs");
        let mut results = Results::default();
        results.insert("s".to_owned(), StudyResult::of(&record).expect("finite"));
        let inputs = AblationInputs { search: Handle::new("s"), variant: Variant::Paper, blocks: 3, grid: grid() };
        let judged = ablation(&inputs, &results, &context).expect("it runs");
        (record, judged)
    }

    #[test]
    fn every_regressor_is_asked_about_every_cell_of_every_later_stage() {
        let (record, judged) = judged();
        assert_eq!(judged.len(), 1 + pairs().len());
        for one in &judged {
            let counts: Vec<usize> = one.stages.iter().map(Vec::len).collect();
            assert_eq!(counts, record.stages[1..].iter().map(|stage| stage.cells.len()).collect::<Vec<_>>());
        }
    }

    #[test]
    fn block_sum_adds_the_time_of_the_parent_and_of_the_block_alone() {
        let (record, judged) = judged();
        let one = &record.stages[1].cells[0];
        let (parent, added) = one.origin.as_ref().expect("it was expanded");
        let alone = record.stages[0].cells.iter().find(|one| one.cell == *added).expect("it was trained");
        let expected = record.stages[0].cells[*parent].child.seconds + alone.child.seconds;
        assert_eq!(judged[0].stages[0][0], [expected, one.child.seconds]);
    }
}
