//! The figures of the report; those of single cells are from the first seed.

use super::evidence::Evidence;
use super::measures;
use crate::ablation::FeatureSet;
use crate::plan::SHOWN_SEED;
use crate::regressor::RegressorKind;
use crate::search::{SearchRecord, Stage};
use crate::settings::Settings;
use renas_report::findings::{Figure, Form, Measured, Series};
use renas_report::range::Range;
use renas_report::summary::band;

/// All figures, in the order of the report.
pub fn all(settings: &Settings, evidence: &Evidence) -> Vec<Figure> {
    let mut figures = Vec::new();
    for arm in settings.ablated() {
        for kind in FIGURE_4 {
            figures.extend(predictions(evidence, &arm.name, kind).map(|stages| figure_4(&arm.name, stages, kind)));
        }
    }
    for arm in settings.search.arms.iter().filter(|arm| arm.name.starts_with("popnas")) {
        let Some(record) = evidence.searches(&arm.name).get(SHOWN_SEED) else { continue };
        figures.extend(measures::stage(record, 2).and_then(|stage| front(&arm.name, 2, stage, "5")));
        figures.push(figure_6(&arm.name, record));
        if arm.blocks > 2 {
            let last = measures::stage(record, arm.blocks);
            figures.extend(last.and_then(|stage| front(&arm.name, arm.blocks, stage, "7")));
        }
    }
    figures.push(hypervolume(settings, evidence));
    figures.retain(|figure| figure.series.iter().any(|series| !series.points.is_empty()));
    figures
}

/// Regressors of Figure 4.
const FIGURE_4: [Option<(RegressorKind, FeatureSet)>; 4] = [
    None,
    Some((RegressorKind::Ridge, FeatureSet::Standard)),
    Some((RegressorKind::Nnls, FeatureSet::Standard)),
    Some((RegressorKind::Xgboost, FeatureSet::Standard)),
];

const PREDICTED: &str = "predicted training time (s)";
const MEASURED: &str = "training time (s)";

/// Predicted and true seconds by stage, of the shown search.
fn predictions<'e>(
    evidence: &'e Evidence,
    arm: &str,
    kind: Option<(RegressorKind, FeatureSet)>,
) -> Option<&'e [Vec<[f64; 2]>]> {
    match kind {
        // The fit that the quantities are of: chosen over folds of whole networks.
        Some((RegressorKind::Nnls, features)) => {
            let fits = evidence.nnls(arm).get(SHOWN_SEED)?;
            fits.get(&format!("nnls.{}", features.name())).map(Vec::as_slice)
        }
        kind => {
            let judged = evidence.ablations(arm).get(SHOWN_SEED)?;
            judged.iter().find(|one| one.kind == kind).map(|one| one.stages.as_slice())
        }
    }
}

fn figure_4(arm: &str, stages: &[Vec<[f64; 2]>], kind: Option<(RegressorKind, FeatureSet)>) -> Figure {
    let name = kind.map_or("block_sum", |(kind, _)| kind.name());
    let series = stages.iter().zip(2..).map(|(stage, blocks)| Series {
        name: format!("{blocks} blocks"),
        points: stage.iter().map(|[predicted, truth]| vec![*truth, *predicted]).collect(),
    });
    Figure {
        id: format!("figure4_{arm}_{name}"),
        title: format!("Figure 4. Predicted and real training time, {name}"),
        caption: format!(
            "Cells that {arm} chose, one search. Each size is predicted by a fit to the smaller ones; a point on the \
             diagonal is predicted exactly, one below it underestimated."
        ),
        form: Form::Scatter,
        x_label: MEASURED.to_owned(),
        y_label: PREDICTED.to_owned(),
        z_label: None,
        series: series.collect(),
        diagram: None,
    }
}

/// Figures 5 and 7: all candidates of a stage, those that PNAS would take, and those that were chosen.
fn front(arm: &str, blocks: usize, stage: &Stage, figure: &str) -> Option<Figure> {
    if stage.shown.is_empty() {
        return None;
    }
    let point = |[seconds, accuracy]: [f64; 2]| vec![seconds, accuracy];
    let chosen = stage.cells.iter().filter_map(|one| one.predicted).map(|[accuracy, seconds]| vec![seconds, accuracy]);
    Some(Figure {
        id: format!("figure{figure}_{arm}_b{blocks}"),
        title: format!("Figure {figure}. Predictions of all cells of {blocks} blocks, {arm}"),
        caption: format!(
            "{} candidates of one search by predicted training time and predicted accuracy; the {} of highest predicted \
             accuracy, which PNAS would train; and the {} that were trained.",
            stage.shown.len(),
            stage.most_accurate.len(),
            stage.cells.len(),
        ),
        form: Form::Scatter,
        x_label: PREDICTED.to_owned(),
        y_label: "predicted accuracy (fraction)".to_owned(),
        z_label: None,
        series: vec![
            Series { name: "candidates".to_owned(), points: stage.shown.iter().copied().map(point).collect() },
            Series {
                name: "highest predicted accuracy".to_owned(),
                points: stage.most_accurate.iter().map(|&at| point(stage.shown[at])).collect(),
            },
            Series { name: "trained".to_owned(), points: chosen.collect() },
        ],
        diagram: None,
    })
}

fn figure_6(arm: &str, record: &SearchRecord) -> Figure {
    let series = record.stages.iter().zip(1..).skip(1).map(|(stage, blocks)| Series {
        name: format!("{blocks} blocks"),
        points: stage
            .cells
            .iter()
            .filter_map(|one| one.predicted.map(|[_, predicted]| vec![one.child.seconds, predicted]))
            .collect(),
    });
    Figure {
        id: format!("figure6_{arm}"),
        title: format!("Figure 6. Predicted and real training time of the search itself, {arm}"),
        caption: "Cells that the search trained, predicted by its own regressor before they were.".to_owned(),
        form: Form::Scatter,
        x_label: MEASURED.to_owned(),
        y_label: PREDICTED.to_owned(),
        z_label: None,
        series: series.collect(),
        diagram: None,
    }
}

/// Points of a line over training time.
const GRID: usize = 25;

/// The arms of that figure: with all ten, their bands hide each other. A table has every arm's hypervolume.
const COMPARED: [&str; 4] = ["pnas", "popnas", "popnas_static", "random"];

/// Beyond the paper: how much of accuracy and time is dominated as trainings are spent, over all seeds.
fn hypervolume(settings: &Settings, evidence: &Evidence) -> Figure {
    let seconds = settings.search.hypervolume_seconds;
    let compared = || settings.search.arms.iter().filter(|arm| COMPARED.contains(&arm.name.as_str()));
    let arms = || compared().map(|arm| (arm.name.as_str(), evidence.searches(&arm.name)));
    let horizon = arms().flat_map(|(_, records)| records).map(measures::total_seconds).fold(0.0, f64::max);
    let point = |records: &[SearchRecord], step: usize| {
        let spent = horizon * step as f64 / GRID as f64;
        let values: Vec<f64> =
            records.iter().map(|record| measures::hypervolume_within(record, spent, seconds)).collect();
        // With one or two seeds there is a line and no band.
        band(spent, &Measured::Samples(values), Range::SHARE, "hypervolume")
    };
    let line = |records: &[SearchRecord]| (1..=GRID).filter_map(|step| point(records, step)).collect();
    let series = arms().map(|(arm, records)| Series { name: arm.to_owned(), points: line(records) });
    Figure {
        id: "hypervolume".to_owned(),
        title: "Hypervolume over training time".to_owned(),
        caption: format!(
            "The share of the box between accuracy 0 at {seconds} s and accuracy 1 at 0 s that the cells dominate which were              trained within the time spent: mean over {} seeds per arm, with its 95 % interval from three on. A search that              has ended keeps its value.",
            settings.search.seeds
        ),
        form: Form::Lines,
        x_label: "training time spent (s)".to_owned(),
        y_label: "hypervolume (fraction)".to_owned(),
        z_label: None,
        series: series.collect(),
        diagram: None,
    }
}
