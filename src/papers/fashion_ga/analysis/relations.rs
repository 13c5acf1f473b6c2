//! What accuracy goes with: the number of layers and of parameters, over the networks of random search, which nothing
//! steers, and within evolutions.
//!
//! Functions are drawn layer by layer, so that few deep networks lack a sigmoid, and networks with one learn slowest: depth
//! stands for sigmoids too. Everything is therefore told in strata of networks with and without a sigmoid, and with and
//! without networks that learned nothing. Networks of random search are independent of each other whatever their search:
//! each has a seed of its own, and all share one split of the images.

use super::evidence::{Evidence, Timed};
use super::measures::{self, has_sigmoid, learned};
use super::quantities::{Entry, entry};
use super::searches::{SEED, lawful, per_seed};
use crate::arm::RANDOM;
use crate::search::Visit;
use crate::settings::{SWEET_SPOT, Settings};
use renas_base::metric::Unit;
use renas_report::catalogue::{Correlation, Read, clustered, correlation, share};
use renas_report::range::Range;
use renas_stats::summary::mean;

/// The unit of replication of networks that nothing steers.
pub(super) const NETWORK: &str = "random network";

/// Some of the networks: what names of quantities say of it, and words for people.
pub(super) struct Reading {
    /// What follows the name.
    pub(super) suffix: &'static str,
    /// What follows `networks`.
    pub(super) words: &'static str,
    keeps: fn(&Visit) -> bool,
}

/// With and without networks that learned nothing, of all and of each stratum.
pub(super) const READINGS: [Reading; 6] = [
    Reading { suffix: "", words: "", keeps: |_| true },
    Reading { suffix: ".learned", words: " that learned something", keeps: learned },
    Reading { suffix: ".without_sigmoid", words: " without a sigmoid", keeps: |visit| !has_sigmoid(visit) },
    Reading {
        suffix: ".without_sigmoid.learned",
        words: " without a sigmoid that learned something",
        keeps: |visit| !has_sigmoid(visit) && learned(visit),
    },
    Reading { suffix: ".with_sigmoid", words: " with a sigmoid", keeps: has_sigmoid },
    Reading {
        suffix: ".with_sigmoid.learned",
        words: " with a sigmoid that learned something",
        keeps: |visit| has_sigmoid(visit) && learned(visit),
    },
];

/// The strata of the confounder: the part of a name, words, and whether there is a sigmoid.
pub(super) const STRATA: [(&str, &str, bool); 2] =
    [("without_sigmoid", "without a sigmoid", false), ("with_sigmoid", "with a sigmoid", true)];

/// Fewer convolutions than the sweet spot, as many, and more: the part of a name, words, fewest and most.
pub(super) fn groups(settings: &Settings) -> Vec<(&'static str, String, [usize; 2])> {
    let [fewest, most] = settings.space.layers;
    let [from, to] = SWEET_SPOT;
    let groups = [("fewer", [fewest, from - 1]), ("sweet_spot", [from, to]), ("more", [to + 1, most])];
    let populated = groups.into_iter().filter(|(_, [low, high])| low <= high);
    populated.map(|(name, ends)| (name, format!("{} to {} convolutions", ends[0], ends[1]), ends)).collect()
}

/// All of them.
pub(super) fn catalogue(settings: &Settings) -> Vec<Entry> {
    let mut entries = depths(settings);
    entries.extend(against_others(settings));
    entries.extend(correlations(settings));
    entries
}

/// The networks of random search.
fn random_networks(evidence: &Evidence) -> impl Iterator<Item = &Visit> {
    evidence.searches(RANDOM).iter().flat_map(|search| &search.record)
}

/// Accuracy of some random networks: of all of them, of those that learned something, and the share of those that did not.
fn accuracies(name: &str, words: &str, keeps: impl Fn(&Visit) -> bool + Copy + 'static) -> [Entry; 3] {
    let of = |kind: &str, what: &str, read: Read<Evidence>| {
        let label = format!("{what} random networks of {words}");
        entry(format!("depth.{name}.{kind}"), label, (Unit::Fraction, Range::SHARE), NETWORK, read)
    };
    let sample = |counts: fn(&Visit) -> bool| -> Read<Evidence> {
        Box::new(move |evidence| {
            // Numbered among all, so that samples of different networks are never taken for pairs.
            let kept = random_networks(evidence).enumerate().filter(|(_, visit)| keeps(visit) && counts(visit));
            clustered(kept.map(|(place, visit)| (place, visit.trained.accuracy)))
        })
    };
    let nothing = move |evidence: &Evidence| {
        let kept: Vec<&Visit> = random_networks(evidence).filter(|visit| keeps(visit)).collect();
        share(kept.iter().filter(|visit| !learned(visit)).count(), kept.len())
    };
    [
        of("accuracy", "validation accuracy of", sample(|_| true)),
        of("learned_accuracy", "validation accuracy, where they learned something, of", sample(learned)),
        of("learned_nothing", "share that learned nothing, at most chance and 2 points, of", Box::new(nothing)),
    ]
}

fn depths(settings: &Settings) -> Vec<Entry> {
    let [fewest, most] = settings.space.layers;
    let mut entries = Vec::new();
    for depth in fewest..=most {
        let words = format!("{depth} convolutions");
        entries.extend(accuracies(&depth.to_string(), &words, move |visit| visit.genome.depth() == depth));
    }
    for (group, words, [low, high]) in groups(settings) {
        for (stratum, with, sigmoid) in STRATA {
            let keeps =
                move |visit: &Visit| (low..=high).contains(&visit.genome.depth()) && has_sigmoid(visit) == sigmoid;
            entries.extend(accuracies(&format!("{group}.{stratum}"), &format!("{words}, {with}"), keeps));
        }
    }
    entries
}

/// The sweet spot beside the others within a search, whatever their functions are.
fn against_others(settings: &Settings) -> Vec<Entry> {
    let [from, to] = SWEET_SPOT;
    let other = |(name, _, [low, high]): (&'static str, String, [usize; 2])| {
        let read = Box::new(move |evidence: &Evidence| {
            let difference = |search: &Timed| {
                let at = |range| measures::accuracy_at(&search.record, range);
                Some(at(from..=to)? - at(low..=high)?)
            };
            per_seed(evidence.searches(RANDOM).iter().map(difference))
        });
        let label = format!(
            "mean accuracy of random networks of {from} or {to} convolutions minus that of {name}, functions ignored"
        );
        let kind = (Unit::Fraction, Range::CORRELATION);
        entry(format!("depth.sweet_spot_minus_{name}"), label, kind, SEED, read)
    };
    groups(settings).into_iter().filter(|(name, ..)| *name != "sweet_spot").map(other).collect()
}

/// What accuracy may go with: name, words, number.
type Property = (&'static str, &'static str, fn(&Visit) -> f64);

const PROPERTIES: [Property; 2] = [
    ("layers", "number of convolutions", |visit| visit.genome.depth() as f64),
    ("parameters", "number of parameters", |visit| visit.parameters as f64),
];

fn correlations(settings: &Settings) -> Vec<Entry> {
    let evolutions: Vec<String> = lawful(settings).into_iter().filter(|arm| arm != RANDOM).collect();
    let kind = (Unit::One, Range::CORRELATION);
    let mut entries = Vec::new();
    for (property, words, number) in PROPERTIES {
        for Reading { suffix, words: which, keeps } in READINGS {
            let name = format!("random.{property}_correlation{suffix}");
            let own_name = name.clone();
            let read = Box::new(move |evidence: &Evidence| {
                let pairs = random_networks(evidence).filter(|visit| keeps(visit));
                let (numbers, accuracies): (Vec<f64>, Vec<f64>) =
                    pairs.map(|visit| (number(visit), visit.trained.accuracy)).unzip();
                correlation(Correlation::Spearman, &numbers, &accuracies, &own_name)
            });
            let label = format!("Spearman's correlation of {words} and accuracy over random networks{which}");
            entries.push(entry(name, label, kind, NETWORK, read));
        }
        for Reading { suffix, words: which, keeps } in READINGS.into_iter().take(2) {
            let arms = evolutions.clone();
            let read = Box::new(move |evidence: &Evidence| {
                let of = |search: &Timed| {
                    let networks: Vec<&Visit> =
                        measures::distinct(&search.record).into_iter().filter(|visit| keeps(visit)).collect();
                    measures::correlation(&networks, number)
                };
                let seeds = arms.iter().map(|arm| evidence.searches(arm).len()).min()?;
                // A search whose networks are all alike in that has no correlation.
                let of_seed = |seed: usize| {
                    let values: Vec<f64> = arms.iter().filter_map(|arm| of(&evidence.searches(arm)[seed])).collect();
                    (!values.is_empty()).then(|| mean(&values))
                };
                per_seed((0..seeds).map(of_seed))
            });
            let label = format!(
                "Spearman's correlation of {words} and accuracy over networks{which} within a search, mean over the \
                 evolutions of a seed"
            );
            entries.push(entry(format!("evolved.{property}_correlation{suffix}"), label, kind, SEED, read));
        }
    }
    entries
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::fixture::{results, settings};
    use renas_report::findings::Measured;

    /// The audit of 27 November: depth and activation functions were confounded.
    #[test]
    fn strata_share_no_network_and_hold_all_of_a_depth() {
        let settings = settings();
        let evidence = Evidence::read(&settings, &results().1).expect("own results");
        let mut all = BTreeSet::new();
        let mut units = 0;
        for one in depths(&settings) {
            let is_stratum = STRATA.iter().any(|(stratum, ..)| one.name.ends_with(&format!("{stratum}.accuracy")));
            if let (true, Some(measured)) = (is_stratum, (one.read)(&evidence)) {
                units += measured.unit_values().map_or(0, <[f64]>::len);
                all.extend(measured.cluster_names());
            }
        }
        let networks = settings.search.seeds * settings.search.cycles;
        assert_eq!((all.len(), units), (networks, networks));
    }

    #[test]
    fn what_learned_and_what_did_not_are_all_networks() {
        let settings = settings();
        let evidence = Evidence::read(&settings, &results().1).expect("own results");
        let [all, some, nothing] = accuracies("all", "any number of convolutions", |_| true);
        let sample = |one: &Entry| (one.read)(&evidence).expect("networks");
        let units = |measured: Measured| measured.unit_values().map_or(0, <[f64]>::len);
        let Measured::Estimate { value, n, .. } = sample(&nothing) else { panic!("a share of independent networks") };
        let none = value * n as f64;
        assert!(none > 0.0, "some are at chance");
        assert!((units(sample(&some)) as f64 + none - units(sample(&all)) as f64).abs() < 1e-9);
    }
}
