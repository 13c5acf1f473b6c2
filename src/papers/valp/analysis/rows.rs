//! The results as rows of observations.

use std::collections::{BTreeMap, BTreeSet};

use super::climbing::{
    FIRST_PHASE, KEY_STEPS, NEAR_FIRST_PHASE, Pair, front_counts, hypervolume, hypervolume_within, is_reducer,
    outliers, pair_counts, share, spent, top_quarter_leads, total,
};
use super::diagnoses::{DIAGNOSES, strengths};
use super::frame::{steps_of_both, tables};
use super::learned::Lessons;
use super::observations::{Half, Objective, PAIRED, cut};
use super::result_set::ResultSet;
use crate::diagnosis::intervention::Reading;
use crate::diagnosis::sub_loss::{Thresholds, Trend};
use crate::operator::edit::{Form, Operator};
use crate::settings::{AnalysisSettings, ArmSettings, Settings};
use crate::study::search::SearchRecord;
use renas_observe::rows::{Rows, Value};
use renas_stats::summary::{mean, median};

/// Multiply-adds that gains are divided by, and that searches are counted in.
const COMPUTE: f64 = 1e12;

const TRENDS: [Trend; 3] = [Trend::Stuck, Trend::Moderate, Trend::Steep];

/// Bins of Figure 5, between the cuts.
const BINS: usize = 20;

/// Where the paper cuts improvements, slopes, and logarithms of relevance in Figures 6 and 7.
const IMPROVEMENT_CUT: f64 = 0.5;
const SLOPE_CUT: f64 = -1.5e-4;
const RELEVANCE_CUT: f64 = 0.4;

/// All tables of the frame.
pub fn rows(settings: &Settings, results: &ResultSet) -> Vec<Rows> {
    let mut all = tables(settings.analysis.clip).map(Rows::new);
    let [
        outputs,
        differences,
        models,
        medians,
        networks,
        losses,
        crossovers,
        guidelines,
        lessons,
        places,
        judges,
        searches,
        steps,
        courses,
        fronts,
        histogram,
        experiments,
    ] = &mut all;
    add_outputs(outputs, settings, results);
    add_differences(differences, settings.analysis.clip, results);
    add_histogram(histogram, settings.analysis.clip, results);
    add_models(models, settings, results);
    add_medians(medians, results);
    add_diagnosed([networks, losses], settings.thresholds(), results);
    add_crossovers(crossovers, settings, results);
    add_learned([guidelines, lessons], settings, results);
    add_places(places, results);
    for (study, data) in [("exploration", &settings.operator_study.data), ("search", &settings.search.data)] {
        if let Some(accuracy) = results.judges.get(&data.name) {
            judges.push([study.into(), (accuracy * data.validation as f64).into(), data.validation.into()]);
        }
    }
    for arm in &settings.search.arms {
        add_searches(searches, arm, settings, results);
        add_steps(steps, arm, settings, results);
        add_courses([courses, fronts], arm, settings, results);
        if let Some(last) = steps_of_both(settings, arm) {
            add_experiment(experiments, arm, last, &results.pairs(arm.name));
        }
    }
    all.into()
}

/// 1 or 0 of a share.
fn one_if(is: bool) -> Value {
    f64::from(is).into()
}

fn form(form: Form) -> Value {
    form.to_string().as_str().into()
}

fn add_outputs(rows: &mut Rows, settings: &Settings, results: &ResultSet) {
    let AnalysisSettings { clip, large, .. } = settings.analysis;
    // A measure that is a tenth larger has grown by ln(1.1), one that is a tenth smaller by ln(0.9).
    let (worse, better) = (libm::log1p(large), libm::log1p(-large));
    for (place, one) in results.everything.iter().enumerate() {
        let operator = one.operator();
        let half = |halves: [Half; 2]| {
            let found = halves.into_iter().find(|half| results.medians.is_in(*half, one));
            Value::from(found.map_or("unknown", Half::name))
        };
        rows.push([
            place.into(),
            one.model.into(),
            one.model.into(),
            operator.name().into(),
            form(one.form),
            one.objective.name().into(),
            half([Half::Steep, Half::Flat]),
            half([Half::Relevant, Half::Irrelevant]),
            one.is_reached.into(),
            Operator::STRUCTURAL.contains(&operator).into(),
            (one.is_paired && PAIRED.contains(&operator)).into(),
            one.is_shown().into(),
            cut(one.improvement, clip).into(),
            cut(one.against_control(), clip).into(),
            cut(one.control, clip).into(),
            cut(one.against_control(), clip).abs().into(),
            cut(one.improvement, clip).into(),
            (-cut(one.improvement, clip) / one.multiply_adds * COMPUTE).into(),
            libm::exp(cut(one.improvement, IMPROVEMENT_CUT)).into(),
            one.known.slope.map(|slope| 1e6 * slope.max(SLOPE_CUT)).into(),
            drawn_relevance(one.known.module).into(),
            one_if(!one.is_reached),
            one_if(one.improvement.to_bits() == one.control.to_bits()),
            one_if(one.improvement > worse),
            one_if(one.improvement < better),
            one_if(one.improvement.abs() < large),
        ]);
    }
}

/// Relevance, cut where the paper cuts its logarithm; none of no relevance at all.
fn drawn_relevance(module: Option<f64>) -> Option<f64> {
    module.filter(|module| *module > 0.0).map(|module| module.min(libm::exp(RELEVANCE_CUT)))
}

fn add_histogram(rows: &mut Rows, clip: f64, results: &ResultSet) {
    let width = 2.0 * clip / BINS as f64;
    for operator in PAIRED {
        let mut counts = [0_usize; BINS];
        for (_, g) in results.differences.iter().filter(|(one, _)| one.operator() == operator) {
            counts[(((cut(*g, clip) + clip) / width) as usize).min(BINS - 1)] += 1;
        }
        for (bin, count) in counts.into_iter().enumerate() {
            rows.push([operator.name().into(), ((bin as f64 + 0.5) * width - clip).into(), count.into()]);
        }
    }
}

fn add_courses([courses, fronts]: [&mut Rows; 2], arm: &ArmSettings, settings: &Settings, results: &ResultSet) {
    let (name, corner) = (arm.name.name(), settings.analysis.corner);
    let pairs = if steps_of_both(settings, arm).is_some() { results.pairs(arm.name) } else { Vec::new() };
    // Steps that all pairs have.
    let both = pairs.iter().map(|(arm, random)| arm.steps.len().min(random.steps.len())).min().unwrap_or(0);
    for (pair, record) in results.searches(arm.name).iter().enumerate() {
        for step in 0..=record.steps.len() {
            let counts = pairs.get(pair).filter(|_| (1..=both).contains(&step)).map(|pair| pair_counts(*pair, step));
            let [points, random] = [0, 1].map(|side| Value::from(counts.map(|counts| counts[side] as f64)));
            courses.push([
                name.into(),
                pair.into(),
                step.into(),
                hypervolume(record, step, corner).into(),
                points,
                random,
            ]);
        }
    }
    for step in 1..=both {
        let [points, random] = total(&front_counts(&pairs, step)).map(Value::from);
        fronts.push([name.into(), step.into(), points, random]);
    }
}

fn add_differences(rows: &mut Rows, clip: f64, results: &ResultSet) {
    for (place, (one, g)) in results.differences.iter().enumerate() {
        rows.push([
            place.into(),
            one.model.into(),
            one.operator().name().into(),
            one.objective.name().into(),
            (g.abs() <= clip).into(),
            cut(*g, clip).into(),
            (if *g == 0.0 { 0.0 } else { g.signum() }).into(),
            extreme(*g, clip).into(),
            one_if(*g < 0.0),
            one_if(*g < -clip),
        ]);
    }
}

/// The side of the cuts on which a difference lies: 0 between them.
pub(super) fn extreme(g: f64, clip: f64) -> f64 {
    if g.abs() > clip { g.signum() } else { 0.0 }
}

fn add_models(rows: &mut Rows, settings: &Settings, results: &ResultSet) {
    let chance = 1.0 / settings.operator_study.data.classes as f64;
    let strengths: BTreeMap<usize, [f64; DIAGNOSES.len()]> = strengths(results).into_iter().flatten().collect();
    for (model, record) in results.models.iter().enumerate() {
        let objectives = &record.before.objectives;
        let [classification, regression, sampling] = Objective::ALL.map(|one| Value::from(one.of(objectives)));
        // Two points above chance are nothing.
        let learned_nothing = one_if(1.0 - objectives.error <= chance + 0.02);
        let strength = |at: usize| Value::from(strengths.get(&model).map(|sizes| sizes[at]));
        let [slope, module, input, dependency, relative] = std::array::from_fn(strength);
        rows.push([
            model.into(),
            classification,
            regression,
            sampling,
            (record.before.parameters as f64).into(),
            learned_nothing,
            slope,
            module,
            input,
            dependency,
            relative,
        ]);
    }
}

fn add_medians(rows: &mut Rows, results: &ResultSet) {
    let mut improvements: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for one in results.everything.iter().filter(|one| one.is_shown()) {
        improvements.entry(one.model).or_default().push(one.improvement);
    }
    for (place, improvements) in improvements.values().enumerate() {
        rows.push([place.into(), median(improvements).into()]);
    }
}

/// For every sub-network whether all, or any, of the outputs that it feeds do without it, and what every loss does.
fn add_diagnosed([networks, losses]: [&mut Rows; 2], thresholds: Thresholds, results: &ResultSet) {
    let tenfold = Thresholds { stuck: 10.0 * thresholds.stuck, steep: 10.0 * thresholds.steep };
    let mut output = 0_usize;
    for (model, record) in results.models.iter().enumerate() {
        for outputs in record.diagnostics.iter().flat_map(|diagnostics| diagnostics.modules.values()) {
            let is_spared = |relevance: &f64| !Reading::Inverted.is_relevant(*relevance);
            let [all, any] = [outputs.values().all(is_spared), outputs.values().any(is_spared)].map(one_if);
            networks.push([networks.len().into(), model.into(), all, any]);
        }
        for slope in record.before.slopes.values() {
            for (name, thresholds) in [("state", thresholds), ("tenfold_state", tenfold)] {
                let [stuck, moderate, steep] = TRENDS.map(|trend| one_if(thresholds.trend(*slope) == trend));
                losses.push([output.into(), model.into(), name.into(), stuck, moderate, steep]);
            }
            output += 1;
        }
    }
}

fn add_crossovers(rows: &mut Rows, settings: &Settings, results: &ResultSet) {
    let (clip, floor) = (settings.analysis.clip, settings.floor(&settings.operator_study.data));
    let done = results.crossovers.iter().filter_map(|one| {
        let host = results.models.get(one.host)?;
        Some((one.host, host, &one.after.as_ref()?.objectives, &host.control.as_ref()?.objectives))
    });
    let hosts: BTreeSet<usize> = done.clone().map(|(host, ..)| host).collect();
    let numbers: BTreeMap<usize, usize> = hosts.into_iter().zip(0..).collect();
    for (host, record, after, control) in done {
        for objective in Objective::ALL {
            let of = |after| objective.improvement(&record.before.objectives, after, floor);
            let (number, name) = (numbers[&host], objective.name());
            let against_control = cut(of(after) - of(control), clip);
            rows.push([number.into(), number.into(), name.into(), cut(of(after), clip).into(), against_control.into()]);
        }
    }
}

fn add_learned([guidelines, learned]: [&mut Rows; 2], settings: &Settings, results: &ResultSet) {
    let lessons = Lessons::of(&results.observations, settings.thresholds(), settings.analysis.clip);
    for (place, [hit, chance]) in lessons.agreement().into_values().enumerate() {
        guidelines.push([place.into(), place.into(), hit.into(), (hit - chance).into()]);
    }
    for (place, gain) in lessons.learned_gain().into_values().enumerate() {
        learned.push([place.into(), place.into(), gain.into()]);
    }
}

fn add_places(rows: &mut Rows, results: &ResultSet) {
    let models = &results.models;
    let forms = |operator: Operator| operator.forms().iter().map(move |form| (operator, *form));
    for variant in Operator::ALL.into_iter().flat_map(forms) {
        let places = models.iter().flat_map(|model| &model.admissible);
        let places = places.filter(|places| (places.operator, places.form) == variant);
        let counts: Vec<f64> = places.map(|places| places.count as f64).collect();
        let mutations = models.iter().flat_map(|model| &model.mutations);
        let changed = mutations.filter(|one| (one.edit.operator(), one.form) == variant).count();
        let admissible = (!counts.is_empty()).then(|| mean(&counts));
        rows.push([variant.0.name().into(), form(variant.1), admissible.into(), changed.into()]);
    }
    let crossed = results.crossovers.iter().filter(|one| one.after.is_some()).count();
    rows.push(["crossover".into(), form(Form::Aggressive), None.into(), crossed.into()]);
}

fn add_searches(rows: &mut Rows, arm: &ArmSettings, settings: &Settings, results: &ResultSet) {
    let corner = settings.analysis.corner;
    let gain = |(arm, random): Pair<'_>| {
        let budget = spent(arm).min(spent(random));
        hypervolume_within(arm, budget, corner) - hypervolume_within(random, budget, corner)
    };
    let gains: Vec<f64> = match steps_of_both(settings, arm) {
        Some(_) => results.pairs(arm.name).into_iter().map(gain).collect(),
        None => Vec::new(),
    };
    for (pair, record) in results.searches(arm.name).iter().enumerate() {
        let steps = &record.steps;
        let [stuck, moderate, steep] = TRENDS.map(|trend| Value::from(share_of_trend(record, trend)));
        rows.push([
            arm.name.name().into(),
            pair.into(),
            share(steps, |step| step.accepted).into(),
            share(&steps[..steps.len().min(FIRST_PHASE)], is_reducer).into(),
            steps.get(FIRST_PHASE..).and_then(|late| share(late, is_reducer)).into(),
            share(steps, |step| step.choice.candidate.is_none()).into(),
            stuck,
            moderate,
            steep,
            (spent(record) / COMPUTE).into(),
            gains.get(pair).copied().into(),
        ]);
    }
}

/// Of the outputs, whenever they were diagnosed; none where they never were.
fn share_of_trend(record: &SearchRecord, trend: Trend) -> Option<f64> {
    let all: Vec<Trend> = record.steps.iter().flat_map(|step| step.trends.values().copied()).collect();
    let count = all.iter().filter(|one| **one == trend).count();
    (!all.is_empty()).then(|| count as f64 / all.len() as f64)
}

/// A lead among all pairs turns its sign where the labels of a pair are exchanged, and all else stays: that is what makes it
/// a sample.
fn add_steps(rows: &mut Rows, arm: &ArmSettings, settings: &Settings, results: &ResultSet) {
    let both = steps_of_both(settings, arm).unwrap_or(0);
    for step in KEY_STEPS.into_iter().filter(|step| *step <= arm.steps) {
        let pairs = if step <= both { results.pairs(arm.name) } else { Vec::new() };
        let counts: Vec<[usize; 2]> = pairs.iter().map(|pair| pair_counts(*pair, step)).collect();
        let top = if counts.is_empty() { Vec::new() } else { top_quarter_leads(&counts) };
        let pooled = front_counts(&pairs, step);
        let lead =
            |counts: &[[usize; 2]], pair: usize| counts.get(pair).map(|[arm, random]| *arm as f64 - *random as f64);
        for (pair, record) in results.searches(arm.name).iter().enumerate() {
            rows.push([
                arm.name.name().into(),
                pair.into(),
                step.into(),
                hypervolume(record, step, settings.analysis.corner).into(),
                lead(&counts, pair).into(),
                top.get(pair).copied().into(),
                lead(&pooled, pair).into(),
            ]);
        }
    }
}

fn add_experiment(rows: &mut Rows, arm: &ArmSettings, last: usize, pairs: &[Pair<'_>]) {
    if pairs.is_empty() {
        return;
    }
    let counts: Vec<[usize; 2]> = pairs.iter().map(|pair| pair_counts(*pair, last)).collect();
    let [own, random] = [0, 1].map(|side| counts.iter().map(|count| count[side] as f64).collect::<Vec<f64>>());
    let most = |values: &[f64]| values.iter().copied().fold(0.0, f64::max);
    let is_sole = |step: &usize| total(&front_counts(pairs, *step)) == [1, 0];
    rows.push([
        arm.name.name().into(),
        0.into(),
        (most(&own) - most(&random)).into(),
        outliers(&own).into(),
        outliers(&random).into(),
        NEAR_FIRST_PHASE.filter(|step| *step <= last).filter(is_sole).count().into(),
    ]);
}
