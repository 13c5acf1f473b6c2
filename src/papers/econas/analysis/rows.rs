//! The results as rows of observations.

use super::frame::tables;
use super::measures;
use super::published::{TABLE_2, earlier, table_2};
use super::result_set::{Group, ResultSet, has_learned};
use crate::objectives::OBJECTIVES;
use crate::plan::{Arm, FIGURE_1, arms};
use crate::population::Trajectory;
use crate::search::SearchRecord;
use crate::settings::{Dataset, Settings};
use renas_observe::rows::{Rows, Value};
use renas_stats::prediction::prediction_interval;
use renas_stats::summary::{quantile, sorted};

/// All tables of the frame.
pub fn rows(settings: &Settings, results: &ResultSet) -> Vec<Rows> {
    let [
        mut generations,
        mut searches,
        mut runs,
        mut members,
        mut trained,
        mut retrained,
        mut splits,
        mut out_of_fold,
        mut published,
        mut inside,
    ] = tables(settings).map(Rows::new);
    for dataset in &settings.datasets {
        add_trained(&mut trained, dataset, results);
        for arm in arms(dataset) {
            for (seed, record) in results.arm(&arm).searches.iter().enumerate() {
                add_search([&mut generations, &mut searches], settings, (&arm, seed), record);
            }
            add_runs([&mut runs, &mut inside], settings, &arm, results);
            add_members(&mut members, settings, &arm, results);
            add_retrained(&mut retrained, dataset, &arm, results);
            add_trees([&mut splits, &mut out_of_fold], &arm, results);
        }
    }
    for &(dataset, generation, numbers) in &TABLE_2 {
        let bands = earlier(dataset, generation).unwrap_or_default();
        let ends = [0, 1, 2].map(|end| bands.map(|band| band[end]));
        let numbers = [numbers].into_iter().chain(ends).flatten().map(Value::from);
        published.push(row::<14>([word(dataset), generation.into()].into_iter().chain(numbers)));
    }
    vec![generations, searches, runs, members, trained, retrained, splits, out_of_fold, published, inside]
}

fn word(text: &str) -> Value {
    text.into()
}

fn add_search(
    [generations, searches]: [&mut Rows; 2],
    settings: &Settings,
    (arm, seed): (&Arm, usize),
    record: &SearchRecord,
) {
    let (key, trajectory, table_2) = (arm.key(), &record.trajectory, &settings.search.generations);
    for (generation, mean) in trajectory.mean.iter().enumerate() {
        let [accuracy, introspectability, multiply_adds] = mean.map(Value::from);
        let of = |values: &[f64]| Value::from(values.get(generation).copied());
        generations.push([
            word(&key),
            seed.into(),
            generation.into(),
            accuracy,
            introspectability,
            multiply_adds,
            of(&trajectory.hypervolume),
            of(&trajectory.spread),
            of(&trajectory.distinct),
            of(&trajectory.depth),
        ]);
    }
    let of_last = [1, 2].map(|axis| {
        let (dispersion, correlation) =
            (measures::dispersion(trajectory, settings.length(), axis), record.correlations[axis - 1]);
        [dispersion, Some(correlation), Some(correlation * correlation)]
    });
    let path = |measure: Path| [0, 1, 2].map(|axis| measure(trajectory, table_2, axis));
    let paths = [measures::late_slope, measures::slowdown, measures::steps].map(path);
    let numbers = of_last.into_iter().chain(paths).flatten().map(Value::from);
    searches.push(row::<18>([word(&key), seed.into(), record.evaluations.into()].into_iter().chain(numbers)));
}

/// A number of how an objective's mean went over the generations of Table 2.
type Path = fn(&Trajectory, &[usize], usize) -> Option<f64>;

/// What one more search would give after the generations of Table 2, and what those that were run gave.
fn add_runs([runs, inside]: [&mut Rows; 2], settings: &Settings, arm: &Arm, results: &ResultSet) {
    for &generation in &settings.search.generations {
        let mut of_axis = |axis: usize| {
            let mean = |record: &SearchRecord| Some(record.trajectory.mean.get(generation)?[axis]);
            let samples: Vec<f64> = results.arm(arm).searches.iter().filter_map(mean).collect();
            let interval = prediction_interval(&samples, 0.95).ok().map(|found| found.interval);
            let printed = table_2(&arm.dataset, generation).map(|numbers| numbers[axis]);
            if let Some((interval, printed)) = interval.zip(printed) {
                let words = if interval.contains(printed) { "yes" } else { "no" };
                inside.push([word(&arm.key()), generation.into(), OBJECTIVES[axis].into(), words.into()]);
            }
            let ordered = sorted(&samples);
            let at = |level: f64| (!ordered.is_empty()).then(|| quantile(&ordered, level));
            [interval.map(|one| one.low), interval.map(|one| one.high), at(0.5), at(0.05), at(0.95)]
        };
        let found = [of_axis(0), of_axis(1), of_axis(2)];
        let numbers = (0..5).flat_map(|end| found.map(|of_axis| Value::from(of_axis[end])));
        runs.push(row::<17>([word(&arm.key()), generation.into()].into_iter().chain(numbers)));
    }
}

fn add_members(members: &mut Rows, settings: &Settings, arm: &Arm, results: &ResultSet) {
    for kept in results.arm(arm).kept() {
        // The paper counts generations from 1 and shows the population before the selection of each.
        let generation = kept.generation + 1;
        for (member, individual) in kept.individuals.iter().enumerate() {
            let [accuracy, introspectability, multiply_adds] = individual.objectives.map(Value::from);
            members.push([
                word(&arm.key()),
                member.into(),
                generation.into(),
                FIGURE_1.contains(&generation).into(),
                (kept.generation == settings.length()).into(),
                accuracy,
                introspectability,
                multiply_adds,
            ]);
        }
    }
}

/// Networks are numbered within their group, so that of each group all have one.
fn add_trained(trained: &mut Rows, dataset: &Dataset, results: &ResultSet) {
    for group in Group::BOTH {
        for (network, one) in results.table(&dataset.name, group).iter().enumerate() {
            trained.push([
                word(&dataset.name),
                group.name().into(),
                network.into(),
                network.into(),
                network.into(),
                one.test.accuracy.into(),
                one.test.similarity.into(),
                one.test.distance.into(),
                one.multiply_adds.into(),
            ]);
        }
    }
}

/// Networks of final populations, really trained; none where no network of the table learned anything, so that there is
/// nothing to compare with.
fn add_retrained(retrained: &mut Rows, dataset: &Dataset, arm: &Arm, results: &ResultSet) {
    for group in Group::BOTH {
        let table = results.table(&dataset.name, group);
        let measured: Vec<[f64; 3]> = table.iter().map(|one| arm.variant.objectives(one)).collect();
        let mean = |axis: usize| measured.iter().map(|one| one[axis]).sum::<f64>() / measured.len() as f64;
        let searches = results.arm(arm).retrained.iter().enumerate();
        let networks = searches.flat_map(|(search, networks)| networks.iter().map(move |one| (search, one)));
        let counted = networks.filter(|(_, one)| !measured.is_empty() && group.holds(&one.trained, dataset.classes));
        for (network, (search, one)) in counted.enumerate() {
            let (test, objectives) = (&one.trained.test, arm.variant.objectives(&one.trained));
            let head = [word(&arm.key()), group.name().into(), network.into(), search.into()];
            let nothing = f64::from(u8::from(!has_learned(&one.trained, dataset.classes)));
            let error = [0, 1, 2].map(|axis| one.predicted[axis] - objectives[axis]);
            let gain = [0, 1, 2].map(|axis| objectives[axis] - mean(axis));
            let numbers = [nothing, test.accuracy, arm.variant.introspectability(test)].into_iter();
            let numbers = numbers.chain([one.predicted, objectives, error, gain].into_iter().flatten());
            retrained.push(row::<19>(head.into_iter().chain(numbers.map(Value::from))));
        }
    }
}

/// What trees are worth on networks that they were not fitted on: by random splits of one table, and network by network.
fn add_trees([splits, out_of_fold]: [&mut Rows; 2], arm: &Arm, results: &ResultSet) {
    let tree = |axis: usize| format!("{}.{}", arm.key(), OBJECTIVES[axis]);
    for (axis, quality) in results.arm(arm).quality.iter().enumerate() {
        for (split, (&mse, &tau)) in quality.mse.iter().zip(&quality.tau).enumerate() {
            // Splits whose held-out rows are all equal have no R squared; the others are counted from the first.
            let r2 = quality.r2.get(split).copied();
            splits.push([word(&tree(axis)), split.into(), 0.into(), r2.into(), mse.into(), tau.into()]);
        }
    }
    for group in Group::BOTH {
        for (axis, found) in results.out_of_fold(arm, group).iter().enumerate() {
            for (network, &square) in found.squares.iter().enumerate() {
                let (tree, group) = (word(&tree(axis)), group.name().into());
                out_of_fold.push([tree, group, network.into(), network.into(), network.into(), square.into()]);
            }
        }
    }
}

/// The cells of a row. Panics where they are not so many, which is a mistake here.
fn row<const N: usize>(cells: impl IntoIterator<Item = Value>) -> [Value; N] {
    let cells: Vec<Value> = cells.into_iter().collect();
    cells.try_into().expect("as many as `frame::tables` has columns")
}
