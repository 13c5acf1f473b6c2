//! Every quantity of the findings: one catalogue says its name and how it is read from the results, so that the names
//! promised to the manifest's claims are those that the analysis finds.

use std::collections::BTreeMap;

use super::builder::Entry;
use super::result_set::ResultSet;
use super::{operators, searches};
use crate::settings::{DataSettings, Settings};
use renas_base::metric::Unit;
use renas_report::catalogue::{self, Promised};
use renas_report::findings::Quantity;
use renas_report::range::Range;

/// What is known of all quantities under these settings, in ascending order of name.
pub fn promised(settings: &Settings) -> Vec<Promised> {
    catalogue::promised(entries(settings))
}

/// How many clusters these settings plan, by what a cluster is: pairs of the arm that has most, as random search has.
pub fn clusters(settings: &Settings) -> BTreeMap<String, usize> {
    let pairs = settings.search.arms.iter().map(|arm| arm.pairs).max().unwrap_or(0);
    let planned = [("model", settings.operator_study.models), ("pair", pairs), (searches::EXPERIMENT, 1)];
    planned.map(|(cluster, count)| (cluster.to_owned(), count)).into()
}

/// All quantities that these results hold.
pub fn measure(settings: &Settings, results: &ResultSet) -> BTreeMap<String, Quantity> {
    catalogue::measure(entries(settings), &settings.operator_study.data.name, results)
}

fn entries(settings: &Settings) -> Vec<Entry> {
    let mut entries = vec![judge("exploration", &settings.operator_study.data), judge("search", &settings.search.data)];
    entries.extend(operators::catalogue(settings));
    entries.extend(searches::catalogue(settings));
    entries
}

/// How well the classifier that judges samples knows classes: one classifier, so that images are what varies.
fn judge(study: &str, data: &DataSettings) -> Entry {
    let DataSettings { name, validation, .. } = data.clone();
    Entry {
        name: format!("judge.{study}.accuracy"),
        label: format!("validation accuracy of the classifier that judges samples of {name}"),
        unit: Unit::Fraction,
        data: Some(name.clone()),
        over: "validation image".into(),
        cluster: "validation image".into(),
        range: Range::SHARE,
        observed_time: false,
        studies: renas_report::catalogue::all_studies(),
        read: Box::new(move |results| {
            let accuracy = results.judges.get(&name)?;
            catalogue::share((accuracy * validation as f64).round() as usize, validation)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::experiment::{results, settings};

    #[test]
    fn names_are_unique_and_all_that_is_found_was_promised() {
        let settings = settings();
        let names: Vec<String> = promised(&settings).into_iter().map(|one| one.name).collect();
        assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "duplicate name");
        let (_, results) = results();
        let found = measure(&settings, &ResultSet::read(&settings, &results).expect("own results"));
        assert!(found.keys().all(|name| names.binary_search(name).is_ok()));
        // In so small an experiment a half, or what is extreme, may be empty.
        let may_be_absent = [
            "steep.",
            "flat.",
            "relevant.",
            "close_margin",
            "delete_",
            "remove_layer",
            "add_connection",
            "crossover",
            "strength",
            "tests.",
            "correlation.",
            "_minus_",
            "control.improvement",
            "all_forms",
        ];
        let absent: Vec<&String> = names.iter().filter(|name| !found.contains_key(*name)).collect();
        let is_excused = |name: &&&String| !may_be_absent.iter().any(|part| name.contains(part));
        assert_eq!(absent.iter().filter(is_excused).count(), 0, "{absent:?}");
    }
}
