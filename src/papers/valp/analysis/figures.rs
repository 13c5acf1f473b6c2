//! The figures of the report: 5 to 9 of the paper, and the hypervolume over steps.

use std::collections::BTreeMap;

use super::climbing::{Pair, front_counts, hypervolume, pair_counts, total};
use super::observations::{Objective, Observation, PAIRED, cut};
use super::result_set::ResultSet;
use crate::operator::edit::{Form, Operator};
use crate::policy::arm::Arm;
use crate::settings::Settings;
use renas_report::findings::{Figure, Form as Drawn, Series};
use renas_stats::summary::{mean, quantile, sorted};

/// Bins of Figure 5, between the cuts.
const BINS: usize = 20;

/// Where the paper cuts improvements in Figures 6 and 7.
const IMPROVEMENT_CUT: f64 = 0.5;

/// Where it cuts slopes.
const SLOPE_CUT: f64 = -1.5e-4;

/// Where it cuts the logarithm of relevance.
const RELEVANCE_CUT: f64 = 0.4;

/// All figures, in the order of the report.
pub fn all(settings: &Settings, results: &ResultSet) -> Vec<Figure> {
    let mut figures = vec![figure_5(settings, results)];
    let lettered = [('a', Operator::CloneNetwork), ('b', Operator::AddConnection), ('c', Operator::InsertNetwork)];
    figures.extend(lettered.map(|(letter, operator)| figure_6(letter, operator, results)));
    figures.extend(lettered.map(|(letter, operator)| figure_7(letter, operator, results)));
    for arm in settings.search.arms.iter().map(|arm| arm.name).filter(|arm| *arm != Arm::Random) {
        let pairs = results.pairs(arm);
        let suffix = if arm == Arm::Guided { String::new() } else { format!("_{arm}") };
        figures.push(figure_8(arm, &suffix, &pairs));
        figures.push(figure_9(arm, &suffix, &pairs));
    }
    figures.push(hypervolumes(settings, results));
    figures.retain(|figure| figure.series.iter().any(|series| !series.points.is_empty()));
    figures
}

fn figure_5(settings: &Settings, results: &ResultSet) -> Figure {
    let clip = settings.analysis.clip;
    let width = 2.0 * clip / BINS as f64;
    let series = PAIRED.map(|operator| {
        let mut counts: BTreeMap<usize, f64> = (0..BINS).map(|bin| (bin, 0.0)).collect();
        for (_, g) in results.differences.iter().filter(|(one, _)| one.operator() == operator) {
            let bin = ((cut(*g, clip) + clip) / width) as usize;
            *counts.entry(bin.min(BINS - 1)).or_default() += 1.0;
        }
        let points = counts.into_iter().map(|(bin, count)| vec![(bin as f64 + 0.5) * width - clip, count]);
        Series::new(operator.name(), points.collect())
    });
    Figure {
        id: "figure5".to_owned(),
        title: "Figure 5. G: the gain of gentle over aggressive forms".to_owned(),
        caption: format!(
            "{} differences of three operators at the same place of the same model, over all outputs that a form reaches: \
             the improvement of the aggressive form minus that of the gentle one, cut at {clip}. Above 0 the gentle form is better.",
            results.differences.len()
        ),
        form: Drawn::Lines,
        x_label: "G (middle of the bin)".to_owned(),
        y_label: "frequency".to_owned(),
        series: series.to_vec(),
        ..Figure::default()
    }
}

/// Both forms of an operator: what is known before against the improvement of the regression.
fn forms(results: &ResultSet, operator: Operator, x: impl Fn(&Observation) -> Option<f64>) -> Vec<Series> {
    let of_form = |form: Form| {
        let kept = results
            .observations
            .iter()
            .filter(|one| one.operator() == operator && one.form == form && one.objective == Objective::Regression);
        let point = |one: &Observation| Some(vec![x(one)?, cut(one.improvement, IMPROVEMENT_CUT)]);
        Series::new(form.to_string(), kept.filter_map(point).collect())
    };
    vec![of_form(Form::Aggressive), of_form(Form::Gentle)]
}

const IMPROVEMENT: &str = "ln(after / before), regression (better below 0)";

fn figure_6(letter: char, operator: Operator, results: &ResultSet) -> Figure {
    Figure {
        id: format!("figure6{letter}"),
        title: format!("Figure 6{letter}. Improvement by slope, {operator}"),
        caption: format!(
            "Regression output where the change reaches it, cut to +-{IMPROVEMENT_CUT}; slopes below {SLOPE_CUT} are shown there, as in the paper."
        ),
        form: Drawn::Scatter,
        x_label: "slope of the loss (per step)".to_owned(),
        y_label: IMPROVEMENT.to_owned(),
        series: forms(results, operator, |one| one.known.slope.map(|slope| slope.max(SLOPE_CUT))),
        ..Figure::default()
    }
}

fn figure_7(letter: char, operator: Operator, results: &ResultSet) -> Figure {
    let relevance = |one: &Observation| one.known.module.map(|module| libm::log(module).min(RELEVANCE_CUT));
    Figure {
        id: format!("figure7{letter}"),
        title: format!("Figure 7{letter}. Improvement by relevance of the changed sub-network, {operator}"),
        caption: format!(
            "Regression output where the change reaches it, cut to +-{IMPROVEMENT_CUT}; logarithms of relevance above {RELEVANCE_CUT} are shown there, \
             as in the paper. 0: the output does not change when the sub-network's weights are replaced."
        ),
        form: Drawn::Scatter,
        x_label: "ln(relevance)".to_owned(),
        y_label: IMPROVEMENT.to_owned(),
        series: forms(results, operator, relevance),
        ..Figure::default()
    }
}

/// Steps that all pairs have.
fn steps(pairs: &[Pair<'_>]) -> usize {
    pairs.iter().map(|(arm, random)| arm.steps.len().min(random.steps.len())).min().unwrap_or(0)
}

fn figure_8(arm: Arm, suffix: &str, pairs: &[Pair<'_>]) -> Figure {
    let (mut random, mut guided) = (Vec::new(), Vec::new());
    for step in 1..=steps(pairs) {
        let counts: Vec<[usize; 2]> = pairs.iter().map(|pair| pair_counts(*pair, step)).collect();
        for (side, points) in [(0, &mut guided), (1, &mut random)] {
            let sample = sorted(&counts.iter().map(|count| count[side] as f64).collect::<Vec<_>>());
            let [low, middle, high] = [0.25, 0.5, 0.75].map(|level| quantile(&sample, level));
            points.push(vec![step as f64, middle, low, high]);
        }
    }
    Figure {
        id: format!("figure8{suffix}"),
        title: format!("Figure 8. Points on the front of each pair, random and {arm}"),
        caption: format!("Median and quartiles over {} pairs, by step; the start is not counted.", pairs.len()),
        form: Drawn::Lines,
        x_label: "step".to_owned(),
        y_label: "points on the front".to_owned(),
        series: vec![Series::new(Arm::Random.name(), random), Series::new(arm.name(), guided)],
        ..Figure::default()
    }
}

fn figure_9(arm: Arm, suffix: &str, pairs: &[Pair<'_>]) -> Figure {
    let counts = (1..=steps(pairs)).map(|step| (step as f64, total(&front_counts(pairs, step))));
    let counts: Vec<(f64, [usize; 2])> = counts.collect();
    let side = |side: usize| counts.iter().map(|(step, count)| vec![*step, count[side] as f64]).collect();
    Figure {
        id: format!("figure9{suffix}"),
        title: format!("Figure 9. Points on the front of all pairs together, random and {arm}"),
        caption: format!("{} pairs; all candidates up to a step.", pairs.len()),
        form: Drawn::Lines,
        x_label: "step".to_owned(),
        y_label: "points on the front".to_owned(),
        series: vec![Series::new(Arm::Random.name(), side(1)), Series::new(arm.name(), side(0))],
        ..Figure::default()
    }
}

/// Beyond the paper: how much is dominated after each step.
fn hypervolumes(settings: &Settings, results: &ResultSet) -> Figure {
    let corner = settings.analysis.corner;
    let series = settings.search.arms.iter().map(|arm| {
        let records = results.searches(arm.name);
        let shortest = records.iter().map(|record| record.steps.len()).min().unwrap_or(0);
        let point = |step: usize| {
            let volumes: Vec<f64> = records.iter().map(|record| hypervolume(record, step, corner)).collect();
            let ends = sorted(&volumes);
            vec![step as f64, mean(&volumes), quantile(&ends, 0.25), quantile(&ends, 0.75)]
        };
        Series::new(arm.name.name(), (0..=shortest).map(point).collect())
    });
    Figure {
        id: "hypervolume".to_owned(),
        title: "Hypervolume over steps".to_owned(),
        caption: format!(
            "The share of the box from 0 to {corner} times the start's three objectives that the start and the candidates \
             so far dominate: mean and quartiles over the pairs of each arm."
        ),
        form: Drawn::Lines,
        x_label: "step".to_owned(),
        y_label: "hypervolume (fraction)".to_owned(),
        series: series.collect(),
        ..Figure::default()
    }
}
