//! The figures of the report.

use anyhow::{Context as _, Result};

use super::entry::WORDS;
use super::evidence::Evidence;
use crate::objectives::OBJECTIVES;
use crate::plan::{Arm, FIGURE_1, arms};
use crate::population::Trajectory;
use crate::settings::{Dataset, Settings};
use crate::trial::Trained;
use crate::variant::Variant;
use renas_report::findings::{Figure, Form, Series};
use renas_stats::summary::{mean, quantile, sorted};

/// All figures, in the order of the report.
pub fn all(settings: &Settings, evidence: &Evidence) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for dataset in &settings.datasets {
        for arm in &arms(dataset) {
            for axis in [1, 2] {
                figures.push(figure_1(settings, dataset, arm, axis, evidence));
            }
            figures.push(figure_2(settings, dataset, arm, evidence)?);
        }
        figures.push(over_generations(dataset, evidence, "hypervolume", HYPERVOLUME, |found| &found.hypervolume));
        figures.push(over_generations(dataset, evidence, "spread", SPREAD, |found| &found.spread));
        for axis in 0..3 {
            figures.push(retrained(settings, dataset, axis, evidence));
        }
        figures.extend(trained(dataset, evidence));
    }
    Ok(figures)
}

const HYPERVOLUME: [&str; 2] = [
    "Hypervolume",
    "Share of the box between the reference point (accuracy 0, introspectability 0, the most multiply-adds of the space) \
     and the ideal point that the population dominates, as the surrogates predict its objectives.",
];

const SPREAD: [&str; 2] =
    ["Spread", "Root mean square distance of the population from its mean, objectives scaled to the same box."];

/// Labels of axes, with units.
const LABELS: [&str; 3] = ["accuracy (fraction)", "introspectability", "multiply-adds"];

/// The letter of the paper's figure: introspectability and FLOPs of MNIST are a and b, of CIFAR-10 c and d.
fn letter(dataset: &Dataset, axis: usize) -> &'static str {
    match (dataset.name.as_str(), axis) {
        ("mnist", 1) => "a",
        ("mnist", 2) => "b",
        ("cifar10", 1) => "c",
        ("cifar10", 2) => "d",
        _ => "",
    }
}

fn kind(arm: &Arm) -> &'static str {
    match arm.variant {
        Variant::Reference => "similarity of outputs",
        Variant::Paper | Variant::Corrected => "distance of hidden activations",
    }
}

fn figure_1(settings: &Settings, dataset: &Dataset, arm: &Arm, axis: usize, evidence: &Evidence) -> Figure {
    let found = evidence.arm(arm);
    let series = |generation: &usize| {
        let kept = found.kept(generation - 1)?;
        let point = |(index, objectives): (usize, &[f64; 3])| vec![index as f64, objectives[axis]];
        let points = kept.individuals.iter().map(|individual| &individual.objectives).enumerate().map(point);
        Some(Series::new(format!("generation {generation}"), points.collect()))
    };
    Figure {
        id: format!("figure1_{}_{}_{}", dataset.name, OBJECTIVES[axis], arm.name),
        title: format!(
            "Figure 1{}. {} on {}, {}",
            letter(dataset, axis),
            capital(WORDS[axis]),
            dataset.name,
            arm.shown()
        ),
        caption: format!(
            "Predicted {} of each member of the population before the selection of that generation; one search of {} \
             generations ({}, introspectability as {}).",
            WORDS[axis],
            settings.length(),
            arm.shown(),
            kind(arm)
        ),
        form: Form::Lines,
        x_label: "index in the population".to_owned(),
        y_label: LABELS[axis].to_owned(),
        series: FIGURE_1.iter().filter_map(series).collect(),
        ..Figure::default()
    }
}

fn figure_2(settings: &Settings, dataset: &Dataset, arm: &Arm, evidence: &Evidence) -> Result<Figure> {
    let last = evidence.arm(arm).kept(settings.length()).context("the shown search kept no final population")?;
    let points = last.individuals.iter().map(|individual| individual.objectives.to_vec()).collect();
    let letter = match dataset.name.as_str() {
        "mnist" => "a",
        "cifar10" => "b",
        _ => "",
    };
    Ok(Figure {
        id: format!("figure2_{}_{}", dataset.name, arm.name),
        title: format!("Figure 2{letter}. The final population on {}, {}", dataset.name, arm.shown()),
        caption: format!(
            "Predicted objectives of the final population of one search ({}, introspectability as {}), coloured by \
             multiply-adds.",
            arm.shown(),
            kind(arm)
        ),
        form: Form::Scatter3d,
        x_label: LABELS[0].to_owned(),
        y_label: LABELS[1].to_owned(),
        z_label: Some(LABELS[2].to_owned()),
        series: vec![Series::new("final population", points)],
        ..Figure::default()
    })
}

/// A statistic of the population over the generations: mean over searches, and the range of single searches.
fn over_generations(
    dataset: &Dataset,
    evidence: &Evidence,
    id: &str,
    [title, caption]: [&str; 2],
    values: fn(&Trajectory) -> &Vec<f64>,
) -> Figure {
    let series = |arm: Arm| {
        let searches = &evidence.arm(&arm).searches;
        let length = searches.iter().map(|record| values(&record.trajectory).len()).min().unwrap_or(0);
        let point = |generation: usize| {
            let samples: Vec<f64> = searches.iter().map(|record| values(&record.trajectory)[generation]).collect();
            let ordered = sorted(&samples);
            vec![generation as f64, mean(&samples), quantile(&ordered, 0.05), quantile(&ordered, 0.95)]
        };
        Series::new(arm.shown(), (0..length).map(point).collect())
    };
    Figure {
        id: format!("{id}_{}", dataset.name),
        title: format!("{title} per generation on {}", dataset.name),
        caption: format!(
            "{caption} Lines are means over searches, bands hold 90 % of single searches. Variants that maximise similarity \
             and those that maximise distance measure different things; only the course of each line compares."
        ),
        form: Form::Lines,
        x_label: "generation".to_owned(),
        y_label: title.to_lowercase(),
        series: arms(dataset).into_iter().map(series).collect(),
        ..Figure::default()
    }
}

fn retrained(settings: &Settings, dataset: &Dataset, axis: usize, evidence: &Evidence) -> Figure {
    let series = |arm: Arm| {
        let point = |network: &crate::retrain::Retrained| {
            vec![network.predicted[axis], arm.variant.objectives(&network.trained)[axis]]
        };
        let points = evidence.arm(&arm).retrained.iter().map(point).collect();
        Series::new(arm.shown(), points)
    };
    Figure {
        id: format!("retrained_{}_{}", dataset.name, OBJECTIVES[axis]),
        title: format!("Predicted and measured {} on {}", WORDS[axis], dataset.name),
        caption: format!(
            "{} networks of the final population of one search per variant, really trained; a perfect prediction has \
             equal coordinates. Introspectability is similarity of outputs for reference, distance of hidden activations \
             for paper and corrected.",
            settings.studies.retrained
        ),
        form: Form::Scatter,
        x_label: format!("predicted {}", LABELS[axis]),
        y_label: format!("measured {}", LABELS[axis]),
        series: arms(dataset).into_iter().filter(Arm::is_retrained).map(series).collect(),
        ..Figure::default()
    }
}

/// Accuracy of the table's networks against their introspectability of both kinds, and against their cost.
fn trained(dataset: &Dataset, evidence: &Evidence) -> [Figure; 2] {
    let table = evidence.table(dataset);
    let series = |name: &str, value: fn(&Trained) -> f64| {
        let points = table.iter().map(|network| vec![network.test.accuracy, value(network)]).collect();
        Series::new(name, points)
    };
    let figure = |id: &str, words: &str, y_label: &str, series: Vec<Series>| Figure {
        id: format!("trained_{}_{id}", dataset.name),
        title: format!("Accuracy and {words} of trained networks on {}", dataset.name),
        caption: format!("The {} random networks of the table, really trained, on test samples.", table.len()),
        form: Form::Scatter,
        x_label: "test accuracy (fraction)".to_owned(),
        y_label: y_label.to_owned(),
        series,
        ..Figure::default()
    };
    let kinds = vec![
        series("as the code measures it: similarity of outputs", |network| network.test.similarity),
        series("as defined: distance of hidden activations", |network| network.test.distance),
    ];
    let costs = vec![series("networks", |network| network.multiply_adds)];
    [
        figure("introspectability", "introspectability", LABELS[1], kinds),
        figure("multiply_adds", "cost", LABELS[2], costs),
    ]
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
