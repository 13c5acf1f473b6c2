//! Quantities of the networks of final populations that were really trained.
//!
//! All of an arm come from one search: they share it, and are one cluster however many they are.

use super::entry::{DIFFERENCES, Entry, Group, NETWORK, RANGES, RETRAINED_SEARCH, UNITS, WORDS, has_learned};
use super::evidence::Evidence;
use crate::objectives::OBJECTIVES;
use crate::plan::{Arm, SHOWN_SEED};
use crate::retrain::Retrained;
use crate::settings::Dataset;
use renas_base::metric::Unit;
use renas_report::catalogue::clustered;
use renas_report::range::Range;

/// A number of a retrained network, from itself and the mean of the table.
type OfNetwork<'a> = Box<dyn Fn(&Retrained, f64) -> f64 + 'a>;

/// Predicted and measured objectives, and what the search gained, with and without networks that learned nothing.
pub fn entries<'a>(arm: &Arm, dataset: &'a Dataset) -> Vec<Entry<'a>> {
    let mut entries = Vec::new();
    let variant = arm.variant;
    for group in Group::BOTH {
        let mut add = |kind: &str, axis: usize, words: &str, range: Range, value: OfNetwork<'a>| {
            let name = format!("{}{kind}.{}", group.prefix(), OBJECTIVES[axis]);
            let label = format!("{words} {} of networks of the final population", WORDS[axis]);
            entries.push(entry(arm, dataset, (group, axis), &name, label, (UNITS[axis], range), value));
        };
        for axis in 0..3 {
            let measured = move |network: &Retrained| variant.objectives(&network.trained)[axis];
            add("predicted", axis, "predicted", RANGES[axis], Box::new(move |network, _| network.predicted[axis]));
            add("measured", axis, "measured", RANGES[axis], Box::new(move |network, _| measured(network)));
            add(
                "error",
                axis,
                "predicted minus measured",
                DIFFERENCES[axis],
                Box::new(move |network, _| network.predicted[axis] - measured(network)),
            );
            add(
                "gain",
                axis,
                "gain over random networks in measured",
                DIFFERENCES[axis],
                Box::new(move |network, mean| measured(network) - mean),
            );
        }
        if arm.reports_test() {
            add("test", 0, "test", RANGES[0], Box::new(|network, _| network.trained.test.accuracy));
            let introspectability = move |network: &Retrained, _| variant.introspectability(&network.trained.test);
            add("test", 1, "test", RANGES[1], Box::new(introspectability));
        }
    }
    let label =
        "share that learned nothing, at most chance and 2 points on test samples, of networks of the final population";
    let value = |network: &Retrained, _| if has_learned(&network.trained, dataset.classes) { 0.0 } else { 1.0 };
    let kind = (Unit::Fraction, Range::SHARE);
    entries.push(entry(arm, dataset, (Group::All, 0), "nothing_learned", label.to_owned(), kind, Box::new(value)));
    entries
}

fn entry<'a>(
    arm: &Arm,
    dataset: &'a Dataset,
    (group, axis): (Group, usize),
    name: &str,
    label: String,
    (unit, range): (Unit, Range),
    value: OfNetwork<'a>,
) -> Entry<'a> {
    let owner = arm.clone();
    let read = move |evidence: &Evidence| {
        let table = evidence.table(dataset).iter().filter(|one| group.holds(one, dataset.classes));
        let measured: Vec<f64> = table.map(|one| owner.variant.objectives(one)[axis]).collect();
        // Where no network of the table learned anything, there is nothing to compare with.
        if measured.is_empty() {
            return Ok(None);
        }
        let mean = measured.iter().sum::<f64>() / measured.len() as f64;
        let networks = evidence.arm(&owner).retrained.iter();
        let counted = networks.filter(|network| group.holds(&network.trained, dataset.classes));
        Ok(clustered(counted.map(|network| (SHOWN_SEED, value(network, mean)))))
    };
    Entry {
        name: format!("{}.{}.retrained.{name}", arm.name, arm.dataset),
        label: format!("{label} ({} on {}{})", arm.name, arm.dataset, group.words()),
        unit,
        data: arm.data.clone(),
        range,
        over: NETWORK,
        cluster: RETRAINED_SEARCH.to_owned(),
        imported: arm.is_imported(),
        read: Box::new(read),
    }
}
