//! The results as rows of observations.

use super::frame::{name_on, pair_on, tables};
use super::genes::left_out;
use super::measures::{self, Passes, Principle, learned_nothing};
use super::result_set::{FinalNetwork, ResultSet, final_networks};
use super::times::pairs;
use crate::arm::Arm;
use crate::baselines::Baseline;
use crate::cost::CostRecord;
use crate::latency::{LatencyRecord, front};
use crate::objectives::Price;
use crate::plan::{DatasetRole, Selection, TIMED};
use crate::search::{SearchRecord, best_within};
use crate::settings::Settings;
use renas_observe::rows::{Rows, Value};
use renas_stats::summary::mean;

const HOURS_PER_DAY: f64 = 24.0;

/// All tables of the frame.
pub fn rows(settings: &Settings, results: &ResultSet) -> Vec<Rows> {
    let [
        mut searches,
        mut generations,
        mut fronts,
        mut principles,
        mut random,
        mut ranked,
        mut chosen,
        mut designed,
        mut counts,
        mut pairs,
        mut latency_pairs,
        mut latencies,
    ] = tables().map(Rows::new);
    add_searches(&mut searches, settings, results);
    add_generations(&mut generations, settings, results);
    add_fronts(&mut fronts, results);
    add_principles(&mut principles, settings, results);
    add_random(&mut random, settings, results);
    add_ranked(&mut ranked, results);
    for role in [DatasetRole::Searched, DatasetRole::Transfer] {
        add_trained([&mut chosen, &mut designed], settings, results, role);
        add_pairs(&mut pairs, settings, results, role);
    }
    add_counts(&mut counts, settings, results);
    for arm in TIMED {
        if let Some(record) = results.latency(arm) {
            add_times([&mut latency_pairs, &mut latencies], settings, arm, record);
        }
    }
    vec![
        searches,
        generations,
        fronts,
        principles,
        random,
        ranked,
        chosen,
        designed,
        counts,
        pairs,
        latency_pairs,
        latencies,
    ]
}

fn add_searches(rows: &mut Rows, settings: &Settings, results: &ResultSet) {
    let passes = Passes {
        alone: settings.training.epochs * results.training_samples,
        supernet: settings.supernet.epochs * results.training_samples,
        calibration: settings.supernet.calibration,
        validation: settings.data.validation,
    };
    let (population, unit) = (settings.search.population, &results.unit);
    let different = results.different_networks();
    for arm in Arm::ALL {
        for (seed, record) in results.searches(arm).iter().enumerate() {
            let is_nsga2 = arm == Arm::Nsga2;
            let hours = results.costs.get(seed).filter(|_| is_nsga2).and_then(CostRecord::device_hours);
            rows.push([
                arm.name().into(),
                seed.into(),
                settings.supernet_of(seed).into(),
                measures::hypervolume(record, unit).into(),
                measures::anytime_hypervolume(record, population, unit).into(),
                best_within(record, None).map(|visit| visit.accuracy).into(),
                front(record).len().into(),
                measures::work_ratio(record, unit, &passes).into(),
                hours.into(),
                hours.map(|hours| hours * (1.0 / HOURS_PER_DAY)).into(),
                is_nsga2.then(|| different[seed] as f64).into(),
            ]);
        }
    }
}

fn add_generations(rows: &mut Rows, settings: &Settings, results: &ResultSet) {
    let population = settings.search.population;
    for arm in Arm::ALL {
        for (seed, record) in results.searches(arm).iter().enumerate() {
            let all = measures::hypervolumes(record, population, &results.unit);
            for (hypervolume, generation) in all.into_iter().zip(1..) {
                let (evaluations, supernet) = (generation * population, settings.supernet_of(seed));
                let arm = arm.name().into();
                rows.push([arm, seed.into(), supernet.into(), evaluations.into(), hypervolume.into()]);
            }
        }
    }
}

fn add_fronts(rows: &mut Rows, results: &ResultSet) {
    for arm in Arm::ALL {
        for (seed, record) in results.searches(arm).iter().enumerate() {
            for visit in front(record) {
                let millions = visit.price.multiply_adds as f64 / 1e6;
                rows.push([arm.name().into(), seed.into(), millions.into(), visit.accuracy.into()]);
            }
        }
    }
}

/// What the most accurate networks within each budget are made of; nothing of a budget whose networks are those of a
/// smaller one in every search, or without one in some.
fn add_principles(rows: &mut Rows, settings: &Settings, results: &ResultSet) {
    for (index, &budget) in settings.budgets.iter().enumerate() {
        let best = |record: &SearchRecord| Some(results.space.genotype(&best_within(record, Some(budget))?.choice));
        let best: Option<Vec<_>> = results.searches(Arm::Nsga2).iter().map(best).collect();
        let is_new = |_: &Vec<_>| !results.repeats_a_smaller_budget(index, settings.search.seeds);
        for (seed, genotype) in best.filter(is_new).into_iter().flatten().enumerate() {
            let [depthwise, attention, bottleneck] = Principle::ALL.map(|one| Value::from(one.share(&genotype)));
            let (name, supernet) = (Selection::Budget(index).name(), settings.supernet_of(seed));
            rows.push([name.as_str().into(), seed.into(), supernet.into(), depthwise, attention, bottleneck]);
        }
    }
}

/// What any network within a budget has: the mean of the random ones within it, where every search has one.
fn add_random(rows: &mut Rows, settings: &Settings, results: &ResultSet) {
    for (index, &budget) in settings.budgets.iter().enumerate() {
        let bytes = |record: &SearchRecord| {
            let within = record.iter().filter(|visit| visit.price.multiply_adds <= budget);
            let bytes: Vec<f64> = within.map(|visit| visit.price.memory_bytes() as f64).collect();
            (!bytes.is_empty()).then(|| mean(&bytes))
        };
        let means: Option<Vec<f64>> = results.searches(Arm::Random).iter().map(bytes).collect();
        for (seed, bytes) in means.into_iter().flatten().enumerate() {
            rows.push([Selection::Budget(index).name().as_str().into(), seed.into(), bytes.into()]);
        }
    }
}

fn add_ranked(rows: &mut Rows, results: &ResultSet) {
    let classes = results.space.classes;
    for (supernet, ranked) in results.rankings.iter().enumerate() {
        let predicted = left_out(&results.space, ranked);
        for (network, (one, ridge)) in ranked.iter().zip(predicted).enumerate() {
            let [shared_nothing, alone_nothing] = [one.shared, one.alone].map(|one| learned_nothing(one, classes));
            rows.push([
                supernet.into(),
                network.into(),
                one.shared.into(),
                one.alone.into(),
                (one.alone - one.shared).into(),
                (one.price.multiply_adds as f64).into(),
                one.choice.width.into(),
                ridge.into(),
                shared_nothing.into(),
                alone_nothing.into(),
                (!shared_nothing && !alone_nothing).into(),
            ]);
        }
    }
}

fn counts_of(price: &Price) -> [Value; 3] {
    [price.parameters as f64, price.multiply_adds as f64, price.memory_bytes() as f64].map(Value::from)
}

fn add_trained([chosen, designed]: [&mut Rows; 2], settings: &Settings, results: &ResultSet, role: DatasetRole) {
    let classes = results.classes.get(&role).copied();
    for network in final_networks(settings, role) {
        for (seed, trained) in results.trained(role, network).iter().enumerate() {
            let name = Value::from(name_on(role, network).as_str());
            let nothing = classes.map(|classes| f64::from(u8::from(learned_nothing(trained.test, classes))));
            let (test, nothing) = (Value::from(trained.test), Value::from(nothing));
            match network {
                FinalNetwork::Chosen(_) => {
                    let [parameters, multiply_adds, bytes] = counts_of(&trained.price);
                    let supernet = settings.supernet_of(seed).into();
                    chosen.push([name, seed.into(), supernet, test, nothing, parameters, multiply_adds, bytes]);
                }
                FinalNetwork::Designed(_) => designed.push([name, seed.into(), test, nothing]),
            }
        }
    }
}

/// Hand-designed networks as they are trained here, and at their full size, whatever the profile.
fn add_counts(rows: &mut Rows, settings: &Settings, results: &ResultSet) {
    let mut add = |name: &str, price: &Price| {
        let [parameters, multiply_adds, bytes] = counts_of(price);
        rows.push([name.into(), 0.into(), parameters, multiply_adds, bytes]);
    };
    for network in final_networks(settings, DatasetRole::Searched).into_iter().filter(|one| !one.is_chosen()) {
        if let Some(trained) = results.trained(DatasetRole::Searched, network).first() {
            add(&network.name(), &trained.price);
        }
    }
    for one in Baseline::PUBLISHED {
        let published = [("full.", Some(one.on_cifar())), ("full.imagenet.", one.on_imagenet())];
        for (prefix, network) in published {
            if let Some(price) = network.and_then(|network| Price::of(&network).ok()) {
                add(&format!("{prefix}{}", one.name()), &price);
            }
        }
    }
}

/// Chosen networks beside hand-designed ones; nothing of a budget whose networks are those of a smaller one.
fn add_pairs(rows: &mut Rows, settings: &Settings, results: &ResultSet, role: DatasetRole) {
    let repeats = |network: &FinalNetwork| match network {
        FinalNetwork::Chosen(Selection::Budget(index)) => {
            results.repeats_a_smaller_budget(*index, settings.training.seeds)
        }
        FinalNetwork::Chosen(Selection::AccuracyOnly) | FinalNetwork::Designed(_) => false,
    };
    let all = final_networks(settings, role);
    for &chosen in all.iter().filter(|one| one.is_chosen() && !repeats(one)) {
        for &designed in all.iter().filter(|one| !one.is_chosen()) {
            let both = results.trained(role, chosen).iter().zip(results.trained(role, designed));
            for (seed, (one, other)) in both.enumerate() {
                rows.push([
                    pair_on(role, chosen, designed).as_str().into(),
                    seed.into(),
                    settings.supernet_of(seed).into(),
                    (one.test - other.test).into(),
                    (other.price.multiply_adds as f64 / one.price.multiply_adds as f64).into(),
                    (other.price.memory_bytes() as f64 / one.price.memory_bytes() as f64).into(),
                ]);
            }
        }
    }
}

fn add_times([of_pairs, of_each]: [&mut Rows; 2], settings: &Settings, arm: Arm, record: &LatencyRecord) {
    for (place, pair) in pairs(&settings.latency.configurations()).iter().enumerate() {
        let difference = pair.difference.map_or("several", |one| one.name());
        let kendall = pair.kendall(record).into();
        of_pairs.push([arm.name().into(), place.into(), 0.into(), difference.into(), kendall]);
    }
    for (configuration, seconds) in record.seconds.iter().enumerate() {
        for (&seconds, visit) in seconds.iter().zip(&record.visits) {
            let multiply_adds = visit.price.multiply_adds as f64;
            of_each.push([arm.name().into(), configuration.into(), 0.into(), seconds.into(), multiply_adds.into()]);
        }
    }
}
