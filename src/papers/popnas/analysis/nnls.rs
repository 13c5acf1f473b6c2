//! NNLS fitted anew from the records of searches: with an intercept and without, and the one of them that predicts whole
//! networks better that it was not fitted to.
//!
//! What an ablation stores was chosen over folds of neighbouring rows. A cell is several rows, one for each place that it
//! was slid to, and cells that compute the same take the same time: such folds hold near copies of what they are asked
//! about. Here all rows of one network share a fold.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::ablation::{FeatureSet, encoding};
use crate::cell::Cell;
use crate::features::{Encoding, Index};
use crate::search::{SearchRecord, Trained, dynamic_index};
use crate::space::Space;
use crate::variant::Variant;
use renas_surrogate::cross_validation::mean_absolute_percentage_error;
use renas_surrogate::nnls::Nnls;
use renas_surrogate::{Features, Predictor as _, Regressor as _};

/// Folds, as many as the paper's.
const FOLDS: usize = 5;

/// With an intercept and without.
const GRID: [Nnls; 2] = [Nnls { fit_intercept: true }, Nnls { fit_intercept: false }];

/// Names of the two fits and of the one that is chosen.
pub(super) const READINGS: [&str; 3] = ["nnls_intercept", "nnls_origin", "nnls"];

/// Operators by the times that they take on this machine, 1 to 8.
const MEASURED_ORDER: &str = "measured_order";

const FEATURES: [FeatureSet; 5] = [
    FeatureSet::Standard,
    FeatureSet::Reordered,
    FeatureSet::NoInputs,
    FeatureSet::ReorderedNoInputs,
    FeatureSet::Dynamic,
];

/// Predicted and true seconds of the cells of every stage from the second on.
pub(super) type Stages = Vec<Vec<[f64; 2]>>;

/// Names of all fits: `nnls.standard`, `nnls_origin.measured_order` and so on.
pub(super) fn names() -> impl Iterator<Item = String> {
    let features = FEATURES.map(FeatureSet::name).into_iter().chain([MEASURED_ORDER]);
    features.flat_map(|features| READINGS.map(|reading| format!("{reading}.{features}")))
}

/// Every fit on the cells of a search, by name.
pub(super) fn fits(variant: Variant, blocks: usize, record: &SearchRecord) -> Result<BTreeMap<String, Stages>> {
    let named = FEATURES.map(|features| Ok((features.name(), encoding(variant, blocks, record, features)?)));
    let mut encodings = named.into_iter().collect::<Result<Vec<_>>>()?;
    let index = measured_order(dynamic_index(Space::new(variant, 1).operators(), &record.stages[0])?);
    encodings.push((MEASURED_ORDER, Encoding { blocks, index, inputs: false, variant, truncates: false }));
    let mut fits: BTreeMap<String, Stages> = BTreeMap::new();
    for (features, encoding) in encodings {
        for stage in 1..record.stages.len() {
            for (reading, pairs) in READINGS.iter().zip(stage_of(&encoding, record, stage)?) {
                fits.entry(format!("{reading}.{features}")).or_default().push(pairs);
            }
        }
    }
    Ok(fits)
}

/// The static re-index of this machine: the place of every operator in the order of its time, from 1.
fn measured_order(index: Index) -> Index {
    let Index::Dynamic { mut values } = index else { return index };
    values.sort_by(|(_, a), (_, b)| a.total_cmp(b));
    let ranked = values.into_iter().zip(1..).map(|((operator, _), place)| (operator, f64::from(place)));
    Index::Dynamic { values: ranked.collect() }
}

fn stage_of(encoding: &Encoding, record: &SearchRecord, stage: usize) -> Result<[Vec<[f64; 2]>; 3]> {
    let known: Vec<&Trained> = record.stages[..stage].iter().flat_map(|stage| &stage.cells).collect();
    let thrust = (stage == 1).then_some(record.empty_seconds);
    let asked = &record.stages[stage].cells;
    let [with, without] = predicted(encoding, &known, thrust, &encoding.asked(asked.iter().map(|one| &one.cell)))?;
    let scores = scores(encoding, &known, thrust)?;
    let chosen = if scores[1] < scores[0] { &without } else { &with };
    let pairs = |predicted: &[f64]| predicted.iter().zip(asked).map(|(one, cell)| [*one, cell.child.seconds]).collect();
    Ok([pairs(&with), pairs(&without), pairs(chosen)])
}

/// What both fits to the known cells say of rows.
fn predicted(encoding: &Encoding, known: &[&Trained], thrust: Option<f64>, asked: &[f64]) -> Result<[Vec<f64>; 2]> {
    let cells: Vec<(&Cell, f64)> = known.iter().map(|one| (&one.cell, one.child.seconds)).collect();
    let (rows, targets) = encoding.fitted(&cells, thrust);
    let features = Features::new(&rows, encoding.columns())?;
    let questions = Features::new(asked, encoding.columns())?;
    let [with, without] = GRID.map(|settings| Ok(settings.fit(&features, &targets)?.predict_all(&questions)));
    with.and_then(|with| Ok([with, without?])).map_err(|error: renas_surrogate::FitError| error.into())
}

/// The mean absolute percentage error of both settings over folds of whole networks.
fn scores(encoding: &Encoding, known: &[&Trained], thrust: Option<f64>) -> Result<[f64; 2]> {
    let folds = folds(known);
    let mut scores = [0.0; 2];
    for fold in 0..FOLDS {
        let part = |of: bool| -> Vec<&Trained> {
            known.iter().zip(&folds).filter(|(_, its)| (**its == fold) == of).map(|(one, _)| *one).collect()
        };
        let (held_out, others) = (part(true), part(false));
        if held_out.is_empty() || others.is_empty() {
            continue;
        }
        let cells: Vec<(&Cell, f64)> = held_out.iter().map(|one| (&one.cell, one.child.seconds)).collect();
        let (rows, targets) = encoding.fitted(&cells, None);
        for (score, predicted) in scores.iter_mut().zip(predicted(encoding, &others, thrust, &rows)?) {
            *score += mean_absolute_percentage_error(&targets, &predicted);
        }
    }
    Ok(scores)
}

/// The fold of every cell: networks in the order of their first cell take folds in turn; what computes the same shares one.
fn folds(known: &[&Trained]) -> Vec<usize> {
    let mut networks: BTreeMap<Cell, usize> = BTreeMap::new();
    let mut fold = |one: &Trained| {
        let next = networks.len();
        *networks.entry(one.cell.canonical()).or_insert(next) % FOLDS
    };
    known.iter().map(|one| fold(one)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::find;
    use crate::fixture::{FakeContext, search_inputs};
    use crate::operator::Operator::{Avg3, Dw3, Max3};
    use crate::search::search;

    fn record() -> SearchRecord {
        search(&search_inputs(find("pnas").expect("an arm")), &FakeContext).expect("it runs")
    }

    #[test]
    fn cells_that_compute_the_same_share_a_fold_and_folds_are_even() {
        let record = record();
        let known: Vec<&Trained> = record.stages[0].cells.iter().collect();
        let folds = folds(&known);
        for (one, fold) in known.iter().zip(&folds) {
            let twins = known.iter().zip(&folds).filter(|(other, _)| other.cell.canonical() == one.cell.canonical());
            assert!(twins.into_iter().all(|(_, other)| other == fold), "{}", one.cell);
        }
        // 36 networks among 64 cells.
        assert!((0..FOLDS).all(|fold| folds.contains(&fold)));
    }

    #[test]
    fn the_chosen_fit_is_one_of_the_two_and_every_name_is_there() {
        let record = record();
        let fits = fits(Variant::Paper, 3, &record).expect("it fits");
        assert_eq!(fits.keys().cloned().collect::<Vec<_>>(), {
            let mut names: Vec<String> = names().collect();
            names.sort_unstable();
            names
        });
        for features in ["standard", "dynamic", MEASURED_ORDER] {
            let of = |reading: &str| &fits[&format!("{reading}.{features}")];
            for stage in 0..2 {
                let chosen = &of("nnls")[stage];
                assert!(*chosen == of("nnls_intercept")[stage] || *chosen == of("nnls_origin")[stage]);
                assert_eq!(chosen.len(), record.stages[stage + 1].cells.len());
            }
        }
    }

    #[test]
    fn the_order_of_this_machine_counts_places_by_time() {
        let index = Index::dynamic(&[(Avg3, 3.0), (Max3, 1.0), (Dw3, 8.0)]);
        assert_eq!(measured_order(index), Index::Dynamic { values: vec![(Max3, 1.0), (Avg3, 2.0), (Dw3, 3.0)] });
    }
}
