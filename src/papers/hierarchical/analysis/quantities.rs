//! Every quantity of the findings: one catalogue says its name and how it is read from the evidence, so that the names
//! promised to the manifest's claims are those that the analysis finds.

use std::collections::BTreeMap;

use super::evidence::Evidence;
use super::{networks, searches, times};
use crate::base::metric::Unit;
use crate::papers::hierarchical::settings::Settings;
use crate::report::findings::{Measured, Quantity};

pub(super) type Read = Box<dyn Fn(&Evidence) -> Option<Measured>>;

/// One entry of the catalogue.
pub(super) struct Entry {
    /// The dotted name.
    pub(super) name: String,
    /// What it is, for people.
    pub(super) label: String,
    /// Its unit.
    pub(super) unit: Unit,
    /// The data set that it was measured on.
    pub(super) data: String,
    /// What one sample is.
    pub(super) over: &'static str,
    /// Whether it derives from measured time.
    pub(super) observed_time: bool,
    /// How it is read; none where the evidence has nothing of it.
    pub(super) read: Read,
}

/// The names of all quantities under these settings, in ascending order.
pub fn names(settings: &Settings) -> Vec<String> {
    let mut names: Vec<String> = catalogue(settings).into_iter().map(|entry| entry.name).collect();
    names.sort_unstable();
    names
}

/// All quantities that this evidence holds. One that nothing was observed of is absent.
pub fn measure(settings: &Settings, evidence: &Evidence) -> BTreeMap<String, Quantity> {
    let quantity = |entry: Entry| {
        let Entry { name, label, unit, data, over, observed_time, read } = entry;
        let over = over.to_owned();
        Some((name, Quantity { label, unit, data, over, measured: read(evidence)?, observed_time }))
    };
    catalogue(settings).into_iter().filter_map(quantity).collect()
}

fn catalogue(settings: &Settings) -> Vec<Entry> {
    let mut entries = searches::catalogue(settings);
    entries.extend(networks::catalogue(settings));
    entries.extend(times::catalogue(settings));
    entries
}

/// Samples, or nothing where there are none.
pub(super) fn samples(values: impl IntoIterator<Item = f64>) -> Option<Measured> {
    let values: Vec<f64> = values.into_iter().collect();
    (!values.is_empty()).then_some(Measured::Samples(values))
}

/// A number that has no interval, because it is a count.
pub(super) fn exact(value: f64) -> Measured {
    Measured::Estimate { value, low: value, high: value, n: 1, interval: "a count, which has none".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::study::StudyResult;
    use crate::papers::hierarchical::analysis::analyze;
    use crate::papers::hierarchical::cost::CostRecord;
    use crate::papers::hierarchical::fixture::{results, settings};
    use crate::papers::hierarchical::plan::cost_id;
    use crate::report::soundness::sound_ids;

    #[test]
    fn names_are_unique_and_all_that_is_found_was_promised() {
        let settings = settings();
        let names = names(&settings);
        assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "a name stands twice");
        let (_, results) = results();
        let found = measure(&settings, &Evidence::read(&settings, &results).expect("own results"));
        let absent: Vec<&String> = names.iter().filter(|name| !found.contains_key(*name)).collect();
        assert!(absent.is_empty(), "{absent:?}");
        assert!(found.keys().all(|name| names.binary_search(name).is_ok()));
    }

    #[test]
    fn under_a_cost_model_what_searches_took_is_absent_and_nothing_else() {
        let (settings, (_, mut results)) = (settings(), results());
        for seed in 0..settings.search.seeds {
            results.insert(cost_id(seed), StudyResult::of(&CostRecord::Unmeasured).expect("a word"));
        }
        let findings = analyze(&settings, &results).expect("own results");
        assert!(sound_ids(&findings).contains("table1"));
        let absent: Vec<String> =
            names(&settings).into_iter().filter(|name| !findings.quantities.contains_key(name)).collect();
        assert_eq!(absent, ["search.device_days", "search.device_hours"]);
    }
}
