//! Quantities of searches. What searches share, a supernet, is their cluster.

use super::evidence::Evidence;
use super::measures::{self, Principle};
use super::quantities::{Entry, HAS_TWO_SIGNS, Read, SEARCH, SUPERNET};
use crate::arm::Arm;
use crate::latency::front;
use crate::objectives::Price;
use crate::search::{SearchRecord, best_within};
use crate::settings::Settings;
use renas_base::metric::Unit;
use renas_report::range::Range;

/// A number of one search, in units of a price; nothing where the search has none.
type OfSearch = Box<dyn Fn(&SearchRecord, &Price) -> Option<f64>>;

/// All of them.
pub(super) fn catalogue(settings: &Settings) -> Vec<Entry> {
    let mut entries = Vec::new();
    for arm in Arm::ALL {
        entries.extend(of_arm(settings, arm));
    }
    for other in Arm::ALL.into_iter().filter(|&arm| arm != Arm::Nsga2) {
        entries.extend(against(settings, other));
    }
    entries.extend(principles(settings));
    entries
}

/// An entry of one value per search.
pub(super) fn entry(name: String, label: String, unit: Unit, range: Range, read: Read) -> Entry {
    Entry {
        name,
        label,
        unit,
        data: None,
        over: SEARCH.into(),
        cluster: SUPERNET.into(),
        range,
        observed_time: false,
        read,
    }
}

/// The two hypervolumes: their names, what they are, and how they are measured.
fn hypervolumes(settings: &Settings) -> [(&'static str, &'static str, OfSearch); 2] {
    let population = settings.search.population;
    let whole: OfSearch = Box::new(|record, unit| Some(measures::hypervolume(record, unit)));
    let anytime: OfSearch = Box::new(move |record, unit| measures::anytime_hypervolume(record, population, unit));
    [
        ("hypervolume", "share of the box of error, multiply-adds and memory that the search dominates", whole),
        ("anytime_hypervolume", "the same share, as its mean over the generations", anytime),
    ]
}

fn of_arm(settings: &Settings, arm: Arm) -> Vec<Entry> {
    let of = |name: &str, words: &str, unit: Unit, range: Range, value: OfSearch| {
        let read: Read = Box::new(move |evidence| {
            let values: Option<Vec<f64>> =
                evidence.searches(arm).iter().map(|record| value(record, &evidence.unit)).collect();
            evidence.by_supernet(values?)
        });
        let (name, label) = (format!("{}.{name}", arm.name()), format!("{words} ({})", arm.name()));
        entry(name, label, unit, range, read)
    };
    let share = |(name, words, value): (&str, &str, OfSearch)| of(name, words, Unit::Fraction, Range::SHARE, value);
    let mut entries: Vec<Entry> = hypervolumes(settings).into_iter().map(share).collect();
    let best: OfSearch = Box::new(|record, _| best_within(record, None).map(|visit| visit.accuracy));
    let words = "highest validation accuracy with inherited weights";
    entries.push(of("best_accuracy", words, Unit::Fraction, Range::SHARE, best));
    let size: OfSearch = Box::new(|record, _| Some(front(record).len() as f64));
    let words = "networks that no other of the search dominates";
    entries.push(of("front", words, Unit::Count, Range::NOT_NEGATIVE, size));
    entries
}

/// NSGA-II in the hierarchical space minus another arm from the same seed, with the same supernet.
fn against(settings: &Settings, other: Arm) -> Vec<Entry> {
    let gain = |(name, words, value): (&str, &str, OfSearch)| {
        let read: Read = Box::new(move |evidence| {
            let pairs = evidence.searches(Arm::Nsga2).iter().zip(evidence.searches(other));
            let gain = |(one, other)| Some(value(one, &evidence.unit)? - value(other, &evidence.unit)?);
            evidence.by_supernet(pairs.map(gain).collect::<Option<Vec<f64>>>()?)
        });
        let name = format!("nsga2.gain.{}.{name}", other.name());
        let label = format!("{words}: nsga2 minus {}", other.name());
        entry(name, label, Unit::Fraction, HAS_TWO_SIGNS, read)
    };
    hypervolumes(settings).into_iter().map(gain).collect()
}

/// What the most accurate networks within each budget are made of; nothing of a budget whose networks are those of a
/// smaller one in every search.
fn principles(settings: &Settings) -> Vec<Entry> {
    const FAVOUR: Range = Range { low: Some(-Principle::AT_RANDOM), high: Some(1.0 - Principle::AT_RANDOM) };
    let seeds = settings.search.seeds;
    let mut entries = Vec::new();
    for (index, &budget) in settings.budgets.iter().enumerate() {
        let number = index + 1;
        for principle in Principle::ALL {
            let share = move |evidence: &Evidence| -> Option<Vec<f64>> {
                if evidence.repeats_a_smaller_budget(index, seeds) {
                    return None;
                }
                let share = |record: &SearchRecord| {
                    let visit = best_within(record, Some(budget))?;
                    Some(principle.share(&evidence.space.genotype(&visit.choice)))
                };
                evidence.searches(Arm::Nsga2).iter().map(share).collect()
            };
            let favour: Read = Box::new(move |evidence| {
                evidence.by_supernet(share(evidence)?.into_iter().map(|share| share - Principle::AT_RANDOM))
            });
            let read: Read = Box::new(move |evidence| evidence.by_supernet(share(evidence)?));
            let name = |suffix: &str| format!("budget_{number}.{suffix}.{}", principle.name());
            let words = format!("share of layers with {} in the best network of budget {number}", principle.name());
            let favour_words = format!("{words}, minus that of random networks");
            entries.push(entry(name("share"), words, Unit::Fraction, Range::SHARE, read));
            entries.push(entry(name("favour"), favour_words, Unit::Fraction, FAVOUR, favour));
        }
    }
    let different: Read =
        Box::new(|evidence| evidence.by_supernet(evidence.different_networks().into_iter().map(|count| count as f64)));
    let words = format!("different networks among the best of the {} budgets", settings.budgets.len());
    let range = Range { low: Some(0.0), high: Some(settings.budgets.len() as f64) };
    entries.push(entry("budgets.different_networks".to_owned(), words, Unit::Count, range, different));
    entries
}
