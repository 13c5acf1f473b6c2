//! Quantities of the regression trees: what they are worth on networks that they were not fitted on, and where the spread
//! of searches comes from.

use anyhow::Context as _;

use super::entry::{Entry, Group, NETWORK, RANGES, SAMPLE_OF_ROWS, TABLE, UNITS, WORDS, network_of};
use super::evidence::Evidence;
use crate::objectives::OBJECTIVES;
use crate::plan::Arm;
use crate::quality::Quality;
use renas_base::metric::Unit;
use renas_report::findings::Measured;
use renas_report::range::Range;

/// R squared, mean squared error and Kendall's tau of each tree.
pub fn quality<'a>(arm: &Arm) -> Vec<Entry<'a>> {
    let predicted = if arm.variant.counts_cost() { 2 } else { 3 };
    let mut entries = Vec::new();
    for axis in 0..predicted {
        if arm.is_imported() {
            entries.push(of_splits(arm, axis, "r2", "R squared", Range::R_SQUARED, |one| &one.r2));
            entries.push(of_splits(arm, axis, "mse", "mean squared error", Range::NOT_NEGATIVE, |one| &one.mse));
        } else {
            for group in Group::BOTH {
                entries.extend(out_of_fold(arm, axis, group));
            }
        }
        entries.push(of_splits(arm, axis, "tau", "Kendall's tau-b", Range::CORRELATION, |one| &one.tau));
    }
    entries
}

fn name(arm: &Arm, axis: usize, kind: &str) -> String {
    format!("surrogate.{}.{}.{}.{kind}", arm.name, arm.dataset, OBJECTIVES[axis])
}

/// Over the networks of our table, each predicted by trees that were fitted without it.
fn out_of_fold<'a>(arm: &Arm, axis: usize, group: Group) -> [Entry<'a>; 2] {
    let entry = |kind: &str, words: &str, range: Range| {
        let owner = arm.clone();
        let (name, is_r_squared) = (name(arm, axis, &format!("{}{kind}", group.prefix())), kind == "r2");
        let stream = name.clone();
        let read = move |evidence: &Evidence| {
            let found = evidence.out_of_fold(&owner, group).and_then(|all| all.get(axis));
            Ok(found.and_then(|found| {
                if is_r_squared { found.r_squared(&stream) } else { Some(Measured::Samples(found.squares.clone())) }
            }))
        };
        Entry {
            name,
            label: format!(
                "{words} of predicted {} on networks out of fold ({} on {}{})",
                WORDS[axis],
                arm.name,
                arm.dataset,
                group.words()
            ),
            unit: Unit::One,
            data: arm.data.clone(),
            range,
            over: NETWORK,
            cluster: network_of(&arm.dataset),
            imported: false,
            read: Box::new(read),
        }
    };
    [entry("r2", "R squared", Range::R_SQUARED), entry("mse", "squared error", Range::NOT_NEGATIVE)]
}

/// Over random splits of one table, which are one table.
fn of_splits<'a>(
    arm: &Arm,
    axis: usize,
    kind: &str,
    words: &str,
    range: Range,
    values: fn(&Quality) -> &Vec<f64>,
) -> Entry<'a> {
    let owner = arm.clone();
    let read = move |evidence: &Evidence| {
        let quality = &evidence.arm(&owner).quality;
        let samples = values(quality.get(axis).context("no tree for this objective")?).clone();
        let clusters = vec![0; samples.len()];
        Ok((!samples.is_empty()).then_some(Measured::Clustered { samples, clusters }))
    };
    Entry {
        name: name(arm, axis, kind),
        label: format!("{words} of predicted {} on held-out networks ({} on {})", WORDS[axis], arm.name, arm.dataset),
        unit: Unit::One,
        data: arm.data.clone(),
        range,
        over: "random split",
        cluster: TABLE.to_owned(),
        imported: arm.is_imported(),
        read: Box::new(read),
    }
}

/// Standard deviations of the final population's mean by cause.
pub fn components<'a>(arm: &Arm) -> Vec<Entry<'a>> {
    let mut entries = Vec::new();
    for (axis, name) in OBJECTIVES.iter().enumerate() {
        for (cause, words) in [("search", "searches on the same rows"), ("rows", "samples of table rows")] {
            let owner = arm.clone();
            let read = move |evidence: &Evidence| {
                let found = evidence.arm(&owner);
                let components = found.components.get(axis).context("no components of this objective")?;
                let component = if cause == "search" { components.search } else { components.rows };
                Ok(Some(Measured::Estimate {
                    value: component.value,
                    low: component.interval.low,
                    high: component.interval.high,
                    n: components.row_samples,
                    interval: OF_THE_STUDY.to_owned(),
                }))
            };
            let range = if axis == 2 { Range::NOT_NEGATIVE } else { RANGES[axis] };
            entries.push(Entry {
                name: format!("{}.{}.components.{cause}.{name}", arm.name, arm.dataset),
                label: format!(
                    "standard deviation of final mean {} between {words} ({} on {})",
                    WORDS[axis], arm.name, arm.dataset
                ),
                unit: UNITS[axis],
                data: arm.data.clone(),
                range,
                over: SAMPLE_OF_ROWS,
                cluster: SAMPLE_OF_ROWS.to_owned(),
                imported: arm.is_imported(),
                read: Box::new(read),
            });
        }
    }
    entries
}

/// The study keeps no single searches: its interval stands as it was made.
const OF_THE_STUDY: &str = "percentile bootstrap over samples of rows, a little short; no claim rests on it";
