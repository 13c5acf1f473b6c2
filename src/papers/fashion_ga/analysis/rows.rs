//! The results as rows of observations.

use std::collections::BTreeSet;

use super::frame::tables;
use super::measures::{self, SWEET_SPOT};
use super::result_set::{ResultSet, Timed};
use crate::arm::RANDOM;
use crate::best::BestRecord;
use crate::genome::Genome;
use crate::layer::FUNCTIONS;
use crate::search::Visit;
use crate::settings::Settings;
use renas_network::spec::Activation;
use renas_observe::rows::{Rows, Value};
use renas_search::pareto::non_dominated_sort;

/// How many times the highest accuracy is asked for.
const TIMES: usize = 30;

/// All tables of the frame.
pub fn rows(settings: &Settings, results: &ResultSet) -> Vec<Rows> {
    let [mut visits, mut equal_time, mut in_time, mut activations, mut filters, mut best, mut training] =
        tables().map(Rows::new);
    let front = front(settings, results);
    for arm in settings.arms() {
        let mut network = 0;
        for (seed, search) in results.searches(arm).iter().enumerate() {
            add_search(&mut visits, settings, (search, &front), (arm, seed, &mut network));
        }
        let pairs = results.searches(arm).iter().zip(results.searches(RANDOM)).enumerate();
        for (seed, (ours, random)) in pairs.filter(|_| arm != RANDOM) {
            equal_time.push([arm.into(), seed.into(), gain_in_equal_time(ours, random).into()]);
        }
    }
    add_in_time(&mut in_time, settings, results);
    for (genome, trained) in results.activations.iter().enumerate() {
        for (function, trained) in FUNCTIONS.map(Activation::name).into_iter().zip(trained) {
            let learned = trained.accuracy > measures::NOTHING;
            activations.push([
                function.into(),
                genome.into(),
                trained.accuracy.into(),
                learned.into(),
                (!learned).into(),
            ]);
        }
    }
    for record in &results.filters {
        for (repetition, &seconds) in record.seconds.iter().enumerate() {
            filters.push([
                0.into(),
                repetition.into(),
                record.filters.into(),
                (record.multiply_adds as f64).into(),
                seconds.into(),
                (seconds / record.multiply_adds as f64).into(),
            ]);
        }
    }
    if let Some(found) = &results.best {
        add_best([&mut best, &mut training], results.test_images, found);
    }
    vec![visits, equal_time, in_time, activations, filters, best, training]
}

fn add_best([best, training]: [&mut Rows; 2], images: Option<usize>, found: &BestRecord) {
    let right = found.test.zip(images).map(|(share, images)| (share * images as f64).round());
    best.push([
        0.into(),
        found.visit.genome.to_string().as_str().into(),
        found.search.id().into(),
        found.visit.trained.accuracy.into(),
        (found.visit.parameters as f64).into(),
        found.visit.genome.depth().into(),
        (found.visit.multiply_adds as f64).into(),
        right.into(),
        images.map(|images| images as f64).into(),
    ]);
    for (epoch, (&validation, &loss)) in found.validation.iter().zip(&found.loss).enumerate() {
        training.push([0.into(), (epoch + 1).into(), validation.into(), loss.into()]);
    }
}

/// The networks of all searches that no other beats in both accuracy and parameters.
fn front<'e>(settings: &Settings, results: &'e ResultSet) -> BTreeSet<&'e Genome> {
    let searches = settings.arms().flat_map(|arm| results.searches(arm));
    let all: Vec<&Visit> = searches.flat_map(|search| &search.record).collect();
    let objectives: Vec<[f64; 2]> =
        all.iter().map(|visit| [1.0 - visit.trained.accuracy, visit.parameters as f64]).collect();
    non_dominated_sort(&objectives).first().iter().map(|&place| &all[place].genome).collect()
}

fn add_in_time(in_time: &mut Rows, settings: &Settings, results: &ResultSet) {
    let searches = settings.arms().flat_map(|arm| results.searches(arm));
    let horizon = searches.map(measures::total_seconds).fold(0.0, f64::max);
    for arm in settings.arms() {
        for (seed, search) in results.searches(arm).iter().enumerate() {
            for step in 1..=TIMES {
                let spent = horizon * step as f64 / TIMES as f64;
                let best = measures::highest(measures::within(search, spent));
                in_time.push([arm.into(), seed.into(), spent.into(), best.into()]);
            }
        }
    }
}

type Search<'a> = (&'a Timed, &'a BTreeSet<&'a Genome>);

fn add_search(
    visits: &mut Rows,
    settings: &Settings,
    (search, front): Search<'_>,
    (arm, seed, network): (&str, usize, &mut usize),
) {
    let mut seen = BTreeSet::new();
    let best_so_far = measures::best_so_far(&search.record);
    for (place, (visit, &seconds)) in search.record.iter().zip(&search.seconds).enumerate() {
        let Visit { genome, trained, parameters, parent, mutation, .. } = visit;
        let (is_first, is_changed) = (seen.insert(genome), mutation.is_some());
        let learned = measures::learned(visit);
        let parent = parent.filter(|_| is_changed).and_then(|parent| search.record.get(parent));
        let gain = parent.map(|parent| trained.accuracy - parent.trained.accuracy);
        visits.push([
            arm.into(),
            seed.into(),
            Value::Count(*network),
            (place + 1).into(),
            genome.to_string().as_str().into(),
            trained.accuracy.into(),
            best_so_far[place].into(),
            (1.0 - trained.accuracy).into(),
            (*parameters as f64).into(),
            front.contains(genome).into(),
            measures::size(*parameters, settings.analysis.parameters).into(),
            genome.depth().into(),
            group(genome.depth()).into(),
            measures::has_sigmoid(visit).into(),
            learned.into(),
            (!learned).into(),
            (!genome.keeps_constraints()).into(),
            is_first.into(),
            (!is_first).into(),
            (!is_first && is_changed).into(),
            gain.into(),
            gain.is_some_and(|gain| gain > 0.0).into(),
            seconds.into(),
        ]);
        *network += 1;
    }
}

fn group(depth: usize) -> &'static str {
    match depth {
        depth if depth < SWEET_SPOT[0] => "fewer",
        depth if depth > SWEET_SPOT[1] => "more",
        _ => "sweet_spot",
    }
}

fn gain_in_equal_time(ours: &Timed, random: &Timed) -> Option<f64> {
    let budget = measures::total_seconds(ours).min(measures::total_seconds(random));
    let within = |search| measures::highest(measures::within(search, budget));
    Some(within(ours)? - within(random)?)
}
