//! Every quantity of the findings: one catalogue says its name and how it is read from the evidence, so that the names
//! promised to the manifest's claims are those that the analysis finds.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};

use super::evidence::{ArmEvidence, Evidence};
use crate::objectives::OBJECTIVES;
use crate::plan::{Arm, GROWTH_ID, arms, tradeoffs_id};
use crate::settings::{Dataset, Settings};
use crate::tradeoffs::{self, Estimate};
use crate::trial::Trained;
use renas_base::metric::Unit;
use renas_report::findings::{Measured, Quantity};

/// Stands for the name of the first data set in quantities of claims that any data set can carry.
pub const ANY: &str = "any";

/// Units of accuracy, introspectability and multiply-adds.
pub const UNITS: [Unit; 3] = [Unit::Fraction, Unit::One, Unit::MultiplyAdds];

/// Words for accuracy, introspectability and multiply-adds.
pub const WORDS: [&str; 3] = ["accuracy", "introspectability", "multiply-adds"];

type Read<'a> = Box<dyn Fn(&Evidence) -> Result<Measured> + 'a>;
/// A number of the search from one seed.
type OfSearch = Box<dyn Fn(&ArmEvidence, usize) -> Option<f64>>;
/// A number of a retrained network, from its predicted objectives, itself, and the mean of the table.
type OfNetwork = Box<dyn Fn(&[f64; 3], &Trained, f64) -> f64>;

struct Entry<'a> {
    name: String,
    label: String,
    unit: Unit,
    data: String,
    over: &'static str,
    read: Read<'a>,
}

/// The names of all quantities under these settings, in ascending order.
pub fn names(settings: &Settings) -> Vec<String> {
    let mut names: Vec<String> =
        catalogue(settings).into_iter().flat_map(|entry| aliases(settings, entry.name)).collect();
    names.sort_unstable();
    names
}

/// All quantities, measured.
pub fn measure(settings: &Settings, evidence: &Evidence) -> Result<BTreeMap<String, Quantity>> {
    let mut found = BTreeMap::new();
    for entry in catalogue(settings) {
        let measured = (entry.read)(evidence).with_context(|| format!("quantity `{}`", entry.name))?;
        for name in aliases(settings, entry.name) {
            let quantity = Quantity {
                label: entry.label.clone(),
                unit: entry.unit,
                data: entry.data.clone(),
                over: entry.over.to_owned(),
                measured: measured.clone(),
                observed_time: false,
            };
            found.insert(name, quantity);
        }
    }
    Ok(found)
}

/// The name itself, and for the paper's variant and the trained networks of the first data set the name with `any`.
fn aliases(settings: &Settings, name: String) -> Vec<String> {
    let first = settings.datasets.first().map_or("", |dataset| dataset.name.as_str());
    let mut names = Vec::new();
    for prefix in ["paper.", "trained.", "surrogate.paper."] {
        let rest = name.strip_prefix(prefix).and_then(|rest| rest.strip_prefix(first)?.strip_prefix('.'));
        names.extend(rest.map(|rest| format!("{prefix}{ANY}.{rest}")));
    }
    names.push(name);
    names
}

fn catalogue(settings: &Settings) -> Vec<Entry<'_>> {
    let mut entries = Vec::new();
    for dataset in &settings.datasets {
        entries.extend(trained(dataset));
        entries.extend(published(dataset));
        for arm in arms(dataset) {
            entries.extend(trajectories(settings, &arm));
            entries.extend(final_population(settings, &arm));
            entries.extend(quality(&arm));
            if arm.has_components() {
                entries.extend(components(&arm));
            }
            if arm.is_retrained() {
                entries.extend(retrained(&arm, dataset));
            }
        }
    }
    if let [easier, harder, ..] = settings.datasets.as_slice() {
        entries.extend(growth(easier, harder));
    }
    entries
}

/// The generations that quantities are of: the random sample, and those of Table 2.
pub fn generations(settings: &Settings) -> Vec<usize> {
    std::iter::once(0).chain(settings.search.generations.iter().copied()).collect()
}

fn searched<'a>(
    arm: &Arm,
    name: String,
    label: String,
    unit: Unit,
    value: impl Fn(&ArmEvidence, usize) -> Option<f64> + 'a,
) -> Entry<'a> {
    let name = format!("{}.{}.{name}", arm.name, arm.dataset);
    let (label, data) = (format!("{} ({} on {})", label, arm.name, arm.dataset), arm.data.clone());
    let arm = arm.clone();
    let read = move |evidence: &Evidence| {
        let found = evidence.arm(&arm);
        let samples = (0..found.searches.len()).map(|seed| value(found, seed).context("a generation is missing"));
        Ok(Measured::Samples(samples.collect::<Result<_>>()?))
    };
    Entry { name, label, unit, data, over: "search seed", read: Box::new(read) }
}

/// Statistics of the population after each generation of Table 2 and of the random sample.
fn trajectories<'a>(settings: &'a Settings, arm: &Arm) -> Vec<Entry<'a>> {
    let mut entries = Vec::new();
    for generation in generations(settings) {
        let mut add = |name: &str, label: String, unit, value: OfSearch| {
            let label = format!("{label} after generation {generation}");
            entries.push(searched(arm, format!("g{generation}.{name}"), label, unit, value));
        };
        for (axis, name) in OBJECTIVES.iter().enumerate() {
            let value = move |found: &ArmEvidence, seed: usize| {
                Some(found.searches[seed].trajectory.mean.get(generation)?[axis])
            };
            add(name, format!("mean predicted {}", WORDS[axis]), UNITS[axis], Box::new(value));
        }
        macro_rules! statistic {
            ($field:ident, $label:literal, $unit:expr) => {
                add(
                    stringify!($field),
                    $label.to_owned(),
                    $unit,
                    Box::new(move |found, seed| found.searches[seed].trajectory.$field.get(generation).copied()),
                )
            };
        }
        statistic!(hypervolume, "hypervolume", Unit::One);
        statistic!(spread, "spread of the population", Unit::One);
        statistic!(distinct, "share of distinct genotypes", Unit::Fraction);
        statistic!(depth, "mean number of hidden layers", Unit::One);
    }
    entries
}

/// Diversity and correlations of the final population, and the number of evaluations.
fn final_population<'a>(settings: &'a Settings, arm: &Arm) -> Vec<Entry<'a>> {
    let length = settings.length();
    let mut entries = Vec::new();
    for axis in [1, 2] {
        let value = move |found: &ArmEvidence, seed: usize| {
            let deviation = &found.searches[seed].trajectory.deviation;
            let start = deviation.first()?[axis];
            Some(if start > 0.0 { deviation.get(length)?[axis] / start } else { 0.0 })
        };
        let label = format!("standard deviation of predicted {} as a share of the random sample's", WORDS[axis]);
        entries.push(searched(arm, format!("final.dispersion.{}", OBJECTIVES[axis]), label, Unit::One, value));
        let value = move |found: &ArmEvidence, seed: usize| Some(found.searches[seed].correlations[axis - 1]);
        let label = format!("Pearson correlation of predicted accuracy and {} in the final population", WORDS[axis]);
        entries.push(searched(arm, format!("final.pearson.accuracy_{}", OBJECTIVES[axis]), label, Unit::One, value));
    }
    let value = |found: &ArmEvidence, seed: usize| Some(found.searches[seed].evaluations as f64);
    let label = "networks evaluated by one search".to_owned();
    entries.push(searched(arm, "evaluations".to_owned(), label, Unit::Count, value));
    entries
}

/// R squared, mean squared error and Kendall's tau of each tree.
fn quality<'a>(arm: &Arm) -> Vec<Entry<'a>> {
    let predicted = if arm.variant.counts_cost() { 2 } else { 3 };
    let mut entries = Vec::new();
    for axis in 0..predicted {
        for (kind, words) in [("r2", "R squared"), ("mse", "mean squared error"), ("tau", "Kendall's tau-b")] {
            let owner = arm.clone();
            let read = move |evidence: &Evidence| {
                let quality = &evidence.arm(&owner).quality;
                let quality = quality.get(axis).context("no tree for this objective")?;
                Ok(Measured::Samples(match kind {
                    "r2" => quality.r2.clone(),
                    "mse" => quality.mse.clone(),
                    _ => quality.tau.clone(),
                }))
            };
            entries.push(Entry {
                name: format!("surrogate.{}.{}.{}.{kind}", arm.name, arm.dataset, OBJECTIVES[axis]),
                label: format!(
                    "{words} of predicted {} on held-out networks ({} on {})",
                    WORDS[axis], arm.name, arm.dataset
                ),
                unit: Unit::One,
                data: arm.data.clone(),
                over: "random split",
                read: Box::new(read),
            });
        }
    }
    entries
}

fn components<'a>(arm: &Arm) -> Vec<Entry<'a>> {
    let mut entries = Vec::new();
    for (axis, name) in OBJECTIVES.iter().enumerate() {
        for (cause, words) in [("search", "searches on the same rows"), ("rows", "samples of table rows")] {
            let owner = arm.clone();
            let read = move |evidence: &Evidence| {
                let found = evidence.arm(&owner);
                let components = found.components.get(axis).context("no components of this objective")?;
                let component = if cause == "search" { components.search } else { components.rows };
                Ok(Measured::Estimate {
                    value: component.value,
                    low: component.interval.low,
                    high: component.interval.high,
                    n: components.row_samples,
                    interval: "percentile bootstrap over samples of rows".to_owned(),
                })
            };
            entries.push(Entry {
                name: format!("{}.{}.components.{cause}.{name}", arm.name, arm.dataset),
                label: format!(
                    "standard deviation of final mean {} between {words} ({} on {})",
                    WORDS[axis], arm.name, arm.dataset
                ),
                unit: UNITS[axis],
                data: arm.data.clone(),
                over: "sample of rows",
                read: Box::new(read),
            });
        }
    }
    entries
}

/// Predicted and measured objectives of the networks really trained, and what the search gained.
fn retrained<'a>(arm: &Arm, dataset: &'a Dataset) -> Vec<Entry<'a>> {
    let mut entries = Vec::new();
    let mut add = |kind: &str, axis: usize, words: &str, value: OfNetwork| {
        let owner = arm.clone();
        let read = move |evidence: &Evidence| {
            let table = evidence.table(dataset);
            let mean = table.iter().map(|one| owner.variant.objectives(one)[axis]).sum::<f64>() / table.len() as f64;
            let networks = &evidence.arm(&owner).retrained;
            Ok(Measured::Samples(networks.iter().map(|one| value(&one.predicted, &one.trained, mean)).collect()))
        };
        entries.push(Entry {
            name: format!("{}.{}.retrained.{kind}.{}", arm.name, arm.dataset, OBJECTIVES[axis]),
            label: format!(
                "{words} {} of networks of the final population ({} on {})",
                WORDS[axis], arm.name, arm.dataset
            ),
            unit: UNITS[axis],
            data: arm.data.clone(),
            over: "network",
            read: Box::new(read),
        });
    };
    let variant = arm.variant;
    for axis in 0..3 {
        let measured = move |trained: &Trained| variant.objectives(trained)[axis];
        add("predicted", axis, "predicted", Box::new(move |predicted, _, _| predicted[axis]));
        add("measured", axis, "measured", Box::new(move |_, trained, _| measured(trained)));
        add(
            "error",
            axis,
            "predicted minus measured",
            Box::new(move |predicted, trained, _| predicted[axis] - measured(trained)),
        );
        add(
            "gain",
            axis,
            "gain over random networks in measured",
            Box::new(move |_, trained, mean| measured(trained) - mean),
        );
    }
    if arm.reports_test() {
        add("test", 0, "test", Box::new(|_, trained, _| trained.test.accuracy));
        add("test", 1, "test", Box::new(move |_, trained, _| variant.introspectability(&trained.test)));
    }
    entries
}

/// The table of trained networks, on test samples, and its correlations.
fn trained(dataset: &Dataset) -> Vec<Entry<'_>> {
    let mut entries = Vec::new();
    let mut add = |name: &str, label: &str, unit, value: fn(&Trained) -> f64| {
        let read =
            move |evidence: &Evidence| Ok(Measured::Samples(evidence.table(dataset).iter().map(value).collect()));
        entries.push(Entry {
            name: format!("trained.{}.{name}", dataset.name),
            label: format!("{label} of random networks, trained ({})", dataset.name),
            unit,
            data: dataset.name.clone(),
            over: "network",
            read: Box::new(read),
        });
    };
    add("accuracy", "test accuracy", Unit::Fraction, |one| one.test.accuracy);
    add("similarity", "similarity of class outputs", Unit::One, |one| one.test.similarity);
    add("distance", "distance of class activations", Unit::One, |one| one.test.distance);
    add("multiply_adds", "multiply-adds", Unit::MultiplyAdds, |one| one.multiply_adds);
    entries.extend(estimates("trained", dataset, &dataset.name, false));
    entries
}

/// The author's table and its correlations.
fn published(dataset: &Dataset) -> Vec<Entry<'_>> {
    let Some(table) = &dataset.author_table else { return Vec::new() };
    estimates("published", dataset, table, true)
}

fn estimates<'a>(prefix: &str, dataset: &'a Dataset, data: &str, author: bool) -> Vec<Entry<'a>> {
    let study = tradeoffs_id(&dataset.name, author);
    let entry = |name: String| {
        let (unit, words) = match name.split_once(".accuracy_") {
            Some((kind, partner)) => {
                (Unit::One, format!("{kind} correlation of accuracy and {}", partner.replace('_', "-")))
            }
            None => (Unit::Fraction, "95th percentile of test accuracy".to_owned()),
        };
        let (full, label) =
            (format!("{prefix}.{}.{name}", dataset.name), format!("{words} ({prefix}, {})", dataset.name));
        estimated(full, label, unit, data.to_owned(), study.clone(), name)
    };
    tradeoffs::names(author).into_iter().map(entry).collect()
}

fn growth<'a>(easier: &Dataset, harder: &Dataset) -> Vec<Entry<'a>> {
    let entry = |partner: &str| {
        let words = partner.replace('_', "-");
        let label = format!("trade-off of accuracy with {words}: {} minus {}", harder.name, easier.name);
        let name = format!("tradeoff_growth.{partner}");
        estimated(format!("trained.{name}"), label, Unit::One, harder.name.clone(), GROWTH_ID.to_owned(), name)
    };
    ["similarity", "distance", "multiply_adds"].map(entry).into()
}

fn estimated<'a>(name: String, label: String, unit: Unit, data: String, study: String, key: String) -> Entry<'a> {
    let read = move |evidence: &Evidence| {
        let estimate = evidence.estimates(&study)?.get(&key).with_context(|| format!("{study} has no `{key}`"))?;
        let Estimate { value, interval, networks } = estimate;
        Ok(Measured::Estimate {
            value: *value,
            low: interval.low,
            high: interval.high,
            n: *networks,
            interval: "percentile bootstrap over networks".to_owned(),
        })
    };
    Entry { name, label, unit, data, over: "network", read: Box::new(read) }
}
