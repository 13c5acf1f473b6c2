//! Quantities of the searches: what they found, at what cost, and what they visited.
//!
//! A sample is one search; arms of a seed start from the same random networks and are paired by it.

use super::evidence::{Evidence, Timed};
use super::measures;
use super::quantities::{Entry, entry};
use crate::arm::{self, Arm, RANDOM};
use crate::best::best_visit;
use crate::mutation::Rules;
use crate::search::Visit;
use crate::settings::Settings;
use renas_base::metric::Unit;
use renas_report::catalogue::{clustered, samples};
use renas_report::findings::Measured;
use renas_report::range::Range;

/// A number of one search; nothing where the search has none.
type OfSearch = Box<dyn Fn(&Timed) -> Option<f64>>;

/// A number of a search beside random search from the same seed.
type OfPair = Box<dyn Fn(&Timed, &Timed) -> Option<f64>>;

/// The unit of replication of searches.
pub(super) const SEED: &str = "search seed";

/// All of them.
pub(super) fn catalogue(settings: &Settings) -> Vec<Entry> {
    let mut entries = Vec::new();
    for arm in settings.arms() {
        entries.extend(of_arm(settings, arm));
        if arm != RANDOM {
            entries.extend(of_children(arm));
            entries.extend(against_random(settings, arm));
        }
    }
    entries.push(broken(settings));
    entries
}

/// One sample per seed; seeds without one are left out, and the others keep their places.
pub(super) fn per_seed(values: impl IntoIterator<Item = Option<f64>>) -> Option<Measured> {
    let values: Vec<Option<f64>> = values.into_iter().collect();
    match values.iter().copied().collect::<Option<Vec<f64>>>() {
        Some(all) => samples(all),
        None => clustered(values.into_iter().enumerate().filter_map(|(seed, value)| Some((seed, value?)))),
    }
}

/// A quantity of every search of an arm.
fn of_search(arm: &str, name: &str, words: &str, (unit, range): (Unit, Range), value: OfSearch) -> Entry {
    let owner = arm.to_owned();
    let read = Box::new(move |evidence: &Evidence| per_seed(evidence.searches(&owner).iter().map(&value)));
    entry(format!("{arm}.{name}"), format!("{words} ({arm})"), (unit, range), SEED, read)
}

fn of_best(number: fn(&Visit) -> f64) -> OfSearch {
    Box::new(move |search| best_visit(&search.record).map(number))
}

fn count(number: fn(&[Visit]) -> usize) -> OfSearch {
    Box::new(move |search| Some(number(&search.record) as f64))
}

const SHARE: (Unit, Range) = (Unit::Fraction, Range::SHARE);
const COUNT: (Unit, Range) = (Unit::Count, Range::NOT_NEGATIVE);

fn of_arm(settings: &Settings, arm: &str) -> Vec<Entry> {
    let ends = settings.analysis.parameters;
    let of = |name: &str, words: &str, kind, value| of_search(arm, name, words, kind, value);
    let accuracy: OfSearch = Box::new(|search| measures::mean_accuracy(&search.record));
    let learned: OfSearch = Box::new(|search| {
        let networks = search.record.iter().filter(|visit| measures::learned(visit));
        measures::mean_accuracy(networks)
    });
    let nothing: OfSearch = Box::new(|search| measures::learned_nothing(&search.record));
    let volume: OfSearch = Box::new(move |search| Some(measures::hypervolume(&search.record, ends)));
    let seconds: OfSearch = Box::new(|search| Some(measures::total_seconds(search)));
    let timed = (Unit::Seconds, Range::NOT_NEGATIVE);
    vec![
        of("best.accuracy", "highest validation accuracy", SHARE, of_best(|visit| visit.trained.accuracy)),
        of(
            "best.parameters",
            "parameters of the most accurate network",
            COUNT,
            of_best(|visit| visit.parameters as f64),
        ),
        of(
            "best.layers",
            "convolutions of the most accurate network",
            COUNT,
            of_best(|visit| visit.genome.depth() as f64),
        ),
        of("mean.accuracy", "mean validation accuracy", SHARE, accuracy),
        of("mean.learned_accuracy", "mean validation accuracy of networks that learned something", SHARE, learned),
        of("learned_nothing", "share of networks that learned nothing, at most chance and 2 points", SHARE, nothing),
        of("hypervolume", "hypervolume of error and logarithm of parameters", (Unit::One, Range::SHARE), volume),
        Entry {
            observed_time: true,
            ..of("total_seconds", "training time of all networks, one after another", timed, seconds)
        },
        of(
            "revisits",
            "visits of one search to a network that it had visited before",
            COUNT,
            count(measures::revisits),
        ),
        of("violations", "networks of one search that break a constraint", COUNT, count(measures::violations)),
    ]
}

/// What only a search with parents has.
fn of_children(arm: &str) -> Vec<Entry> {
    let improving: OfSearch = Box::new(|search| measures::improving(&search.record));
    vec![
        of_search(arm, "improving", "share of children more accurate than their parents", SHARE, improving),
        of_search(
            arm,
            "changed_revisits",
            "children of one search that differ from their parents and had been visited before",
            COUNT,
            count(measures::changed_revisits),
        ),
    ]
}

fn against_random(settings: &Settings, arm: &str) -> Vec<Entry> {
    let of = |name: &str, words: &str, unit: Unit, range: Range, value: OfPair| {
        let owner = arm.to_owned();
        let read = Box::new(move |evidence: &Evidence| {
            let pairs = evidence.searches(&owner).iter().zip(evidence.searches(RANDOM));
            per_seed(pairs.map(|(ours, random)| value(ours, random)))
        });
        entry(format!("{arm}.{name}"), format!("{words} ({arm})"), (unit, range), SEED, read)
    };
    let ends = settings.analysis.parameters;
    let evaluations: OfPair =
        Box::new(|ours, random| Some(measures::highest(&ours.record)? - measures::highest(&random.record)?));
    let seconds: OfPair = Box::new(|ours, random| {
        let budget = measures::total_seconds(ours).min(measures::total_seconds(random));
        let within = |search| measures::highest(measures::within(search, budget));
        Some(within(ours)? - within(random)?)
    });
    let volume: OfPair = Box::new(move |ours, random| {
        Some(measures::hypervolume(&ours.record, ends) - measures::hypervolume(&random.record, ends))
    });
    let ratio: OfPair = Box::new(|ours, random| Some(measures::total_seconds(random) / measures::total_seconds(ours)));
    let best = "highest validation accuracy minus that of random search";
    // The range of a correlation is that of a difference of two shares.
    let difference = Range::CORRELATION;
    let mut entries = vec![
        of("gain.evaluations", &format!("{best}, equal evaluations"), Unit::Fraction, difference, evaluations),
        of("gain.hypervolume", "hypervolume minus that of random search", Unit::One, difference, volume),
    ];
    let words = "training time of random search, equal evaluations, as a multiple of this arm's, mean of the ratios";
    let timed = [
        of("gain.seconds", &format!("{best}, equal training time"), Unit::Fraction, difference, seconds),
        of("random_time", words, Unit::One, Range::NOT_NEGATIVE, ratio),
    ];
    entries.extend(timed.map(|one| Entry { observed_time: true, ..one }));
    entries
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
    let (arms, seeds) = (lawful(settings), settings.search.seeds);
    let read = Box::new(move |evidence: &Evidence| {
        let of_seed = |seed: usize| {
            let searches = arms.iter().filter_map(|arm| evidence.searches(arm).get(seed));
            Some(searches.map(|search| measures::violations(&search.record)).sum::<usize>() as f64)
        };
        per_seed((0..seeds).map(of_seed))
    });
    let label = "networks of a seed's searches that break a constraint, all arms but those that end in `_reference`";
    entry("violations".to_owned(), label.to_owned(), COUNT, SEED, read)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Quantities are paired by cluster: a seed without a number must not move the others up.
    #[test]
    fn a_seed_without_a_number_keeps_the_places_of_the_others() {
        assert_eq!(per_seed([Some(1.0), Some(2.0)]), Some(Measured::Samples(vec![1.0, 2.0])));
        let found = per_seed([Some(1.0), None, Some(3.0)]);
        assert_eq!(found, Some(Measured::Clustered { samples: vec![1.0, 3.0], clusters: vec![0, 2] }));
        assert_eq!(per_seed([None]), None);
    }
}
