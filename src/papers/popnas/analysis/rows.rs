//! The results as rows of observations.

use super::frame::{self, COMPARED, OWN, PREFERRED, equal_tops, operators, regressor_name, stage_name, tables};
use super::result_set::ResultSet;
use super::{equal_counts, measures, rivals};
use crate::operator::Operator::{self, Avg3, Conv1x7, Dw3, Max3};
use crate::regressor::RegressorKind;
use crate::search::{SearchRecord, Stage, Trained};
use crate::settings::{ArmSettings, Settings};
use renas_observe::rows::{Rows, Value};
use renas_stats::summary::{mean, median};

/// How far above chance a cell must be to have learned something.
const ABOVE_CHANCE: f64 = 0.02;

/// The three operators that the paper says its front prefers.
const PREFERRED_OPERATORS: [Operator; 3] = [Dw3, Avg3, Max3];

/// At how many times the hypervolume is asked for.
const TIMES: usize = 25;

/// All tables of the frame.
pub fn rows(settings: &Settings, results: &ResultSet) -> Vec<Rows> {
    let [
        mut cells,
        mut errors,
        mut candidates,
        mut in_time,
        mut stages,
        mut shares,
        mut tops,
        mut searches,
        mut beside,
        mut clock,
        mut noise,
    ] = tables().map(Rows::new);
    for arm in &settings.search.arms {
        for (seed, record) in results.searches(&arm.name).iter().enumerate() {
            add_cells(&mut cells, settings, (arm, seed), record);
            add_errors(&mut errors, (&arm.name, seed, OWN), &own_predictions(record));
            for (blocks, stage) in (1..).zip(&record.stages) {
                let of = (stage_name(&arm.name, blocks), seed);
                add_stage(&mut stages, settings, &of, record, stage);
                add_candidates(&mut candidates, &of, stage);
                add_shares(&mut shares, arm, &of, stage);
            }
            let (times, empty) = (measures::variance_between_stages(record), record.empty_seconds);
            searches.push([word(&arm.name), seed.into(), measures::pool(record).into(), times.into(), empty.into()]);
        }
        for (seed, judged) in results.ablations(&arm.name).iter().enumerate() {
            // What an ablation stores of NNLS is fitted anew, over folds of whole networks.
            for one in judged.iter().filter(|one| one.kind.is_none_or(|(kind, _)| kind != RegressorKind::Nnls)) {
                add_errors(&mut errors, (&arm.name, seed, &regressor_name(one.kind)), &one.stages);
            }
        }
        for (seed, fits) in results.nnls(&arm.name).iter().enumerate() {
            fits.iter().for_each(|(name, stages)| add_errors(&mut errors, (&arm.name, seed, name), stages));
        }
    }
    add_in_time(&mut in_time, settings, results);
    add_tops(&mut tops, settings, results);
    rivals::observe(settings, results, &mut beside);
    let spreads: Vec<f64> = results.clock.iter().map(|times| spread(times)).collect();
    spreads.iter().enumerate().for_each(|(cell, &spread)| clock.push([cell.into(), spread.into()]));
    if !spreads.is_empty() {
        noise.push([median(&spreads).into()]);
    }
    vec![cells, errors, candidates, in_time, stages, shares, tops, searches, beside, clock, noise]
}

fn word(text: &str) -> Value {
    text.into()
}

/// The accuracy that a cell must exceed to have learned something.
fn nothing(settings: &Settings) -> f64 {
    1.0 / settings.scale.classes as f64 + ABOVE_CHANCE
}

fn add_cells(cells: &mut Rows, settings: &Settings, (arm, seed): (&ArmSettings, usize), record: &SearchRecord) {
    for (blocks, stage) in (1..).zip(&record.stages) {
        for one in &stage.cells {
            let (accuracy, seconds) = (one.child.accuracy, one.child.seconds);
            let error = measures::time_error(one);
            cells.push([
                word(&arm.name),
                word(&stage_name(&arm.name, blocks)),
                seed.into(),
                word(&one.cell.to_string().replace('|', "; ")),
                (blocks == record.stages.len()).into(),
                (accuracy > nothing(settings)).into(),
                one.cell.operators().all(Operator::is_pooling).into(),
                one.cell.operators().all(Operator::is_convolution).into(),
                one.cell.operators().any(|one| one == Conv1x7).into(),
                accuracy.into(),
                (1.0 - accuracy).into(),
                seconds.into(),
                (seconds / settings.search.hypervolume_seconds).into(),
                one.predicted.map(|[accuracy, _]| accuracy).into(),
                one.predicted.map(|[_, seconds]| seconds).into(),
                error.map(f64::abs).into(),
                error.into(),
            ]);
        }
    }
}

/// Predicted and true seconds of every stage from the second on.
fn own_predictions(record: &SearchRecord) -> Vec<Vec<[f64; 2]>> {
    let pair = |one: &Trained| one.predicted.map(|[_, predicted]| [predicted, one.child.seconds]);
    record.stages.iter().skip(1).map(|stage| stage.cells.iter().filter_map(pair).collect()).collect()
}

fn add_errors(errors: &mut Rows, (arm, seed, regressor): (&str, usize, &str), stages: &[Vec<[f64; 2]>]) {
    for last in 0..stages.len() {
        for (at, [predicted, truth]) in (0..=last).flat_map(|at| stages[at].iter().map(move |pair| (at, pair))) {
            let error = (predicted - truth) / truth;
            // These stages start at two blocks.
            let name = stage_name(arm, last + 2);
            errors.push([
                word(&name),
                word(regressor),
                seed.into(),
                word(arm),
                (at == last).into(),
                (*predicted).into(),
                (*truth).into(),
                error.abs().into(),
                error.into(),
            ]);
        }
    }
}

fn add_candidates(candidates: &mut Rows, (name, seed): &(String, usize), stage: &Stage) {
    for (place, &[seconds, accuracy]) in stage.shown.iter().enumerate() {
        let is_most_accurate = stage.most_accurate.contains(&place);
        candidates.push([word(name), (*seed).into(), is_most_accurate.into(), seconds.into(), accuracy.into()]);
    }
}

fn add_in_time(in_time: &mut Rows, settings: &Settings, results: &ResultSet) {
    let searches = COMPARED.iter().flat_map(|arm| results.searches(arm));
    let horizon = searches.map(measures::total_seconds).fold(0.0, f64::max);
    for arm in COMPARED {
        for (seed, record) in results.searches(arm).iter().enumerate() {
            for step in 1..=TIMES {
                let spent = horizon * step as f64 / TIMES as f64;
                let volume = measures::hypervolume_within(record, spent, settings.search.hypervolume_seconds);
                in_time.push([word(arm), seed.into(), spent.into(), volume.into()]);
            }
        }
    }
}

fn add_stage(
    stages: &mut Rows,
    settings: &Settings,
    (name, seed): &(String, usize),
    record: &SearchRecord,
    stage: &Stage,
) {
    let cells = stage.cells.len();
    let learned = stage.cells.iter().filter(|one| one.child.accuracy > nothing(settings)).count();
    // A linear prediction may be 0 or less: then there is no multiple.
    let range = stage.predicted_range.filter(|[low, _]| *low > 0.0).map(|[low, high]| high / low);
    let candidates: Vec<f64> = stage.shown.iter().map(|[_, accuracy]| *accuracy).collect();
    stages.push([
        word(name),
        (*seed).into(),
        (cells > 0).then(|| 1.0 - learned as f64 / cells as f64).into(),
        settings.search.beam.saturating_sub(cells).into(),
        measures::time_variation(stage).into(),
        range.into(),
        (!candidates.is_empty()).then(|| mean(&candidates)).into(),
        measures::time_columns(record, stage).into(),
        measures::chosen_minus_rest(stage).into(),
    ]);
}

fn add_shares(shares: &mut Rows, arm: &ArmSettings, (stage_name, seed): &(String, usize), stage: &Stage) {
    let mut push = |operator: &str, share: Option<f64>| {
        shares.push([word(stage_name), operator.into(), (*seed).into(), share.into()]);
    };
    operators(arm).for_each(|one| push(one.name(), measures::share(stage, one)));
    push(PREFERRED, PREFERRED_OPERATORS.iter().map(|&one| measures::share(stage, one)).sum());
}

fn add_tops(tops: &mut Rows, settings: &Settings, results: &ResultSet) {
    for row in equal_tops(settings) {
        let frame::EqualTop { arm, blocks, top, sizes } = &row;
        for (seed, record) in results.searches(arm).iter().enumerate() {
            let cells = |size: &usize| Some(measures::stage(record, *size)?.cells.len());
            let drawn =
                sizes.iter().map(cells).collect::<Option<Vec<usize>>>().and_then(|counts| counts.into_iter().min());
            let stage = measures::stage(record, *blocks);
            let expected = |(stage, drawn)| equal_counts::largest(&measures::accuracies(stage), drawn, *top);
            let (stage_name, top) = (stage_name(arm, *blocks), top.to_string());
            let accuracy = stage.zip(drawn).and_then(expected);
            tops.push([word(&stage_name), word(&top), word(&row.sizes()), seed.into(), accuracy.into()]);
        }
    }
}

/// Longest minus shortest of repeated timings, as a share of their mean.
fn spread(times: &[f64]) -> f64 {
    let longest = times.iter().copied().fold(0.0, f64::max);
    let shortest = times.iter().copied().fold(f64::INFINITY, f64::min);
    (longest - shortest) / mean(times)
}
