//! The figures of the report; the paper has none.

use super::diagram::best_network;
use super::evidence::{Evidence, Timed};
use super::measures;
use crate::arm::{self, Arm, RANDOM};
use crate::layer::FUNCTIONS;
use crate::search::Visit;
use crate::settings::Settings;
use renas_network::spec::Activation;
use renas_report::findings::{Figure, Form, Measured, Series};
use renas_report::range::Range;
use renas_report::summary::band;
use renas_search::pareto::non_dominated_sort;
use renas_stats::summary::mean;

/// Points of a line over training time.
const GRID: usize = 30;

const ACCURACY: &str = "validation accuracy (fraction)";

/// All figures, in the order of the report.
pub fn all(settings: &Settings, evidence: &Evidence) -> Vec<Figure> {
    let is_single =
        |arm: &&str| matches!(arm::find(arm), Some(Arm::Evolution(evolution)) if evolution.mutations.len() == 1);
    let single: Vec<&str> = settings.arms().filter(is_single).collect();
    let others: Vec<&str> = settings.arms().filter(|arm| !single.contains(arm)).collect();
    let mut figures = Vec::new();
    // With all arms in one figure their bands hide each other.
    for (suffix, words, arms) in
        [("", "all mutations and random search", others), ("_mutations", "single mutations", single)]
    {
        figures.push(best_so_far(suffix, words, &arms, evidence));
        figures.push(best_in_time(suffix, words, &arms, evidence));
    }
    figures.push(accuracy_and_parameters(settings, evidence));
    figures.push(by_depth(settings, evidence));
    figures.push(by_function(evidence));
    figures.push(by_filters(evidence));
    figures.push(best_network(&evidence.best));
    figures.extend(training_curves(evidence));
    figures
}

fn figure(id: String, title: String, caption: String, form: Form, labels: [&str; 2], series: Vec<Series>) -> Figure {
    let [x_label, y_label] = labels.map(str::to_owned);
    Figure { id, title, caption, form, x_label, y_label, z_label: None, series, diagram: None }
}

/// A point with the band of a share, whose samples each stand for themselves.
fn band_of(x: f64, values: Vec<f64>, name: &str) -> Option<Vec<f64>> {
    band(x, &Measured::Samples(values), Range::SHARE, name)
}

const BAND: &str = "mean over seeds, with its 95 % interval from three on";

fn best_so_far(suffix: &str, words: &str, arms: &[&str], evidence: &Evidence) -> Figure {
    let line = |arm: &&str| {
        let curves: Vec<Vec<f64>> =
            evidence.searches(arm).iter().map(|search| measures::best_so_far(&search.record)).collect();
        let evaluations = curves.iter().map(Vec::len).min().unwrap_or(0);
        let at = |place: usize| curves.iter().map(|curve| curve[place]).collect::<Vec<_>>();
        let points = (0..evaluations).filter_map(|place| band_of(place as f64 + 1.0, at(place), arm)).collect();
        Series { name: (*arm).to_owned(), points }
    };
    figure(
        format!("best_so_far{suffix}"),
        format!("Highest accuracy so far over evaluations: {words}"),
        format!("Highest validation accuracy so far: {BAND}. All arms start from the same random networks."),
        Form::Lines,
        ["evaluations", ACCURACY],
        arms.iter().map(line).collect(),
    )
}

fn best_in_time(suffix: &str, words: &str, arms: &[&str], evidence: &Evidence) -> Figure {
    let searches = || arms.iter().flat_map(|arm| evidence.searches(arm));
    let horizon = searches().map(measures::total_seconds).fold(0.0, f64::max);
    let point = |searches: &[Timed], step: usize| {
        let spent = horizon * step as f64 / GRID as f64;
        let highest: Option<Vec<f64>> =
            searches.iter().map(|search| measures::highest(measures::within(search, spent))).collect();
        band_of(spent, highest?, "best in time")
    };
    let line = |arm: &&str| {
        let searches = evidence.searches(arm);
        let points = (1..=GRID).filter_map(|step| point(searches, step)).collect();
        Series { name: (*arm).to_owned(), points }
    };
    figure(
        format!("best_in_time{suffix}"),
        format!("Highest accuracy so far over training time: {words}"),
        format!(
            "Highest validation accuracy of the networks that were trained, one after another, within the time: {BAND}. \
             A search that has ended keeps its value."
        ),
        Form::Lines,
        ["training time spent (s)", ACCURACY],
        arms.iter().map(line).collect(),
    )
}

fn accuracy_and_parameters(settings: &Settings, evidence: &Evidence) -> Figure {
    let point = |visit: &&Visit| vec![libm::log10(visit.parameters as f64), visit.trained.accuracy];
    let visits = |arm: &str| -> Vec<&Visit> {
        evidence.searches(arm).iter().flat_map(|search| measures::distinct(&search.record)).collect()
    };
    let evolved: Vec<&Visit> = settings.arms().filter(|&arm| arm != RANDOM).flat_map(visits).collect();
    let random = visits(RANDOM);
    let all: Vec<&Visit> = evolved.iter().chain(&random).copied().collect();
    let objectives: Vec<[f64; 2]> =
        all.iter().map(|visit| [1.0 - visit.trained.accuracy, visit.parameters as f64]).collect();
    let mut front: Vec<&Visit> = non_dominated_sort(&objectives).first().iter().map(|&place| all[place]).collect();
    front.sort_by_key(|visit| visit.parameters);
    front.dedup_by_key(|visit| &visit.genome);
    figure(
        "accuracy_parameters".to_owned(),
        "Accuracy against parameters".to_owned(),
        format!(
            "{} networks of evolutions and {} of random search, all seeds, each once per search; and the front of those \
             that no other beats in both.",
            evolved.len(),
            random.len()
        ),
        Form::Scatter,
        ["parameters (logarithm to base 10)", ACCURACY],
        vec![
            Series { name: "evolved".to_owned(), points: evolved.iter().map(point).collect() },
            Series { name: "random".to_owned(), points: random.iter().map(point).collect() },
            Series { name: "front".to_owned(), points: front.iter().map(point).collect() },
        ],
    )
}

fn by_depth(settings: &Settings, evidence: &Evidence) -> Figure {
    let random = || evidence.searches(RANDOM).iter().flat_map(|search| &search.record);
    let line = |name: &str, keeps: &dyn Fn(&Visit) -> bool| {
        let point = |depth: usize| {
            let of_depth = random().filter(|visit| visit.genome.depth() == depth && keeps(visit));
            let accuracies: Vec<f64> = of_depth.map(|visit| visit.trained.accuracy).collect();
            band_of(depth as f64, accuracies, name)
        };
        let [fewest, most] = settings.space.layers;
        Series { name: name.to_owned(), points: (fewest..=most).filter_map(point).collect() }
    };
    figure(
        "accuracy_depth".to_owned(),
        "Accuracy by number of layers".to_owned(),
        format!(
            "Mean validation accuracy of {} random networks, with its 95 % interval where there are three. \
             Of deep networks few lack a sigmoid, with which networks learn slowest.",
            random().count()
        ),
        Form::Lines,
        ["convolutions", ACCURACY],
        vec![
            line("all random networks", &|_| true),
            line("without a sigmoid", &|visit| !measures::has_sigmoid(visit)),
            line("with a sigmoid", &measures::has_sigmoid),
        ],
    )
}

fn by_function(evidence: &Evidence) -> Figure {
    let mut genomes = evidence.activations.clone();
    genomes.sort_by(|one, other| one[0].accuracy.total_cmp(&other[0].accuracy));
    let line = |(place, name): (usize, &str)| {
        let point = |(rank, trained): (usize, &Vec<_>)| {
            let trained: &crate::trainer::Trained = &trained[place];
            vec![rank as f64 + 1.0, trained.accuracy]
        };
        Series { name: name.to_owned(), points: genomes.iter().enumerate().map(point).collect() }
    };
    figure(
        "accuracy_functions".to_owned(),
        "The same layers with each activation function".to_owned(),
        format!("{} random genomes, in the order of their accuracy with ReLU.", genomes.len()),
        Form::Lines,
        ["genome, by its accuracy with relu", ACCURACY],
        FUNCTIONS.map(Activation::name).into_iter().enumerate().map(line).collect(),
    )
}

fn by_filters(evidence: &Evidence) -> Figure {
    let points = evidence.filters.iter().map(|record| vec![record.filters as f64, mean(&record.seconds)]);
    figure(
        "time_filters".to_owned(),
        "Training time by number of filters".to_owned(),
        "Seconds of one epoch of a network of three convolutions of so many filters, mean over repetitions, which \
         share one sitting on one machine and have no interval. The paper kept below 512."
            .to_owned(),
        Form::Lines,
        ["filters of each layer", "training time of one epoch (s)"],
        vec![Series { name: "three layers, 3 x 3".to_owned(), points: points.collect() }],
    )
}

/// Accuracy and loss of the best network over the epochs of its full training.
fn training_curves(evidence: &Evidence) -> [Figure; 2] {
    let best = &evidence.best;
    let curve = |values: &[f64]| {
        let points = values.iter().enumerate().map(|(epoch, value)| vec![epoch as f64 + 1.0, *value]);
        vec![Series { name: "best network".to_owned(), points: points.collect() }]
    };
    let caption =
        |what: &str| format!("{what} after each epoch of the full training of {}; one training.", best.visit.genome);
    [
        figure(
            "best_accuracy".to_owned(),
            "The best network's validation accuracy while it is trained".to_owned(),
            caption("Validation accuracy"),
            Form::Lines,
            ["epoch", ACCURACY],
            curve(&best.validation),
        ),
        figure(
            "best_loss".to_owned(),
            "The best network's loss while it is trained".to_owned(),
            caption("Mean training loss"),
            Form::Lines,
            ["epoch", "cross entropy (nats)"],
            curve(&best.loss),
        ),
    ]
}
