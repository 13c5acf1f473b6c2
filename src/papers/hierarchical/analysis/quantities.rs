//! Every quantity of the findings: one catalogue says its name and how it is read from the evidence, so that the names
//! promised to the manifest's claims are those that the analysis finds.

use std::collections::BTreeMap;

use super::evidence::Evidence;
use super::{networks, searches, times};
use crate::settings::Settings;
use renas_report::catalogue;
use renas_report::findings::Quantity;

pub(super) type Read = catalogue::Read<Evidence>;

/// One entry of the catalogue.
pub(super) type Entry = catalogue::Entry<Evidence>;

/// The names of all quantities under these settings, in ascending order.
pub fn names(settings: &Settings) -> Vec<String> {
    catalogue::names(entries(settings))
}

/// All quantities that this evidence holds.
pub fn measure(settings: &Settings, evidence: &Evidence) -> BTreeMap<String, Quantity> {
    catalogue::measure(entries(settings), &settings.data.name, evidence)
}

fn entries(settings: &Settings) -> Vec<Entry> {
    let mut entries = searches::catalogue(settings);
    entries.extend(networks::catalogue(settings));
    entries.extend(times::catalogue(settings));
    entries
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::analyze;
    use crate::cost::CostRecord;
    use crate::fixture::{results, settings};
    use crate::plan::cost_id;
    use renas_harness::study::StudyResult;
    use renas_report::soundness::sound_ids;

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
