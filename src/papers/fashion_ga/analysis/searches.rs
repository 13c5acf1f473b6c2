//! Quantities of the searches: what they found, at what cost, and how accuracy goes with layers and parameters.

use super::evidence::{Evidence, Timed};
use super::measures;
use super::quantities::Entry;
use crate::arm::{self, Arm, RANDOM};
use crate::best::best_visit;
use crate::mutation::Rules;
use crate::search::Visit;
use crate::settings::{SWEET_SPOT, Settings};
use renas_base::metric::Unit;
use renas_base::seed::Seed;
use renas_report::catalogue::{OF_A_COUNT, exact, samples};
use renas_report::findings::Measured;
use renas_stats::bootstrap::Bootstrap;
use renas_stats::summary::mean;

/// A number of one search; nothing where the search has none.
type OfSearch = Box<dyn Fn(&Timed) -> Option<f64>>;

/// A number of a search beside random search from the same seed.
type OfPair = Box<dyn Fn(&Timed, &Timed) -> Option<f64>>;

const SEED: &str = "search seed";

/// All of them.
pub(super) fn catalogue(settings: &Settings) -> Vec<Entry> {
    let mut entries = Vec::new();
    for arm in settings.arms() {
        entries.extend(of_arm(settings, arm));
        if arm != RANDOM {
            entries.extend(against_random(settings, arm));
        }
    }
    entries.push(broken(settings));
    entries.extend(depths(settings));
    entries.extend(correlations(settings));
    entries
}

fn of_arm(settings: &Settings, arm: &str) -> Vec<Entry> {
    let entry = |name: &str, words: &str, unit: Unit, observed_time: bool, value: OfSearch| {
        let owner = arm.to_owned();
        Entry {
            name: format!("{arm}.{name}"),
            label: format!("{words} ({arm})"),
            unit,
            data: None,
            over: SEED.into(),
            observed_time,
            read: Box::new(move |evidence| {
                let values: Option<Vec<f64>> = evidence.searches(&owner).iter().map(&value).collect();
                samples(values?)
            }),
        }
    };
    let of_best =
        |number: fn(&Visit) -> f64| -> OfSearch { Box::new(move |search| best_visit(&search.record).map(number)) };
    let ends = settings.analysis.parameters;
    let accuracy = |search: &Timed| {
        let accuracies: Vec<f64> = search.record.iter().map(|visit| visit.trained.accuracy).collect();
        (!accuracies.is_empty()).then(|| mean(&accuracies))
    };
    let count = |name: &str, words: &str, number: fn(&[Visit]) -> usize| {
        let owner = arm.to_owned();
        Entry {
            name: format!("{arm}.{name}"),
            label: format!("{words} ({arm})"),
            unit: Unit::Count,
            data: None,
            over: "evaluation of all searches".into(),
            observed_time: false,
            read: Box::new(move |evidence| {
                let searches = evidence.searches(&owner);
                let evaluations = searches.iter().map(|search| search.record.len()).sum();
                let total: usize = searches.iter().map(|search| number(&search.record)).sum();
                Some(exact(total as f64, evaluations, OF_A_COUNT))
            }),
        }
    };
    let mut entries = vec![
        entry(
            "best.accuracy",
            "highest validation accuracy",
            Unit::Fraction,
            false,
            of_best(|visit| visit.trained.accuracy),
        ),
        entry(
            "best.parameters",
            "parameters of the most accurate network",
            Unit::Count,
            false,
            of_best(|visit| visit.parameters as f64),
        ),
        entry(
            "best.layers",
            "convolutions of the most accurate network",
            Unit::Count,
            false,
            of_best(|visit| visit.genome.depth() as f64),
        ),
        entry("mean.accuracy", "mean validation accuracy", Unit::Fraction, false, Box::new(accuracy)),
        entry(
            "hypervolume",
            "hypervolume of error and logarithm of parameters",
            Unit::One,
            false,
            Box::new(move |search| Some(measures::hypervolume(&search.record, ends))),
        ),
        entry(
            "total_seconds",
            "training time of all networks, one after another",
            Unit::Seconds,
            true,
            Box::new(|search| Some(measures::total_seconds(search))),
        ),
        count("revisits", "networks that had been visited before by the same search", measures::revisits),
        count("violations", "networks that break a constraint", measures::violations),
    ];
    if arm != RANDOM {
        let owner = arm.to_owned();
        entries.push(Entry {
            name: format!("{arm}.improving"),
            label: format!("share of children more accurate than their parents ({arm})"),
            unit: Unit::Fraction,
            data: None,
            over: "search seed with children that differ".into(),
            observed_time: false,
            read: Box::new(move |evidence| {
                let searches = evidence.searches(&owner).iter();
                samples(searches.filter_map(|search| measures::improving(&search.record)))
            }),
        });
    }
    entries
}

fn against_random(settings: &Settings, arm: &str) -> Vec<Entry> {
    let entry = |name: &str, words: &str, unit: Unit, observed_time: bool, value: OfPair| {
        let owner = arm.to_owned();
        Entry {
            name: format!("{arm}.{name}"),
            label: format!("{words} ({arm})"),
            unit,
            data: None,
            over: SEED.into(),
            observed_time,
            read: Box::new(move |evidence| {
                let pairs = evidence.searches(&owner).iter().zip(evidence.searches(RANDOM));
                let values: Option<Vec<f64>> = pairs.map(|(ours, random)| value(ours, random)).collect();
                samples(values?)
            }),
        }
    };
    let ends = settings.analysis.parameters;
    let evaluations =
        |ours: &Timed, random: &Timed| Some(measures::highest(&ours.record)? - measures::highest(&random.record)?);
    let seconds = |ours: &Timed, random: &Timed| {
        let budget = measures::total_seconds(ours).min(measures::total_seconds(random));
        let within = |search| measures::highest(measures::within(search, budget));
        Some(within(ours)? - within(random)?)
    };
    let volume = move |ours: &Timed, random: &Timed| {
        Some(measures::hypervolume(&ours.record, ends) - measures::hypervolume(&random.record, ends))
    };
    let ratio = |ours: &Timed, random: &Timed| Some(measures::total_seconds(random) / measures::total_seconds(ours));
    let best = "highest validation accuracy minus that of random search";
    vec![
        entry("gain.evaluations", &format!("{best}, equal evaluations"), Unit::Fraction, false, Box::new(evaluations)),
        entry("gain.seconds", &format!("{best}, equal training time"), Unit::Fraction, true, Box::new(seconds)),
        entry("gain.hypervolume", "hypervolume minus that of random search", Unit::One, false, Box::new(volume)),
        entry(
            "random_time",
            "training time of random search, equal evaluations, as a multiple of this arm's",
            Unit::One,
            true,
            Box::new(ratio),
        ),
    ]
}

/// Names of the arms whose children are meant to keep the constraints.
pub(super) fn lawful(settings: &Settings) -> Vec<String> {
    let keeps = |arm: &&str| match arm::find(arm) {
        Some(Arm::Evolution(evolution)) => evolution.rules == Rules::Kept,
        Some(Arm::Random) | None => true,
    };
    settings.arms().filter(keeps).map(str::to_owned).collect()
}

fn broken(settings: &Settings) -> Entry {
    let arms = lawful(settings);
    Entry {
        name: "violations".to_owned(),
        label: "networks that break a constraint, all arms but those that end in `_reference`".to_owned(),
        unit: Unit::Count,
        data: None,
        over: "evaluation of all searches".into(),
        observed_time: false,
        read: Box::new(move |evidence| {
            let searches = || arms.iter().flat_map(|arm| evidence.searches(arm));
            let evaluations = searches().map(|search| search.record.len()).sum();
            let total: usize = searches().map(|search| measures::violations(&search.record)).sum();
            Some(exact(total as f64, evaluations, OF_A_COUNT))
        }),
    }
}

/// The networks of random search, which nothing steers.
fn random_networks(evidence: &Evidence) -> Vec<&Visit> {
    evidence.searches(RANDOM).iter().flat_map(|search| &search.record).collect()
}

fn depths(settings: &Settings) -> Vec<Entry> {
    let [fewest, most] = settings.space.layers;
    let [from, to] = SWEET_SPOT;
    let mut entries: Vec<Entry> = (fewest..=most)
        .map(|depth| Entry {
            name: format!("depth.{depth}.accuracy"),
            label: format!("validation accuracy of random networks of {depth} convolutions"),
            unit: Unit::Fraction,
            data: None,
            over: "random network".into(),
            observed_time: false,
            read: Box::new(move |evidence| {
                let networks = random_networks(evidence).into_iter();
                samples(networks.filter(|one| one.genome.depth() == depth).map(|one| one.trained.accuracy))
            }),
        })
        .collect();
    let others = [("fewer", "fewer", fewest..=from - 1), ("more", "more", to + 1..=most)];
    for (name, words, range) in others.into_iter().filter(|(_, _, range)| !range.is_empty()) {
        entries.push(Entry {
            name: format!("depth.sweet_spot_minus_{name}"),
            label: format!("mean accuracy of random networks of {from} or {to} convolutions minus that of {words}"),
            unit: Unit::Fraction,
            data: None,
            over: "search seed where both are".into(),
            observed_time: false,
            read: Box::new(move |evidence| {
                let difference = |search: &Timed| {
                    let at = |range| measures::accuracy_at(&search.record, range);
                    Some(at(from..=to)? - at(range.clone())?)
                };
                samples(evidence.searches(RANDOM).iter().filter_map(difference))
            }),
        });
    }
    entries
}

/// What accuracy may go with: name, words, number.
type Property = (&'static str, &'static str, fn(&Visit) -> f64);

const PROPERTIES: [Property; 2] = [
    ("layers", "number of convolutions", |visit| visit.genome.depth() as f64),
    ("parameters", "number of parameters", |visit| visit.parameters as f64),
];

fn correlations(settings: &Settings) -> Vec<Entry> {
    let evolutions: Vec<String> = lawful(settings).into_iter().filter(|arm| arm != RANDOM).collect();
    let mut entries = Vec::new();
    for (name, words, number) in PROPERTIES {
        entries.push(Entry {
            name: format!("random.{name}_correlation"),
            label: format!("Spearman's correlation of {words} and accuracy over random networks"),
            unit: Unit::One,
            data: None,
            over: "random network".into(),
            observed_time: false,
            read: Box::new(move |evidence| {
                let networks = random_networks(evidence);
                let value = measures::correlation(&networks, number)?;
                let mut stream = Seed::from_number(0).derive("fashion_ga").stream(name);
                let statistic = |networks: &[&Visit]| measures::correlation(networks, number);
                let interval = Bootstrap::default().of(&networks, statistic, &mut stream).ok()?;
                let words = "percentile bootstrap over networks".to_owned();
                let (low, high, n) = (interval.low, interval.high, networks.len());
                Some(Measured::Estimate { value, low, high, n, interval: words })
            }),
        });
        let arms = evolutions.clone();
        entries.push(Entry {
            name: format!("evolved.{name}_correlation"),
            label: format!(
                "Spearman's correlation of {words} and accuracy within a search, mean over the evolutions of a seed"
            ),
            unit: Unit::One,
            data: None,
            over: SEED.into(),
            observed_time: false,
            read: Box::new(move |evidence| {
                let of = |search: &Timed| measures::correlation(&measures::distinct(&search.record), number);
                let seeds = arms.iter().map(|arm| evidence.searches(arm).len()).min()?;
                // A search whose networks are all alike in that has no correlation.
                let of_seed = |seed: usize| {
                    let values: Vec<f64> = arms.iter().filter_map(|arm| of(&evidence.searches(arm)[seed])).collect();
                    (!values.is_empty()).then(|| mean(&values))
                };
                samples((0..seeds).filter_map(of_seed))
            }),
        });
    }
    entries
}
