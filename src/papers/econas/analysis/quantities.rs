//! Every quantity of the findings: one catalogue says its name and how it is read from the evidence, so that the names
//! promised to the manifest's claims are those that the analysis finds.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};

use super::entry::{Entry, RETRAINED_SEARCH, SAMPLE_OF_ROWS, SEARCH_SEED, TABLE, network_of};
use super::evidence::Evidence;
use super::{of_retrained, of_search, of_table, of_trees};
use crate::plan::arms;
use crate::settings::Settings;
use renas_report::catalogue::Promised;
use renas_report::catalogue::all_studies;
use renas_report::findings::Quantity;

/// Stand for the names of the first and of the second data set, in quantities of claims about the method: it is judged on
/// every data set that a profile runs.
const STAND_INS: [&str; 2] = ["any", "second"];

/// What is known of all quantities under these settings, in ascending order of name.
pub fn promised(settings: &Settings) -> Vec<Promised> {
    let promise = |entry: Entry<'_>| {
        let Entry { name, unit, range, over, cluster, .. } = entry;
        let over = over.to_owned();
        let one = move |name| Promised {
            name,
            unit,
            range,
            over: over.clone(),
            cluster: cluster.clone(),
            studies: all_studies(),
        };
        aliases(settings, name).into_iter().map(one).collect::<Vec<_>>()
    };
    let mut all: Vec<Promised> = catalogue(settings).into_iter().flat_map(promise).collect();
    all.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    all
}

/// How many clusters these settings plan, by what a cluster is.
pub fn clusters(settings: &Settings) -> BTreeMap<String, usize> {
    let planned = [
        (SEARCH_SEED, settings.search.seeds),
        (RETRAINED_SEARCH, 1),
        (TABLE, 1),
        (SAMPLE_OF_ROWS, settings.studies.row_samples),
    ];
    let networks = settings.datasets.iter().map(|dataset| (network_of(&dataset.name), settings.table.networks));
    planned.into_iter().map(|(name, count)| (name.to_owned(), count)).chain(networks).collect()
}

/// All quantities, measured; one of which the evidence has too little is absent.
pub fn measure(settings: &Settings, evidence: &Evidence) -> Result<BTreeMap<String, Quantity>> {
    let mut found = BTreeMap::new();
    for entry in catalogue(settings) {
        let Some(measured) = (entry.read)(evidence).with_context(|| format!("quantity `{}`", entry.name))? else {
            continue;
        };
        for name in aliases(settings, entry.name) {
            let quantity = Quantity {
                label: entry.label.clone(),
                unit: entry.unit,
                data: entry.data.clone(),
                over: entry.over.to_owned(),
                cluster: entry.cluster.clone(),
                range: entry.range,
                imported: entry.imported,
                definition: String::new(),
                measured: measured.clone(),
                observed_time: false,
            };
            found.insert(name, quantity);
        }
    }
    Ok(found)
}

/// The name itself, and where claims about the method may name it, the name with `any` or `second` for its data set.
fn aliases(settings: &Settings, name: String) -> Vec<String> {
    let mut names = Vec::new();
    for (dataset, stand_in) in settings.datasets.iter().zip(STAND_INS) {
        for prefix in ["paper.", "corrected.", "trained.", "surrogate.paper."] {
            let rest = name.strip_prefix(prefix).and_then(|rest| rest.strip_prefix(&dataset.name)?.strip_prefix('.'));
            names.extend(rest.map(|rest| format!("{prefix}{stand_in}.{rest}")));
        }
    }
    names.push(name);
    names
}

fn catalogue(settings: &Settings) -> Vec<Entry<'_>> {
    let mut entries = Vec::new();
    for dataset in &settings.datasets {
        entries.extend(of_table::trained(dataset));
        entries.extend(of_table::published(dataset));
        for arm in arms(dataset) {
            entries.extend(of_search::entries(settings, &arm));
            entries.extend(of_trees::quality(&arm));
            if arm.has_components() {
                entries.extend(of_trees::components(&arm));
            }
            if arm.is_retrained() {
                entries.extend(of_retrained::entries(&arm, dataset));
            }
        }
    }
    if let [easier, harder, ..] = settings.datasets.as_slice() {
        entries.extend(of_table::growth(easier, harder));
    }
    entries
}
