//! Every quantity of the findings: one catalogue says its name and how it is read from the evidence, so that the names
//! promised to the manifest's claims are those that the analysis finds.

use std::collections::BTreeMap;

use super::evidence::Evidence;
use super::{counts, networks, searches, supernets, times};
use crate::settings::Settings;
use renas_report::catalogue::{self, Promised};
use renas_report::findings::Quantity;
use renas_report::range::Range;

pub(super) type Read = catalogue::Read<Evidence>;

/// One entry of the catalogue.
pub(super) type Entry = catalogue::Entry<Evidence>;

/// What one search hangs on besides its supernet.
pub(super) const SEARCH: &str = "search seed";

/// What searches share, and what networks that they choose share too: the outermost cluster of both.
pub(super) const SUPERNET: &str = "supernet seed";

/// What a training of a hand-designed network hangs on.
pub(super) const TRAINING: &str = "training seed";

/// What all times share: they are of one search's networks on one machine.
pub(super) const MACHINE: &str = "machine";

/// The range of a difference of two shares.
pub(super) const HAS_TWO_SIGNS: Range = Range::CORRELATION;

/// What is known of all quantities under these settings, in ascending order of name.
pub fn promised(settings: &Settings) -> Vec<Promised> {
    catalogue::promised(entries(settings))
}

/// How many clusters these settings plan, by what a cluster is.
pub fn clusters(settings: &Settings) -> BTreeMap<String, usize> {
    let supernets = settings.supernet.seeds.min(settings.search.seeds);
    let all =
        [(SUPERNET, supernets), (SEARCH, settings.search.seeds), (TRAINING, settings.training.seeds), (MACHINE, 1)];
    all.map(|(name, count)| (name.to_owned(), count)).into()
}

/// All quantities that this evidence holds.
pub fn measure(settings: &Settings, evidence: &Evidence) -> BTreeMap<String, Quantity> {
    catalogue::measure(entries(settings), &settings.data.name, evidence)
}

fn entries(settings: &Settings) -> Vec<Entry> {
    let mut entries = searches::catalogue(settings);
    entries.extend(supernets::catalogue(settings));
    entries.extend(counts::catalogue());
    entries.extend(networks::catalogue(settings));
    entries.extend(times::catalogue(settings));
    entries
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::analyze;
    use crate::cost::CostRecord;
    use crate::fixture::{FakeContext, results, settings};
    use crate::paper::Hierarchical;
    use crate::plan::cost_id;
    use renas_harness::context::pretence::results_of;
    use renas_harness::study::StudyResult;
    use renas_report::findings::Measured;
    use renas_report::soundness::sound_ids;
    use serde_json::json;

    #[test]
    fn names_are_unique_and_all_that_is_found_was_promised() {
        let settings = settings();
        let names: Vec<String> = promised(&settings).into_iter().map(|one| one.name).collect();
        assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "a name stands twice");
        let (_, results) = results();
        let found = measure(&settings, &Evidence::read(&settings, &results).expect("own results"));
        let absent: Vec<&String> = names.iter().filter(|name| !found.contains_key(*name)).collect();
        assert!(absent.is_empty(), "{absent:?}");
        assert!(found.keys().all(|name| names.binary_search(name).is_ok()));
    }

    /// The audit's first case: seeds 0 and 2 share a supernet here, so that three searches are two clusters, and so are
    /// trainings of what they chose. Hand-designed networks share none.
    #[test]
    fn searches_and_networks_that_they_chose_are_clustered_by_their_supernet() {
        let (settings, (_, results)) = (settings(), results());
        let found = measure(&settings, &Evidence::read(&settings, &results).expect("own results"));
        for name in [
            "nsga2.gain.random.hypervolume",
            "sharing.work_ratio",
            "budget_1.favour.depthwise",
            "budget_1.test_accuracy",
            "budget_1.gain.dense_net_bc",
            "transfer.budget_1.gain.mobile_net_v2",
            "nsga2.gain.accuracy_only.test_accuracy",
        ] {
            let quantity = &found[name];
            assert_eq!((quantity.over.as_str(), quantity.cluster.as_str()), (SEARCH, SUPERNET), "{name}");
            assert!(
                matches!(&quantity.measured, Measured::Clustered { clusters, .. } if *clusters == [0, 1, 0]),
                "{name}"
            );
        }
        assert!(matches!(found["dense_net_bc.test_accuracy"].measured, Measured::Samples(_)));
        assert!(matches!(found["dense_net_bc.parameters"].measured, Measured::Exact(_)));
        assert_eq!(clusters(&settings)[SUPERNET], 2);
    }

    /// The audit's case of H3: three budgets with one network are one test, not three.
    #[test]
    fn budgets_with_the_same_networks_are_compared_once() {
        let settings = Settings { budgets: vec![80_000, 80_001, 80_002], ..settings() };
        let results = results_of(&Hierarchical, &json!(settings), &FakeContext);
        let found = measure(&settings, &Evidence::read(&settings, &results).expect("own results"));
        let different = found["budgets.different_networks"].measured.unit_values().map(<[f64]>::to_vec);
        assert_eq!(different, Some(vec![1.0; 3]));
        for name in ["gain.dense_net_bc", "favour.depthwise", "multiply_adds_ratio.dense_net_bc"] {
            assert!(found.contains_key(&format!("budget_1.{name}")), "{name}");
            assert!(!found.contains_key(&format!("budget_2.{name}")), "{name}");
        }
        assert!(found.contains_key("budget_3.test_accuracy"), "the network itself is shown");
    }

    #[test]
    fn under_a_cost_model_what_searches_took_is_absent_and_nothing_else() {
        let (settings, (_, mut results)) = (settings(), results());
        for seed in 0..settings.search.seeds {
            results.insert(cost_id(seed), StudyResult::of(&CostRecord::Unmeasured).expect("a word"));
        }
        let findings = analyze(&settings, &results).expect("own results");
        assert!(sound_ids(&findings).contains("table1"));
        let absent: Vec<String> = promised(&settings)
            .into_iter()
            .map(|one| one.name)
            .filter(|name| !findings.quantities.contains_key(name))
            .collect();
        assert_eq!(absent, ["search.device_days", "search.device_hours"]);
    }
}
