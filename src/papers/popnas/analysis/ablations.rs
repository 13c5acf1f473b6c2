//! Errors of every time regressor on the cells that an arm selected.

use super::evidence::Evidence;
use super::nnls;
use super::quantities::{Entry, Sort};
use crate::ablation::pairs;
use crate::regressor::RegressorKind;
use crate::settings::ArmSettings;
use renas_report::findings::Measured;
use renas_stats::summary::mean;

/// Pairs of predicted and true seconds by stage, one list per seed.
type OfSeeds = Box<dyn Fn(&Evidence) -> Vec<Option<&[Vec<[f64; 2]>]>>>;

/// All entries of an arm.
pub(super) fn entries(arm: &ArmSettings) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (regressor, _) in regressors(&arm.name) {
        for blocks in 2..=arm.blocks {
            for (statistic, words, progressive, signed) in [
                ("proper", "mean relative error", false, false),
                ("progressive", "mean relative error so far", true, false),
                ("bias", "mean signed relative error", false, true),
            ] {
                let (owner, name) = (arm.name.clone(), regressor.clone());
                let read = move |evidence: &Evidence| {
                    let (_, of_seeds) = regressors(&owner).into_iter().find(|(one, _)| *one == name)?;
                    let error = |stages: Option<&[Vec<[f64; 2]>]>| stage_error(stages?, blocks, progressive, signed);
                    let errors = of_seeds(evidence).into_iter().map(error).collect::<Option<Vec<f64>>>()?;
                    (!errors.is_empty()).then_some(Measured::Samples(errors))
                };
                let name = format!("{}.ablation.{regressor}.b{blocks}.{statistic}", arm.name);
                let how =
                    if regressor.starts_with("nnls.") { ", its fit chosen over folds of whole networks," } else { "" };
                let label = format!("{words} of {regressor}{how} on cells of {blocks} blocks chosen by {}", arm.name);
                entries.push((if signed { Sort::BIAS } else { Sort::ERROR }).entry(name, label, read));
            }
        }
    }
    entries
}

/// Every regressor by name and where its predictions are.
fn regressors(arm: &str) -> Vec<(String, OfSeeds)> {
    let mut regressors: Vec<(String, OfSeeds)> = Vec::new();
    let kinds = std::iter::once(None).chain(pairs().into_iter().map(Some));
    for (place, kind) in kinds.enumerate() {
        // Fitted anew, over folds of whole networks.
        if kind.is_some_and(|(kind, _)| kind == RegressorKind::Nnls) {
            continue;
        }
        let name =
            kind.map_or("block_sum".to_owned(), |(kind, features)| format!("{}.{}", kind.name(), features.name()));
        let owner = arm.to_owned();
        let read: OfSeeds = Box::new(move |evidence| {
            let stages = evidence.ablations(&owner).iter();
            stages.map(|judged| Some(judged.get(place)?.stages.as_slice())).collect()
        });
        regressors.push((name, read));
    }
    for name in nnls::names() {
        let (owner, key) = (arm.to_owned(), name.clone());
        let read: OfSeeds = Box::new(move |evidence| {
            evidence.nnls(&owner).iter().map(|fits| fits.get(&key).map(Vec::as_slice)).collect()
        });
        regressors.push((name, read));
    }
    regressors
}

fn stage_error(stages: &[Vec<[f64; 2]>], blocks: usize, progressive: bool, signed: bool) -> Option<f64> {
    // Stages of an ablation start at two blocks.
    let last = blocks - 2;
    stages.get(last)?;
    let first = if progressive { 0 } else { last };
    let errors = stages[first..=last].iter().flatten().map(|[predicted, truth]| (predicted - truth) / truth);
    let errors: Vec<f64> = if signed { errors.collect() } else { errors.map(f64::abs).collect() };
    (!errors.is_empty()).then(|| mean(&errors))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_a_stage_are_proper_progressive_or_signed() {
        let stages = [vec![[1.0, 2.0]], vec![[3.0, 2.0], [2.0, 2.0], [1.0, 4.0]]];
        assert_eq!(stage_error(&stages, 2, false, true), Some(-0.5));
        assert_eq!(stage_error(&stages, 3, false, false), Some((0.5 + 0.0 + 0.75) / 3.0));
        assert_eq!(stage_error(&stages, 3, true, false), Some((0.5 + 0.5 + 0.0 + 0.75) / 4.0));
        assert_eq!(stage_error(&stages, 4, false, false), None);
    }
}
