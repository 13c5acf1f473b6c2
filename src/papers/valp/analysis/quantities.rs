//! Every quantity of the findings: one catalogue says its name and how it is read from the evidence, so that the names
//! promised to the manifest's claims are those that the analysis finds.

use std::collections::BTreeMap;

use super::evidence::Evidence;
use super::{operators, searches};
use crate::settings::Settings;
use renas_base::metric::Unit;
use renas_report::catalogue;
use renas_report::findings::{Measured, Quantity};
use renas_stats::summary::mean;

/// One entry of the catalogue.
pub(super) type Entry = catalogue::Entry<Evidence>;

/// The names of all quantities under these settings, in ascending order.
pub fn names(settings: &Settings) -> Vec<String> {
    catalogue::names(entries(settings))
}

/// All quantities that this evidence holds.
pub fn measure(settings: &Settings, evidence: &Evidence) -> BTreeMap<String, Quantity> {
    catalogue::measure(entries(settings), &settings.exploration.data.name, evidence)
}

fn entries(settings: &Settings) -> Vec<Entry> {
    let mut entries =
        vec![judge("exploration", &settings.exploration.data.name), judge("search", &settings.search.data.name)];
    entries.extend(operators::catalogue(settings));
    entries.extend(searches::catalogue(settings));
    entries
}

/// How well the classifier that judges samples knows classes.
fn judge(study: &str, data: &str) -> Entry {
    let name = data.to_owned();
    Entry {
        name: format!("judge.{study}.accuracy"),
        label: format!("validation accuracy of the classifier that judges samples of {data}"),
        unit: Unit::Fraction,
        data: Some(data.to_owned()),
        over: "classifier".into(),
        observed_time: false,
        read: Box::new(move |evidence| evidence.judges.get(&name).map(|accuracy| Measured::Samples(vec![*accuracy]))),
    }
}

/// Means by model, or by whatever the first number names, in its order; none of nothing.
pub(super) fn means_by(values: impl IntoIterator<Item = (usize, f64)>) -> Option<Measured> {
    let mut groups: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    values.into_iter().for_each(|(group, value)| groups.entry(group).or_default().push(value));
    (!groups.is_empty()).then(|| Measured::Samples(groups.into_values().map(|values| mean(&values)).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pretence::{results, settings};

    #[test]
    fn names_are_unique_and_all_that_is_found_was_promised() {
        let settings = settings();
        let names = names(&settings);
        assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "a name stands twice");
        let (_, results) = results();
        let found = measure(&settings, &Evidence::read(&settings, &results).expect("own results"));
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
        ];
        let absent: Vec<&String> = names.iter().filter(|name| !found.contains_key(*name)).collect();
        let is_excused = |name: &&&String| !may_be_absent.iter().any(|part| name.contains(part));
        assert_eq!(absent.iter().filter(is_excused).count(), 0, "{absent:?}");
    }
}
